"""Reading input vectors."""

import csv
import io
import json
import os
import pickle
import threading
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attnviz.errors import InputError
from attnviz.inputs.arrays.vectors import read_vectors
from attnviz.inputs.files import grids
from attnviz.inputs.files import reading as files
from attnviz.inputs.files.tables import read_table

PLAIN = [[1.0, 2.0], [3.0, 4.5]]


def write(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def npz(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def npy(array, **options):
    buffer = io.BytesIO()
    np.save(buffer, array, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "tokens"),
    [
        ("x.csv", "1,2\n3,4.5\n", None),
        ("x.csv", "a,b\n1,2\n3,4.5\n", None),
        ("x.csv", "cat,1,2\nmat,3,4.5\n", ("cat", "mat")),
        ("x.csv", "token,a,b\ncat,1,2\nmat,3,4.5\n", ("cat", "mat")),
        ("x.csv", "token,a,b\n7,1,2\n8,3,4.5\n", ("7", "8")),
        ("x.csv", ",0,1\ncat,1,2\nmat,3,4.5\n", ("cat", "mat")),
        ("x.csv", "token,0,1\ncat,1,2\nmat,3,4.5\n", ("cat", "mat")),
        ("x.csv", "\ufeff1;2\r\n\r\n3;4.5\r\n", None),
        ("x.csv", '"New York, NY","1","2"\n"a ""b""",3,4.5', ("New York, NY", 'a "b"')),
        ("x.csv", "1, 2\n 3 ,4.5 \n", None),
        ("x.csv", "1\t2\n3\t4.5\n", None),
        ("x.csv", "1.0e+00  2.0\n3 4.5 \n", None),
        ("X.TSV", "猫\t1\t2\n的\t3\t4.5\n", ("猫", "的")),
        ("x.json", "[[1, 2], [3, 4.5]]", None),
        ("x.json", '{"tokens": ["a", "b"], "x": [[1, 2], [3, 4.5]]}', ("a", "b")),
        ("x.json", '\ufeff{"vectors": [[1, 2], [3, 4.5]]}', None),
        ("x.npy", npy(np.array(PLAIN, dtype=np.float32)), None),
        ("x.npy", npy(np.asfortranarray(PLAIN)), None),
        ("x.npz", npz(x=PLAIN, other=[1]), None),
        ("x.npz", npz(vectors=PLAIN, other=[1]), None),
        ("x.npz", npz(whatever=PLAIN), None),
    ],
)
def test_every_form_gives_the_same_vectors(tmp_path, name, content, tokens):
    read = read_vectors(write(tmp_path, name, content))
    assert read.x.tolist() == PLAIN
    assert read.x.dtype == np.float64
    assert read.tokens == tokens


@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(
            st.tuples(
                st.from_regex(r"[a-z][a-z ,;\"']{0,5}[a-z]", fullmatch=True).filter(
                    lambda word: word not in ("nan", "inf", "infinity")
                ),
                st.lists(
                    st.floats(allow_nan=False, allow_infinity=False),
                    min_size=width,
                    max_size=width,
                ),
            ),
            min_size=1,
            max_size=5,
        )
    ),
    st.sampled_from([",", ";", "\t"]),
)
def test_what_the_csv_module_writes_is_read_back_bit_for_bit(rows, delimiter):
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter)
    for label, numbers in rows:
        writer.writerow([label, *map(repr, numbers)])
    table = read_table(buffer.getvalue(), "x.csv", delimiter=delimiter)
    assert table.labels == tuple(label for label, _ in rows)
    assert table.values.tolist() == [numbers for _, numbers in rows]


