import json

import numpy as np
import pytest

from attnviz import self_attention
from attnviz.core.problem_size import trace_bytes
from attnviz.errors import InputError
from attnviz.lessons import spec
from attnviz.lessons.registry import LESSONS
from attnviz.lessons.request import LessonRequest
from attnviz.lessons.spec import FilmLesson, lessons_from_spec, spec_text
from attnviz.progress import watched
from tests.damage import ABSENT, damaged

RNG = np.random.default_rng(5)
TRACE = self_attention(
    *(RNG.normal(size=(3, 4)), *(RNG.normal(size=(4, 4)) for _ in range(3))),
    heads=2,
    tokens=["猫", "a\n", "\udce9"],
    mask=np.tri(3, dtype=bool),
    bias=[0.5, -np.inf, 1.0],
)
MAIN, OTHER = LESSONS["self-attention"], LESSONS["scaling"]
LESSONS_TOLD = (
    FilmLesson(
        MAIN,
        "自注意力",
        LessonRequest(TRACE, 2, "zh", 3, "plain", most=9),
        ("scores", "softmax"),
        {"scores.why": "谁合适？"},
    ),
    FilmLesson(OTHER, "Scaling", LessonRequest(seed=7, distance=12)),
)


def test_the_lessons_of_a_film_come_back_with_their_whole_request():
    first, second = lessons_from_spec(spec_text(LESSONS_TOLD))

    assert first.request.sequence == TRACE
    assert first.request.sequence.problem.tokens == ("猫", "a\n", "\udce9")
    assert (first.lesson, first.title, first.steps) == (MAIN, "自注意力", ("scores", "softmax"))
    assert first.words == {"scores.why": "谁合适？"}
    asked = first.request
    assert (asked.query, asked.language, asked.precision, asked.rounding) == (2, "zh", 3, "plain")
    assert (second.lesson, second.steps, second.words) == (OTHER, (), {})
    assert second.request.trace is None
    assert (second.request.seed, second.request.distance) == (7, 12)


def test_a_spec_is_strict_json_in_ascii_with_its_schema_first():
    text = spec_text(LESSONS_TOLD)

    assert text.isascii()
    assert text.startswith('{"schema": "attnviz.film/1", "attnviz": "')
    json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))


def test_an_input_too_large_for_a_film_is_left_out_and_reported(monkeypatch):
    monkeypatch.setattr(spec, "MOST_CHARACTERS", 1000)

    text = spec_text(LESSONS_TOLD)

    assert json.loads(text)["chapters"][0]["request"]["problem"].keys() == {"left_out"}
    with pytest.raises(InputError, match=r"^chapter 1: its input was too large for a film to carr"):
        lessons_from_spec(text)


def test_an_input_that_would_take_more_memory_than_a_film_may_is_left_out(monkeypatch):
    monkeypatch.setattr(spec, "MOST_BYTES", trace_bytes(TRACE.problem))
    fits, left_out = json.loads(spec_text(LESSONS_TOLD[:1] * 2))["chapters"]

    assert fits["request"]["problem"]["tokens"] == ["猫", "a\n", "\udce9"]
    assert left_out["request"]["problem"].keys() == {"left_out"}


def test_more_lessons_than_are_read_are_neither_written_nor_read():
    says = "the film has 101 lessons, and at most 100 are kept in one: make several films of them"
    body = json.loads(spec_text(LESSONS_TOLD[1:] * 100))
    assert len(lessons_from_spec(json.dumps(body))) == 100

    with pytest.raises(InputError) as caught:
        spec_text(LESSONS_TOLD[1:] * 101)
    assert str(caught.value) == says
    with pytest.raises(InputError) as caught:
        lessons_from_spec(json.dumps(body | {"chapters": body["chapters"][:1] * 101}))
    assert str(caught.value) == says


def test_lessons_are_reported_as_they_are_computed():
    said = []
    with watched(lambda work, done, total: said.append((work, done, total))):
        lessons_from_spec(spec_text(LESSONS_TOLD))

    assert list(dict.fromkeys(said)) == [
        ("Chapter 1 of 2: Computing", 0, 0),
        ("Chapter 1 of 2: Computing", 0, 2),
        ("Chapter 1 of 2: Computing", 1, 2),
        ("Chapter 2 of 2: Computing", 0, 0),
    ]


