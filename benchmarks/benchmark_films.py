"""The films of the benchmarks, and the commands that make them: attnviz, and stock manim."""

from __future__ import annotations

import json
import pickle
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import av
from measuring import seconds

from attnviz.inputs.request import InputRequest
from attnviz.lessons.registry import lesson_named
from attnviz.library.films.film_writer import Appearance, chapters_of
from attnviz.library.films.render_job import RenderJob, RenderOptions, lecture_job, lesson_job
from attnviz.render.quality import QUALITIES
from attnviz.theme import THEMES
from attnviz.views.film.film import Film

ROOT = Path(__file__).resolve().parent.parent
LECTURE = ROOT / "examples" / "lecture.toml"
PLAIN = f"{ROOT / 'benchmarks' / 'plain_scene.py'}:SelfAttention"
REFERENCE = f"{ROOT / 'scenes' / 'self_attention.py'}:SelfAttention"
TOKENS = " ".join(f"word{n}" for n in range(1, 201))

_SIZES = {"low": "-ql", "medium": "-qm", "high": "-qh", "4k": "-qk"}
_UNPICKLED = '''"""Films that were planned elsewhere, as scenes for manim."""
import pickle
from pathlib import Path

for number, film in enumerate(pickle.loads(Path(__file__).with_suffix(".pickle").read_bytes())):
    attributes = {name: getattr(film, name) for name in ("storyboard", "style", "only", "card_seconds")}
    globals()[f"Film{number:02}"] = type(f"Film{number:02}", (film.scene,), attributes | {"__module__": __name__})
'''


def ours(film: Path, quality: str, *arguments: str) -> list[str]:
    """The command by which attnviz makes the film."""
    render = [sys.executable, "-m", "attnviz", "render", *arguments]
    return [*render, "--quality", quality, "-o", str(film)]


def stock_seconds(scene: str, quality: str, folder: Path, film: Path | None = None) -> float:
    """Seconds that `manim render` takes with an empty cache. `scene` is FILE.py:NAME, or FILE.py for all that
    are in it; `film` is where what it made goes, if it is wanted."""
    file, _, name = scene.partition(".py:")
    what = [f"{file}.py", name] if name else [file, "-a"]
    quietly = ["--disable_caching", "--progress_bar", "none", "-v", "WARNING"]
    with tempfile.TemporaryDirectory(dir=folder) as media:
        render = [sys.executable, "-m", "manim", "render", _SIZES[quality], *quietly]
        took = seconds([*render, "--media_dir", media, *what], folder)
        if film is not None:
            next(Path(media).rglob(f"{name}.mp4")).replace(film)
    return took


def reference(quality: str) -> Film:
    """The film that the figures are about: the lesson on its built-in example."""
    (film,) = films(lesson_job(InputRequest(), lesson_named("self-attention"), _options(quality)))
    return film


def of_tokens(quality: str) -> list[Film]:
    """The lesson on two hundred tokens."""
    arguments = InputRequest(text=TOKENS)
    return films(lesson_job(arguments, lesson_named("self-attention"), _options(quality)))


def of_lecture(quality: str) -> list[Film]:
    """The chapters of the whole lecture, in English."""
    return films(lecture_job(str(LECTURE), _options(quality), {}))


def films(job: RenderJob) -> list[Film]:
    look = Appearance(THEMES[job.theme], QUALITIES[job.quality], None)
    return [each.film for each in chapters_of("en", job.chapters, look)]


def _options(quality: str) -> RenderOptions:
    return RenderOptions(languages=("en",), quality=quality)


def scene_file(film_list: Sequence[Film], folder: Path) -> Path:
    """The films as scenes in a file that stock manim can render."""
    path = folder / "films.py"
    path.write_text(_UNPICKLED, encoding="utf-8")
    path.with_suffix(".pickle").write_bytes(pickle.dumps(list(film_list)))
    return path


def lecture_file(path: Path, chapters: int, words: tuple[str, str] | None = None) -> str:
    """A lecture of that many chapters, the first of which is the reference film. `words` are a caption of it, by
    its name, in place of the lesson's own."""
    lines = ['title = "Measured"', "[[chapter]]", 'lesson = "self-attention"']
    if words is not None:
        name, caption = words
        lines += ["[chapter.words]", f"{name} = {json.dumps(caption)}"]
    for seed in range(1, chapters):
        lines += ["[[chapter]]", 'lesson = "self-attention"']
        lines += ['text = "the cat sat on the mat"', f"seed = {seed}"]
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


def frames_in(film: Path) -> int:
    """The number of frames of the film."""
    with av.open(str(film)) as opened:
        return opened.streams.video[0].frames


def size_of(film: Path) -> int:
    """The bytes of its pictures: a film of ours carries captions, chapters and a poster too."""
    with av.open(str(film)) as opened:
        return sum(packet.size for packet in opened.demux(opened.streams.video[0]))