BOMB = io.BytesIO()
with zipfile.ZipFile(BOMB, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("x.npy", b"\0" * 5000)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.csv", "1,2\n3\n", "{}, line 2: 1 cells where line 1 has 2; column 2 is missing"),
        (
            "x.csv",
            "1,2\n\n3,4,5\n",
            "{}, line 3: 3 cells where line 1 has 2; column 3 is one too many",
        ),
        (
            "x.csv",
            "1,2\n3,abc\n",
            "{}, line 2, column 2: 'abc' is not a number: put a number such as 0.5 there",
        ),
        (
            "x.csv",
            "1,2\nx,4\n",
            "{}, line 2, column 1: 'x' is not a number: put a number such as 0.5 there",
        ),
        (
            "x.csv",
            "1_000\n2_000\n",
            "{}, line 1, column 1: '1_000' is not a number: put a number such as 0.5 there",
        ),
        (
            "x.csv",
            "1,2\n3,٤\n",
            "{}, line 2, column 2: '٤' is not a number: put a number such as 0.5 there",
        ),
        (
            "x.csv",
            "1,\x1b[31m\n",
            "{}, line 1, column 2: '\\x1b[31m' is not a number: put a number such as 0.5 there",
        ),
        ("x.csv", "1,2\n3,\n", "{}, line 2, column 2: the cell is empty: put a number there"),
        (
            "x.csv",
            "nan,2\n3,4\n",
            "{}, line 1, column 1: 'nan' is not finite: attention needs finite numbers",
        ),
        (
            "x.csv",
            "1,2\n3,1e400\n",
            "{}, line 2, column 2: '1e400' is not finite: attention needs finite numbers",
        ),
        (
            "x.csv",
            "token,a\ncat,1\n,2\n",
            "{}, line 3, column 1: the label is empty: name the row there",
        ),
        ("x.csv", "cat\nmat\n", "{}, line 2: no numbers beside the label; add some"),
        ("x.csv", '1,2\n"3,4\n', "{}, line 2: unexpected end of data; check the quotes there"),
        (
            "x.csv",
            "cat\x07,1\nmat,2",
            "{}, token 1: it holds the control character U+0007; remove it",
        ),
        ("x.csv", "", "{} is empty: it needs at least one row"),
        ("x.csv", " \n\r\n", "{} is empty: it needs at least one row"),
        ("x.csv", ",,\n,,\n", "{} is empty: it needs at least one row"),
        (
            "x.csv",
            "1,2\n3,é".encode("latin-1"),
            "{}, line 2, column 2: 'é' is not a number: put a number such as 0.5 there",
        ),
        (
            "x.csv",
            b"1,2\n3,\x81\x20",
            "{}, line 2: byte 0x81 is not UTF-8, nor is the file UTF-16, GB18030 or Windows-1252; "
            "save the file as UTF-8",
        ),
        (
            "x.csv",
            npy(np.eye(2)),
            "{} is not what its suffix says: it holds a NumPy array (.npy); rename it to .npy",
        ),
        (
            "x.csv",
            b"\x01\x00\x02",
            "{} is not what its suffix says: it holds binary data; save it as .csv, or give it its right suffix",
        ),
        (
            "x.tsv",
            "1,2\n3,4\n",
            "{} is not what its suffix says: line 1 has no tab but ','; rename it to .csv",
        ),
        ("x.json", "[[1, 2], [3]]", "{}, row 2: 1 numbers where row 1 has 2; make them equal"),
        (
            "x.json",
            '[[1, "a"]]',
            '{}, row 1, column 2: "a" is not a number: put a number such as 0.5 there',
        ),
        (
            "x.json",
            "[[1, true]]",
            "{}, row 1, column 2: true is not a number: put a number such as 0.5 there",
        ),
        (
            "x.json",
            "[[1, NaN]]",
            "{}, row 1, column 2: nan is not finite: attention needs finite numbers",
        ),
        (
            "x.json",
            "[[1, 1e400]]",
            "{}, row 1, column 2: inf is not finite: attention needs finite numbers",
        ),
        (
            "x.json",
            "[[1, 1" + "0" * 400 + "]]",
            "{}, row 1, column 2: inf is not finite: attention needs finite numbers",
        ),
        ("x.json", "[]", "{} is empty: it needs at least one row and column"),
        ("x.json", "[1, 2]", "{} is not a list of rows: write [[1, 2], [3, 4]]"),
        (
            "x.json",
            "{}",
            '{} has no "x" among its keys (there are none): write {{"x": [[1, 2], [3, 4]], "tokens": ["a", "b"]}}',
        ),
        (
            "x.json",
            '{"y": 1}',
            '{} has no "x" among its keys (y): write {{"x": [[1, 2], [3, 4]], "tokens": ["a", "b"]}}',
        ),
        (
            "x.json",
            '{"x": [[1]], "tokens": "a"}',
            '{}, tokens: not a list of words: write ["a", "b"]',
        ),
        ("x.json", "1,2\n3,4", "{}, line 1, column 2: not JSON: extra data"),
        ("x.json", "[[1, 2],\n [3 4]]", "{}, line 2, column 5: not JSON: expecting ',' delimiter"),
        (
            "x.json",
            "[" * 100_000,
            "{} is nested too deeply: write a list of rows",
        ),
        (
            "x.json",
            '{"x": [[1]], "x": [[2]]}',
            "{}: not JSON that can be read (an object in it has the key 'x' twice): keep one of them",
        ),
        (
            "x.npy",
            "1,2\n3,4\n",
            "{} is not what its suffix says: it holds plain text; save it as .npy, or give it its right suffix",
        ),
        (
            "x.npy",
            pickle.dumps([[1, 2]]),
            "{} is not what its suffix says: it holds a Python pickle, which is never loaded; "
            "save it as .npy, or give it its right suffix",
        ),
        (
            "x.npy",
            npy(np.array([[{}]], dtype=object), allow_pickle=True),
            "{} holds pickled Python objects, which are never loaded: save an array of numbers",
        ),
        (
            "x.npy",
            npy(np.array([["a"]])),
            "{} holds <U1, not real numbers: save an array of numbers",
        ),
        (
            "x.npy",
            npy(np.ones(3)),
            "{} has shape (3,), expected two dimensions (rows, columns); one row is array[None]",
        ),
        (
            "x.npy",
            npy(np.ones((2, 3, 4))),
            "{} has shape (2, 3, 4), expected two dimensions (rows, columns); of a batch save one, such as array[0]",
        ),
        (
            "x.npy",
            npy(np.ones((1, 0, 4))),
            "{} has shape (1, 0, 4): it needs at least one row and column",
        ),
        (
            "x.npy",
            npy(np.ones((0, 3))),
            "{} has shape (0, 3): it needs at least one row and column",
        ),
        (
            "x.npy",
            npy(np.array([[1, 2], [np.inf, 4]])),
            "{}, row 2, column 1: inf is not finite: attention needs finite numbers",
        ),
        (
            "x.npz",
            npz(a=[[1]], b=[[2]]),
            "{} holds 2 arrays (a, b): name the one that is meant 'x'",
        ),
        (
            "x.npz",
            npy(np.eye(2)),
            "{} is not what its suffix says: it holds a NumPy array (.npy); rename it to .npy",
        ),
        (
            "x.npz",
            b"PK\x03\x04 and no more",
            "{} is a zip archive that cannot be read (File is not a zip file): write it anew with numpy.savez",
        ),
        ("x.npz", npz(), "{} is empty: it holds no array"),
        (
            "x.cvs",
            "1,2",
            "{} has unknown suffix '.cvs': did you mean '.csv'? Known: .csv, .tsv, .xlsx, .json, .npy, .npz",
        ),
        ("x", "1,2", "{} has no suffix: Known: .csv, .tsv, .xlsx, .json, .npy, .npz"),
    ],
)
def test_an_unusable_file_is_reported_with_place_and_reason(tmp_path, name, content, message):
    path = write(tmp_path, name, content)
    with pytest.raises(InputError) as caught:
        read_vectors(path)
    assert str(caught.value) == message.format(path)


