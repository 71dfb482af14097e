"""A .gguf file that is none, not whole, or of a kind that is not run is told in one line with a cure."""

import struct
import sys
from dataclasses import replace

import numpy as np
import pytest

from attnviz.errors import AttnvizError, EnvironmentFault, InputError
from attnviz.models.gguf import tensors as gguf_tensors
from attnviz.models.gguf.file import read_gguf
from attnviz.models.gguf.tokenizer import tokenizer_of
from attnviz.models.model import open_model
from tests.models.llama_cpp_says import cut_by, sentence_pieces
from tests.models.tiny import CONFIGS, IDS, recorded
from tests.models.tiny import write as write_folder
from tests.models.tiny_gguf import small_vocabulary, write


@pytest.fixture
def path(tmp_path):
    return write(tmp_path / "tiny.gguf", "llama", recorded("llama")[0], vocabulary=small_vocabulary)


def message_of(name) -> str:
    with pytest.raises(AttnvizError) as caught:
        list(open_model(str(name)).run(IDS))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def with_change(tmp_path, change, name="llama"):
    return write(tmp_path / "changed.gguf", name, recorded(name)[0], change=change)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "cannot mmap an empty file"),
        (b"PK\x03\x04" + bytes(40), "it does not begin with GGUF"),
        (b"GGUF", "it ends too early"),
        (b"GGUF" + struct.pack("<IQQ", 1, 0, 0), "it is of version 1"),
        (b"GGUF" + struct.pack(">IQQ", 3, 0, 0), "it is of version 50331648"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1 << 60), "it ends too early"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 0), "it ends too early"),
        (b"GGUF" + struct.pack("<IQQQ1sI", 3, 0, 1, 1, b"a", 99), "of the unknown kind 99"),
        (
            b"GGUF" + struct.pack("<IQQQ1sIIQ", 3, 0, 1, 1, b"a", 9, 9, 1),
            "of the unknown kind 9",
        ),
        (
            b"GGUF" + struct.pack("<IQQQ1sIIQ", 3, 0, 1, 1, b"a", 9, 4, 1 << 62),
            "it ends too early",
        ),
        (b"GGUF" + struct.pack("<IQQQ2s", 3, 0, 1, 2, b"\xff\xfe"), "can't decode byte 0xff"),
    ],
)
def test_what_is_no_such_file(tmp_path, content, reason):
    path = tmp_path / "bad.gguf"
    path.write_bytes(content)

    said = message_of(path)

    assert said.startswith(f"{path} cannot be read as GGUF (")
    assert reason in said
    assert said.endswith("): download it anew")


def test_a_file_that_ends_within_its_header_or_its_weights(path):
    whole = path.read_bytes()
    for kept in (100, 900, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:kept])

        said = message_of(path)

        assert said.endswith(": download it anew")
        assert "it ends too early" in said or "ends before its tensor" in said


def test_an_architecture_that_is_not_run_is_reported_with_those_that_are(path):
    content = path.read_bytes()
    path.write_bytes(
        content.replace(b"\x05" + bytes(7) + b"llama", b"\x05" + bytes(7) + b"mamba", 1)
    )

    assert (
        "models of the architecture 'mamba' are not run here from GGUF, only llama, qwen2, qwen3, gpt2: name the folder"
        in message_of(path)
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda writer: writer.add_uint16("split.count", 3),
            "is one of 3 parts of a model: llama-gguf-split --merge",
        ),
        (lambda writer: writer.add_expert_count(8), "models with several experts are not run here"),
        (
            lambda writer: writer.add_uint32("general.alignment", 0),
            "cannot be read as GGUF (its alignment is 0)",
        ),
    ],
)
def test_what_would_be_computed_wrongly_is_refused(tmp_path, change, said):
    assert said in message_of(with_change(tmp_path, change))


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("llama.block_count", None, "has no llama.block_count: this is not a whole model"),
        ("llama.attention.head_count", [4, 4, 4], "is a list, and layers that differ are not run"),
        (
            "llama.attention.head_count_kv",
            [2, 2, 1],
            "is a list, and layers that differ are not run",
        ),
        (
            "llama.attention.head_count",
            0,
            "num_attention_heads is 0, expected a whole number from 1",
        ),
        ("llama.attention.head_count", "4", "num_attention_heads is '4', expected a whole number"),
        (
            "llama.attention.head_count_kv",
            3,
            "attn_k.weight: 16 rows are not to be shared out among 3",
        ),
        ("general.architecture", 5, "models of the architecture None are not run here from GGUF"),
        ("llama.rope.dimension_count", 4, "only heads that are turned whole (8) are run here"),
        ("llama.rope.scaling.type", "yarn", "rotary positions of the type 'yarn' are not known"),
        ("llama.block_count", 9, "the weights have no tensor layers.3.self_attn.q_proj.weight"),
    ],
)
def test_a_setting_that_cannot_be_used(path, monkeypatch, key, value, said):
    file = read_gguf(path)
    changed = dict(file.values) | {key: np.array(value) if isinstance(value, list) else value}
    if value is None:
        del changed[key]
    monkeypatch.setattr(
        "attnviz.models.formats.read_gguf", lambda path: replace(file, values=changed)
    )

    assert said in message_of(path)


