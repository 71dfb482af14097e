"""Files of pictures and sound, opened to be read, with what FFmpeg says of them in the words of a message."""

from __future__ import annotations

from pathlib import Path

import av
from av.container import InputContainer

from attnviz.errors import InputError, parsing

_FORMATS = (
    *("mov", "mp4", "matroska", "webm", "avi", "flv", "asf", "mpeg", "mpegts"),
    *(
        "wav",
        "w64",
        "mp3",
        "aac",
        "flac",
        "ogg",
        "aiff",
        "au",
        "caf",
        "amr",
        "ac3",
        "eac3",
        "ape",
        "tta",
        "wv",
    ),
)
"""Containers that hold what they play. Playlists, which list addresses, are not among them."""
_ONLY_FILES = {"protocol_whitelist": "file", "format_whitelist": ",".join(_FORMATS)}


def file_url(path: Path) -> str:
    """The path for FFmpeg, which otherwise takes "talk: 1.mp4" for an address, and opens that of "http://…"."""
    return f"file:{path}"


def opened(path: Path, kind: str, *, missing: str, cure: str) -> InputContainer:
    """The file, for the caller to close. `kind` is what it should be: "film", "sound".

    Raises InputError if there is no such file, with the advice `missing`, or if FFmpeg cannot read it, with `cure`. No
    address is ever opened: FFmpeg takes "http://…" for one, and so may what a file says of its parts.
    """
    with parsing(str(path), cure, f"is no {kind} that can be read"):
        try:
            if not path.exists():
                raise InputError(f"{path}: no such file: {missing}")
            if not path.is_file() and not path.is_dir():
                raise InputError(
                    f"{path} is a pipe or a device, and a {kind} is read from a file: {cure}"
                )
            return av.open(file_url(path), metadata_errors="replace", options=dict(_ONLY_FILES))
        except (av.FFmpegError, OSError) as error:
            raise InputError(
                f"{path} is no {kind} that can be read ({reason(error)}): {cure}"
            ) from error


def reason(error: av.FFmpegError | OSError) -> str:
    """Why FFmpeg could not, in its words."""
    return (error.strerror or str(error)).lower()