@pytest.mark.parametrize("name", ["X", "embeddings", "hidden_states", "last_hidden_state"])
def test_vectors_may_have_the_name_that_programs_give_them(tmp_path, name):
    npz_path = write(tmp_path, "x.npz", npz(**{name: [[[1.0, 2.0]]], "input_ids": [5]}))
    json_path = write(tmp_path, "x.json", json.dumps({name: [[1, 2]], "input_ids": [5]}))

    for path in (npz_path, json_path):
        read = read_vectors(path)
        assert read.x.tolist() == [[1, 2]]
        assert [(each.way, each.detail) for each in read.readings] == [("left_out", "input_ids")]


def test_a_batch_of_one_text_is_its_vectors(tmp_path):
    path = write(tmp_path, "x.npy", npy(np.array([[[1, 2], [3, 4]]])))

    assert read_vectors(path).x.tolist() == [[1, 2], [3, 4]]


def test_json_of_a_batch_of_one_text_is_its_vectors(tmp_path):
    path = write(
        tmp_path, "x.json", '{"last_hidden_state": [[[1, 2], [3, 4]]], "tokens": ["a", "b"]}'
    )

    assert (read_vectors(path).x.tolist(), read_vectors(path).tokens) == (
        [[1, 2], [3, 4]],
        ("a", "b"),
    )
    with pytest.raises(InputError, match=r"y\.json holds a batch of 2: save one of them"):
        read_vectors(write(tmp_path, "y.json", "[[[1, 2]], [[3, 4]]]"))


