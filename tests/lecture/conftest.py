from collections.abc import Callable
from pathlib import Path

import pytest

from attnviz.lecture.model import Lecture
from attnviz.lecture.reading import read_lecture


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Writes text into talk.toml, in the folder that is worked in."""
    monkeypatch.chdir(tmp_path)

    def write(text: str | bytes, name: str = "talk.toml") -> Path:
        path = Path(name)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.fixture
def read(written: Callable[[str], Path]) -> Callable[[str], Lecture]:
    """The lecture of that text."""
    return lambda text: read_lecture(written(text))
