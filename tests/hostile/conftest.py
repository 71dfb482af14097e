"""A part of its own, `scripts/test --hostile`: these damage files, limit memory and wait for streams, for minutes."""

from pathlib import Path

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks them before those that are marked are left out."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("hostile")
