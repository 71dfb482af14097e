"""A file with random damage is read, or refused in one line: nothing else comes out of a parser."""

import random
import warnings

import pytest

from attnviz.errors import AttnvizError
from tests.hostile.small_files import SMALL_FILES

TIMES = 500
HEADER = 400
"""Bytes in which every other damage is: in a large file the header would hardly be met."""


def damaged(data: bytes, chance: random.Random) -> bytes:
    """With up to eight other bytes, and at times cut short."""
    changed = bytearray(data)
    end = min(HEADER, len(data)) if chance.random() < 0.5 else len(data)
    for _ in range(chance.randint(1, 8)):
        changed[chance.randrange(end)] = chance.randrange(256)
    if chance.random() < 0.1:
        del changed[chance.randrange(len(changed)) :]
    return bytes(changed)


@pytest.mark.parametrize("name", SMALL_FILES)
def test_a_file_with_flipped_bytes_is_read_or_refused_in_one_line(name, tmp_path, monkeypatch):
    file = SMALL_FILES[name](tmp_path)
    file.read(file.path)  # undamaged, it is read
    whole, chance, refused = file.path.read_bytes(), random.Random(name), 0

    for i in range(TIMES):
        file.path.write_bytes(damaged(whole, chance))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # numbers that overflow, headers of old NumPy
                file.read(file.path)
        except AttnvizError as error:
            refused += 1
            assert "\n" not in str(error), i
            assert len(str(error)) < 1000, i

    assert refused > TIMES // 20
