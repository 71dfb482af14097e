"""The MP4 file: parts joined without encoding them again, and all that it carries besides the picture.

That is chapters, a subtitle track a language, a title and a description, a poster, sound, and the text of what made it,
each in the form that ordinary players know. Needs FFmpeg's libraries, which PyAV brings, and no program.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer, OutputContainer
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from attnviz.render.video.boxes import disable_first_subtitles
from attnviz.render.video.captions import TimedCaption, timed
from attnviz.render.video.media import file_url
from attnviz.render.video.sound import add_sound, sound_of
from attnviz.safe_text import safe_text

_MILLISECOND = Fraction(1, 1000)

_SUBTITLE_STYLE = b"""[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, \
StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,0

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""
"""Look of the subtitles where the player has no wish of its own: the encoder takes it in the form of ASS."""


@dataclass(frozen=True)
class ChapterMark:
    """A place in the film that players offer to jump to, in seconds."""

    title: str
    start: float
    end: float


@dataclass(frozen=True)
class TrackLanguage:
    """A language as MP4 and players list it."""

    code: str
    """Of ISO 639-2: "eng"."""
    name: str


UNDETERMINED = TrackLanguage("und", "")
"""A language that nobody named."""


@dataclass(frozen=True)
class Track:
    """Subtitles that can be switched on."""

    language: TrackLanguage
    captions: Sequence[TimedCaption]
    is_default: bool = False
    """True if players show it unasked."""


@dataclass(frozen=True)
class _Part:
    """A video to be joined to others, measured."""

    path: Path
    settings: tuple[object, ...]
    """Properties that must be the same in all parts: the codec and its parameters, the size, the times."""
    unit: Fraction
    frame: int
    """Duration of a frame, in that unit."""
    count: int
    """Number of its frames."""
    lead: int
    """Number of frames that are decoded before the first is shown: frames may refer to later ones."""


def assemble(
    parts: Sequence[Path],
    target: Path,
    *,
    chapters: Sequence[ChapterMark],
    tracks: Sequence[Track],
    title: str,
    description: str,
    comment: str,
    language: TrackLanguage,
    encoding_tool: str,
    poster: bytes | None = None,
    sound: Path | None = None,
) -> None:
    """Joins videos of the same settings into `target`, an .mp4, one after the other, as they are encoded.

    `language` is that of picture and sound; `comment` and `encoding_tool` are written as given;
    `poster` is a PNG, shown where films are listed; `sound` is encoded as AAC, and cut, or continued with silence, to
    the length of the film.

    Raises InputError if the sound cannot be read, and ValueError, for a mistake in the program, if the parts do not fit
    each other.
    """
    measured = _measured(parts)
    unit = measured[0].unit
    with av.open(file_url(target), "w", format="mp4", container_options=_options(unit)) as film:
        flows = _flows(film, measured, tracks, language, sound)
        cover = () if poster is None else _cover(film, poster, unit)
        film.set_chapters([_chapter(i, each) for i, each in enumerate(chapters)])
        film.metadata.update(_metadata(title, description, comment, encoding_tool))
        film.mux(cover)
        for packet in heapq.merge(*flows, key=_moment):
            film.mux(packet)
    if tracks and not any(track.is_default for track in tracks):
        disable_first_subtitles(target)


def _options(unit: Fraction) -> dict[str, str]:
    return {
        "movflags": "+faststart",
        # Left to itself the muxer takes one that holds every stream's unit, too fine for chapters of ten minutes.
        "movie_timescale": str(unit.denominator),
    }


def _flows(
    film: OutputContainer,
    parts: Sequence[_Part],
    tracks: Sequence[Track],
    language: TrackLanguage,
    sound: Path | None,
) -> list[Iterator[av.Packet[Any]]]:
    """New streams for picture, sound and subtitles, and the packets of each."""
    seconds = float(sum(part.count * part.frame for part in parts) * parts[0].unit)
    with av.open(file_url(parts[0].path)) as model:
        picture = film.add_stream_from_template(model.streams.video[0], opaque=True)
    picture.metadata["language"] = language.code
    flows = [_picture(parts, picture)]
    if sound is not None:
        flows.append(sound_of(sound, add_sound(film, sound, language.code), seconds))
    return flows + [_subtitles(film, track, seconds) for track in tracks]


def _metadata(title: str, description: str, comment: str, encoding_tool: str) -> Mapping[str, str]:
    return {
        "title": safe_text(title),
        "description": safe_text(description, lines=True),
        "comment": comment,
        "encoding_tool": encoding_tool,
    }


def _measured(parts: Sequence[Path]) -> list[_Part]:
    measured = [_measure(Path(path)) for path in parts]
    for part in measured[1:]:
        if part.settings != measured[0].settings:
            raise ValueError(f"{part.path} was encoded otherwise than {measured[0].path}")
    return measured


def is_segment(path: Path, frames: int) -> bool:
    """True if the file is a video of so many frames that can be joined to others."""
    try:
        with _undecoded(path) as part:
            stream = part.streams.video[0]
            count = sum(1 for each in part.demux(stream) if each.pts is not None)
            return count == frames == stream.frames and _measure(path).count == frames
    except (av.FFmpegError, OSError, ValueError, IndexError):
        return False


def _undecoded(path: Path) -> InputContainer:
    """The file, for the caller to close. Opening it, FFmpeg decodes some frames to find out what is in its header: here
    it finds no decoder, and is forty times as quick.
    """
    return av.open(file_url(path), options={"codec_whitelist": "none"})


def _measure(path: Path) -> _Part:
    """By its header and first packet: all packets are looked at when they are joined."""
    with _undecoded(path) as part:
        stream = part.streams.video[0]
        context, unit = stream.codec_context, stream.time_base
        first = next((each for each in part.demux(stream) if each.pts is not None), None)
        if unit is None or first is None or not first.duration:
            raise ValueError(f"{path} has no frame")
        frame = first.duration
        settings = (context.name, context.extradata, context.width, context.height, unit, frame)
        lead = round(((first.pts or 0) - (first.dts or 0)) / frame)
        return _Part(path, settings, unit, frame, stream.frames, lead)


def _picture(parts: Sequence[_Part], stream: VideoStream) -> Iterator[av.Packet[Any]]:
    """The packets of the parts, each part beginning where the one before ends, frames evenly in time.

    manim joins what it drew to the microsecond: frames at the seams are a little short, and it adds up. So the times
    are counted in frames.
    """
    start, lead = 0, max(part.lead for part in parts)
    for part in parts:
        with _undecoded(part.path) as source:
            # The demuxer ends with an empty packet, which has no time.
            packets = [each for each in source.demux(video=0) if each.pts is not None]
            shown = {pts: i for i, pts in enumerate(sorted(each.pts or 0 for each in packets))}
            if len(packets) != part.count:
                raise ValueError(f"{part.path} has not as many frames as it says")
            for i, packet in enumerate(packets):
                packet.pts = (start + shown[packet.pts or 0]) * part.frame
                packet.dts = (start + i - lead) * part.frame
                packet.duration = part.frame
                packet.stream = stream
                yield packet
        start += part.count


def _subtitles(film: OutputContainer, track: Track, seconds: float) -> Iterator[av.Packet[Any]]:
    """A new stream for the track, and its packets. Between them the muxer adds empty ones, which clear the screen."""
    stream = film.add_stream("mov_text")
    stream.codec_context.subtitle_header = _SUBTITLE_STYLE
    stream.time_base = _MILLISECOND
    stream.disposition = Disposition.default if track.is_default else Disposition(0)
    stream.metadata.update(language=track.language.code, handler_name=track.language.name)
    return (
        _packet(_tx3g(text), stream, _MILLISECOND, start, end - start)
        for start, end, text in timed(track.captions, seconds)
    )


def _tx3g(text: str) -> bytes:
    """A sample of 3GPP timed text, as MP4 holds subtitles: its length in two bytes, and UTF-8."""
    encoded = text.encode("utf-8")
    return len(encoded).to_bytes(2) + encoded


def _cover(film: OutputContainer, png: bytes, unit: Fraction) -> av.Packet[Any]:
    """A new stream that is the cover, and its one packet."""
    # A PNG states its size behind its signature and the head of its first chunk.
    width, height = int.from_bytes(png[16:20]), int.from_bytes(png[20:24])
    stream = film.add_mux_stream("png", width=width, height=height)
    stream.time_base = unit
    stream.disposition = Disposition.attached_pic
    return _packet(png, stream, unit, 0, 0)


def _packet(
    data: bytes, stream: Stream, unit: Fraction, start: int, duration: int
) -> av.Packet[Any]:
    packet = av.Packet(data)
    packet.stream, packet.time_base = stream, unit
    packet.pts = packet.dts = start
    packet.duration = duration
    return packet


def _chapter(number: int, chapter: ChapterMark) -> av.container.Chapter:
    return {
        "id": number,
        "start": round(chapter.start * 1000),
        "end": round(chapter.end * 1000),
        "time_base": _MILLISECOND,
        "metadata": {"title": safe_text(chapter.title)},
    }


def _moment(packet: av.Packet[Any]) -> Fraction:
    return (packet.dts or 0) * packet.time_base
