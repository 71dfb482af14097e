"""A digest of the files of weights, which says exactly which they are."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import platformdirs

from attnviz.progress import reporting

_SHA256 = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 20


def revision(files: Sequence[Path]) -> str:
    """The sha256 of the weights, in hexadecimal; of several files, that of their digests one after the other.

    The hub's cache names its files by their digests. Of others what was found is remembered, in the user's cache
    directory, until a file changes its size or its time; what cannot be written there is found anew each time.
    """
    digests = [_digest(path) for path in files]
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def _digest(path: Path) -> str:
    real = path.resolve()
    if _SHA256.fullmatch(real.name):
        return real.name
    state = real.stat()
    key = f"{real}:{state.st_size}:{state.st_mtime_ns}"
    remembered = _remembered()
    if key not in remembered:
        remembered[key] = _sum_of(real)
        _remember(remembered)
    return remembered[key]


def _sum_of(path: Path) -> str:
    summed, size = hashlib.sha256(), path.stat().st_size // _CHUNK
    with path.open("rb") as file:
        for chunk in reporting(
            iter(lambda: file.read(_CHUNK), b""), f"MiB of {path.name} checked", size
        ):
            summed.update(chunk)
    return summed.hexdigest()


def _memory() -> Path:
    return platformdirs.user_cache_path("attnviz", appauthor=False) / "models.json"


def _remembered() -> dict[str, str]:
    try:
        known = json.loads(_memory().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(known, dict):
        return {}
    return {key: each for key, each in known.items() if _SHA256.fullmatch(str(each))}


def _remember(known: dict[str, str]) -> None:
    path = _memory()
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(
            f".{path.name}.{hashlib.sha256(repr(known).encode()).hexdigest()[:8]}"
        )
        beside.write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")
        beside.replace(path)
