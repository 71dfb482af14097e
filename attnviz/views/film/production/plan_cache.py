"""Keys and bytes under which plans of films are stored."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.metadata import version
from math import isfinite

from attnviz.lessons.registry import LESSONS
from attnviz.render.drawing.fingerprint import digest, program_digest
from attnviz.render.drawing.timeline import Play, Segment
from attnviz.render.program import Program
from attnviz.typeset.fonts import typeface, typefaces_needed
from attnviz.typeset.typefaces import Typeface, chinese, latin
from attnviz.views.film.film import Film, texts_shown
from attnviz.views.film.production.planning import Plan
from attnviz.views.film.stage import Beat
from attnviz.views.film.timing import TimeSpan


def key_of(film: Film, program: Program) -> str:
    """The digest of all that decides what the film is like."""
    with typeface(film.font):
        used = typefaces_needed(texts_shown(film))
    found = (latin(), chinese(), film.font, *used)
    faces = [_state(face) for face in dict.fromkeys(found) if face is not None]
    programs = (program, *_outside(film.storyboard.lesson))
    digests = [each.digest() for each in programs]
    return digest(film, program_digest(), digests, faces, version("uharfbuzz"))


def _outside(lesson: str) -> tuple[Program, ...]:
    """The package of a lesson from outside: its films change with its files."""
    known = LESSONS.get(lesson)
    if known is None or known.package.startswith("attnviz."):
        return ()
    return (Program(known.package.partition(".")[0], (known.package,)),)


def _state(face: Typeface) -> tuple[str, int, int, int]:
    state = face.path.stat()
    return str(face.path), face.index, state.st_size, state.st_mtime_ns


def plan_to_bytes(plan: Plan) -> bytes:
    """The plan as it is kept."""
    return json.dumps(asdict(plan)).encode("utf-8")


def plan_from_bytes(data: object) -> Plan:
    """The plan that was packed. Raises ValueError for anything else: it may come from a file, or from a worker."""
    if not isinstance(data, bytes):
        raise ValueError("a plan is bytes")
    try:
        stored = json.loads(data)
        segments = tuple(
            Segment(_number(each["first"]), tuple(_play(**play) for play in each["plays"]))
            for each in stored["segments"]
        )
        beats = tuple(_beat(**each) for each in stored["beats"])
        time_spans = tuple(_time_span(**each) for each in stored["time_spans"])
        return Plan(_number(stored["frames"]), beats, time_spans, segments)
    except (LookupError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise ValueError("it is no plan") from error


def _play(frames: object, key: object, still: object, moving: object) -> Play:
    if not isinstance(still, bool):
        raise ValueError("a play stands still or it does not")
    return Play(_number(frames), None if key is None else _text(key), still, _number(moving))


def _beat(step: object, part: object, caption: object, start: object, end: object) -> Beat:
    return Beat(_text(step), _text(part), _text(caption), _seconds(start), _seconds(end))


def _time_span(
    moving: object, still: object, reading: object, speaking: object, duration: object
) -> TimeSpan:
    return TimeSpan(
        _seconds(moving),
        _seconds(still),
        _seconds(reading),
        _seconds(speaking),
        None if duration is None else _seconds(duration),
    )


def _number(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("it is no number of frames")
    return value


def _seconds(value: object) -> float:
    if type(value) not in (int, float) or not isfinite(value):  # type: ignore[arg-type]
        raise ValueError("it is no time")
    return value  # type: ignore[return-value]


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("it is no text")
    return value
