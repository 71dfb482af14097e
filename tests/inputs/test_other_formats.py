"""Files of formats that are not read: the message says what they are, and gives a line that makes one that is read."""

import io
import json

import numpy as np
import pytest

from attnviz.errors import InputError
from attnviz.inputs.arrays.attention_file import SUFFIXES as OF_ATTENTION
from attnviz.inputs.arrays.attention_file import read_attention
from attnviz.inputs.arrays.masks import read_mask
from attnviz.inputs.arrays.qkv_file import SUFFIXES as OF_QKV
from attnviz.inputs.arrays.qkv_file import read_qkv
from attnviz.inputs.arrays.scores_shape import ScoresShape
from attnviz.inputs.arrays.vectors import SUFFIXES as OF_TABLES
from attnviz.inputs.arrays.vectors import read_vectors
from attnviz.inputs.arrays.weights import SUFFIXES as OF_WEIGHTS
from attnviz.inputs.arrays.weights import read_weights
from attnviz.inputs.files.reading import read_file

OPTIONS = {
    "--vectors": OF_TABLES,
    "--mask": OF_TABLES,
    "--bias": OF_TABLES,
    "--weights": OF_WEIGHTS,
    "--qkv": OF_QKV,
    "--attention": OF_ATTENTION,
}
ROWS = [[0.5, 0.5], [0.25, 0.75]]


@pytest.fixture
def refused(tmp_path, monkeypatch):
    """The message about a file of that name and content; the folder is the current one."""
    monkeypatch.chdir(tmp_path)

    def refused(name, content, option):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError) as caught:
            read_file(name, OPTIONS[option], option)
        message = str(caught.value)
        assert "\n" not in message
        return message

    return refused


def run_line(message):
    """Runs the line of Python at the end of a message."""
    line = message[message.index("import ") :]
    exec(compile(line, "<the line of the message>", "exec"), {})


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("suffix", [".pt", ".pth", ".bin", ".ckpt", ".PT"])
def test_a_file_of_pytorch_is_a_pickle_and_the_message_converts_it(refused, option, suffix):
    message = refused(f"a{suffix}", b"PK\x03\x04", option)

    said = f"a{suffix} is a pickle of PyTorch, which is never loaded: convert it in Python: import "
    assert message.startswith(said)
    assert "weights_only=True" in message
    compile(message[message.index("import ") :], "line", "exec")


@pytest.mark.parametrize("suffix", [".pkl", ".pickle", ".joblib"])
def test_a_pickle_names_the_cure(refused, suffix):
    assert refused(f"a{suffix}", b"\x80\x04", "--weights") == (
        f"a{suffix} is a Python pickle, which is never loaded: save the arrays with numpy.savez where they were made"
    )


def test_binary_that_is_no_pickle_is_an_unknown_suffix(refused):
    assert refused("a.bin", b"12 4\n", "--vectors").startswith("a.bin has unknown suffix '.bin': ")


def test_a_whole_model_names_the_option_that_runs_it(refused):
    said = "a.gguf is a whole model (GGUF): run it with --model a.gguf"
    assert refused("a.gguf", b"GGUF", "--weights") == said


@pytest.mark.parametrize("option", OPTIONS)
def test_hdf5_names_the_line(refused, option):
    message = refused("a.h5", b"\x89HDF", option)

    assert message.startswith("a.h5 is HDF5, which is not read: convert it in Python")
    compile(message[message.index("import ") :], "line", "exec")


@pytest.mark.parametrize("option", OPTIONS)
def test_a_file_of_matlab_names_the_line(refused, option):
    message = refused("a.mat", b"MATLAB 5.0", option)

    assert message.startswith("a.mat is a file of MATLAB, which is not read: convert it in Python")
    assert "scipy.io.loadmat('a.mat')" in message
    compile(message[message.index("import ") :], "line", "exec")


def test_a_table_of_attention_is_converted_by_the_line_of_the_message(refused):
    run_line(refused("a.csv", b"0.5,0.5\n0.25,0.75\n", "--attention"))

    assert read_attention("a.npy").weights[0, 0].tolist() == ROWS


def test_tables_of_weights_are_converted_by_the_line_of_the_message(refused, tmp_path):
    for name in ("w_q", "w_k", "w_v"):
        (tmp_path / f"{name}.tsv").write_text("1\t0\n0\t2\n")

    run_line(refused("w_q.tsv", None, "--weights"))

    assert read_weights("w_q.npz", 2).arrays["w_k"].tolist() == [[1, 0], [0, 2]]


def test_vectors_in_safetensors_are_converted_by_the_line_of_the_message(refused):
    from safetensors.numpy import save

    run_line(refused("a.safetensors", save({"x": np.array(ROWS)}), "--vectors"))

    assert read_vectors("a.npz").x.tolist() == ROWS


def test_an_option_of_no_arrays_has_no_such_line(tmp_path):
    (tmp_path / "a.csv").write_text("1")

    with pytest.raises(InputError, match=r"a\.csv has unknown suffix '\.csv': Known: \.toml"):
        read_file(str(tmp_path / "a.csv"), (".toml",), "--example")


@pytest.mark.parametrize(
    ("prefix", "files"),
    [
        (None, "model-1-of-2.safetensors, model-2-of-2.safetensors"),
        ("model.layers.1", "model-2-of-2.safetensors"),
        ("nowhere", "model-1-of-2.safetensors, model-2-of-2.safetensors"),
    ],
)
def test_the_index_of_a_checkpoint_names_the_files_to_give(tmp_path, prefix, files):
    stored = ((f"model.layers.{i}.self_attn.q_proj.weight", i + 1) for i in range(2))
    names = {name: f"model-{number}-of-2.safetensors" for name, number in stored}
    path = tmp_path / "model.safetensors.index.json"
    path.write_text(json.dumps({"metadata": {"total_size": 1}, "weight_map": names}))

    with pytest.raises(InputError) as caught:
        read_weights(str(path), 2, prefix=prefix)

    assert str(caught.value) == (
        f"{path} is the index of a checkpoint in several files and holds no weights: give the one that holds the "
        f"layer ({files})"
    )


@pytest.mark.oracle
def test_what_pytorch_saved_is_read_after_the_line_of_the_message(refused):
    import torch

    def saved(value):
        buffer = io.BytesIO()
        torch.save(value, buffer)
        return buffer.getvalue()

    tensor = torch.tensor(ROWS, dtype=torch.bfloat16, requires_grad=True)
    run_line(refused("x.pt", saved(tensor), "--vectors"))
    assert read_vectors("x.npy").x.tolist() == ROWS
    run_line(refused("a.pt", saved((tensor[None, None], tensor[None, None])), "--attention"))
    assert read_attention("a.npy").weights.tolist() == [[ROWS], [ROWS]]
    run_line(refused("m.pt", saved(torch.zeros(2, 2, dtype=torch.bool)), "--mask"))
    assert not read_mask("m.npy", ScoresShape(2, 2)).seen.any()
    named = {f"{name}_proj.weight": torch.ones(3, 2) for name in "qkv"}
    run_line(refused("w.pth", saved(named), "--weights"))
    assert read_weights("w.npz", 2).arrays["w_q"].shape == (2, 3)
    run_line(refused("w.ckpt", saved({"state_dict": named, "epoch": 3}), "--weights"))
    assert read_weights("w.npz", 2).arrays["w_q"].shape == (2, 3)
    run_line(refused("q.bin", saved(dict.fromkeys("qkv", tensor)), "--qkv"))
    assert read_qkv("q.npz").q.tolist() == [ROWS]
