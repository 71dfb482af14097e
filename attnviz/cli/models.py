"""attnviz models: which trained models are here, and how to get one."""

from __future__ import annotations

from collections.abc import Iterator

import click

from attnviz.cli.options import SectionedCommand


@click.command(cls=SectionedCommand)
@click.argument("action", type=click.Choice(["get"]), required=False)
@click.argument("name", required=False)
def models(action: str | None, name: str | None) -> None:
    """List the trained models that are here, or get one: a name from the list, or the id of a model on the hub.

    \b
    Examples:
      attnviz models
      attnviz models get minilm
      attnviz explain "it was too tired" --model minilm --layer 3 --head 1
    """
    from attnviz.errors import InputError

    if action is None:
        for line in _listed():
            click.echo(line)
        return
    if name is None:
        raise InputError(
            "get which model? attnviz models lists their names: attnviz models get minilm"
        )
    from attnviz.models.getting import get

    click.echo(f"{name}: {get(name).folder}")


def _listed() -> Iterator[str]:
    from attnviz.models.model import KINDS
    from attnviz.models.places import KNOWN, downloaded, installed

    for each in KNOWN:
        folder = installed(each)
        about = (
            _about(str(folder))
            if folder
            else f"not here ({each.size}): attnviz models get {each.name}"
        )
        yield f"{each.name:12}  {about}"
    for place in downloaded():
        yield f"{place.title:12}  {_about(str(place.folder))}"
    yield f"Any folder with config.json, safetensors and tokenizer.json of these kinds: {', '.join(KINDS)}."


def _about(folder: str) -> str:
    """What the model in the folder is like, or what is wrong with it."""
    from attnviz.errors import AttnvizError
    from attnviz.models.model import open_model

    try:
        model = open_model(folder)
        return f"{model.config.kind}, {model.layers} layers of {model.heads} heads, up to {model.longest} tokens"
    except AttnvizError as error:
        return str(error)