def test_labels_that_are_numbers_are_classes_and_no_names(tmp_path):
    npz_path = write(tmp_path, "x.npz", npz(x=[[1.0], [2.0]], labels=[0, 1]))
    json_path = write(tmp_path, "x.json", '{"x": [[1], [2]], "labels": [0, 1]}')

    for path in (npz_path, json_path):
        read = read_vectors(path)
        assert read.tokens is None
        assert [(each.way, each.detail) for each in read.readings] == [("left_out", "labels")]


@pytest.mark.parametrize(("index", "tokens"), [(["cat", "mat"], ("cat", "mat")), ([0, 1], None)])
def test_json_that_pandas_writes_as_split_is_read_with_its_index_of_words(tmp_path, index, tokens):
    table = {"columns": ["a", "b"], "index": index, "data": [[1, 2], [3, 4]]}
    read = read_vectors(write(tmp_path, "x.json", json.dumps(table)))

    assert (read.x.tolist(), read.tokens, read.readings) == ([[1, 2], [3, 4]], tokens, ())


def test_a_truncated_numpy_file_is_reported(tmp_path):
    path = write(tmp_path, "x.npy", npy(np.ones((10, 10)))[:-100])
    with pytest.raises(InputError, match=r"is a NumPy file that cannot be read \(.*\): write it"):
        read_vectors(path)


def test_a_header_that_claims_terabytes_is_reported(tmp_path):
    header = npy(np.ones((2, 2))).replace(
        b"(2, 2), }" + b" " * 20, b"(2000000, 2000000), }" + b" " * 8
    )
    path = write(tmp_path, "x.npy", header)
    with pytest.raises(InputError, match="is a NumPy file that cannot be read"):
        read_vectors(path)


def test_a_missing_file_is_reported_with_the_nearest(tmp_path):
    near = write(tmp_path, "vectors.csv", "1,2")
    with pytest.raises(InputError) as caught:
        read_vectors(str(tmp_path / "vector.csv"))
    assert str(caught.value) == (
        f"{tmp_path / 'vector.csv'}: no such file; did you mean {near}? (--vectors)"
    )


def test_a_missing_folder_is_reported(tmp_path):
    path = tmp_path / "nowhere" / "x.csv"
    with pytest.raises(InputError) as caught:
        read_vectors(str(path))
    assert (
        str(caught.value) == f"{path}: no such file; there is no folder {path.parent} (--vectors)"
    )


def test_a_folder_is_reported(tmp_path):
    folder = tmp_path / "x.csv"
    folder.mkdir()
    with pytest.raises(InputError) as caught:
        read_vectors(str(folder))
    assert str(caught.value) == f"{folder} is a folder: name a file in it (--vectors)"


def test_a_file_that_may_not_be_read_is_reported(tmp_path, monkeypatch):
    path = write(tmp_path, "x.csv", "1,2")

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(files.Path, "open", refuse)
    with pytest.raises(InputError) as caught:
        read_vectors(path)
    assert str(caught.value) == f"{path} could not be read: permission denied (--vectors)"


