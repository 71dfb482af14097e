"""What was recorded is what transformers says now, and so is what is computed here: scripts/test --oracles."""

import numpy as np
import pytest

from attnviz.models.model import open_model
from tests.models import transformers_says
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

    tokens, said = transformers_says.minilm(sentence, model.folder)

    pieces = model.pieces(sentence)
    assert list(pieces.names) == tokens
    np.testing.assert_allclose(weights_of(model, pieces.ids, np.float64), said, rtol=0, atol=1e-9)
    with np.load(RECORDED / f"minilm-{name}.npz") as file:
        np.testing.assert_allclose(file["weights"], said, rtol=0, atol=1e-12)
