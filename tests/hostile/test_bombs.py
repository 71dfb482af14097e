"""Files that unpack, or claim, or nest to far more than they are: each is refused in less than 500 MB."""

import base64
import bz2
import io
import json
import lzma
import struct
import zipfile
import zlib
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tests.hostile.limits import MIB, run_limited
from tests.hostile.small_files import EXAMPLE, film

READ = """
import attnviz, sys
from pathlib import Path
kind, path = sys.argv[1:]
try:
    if kind == "vectors":
        attnviz.trace(vectors=path)
    elif kind == "example":
        attnviz.trace(example=path)
    elif kind == "tokens":
        attnviz.trace(tokens=Path(path).read_text())
    elif kind == "lecture":
        from attnviz.lecture.reading import read_lecture
        read_lecture(path)
    elif kind == "trace":
        attnviz.Trace.from_npz(path)
    elif kind == "trace text":
        attnviz.Trace.from_json(Path(path).read_text())
    elif kind == "film":
        from attnviz.lessons.spec import lessons_from_spec
        from attnviz.views.film.video.embedded_spec import read_spec
        lessons_from_spec(read_spec(Path(path)))
    elif kind == "model":
        from attnviz.models.model import open_model
        open_model(path)
except AttnvizError as error:
    print(error)
"""
LARGE = 2**32
"""Bytes that a bomb unpacks to, or claims."""


def refusal(kind: str, path: Path) -> str:
    """The one line by which it is refused, in less than 500 MB."""
    done = run_limited(READ, 1024 * MIB, kind, path)
    assert done.peak < 500 * MIB
    (line,) = done.out.splitlines()
    return line.removeprefix(str(path))


