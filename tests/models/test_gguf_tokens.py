"""Texts are taken apart as llama.cpp takes them apart, by what is in the file alone."""

import json
from dataclasses import replace

import pytest

from attnviz.models.gguf.tokenizer import tokenizer_of
from attnviz.models.model import open_model
from attnviz.models.tokenizer import tokenize
from tests.models.llama_cpp_says import DECOMPOSED, FILE, FILES, TEXTS, cut_by, sentence_pieces

SAID = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", FILES)
def test_the_tokens_are_those_of_llama_cpp(name):
    tokenizer = tokenizer_of(FILES[name]())

    assert {text: list(tokenize(tokenizer, text).ids) for text in TEXTS} == SAID[name]


def test_smollm2_as_it_is_takes_texts_apart_so():
    model = open_model("smollm2")

    assert {text: list(model.tokenize(text).ids) for text in TEXTS} == SAID["smollm"]


def test_pieces_read_as_they_are_written():
    found = open_model("smollm2").tokenize("The cat, née, isn't 42\n\n  猫")

    assert found.names == (
        *("The", "cat", ",", "n", "ée", ",", "isn", "'t", "␣", "4", "2", "↵↵␣"),
        *("猫 1/3", "猫 2/3", "猫 3/3"),  # its three bytes
    )
    assert found.kind == "BPE"
    assert not found.added


def test_special_tokens_are_distinguished_from_the_text():
    found = tokenize(tokenizer_of(cut_by("llama-bpe")), "the cat")

    assert found.names == ("<|im_start|>", "the", "cat")
    assert found.added == (0,)


def test_letters_and_accents_are_composed_for_qwen_only():
    decomposed, composed = DECOMPOSED, "café naïve"

    for name, same in (("qwen2", True), ("smollm", False)):
        tokenizer = tokenizer_of(cut_by(name))
        assert (tokenize(tokenizer, decomposed).ids == tokenize(tokenizer, composed).ids) is same


def test_sentence_pieces_are_named_without_the_mark_of_a_blank():
    found = tokenize(tokenizer_of(sentence_pieces()), "the weights ☃")

    assert found.names[:3] == ("<s>", "the", "weights")
    # three bytes stand for the snowman
    assert found.names[-3:] == ("☃ 1/3", "☃ 2/3", "☃ 3/3")


def test_where_no_blank_is_to_be_put_before_a_text_none_is():
    file = sentence_pieces()
    bare = replace(file, values=dict(file.values) | {"tokenizer.ggml.add_space_prefix": False})

    put, left = (tokenize(tokenizer_of(each), "the").ids for each in (file, bare))

    assert [file.values["tokenizer.ggml.tokens"][ids[1]] for ids in (put, left)] == ["▁the", "the"]
