"""Every family against what transformers recorded: all layers, all heads."""

import json

import numpy as np
import pytest

from attnviz.core.self_attention import trace_of
from attnviz.errors import InputError
from attnviz.library.head_survey import HeadsOptions, one_head
from attnviz.models.families import known_families as model_families
from attnviz.models.families.family import ModelFamily
from attnviz.models.families.known_families import family_of, model_types, register_family
from attnviz.models.model import Model, open_model
from tests.models.tiny import CONFIGS, IDS, RECORDED, recorded, write
from tests.models.transformers_says import PAIR, SENTENCES


def weights_of(model: Model, ids, dtype, segments=()) -> np.ndarray:
    return np.stack(
        [
            np.stack(
                [head.stages.weights for head in trace_of(layer.problem(range(model.heads))).heads]
            )
            for layer in model.run(ids, dtype, segments)
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


@pytest.mark.parametrize("separator", [" [SEP] ", "[SEP]"])
@pytest.mark.parametrize(("dtype", "within"), [(np.float64, 1e-9), (np.float32, 1e-5)])
def test_a_pair_of_texts_is_read_with_its_segments_as_by_transformers(separator, dtype, within):
    with np.load(RECORDED / "minilm-pair.npz") as file:
        tokens, expected = file["tokens"].tolist(), file["weights"]
    model = open_model("minilm")

    text = model.tokenize(separator.join(PAIR))
    found = weights_of(model, text.ids, dtype, text.segments)

    assert list(text.names) == tokens
    np.testing.assert_allclose(found, expected, rtol=0, atol=within)
    first_only = weights_of(model, text.ids, dtype)
    assert np.abs(first_only - expected).max() > 0.01


def test_the_lesson_and_the_survey_of_a_pair_are_computed_with_its_segments():
    model, text = open_model("minilm"), " [SEP] ".join(PAIR)
    with np.load(RECORDED / "minilm-pair.npz") as file:
        expected = file["weights"]

    (head,) = trace_of(model.problem(text, 3, [1], np.float64)).heads
    detail = one_head(
        HeadsOptions(text, "minilm", None, words=False, query=None, key=None, layer=3, head=1), 32
    )

    np.testing.assert_allclose(head.stages.weights, expected[3, 1], rtol=0, atol=1e-9)
    np.testing.assert_allclose(detail.weights, expected[3, 1], rtol=0, atol=1e-5)


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