def deflated_zeros(count: int, head: bytes = b"", wbits: int = zlib.MAX_WBITS) -> bytes:
    """So many zeros behind a head, of which none but a part is ever in memory: blocks that stand alone are equal."""
    compressor = zlib.compressobj(9, wbits=wbits)
    begin = compressor.compress(head) + compressor.flush(zlib.Z_FULL_FLUSH)
    block = compressor.compress(bytes(2**20)) + compressor.flush(zlib.Z_FULL_FLUSH)
    return begin + block * (count // 2**20) + compressor.flush()


def squeezed_zeros(compressor: bz2.BZ2Compressor | lzma.LZMACompressor, count: int) -> bytes:
    part = bytes(2**24)
    packed = [compressor.compress(part) for _ in range(count // len(part))]
    return b"".join([*packed, compressor.flush()])


def lying_archive(name: str, packed: bytes, method: int, size: int) -> bytes:
    """An archive of one member that says that it unpacks to that size."""
    own = name.encode()
    crc = zlib.crc32(bytes(size))
    facts = struct.pack("<HHHHHIIIHH", 63, 0, method, 0, 33, crc, len(packed), size, len(own), 0)
    local = b"PK\x03\x04" + facts + own
    entry = b"PK\x01\x02\x3f\x00" + facts + struct.pack("<HHHII", 0, 0, 0, 0, 0) + own
    end = struct.pack("<HHHHIIH", 0, 0, 1, 1, len(entry), len(local) + len(packed), 0)
    return local + packed + entry + b"PK\x05\x06" + end


def lzma_member() -> bytes:
    """As zip has it: a version, the length of the properties, these, and the stream."""
    compressor = lzma.LZMACompressor(
        lzma.FORMAT_ALONE, filters=[{"id": lzma.FILTER_LZMA1, "dict_size": 2**16}]
    )
    alone = squeezed_zeros(compressor, 600 * MIB)
    return struct.pack("<HH", 9 << 8 | 4, 5) + alone[:5] + alone[13:]


PACKED = {
    "bzip2": (zipfile.ZIP_BZIP2, lambda: squeezed_zeros(bz2.BZ2Compressor(), 600 * MIB)),
    "deflate": (zipfile.ZIP_DEFLATED, lambda: deflated_zeros(LARGE, wbits=-zlib.MAX_WBITS)),
    "LZMA": (zipfile.ZIP_LZMA, lzma_member),
}


@pytest.fixture(scope="module")
def packed():
    """The content of a member, by how it is packed; each is made once."""
    return cache(lambda method: PACKED[method][1]())


@pytest.mark.parametrize("kind", ["vectors", "trace"])
@pytest.mark.parametrize("method", PACKED)
def test_a_member_of_an_archive_that_lies_about_its_size(method, kind, packed, tmp_path):
    path = tmp_path / "x.npz"
    path.write_bytes(lying_archive("x.npy", packed(method), PACKED[method][0], 100))

    said = refusal(kind, path)

    assert "it is not as large as the directory says" in said


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, *(each for each, _ in PACKED.values())])
def test_an_honest_archive_is_read_however_it_is_packed(method, tmp_path):
    file, path = io.BytesIO(), tmp_path / "x.npz"
    np.save(file, np.eye(3))
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("x.npy", file.getvalue())

    assert run_limited(READ, 1024 * MIB, "vectors", path).out == ""


def test_an_archive_that_claims_gigabytes(tmp_path):
    path = tmp_path / "x.npz"
    packed = deflated_zeros(2**20, wbits=-zlib.MAX_WBITS)
    path.write_bytes(lying_archive("x.npy", packed, zipfile.ZIP_DEFLATED, 100).replace(
        struct.pack("<II", len(packed), 100), struct.pack("<II", len(packed), LARGE - 1)
    ))  # fmt: skip

    assert "unpacks to more than 64 MiB, the most that is read" in refusal("vectors", path)
    assert "it unpacks to more than 256 MiB" in refusal("trace", path)


def overlapping_archive(count: int, padding: int) -> bytes:
    """An archive of so many entries for one member, each of which says that it is packed in the whole file."""
    file = io.BytesIO()
    np.save(file, np.eye(2))
    plain = file.getvalue()
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = packer.compress(plain) + packer.flush() + bytes(padding)

    def facts(own: bytes) -> bytes:
        sizes = (zlib.crc32(plain), len(packed), len(plain), len(own), 0)
        return struct.pack("<HHHHHIIIHH", 63, 0, zipfile.ZIP_DEFLATED, 0, 33, *sizes)

    names = [b"x.npy", *(f"y{i:04}.npy".encode() for i in range(count - 1))]
    entries = b"".join(
        b"PK\x01\x02\x3f\x00" + facts(own) + struct.pack("<HHHII", 0, 0, 0, 0, 0) + own
        for own in names
    )
    local = b"PK\x03\x04" + facts(names[0]) + names[0] + packed
    end = struct.pack("<HHHHIIH", 0, 0, count, count, len(entries), len(local), 0)
    return local + entries + b"PK\x05\x06" + end


@pytest.mark.parametrize("kind", ["vectors", "trace"])
def test_thousands_of_entries_for_one_member_are_refused_at_once(kind, tmp_path):
    path = tmp_path / "x.npz"
    path.write_bytes(overlapping_archive(9000, 5 * MIB))

    assert "its arrays overlap" in refusal(kind, path)


WIDE = {
    "rows": ((60_000_000, 1), "60,000,000 rows, and at most 20,000 are read"),
    "columns": ((1, 60_000_000), "60,000,000 columns, and at most 100,000 are read"),
    "numbers": (
        (20_000, 3000),
        "60,000,000 numbers in an array of shape (20000, 3000), many times",
    ),
    "axes": ((60_000_000,), "shape (60000000,), and an axis of at most 100,000 is read"),
}


@pytest.mark.parametrize("name", WIDE)
def test_an_array_of_small_numbers_is_refused_by_its_shape(name, tmp_path):
    shape, said = WIDE[name]
    path = tmp_path / "x.npz"
    np.savez_compressed(path, x=np.zeros(shape, np.int8))
    assert path.stat().st_size < 100_000

    assert said in refusal("vectors", path)


def test_arrays_that_nobody_needs_are_not_unpacked(tmp_path):
    path = tmp_path / "x.npz"
    np.savez_compressed(path, vocabulary=np.zeros((8, 100_000, 20), np.float64), x=np.eye(2))

    done = run_limited(READ, 1024 * MIB, "vectors", path)

    assert done.out == ""
    assert done.peak < 120 * MIB


def npy(header: str, version: tuple[int, int] = (1, 0)) -> bytes:
    text = header.encode("latin-1")
    return b"\x93NUMPY" + bytes(version) + struct.pack("<H", len(text)) + text + bytes(64)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (500000000, 1)}", "ends before them"),
        ("{'descr': '|S2000000000', 'fortran_order': False, 'shape': (1,)}", "ends before them"),
        ("{'descr': '|S0', 'fortran_order': False, 'shape': (2000000000,)}", "takes no bytes"),
        ("{'descr': '|V0', 'fortran_order': True, 'shape': (2000000000,)}", "takes no bytes"),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (20000, 0)}", "at least one row"),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (-1, 2)}", "cannot be read"),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (True, 2)}", "cannot be read"),
        ("{'descr': '|O', 'fortran_order': False, 'shape': (1, 2)}", "never loaded"),
        ("[" * 5000, "cannot be read"),
        ("-" * 9000 + "1", "cannot be read"),
        ("{'descr': [('a', '<f8', (30000, 30000))], 'fortran_order': 0, 'shape': ()}", "cannot be"),
        ("", "cannot be read"),
    ],
)
def test_the_header_of_an_array_is_not_believed(header, said, tmp_path):
    path = tmp_path / "x.npy"
    path.write_bytes(npy(header))

    assert said in refusal("vectors", path)


