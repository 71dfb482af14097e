import pickle

import pytest

from attnviz import Problem, self_attention
from attnviz.core.problem_json import problem_from_plain, problem_to_plain
from attnviz.core.provenance import (
    Backend,
    ModelSource,
    Provenance,
    Quantisation,
    Source,
    UnknownTokens,
)
from attnviz.errors import InputError

W = [[1.0]]
OF_A_MODEL = {
    "x": "what enters the attention of all-MiniLM-L6-v2, layer 3",
    "w_q": "all-MiniLM-L6-v2, layer 3, head 0,2",
    "q": "transformers 5.0",
    "model": "all-MiniLM-L6-v2",
    "revision": "0123abcd",
    "layer": "3",
    "heads": "0,2",
    "tokenizer": "WordPiece",
    "stored": "Q4_K/Q6_K",
    "bits": "4.9",
    "unknown": "1",
    "tokens": "7",
    "backend": "transformers 5.0",
    "difference": "2e-08",
    "second_text": "4",
}
PLAIN = {
    "nothing": {},
    "of a model": OF_A_MODEL,
    "of a model, not the whole of it": {"model": "m"},
    "the same as the model's own": OF_A_MODEL | {"difference": "0"},
    "of an example": {"x": "example illustrated", "source": "R. Karim (2019)"},
    "of files and a seed": {"x": "file a b.csv", "w_q": "seed 7", "untrained": "seed 7"},
    "of a file without a name": {"x": "file ", "untrained": "seed"},
    "nothing said of what is untrained": {"untrained": ""},
    "names that are not known": {"colour": "blue", "x": "stdin", "1": ""},
    "numbers that are none": {"layer": "first", "heads": "0,,1", "unknown": "all", "bits": "4.9"},
    "numbers written otherwise": {"model": "m", "layer": "03", "heads": "1, 2", "tokens": "²"},
    "a layer without a model": {"layer": "3"},
    "digits without end": {"model": "m", "layer": "9" * 5000},
    "more decimals than are written": {"stored": "Q4_0", "bits": "4.5000", "backend": "a"},
}


@pytest.mark.parametrize("texts", PLAIN.values(), ids=PLAIN.keys())
def test_a_mapping_of_texts_comes_back_as_it_was(texts):
    assert Provenance.from_plain(texts).to_plain() == texts


def test_the_texts_of_a_model_are_understood():
    made = Provenance.from_plain(OF_A_MODEL)

    assert made.sources["q"] == Source("other", "transformers 5.0")
    assert made.model == ModelSource("all-MiniLM-L6-v2", 3, "0123abcd", "WordPiece")
    assert made.heads == (0, 2)
    assert made.quantisation == Quantisation("Q4_K/Q6_K", 4.9)
    assert made.unknown == UnknownTokens(1, 7)
    assert made.backend == Backend("transformers 5.0", 2e-8)
    assert not made.other


def test_what_is_not_understood_is_kept_apart():
    assert dict(Provenance.from_plain({"colour": "blue", "layer": "3", "x": "seed 1"}).other) == {
        "colour": "blue",
        "layer": "3",
    }


def test_a_problem_takes_texts_and_writes_the_same():
    problem = self_attention(W, W, W, W).problem
    texts = PLAIN["of files and a seed"] | {"colour": "blue"}

    told = Problem(problem.x, problem.w_q, problem.w_k, problem.w_v, provenance=texts)

    assert told.provenance == Provenance.from_plain(texts)
    assert problem_to_plain(told)["provenance"] == texts
    assert problem_from_plain(problem_to_plain(told)).provenance == told.provenance


def test_a_source_that_is_no_text_is_refused():
    with pytest.raises(InputError, match="provenance x is 3, expected a text"):
        Provenance.from_plain({"x": 3})
    body = problem_to_plain(self_attention(W, W, W, W).problem)
    with pytest.raises(InputError, match="field provenance is missing or of the wrong kind"):
        problem_from_plain(body | {"provenance": {"x": None}})


def test_it_reaches_another_process():
    made = Provenance.from_plain(OF_A_MODEL | {"colour": "blue"})

    assert pickle.loads(pickle.dumps(made)) == made
