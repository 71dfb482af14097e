"""One small file of every format that attnviz reads, and what reads it to the end."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from safetensors.numpy import save_file

import attnviz
from attnviz import Trace
from attnviz.lecture.reading import read_lecture
from attnviz.lessons.registry import LESSONS
from attnviz.lessons.request import LessonRequest
from attnviz.lessons.spec import FilmLesson, lessons_from_spec, spec_text
from attnviz.library.lecture_plan import plan_chapters
from attnviz.models.model import open_model
from attnviz.render.video.container import TrackLanguage, assemble
from attnviz.views.film.video.embedded_spec import packed, read_spec
from tests.core.full_problem import full_problem, model_problem, projected_elsewhere
from tests.models import tiny, tiny_gguf
from tests.models.small_tokenizers import characterwise

NUMBERS = np.random.default_rng(3)
X = NUMBERS.normal(size=(3, 4)).round(2)
W = NUMBERS.normal(size=(4, 4)).round(2)
MASK = np.tri(3, dtype=bool)
WEIGHTS = {"w_q": W, "w_k": W.T, "w_v": W[:, :2]}
TOKENS = ["the", "cat", "sat"]
TRACE = attnviz.self_attention(X, *WEIGHTS.values(), tokens=TOKENS, causal=True)
QKV = {"q": X, "k": X[::-1], "v": X[:, :2]}
_CELLS = "\n".join(",".join(map(str, row)) for row in X.tolist()) + "\n"

EXAMPLE = f"""title.en = "An example"
source = "nowhere"
tokens = {json.dumps(TOKENS)}
x = {X.tolist()}
w_q = {W.tolist()}
w_k = {W.T.tolist()}
w_v = {W.tolist()}
[options]
heads = 2
scale = 0.5
mask = {MASK.astype(int).tolist()}
"""
LECTURE = """title.en = "A talk"
language = "en"
theme = "light"
[[chapter]]
card = "Part one"
text = ["a", "b"]
[[chapter]]
lesson = "self-attention"
text = "the cat sat"
query = 2
steps = ["scores", "softmax"]
words.scores.why = "Who fits?"
[[chapter]]
lesson = "cost"
"""


@dataclass(frozen=True)
class SmallFile:
    """A file in a folder of its own, and what reads it."""

    path: Path
    read: Callable[[Path], object]


def _written(name: str, content: bytes | str, read: Callable[[Path], object]):
    def make(folder: Path) -> SmallFile:
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return SmallFile(path, read)

    return make


def _saved(name: str, save: Callable[[Path], object], read: Callable[[Path], object]):
    def make(folder: Path) -> SmallFile:
        save(folder / name)
        return SmallFile(folder / name, read)

    return make


def _vectors(path: Path) -> object:
    return attnviz.trace(vectors=path)


def _weights(path: Path) -> object:
    return attnviz.trace(TOKENS_TEXT, d_model=4, weights=path, transpose_weights=False)


def _mask(path: Path) -> object:
    return attnviz.trace(TOKENS_TEXT, mask=path)


def _qkv(path: Path) -> object:
    return attnviz.trace(qkv=path)


def _attention(path: Path) -> object:
    return str(attnviz.heads(TOKENS_TEXT, attention=path))


def _example(path: Path) -> object:
    return attnviz.trace(example=path)


def _lecture(path: Path) -> object:
    lecture = read_lecture(path)
    return [plan_chapters(each) for each in lecture.versions.values()]


def _trace_json(path: Path) -> object:
    return Trace.from_json(path.read_bytes().decode("utf-8", "replace"))


def _spec(path: Path) -> object:
    return lessons_from_spec(path.read_bytes().decode("utf-8", "replace"))


def _film(path: Path) -> object:
    return lessons_from_spec(read_spec(path))


def _model(path: Path) -> object:
    folder = path if path.suffix == ".gguf" else path.parent
    model = open_model(str(folder))
    found = model.problem("cat at" if path.suffix == ".gguf" else "动物没有", 1, [0])
    return attnviz.trace_of(found)


TOKENS_TEXT = " ".join(TOKENS)


def film(path: Path, comment: str) -> Path:
    """A film of one frame with that comment, in which attnviz keeps the spec of a film."""
    frame = path.with_name("frame.mp4")
    with av.open(frame, "w") as video:
        stream = video.add_stream("libx264", rate=15)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        picture = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")
        picture.pts, picture.time_base = 0, Fraction(1, 15)
        video.mux(stream.encode(picture))
        video.mux(stream.encode(None))
    assemble(
        [frame],
        path,
        chapters=[],
        tracks=[],
        title="A film",
        description="",
        comment=comment,
        language=TrackLanguage("eng", "English"),
        encoding_tool="",
    )
    frame.unlink()
    return path


def spec() -> str:
    """A film of two lessons."""
    main = LESSONS["self-attention"]
    first = FilmLesson(main, "A title", LessonRequest(TRACE, 1), ("scores",), {"scores.why": "?"})
    return spec_text([first, FilmLesson(LESSONS["cost"], "Cost", LessonRequest())])


def whole_spec() -> str:
    """A film whose lessons leave no field of a spec empty."""
    main = LESSONS["self-attention"]
    traces = (
        TRACE,
        attnviz.trace_of(model_problem(np.float32)),
        attnviz.trace_of(projected_elsewhere(np.float64)),
        attnviz.trace_of(full_problem(np.float64)),
    )
    told = [
        FilmLesson(main, "A title", LessonRequest(each, 1, key=0), ("scores",)) for each in traces
    ]
    context = LessonRequest(seed=1, distance=3, precision=2)
    return spec_text([*told, FilmLesson(LESSONS["context"], "Context", context)])


def _model_folder(part: str):
    def make(folder: Path) -> SmallFile:
        shapes, _ = tiny.recorded("bert")
        tiny.write(folder, tiny.CONFIGS["bert"], shapes)
        characterwise().save(str(folder / "tokenizer.json"))
        if part == "model.safetensors.index.json":
            (folder / "model.safetensors").rename(folder / "a.safetensors")
            places = dict.fromkeys(shapes, "a.safetensors")
            (folder / part).write_text(json.dumps({"weight_map": places}))
        return SmallFile(folder / part, _model)

    return make


def _gguf(folder: Path) -> SmallFile:
    shapes, _ = tiny.recorded("llama")
    path = tiny_gguf.write(
        folder / "tiny.gguf", "llama", shapes, vocabulary=tiny_gguf.small_vocabulary
    )
    return SmallFile(path, _model)


def _json(arrays: dict[str, np.ndarray]) -> str:
    return json.dumps({name: each.tolist() for name, each in arrays.items()})


_ROWS = np.array([[1, 0, 0], [0.5, 0.5, 0], [0.25, 0.25, 0.5]])
SMALL_FILES: dict[str, Callable[[Path], SmallFile]] = {
    "vectors .csv": _written("x.csv", f"a,b,c,d\n{_CELLS}", _vectors),
    "vectors .tsv": _written("x.tsv", _CELLS.replace(",", "\t"), _vectors),
    "vectors .json": _written("x.json", json.dumps({"x": X.tolist(), "tokens": TOKENS}), _vectors),
    "vectors .npy": _saved("x.npy", lambda path: np.save(path, X), _vectors),
    "vectors .npz": _saved("x.npz", lambda path: np.savez(path, x=X), _vectors),
    "vectors, packed": _saved("x.npz", lambda path: np.savez_compressed(path, x=X), _vectors),
    "weights .npz": _saved("w.npz", lambda path: np.savez(path, **WEIGHTS), _weights),
    "weights .json": _written("w.json", _json(WEIGHTS), _weights),
    "weights .safetensors": _saved(
        "w.safetensors",
        lambda path: save_file({n: np.ascontiguousarray(a) for n, a in WEIGHTS.items()}, path),
        _weights,
    ),
    "mask .csv": _written("mask.csv", "1,0,0\n1,1,0\n1,1,1\n", _mask),
    "mask .json": _written("mask.json", json.dumps(MASK.tolist()), _mask),
    "mask .npy": _saved("mask.npy", lambda path: np.save(path, MASK), _mask),
    "mask .npz": _saved("mask.npz", lambda path: np.savez(path, mask=MASK), _mask),
    "qkv .npz": _saved("qkv.npz", lambda path: np.savez(path, **QKV), _qkv),
    "qkv .npy": _saved("qkv.npy", lambda path: np.save(path, np.stack([X] * 3)), _qkv),
    "qkv .json": _written("qkv.json", _json(QKV), _qkv),
    "qkv .safetensors": _saved(
        "qkv.safetensors",
        lambda path: save_file({n: np.ascontiguousarray(a) for n, a in QKV.items()}, path),
        _qkv,
    ),
    "attention .npy": _saved("a.npy", lambda path: np.save(path, _ROWS), _attention),
    "attention .npz": _saved("a.npz", lambda path: np.savez(path, attention=_ROWS), _attention),
    "attention .json": _written("a.json", _json({"attention": _ROWS}), _attention),
    "attention .safetensors": _saved(
        "a.safetensors", lambda path: save_file({"attention": _ROWS}, path), _attention
    ),
    "example .toml": _written("mine.toml", EXAMPLE, _example),
    "lecture .toml": _written("talk.toml", LECTURE, _lecture),
    "trace .json": _written("trace.json", TRACE.to_json(), _trace_json),
    "trace .npz": _saved("trace.npz", TRACE.to_npz, Trace.from_npz),
    "spec": _written("spec.json", spec(), _spec),
    "film .mp4": _saved("film.mp4", lambda path: film(path, packed(spec())), _film),
    "model config.json": _model_folder("config.json"),
    "model tokenizer.json": _model_folder("tokenizer.json"),
    "model .safetensors": _model_folder("model.safetensors"),
    "model index.json": _model_folder("model.safetensors.index.json"),
    "model .gguf": _gguf,
}
"""A maker of each file by its name; it takes the folder that the file is written to."""
