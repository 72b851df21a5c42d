"""A house with the people of the plain story, and its case as it stands somewhere in the talks."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from cloudnego.main import House, build, install
from tests.live.table import Place, at_table
from tests.web.conftest import settings_for
from tests.web.played import at, rehearsed, settle, write

STANDS = "deliver_material"
"""The case stands before the first act of this name: both benches are there and talk."""


def acts_so_far() -> int:
    return next(n for n, act in enumerate(rehearsed()) if act.command.type == STANDS)


@pytest.fixture(scope="session")
def talks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An installation in which the case is under way; copied by each test."""
    place = tmp_path_factory.mktemp("talks") / "data"
    install(settings_for(place))
    house = build(settings_for(place))
    settle(house)
    acts = rehearsed()[: acts_so_far()]
    case = asyncio.run(write(house, acts))
    at(house, acts[-1].at)
    house.close()
    return place, case


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
