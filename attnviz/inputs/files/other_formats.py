"""Files of formats that are not read: what each is, and the line of Python that makes of it one that is read.

A pickle can run any program when it is loaded, so nothing here loads one; the user's own PyTorch does it with
`weights_only=True`, which makes tensors and nothing else.
"""

from __future__ import annotations

from pathlib import Path

_TORCH = (".pt", ".pth", ".bin", ".ckpt")
_PICKLES = (".pkl", ".pickle", ".joblib", ".dill")
_HDF5 = ("HDF5", "import h5py, numpy; file = h5py.File({!r})", "file[{!r}][()]")
_MATLAB = (
    "a file of MATLAB",
    "import numpy, scipy.io; file = scipy.io.loadmat({!r})",
    "file[{!r}]",
)
_OF_NAMES = {".h5": _HDF5, ".hdf5": _HDF5, ".mat": _MATLAB}
"""Files of named arrays by suffix: what they are, the line that opens one, and the array of a name in it."""
_TABLES = {".csv": ",", ".tsv": "\\t"}
_BEGINNINGS = (b"PK", b"\x80")
"""How what torch.save wrote begins: a zip archive, or in old versions a pickle."""
_SINGLE = ("--vectors", "--attention", "--mask", "--bias")
"""The options of one array."""
_NAMED = {"--weights": ("w_q", "w_k", "w_v"), "--qkv": ("q", "k", "v")}
"""The options of several arrays, and the names of these."""


def advice_on(path: str, suffix: str, what: str) -> str | None:
    """What a file of that suffix is and how to make one of it that the option `what` reads; None for an unknown suffix,
    and for an option of no arrays.

    >>> print(advice_on("model.gguf", ".gguf", "--weights"))
    model.gguf is a whole model (GGUF): run it with --model model.gguf
    """
    if what not in (*_SINGLE, *_NAMED):
        return None
    if suffix in _TORCH and (suffix != ".bin" or _begins_as_torch(path)):
        line = _torch_line(path, suffix, what)
        return f"{path} is a pickle of PyTorch, which is never loaded: convert it in Python: {line}"
    if suffix in _PICKLES:
        saved = "numpy.savez" if what in _NAMED else "numpy.save"
        return f"{path} is a Python pickle, which is never loaded: save the arrays with {saved} where they were made"
    if suffix == ".gguf":
        return f"{path} is a whole model (GGUF): run it with --model {path}"
    if suffix in _OF_NAMES:
        kind, begin, array = _OF_NAMES[suffix]
        line = _each_line(path, what, begin.format(path), array)
        return f"{path} is {kind}, which is not read: convert it in Python, with the names that it has: {line}"
    if suffix == ".safetensors":
        line = f"import numpy, safetensors.numpy as s; numpy.savez({_beside(path, '.npz')!r}, **s.load_file({path!r}))"
        return f"{path}: {what} reads no .safetensors: convert it in Python: {line}"
    if suffix in _TABLES:
        return f"{path}: {what} reads no tables: convert it in Python: {_table_line(path, suffix, what)}"
    return None


def _begins_as_torch(path: str) -> bool:
    try:
        with Path(path).open("rb") as file:
            return file.read(2).startswith(_BEGINNINGS)
    except OSError:
        return False


def _torch_line(path: str, suffix: str, what: str) -> str:
    loaded = f"torch.load({path!r}, map_location='cpu', weights_only=True)"
    if suffix == ".ckpt" and what in _NAMED:
        loaded += "['state_dict']"
    if what in _NAMED:
        arrays = f"{{name: each.detach().float().numpy() for name, each in {loaded}.items()}}"
        return f"import numpy, torch; numpy.savez({_beside(path, '.npz')!r}, **{arrays})"
    # the layers of transformers are a tuple
    array = f"torch.stack(tuple({loaded}))" if what == "--attention" else loaded
    kept = array if what == "--mask" else f"{array}.detach().float()"  # true and false stay so
    return f"import numpy, torch; numpy.save({_beside(path, '.npy')!r}, {kept}.numpy())"


def _each_line(path: str, what: str, begin: str, array: str) -> str:
    if what not in _NAMED:
        return f"{begin}; numpy.save({_beside(path, '.npy')!r}, {array.format('NAME')})"
    arrays = ", ".join(f"{name}={array.format('NAME ' + name)}" for name in _NAMED[what])
    return f"{begin}; numpy.savez({_beside(path, '.npz')!r}, {arrays})"


def _table_line(path: str, suffix: str, what: str) -> str:
    def read(name: str) -> str:
        return f"numpy.loadtxt({name!r}, delimiter='{_TABLES[suffix]}')"

    if what not in _NAMED:
        return f"import numpy; numpy.save({_beside(path, '.npy')!r}, {read(path)})"
    arrays = ", ".join(f"{name}={read(name + suffix)}" for name in _NAMED[what])
    return f"import numpy; numpy.savez({_beside(path, '.npz')!r}, {arrays})"


def _beside(path: str, suffix: str) -> str:
    return str(Path(path).with_suffix(suffix))
