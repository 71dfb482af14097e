"""--model with a .gguf file: what is shown of it, and what it is said to be."""

import json

import pytest

from tests.models.tiny import recorded
from tests.models.tiny_gguf import small_vocabulary, write

SAT = "The cat sat on the mat because it was tired"
LOOKS_BACK = ("--model", "smollm2", "--layer", "16", "--head", "0")


def test_the_model_and_its_rounding_are_named(attnviz):
    said = " ".join(attnviz("explain", SAT, *LOOKS_BACK, "--step", "softmax").out.split())

    assert "Trained weights: SmolLM2-135M-Instruct, layer 16, head 0, counted from 0" in said
    assert "BPE tokens; sha256 of the weights b179c9523d0e…" in said
    assert "Its file keeps weights rounded, as Q4_1/Q8_0: 5.7 bits each on average." in said


def test_in_chinese_too(attnviz):
    said = attnviz("explain", SAT, *LOOKS_BACK, "--step", "softmax", "--lang", "zh").out

    assert "文件里的权重经过量化（Q4_1/Q8_0），平均每个数只占 5.7 位" in "".join(
        line.strip() for line in said.splitlines()
    )


@pytest.mark.parametrize("form", ["markdown", "latex"])
def test_every_document_says_so(attnviz, form):
    said = attnviz("explain", SAT, *LOOKS_BACK, "--format", form).out

    assert "Q8" in said and "5.7 bits each" in said


def test_keys_are_shared_and_nothing_ahead_is_seen(attnviz):
    done = attnviz("explain", "the cat", "--model", "smollm2", "--head", "all", "--format", "json")

    trace = json.loads(done.out)
    assert (trace["heads"], trace["kv_heads"]) == (9, 3)
    assert trace["traces"][0]["weights"][0] == [1, 0]
    assert trace["traces"][0]["q"] != trace["traces"][0]["projected_q"]
    made = trace["provenance"]
    assert (made["stored"], made["bits"]) == ("Q4_1/Q8_0", "5.7")


def test_the_heads_that_such_models_are_known_for_are_found(attnviz):
    lines = attnviz("heads", SAT, "--model", "smollm2").out.splitlines()

    found = {line.split("  ")[1]: line for line in lines if "  L" in line}
    assert "L16H0 0.80" in found["previous token"]
    assert "L18H6 0.70" in found["induction"]
    assert "The model's file keeps weights rounded, as Q4_1/Q8_0" in "\n".join(lines)


def test_a_picture_of_all_heads_says_how_they_are_rounded(attnviz, work):
    assert attnviz("heads", "the cat", "--model", "smollm2", "-o", "maps.svg").status == 0

    assert "as Q4_1/Q8_0: 5.7 bits each" in (work / "maps.svg").read_text(encoding="utf-8")


def test_a_file_of_ones_own(attnviz, work):
    write(work / "own.gguf", "llama", recorded("llama")[0], vocabulary=small_vocabulary)

    said = attnviz("explain", "the cat sat", "--model", "own.gguf", "--step", "softmax").out

    assert "Trained weights: own, layer 0, head 0" in said
    assert "keeps weights rounded" not in said
    for token in ("<|beg", "the", "cat", "sat"):
        assert token in said


def test_a_file_that_is_none_is_refused_in_one_line(attnviz, work):
    (work / "own.gguf").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")

    assert "own.gguf cannot be read as GGUF (it does not begin with GGUF): download it anew" in (
        attnviz("explain", "the", "--model", "own.gguf").refusal
    )


def test_what_is_here_need_not_be_got(attnviz):
    assert attnviz("models", "get", "smollm2").out.endswith("SmolLM2-135M-Instruct.Q4_1.gguf\n")
