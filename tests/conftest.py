"""What holds for every test: the checkout is what is tested, hypothesis takes its time on two slow cores, files lie in
memory where there is room, what takes long comes first, and the collector leaves alone what was imported."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.memory import in_memory
from tests.postgres import postgres, postgres_url

__all__ = ["postgres", "postgres_url"]  # one server for all tests of a process: where it is declared, one is started

ROOT = Path(__file__).resolve().parent.parent

# Processes that tests start (servers, second writers, the command line) must run the checkout too.
os.environ["PYTHONPATH"] = str(ROOT / "src")

ROOM = in_memory()
if ROOM is not None:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(ROOM))  # where pytest puts every tmp_path

MANY_S = 600.0

_YOUNG_MAX = 20_000
"""Objects before the collector looks again: a request makes hundreds, and nothing of it is a cycle."""

# What is imported stays: the collector need not look at it, neither while it comes nor between the tests.
gc.disable()

# A deadline per example measures the machine's mood, not the code; print_blob makes a failure repeatable.
settings.register_profile("house", deadline=None, print_blob=True)
settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--whole", action="store_true", help="people at browsers do every act of every story, and each bench runs"
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("whole") and not item.config.getoption("--whole"):
        pytest.skip("with `make e2e`")


@pytest.hookimpl(trylast=True)  # after they were shuffled
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests come first, then the files with long ones: a worker that begins one when the others have
    nothing left keeps all waiting, and what such a file makes once a session is made by one worker."""
    long = {item.path for item in items if item.get_closest_marker("slow") or item.get_closest_marker("timeout")}
    items.sort(key=lambda item: (-_may_take(item), item.path not in long))


def _may_take(item: pytest.Item) -> float:
    """Seconds a test may take, where it says that they are many."""
    timeout = item.get_closest_marker("timeout")
    seconds = float(timeout.args[0]) if timeout is not None else 0.0
    return seconds if seconds >= MANY_S else 0.0


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.set_threshold(_YOUNG_MAX, 20, 20)
    gc.enable()
