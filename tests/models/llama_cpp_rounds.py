"""How llama.cpp rounds weights, and what it reads them as: python -m tests.models.llama_cpp_rounds, with oracles.txt.

The package gguf, which reads them here, cannot write most of these.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import gguf
import numpy as np

from tests.models.tiny import RECORDED

KINDS = (
    *("Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "MXFP4", "TQ1_0", "TQ2_0"),
    *("Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K"),
    *("IQ1_S", "IQ1_M", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ3_XXS", "IQ3_S", "IQ4_NL", "IQ4_XS"),
)
FILE = RECORDED / "llama-cpp-rounded.npz"
_SHAPE = (2, 256)
_ROUNDING = """
import ctypes, glob, os, sys
import numpy, xllamacpp
(found,) = glob.glob(os.path.dirname(xllamacpp.__file__) + "/*.so")
library = ctypes.CDLL(found)
library.ggml_quantize_chunk.restype = ctypes.c_size_t
into, number, name, size = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
numbers = numpy.load(into + "/numbers.npy")
blocks, read = numpy.zeros((len(numbers), size), numpy.uint8), numpy.zeros_like(numbers)
importance = numpy.ones(numbers.shape[1], numpy.float32)
at = lambda array: array.ctypes.data_as(ctypes.c_void_p)
library.ggml_quantize_chunk(
    number, at(numbers), at(blocks), *map(ctypes.c_int64, (0, *numbers.shape)), at(importance)
)
getattr(library, "dequantize_row_" + name)(at(blocks), at(read), ctypes.c_int64(read.size))
numpy.savez(into + "/rounded.npz", blocks=blocks, read=read)
"""


def rounded(kind: str) -> tuple[np.ndarray, np.ndarray]:
    """The blocks that llama.cpp makes of some numbers, and the numbers that it reads in them.

    In a process of its own: what it does not like it ends.
    """
    known = gguf.GGMLQuantizationType[kind]
    size, taken = gguf.GGML_QUANT_SIZES[known]
    name = kind.lower().replace("_k", "_K")
    with TemporaryDirectory() as folder:
        numbers = np.random.default_rng(0).normal(size=_SHAPE).astype(np.float32)
        np.save(Path(folder) / "numbers.npy", numbers)
        row = str(_SHAPE[1] // size * taken)
        asked = [sys.executable, "-c", _ROUNDING, folder, str(int(known)), name, row]
        subprocess.run(asked, check=True)
        with np.load(Path(folder) / "rounded.npz") as made:
            return made["blocks"], made["read"]


def main() -> None:
    """Writes down all kinds."""
    made = {}
    for kind in KINDS:
        made[f"{kind}.blocks"], made[f"{kind}.read"] = rounded(kind)
    np.savez_compressed(FILE, **made)


if __name__ == "__main__":
    main()