def test_a_quantisation_that_the_package_does_not_know(path, monkeypatch):
    file = read_gguf(path)
    name = "blk.1.attn_q.weight"
    for number, kind in ((9, "Q8_1"), (4, "number 4")):
        changed = dict(file.tensors) | {name: replace(file.tensors[name], kind=number)}
        monkeypatch.setattr(
            "attnviz.models.formats.read_gguf",
            lambda path, changed=changed: replace(file, tensors=changed, size=1 << 40),
        )

        assert (
            f"{path}, {name}: the package gguf does not know how to read the quantisation {kind}: take the model in "
            "another, or try pip install --upgrade gguf"
        ) == message_of(path)


def test_factors_that_do_not_fit_the_pairs(tmp_path):
    factors = np.ones(3, np.float32)

    path = with_change(tmp_path, lambda writer: writer.add_tensor("rope_freqs.weight", factors))

    assert f"{path}: 3 factors slow rotary positions of 4 pairs: download it anew" == message_of(
        path
    )


@pytest.mark.parametrize("shape", [(), (0, 32), (2, 33)])
def test_a_shape_that_no_tensor_has(path, monkeypatch, shape):
    file = read_gguf(path)
    name = "blk.1.attn_q.weight"
    changed = dict(file.tensors) | {name: replace(file.tensors[name], kind=8, shape=shape)}
    monkeypatch.setattr(
        "attnviz.models.formats.read_gguf", lambda path: replace(file, tensors=changed)
    )

    assert f"{path}, {name}: no tensor has the shape {shape}: download the file anew" == message_of(
        path
    )


def test_a_token_that_has_no_row(path):
    with pytest.raises(InputError, match=r"embed_tokens\.weight has no row 48"):
        next(open_model(str(path)).run([48]))


def test_a_folder_with_several_such_files(tmp_path):
    for name in ("q4.gguf", "q8.gguf"):
        write(tmp_path / "both" / name, "llama", recorded("llama")[0])

    assert message_of(tmp_path / "both") == (
        f"{tmp_path / 'both'} has several models: name one of its files: q4.gguf, q8.gguf (--model)"
    )


def test_the_package_that_is_missing_is_reported_with_the_extra(path, monkeypatch):
    monkeypatch.setitem(sys.modules, "gguf", None)

    with pytest.raises(EnvironmentFault, match=r"pip install 'attnviz\[gguf\]'"):
        open_model(str(path))


def test_folders_of_the_hub_do_without_the_package(tmp_path, monkeypatch):
    monkeypatch.setattr(gguf_tensors, "importlib", None)

    model = open_model(str(write_folder(tmp_path, CONFIGS["bert"], recorded("bert")[0])))

    assert len(list(model.run(IDS))) == 3


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        (
            "model",
            "bert",
            "tokenizers of the kind 'bert' are not known here from GGUF, only gpt2, llama",
        ),
        ("model", None, "tokenizers of the kind None are not known here"),
        ("pre", "tekken", "how its tokenizer cuts texts ('tekken') is not known here, only gpt-2"),
        ("pre", None, "has no tokenizer.ggml.pre"),
        ("merges", None, "has no tokenizer.ggml.merges: this is not a whole model"),
        ("merges", ["th e no"], "its vocabulary makes no tokenizer ("),
        ("token_type", np.array([1, 2]), "its vocabulary makes no tokenizer ("),
        ("bos_token_id", 1 << 30, "its vocabulary makes no tokenizer ("),
    ],
)
def test_a_tokenizer_that_is_not_known_or_not_whole(key, value, said):
    file = cut_by("llama-bpe")
    changed = dict(file.values) | {f"tokenizer.ggml.{key}": value}
    if value is None:
        del changed[f"tokenizer.ggml.{key}"]

    with pytest.raises(InputError) as caught:
        tokenizer_of(replace(file, values=changed))

    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_sentence_pieces_without_scores():
    file = sentence_pieces()
    values = {key: value for key, value in file.values.items() if "scores" not in key}

    with pytest.raises(InputError, match=r"has no tokenizer\.ggml\.scores"):
        tokenizer_of(replace(file, values=values))
