"""The spec of a film, packed into its comment and read back; and one of its frames, as a poster."""

from __future__ import annotations

import base64
import zlib
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer

from attnviz.errors import InputError, parsing
from attnviz.lessons.spec import MOST_CHARACTERS
from attnviz.render.video.media import opened
from attnviz.safe_text import safe_json

_PLAIN = 32_768
"""Up to so many characters the spec stands in the file as it is."""
MOST_UNPACKED = MOST_CHARACTERS + 2**20
"""No more bytes than this are unpacked: all problems of a film, and what is said of its chapters."""
_IS_SPEC = '{"schema": "attnviz.film/'
_PACKED = "attnviz.views.film;zlib;base64,"
_PNG, _PNG_END = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"IEND\xaeB`\x82"
_CURE = "give an .mp4 that attnviz render made"


def packed(spec: str) -> str:
    """The spec as the comment of a film: as it is, or, where it is long, compressed."""
    spec = safe_json(spec)
    if len(spec) <= _PLAIN:
        return spec
    return _PACKED + base64.b64encode(zlib.compress(spec.encode("utf-8"))).decode("ascii")


def poster(path: Path, at: float) -> bytes:
    """The frame that the film shows at `at` seconds, or its last, as PNG. Raises InputError if it is no video."""
    with _opened(path) as film:
        stream = film.streams.video[0]
        film.seek(int(at / (stream.time_base or 1)), stream=stream)
        shown = None
        for frame in film.decode(stream):
            if shown is not None and frame.time is not None and frame.time > at:
                break
            shown = frame
    if shown is None:
        raise InputError(f"{path} has no frame: render it again")
    picture = shown.reformat(format="rgb24")
    encoder = av.CodecContext.create("png", "w")
    encoder.width, encoder.height, encoder.pix_fmt = picture.width, picture.height, "rgb24"
    encoder.time_base = picture.time_base = Fraction(1, 1)
    picture.pts = 0
    return b"".join(bytes(packet) for packet in (*encoder.encode(picture), *encoder.encode(None)))


def is_png(data: bytes) -> bool:
    """True if the bytes begin and end as those of a PNG with a size do."""
    size = data[16:24]
    return data.startswith(_PNG) and data.endswith(_PNG_END) and len(size) == 8 and any(size)


def read_spec(path: Path) -> str:
    """The text of what made the film, as `assemble` was given it.

    Raises InputError if the file is missing, no video, damaged, or does not hold one.
    """
    with _opened(path) as film, parsing(str(path), _CURE):
        comment = str(film.metadata.get("comment", ""))
    if comment.startswith(_IS_SPEC):
        return comment
    if not comment.startswith(_PACKED):
        raise InputError(
            f"{path} was not made by attnviz render, or before it wrote what made it: "
            "give the input itself, or render it again"
        )
    try:
        packed = base64.b64decode(comment.removeprefix(_PACKED), validate=True)
        unpacked = zlib.decompressobj().decompress(packed, MOST_UNPACKED + 1)
        if len(unpacked) > MOST_UNPACKED:
            raise InputError(
                f"{path}: what made it unpacks to more than {MOST_UNPACKED // 2**20} MiB, the most that is read: "
                "give the input itself"
            )
        return unpacked.decode("utf-8")
    except (ValueError, zlib.error) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"{path} is damaged where it says what made it: render it again"
        ) from error


def _opened(path: Path) -> InputContainer:
    """The film. Raises InputError if there is none in the file."""
    film = opened(path, "film", missing="give a film that attnviz render made", cure=_CURE)
    if not film.streams.video:
        film.close()
        raise InputError(f"{path} holds no picture: {_CURE}")
    return film
