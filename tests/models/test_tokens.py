"""Texts are taken apart as the tokenizers library does, and shown as they are written."""

import json
import string

import pytest
from tokenizers import Tokenizer, pre_tokenizers, processors

from attnviz.errors import InputError
from attnviz.models.locate import find_model
from attnviz.models.model import open_model
from attnviz.models.tokenization import runs
from attnviz.models.tokenizer import read_tokenizer, tokenize
from tests.models.small_tokenizers import bytewise, characterwise, unigram, unparted

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
    folder = find_model("minilm").folder
    library = Tokenizer.from_file(str(folder / "tokenizer.json"))
    library.no_padding()
    library.no_truncation()

    found = tokenize(read_tokenizer(folder), text)

    expected = library.encode(text)
    assert list(found.ids) == expected.ids
    assert list(found.words) == expected.word_ids
    assert found.names[0] == "[CLS]" and found.names[-1] == "[SEP]"
    assert len(found.names) == len(found.ids)


def test_tokens_keep_their_marks_and_unknown_tokens_are_listed_with_their_text():
    folder = find_model("minilm").folder

    found = tokenize(read_tokenizer(folder), "unbelievably 🙂")

    assert found.unknown == (6,)
    assert found.names[1:-1] == (
        "un",
        "##bel",
        "##ie",
        "##va",
        "##bly",
        "[UNK] 🙂",
    )


def test_what_follows_the_first_sep_is_the_second_segment():
    read = tokenize(characterwise("ab"), "a [SEP] a[SEP]a")

    assert read.names == ("[CLS]", "a", "[SEP]", "a", "[SEP]", "a", "[SEP]")
    assert read.segments == (0, 0, 0, 1, 1, 1, 1)
    assert (read.second_text, tokenize(characterwise("ab"), "a b").second_text) == (3, None)
    assert read.words == (None, 0, None, 2, None, 4, None)


def test_one_text_and_a_model_that_has_no_segments_are_all_the_first(tmp_path):
    alike = characterwise("ab")
    alike.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B [SEP]",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )

    assert tokenize(characterwise("ab"), "a b").segments == ()
    assert tokenize(characterwise("ab"), "a sep b").segments == ()
    assert tokenize(alike, "a [SEP] b").segments == ()
    assert tokenize(bytewise("a"), "a [SEP] b").segments == ()


def test_pieces_of_bytes_are_shown_as_what_is_written(tmp_path):
    bytewise(" th").save(str(tmp_path / "tokenizer.json"))

    # a piece with the blank before it is shown without
    assert tokenize(read_tokenizer(tmp_path), "a thé").names == ("a", "th", "é 1/2", "é 2/2")


@pytest.fixture(params=[False, True], ids=["offsets with blanks", "offsets without"])
def read_as_bytes(request, tmp_path):
    bytewise("动物", " the", "爱", trim_offsets=request.param).save(
        str(tmp_path / "tokenizer.json")
    )
    return lambda text: tokenize(read_tokenizer(tmp_path), text)


def test_bytes_of_one_character_are_numbered_parts_of_it_and_never_the_letters_that_code_them(
    read_as_bytes,
):
    read = read_as_bytes("动物爱猫 🙂\n x")

    assert read.names == (
        *("动物", "爱", "猫 1/3", "猫 2/3", "猫 3/3", "␣"),
        *("🙂 1/4", "🙂 2/4", "🙂 3/4", "🙂 4/4", "↵", "␣", "x"),
    )
    assert not set("".join(read.names)) & (
        set(pre_tokenizers.ByteLevel.alphabet()) - set(string.printable)
    )


def test_a_token_that_ends_within_a_character_is_marked(tmp_path):
    tokenizer = bytewise("动")
    described = json.loads(tokenizer.to_str())
    names = described["model"]["vocab"]
    # all bytes of one character and two of the next
    described["model"]["merges"] += [["ç", "Į"], ["åĬ¨", "çĮ"]]
    names |= {"çĮ": len(names), "åĬ¨çĮ": len(names) + 1}
    (tmp_path / "tokenizer.json").write_text(json.dumps(described))

    assert tokenize(read_tokenizer(tmp_path), "动猫").names == ("动猫 1/2", "猫 2/2")


def test_what_sentencepiece_marks_reads_as_what_is_written(tmp_path):
    unigram("▁the", "▁cat", "动物", "s").save(str(tmp_path / "tokenizer.json"))

    read = tokenize(read_tokenizer(tmp_path), "the cats, 动物 猫½")

    # a mark that stands alone is no character of the text, though the library gives it the one that follows
    assert " ".join(read.names) == "<s> the cat s , ▁ 动物 ▁ 猫½ </s>"


def groups_of(read):
    return [read.name_of(each) for each in read.groups]


@pytest.mark.parametrize(
    ("tokenizer", "text", "expected"),
    [
        (characterwise(), "它 unbelievably 累", "[CLS] 它 unbelievably 累 [SEP]"),
        (bytewise("动物"), "动物爱猫，don't", "动物 爱 猫 ， don ' t"),
        (bytewise(), "naïve caf\u00e9 x", "naïve café x"),
        (unigram("▁the", "didn", "动物"), "the didn't 动物。", "<s> the didn ' t 动物 。 </s>"),
        (unigram("ถนน", "มี"), "ถนนมี", "<s> ถนน มี </s>"),
        (unparted("▁the", "▁ca"), "the cat 猫.", "<s> the cat 猫 ."),
    ],
    ids=["characters", "bytes", "letters of two bytes", "marks", "Thai", "nothing parts words"],
)
def test_words_are_what_blanks_and_punctuation_part_and_chinese_pieces_one_by_one(
    tokenizer, text, expected, tmp_path
):
    tokenizer.save(str(tmp_path / "tokenizer.json"))

    read = tokenize(read_tokenizer(tmp_path), text)

    assert groups_of(read) == expected.split()
    assert [i for group in read.groups for i in group] == list(range(len(read.ids)))


def test_the_name_of_merged_tokens_is_as_long_as_their_text(tmp_path):
    bytewise("动物").save(str(tmp_path / "tokenizer.json"))
    read = tokenize(read_tokenizer(tmp_path), "动物爱猫")

    assert runs(read.text, read.spans, "爱猫") == ((1, 2, 3, 4, 5, 6),)
    assert runs(read.text, read.spans, "动物") == ((0,),)
    # half a piece is no piece
    assert runs(read.text, read.spans, "动") == runs(read.text, read.spans, "物爱") == ()
    assert runs(read.text, read.spans, "") == ()


def test_a_text_longer_than_the_model_takes_is_refused():
    model = open_model("minilm")

    assert len(model.tokenize("a " * 510).ids) == 512
    with pytest.raises(
        InputError, match="the text has 513 tokens, all-MiniLM-L6-v2 takes 512 at most"
    ):
        model.tokenize("a " * 511)


def test_a_tokenizer_that_is_none_or_missing(tmp_path):
    with pytest.raises(InputError, match=r"has no tokenizer\.json"):
        read_tokenizer(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(InputError, match="cannot be read as a tokenizer"):
        read_tokenizer(tmp_path)
