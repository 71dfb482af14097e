"""Texts are taken apart as the tokenizers library does, and shown as they are written."""

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from attnviz.errors import InputError
from attnviz.models.model import open_model
from attnviz.models.places import find
from attnviz.models.tokenizer import pieces, read_tokenizer

TEXTS = (
    "The animal didn't cross the street",
    "naïve café, déjà vu",
    "学习注意力机制",
    "🙂 👩‍👩‍👧 fine",
    "<script>alert(1)</script>",
    "unbelievably internationalisation",
    "  two   spaces\nand a line ",
    "word " * 300,
)


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:12])
def test_the_ids_are_those_of_the_library_neither_cut_nor_filled(text):
    folder = find("minilm").folder
    library = Tokenizer.from_file(str(folder / "tokenizer.json"))
    library.no_padding()
    library.no_truncation()

    found = pieces(read_tokenizer(folder), text)

    expected = library.encode(text)
    assert list(found.ids) == expected.ids
    assert list(found.words) == expected.word_ids
    assert found.names[0] == "[CLS]" and found.names[-1] == "[SEP]"
    assert len(found.names) == len(found.ids)


def test_pieces_keep_their_marks_and_what_is_unknown_is_shown_as_written():
    folder = find("minilm").folder

    assert pieces(read_tokenizer(folder), "unbelievably 🙂").names[1:-1] == (
        "un",
        "##bel",
        "##ie",
        "##va",
        "##bly",
        "🙂",
    )


def test_pieces_of_bytes_are_shown_as_what_is_written(tmp_path):
    vocabulary = {each: i for i, each in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    vocabulary |= {"Ġt": 256, "Ġth": 257}
    tokenizer = Tokenizer(models.BPE(vocabulary, [("Ġ", "t"), ("Ġt", "h")]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.save(str(tmp_path / "tokenizer.json"))

    # a piece with the blank before it is shown without; each byte of é stands for the whole letter
    assert pieces(read_tokenizer(tmp_path), "a thé").names == ("a", "th", "é", "é")


def test_a_text_longer_than_the_model_takes_is_refused():
    model = open_model("minilm")

    assert len(model.pieces("a " * 510).ids) == 512
    with pytest.raises(
        InputError, match="the text has 513 tokens, all-MiniLM-L6-v2 takes 512 at most"
    ):
        model.pieces("a " * 511)


def test_a_tokenizer_that_is_none_or_missing(tmp_path):
    with pytest.raises(InputError, match=r"has no tokenizer\.json"):
        read_tokenizer(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(InputError, match="cannot be read as a tokenizer"):
        read_tokenizer(tmp_path)
