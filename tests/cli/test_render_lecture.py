"""`attnviz render lecture.toml`: the films of a lecture in two languages, read back."""

import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
import srt

from attnviz.library.films import film_writer
from attnviz.library.films.film_writer import PlannedFilm
from attnviz.story.i18n import words
from attnviz.views.film.components.header_footer import CaptionView
from attnviz.views.film.production.planning import plan

from .conftest import TINY, Done, at_work, frames_of, left_over, marks, names, read, run

LECTURE = """
title = { en = "Two views", zh = "两种看法" }
languages = ["en", "zh"]
pace = "fast"
quality = "low"

[[chapter]]
card = { en = "Part one", zh = "第一部分" }
text = { en = ["Who looks", "at whom?"], zh = "谁看谁？" }
seconds = 1.2

[[chapter]]
lesson = "self-attention"
title = { en = "Mine", zh = "我的" }
text = { en = "big cat", zh = "大猫" }
query = 2
steps = ["inputs", "scores"]
[chapter.words]
scores.why = { en = "Whom does the cat hear?", zh = "猫听谁的？" }
scores.title = { en = "Who fits", zh = "谁相配" }

[[chapter]]
lesson = "cost"
steps = ["path-length"]
"""
OWN = {"en": "Whom does the cat hear?", "zh": "猫听谁的？"}
CODES = {"en": "eng", "zh": "zho"}
PAIRS = (("en", "zh"), ("zh", "en"))


