"""A house with the people of the plain story, and its case as it stands somewhere in the talks."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from claims.reconnect import founded, up_to_talks
from cloudnego.main import House, build
from tests.live.table import Place, at_table
from tests.web.conftest import settings_for


def acts_so_far() -> int:
    """How many acts of the story lie behind the case: both benches are there and talk."""
    return len(up_to_talks())


@pytest.fixture(scope="session")
def talks() -> tuple[Path, str]:
    """An installation in which the case is under way, as the schedules of coming back begin; copied by each test."""
    return founded()


@pytest.fixture
def case(talks: tuple[Path, str]) -> str:
    return talks[1]


@pytest.fixture
def house(tmp_path: Path, talks: tuple[Path, str]) -> Iterator[House]:
    shutil.copytree(talks[0], tmp_path / "data")
    made = build(settings_for(tmp_path / "data"))
    yield made
    made.close()


BOTH = pytest.mark.parametrize("place", ["wire", "asgi"], indirect=True)
"""For what the two ways to a socket do each by itself; all else is tried by our protocol."""


@pytest.fixture
async def place(request: pytest.FixtureRequest, house: House) -> AsyncIterator[Place]:
    """Where it answers: by our protocol, or by a server that knows nothing of us."""
    async with at_table(house, plain=getattr(request, "param", "wire") == "asgi") as made:
        yield made
