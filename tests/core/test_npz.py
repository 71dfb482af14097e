"""Archives of arrays: each is unpacked when it is read, and none before its shape was checked."""

import io
import zipfile

import numpy as np
import pytest

from attnviz.core.npz import StoredArrays, TooLargeError, npy_array, npz_arrays
from attnviz.errors import InputError

METHODS = {
    "stored": zipfile.ZIP_STORED,
    "deflate": zipfile.ZIP_DEFLATED,
    "bzip2": zipfile.ZIP_BZIP2,
    "LZMA": zipfile.ZIP_LZMA,
}
RANDOM = np.random.default_rng(0)
ARRAYS = {
    "numbers": RANDOM.normal(size=(300, 400)),
    "zeros": np.zeros((500, 600)),
    "by columns": np.asfortranarray(RANDOM.normal(size=(3, 5))),
    "big-endian": np.arange(6, dtype=">i4").reshape(2, 3),
    "none": np.zeros((0, 3)),
    "one": np.array(1.5),
    "words": np.array(["a", "bc"]),
}


def npy(array) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def archive(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as writing:
        for name, content in members.items():
            writing.writestr(name, content)
    return file


@pytest.mark.parametrize("method", METHODS)
def test_arrays_come_back_as_numpy_reads_them(method):
    file = archive({f"{name}.npy": npy(each) for name, each in ARRAYS.items()}, METHODS[method])

    read = npz_arrays(file, most=2**23)

    file.seek(0)
    judge = np.load(file)
    assert list(read) == list(judge)
    for name, array in read.items():
        assert array.dtype == judge[name].dtype
        assert np.array_equal(array, judge[name])


def test_a_shape_is_refused_before_the_numbers_are_unpacked():
    content = npy(RANDOM.normal(size=(20_000, 5)))
    damaged = content[:-1] + bytes([content[-1] ^ 1])  # its check sum would be wrong

    def check(shape):
        raise InputError(f"refused {shape}")

    file = archive({"x.npy": content}, zipfile.ZIP_STORED)
    stored = io.BytesIO(file.getvalue().replace(content, damaged))

    with pytest.raises(InputError, match=r"refused \(20000, 5\)"):
        StoredArrays(stored, 2**20, check)["x"]
    with pytest.raises(ValueError, match="array x: its check sum is wrong"):
        StoredArrays(stored, 2**20)["x"]
    with pytest.raises(InputError, match=r"refused \(20000, 5\)"):
        npy_array(content, check)


def test_only_what_is_read_counts_against_the_limit():
    file = archive({"embedding.npy": npy(np.zeros(10_000)), "x.npy": npy(np.eye(2))})

    stored = StoredArrays(file, most=1000)

    assert stored["x"].tolist() == [[1, 0], [0, 1]]
    with pytest.raises(TooLargeError):
        stored["embedding"]
    with pytest.raises(TooLargeError):
        npz_arrays(file, most=1000)


def test_two_arrays_of_one_name_are_refused():
    file = archive({"x": npy(np.eye(2)), "x.npy": npy(np.eye(3))})

    with pytest.raises(ValueError, match="it holds two arrays named x"):
        StoredArrays(file, 1000)


def test_an_archive_behind_other_bytes_is_read():
    file = io.BytesIO(b"#!/bin/sh\n" + archive({"x.npy": npy(np.eye(2))}).getvalue())

    assert npz_arrays(file, 1000)["x"].tolist() == [[1, 0], [0, 1]]


def test_a_member_that_is_longer_than_its_place_is_refused():
    content = archive({"x.npy": npy(np.eye(2)), "y.npy": npy(np.eye(2))}).getvalue()
    second = content.index(b"PK\x03\x04", 1)
    # the first head says that its name is longer, so that its content would begin, and end, further on
    longer = content[:26] + (second // 2).to_bytes(2, "little") + content[28:]

    with pytest.raises(ValueError, match="array x: it goes on into the next one"):
        npz_arrays(io.BytesIO(longer), 1000)
