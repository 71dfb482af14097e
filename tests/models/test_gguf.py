"""Models in .gguf files: the same weights of attention as from the hub's folder, in every architecture and type."""

import json

import gguf
import numpy as np
import pytest
from gguf import GGMLQuantizationType
from safetensors.numpy import save_file

from attnviz.core.provenance import Quantisation
from attnviz.models.gguf.file import read_gguf
from attnviz.models.gguf.names import ARCHITECTURES
from attnviz.models.gguf.tensors import GgufTensors
from attnviz.models.model import open_model
from tests.models import llama_cpp_rounds
from tests.models.test_families import weights_of
from tests.models.tiny import CONFIGS, IDS, RECORDED, recorded, seeded
from tests.models.tiny import write as write_folder
from tests.models.tiny_gguf import NAMES, is_quantised, is_transposed, tensors, write
from tests.models.transformers_says import SAT

SHORTENED = {"llama-scaled": 1e-6}
"""The factors of its angles are of float32 in the file."""


@pytest.mark.parametrize("name", NAMES)
def test_every_architecture_gives_the_weights_of_transformers(name, tmp_path):
    shapes, expected = recorded(name)
    model = open_model(str(write(tmp_path / "tiny.gguf", name, shapes)))

    found = weights_of(model, IDS, np.float64)

    np.testing.assert_allclose(found, expected, rtol=0, atol=SHORTENED.get(name, 1e-9))
    assert (model.title, model.quantisation) == ("tiny", None)


def test_every_architecture_that_is_run_is_tried(tmp_path):
    tried = {
        read_gguf(write(tmp_path / f"{name}.gguf", name, recorded(name)[0])).values[
            "general.architecture"
        ]
        for name in NAMES
    }

    assert tried == set(ARCHITECTURES)


@pytest.mark.parametrize(("dtype", "within"), [(np.float64, 1e-9), (np.float32, 1e-4)])
def test_smollm2_is_that_of_transformers(dtype, within):
    with np.load(RECORDED / "smollm2.npz") as file:
        ids, expected = file["ids"].tolist(), file["weights"]
    model = open_model("smollm2")

    assert list(model.tokenize(SAT).ids) == ids
    np.testing.assert_allclose(weights_of(model, ids, dtype), expected, rtol=0, atol=within)


@pytest.mark.parametrize("kind", ["F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_1"])
@pytest.mark.parametrize("name", ["llama", "gpt2"])
def test_quantised_weights_are_the_numbers_that_the_package_makes_of_them(name, kind, tmp_path):
    shapes, _ = recorded(name)
    chosen = GGMLQuantizationType[kind]
    plain = open_model(str(as_folder(tmp_path / "plain", name, shapes, chosen)))

    model = open_model(str(write(tmp_path / "tiny.gguf", name, shapes, chosen)))

    np.testing.assert_allclose(
        weights_of(model, IDS, np.float64), weights_of(plain, IDS, np.float64), rtol=0, atol=1e-12
    )


def as_folder(folder, name, shapes, kind):
    """The hub's folder with the numbers that are left after rounding, which is done row by row."""
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(CONFIGS[name]))
    rounded = {}
    for (hub, shape), (own, stored) in zip(
        shapes.items(), tensors(name, shapes).items(), strict=True
    ):
        numbers = seeded(hub, tuple(shape))
        if is_quantised(own, stored):
            rows = numbers.T if is_transposed(hub) else numbers
            rows = gguf.dequantize(gguf.quantize(np.ascontiguousarray(rows), kind), kind)
            numbers = np.ascontiguousarray(rows.T if is_transposed(hub) else rows)
        rounded[hub] = numbers
    save_file(rounded, folder / "model.safetensors")
    return folder


@pytest.mark.parametrize("kind", llama_cpp_rounds.KINDS)
def test_quantised_weights_are_the_numbers_that_llama_cpp_reads(kind, tmp_path):
    with np.load(llama_cpp_rounds.FILE) as recorded_by_it:
        blocks, read = (recorded_by_it[f"{kind}.{each}"] for each in ("blocks", "read"))
    name, path = "token_embd.weight", tmp_path / "one.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tensor(name, blocks, raw_dtype=GGMLQuantizationType[kind])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()

    tensors = GgufTensors(read_gguf(path))

    np.testing.assert_array_equal(tensors.stored(name), read)
    np.testing.assert_array_equal(tensors.stored(name, [1]), read[1:])
    assert tensors.quantisation.stored == kind
    assert tensors.quantisation.bits_text == f"{8 * blocks.size / read.size:.1f}"


def test_how_the_weights_are_rounded_is_known(tmp_path):
    shapes, _ = recorded("llama")

    eight = open_model(
        str(write(tmp_path / "eight.gguf", "llama", shapes, GGMLQuantizationType.Q8_0))
    )
    four = open_model(
        str(write(tmp_path / "four.gguf", "llama", shapes, GGMLQuantizationType.Q4_1))
    )

    # a block of 32 numbers has one scale of 16 bits, in Q4_1 a least number of 16 as well
    assert eight.quantisation == Quantisation("Q8_0", 8.5)
    assert four.quantisation == Quantisation("Q4_1", 5.0)
    assert open_model("smollm2").quantisation == Quantisation("Q4_1/Q8_0", 5.7)


def test_the_header_is_read_as_the_package_reads_it():
    path = open_model("smollm2").runner.tensors.files[0]
    theirs = gguf.GGUFReader(path)

    ours = read_gguf(path)

    assert {name for name in theirs.fields if not name.startswith("GGUF.")} == ours.values.keys()
    for name, value in ours.values.items():
        told = theirs.fields[name].contents()
        assert (value.tolist() if isinstance(value, np.ndarray) else value) == told
    assert {
        each.name: (int(each.tensor_type), tuple(each.shape[::-1]), each.data_offset)
        for each in theirs.tensors
    } == {name: (each.kind, each.shape, each.begin) for name, each in ours.tensors.items()}


def test_the_settings_are_those_of_the_hub():
    config = open_model("smollm2").runner.config

    # as in the config.json of HuggingFaceTB/SmolLM2-135M-Instruct
    known = {
        "model_type": "llama",
        "hidden_size": 576,
        "num_hidden_layers": 30,
        "num_attention_heads": 9,
        "num_key_value_heads": 3,
        "max_position_embeddings": 8192,
        "rms_norm_eps": 1e-05,
        "rope_theta": 100000,
        "rope_scaling": None,
    }
    assert {name: config.get(name) for name in known} == known


def test_a_folder_with_one_such_file_is_that_model(tmp_path):
    shapes, _ = recorded("llama")
    write(tmp_path / "folder" / "own.gguf", "llama", shapes)

    model = open_model(str(tmp_path / "folder"))

    assert model.title == "own"
    assert model.runner.files == (tmp_path / "folder" / "own.gguf",)
    assert len(model.revision) == 64


def test_a_file_is_known_by_its_first_bytes_too(tmp_path):
    shapes, _ = recorded("llama")
    write(tmp_path / "tiny.gguf", "llama", shapes).rename(tmp_path / "sha256-b179c952")

    assert open_model(str(tmp_path / "sha256-b179c952")).runner.kind == "llama"


def test_safetensors_are_preferred_to_other_files_in_the_folder(tmp_path):
    shapes, _ = recorded("bert")
    write_folder(tmp_path / "both", CONFIGS["bert"], shapes)
    (tmp_path / "both" / "other.gguf").write_bytes(b"")

    assert open_model(str(tmp_path / "both")).runner.kind == "bert"
