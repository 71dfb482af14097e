"""attnviz examples, as a user runs it."""

import subprocess
import sys

import pytest


def attnviz(*arguments, **options):
    return subprocess.run(
        [sys.executable, *options.pop("python", ()), "-m", "attnviz", *arguments],
        capture_output=True,
        encoding="utf-8",
        check=False,
        **options,
    )


def test_the_list_names_every_example_with_its_shape_and_title():
    done = attnviz("examples")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "illustrated   3 × 4  1 head   The article's worked example: three inputs, one head, no scaling\n"
        "causal        4 × 4  1 head   Causal: no word sees a later one\n"
        'retrieval     5 × 4  1 head   Retrieval: "it" finds "cat"\n'
        "two-heads     4 × 4  2 heads  Two heads: one looks back a word, one looks at its own kind\n"
    )


def test_the_list_can_be_chinese():
    assert "因果掩码：看不到后面的词" in attnviz("examples", "--lang", "zh").stdout


def test_a_printed_example_is_a_file_of_the_users_own(tmp_path):
    printed = attnviz("examples", "retrieval").stdout
    path = tmp_path / "mine.toml"
    path.write_text(printed, encoding="utf-8")
    from attnviz.inputs import InputRequest, problem_from

    assert problem_from(InputRequest(example=str(path))).tokens == (
        "the",
        "cat",
        "slept",
        "it",
        "purred",
    )


def test_an_unknown_example_is_reported_with_the_nearest():
    done = attnviz("examples", "two-head")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "Error: unknown example 'two-head': did you mean 'two-heads'? "
        "Known: illustrated, causal, retrieval, two-heads\n"
    )


def test_without_a_command_the_help_is_shown():
    done = attnviz()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == attnviz("--help").stdout == attnviz("-h").stdout
    for command in ("explain", "render", "examples"):
        assert f"\n  {command} " in done.stdout


def test_the_version_is_printed():
    assert attnviz("--version").stdout == "attnviz, version 0.1.0\n"


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["examples"]])
def test_small_commands_load_no_heavy_library(arguments):
    done = attnviz(*arguments, python=("-X", "importtime"))
    assert done.returncode == 0
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "click" in loaded
    assert not loaded & {"manim", "rich", "av", "safetensors", "csv"}
    if arguments != ["examples"]:
        assert "numpy" not in loaded
