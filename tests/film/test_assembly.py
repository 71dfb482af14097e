"""Chapters become one film: planned, re-timed, drawn, joined, and told where they are."""

from dataclasses import replace

import av
import pytest
from attnviz.scenes import scene_of
from attnviz.scenes.title_card import TitleCard

from attnviz.errors import InputError
from attnviz.inputs import InputRequest
from attnviz.lessons.registry import build_storyboard, lesson_named
from attnviz.library.lesson_input import Presentation, lesson_request
from attnviz.render.quality import QUALITIES
from attnviz.story.pace import PACES
from attnviz.story.title_card import card_storyboard
from attnviz.views.film.film import Film
from attnviz.views.film.production.film_service import film_service
from attnviz.views.film.style import Style
from attnviz.views.film.video.assembly import About, Chapter, FilmPlan, make
from attnviz.views.film.video.assembly import planned as planned_in

SMALL = replace(QUALITIES["low"], width=160, height=90)
NEAR = 0.3
"""Seconds by which a film may miss its duration."""
ABOUT = About("T", "D", '{"schema": "attnviz.film/1"}')


def lesson(name="cost", only=("path-length",), fps=15, pace="normal", **given) -> Chapter:
    """Some steps of a lesson, with its subtitles in Chinese."""
    one = lesson_named(name)
    english, chinese = (
        build_storyboard(name, lesson_request(one, InputRequest(**given), Presentation(lang=lang)))
        for lang in ("en", "zh")
    )
    style, size = Style(pace=PACES[pace]), replace(SMALL, fps=fps)
    return Chapter(Film(scene_of(one), english, style, size, only), (chinese,))


def short(**how) -> Chapter:
    """The lesson that is planned soonest."""
    return lesson("self-attention", ("inputs",), text="a b", **how)


def card(seconds=1.0, fps=15) -> Chapter:
    boards = card_storyboard("Part one", (), "en"), card_storyboard("第一部分", (), "zh")
    film = Film(TitleCard, boards[0], Style(), replace(SMALL, fps=fps), card_seconds=seconds)
    return Chapter(film, boards[1:], is_card=True)


def planned(chapters, duration=None) -> FilmPlan:
    with film_service() as place:
        return planned_in(chapters, place, duration)


@pytest.fixture(scope="module")
def film_plan():
    """A card, some steps of a lesson, and another lesson."""
    return planned([card(), lesson("self-attention", ("inputs", "scores"), text="a b"), lesson()])


def test_a_film_plan_is_as_long_as_its_chapters_and_each_begins_where_one_ends(film_plan):
    assert film_plan.frames == sum(each.frames for each in film_plan.plans)
    assert film_plan.seconds == pytest.approx(film_plan.frames / 15)
    first, second, third = film_plan.lengths
    assert film_plan.starts == pytest.approx((0, first, first + second))
    assert film_plan.seconds == pytest.approx(first + second + third)


def test_captions_have_times_of_the_whole_film_in_either_language(film_plan):
    assert film_plan.languages == ("en", "zh")
    english, chinese = (film_plan.captions(language) for language in ("en", "zh"))

    beats = [beat for plan in film_plan.plans for beat in plan.beats]
    assert [each.text for each in english] == [beat.caption for beat in beats]
    assert [(e.start, e.end) for e in english] == [(c.start, c.end) for c in chinese]
    assert english[0].text == "Part one"
    assert chinese[0].text == "第一部分"
    ends = [each.end for each in english]
    assert ends == sorted(ends)
    assert film_plan.seconds - 2 < ends[-1] <= film_plan.seconds
    assert english[1].start >= film_plan.starts[1]
    with pytest.raises(LookupError):
        film_plan.captions("fr")


def test_the_places_to_jump_to_are_cards_and_steps_without_a_gap(film_plan):
    chapter_marks = film_plan.chapter_marks

    assert [mark.title for mark in chapter_marks] == [
        "Part one",
        "Self-attention: Inputs",
        "Self-attention: Scores of one query",
        f"{film_plan.chapters[2].film.storyboard.title}: "
        f"{film_plan.chapters[2].film.storyboard.step('path-length').title}",
    ]
    assert [mark.end for mark in chapter_marks[:-1]] == [mark.start for mark in chapter_marks[1:]]
    assert (chapter_marks[0].start, chapter_marks[-1].end) == (0, pytest.approx(film_plan.seconds))


def test_a_lesson_alone_is_parted_by_its_steps(film_plan):
    alone = film_plan.only([1])

    assert [mark.title for mark in alone.chapter_marks] == ["Inputs", "Scores of one query"]
    assert alone.starts == (0,)
    assert alone.seconds == film_plan.lengths[1]


@pytest.mark.parametrize("share", [0.9, 1.4, 3.0])
def test_a_film_has_the_duration_it_is_given(share):
    chapters = [card(), short(), short(pace="slow")]
    target_seconds = share * planned(chapters).seconds

    retimed = planned(chapters, target_seconds)

    assert retimed.seconds == pytest.approx(target_seconds, abs=NEAR)
    paces = [
        (new.film.style.pace, old.film.style.pace)
        for new, old in zip(retimed.chapters, chapters, strict=True)
    ]
    assert all(new.moves == old.moves for new, old in paces)
    assert all((new.holds > old.holds) == (share > 1) for new, old in paces)


@pytest.mark.parametrize("card_seconds", [1.0, 30.0])
def test_the_least_duration_in_the_message_is_possible(card_seconds):
    chapters = [card(card_seconds), short()]

    with pytest.raises(InputError) as refused:
        planned(chapters, 5.0)

    message, _, least = str(refused.value).rpartition(" ")
    assert message == (
        "--duration 0:05 is too short for its captions to be read: this film takes at least"
    )
    minutes, seconds = map(int, least.split(":"))
    quickest = planned(chapters, 60 * minutes + seconds)
    assert quickest.seconds == pytest.approx(60 * minutes + seconds, abs=NEAR)
    assert quickest.chapters[1].film.style.pace.moves < chapters[1].film.style.pace.moves
    with pytest.raises(InputError):
        planned(chapters, 60 * minutes + seconds - 2)


def test_a_film_is_drawn_as_planned_and_leaves_no_work_files(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    film, counted = planned([card(fps=5), lesson(fps=5, pace="fast")]), []

    with film_service() as place:
        make(film, tmp_path / "a.mp4", ABOUT, place, on_frames=counted.append)

    with av.open(str(tmp_path / "a.mp4")) as drawn:
        assert sum(1 for _ in drawn.decode(video=0)) == film.frames == sum(counted)
        assert not drawn.streams.audio
        assert [each["metadata"]["title"] for each in drawn.chapters()] == [
            mark.title for mark in film.chapter_marks
        ]
    assert not list((tmp_path / "cache" / "attnviz").iterdir())


def test_a_film_of_cards_alone_has_a_poster_too(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    film = planned([card(fps=5), card(0.1, fps=5)])

    with film_service() as place:
        make(film, tmp_path / "a.mp4", ABOUT, place)

    with av.open(str(tmp_path / "a.mp4")) as drawn:
        (poster,) = drawn.decode(drawn.streams.video[1])
        assert poster.to_ndarray(format="gray").std() > 5
