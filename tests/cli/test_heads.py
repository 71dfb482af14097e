"""attnviz heads, as a user runs it."""

import json
import re

import fontpkg
import numpy as np
import pytest
from PIL import Image
from rich.cells import cell_len

from attnviz.typeset.typefaces import chinese
from tests.models.small_tokenizers import bytewise, characterwise, model_with

SENTENCE = "The animal didn't cross the street because it was too tired"


def found(out: str, what: str) -> list[tuple[str, float]]:
    """The heads that a line names, with what is measured."""
    (line,) = (each for each in out.splitlines() if each.strip().startswith(what))
    return [(name, float(value)) for name, value in re.findall(r"(L\d+H\d+) (\d\.\d\d)", line)]


@pytest.fixture
def explained(attnviz):
    """The trace, as data."""
    return lambda *arguments: json.loads(attnviz("explain", *arguments, "--format", "json").out)


@pytest.fixture
def surveyed(attnviz):
    def survey(*arguments):
        done = attnviz("heads", SENTENCE, "--model", "minilm", *arguments)
        assert (done.status, done.err) == (0, "")
        return done.out

    return survey


def test_the_heads_that_send_it_to_animal_come_first(surveyed):
    out = surveyed("--from", "it", "--to", "animal")

    assert found(out, "it → animal")[:2] == [("L5H11", 0.65), ("L3H1", 0.64)]


def test_known_kinds_of_heads_are_found(surveyed):
    out = surveyed()

    assert found(out, "previous token")[0] == ("L0H2", 1.0)
    assert found(out, "first token")[0] == ("L4H5", 0.9)
    assert found(out, "entropy, least")[0] == ("L0H2", 0.0)


def test_every_head_has_a_map(surveyed):
    out = surveyed()
    names = re.findall(r"L\d+H\d+", out.split("Each map:")[0])

    assert names == [f"L{layer}H{head}" for layer in range(6) for head in range(12)]


def test_more_heads_are_named_on_request(surveyed):
    assert len(found(surveyed("--top", "2"), "induction")) == 2
    assert len(found(surveyed("--width", "200", "--top", "7"), "induction")) == 7


@pytest.mark.parametrize(
    ("width", "language", "colour"), [(40, "zh", "always"), (80, "en", "never")]
)
def test_every_line_fits_the_page(surveyed, width, language, colour):
    out = surveyed(
        "--width",
        str(width),
        "--lang",
        language,
        "--color",
        colour,
        "--from",
        "it",
        "--to",
        "animal",
    )

    plain = re.sub(r"\x1b\[[0-9;]*m", "", out)
    assert max(map(cell_len, plain.splitlines())) <= width
    assert ("\x1b" in out) == (colour == "always")


def test_a_token_of_markup_is_shown_as_it_is(attnviz):
    done = attnviz(
        "heads", "<script> a [b] 猫 🙂", "--model", "minilm", "--from", "script", "--to", "["
    )

    assert found(done.out, "script → [")


