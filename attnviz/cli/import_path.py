# ruff: noqa: PTH100, PTH117, PTH120 (pathlib is not loaded yet)
"""Keeps the working directory off the path of modules. Imports nothing but what Python has loaded at its start."""

import os
import sys

VARIABLE = "PYTHONPATH"


def leave_out_working_directory() -> None:
    """Drops entries of PYTHONPATH that name no folder of their own, and what Python made of them.

    `PYTHONPATH=$PYTHONPATH:/home/me/lib` often has an empty entry, which means the working directory, whatever that is:
    a numpy.py there is not the one that is meant. Processes that this one starts inherit the rest. Where attnviz
    itself is imported from the working directory, it stays.
    """
    given = os.environ.get(VARIABLE)
    if given is None:
        return
    entries = given.split(os.pathsep)
    kept = [each for each in entries if os.path.isabs(each)]
    if len(kept) == len(entries):
        return
    try:
        dropped = {os.path.abspath(each) for each in entries} - set(map(os.path.abspath, kept))
    except OSError:  # the working directory is gone, and holds no module
        return
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if os.path.dirname(package) in dropped:
        return
    if kept:
        os.environ[VARIABLE] = os.pathsep.join(kept)
    else:
        del os.environ[VARIABLE]
    sys.path[:] = [each for each in sys.path if each and os.path.abspath(each) not in dropped]