def test_a_comment_of_a_film_that_unpacks_to_gigabytes(tmp_path):
    hidden = deflated_zeros(LARGE, head=b'{"schema": "attnviz.film/1", "')
    comment = "attnviz.views.film;zlib;base64," + base64.b64encode(hidden).decode()
    path = film(tmp_path / "film.mp4", comment)

    assert "what made it unpacks to more than 62 MiB" in refusal("film", path)


def test_a_comment_of_a_film_that_holds_more_than_is_read(tmp_path):
    hidden = zlib.compress(
        b'{"schema": "attnviz.film/1", "chapters": [' + b"0," * 25_000_000 + b"0]}"
    )
    comment = "attnviz.views.film;zlib;base64," + base64.b64encode(hidden).decode()
    path = film(tmp_path / "film.mp4", comment)

    assert "values, and at most" in refusal("film", path)


JSON_BOMBS = {
    "lists in lists": lambda: "[" * 10**6,
    "objects in objects": lambda: '{"x":' * 10**6,
    "lists in lists, closed": lambda: "[" * 200 + "]" * 200,
    "empty lists": lambda: "[" + "[]," * (16 * 10**6 // 3) + "[]]",
    "short rows": lambda: "[" + "[1]," * (4 * 10**6) + "[1]]",
    "empty objects": lambda: "[" + "{}," * (16 * 10**6 // 3) + "{}]",
    "one row of ones": lambda: '{"x": [[' + "1," * (32 * 10**6) + "1]]}",
    "a number of a million digits": lambda: "[[" + "9" * 10**6 + "]]",
    "half a character": lambda: '{"x": [[1]], "tokens": ["\\ud800"]}',
}


@pytest.mark.parametrize("name", JSON_BOMBS)
def test_json_that_holds_too_much_or_nests_too_deep(name, tmp_path):
    path = tmp_path / "x.json"
    path.write_text(JSON_BOMBS[name]())

    assert refusal("vectors", path)
    assert refusal("trace text", path)


TOML_BOMBS = {
    "a key of 50,000 parts": lambda: ".".join(["a"] * 50_000) + " = 1",
    "a quoted key of 50,000 parts": lambda: " . ".join(['"a"'] * 50_000) + " = 1",
    "a table of 50,000 parts": lambda: "[" + ".".join(["a"] * 50_000) + "]",
    "a key in a table in a line": lambda: "a = {" + ".".join(["a"] * 50_000) + " = 1}",
    "lists in lists": lambda: "x = " + "[" * 50_000,
    "tables in tables": lambda: "x = " + "{a=" * 50_000,
    "a million tables": lambda: "\n".join(f"[a{i}]" for i in range(10**6)),
    "a million keys": lambda: "\n".join(f"a{i}=1" for i in range(10**6)),
    "20,000 dotted keys": lambda: "\n".join(f"a{i}.b.c.d.e.f.g.h=1" for i in range(20_000)),
    "a date that is none": lambda: "x = 2024-13-45T99:99:99",
    "a number of a million digits": lambda: "x = " + "9" * 10**6,
}


@pytest.mark.parametrize("name", TOML_BOMBS)
def test_toml_that_holds_too_much_or_nests_too_deep(name, tmp_path):
    path = tmp_path / "x.toml"
    path.write_text(TOML_BOMBS[name]())

    assert refusal("example", path)
    assert refusal("lecture", path)


def test_an_example_is_still_one(tmp_path):
    path = tmp_path / "x.toml"
    path.write_text(EXAMPLE)

    assert run_limited(READ, 1024 * MIB, "example", path).out == ""


@pytest.mark.parametrize(
    "text",
    [
        "[" * 10**6,
        "[" + "{}," * 10**7 + "1]",
        json.dumps({"model_type": "b" * 40 * 2**20}),
        '{"model_type": "\\ud800"}',
    ],
    ids=["nested", "empty objects", "a word of 40 MB", "half a character"],
)
def test_a_configuration_of_a_model_that_is_a_bomb(text, tmp_path):
    (tmp_path / "config.json").write_text(text)

    assert "config.json: the JSON cannot be read (" in refusal("model", tmp_path)


def test_names_of_arrays_are_cut_in_messages(tmp_path):
    path = tmp_path / "w.npz"
    np.savez(path, **{"n" * 30_000: np.eye(2), "m" * 30_000: np.eye(2)})

    assert len(refusal("vectors", path)) < 500