def test_one_word_is_enough_and_has_no_neighbour(attnviz):
    out = attnviz("heads", "cat", "--model", "minilm").out

    assert "previous token" not in out
    assert "induction" not in out
    assert "first token" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((SENTENCE,), "Give a trained model with --model, or weights with --attention"),
        (("--model", "minilm"), "--model needs a text to read"),
        (
            ("--model", "minilm", "--attention", "a.npy"),
            "--attention gives the weights that --model would compute: leave one of them out",
        ),
        (("--attention", "a.npy"), "a.npy: no such file"),
        ((SENTENCE, "--model", "minilm", "--from", "it"), "give --from and --to, or neither"),
        ((SENTENCE, "--model", "minilm", "--from", "it", "--to", "cat"), "--to 'cat' is not among"),
        (
            (SENTENCE, "--model", "minilm", "--from", "the", "--to", "it"),
            "say --from 2 or --from 8",
        ),
        (("a", "--model", "minilm", "--from", "99", "--to", "1"), "--from 99 is out of range"),
        (("", "--model", "minilm"), "finds no token in the text: write a word"),
        (("a " * 600, "--model", "minilm"), "the text has 602 tokens, all-MiniLM-L6-v2 takes 512"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(attnviz, arguments, said):
    assert said in attnviz("heads", *arguments).refusal


def test_a_picture_of_the_maps_is_written_whole(attnviz, work):
    done = attnviz("heads", SENTENCE, "--model", "minilm", "-o", "maps.svg", "--theme", "light")

    assert (done.status, done.out, done.err) == (0, "", "")
    picture = (work / "maps.svg").read_text()
    assert picture.startswith("<svg") and picture.endswith("</svg>\n")
    assert picture.count("<g ") == 72 + 1  # the maps, and the shades in order
    assert [each.name for each in work.iterdir()] == ["maps.svg"]


def test_a_picture_of_another_kind_or_in_no_folder_is_refused(attnviz, work):
    said = attnviz("heads", "a", "--model", "minilm", "-o", "maps.jpg").refusal
    assert said == (
        "maps.jpg: heads are drawn as .svg or .png, measured as .json, written as .txt: give the file one of these "
        "suffixes, or --format"
    )
    assert attnviz("heads", "a", "--model", "minilm", "-o", "no/maps.svg").refusal
    assert not list(work.iterdir())


def test_the_same_picture_is_written_as_png(attnviz, work):
    arguments = ("heads", SENTENCE, "--model", "minilm", "--theme", "light", "-o")
    for name in ("maps.svg", "maps.PNG"):
        assert attnviz(*arguments, name).status == 0

    with Image.open(work / "maps.PNG") as picture:
        assert (picture.format, picture.mode) == ("PNG", "RGB")
        drawn = re.match(r'<svg [^>]*width="(\d+)" height="(\d+)"', (work / "maps.svg").read_text())
        assert picture.size == (2 * int(drawn[1]), 2 * int(drawn[2]))
        assert picture.getpixel((1, 1)) == (0xFB, 0xFA, 0xF6)


def test_a_character_that_no_typeface_has_is_reported_and_no_box_is_drawn(attnviz, work):
    np.save(work / "own.npy", np.eye(2))
    asked = ("🙂 a", "--attention", "own.npy", "--from", "1", "--to", "2", "-o")

    said = attnviz("heads", *asked, "maps.png").refusal

    assert said == (
        "no typeface here has the character '🙂' (in '🙂 → a: 0 in every head'): leave it out, or --font FILE "
        "with a font that has it; the terminal and .svg show any character"
    )
    assert not (work / "maps.png").exists()
    assert attnviz("heads", *asked, "maps.svg").status == 0


def test_chinese_tokens_are_drawn_by_the_font_that_is_named_or_found(attnviz, work):
    np.save(work / "own.npy", np.eye(2))
    asked = ("heads", "猫 狗", "--attention", "own.npy", "--head", "0", "-o")

    assert attnviz(*asked, "found.png").status == 0
    assert attnviz(*asked, "named.png", "--font", chinese().path).status == 0
    assert (work / "found.png").read_bytes() == (work / "named.png").read_bytes()
    inter = str(fontpkg.path("Inter"))
    assert attnviz(*asked, "no.png", "--font", inter).refusal == (
        "no typeface here has the character '猫' (in '猫'): leave --font out; the terminal and .svg show any character"
    )
    assert not (work / "no.png").exists()


def test_a_font_is_for_png_only_and_has_to_be_one(attnviz, work):
    np.save(work / "own.npy", np.eye(2))
    asked = ("heads", "--attention", "own.npy", "--font")

    assert attnviz(*asked, "Arial", "-o", "a.svg").refusal == (
        "--font draws the text of .png; of a.svg it is drawn where it is shown"
    )
    assert attnviz(*asked, "Arial").refusal == "--font draws the text of .png: give -o FILE.png"
    assert attnviz(*asked, "no.ttf", "-o", "a.png").refusal == "--font no.ttf: no such file"
    assert [each.name for each in work.iterdir()] == ["own.npy"]


def test_tokens_of_a_word_are_merged_with_a_note(attnviz):
    pieces = attnviz("heads", "unbelievably good", "--model", "minilm").out
    words = attnviz(
        *("heads", "unbelievably good", "--model", "minilm", "--words"),
        *("--from", "unbelievably", "--to", "good"),
    ).out

    assert "tokens: 8" in pieces and "summed over keys" not in pieces
    assert "words: 4" in words and "summed over keys and averaged over queries" in " ".join(
        words.split()
    )
    assert found(words, "unbelievably → good")


def test_what_a_mask_hides_from_every_query_is_not_ranked(attnviz):
    out = attnviz("heads", "The cat", "--model", "smollm2", "--from", "1", "--to", "2").out

    assert re.search(r"The → cat +0 in every head", out)
    assert "next token" not in out
    assert "previous token" in out


def test_only_what_is_shown_is_explained(attnviz, work):
    np.save(work / "own.npy", np.full((3, 3), 1 / 3))

    own = attnviz("heads", "a b c", "--attention", "own.npy").out
    assert "Measured:" in own and "nduction" not in own
    attnviz("heads", "it was", "--model", "minilm", "-o", "all.svg")
    picture = re.sub("<title>.*?</title>", "", (work / "all.svg").read_text(encoding="utf-8"))
    assert "What a head gives weight to" in picture
    assert "Measured" not in picture and "nduction" not in picture


def test_the_users_own_weights_are_shown_and_described_as_captured(attnviz, work):
    back = np.eye(3, k=-1)
    back[0, 0] = 1
    np.save(work / "own.npy", np.stack([np.eye(3), back]))

    out = attnviz("heads", "a b c", "--attention", "own.npy", "--from", "b", "--to", "a").out

    assert "own.npy, layers: 1, heads of each: 2, tokens: 3" in out
    assert found(out, "b → a")[0] == ("L0H1", 1.0)
    assert found(out, "previous token")[0] == ("L0H1", 1.0)
    assert "They were not computed here" in out
    assert attnviz("heads", "--attention", "own.npy", "-o", "own.svg").status == 0
    assert "not computed here" in (work / "own.svg").read_text()
    refused = attnviz("heads", "a b", "--attention", "own.npy").refusal
    assert refused.startswith("TEXT has 2 words, own.npy has weights of 3 positions")
    assert "--words merges" in attnviz("heads", "--attention", "own.npy", "--words").refusal


def test_words_in_place_of_tokens_are_followed_too(attnviz):
    out = attnviz(
        *("heads", "unbelievably good", "--model", "minilm", "--words"),
        *("--layer", "2", "--head", "0", "--from", "unbelievably"),
    ).out

    assert "“unbelievably” gives weight to:" in out
    assert "summed over keys and averaged over queries" in " ".join(out.split())


CLAUSE = "动物没有过马路，因为它太累"


@pytest.fixture(params=["character by character", "in bytes"])
def cut_up(request, work):
    """A folder whose tokenizer takes Chinese apart as that of BERT, or that of Qwen."""
    if request.param == "in bytes":
        return model_with(bytewise("没有", "马路", "因为"), work / "model", "qwen2")
    return model_with(characterwise(CLAUSE), work / "model", "bert")


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("words", [(), ("--words",)], ids=["pieces", "words"])
def test_chinese_words_are_found_whatever_pieces_they_are_in(attnviz, cut_up, width, words):
    pair = ("--from", "它", "--to", "动物", "--lang", "zh", "--width", str(width), *words)
    done = attnviz("heads", CLAUSE, "--model", str(cut_up), *pair)

    assert (done.status, done.err) == (0, "")
    assert max(map(cell_len, done.out.splitlines())) <= width
    assert "  它 → 动物  " in done.out
    assert "权重对键求和" in re.sub(r"\s", "", done.out)


def test_what_is_in_several_pieces_gets_what_they_get_together(attnviz, explained, work):
    folder = model_with(characterwise(CLAUSE), work / "model", "bert")
    out = attnviz(
        "heads", CLAUSE, "--model", str(folder), "--from", "它", "--to", "动物", "--top", "12"
    ).out

    ranked = dict(
        re.findall(r"(L\dH\d) (\d\.\d\d)", out.split("它 → 动物")[1].split("previous")[0])
    )
    for head in range(4):
        trace = explained(CLAUSE, "--model", str(folder), "--layer", "1", "--head", str(head))
        row = trace["traces"][0]["weights"][trace["tokens"].index("它")]
        assert ranked[f"L1H{head}"] == f"{row[1] + row[2]:.2f}"


def test_a_word_of_several_tokens_at_several_positions_is_chosen_by_position(attnviz, work):
    folder = str(model_with(characterwise("动物爱吃"), work / "model", "bert"))

    said = attnviz("heads", "动物爱动物", "--model", folder, "--from", "爱", "--to", "动物").refusal
    assert said == "'动物' stands at positions 2-3, 5-6: say --to 2-3 or --to 5-6"
    assert (
        "  爱 → 动物  "
        in attnviz("heads", "动物爱动物", "--model", folder, "--from", "爱", "--to", "5-6").out
    )
    for wrong in ("0-2", "3-2", "5-99"):
        refused = attnviz("heads", "动物", "--model", folder, "--from", "1", "--to", wrong).refusal
        assert refused.startswith(f"--to '{wrong}' is not among the 4 tokens")
