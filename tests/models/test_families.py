"""Every family against what transformers recorded: all layers, all heads."""

import json

import numpy as np
import pytest

from attnviz.core.self_attention import trace_of
from attnviz.errors import InputError
from attnviz.models.families import known_families as model_families
from attnviz.models.families.family import ModelFamily
from attnviz.models.families.known_families import family_of, model_types, register_family
from attnviz.models.model import Model, open_model
from tests.models.tiny import CONFIGS, IDS, RECORDED, recorded, write
from tests.models.transformers_says import SENTENCES


def weights_of(model: Model, ids, dtype) -> np.ndarray:
    return np.stack(
        [
            np.stack(
                [head.stages.weights for head in trace_of(layer.problem(range(model.heads))).heads]
            )
            for layer in model.run(ids, dtype)
        ]
    )


@pytest.fixture(params=CONFIGS)
def tiny(request, tmp_path):
    shapes, expected = recorded(request.param)
    return open_model(str(write(tmp_path, CONFIGS[request.param], shapes))), expected


def test_in_float64_the_weights_are_those_of_transformers(tiny):
    model, expected = tiny

    np.testing.assert_allclose(weights_of(model, IDS, np.float64), expected, rtol=0, atol=1e-9)


def test_in_float32_they_are_so_but_for_rounding(tiny):
    model, expected = tiny

    found = weights_of(model, IDS, np.float32)

    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


def test_one_head_alone_is_the_same_as_among_the_others(tiny):
    model, expected = tiny
    layer = list(model.run(IDS, np.float64))[1]

    for head in range(model.heads):
        (alone,) = trace_of(layer.problem([head])).heads
        np.testing.assert_allclose(alone.stages.weights, expected[1, head], rtol=0, atol=1e-9)


def test_the_output_is_what_the_layer_adds_up_head_by_head(tiny):
    model, _ = tiny
    layer = next(model.run(IDS, np.float64))

    whole = trace_of(layer.problem(range(model.heads)))

    np.testing.assert_allclose(whole.output, layer.output(), rtol=0, atol=1e-12)


def test_every_kind_that_is_run_is_tried():
    assert set(model_types()) == {each["model_type"] for each in CONFIGS.values()}


@pytest.mark.parametrize("name", SENTENCES)
@pytest.mark.parametrize(("dtype", "within"), [(np.float64, 1e-9), (np.float32, 1e-5)])
def test_minilm_is_that_of_transformers(name, dtype, within):
    with np.load(RECORDED / f"minilm-{name}.npz") as file:
        tokens, expected = file["tokens"].tolist(), file["weights"]
    model = open_model("minilm")

    text = model.tokenize(SENTENCES[name])
    found = weights_of(model, text.ids, dtype)

    assert list(text.names) == tokens
    np.testing.assert_allclose(found, expected, rtol=0, atol=within)


def test_nothing_beyond_the_requested_layer_is_read(tmp_path):
    shapes, expected = recorded("bert")
    kept = {name: shape for name, shape in shapes.items() if "layer.2." not in name}
    kept = {name: shape for name, shape in kept.items() if "layer.1.output" not in name}
    model = open_model(str(write(tmp_path, CONFIGS["bert"], kept)))

    layers = model.run(IDS, np.float64)
    next(layers)
    second = trace_of(next(layers).problem([0])).heads[0].stages.weights

    np.testing.assert_allclose(second, expected[1, 0], rtol=0, atol=1e-9)


def test_a_model_in_several_files_is_the_same(tmp_path):
    shapes, expected = recorded("llama")
    names = sorted(shapes)
    halves = {"model-1.safetensors": names[::2], "model-2.safetensors": names[1::2]}
    for file, own in halves.items():
        write(tmp_path, CONFIGS["llama"], {name: shapes[name] for name in own})
        (tmp_path / "model.safetensors").rename(tmp_path / file)
    places = {name: file for file, own in halves.items() for name in own}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": places}))
    model = open_model(str(tmp_path))

    np.testing.assert_allclose(weights_of(model, IDS, np.float64), expected, rtol=0, atol=1e-9)
    assert len(model.revision) == 64


def test_a_family_is_a_record_and_is_registered_once(monkeypatch):
    monkeypatch.setattr(model_families, "_FAMILIES", list(model_families._FAMILIES))
    known = family_of("gpt2")
    mine = ModelFamily(
        "Mine", ("mine",), known.layer_count, known.head_count, known.context_length, known.layers
    )

    register_family(mine)

    assert family_of("mine") is mine
    assert "mine" in model_types()
    with pytest.raises(InputError, match="models of the type 'mine' are run by Mine already"):
        register_family(mine)


def test_a_model_type_without_a_family_is_refused_with_those_that_there_are():
    with pytest.raises(InputError, match=r"kind 'mamba' are not run here, only bert, .*qwen3"):
        family_of("mamba")
