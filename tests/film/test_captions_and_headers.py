"""What is said in every film: each part of the narration once, in order, in time, under the right heading."""

from itertools import pairwise

import pytest
import srt

from attnviz.render.video.captions import subrip
from attnviz.story.i18n import words
from attnviz.story.languages import language
from attnviz.views.film.components.matrix import MOST_SIDE
from attnviz.views.film.style import CAPTION, HEADER, SIDEBAR

from .conftest import grouped


def solid(text: str) -> str:
    """Without blanks, and lowered letters as they are written."""
    return "".join(text.split())


def test_every_part_of_every_step_is_a_beat_in_its_order(any_film):
    parts = [(step.id, part) for step in any_film.steps for part in step.narration]
    assert [(screen.beat.step, screen.beat.part) for screen in any_film.screens] == parts


def test_the_caption_strip_holds_the_caption_of_the_beat_and_no_other(any_film):
    for screen in any_film.screens:
        strip = [t for t in screen.texts if t.rect.top < CAPTION.top and t.rect.bottom > -3.65]
        tops = {t.line: max(each.rect.top for each in strip if each.line == t.line) for t in strip}
        lines = sorted(strip, key=lambda t: (-tops[t.line], t.rect.left))
        assert screen.captions == (screen.beat.caption,)
        assert solid("".join(t.text for t in lines)) == solid(screen.beat.caption)


def test_the_srt_has_the_same_captions_at_times_in_order(any_film):
    lines = list(srt.parse(subrip(any_film.plan.captions)))
    assert [line.content for line in lines] == [
        screen.beat.caption.replace("\n\n", "\n") for screen in any_film.screens
    ]
    assert [line.index for line in lines] == list(range(1, len(lines) + 1))
    assert all(line.start < line.end for line in lines)
    assert all(one.end <= other.start for one, other in pairwise(lines))


def test_every_caption_is_shown_long_enough_to_be_read(any_film):
    reading = language(any_film.storyboard.language).reading_speed
    for screen in any_film.screens:
        least = 0.6 * len(screen.beat.caption) / reading
        assert screen.beat.end - screen.beat.start >= least, screen.beat.name


def test_the_header_shows_the_place_in_the_lesson(any_film):
    steps = any_film.storyboard.steps
    theme = any_film.style.theme
    names = [step.id for step in steps]
    for screen in any_film.screens:
        now = names.index(screen.beat.step)
        dots = [theme.dim] * now + [theme.ink] + [theme.hairline] * (len(steps) - now - 1)
        title = [f"{now + 1}  {steps[now].title}"]
        if steps[now].head is not None:
            spoken = words(any_film.storyboard.language)
            title.append(f" · {spoken.phrase('common', 'head', head=steps[now].head)}")
        assert screen.headers == ((any_film.storyboard.title, "".join(title), tuple(dots)),)
        shown = [t for t in screen.texts if t.rect.bottom > HEADER.bottom]
        assert [t.text for t in shown] == [any_film.storyboard.title, *title]
        first = min(
            rect.left
            for kind, rect in screen.extents
            if kind == "Dot" and rect.bottom > HEADER.bottom
        )
        assert max(t.rect.right for t in shown) < first - 0.2


def test_omitted_entries_are_noted_on_the_screen(any_film):
    for screen in any_film.screens:
        omitted = any_film.storyboard.step(screen.beat.step).omitted
        shown = {text.text for text in screen.texts}
        assert omitted is None or omitted in shown
        assert " · ".join(any_film.storyboard.brief_notes) in shown


@pytest.mark.xdist_group("two hundred tokens")
def test_two_hundred_tokens_take_no_more_than_half_as_long_again_as_three(screens_of):
    long, short = screens_of("two hundred tokens"), screens_of("illustrated")
    assert short.storyboard.trace.problem.n == 3
    assert long.plan.seconds <= 1.5 * short.plan.seconds


@pytest.mark.xdist_group("two hundred tokens")
@pytest.mark.parametrize("beat", ["inputs.why", "weights.why"])
def test_blocks_are_explained_when_the_first_ones_appear(screens_of, beat):
    def captions(case):
        (screen,) = (each for each in screens_of(case).screens if each.beat.name == beat)
        return solid(" ".join(each.text for each in screen.texts))

    note = solid(words("en").phrase("film", "large", blocks=MOST_SIDE))
    assert note in captions("two hundred tokens")
    assert note not in captions("illustrated")


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        *grouped(["turned by position"], {"X", "Q", "K", "V"}),
        *grouped(["given, with a cap and a sink"], {"Q", "K", "V"}),
    ],
)
def test_the_sidebar_holds_the_latest_queries_and_keys(screens_of, name, titles):
    screens = screens_of(name).screens
    last = max(i for i, each in enumerate(screens) if each.beat.step in ("places", "given"))

    assert len(screens) > last + 1
    for screen in screens[last + 1 :]:
        standing = {each.text for each in screen.texts if each.rect.right < SIDEBAR.right}
        assert titles <= standing, screen.beat.name
