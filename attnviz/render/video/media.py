"""Files of pictures and sound, opened to be read, with what FFmpeg says of them in the words of a message."""

from __future__ import annotations

from pathlib import Path

import av
from av.container import InputContainer

from attnviz.errors import InputError, parsing


def opened(path: Path, kind: str, *, missing: str, cure: str) -> InputContainer:
    """The file, for the caller to close. `kind` is what it should be: "film", "sound".

    Only files are opened: FFmpeg takes "http://…" and "talk: 1.mp4" for places in a network, and so may what a file
    says of its parts.

    Raises InputError if there is no such file, with the advice `missing`, or if FFmpeg cannot read it, with `cure`.
    """
    with parsing(str(path), cure, f"is no {kind} that can be read"):
        try:
            return av.open(
                f"file:{path}", metadata_errors="replace", options={"protocol_whitelist": "file"}
            )
        except FileNotFoundError as error:
            raise InputError(f"{path}: no such file: {missing}") from error
        except (av.FFmpegError, OSError) as error:
            raise InputError(
                f"{path} is no {kind} that can be read ({reason(error)}): {cure}"
            ) from error


def reason(error: av.FFmpegError | OSError) -> str:
    """Why FFmpeg could not, in its words."""
    return (error.strerror or str(error)).lower()
