"""`attnviz render FILE.py:NAME`: a user's own scene becomes a film, or one line says why not."""

import tempfile
from contextlib import nullcontext
from pathlib import Path

import av
import pytest

from attnviz.cli.render.progress import Bar
from tests.cli.conftest import frames_of, marks, names
from tests.render import odd_scenes

ODD = Path(odd_scenes.__file__)
SMALL = ("--quality", "low", "--fps", "12", "--jobs", "1")
SCENE = """
from manim import *

class Mine(Scene):
    def construct(self):
        print("told")
        square = Square()
        self.play(Create(square), run_time=0.5)
        self.play(square.animate.shift(RIGHT), run_time=0.5)
        self.wait(0.5)
"""


@pytest.fixture
def mine(work) -> Path:
    path = work / "mine.py"
    path.write_text(SCENE)
    return path


def sound(film: Path) -> float:
    """How loud it is at its loudest."""
    with av.open(str(film)) as opened:
        frames = [frame.to_ndarray() for frame in opened.decode(audio=0)]
    return max(float(abs(each).max()) for each in frames)


def test_a_scene_becomes_a_film_of_its_name(attnviz, work, mine):
    done = attnviz("render", "mine.py", *SMALL)

    assert (done.status, done.err) == (0, "Mine.mp4: 0:02, 160×90, 12 frames a second\n")
    assert names(work) == {"mine.py", "Mine.mp4"}
    assert frames_of(work / "Mine.mp4") == ((160, 90), 18, 12)
    assert done.out == "told\n"


def test_what_did_not_change_is_not_drawn_again(attnviz, work, mine, monkeypatch):
    from attnviz.render.drawing.canvas import Canvas

    drawn = []
    draw = Canvas.draw
    monkeypatch.setattr(Canvas, "draw", lambda self: drawn.append(1) or draw(self))
    attnviz("render", "mine.py", *SMALL, "-o", "a.mp4")
    assert len(drawn) == 13

    drawn.clear()
    mine.write_text(f"# a remark\n{SCENE}")
    attnviz("render", "mine.py", *SMALL, "-o", "b.mp4")
    assert not drawn
    assert (work / "a.mp4").read_bytes() == (work / "b.mp4").read_bytes()

    mine.write_text(SCENE + "        self.play(square.animate.shift(LEFT), run_time=0.5)\n")
    attnviz("render", "mine.py", *SMALL, "-o", "c.mp4")
    assert len(drawn) == 6


def test_sections_subcaptions_and_sounds_are_in_the_film(attnviz, work):
    attnviz("render", f"{ODD}:Sections", *SMALL)
    attnviz("render", f"{ODD}:Sounds", *SMALL)

    titles = [title for title, _, _ in marks(work / "Sections.mp4")]
    assert titles[:2] == ["beginning", "end"]
    assert "-->" in (work / "Sections.srt").read_text()
    assert (work / "Sections.vtt").read_text().startswith("WEBVTT")
    assert sound(work / "Sounds.mp4") > 0.01
    assert not (work / "Sounds.srt").exists()


@pytest.mark.parametrize("name", ["ThreeD", "Zoomed", "MovingCamera", "Updaters", "Random"])
def test_what_cannot_be_drawn_faster_is_drawn(attnviz, work, name):
    done = attnviz("render", f"{ODD}:{name}", *SMALL, "-o", "a.mp4")

    assert done.status == 0, done.err
    (_, count, rate) = frames_of(work / "a.mp4")
    assert (count > 8, rate) == (True, 12)


@pytest.mark.render
def test_a_scene_that_is_another_one_each_time_is_drawn_once_and_whole(attnviz, work):
    (work / "fickle.py").write_text(
        "import os\nfrom manim import *\n"
        "class Fickle(Scene):\n"
        "    def construct(self):\n"
        "        print('told')\n"
        "        for turn in range(3):\n"
        "            size = 0.5 + int.from_bytes(os.urandom(2)) / 65536\n"
        "            self.add(Square(size))\n"
        "            self.play(FadeIn(Circle(size)), run_time=0.5)\n"
        "            self.wait(0.5)\n"
    )

    done = attnviz("render", "fickle.py", *SMALL)

    assert done.status == 0, done.err
    assert frames_of(work / "Fickle.mp4")[1] == 36
    assert done.out == "told\n"


@pytest.mark.render
def test_a_scene_that_fails_where_it_is_drawn_is_drawn_here(attnviz, work, monkeypatch):
    """On another machine there are no pictures of the user's, and in a worker nobody can type."""
    (work / "asking.py").write_text(
        "import multiprocessing\nfrom manim import *\n"
        "class Asking(Scene):\n"
        "    def construct(self):\n"
        "        self.play(Create(Square()), run_time=0.5)\n"
        "        if multiprocessing.parent_process() is not None:\n"
        "            open('picture.png')\n"
        "        self.wait(0.5)\n"
        "        self.play(Create(Circle()), run_time=0.5)\n"
    )
    added = []
    monkeypatch.setattr(
        "attnviz.cli.render.progress.drawing",
        lambda *_, **__: nullcontext(Bar(added.append, lambda text: None)),
    )

    with tempfile.TemporaryDirectory() as temporary:
        monkeypatch.setenv("TMPDIR", temporary)  # of the workers
        done = attnviz("render", "asking.py", *SMALL[:4], "--jobs", "2")
        left = [*Path(temporary).iterdir(), *(work.parent / "cache").rglob("scene-*")]

    assert (done.status, done.err) == (0, "")
    assert frames_of(work / "Asking.mp4")[1] == sum(added) == 18
    assert not left


@pytest.mark.parametrize("end", ["exit()", "raise SystemExit('done')", "sys.exit(0)"])
def test_for_a_scene_that_exits_the_message_says_that_it_must_not(attnviz, work, mine, end):
    mine.write_text(SCENE.replace("import *", "import *; import sys") + f"        {end}\n")

    done = attnviz("render", "mine.py", *SMALL)

    assert done.status == 2
    assert done.err == (
        "Error: mine.py, line 11: ends the program: leave that out, a scene ends by itself\n"
    )
    assert names(work) == {"mine.py"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([f"{ODD}:Failing"], "odd_scenes.py, line "),
        ([f"{ODD}:NoPlays"], "the scene plays nothing: a film needs self.play(…) or self.wait(…)"),
        ([f"{ODD}:Fialing"], "did you mean 'Failing'?"),
        (["none.py:Mine"], "none.py: no such file"),
        ([f"{ODD}:Words", "--lang", "zh"], "a scene of your own says itself what it shows: leave"),
        ([f"{ODD}:Words", "--theme", "light"], "leave --theme out"),
        ([f"{ODD}:Words", "-o", "a.gif"], "films are .mp4: write -o a.mp4"),
    ],
)
def test_a_mistake_is_reported_in_one_line_and_nothing_is_left(attnviz, work, arguments, said):
    done = attnviz("render", *arguments, *SMALL)

    assert done.status == 2
    assert said in done.refusal
    assert not names(work)
