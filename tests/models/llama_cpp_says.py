"""How llama.cpp takes texts apart, to be recorded: python -m tests.models.llama_cpp_says, with oracles.txt installed.

transformers is no judge here: of a .gguf file it takes digits together that SmolLM2 reads one by one.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gguf
import numpy as np

from attnviz.models.gguf.file import GgufFile, read_gguf
from tests.models.tiny import RECORDED, recorded
from tests.models.tiny_gguf import write

TEXTS = (
    "The cat sat on the mat because it was tired",
    " leading",
    "trailing ",
    "two  spaces   three\n\nlines\r\n\ttab",
    "    indented\n        more",
    "naïve café, déjà vu, ÀÉÎ ß ﬁ Ⅷ",
    "学习注意力机制，很有趣。",
    "мир и 日本語 한국어 العربية",
    "🙂 👩‍👩‍👧 fine",
    "<script>alert(1)</script> https://a.b/c?d=e&f",
    "def f(x):\n    return x**2 + 3.14e-10",
    "year 2024 and 12345 + ½ ² ٣٤ x1y22z333",
    "don't I'LL we've 'tis",
    "<|im_start|>user\nhi<|im_end|> and <s> and </s>",
    "wide\u00a0and\u3000wider",
    "unbelievably internationalisation",
    "1",
    "\n",
    "   ",
)
DECOMPOSED = "cafe\u0301 nai\u0308ve"
"""What Qwen composes before it reads, by its own tokenizer.json; llama.cpp does not."""
CUTS = ("smollm", "gpt-2", "llama-bpe", "qwen2")
"""Ways to cut a text, tried on the vocabulary of SmolLM2."""
FILE = RECORDED / "llama-cpp-tokens.json"
_SENTENCE_PIECES = RECORDED / "sentence-pieces.json"


def cut_by(name: str) -> GgufFile:
    """SmolLM2, as if its texts were cut that way, and as if its file did not say what texts begin with."""
    from attnviz.models.locate import find_model

    file = read_gguf(find_model("smollm2").path)
    values = dict(file.values) | {"tokenizer.ggml.pre": name}
    del values["tokenizer.ggml.add_bos_token"]
    return replace(file, values=values)


def sentence_pieces() -> GgufFile:
    """A header with a small vocabulary of SentencePiece and nothing else."""
    made = json.loads(_SENTENCE_PIECES.read_text(encoding="utf-8"))
    values = {
        "general.architecture": "llama",
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": made["tokens"],
        "tokenizer.ggml.scores": np.array(made["scores"], np.float32),
        "tokenizer.ggml.token_type": np.array(made["types"], np.int32),
        **{
            f"tokenizer.ggml.{name}_token_id": i for i, name in enumerate(("unknown", "bos", "eos"))
        },
    }
    return GgufFile(_SENTENCE_PIECES, values, {}, 0)


FILES: dict[str, Callable[[], GgufFile]] = {
    **{name: lambda name=name: cut_by(name) for name in CUTS},
    "sentence-pieces": sentence_pieces,
}


def said(file: GgufFile) -> dict[str, list[int]]:
    """The tokens of each text."""
    with TemporaryDirectory() as folder:
        path = _with_weights(Path(folder) / "tiny.gguf", file)
        with _server(path) as ids_from_server:
            return {text: ids_from_server(text) for text in TEXTS}


def _with_weights(path: Path, file: GgufFile) -> Path:
    """llama.cpp takes whole models only: a small one with that vocabulary."""
    tokens = file.values["tokenizer.ggml.tokens"]
    shapes = dict(recorded("llama")[0])
    shapes["embed_tokens.weight"] = (len(tokens), 32)

    def vocabulary(writer: gguf.GGUFWriter) -> None:
        for key, value in file.values.items():
            if key.startswith("tokenizer.ggml."):
                _add(writer, key, value)

    return write(path, "llama", shapes, vocabulary=vocabulary)


def _add(writer: gguf.GGUFWriter, key: str, value: Any) -> None:
    if isinstance(value, np.ndarray | list):
        writer.add_array(key, value if isinstance(value, list) else value.tolist())
    elif isinstance(value, bool):
        writer.add_bool(key, value)
    elif isinstance(value, int):
        writer.add_uint32(key, value)
    else:
        writer.add_string(key, value)


_SERVING = """
import sys, xllamacpp
asked = xllamacpp.CommonParams()
asked.model.path = sys.argv[1]
asked.hostnames, asked.port = ["127.0.0.1"], 0  # a port that is free
asked.n_ctx, asked.warmup, asked.verbosity = 64, False, 0
server = xllamacpp.Server(asked)
print("at", server.listening_address, flush=True)
sys.stdin.read()
"""


@contextmanager
def _server(path: Path) -> Iterator[Callable[[str], list[int]]]:
    """In a process of its own: what others have compiled with another Cython does not load beside it."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", _SERVING, str(path)], **pipes) as server:
        address = next(line.split()[1] for line in server.stdout if line.startswith("at "))

        def ids_from_server(text: str) -> list[int]:
            asked = {"content": text, "add_special": True, "parse_special": True}
            request = urllib.request.Request(
                f"{address}/tokenize",
                json.dumps(asked).encode(),
                {"Content-Type": "application/json"},
            )
            with urllib.request.urlopen(request) as answer:
                return json.loads(answer.read())["tokens"]

        try:
            yield ids_from_server
        finally:
            server.stdin.close()


def make_sentence_pieces() -> None:
    """Trains a vocabulary on this project's own words, and writes it down."""
    from io import BytesIO

    import sentencepiece

    root = Path(__file__).parents[2]
    lines = [
        line
        for name in ("README.md", "README.zh.md", "ARCHITECTURE.md")
        for line in (root / name).read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    made = BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines),
        model_writer=made,
        vocab_size=1200,
        model_type="bpe",
        byte_fallback=True,
        character_coverage=0.99,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        split_digits=True,
        user_defined_symbols=["<|im_start|>"],
        minloglevel=2,
    )
    model = sentencepiece.SentencePieceProcessor(model_proto=made.getvalue())
    count = model.get_piece_size()
    kinds = [
        2 if model.is_unknown(i) else 3 if model.is_control(i) else 6 if model.is_byte(i) else 1
        for i in range(count)
    ]
    tokens = [model.id_to_piece(i) for i in range(count)]
    kinds[tokens.index("<|im_start|>")] = 4
    body = {"tokens": tokens, "scores": [model.get_score(i) for i in range(count)], "types": kinds}
    _SENTENCE_PIECES.write_text(json.dumps(body, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    """Writes the recordings; the vocabulary only where there is none."""
    if not _SENTENCE_PIECES.exists():
        make_sentence_pieces()
    found = {name: said(make()) for name, make in FILES.items()}
    FILE.write_text(json.dumps(found, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
