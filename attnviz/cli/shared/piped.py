"""TEXT that is "-": what is piped in, a text or the input vectors, and a line that says which."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import Any

from attnviz.cli.shared.lines import echo_line
from attnviz.errors import InputError
from attnviz.inputs.files.reading import MAX_FILE_BYTES, STDIN, as_text, content_of

_FILES = ("vectors", "qkv", "weights", "mask", "bias")
_NUMBER = re.compile(r"[+\-−]?(\d+([.,]\d*)?|[.,]\d+)([eE][+\-]?\d+)?")
_BETWEEN_CELLS = re.compile(r"[,;\t]")


def piped_input(given: Mapping[str, Any]) -> dict[str, str | None]:
    """What to put in the place of TEXT and --vectors where TEXT is "-".

    Rows of numbers, JSON and NumPy arrays are vectors, as `--vectors -` reads them, unless other options say what is
    attended over; all else is the text. Raises InputError if stdin is closed, is named by another option too, or holds
    neither.
    """
    for name in _FILES:
        if given.get(name) == STDIN:
            raise InputError(
                f"TEXT and --{name} are both -, and stdin is read once: name a file for one of them"
            )
    if sys.stdin is None:
        raise InputError("TEXT is -, and stdin is closed: pipe a text or vectors into it")
    stream: Any = sys.stdin.buffer
    no_other_input = all(given.get(name) is None for name in ("vectors", "qkv", "model", "tokens"))
    if no_other_input and not sys.stdin.isatty() and _is_vectors(stream.peek(4096)):
        echo_line("Note: stdin was read as --vectors -, as it holds numbers", err=True)
        return {"text": None, "vectors": STDIN}
    data = stream.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise InputError(f"stdin is larger than {MAX_FILE_BYTES // 2**20} MiB: pipe in less text")
    text = as_text(data, "stdin").strip()
    echo_line("Note: stdin was read as TEXT; vectors are piped into --vectors -", err=True)
    return {"text": text}


def _is_vectors(begin: bytes) -> bool:
    """True if this begins a file of vectors: an array, JSON, or a row of several cells, the last a number."""
    kind = content_of(begin)
    if kind != "text":
        return kind not in ("pickle", "binary")
    # the first may be a header
    lines = begin.decode("utf-8", "replace").strip().splitlines()[:2]
    return any(_is_row(each) for each in lines)


def _is_row(line: str) -> bool:
    cells = [each.strip() for each in _BETWEEN_CELLS.split(line)]
    return len(cells) > 1 and _NUMBER.fullmatch(cells[-1]) is not None