@dataclass(frozen=True)
class Made:
    """What one run made."""

    folder: Path
    done: Done
    films: dict[str, PlannedFilm]
    """By language, as they were planned."""

    def film(self, language: str) -> Path:
        return self.folder / f"talk.{language}.mp4"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The films of the lecture, which the run found in another folder."""
    home, planned = tmp_path_factory.mktemp("lecture"), {}
    write = film_writer.write_film

    def noted(film, service, on_frames):
        planned[film.film_plan.languages[0]] = film
        write(film, service, on_frames)

    with at_work(home) as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(film_writer, "write_film", noted)
        (home / "talk.toml").write_text(LECTURE, encoding="utf-8")
        done = run("render", "../talk.toml")
        yield Made(folder, done, planned)


def caption_texts(film: Path, index: int) -> list[tuple[float, str]]:
    """When each subtitle begins, and what it says, as it is decoded."""
    with av.open(str(film)) as opened:
        stream = opened.streams.subtitles[index]
        decoded = [
            (float(packet.pts * stream.time_base), packet.decode())
            for packet in opened.demux(stream)
            if packet.size
        ]
    shown = [(at, "".join(each.dialogue.decode() for each in parts)) for at, parts in decoded]
    return [(at, text) for at, text in shown if text]


def captions(made: Made, language: str) -> list[srt.Subtitle]:
    path = made.film(language).with_suffix(".srt")
    return list(srt.parse(path.read_text(encoding="utf-8")))


def test_two_languages_are_two_films_each_with_its_captions_beside_it(made):
    assert (made.done.status, made.done.out) == (0, "")
    assert names(made.folder) == {
        f"talk.{language}.{suffix}" for language in ("en", "zh") for suffix in ("mp4", "srt", "vtt")
    }
    assert not left_over(made.folder.parent / "cache")
    lines = made.done.err.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["talk.en.mp4", "talk.zh.mp4"]
    assert all(line.endswith("160×90, 5 frames a second") for line in lines)


@pytest.mark.parametrize(("own", "other"), PAIRS)
def test_a_film_has_as_many_frames_as_were_planned_of_all_its_chapters(made, own, other):
    planned = made.films[own].film_plan

    size, count, rate = frames_of(made.film(own))

    assert (size, rate) == (TINY[:2], TINY[2])
    assert count == planned.frames == sum(each.frames for each in planned.plans)
    assert len(planned.plans) == 3


@pytest.mark.parametrize(("own", "other"), PAIRS)
def test_a_film_has_subtitles_in_both_languages_its_own_first(made, own, other):
    with av.open(str(made.film(own))) as film:
        found = [each.language for each in film.streams.subtitles]

    assert found == [CODES[own], CODES[other]]
    both = [caption_texts(made.film(own), i) for i in (0, 1)]
    assert [at for at, _ in both[0]] == [at for at, _ in both[1]]
    for language, said in zip((own, other), both, strict=True):
        assert OWN[language] in [text for _, text in said]
        assert {"en": "Part one", "zh": "第一部分"}[language] in said[0][1]


@pytest.mark.parametrize(("own", "other"), PAIRS)
def test_the_subtitles_of_another_language_speak_of_the_tokens_that_are_on_the_screen(
    made, own, other
):
    tokens = {"en": ("“big”", "“cat”"), "zh": ("“大”", "“猫”")}
    said = " ".join(text for _, text in caption_texts(made.film(own), 1))

    assert any(each in said for each in tokens[own])
    assert not any(each in said for each in tokens[other])


@pytest.mark.parametrize(("own", "other"), PAIRS)
def test_the_files_beside_a_film_say_what_its_own_track_says_at_the_same_time(made, own, other):
    track = caption_texts(made.film(own), 0)
    beside = captions(made, own)

    assert [each.content for each in beside] == [text for _, text in track]
    assert [each.start.total_seconds() for each in beside] == pytest.approx(
        [at for at, _ in track], abs=2e-3
    )
    web = made.film(own).with_suffix(".vtt").read_text(encoding="utf-8")
    assert web.startswith("WEBVTT\n")
    assert web.count(" --> ") == len(track)


def test_a_lecturers_own_words_are_on_the_screen(made):
    chapter = made.films["en"].film_plan.chapters[1]
    stood = {}

    def look(scene, beat):
        stood[beat.name] = [each.text for each in scene.mobjects if isinstance(each, CaptionView)]

    plan(chapter.film, look)

    assert stood["scores.why"] == [OWN["en"]]


@pytest.mark.parametrize(("own", "other"), PAIRS)
def test_captions_change_on_the_screen_when_the_files_say(made, own, other):
    height, rate = TINY[1], TINY[2]
    with av.open(str(made.film(own))) as film:
        grey = [each.to_ndarray(format="gray").astype(int) for each in film.decode(video=0)]
    zone = [frame[int(height * 0.83) :] for frame in grey]
    (_, *said) = captions(made, own)  # a card is its own caption
    middles = []
    for each in said:
        # it fades in at the beginning, and the film's own beats end with a frame
        first = round(each.start.total_seconds() * rate) + 4
        last = round(each.end.total_seconds() * rate) - 1
        middles.append(zone[(first + last) // 2])
        still = [np.abs(zone[i] - middles[-1]).mean() for i in range(first, last)]
        assert max(still) < 3
    steps = [np.abs(one - two).mean() for one, two in pairwise(middles)]
    assert min(steps) > 4
    assert len(said) >= 6


def test_the_chapters_are_the_cards_and_the_steps_of_each_lesson(made):
    titles = {language: [title for title, _, _ in marks(made.film(language))] for language in CODES}

    phrase = {language: words(language).phrase for language in CODES}
    assert titles == {
        "en": [
            "Part one",
            f"Mine: {phrase['en']('self-attention', 'inputs', 'title')}",
            "Mine: Who fits",
            f"{phrase['en']('cost', 'title')}: {phrase['en']('cost', 'path-length', 'title')}",
        ],
        "zh": [
            "第一部分",
            f"我的：{phrase['zh']('self-attention', 'inputs', 'title')}",
            "我的：谁相配",
            f"{phrase['zh']('cost', 'title')}：{phrase['zh']('cost', 'path-length', 'title')}",
        ],
    }


@pytest.mark.parametrize(("own", "other"), PAIRS)
def test_the_chapters_follow_each_other_and_begin_where_their_first_caption_does(made, own, other):
    found, (_, count, rate) = marks(made.film(own)), frames_of(made.film(own))

    assert found[0][1] == 0
    assert [end for _, _, end in found[:-1]] == [start for _, start, _ in found[1:]]
    assert found[-1][2] == pytest.approx(count / rate, abs=1e-3)
    begins = [each.start.total_seconds() for each in captions(made, own)]
    for _, start, _ in found:
        # a lesson's header is there before its first caption
        assert min(abs(start - each) for each in begins) < 0.7


def test_a_film_says_what_it_is(made):
    english, chinese = (read(made.film(language)) for language in ("en", "zh"))

    assert (english["title"], chinese["title"]) == ("Two views", "两种看法")
    assert english["description"].splitlines()[:2] == [
        f"Mine: {words('en').phrase('self-attention', 'about')}",
        f"{words('en').phrase('cost', 'title')}: {words('en').phrase('cost', 'about')}",
    ]
    assert chinese["description"].startswith(
        f"我的：{words('zh').phrase('self-attention', 'about')}"
    )


@pytest.mark.parametrize(
    ("language", "text", "options"), [("en", "big cat", ()), ("zh", "大猫", ("--lang", "zh"))]
)
def test_a_film_explains_itself_with_the_numbers_of_its_input(made, language, text, options):
    there = run(
        *("explain", "--from", made.film(language), "--lesson", "self-attention"),
        *("--format", "json"),
    )
    direct = run("explain", text, "--query", "2", *options, "--format", "json")

    assert there.status == direct.status == 0
    assert json.loads(there.out) == json.loads(direct.out)
    assert there.out == direct.out


def test_a_film_is_explained_with_its_own_words(made):
    told = run("explain", "--from", made.film("en"), "--width", "100")

    assert told.status == 0
    assert "Mine" in told.out
    assert "Who fits" in told.out
    assert OWN["en"] in told.out
    assert run("explain", "--from", made.film("zh"), "--lang", "en").out.count(OWN["zh"]) == 0


def test_the_poster_is_a_picture_of_a_lesson_as_large_as_the_film(made):
    with av.open(str(made.film("en"))) as film:
        cover = film.streams.video[1]
        assert cover.disposition == av.stream.Disposition.attached_pic
        (picture,) = film.decode(cover)
        shown = picture.to_ndarray(format="gray").astype(int)
    with av.open(str(made.film("en"))) as film:
        frames = [each.to_ndarray(format="gray").astype(int) for each in film.decode(video=0)]

    assert shown.shape == frames[0].shape == (TINY[1], TINY[0])
    differences = [np.abs(shown - each).mean() for each in frames]
    nearest = int(np.argmin(differences))
    assert differences[nearest] < 3
    card_ends = marks(made.film("en"))[0][2]
    assert nearest / TINY[2] > card_ends
    assert shown.std() > 10  # there is something to be seen


def test_every_lesson_is_a_film_of_its_own_with_split(work, attnviz):
    (work / "talk.toml").write_text(
        'fps = 5\nquality = "low"\npace = "fast"\ntitle = "T"\n'
        '[[chapter]]\ncard = "One"\nseconds = 1\n'
        '[[chapter]]\nlesson = "cost"\nsteps = ["path-length"]\n'
        '[[chapter]]\ncard = "Two"\nseconds = 1\n'
        '[[chapter]]\ncard = "Three"\nseconds = 1\n'
        '[[chapter]]\nlesson = "self-attention"\ntext = "a b"\nsteps = ["inputs"]\n'
        '[[chapter]]\ncard = "The end"\nseconds = 1\n',
        encoding="utf-8",
    )

    done = attnviz("render", "talk.toml", "--split")

    films = ("talk-01-cost", "talk-02-self-attention")
    assert done.status == 0, done.err
    assert [line.partition(":")[0] for line in done.err.splitlines()] == [
        f"{each}.mp4" for each in films
    ]
    assert names(work) == {"talk.toml"} | {
        f"{each}.{suffix}" for each in films for suffix in ("mp4", "srt", "vtt")
    }
    titles = [[title for title, _, _ in marks(work / f"{each}.mp4")] for each in films]
    phrase = words("en").phrase
    assert titles == [
        ["One", f"{phrase('cost', 'title')}: {phrase('cost', 'path-length', 'title')}"],
        [
            *("Two", "Three", f"Self-attention: {phrase('self-attention', 'inputs', 'title')}"),
            "The end",
        ],
    ]
    assert [read(work / f"{each}.mp4")["title"] for each in films] == [
        f"T: {phrase('cost', 'title')}",
        "T: Self-attention",
    ]
    for each in films:
        (first, *_) = srt.parse((work / f"{each}.srt").read_text(encoding="utf-8"))
        assert first.start.total_seconds() < 1
