"""Keys and bytes under which plans of films are stored."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.metadata import version

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


def plan_from_bytes(data: bytes) -> Plan:
    """The plan that was packed."""
    stored = json.loads(data)
    segments = tuple(
        Segment(each["first"], tuple(Play(**play) for play in each["plays"]))
        for each in stored["segments"]
    )
    beats = tuple(Beat(**each) for each in stored["beats"])
    time_spans = tuple(TimeSpan(**each) for each in stored["time_spans"])
    return Plan(stored["frames"], beats, time_spans, segments)
