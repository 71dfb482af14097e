"""What was recorded is what transformers says now, and so is what is computed here: scripts/test --oracles."""

import json

import numpy as np
import pytest

from attnviz.models.locate import find_model
from attnviz.models.model import open_model
from tests.models import llama_cpp_rounds, llama_cpp_says, transformers_says
from tests.models.test_families import weights_of
from tests.models.tiny import CONFIGS, IDS, RECORDED, recorded, write

pytestmark = pytest.mark.oracle


@pytest.mark.parametrize("name", CONFIGS)
def test_a_small_model_of_every_family(name, tmp_path):
    shapes, said = transformers_says.tiny(name)
    known, before = recorded(name)
    model = open_model(str(write(tmp_path, CONFIGS[name], known)))

    assert {each: tuple(shape) for each, shape in shapes.items()} == known
    np.testing.assert_allclose(before, said, rtol=0, atol=1e-12)
    np.testing.assert_allclose(weights_of(model, IDS, np.float64), said, rtol=0, atol=1e-9)
    _, rounded = transformers_says.tiny(name, "float32")
    np.testing.assert_allclose(weights_of(model, IDS, np.float32), rounded, rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", transformers_says.SENTENCES)
def test_minilm(name):
    model = open_model("minilm")
    sentence = transformers_says.SENTENCES[name]

    tokens, said = transformers_says.minilm(sentence, folder=find_model("minilm").folder)

    text = model.tokenize(sentence)
    assert list(text.names) == tokens
    np.testing.assert_allclose(weights_of(model, text.ids, np.float64), said, rtol=0, atol=1e-9)
    with np.load(RECORDED / f"minilm-{name}.npz") as file:
        np.testing.assert_allclose(file["weights"], said, rtol=0, atol=1e-12)


def test_minilm_on_a_pair():
    tokens, said = transformers_says.minilm(
        *transformers_says.PAIR, folder=find_model("minilm").folder
    )

    with np.load(RECORDED / "minilm-pair.npz") as file:
        assert file["tokens"].tolist() == tokens
        np.testing.assert_allclose(file["weights"], said, rtol=0, atol=1e-12)


def test_a_pair_that_transformers_runs_has_its_segments():
    model = open_model("minilm", "transformers")

    text = model.tokenize(" [SEP] ".join(transformers_says.PAIR))

    with np.load(RECORDED / "minilm-pair.npz") as file:
        found = weights_of(model, text.ids, np.float32, text.segments)
        np.testing.assert_allclose(found, file["weights"], rtol=0, atol=1e-5)


def test_smollm2():
    model = open_model("smollm2")
    (path,) = model.runner.files

    ids, said = transformers_says.smollm2(path)

    assert list(model.tokenize(transformers_says.SAT).ids) == ids
    np.testing.assert_allclose(weights_of(model, ids, np.float64), said, rtol=0, atol=1e-9)
    _, rounded = transformers_says.smollm2(path, "float32")
    np.testing.assert_allclose(weights_of(model, ids, np.float32), rounded, rtol=0, atol=1e-4)
    with np.load(RECORDED / "smollm2.npz") as file:
        np.testing.assert_allclose(file["weights"], said, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", llama_cpp_says.FILES)
def test_tokens(name):
    before = json.loads(llama_cpp_says.FILE.read_text(encoding="utf-8"))[name]

    assert llama_cpp_says.said(llama_cpp_says.FILES[name]()) == before


@pytest.mark.parametrize("kind", llama_cpp_rounds.KINDS)
def test_quantised_weights(kind):
    blocks, read = llama_cpp_rounds.rounded(kind)

    with np.load(llama_cpp_rounds.FILE) as before:
        np.testing.assert_array_equal(before[f"{kind}.blocks"], blocks)
        np.testing.assert_array_equal(before[f"{kind}.read"], read)
