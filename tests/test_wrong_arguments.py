"""A wrong argument of a public function is an error that names it, what was given, and what to give instead."""

import numpy as np
import pytest

import attnviz
from attnviz.errors import AttnvizError

EYE = np.eye(2)
TRACE = attnviz.trace("a b")
BOARD = attnviz.lesson("self-attention", TRACE)
GOOD = {
    "attend": {"q": EYE, "k": EYE, "v": EYE},
    "self_attention": {"x": EYE, "w_q": EYE, "w_k": EYE, "w_v": EYE},
    "Problem": {"x": EYE, "w_q": EYE, "w_k": EYE, "w_v": EYE},
    "softmax": {"scores": EYE},
    "sum_preserving_round": {"values": EYE, "decimals": 1},
    "convolve": {"x": np.ones((1, 4)), "kernel": np.ones((1, 1, 2))},
    "transposed_convolve": {"x": np.ones((1, 4)), "kernel": np.ones((1, 1, 2))},
    "AttentionOptions": {},
    "lesson": {},
    "explain": {"source": TRACE},
    "markup": {"storyboard": BOARD, "format": "markdown"},
    "load": {"text": "a b"},
    "trace": {"text": "a b"},
    "trace_of": {"problem": TRACE.problem},
    "article_rounded": {"trace": TRACE},
    "register_lesson": {"lesson": attnviz.LESSONS["cost"]},
    "heads": {"text": "a b"},
    "film": {"source": TRACE, "path": "never.mov"},
}
CLAIMS = [
    ("attend", "q", [[1, 2], [3]], "q has rows of different lengths: make them equal"),
    ("attend", "q", "text", "q holds <U4, not real numbers: pass an array of numbers"),
    (
        "attend",
        "k",
        1j * np.eye(2),
        "k holds complex128, not real numbers: pass an array of numbers",
    ),
    (
        "attend",
        "v",
        np.array([[1, None]], dtype=object),
        "v holds object, not real numbers: pass an array of numbers",
    ),
    (
        "attend",
        "q",
        np.ma.array(np.eye(2), mask=np.eye(2)),
        "q is a masked array, and what its mask hides would count: fill it, as with .filled(0)",
    ),
    (
        "attend",
        "k",
        np.broadcast_to(1.0, (10**9, 10**9)),
        "k has shape (1000000000, 1000000000), more than 4 GiB: give a smaller array",
    ),
    (
        "attend",
        "mask",
        "yes",
        "mask holds <U3, not booleans: pass True where a query may attend (for numbers that are added "
        "to the scores use bias=)",
    ),
    ("attend", "scale", "0.5", "scale is '0.5', expected a number, or None"),
    ("attend", "scale", float("nan"), "scale is nan: give a finite number"),
    ("attend", "scale", True, "scale is True, expected a number, or None"),
    (
        "attend",
        "softcap",
        float("inf"),
        "softcap is inf, expected a number above 0, below infinity: leave it out for no cap",
    ),
    ("attend", "causal", "no", "causal is 'no', expected True or False"),
    ("attend", "offset", 1.5, "offset is 1.5, expected a whole number"),
    (
        "attend",
        "offset",
        10**30,
        "offset is 1000000000000000000000000000000, expected a number of keys, below 2**53",
    ),
    (
        "attend",
        "window",
        "ab",
        "window is 'ab', expected (left, right), whole numbers or None, or None",
    ),
    ("attend", "window", 3, "window is 3, expected (left, right), whole numbers or None, or None"),
    (
        "attend",
        "window",
        (-1, None),
        "the left side of the window is -1, expected a whole number of at least 0",
    ),
    (
        "attend",
        "kv_length",
        -1,
        "kv_length is -1, expected whole numbers from 0: how many keys count",
    ),
    (
        "attend",
        "kv_length",
        [1.5],
        "kv_length is [1.5], expected whole numbers from 0: how many keys count",
    ),
    ("attend", "sinks", "s", "sinks holds <U1, not real numbers: pass an array of numbers"),
    ("self_attention", "heads", True, "heads is True, expected a whole number"),
    ("self_attention", "heads", 0, "heads is 0, expected 1 or more"),
    (
        "self_attention",
        "kv_heads",
        -1,
        "kv_heads is -1, expected a number that divides the 1 heads: each is shared by as many",
    ),
    ("self_attention", "tokens", "ab", "tokens is 'ab', expected a list of texts, or None"),
    ("self_attention", "tokens", ["a", 1], "tokens is ['a', 1], expected a list of texts, or None"),
    ("self_attention", "w_o", {}, "w_o holds object, not real numbers: pass an array of numbers"),
    (
        "self_attention",
        "norm_epsilon",
        float("nan"),
        "norm_epsilon is nan: give a finite number from 0",
    ),
    ("Problem", "x", None, "x not given: give x, w_q, w_k and w_v, or q, k and v"),
    ("Problem", "heads", 2.0, "heads is 2.0, expected a whole number"),
    ("Problem", "inputs", [1], "inputs is [1], expected a Projections, a GivenQKV, or None"),
    ("softmax", "scores", 1.0, "scores has shape (), expected (…, n_k): one score a key"),
    ("softmax", "scores", ["a"], "scores holds <U1, not real numbers: pass an array of numbers"),
    (
        "softmax",
        "scores",
        [[1.0], [1.0, 2.0]],
        "scores has rows of different lengths: make them equal",
    ),
    (
        "sum_preserving_round",
        "decimals",
        10**30,
        "decimals is 1000000000000000000000000000000: give at most 300",
    ),
    ("sum_preserving_round", "decimals", 1.5, "decimals is 1.5, expected a whole number"),
    ("convolve", "stride", 0, "stride is 0, expected a whole number of at least 1"),
    ("convolve", "stride", "2", "stride is '2', expected a whole number of at least 1"),
    (
        "convolve",
        "padding",
        10**12,
        "padding 1000000000000 would make (1, 2000000000004) numbers, more than the 4 GiB allowed: give "
        "smaller ones",
    ),
    ("convolve", "x", "x", "x holds <U1, not real numbers: pass an array of numbers"),
    (
        "transposed_convolve",
        "stride",
        10**12,
        "stride 1000000000000, dilation 1, output_padding 0 would make (1, 3000000000002) numbers, more "
        "than the 4 GiB allowed: give smaller ones",
    ),
    (
        "transposed_convolve",
        "dilation",
        True,
        "dilation is True, expected a whole number of at least 1",
    ),
    ("AttentionOptions", "scale", float("inf"), "scale is inf: give a finite number"),
    ("AttentionOptions", "causal", "no", "causal is 'no', expected True or False"),
    (
        "AttentionOptions",
        "window",
        [1],
        "window is [1], expected (left, right), whole numbers or None, or None",
    ),
    ("lesson", "name", 3, "name is 3, expected a text"),
    (
        "lesson",
        "name",
        "",
        "unknown lesson '': use one of self-attention, cnn-limits, context, any-length, order, scaling, "
        "masking, multi-head, cost",
    ),
    ("lesson", "trace", "a b", "trace is 'a b', expected a Trace, or None"),
    ("lesson", "query", True, "query is True, expected a whole number, or None"),
    (
        "explain",
        "query",
        -1,
        "query is -1, counted from 0: the sequence has 2 positions, give 0 to 1",
    ),
    ("explain", "width", 0, "width is 0: give 1 to 10000 columns, or None for the terminal's"),
    (
        "explain",
        "width",
        10**30,
        "width is 1000000000000000000000000000000: give 1 to 10000 columns, or None for the terminal's",
    ),
    ("explain", "precision", True, "precision is True, expected a whole number, or None"),
    ("explain", "steps", "weights", "steps is 'weights', expected a list of texts"),
    ("explain", "theme", 3, "theme is 3, expected a text"),
    ("explain", "colour", "red", "colour is 'red', expected True or False, or None"),
    ("explain", "language", "", "unknown language '': use one of en, zh"),
    ("markup", "format", "word", "unknown format 'word': use one of markdown, latex"),
    ("markup", "storyboard", None, "storyboard is None, expected a Storyboard"),
    ("load", "heads", True, "heads is True, expected a whole number from 1, or None"),
    ("load", "seed", -1, "seed is -1, expected a whole number from 0, or None"),
    ("load", "scale", float("nan"), "scale is 'nan': say sqrt, none or a finite number"),
    (
        "trace",
        "d_k",
        10**30,
        "2 tokens of d_model 4 with 1 head would need 119209289550781252370432.0 GiB, more than the 4 "
        "GiB allowed: use a smaller d_model or d_k",
    ),
    ("trace", "tokens", [1], "tokens is [1], expected a list of texts, a text, or None"),
    ("trace", "text", b"a b", "text is b'a b', expected a text, or None"),
    ("trace_of", "problem", "a b", "problem is 'a b', expected a Problem"),
    ("article_rounded", "trace", None, "trace is None, expected a Trace"),
    ("register_lesson", "lesson", "cost", "lesson is 'cost', expected a Lesson"),
    ("heads", "attention", 3, "attention is 3, expected a text, a path, or None"),
    ("heads", "top", 0, "top is 0: give a whole number from 1"),
    ("heads", "layer", 1.5, "layer is 1.5, expected a whole number, or None"),
    ("film", "fps", 0, "fps is 0: give 1 to 120"),
    ("film", "jobs", True, "jobs is True, expected a whole number, or None"),
    ("film", "duration", "long", "duration is 'long', expected a number, or None"),
    ("film", "path", b"x.mp4", "path is b'x.mp4', expected a text, or a path"),
]


