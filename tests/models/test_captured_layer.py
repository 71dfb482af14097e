"""Attention that another program handed over is computed again, and shown only if it is the same."""

import sys

import numpy as np
import pytest

from attnviz.core.attention import attend
from attnviz.core.provenance import ModelSource, Provenance
from attnviz.core.self_attention import trace_of
from attnviz.errors import EnvironmentFault, InputError
from attnviz.models.model import open_model
from attnviz.models.watched.captured_layer import CapturedLayer

N = 5
numbers = np.random.default_rng(0)
Q, K, V = (numbers.normal(size=(heads, N, 4)) for heads in (4, 2, 2))
LEAST = float(np.finfo(np.float32).min)
CAUSAL = np.where(np.tri(N, dtype=bool), 0, LEAST)[None]


def captured(**how):
    """As a program would hand it over that computes as `attend` does."""
    options = {name: how.pop(name) for name in ("bias", "causal", "mask") if name in how}
    scale = how.get("scale", 0.5)
    shown = attend(
        *(Q, K, V), scale=scale, softcap=how.get("softcap"), sinks=how.get("sinks"), **options
    )
    own = {"program_weights": shown.weights, "program_output": shown.output} | how
    return CapturedLayer("layers.0.attn", Q, K, V, program="tiny 1.0", **({"scale": scale} | own))


def test_each_head_is_computed_with_the_keys_that_it_shares():
    layer = captured()

    problem = layer.problem(
        [3, 0], ["a", "b", "c", "d", "e"], Provenance(model=ModelSource("tiny"))
    )

    assert [each.k.tolist() for each in trace_of(problem).heads] == [K[1].tolist(), K[0].tolist()]
    assert (problem.tokens, problem.options.scale) == (("a", "b", "c", "d", "e"), None)
    made = problem.provenance
    assert (made.model.name, made.backend.name, str(made.sources["k"])) == (
        *("tiny", "tiny 1.0", "tiny 1.0"),
    )
    assert made.backend.difference < 1e-12


def test_a_mask_of_huge_negative_numbers_is_recognised():
    causal = captured(added=CAUSAL, causal=True).problem([0]).options
    assert (causal.causal, causal.window, causal.mask) == (True, (None, None), None)

    near = np.where(np.tri(N, dtype=bool) & ~np.tri(N, k=-2, dtype=bool), 0, LEAST)[None]
    sliding = captured(added=near, window=2, mask=near[0] == 0).problem([0]).options
    assert (sliding.causal, sliding.window, sliding.mask) == (True, (1, None), None)

    odd = np.where(np.eye(N, dtype=bool), 0, LEAST)[None]
    other = captured(added=odd, mask=np.eye(N, dtype=bool)).problem([0]).options
    assert (other.causal, other.mask.tolist()) == (False, np.eye(N, dtype=bool).tolist())

    none = captured(added=np.zeros((1, N, N))).problem([0]).options
    assert (none.causal, none.mask, none.bias) == (False, None, None)


def test_a_mask_of_each_head_follows_the_heads_that_are_chosen():
    seen = np.stack([np.tri(N, dtype=bool), np.tri(N, dtype=bool).T] * 2)
    layer = captured(added=np.where(seen, 0, LEAST), mask=seen)

    assert layer.problem([1, 2]).options.mask.tolist() == seen[[1, 2]].tolist()
    assert layer.problem([3]).options.mask.tolist() == seen[3].tolist()
    assert layer.problem([0, 2]).options.mask.tolist() == seen[0].tolist()


def test_a_bias_for_all_heads_or_for_each_is_added():
    every = numbers.normal(size=(4, N, N))

    several = captured(added=every, bias=every).problem([1, 2]).options
    assert several.bias.tolist() == every[[1, 2]].tolist()
    one = captured(added=every, bias=every).problem([2]).options
    assert one.bias.tolist() == every[2].tolist()
    shared = captured(added=every[:1], bias=every[0]).problem([1, 2]).options
    assert shared.bias.tolist() == every[0].tolist()


def test_scale_softcap_and_sinks_are_taken_over():
    layer = captured(scale=0.3, softcap=2.0, sinks=np.array([0.0, 1.0, 2.0, 3.0]))

    options = layer.problem([1, 3]).options

    assert (options.scale, options.softcap, options.sinks.tolist()) == (0.3, 2.0, [1.0, 3.0])


@pytest.mark.parametrize("what", ["program_weights", "program_output"])
def test_a_head_whose_numbers_are_others_is_not_shown(what):
    good = captured()
    numbers_ = getattr(good, what).copy()
    numbers_[2, 1] += 0.01
    layer = captured(**{what: numbers_})

    assert layer.problem([0, 1, 3])
    with pytest.raises(InputError) as caught:
        layer.problem([2])

    said = str(caught.value)
    assert said.startswith("layers.0.attn, head 2: computed here, its numbers are 0.0")
    assert "more than 0.0001" in said
    assert "\n" not in said


def test_what_is_no_number_is_not_shown_either():
    with pytest.raises(InputError, match="its numbers are nan from the model's own"):
        captured(program_weights=np.full((4, N, N), np.nan)).problem([0])


def test_a_library_that_is_missing_is_named_with_the_cure(monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)

    with pytest.raises(EnvironmentFault) as caught:
        open_model("minilm", "transformers").tokenize("a")

    assert str(caught.value) == (
        "--backend transformers needs the package transformers: pip install 'attnviz[transformers]'"
    )


def test_a_backend_that_is_none_is_refused():
    with pytest.raises(InputError, match="transformer"):
        open_model("minilm", "transformer")
