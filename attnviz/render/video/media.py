"""Files of pictures and sound, opened to be read, with what FFmpeg says of them in the words of a message."""

from __future__ import annotations

from pathlib import Path

import av
from av.container import InputContainer

from attnviz.errors import InputError


def opened(path: Path, kind: str, *, missing: str, cure: str) -> InputContainer:
    """The file, for the caller to close. `kind` is what it should be: "film", "sound".

    Raises InputError if there is no such file, with the advice `missing`, or if FFmpeg cannot read it, with `cure`.
    """
    try:
        return av.open(path, metadata_errors="replace")
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file: {missing}") from error
    except (av.FFmpegError, OSError) as error:
        raise InputError(
            f"{path} is no {kind} that can be read ({reason(error)}): {cure}"
        ) from error


def reason(error: av.FFmpegError | OSError) -> str:
    """Why FFmpeg could not, in its words."""
    return (error.strerror or str(error)).lower()