@pytest.mark.parametrize(
    ("function", "argument", "value", "message"),
    CLAIMS,
    ids=[
        f"{function}-{argument}-{number}" for number, (function, argument, *_) in enumerate(CLAIMS)
    ],
)
def test_a_wrong_argument_is_named_with_what_was_given_and_the_cure(
    function, argument, value, message
):
    with pytest.raises(AttnvizError) as caught:
        getattr(attnviz, function)(**{**GOOD[function], argument: value})

    assert str(caught.value) == message


@pytest.mark.parametrize("function", GOOD)
def test_an_argument_that_a_function_does_not_have_is_a_type_error_that_names_it(function):
    with pytest.raises(TypeError, match="there_is_none"):
        getattr(attnviz, function)(**GOOD[function], there_is_none=1)


def test_what_programs_hand_over_for_python_s_own_kinds_is_taken():
    plain = attnviz.attend(EYE, EYE, EYE, scale=0.5, offset=1, causal=True, window=(1, None))
    likewise = attnviz.attend(
        EYE.tolist(),
        EYE.astype(int),
        EYE,
        scale=np.float64(0.5),
        offset=np.int8(1),
        causal=1,
        window=[np.int64(1), None],
    )

    assert np.array_equal(plain.weights, likewise.weights)


def test_a_lesson_whose_folder_is_none_is_refused():
    from attnviz.lessons.lesson import Lesson

    for package in ("", ".", "there.is.none", "attnviz.errors.x"):
        with pytest.raises(AttnvizError, match="package"):
            attnviz.register_lesson(Lesson("hostile", package))
    with pytest.raises(AttnvizError, match=r"^name of the lesson is 3, expected a text$"):
        attnviz.register_lesson(Lesson(3, "attnviz"))
