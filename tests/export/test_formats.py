"""Document formats: found in their folder or registered, and chosen by name or suffix."""

import dataclasses
import pkgutil

import pytest

from attnviz.errors import InputError
from attnviz.views.document import formats, writers
from attnviz.views.document.formats import (
    DocumentFormat,
    format_named,
    format_names,
    formats_by_suffix,
    register_format,
)
from attnviz.views.document.markup import markup


@pytest.fixture
def plain(monkeypatch) -> DocumentFormat:
    """A format from outside the package, registered for one test."""
    monkeypatch.setattr(formats, "_REGISTERED", {})
    format = DocumentFormat(
        "plain",
        (".plain",),
        lambda storyboard, steps: f"{storyboard.title}: {steps}\n",
        "the title alone",
    )
    register_format(format)
    return format


def test_markdown_and_latex_come_first():
    assert format_names()[:2] == ("markdown", "latex")


def test_every_module_of_the_folder_is_a_format_under_its_own_name():
    modules = [each.name for each in pkgutil.iter_modules(writers.__path__)]

    assert sorted(modules) == sorted(format_names())
    assert [format_named(name).name for name in modules] == modules


def test_no_two_formats_have_the_same_suffix():
    suffixes = [each for name in format_names() for each in format_named(name).suffixes]

    assert len(formats_by_suffix()) == len(suffixes)
    assert all(each.startswith(".") for each in suffixes)


def test_a_format_from_outside_is_written_and_listed_like_the_others(plain, exhibited):
    assert format_names()[-1] == "plain"
    assert formats_by_suffix()[".plain"] == "plain"
    assert markup(exhibited(names=("Outside",)), "plain", ["all"]) == "Outside: ['all']\n"


@pytest.mark.parametrize("name", ["plain", "markdown"])
def test_a_name_that_is_taken_is_refused(plain, name):
    with pytest.raises(InputError, match=f"there is a document format '{name}' already"):
        register_format(dataclasses.replace(plain, name=name))


def test_an_unknown_format_is_refused_with_the_nearest(exhibited):
    with pytest.raises(InputError, match="did you mean 'markdown'"):
        markup(exhibited(), "markdwon")
