"""Python code in a process of its own, whose memory is limited and measured."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass

MIB = 2**20
_BEFORE = """
import pathlib, resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({limit}, {limit}))
from attnviz.errors import AttnvizError
def peak():
    status = pathlib.Path("/proc/self/status")
    if status.exists():  # what getrusage says begins with the memory of the process that started this one
        lines = status.read_text().splitlines()
        return int(next(each for each in lines if each.startswith("VmHWM")).split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
"""
_AFTER = """
print("PEAK", peak(), file=sys.stderr)
"""


@dataclass(frozen=True)
class Limited:
    """How such a process ended."""

    out: str
    err: str
    peak: int
    """The most memory that it took, in bytes."""


def run_limited(code: str, limit: int, *arguments: object) -> Limited:
    """Runs the code, with `sys.argv[1:]`, in so many bytes of address space. It must end well."""
    done = subprocess.run(
        [sys.executable, "-c", _BEFORE.format(limit=limit) + code + _AFTER, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    *lines, last = done.stderr.splitlines()
    return Limited(done.stdout, "\n".join(lines), int(last.removeprefix("PEAK ")))