def changed(path: str, value: object) -> str:
    return damaged(spec_text(LESSONS_TOLD), path, value)


ASKED = "chapters/0/request"
BROKEN = {
    "no JSON": ("{", "what made the film is not JSON (Expecting property name"),
    "very deep": ("[" * 100_000, "what made the film is not JSON (maximum recursion depth"),
    "a list": ("[]", "what made the film has the schema 'list', and this attnviz reads 'attnviz"),
    "a later schema": (
        changed("schema", "attnviz.film/2"),
        "what made the film has the schema 'attnviz.film/2', and this attnviz reads",
    ),
    "no chapters": (changed("chapters", None), "what made the film is damaged: it has no chapters"),
    "cards only": (changed("chapters", []), "it has title cards only: there is nothing to explain"),
    "chapters in words": (changed("chapters", "two"), "what made the film is damaged: it has no"),
    "a chapter in words": (
        changed("chapters", ["one"]),
        "what made the film is damaged: chapter 1 is no table: render the film again",
    ),
    "an unknown lesson": (
        changed("chapters/1/lesson", "scalings"),
        "chapter 2: unknown lesson 'scalings': did you mean 'scaling'?",
    ),
    "no title": (
        changed("chapters/0/title", ABSENT),
        "what made the film is damaged: chapter 1: title is missing or of the wrong kind",
    ),
    "no request": (
        changed(ASKED, None),
        "what made the film is damaged: chapter 1: request is missing or of the wrong kind",
    ),
    "no problem": (
        changed(f"{ASKED}/problem", None),
        "what made the film is damaged: chapter 1, request: problem is missing or of the wrong",
    ),
    "a problem that does not fit": (
        changed(f"{ASKED}/problem/tokens", ["a"]),
        "what made the film is damaged: chapter 1: a trace whose parts do not fit: 1 tokens",
    ),
    **{
        f"{name} is {value!r}": (
            changed(f"{ASKED}/{name}", value),
            f"what made the film is damaged: chapter 1, request: {name} is missing or of the",
        )
        for name, value in {
            "query": 3,
            "language": "fr",
            "precision": 13,
            "rounding": ["plain"],
            "seed": True,
            "distance": 0,
        }.items()
    },
    **{
        f"an unknown name in {place or 'the film'}": (
            changed(f"{place}/nope".lstrip("/"), [1]),
            f"what made the film{where} has 'nope', which this attnviz does not know: render the",
        )
        for place, where in {
            "": ": it",
            "chapters/0": " is damaged: chapter 1: it",
            ASKED: " is damaged: chapter 1, request: it",
            f"{ASKED}/problem": " is damaged: chapter 1: what is kept of its input",
            f"{ASKED}/problem/problem": " is damaged: chapter 1: trace field problem",
            f"{ASKED}/problem/options": " is damaged: chapter 1: trace field options",
            f"{ASKED}/problem/dtypes": " is damaged: chapter 1: trace field dtypes",
            f"{ASKED}/problem/shapes": " is damaged: chapter 1: trace field shapes",
        }.items()
    },
    "one name twice": (
        spec_text(LESSONS_TOLD).replace('"query": 2', '"query": 0, "query": 2'),
        "what made the film is not JSON (an object in it has the key 'query' twice): render the",
    ),
    "a distance that the lesson does not have": (
        spec_text([FilmLesson(LESSONS["context"], "Context", LessonRequest(distance=32))]),
        "what made the film is damaged: chapter 1, request: distance is 32, expected 1 to 31",
    ),
    **{
        f"{name} is {value!r}": (
            changed(f"chapters/0/{name}", value),
            f"what made the film is damaged: chapter 1: {name} is missing or of the wrong kind",
        )
        for name, value in {"steps": [1], "words": {"scores.why": 1}, "title": 3}.items()
    },
}


@pytest.mark.parametrize(("text", "says"), BROKEN.values(), ids=BROKEN.keys())
def test_the_place_of_damage_in_a_spec_is_reported_in_one_line(text, says):
    with pytest.raises(InputError) as caught:
        lessons_from_spec(text)

    assert str(caught.value).startswith(says)
    assert "\n" not in str(caught.value)
