"""A film that is sent to another machine brings its glyphs along, and is the same film there."""

import pickle

import pytest
from attnviz.scenes import scene_of

from attnviz.inputs import InputRequest
from attnviz.lessons.registry import build_storyboard, lesson_named
from attnviz.library.lesson_input import Presentation, lesson_request
from attnviz.render.quality import Quality
from attnviz.typeset import fonts, typefaces
from attnviz.views.film.film import Film
from attnviz.views.film.production.planning import plan
from attnviz.views.film.production.portable_film import portable_film
from attnviz.views.film.style import Style

SMALL = Quality(160, 90, 5)


def film(name: str, lang: str, *only: str, **given) -> Film:
    lesson = lesson_named(name)
    board = build_storyboard(
        name, lesson_request(lesson, InputRequest(**given), Presentation(lang=lang))
    )
    return Film(scene_of(lesson), board, Style(), SMALL, only)


@pytest.mark.parametrize(
    "asked",
    [
        film("self-attention", "zh", "inputs", "scores", "softmax", text="我 爱 猫"),
        film("cost", "zh"),
        film("order", "zh"),
        film("self-attention", "en", "inputs"),
        film("self-attention", "zh", "inputs", "softmax", text="القطة על हिन्दी น้ำ 猫"),
    ],
    ids=["own words", "cost", "order", "English", "scripts"],
)
def test_where_there_is_no_such_font_the_same_film_is_planned(asked, monkeypatch):
    here = plan(asked)
    sent = pickle.dumps(portable_film(asked))
    assert len(sent) < 500_000

    monkeypatch.setattr(fonts, "chinese", lambda: None)
    monkeypatch.setattr(typefaces, "chinese", lambda: None)
    monkeypatch.setattr(fonts, "other_typefaces", lambda: ())
    fonts._face_for.cache_clear()
    fonts._faces.cache_clear()
    try:
        there = plan(pickle.loads(sent))
    finally:
        fonts._face_for.cache_clear()
        fonts._faces.cache_clear()

    assert [each.key for each in there.segments] == [each.key for each in here.segments]
    assert None not in [each.key for each in here.segments]


def test_a_film_that_inter_can_draw_brings_no_font():
    assert portable_film(film("cost", "en")).fonts == ()
