"""Tries whatever computes or prints numbers on each kernel of OpenBLAS that this processor can run.

`scripts/test --kernels` runs it. A kernel decides in which order sums are added, and so the last bit of a product: no
test and no word of a lesson depend on it. NumPy's own loops are held to what processors of the kernel's time can do.
"""

import difflib
import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]

ROOMS = (
    *("tests/core", "tests/models", "tests/lessons", "tests/inputs", "tests/terminal"),
    *("tests/export", "attnviz/core", "attnviz/models", "attnviz/lessons", "attnviz/story"),
    *("attnviz/inputs", "attnviz/views/terminal", "attnviz/views/document"),
)
"""Rooms that compute or print numbers, with the examples in their docstrings. None draws a frame."""

KERNELS = {"Prescott": "pni", "Sandybridge": "avx", "Haswell": "avx2", "SkylakeX": "avx512f"}
"""The flags that each kernel needs, as in /proc/cpuinfo (`pni` is SSE3)."""
NAMES = {"Prescott": ("Prescott", "Katmai")}
"""OpenBLAS's own names of kernels, where they differ: it has one for all old processors."""
LOOPS_OFF = {"Prescott": ("",), "Sandybridge": ("",), "Haswell": ("512", "V4"), "SkylakeX": ()}
"""Loops of NumPy whose names contain one of these are switched off beside a kernel."""

CORE = """
import ctypes, pathlib, numpy
for path in pathlib.Path(numpy.__file__).parents[1].glob("numpy.libs/*openblas*"):
    library = ctypes.CDLL(str(path))
    for name in ("scipy_openblas_get_corename64_", "scipy_openblas_get_corename"):
        if hasattr(library, name):
            core = getattr(library, name)
            core.restype = ctypes.c_char_p
            print(core().decode())
            raise SystemExit
"""
"""Prints the kernel that NumPy computes with; nothing where that is not OpenBLAS as NumPy's wheels bring it."""

LESSONS = """
from attnviz.cli.failures import run
from attnviz.lessons.registry import LESSONS
two_heads = ["--heads", "2", "one two three four five six seven eight nine"]
for name, lesson in LESSONS.items():
    one_head = [] if name == "multi-head" else [["the cat sat on the mat"]]
    for text in [[], *one_head, two_heads] if lesson.takes_sequence else [[]]:
        print("##", name, *text)
        run(["explain", *text, "--lesson", name])
"""
"""Prints every lesson, on several inputs. Kernels may round a number apart that lies in the middle between two that can
be written: none of these does.
"""


def main() -> int:
    if reason := no_choice():
        print(f"kernels: {reason}: nothing to compare")
        return 0
    flags = processor_flags()
    able = [kernel for kernel, flag in KERNELS.items() if flag in flags and accepted(kernel)]
    print(f"kernels: run here: {', '.join(able) or 'none'}")
    print(f"kernels: cannot run here: {', '.join(k for k in KERNELS if k not in able) or 'none'}")
    failed = []
    with ThreadPoolExecutor(2) as pool:
        pages = dict(zip(able, pool.map(lessons, able), strict=True))
        for kernel in able[1:]:
            if found := difference(pages, able[0], kernel):
                failed.append(kernel)
                print(found)
        runs = {pool.submit(tested, kernel): kernel for kernel in able}
        for run in as_completed(runs):
            done, seconds = run.result()
            last = (done.stdout.rstrip().splitlines() or [""])[-1]
            print(f"kernels: {runs[run]}: {last}, in all {seconds:.0f} s", flush=True)
            if done.returncode:
                failed.append(runs[run])
                print(done.stdout, done.stderr, flush=True)
    if failed:
        print(f"kernels: failed: {', '.join(dict.fromkeys(failed))}")
    return 1 if failed else 0


def no_choice() -> str | None:
    """The reason why no kernel can be chosen here; None if one can."""
    if platform.machine() not in ("x86_64", "AMD64"):
        return f"the processor is {platform.machine()}"
    if not Path("/proc/cpuinfo").exists():
        return "this system does not say what its processor can do"
    return None if core({}) else "NumPy has no OpenBLAS of its own here"


def processor_flags() -> set[str]:
    """The flags of the first processor, as Linux lists them."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "flags":
            return set(value.split())
    return set()


def environment(kernel: str) -> dict[str, str]:
    """Variables that make OpenBLAS and NumPy compute as on a processor that has this kernel."""
    loops = np.show_config("dicts")["SIMD Extensions"].get("found", [])
    off = [loop for loop in loops if any(part in loop for part in LOOPS_OFF[kernel])]
    return {
        "OPENBLAS_CORETYPE": kernel,
        "OPENBLAS_NUM_THREADS": "1",
        "NPY_DISABLE_CPU_FEATURES": " ".join(off),
    }


def core(variables: Mapping[str, str]) -> str:
    """The kernel that a new process computes with; empty where OpenBLAS does not say."""
    return printed(CORE, variables).strip()


def accepted(kernel: str) -> bool:
    """True if OpenBLAS can use the kernel: it may have been built without it."""
    return core(environment(kernel)) in NAMES.get(kernel, (kernel,))


def lessons(kernel: str) -> str:
    """Every lesson, as the terminal shows it on that kernel."""
    return printed(LESSONS, environment(kernel) | {"COLUMNS": "100", "PYTHONUTF8": "1"})


def printed(program: str, variables: Mapping[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **variables},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
    )
    return done.stdout


def difference(pages: Mapping[str, str], one: str, other: str) -> str:
    """The lines in which two kernels tell the lessons otherwise; empty if there are none."""
    before, after = (pages[kernel].splitlines() for kernel in (one, other))
    return "\n".join(difflib.unified_diff(before, after, one, other, n=1, lineterm=""))


def tested(kernel: str) -> tuple[subprocess.CompletedProcess[str], float]:
    """Runs the tests on that kernel; with the seconds they took."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *ROOMS],
        env={**os.environ, **environment(kernel)},
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done, time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main())