def test_a_closed_stdin_is_reported(monkeypatch):
    monkeypatch.setattr(files.sys, "stdin", None)
    with pytest.raises(InputError) as caught:
        read_vectors("-")
    assert str(caught.value) == (
        "stdin is closed: pipe the file into it, or name a file (--vectors)"
    )


def test_a_file_beyond_the_limit_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 2**20)
    path = write(tmp_path, "x.csv", b"1,2\n" * 2**18 + b"3")
    with pytest.raises(InputError) as caught:
        read_vectors(path)
    assert str(caught.value) == (
        f"{path} is larger than 1 MiB, the most that is read: keep only the rows or the arrays that are needed"
    )


def test_an_archive_that_unpacks_beyond_the_limit_is_refused_before_it_is_unpacked(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(grids, "MAX_FILE_BYTES", 4096)
    path = write(tmp_path, "x.npz", BOMB.getvalue())
    with pytest.raises(InputError, match="unpacks to more than 0 MiB, the most that is read"):
        read_vectors(path)


@pytest.mark.parametrize("content", [b"1,2\n3,4.5\n", json.dumps(PLAIN).encode(), npy(PLAIN)])
def test_a_pipe_without_a_suffix_is_read_by_its_content(tmp_path, content):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(content,))
    writer.start()
    assert read_vectors(str(pipe)).x.tolist() == PLAIN
    writer.join()


# ── what lies beside the vectors ──


@pytest.mark.parametrize("names", ["tokens", "words", "labels", "Tokens"])
@pytest.mark.parametrize("kind", ["<U3", "S3"])
def test_words_beside_the_vectors_of_an_archive_name_them(tmp_path, names, kind):
    path = write(tmp_path, "x.npz", npz(vec=PLAIN, **{names: np.array(["the", "cat"], dtype=kind)}))

    read = read_vectors(path)

    assert read.x.tolist() == PLAIN
    assert read.tokens == ("the", "cat")
    assert read.readings == ()


def test_words_beside_the_vectors_of_json_name_them_too(tmp_path):
    path = write(tmp_path, "x.json", json.dumps({"x": PLAIN, "words": ["the", "cat"]}))

    assert read_vectors(path).tokens == ("the", "cat")


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"tokens": [101, 102]}, 'x.npz, tokens: not a list of words: write ["a", "b"]'),
        ({"tokens": ["a", "b"], "words": ["a", "b"]}, "x.npz holds both tokens and words: name the tokens once"),
        ({"words": [["a"], ["b"]]}, "x.npz, words: not a list of words"),
    ],
)  # fmt: skip
def test_what_cannot_name_the_vectors_is_reported(tmp_path, arrays, said):
    path = write(tmp_path, "x.npz", npz(x=PLAIN, **arrays))

    with pytest.raises(InputError) as caught:
        read_vectors(path)

    assert said in str(caught.value)


@pytest.mark.parametrize("name", ["x.npz", "x.json"])
def test_arrays_that_are_not_used_are_named(tmp_path, name):
    others = {f"y{i}": [1] for i in range(5)}
    content = npz(x=PLAIN, **others) if name == "x.npz" else json.dumps({"x": PLAIN, **others})

    [reading] = read_vectors(write(tmp_path, name, content)).readings

    assert (reading.way, reading.detail) == ("left_out", "y0, y1, y2, … (+2)")


def test_bfloat16_that_numpy_saved_names_the_type_and_the_cure(tmp_path):
    halves = (np.array(PLAIN, "<f4").view("<u4") >> 16).astype("<u2")
    path = write(tmp_path, "x.npy", npy(halves.view("V2")))  # as ml_dtypes.bfloat16 is saved

    with pytest.raises(InputError) as caught:
        read_vectors(path)

    assert str(caught.value) == (
        f"{path} holds numbers of a type that NumPy does not know (|V2), as bfloat16 is saved: "
        "save array.astype('float32')"
    )
