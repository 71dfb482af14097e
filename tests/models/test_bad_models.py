"""What is no model, or not a whole one, is told in one line with a cure, and nothing is unpickled."""

import importlib
import json

import pytest

from attnviz.errors import AttnvizError, EnvironmentFault, InputError
from attnviz.models import locate
from attnviz.models.heads import heads_from
from attnviz.models.model import open_model
from tests.models.tiny import CONFIGS, IDS, recorded, write


@pytest.fixture
def folder(tmp_path):
    shapes, _ = recorded("bert")
    return write(tmp_path / "mine", CONFIGS["bert"], shapes)


def message_of(name) -> str:
    with pytest.raises(AttnvizError) as caught:
        model = open_model(str(name))
        list(model.run(IDS))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_folder_without_a_configuration(folder):
    (folder / "config.json").unlink()

    assert f"{folder} has no config.json: name a folder as it is downloaded" in message_of(folder)


@pytest.mark.parametrize("text", ["{", "[]", "null", "\x00"])
def test_a_configuration_that_is_none(folder, text):
    (folder / "config.json").write_text(text)

    assert str(folder / "config.json") in message_of(folder)


def test_of_a_setting_that_is_there_twice_the_last_holds_as_in_transformers(folder):
    path = folder / "config.json"
    path.write_text('{"model_type": "mamba", ' + path.read_text().lstrip().removeprefix("{"))

    assert open_model(str(folder)).layers == CONFIGS["bert"]["num_hidden_layers"]


def test_a_folder_without_weights(folder):
    (folder / "model.safetensors").unlink()

    assert f"{folder} has no model.safetensors" in message_of(folder)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt"])
def test_weights_in_a_pickle_are_refused_with_the_way_to_convert_them(folder, name):
    (folder / "model.safetensors").unlink()
    (folder / name).write_bytes(b"\x80\x04cos\nsystem\n.")

    said = message_of(folder)
    assert f"{folder / name} is a Python pickle, which is never loaded" in said
    assert "save_pretrained(FOLDER)" in said


@pytest.mark.parametrize("kept", [0, 5, 200, -1])
def test_a_file_that_ends_too_early(folder, kept):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:kept])

    assert f"{path} cannot be read as safetensors" in message_of(folder)


def test_a_kind_that_is_not_known_is_reported_with_those_that_are(folder):
    values = json.loads((folder / "config.json").read_text()) | {"model_type": "mamba"}
    (folder / "config.json").write_text(json.dumps(values))

    assert "models of the kind 'mamba' are not run here, only bert, roberta" in message_of(folder)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("num_hidden_layers", "3", "num_hidden_layers is '3', expected a whole number from 1"),
        ("num_attention_heads", None, "has no num_attention_heads"),
        ("hidden_act", "mish", "the activation 'mish' is not known here, only gelu"),
        ("layer_norm_eps", "small", "layer_norm_eps is 'small', expected a number"),
        ("num_hidden_layers", 9, "the weights have no tensor encoder.layer.3"),
    ],
)
def test_a_setting_that_cannot_be_used(folder, key, value, said):
    values = json.loads((folder / "config.json").read_text()) | {key: value}
    (folder / "config.json").write_text(json.dumps(values))

    assert said in message_of(folder)


@pytest.mark.parametrize(
    ("rope", "said"),
    [
        ({"rope_type": "yarn", "factor": 4.0}, "rotary positions of the type 'yarn' are not known"),
        ({"rope_type": "linear"}, "a setting of the rotary positions is None"),
        ("linear", "rope_scaling is 'linear', expected an object"),
    ],
)
def test_rotary_positions_that_are_not_known(tmp_path, rope, said):
    shapes, _ = recorded("llama")

    assert said in message_of(write(tmp_path, CONFIGS["llama"] | {"rope_scaling": rope}, shapes))


def test_a_list_of_files_that_names_none_or_leaves_the_folder(folder):
    (folder / "model.safetensors").unlink()
    index = folder / "model.safetensors.index.json"

    index.write_text(
        json.dumps({"weight_map": {"embeddings.word_embeddings.weight": "a.safetensors"}})
    )
    assert "no such file, though model.safetensors.index.json names it" in message_of(folder)
    for bad in ({"weight_map": {"a": "../a.safetensors"}}, {"weight_map": []}, {}, []):
        index.write_text(json.dumps(bad))
        assert "not a list of tensors and their files" in message_of(folder)


def test_a_layer_or_a_head_that_does_not_exist(folder):
    model = open_model(str(folder))

    with pytest.raises(InputError, match=r"no layer 3: mine has layers 0 to 2, counted from 0"):
        model.check(3, [0])
    with pytest.raises(InputError, match=r"no head 4: a layer of mine has heads 0 to 3"):
        model.check(0, [1, 4])


@pytest.mark.parametrize("asked", ["", "x", "1.5", "-1", "1,", "²", "1,1"])
def test_heads_that_are_none(asked):
    with pytest.raises(InputError, match="--head"):
        heads_from(asked, 4)


def test_a_name_that_is_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    hub = importlib.import_module("huggingface_hub.constants")
    monkeypatch.setattr(hub, "HF_HUB_CACHE", str(tmp_path / "hub"))
    (tmp_path / "file").write_text("")

    assert "no model 'bort': name minilm, smollm2, a folder with config.json" in message_of("bort")
    assert "file is a file, and no .gguf: name the folder" in message_of("file")
    assert "attnviz models get org/model" in message_of("org/model")


def test_a_known_model_that_is_not_here_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(locate, "installed", lambda listed: None)

    with pytest.raises(EnvironmentFault, match="not here: attnviz models get minilm"):
        open_model("minilm")


@pytest.mark.parametrize("library", ["safetensors", "tokenizers"])
def test_a_library_that_is_missing_is_reported_with_the_extra(library, folder, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, library, None)

    with pytest.raises(EnvironmentFault, match=r"pip install 'attnviz\[models\]'"):
        model = open_model(str(folder if library == "safetensors" else "minilm"))
        next(model.run(IDS)) if library == "safetensors" else model.tokenize("a")


@pytest.mark.parametrize("asked", ["0,3", "０，３", "0、3", "٠،٣", " ０ ,３"])
def test_heads_are_read_in_the_digits_of_any_script(asked):
    assert heads_from(asked, 4) == (0, 3)
