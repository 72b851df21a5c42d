"""A case by keyboard alone, from signing in to its topics: the first act of each kind, each by its own person."""

from __future__ import annotations

import asyncio

import pytest

from cloudnego.core import commands as c
from cloudnego.walk.client import Api
from tests.browser.keyboard import KeyTown
from tests.browser.played import ByHand, up_to
from tests.browser.windows import Enters
from tests.journeys.conftest import House

pytestmark = [pytest.mark.whole, pytest.mark.timeout(1800)]


def first_of_each() -> ByHand:
    seen: set[str] = set()

    def by_hand(_: str, command: c.Command) -> bool:
        fresh = command.type not in seen
        seen.add(command.type)
        return fresh

    return by_hand


async def test_by_keyboard_alone_a_case_comes_from_its_opening_to_its_topics(enters: Enters, server: House) -> None:
    with Api(server.url) as api:
        town = await asyncio.to_thread(lambda: KeyTown(api, enters))
        table = await up_to(town, c.RecordOpinions, first_of_each())
        assert {"open_case", "confirm_electronic_service", "propose_candidates", "publish_list"} <= set(table.done)
        assert len(set(table.done)) == len(table.done)
        stumbles = [one for effort in town.efforts.values() for one in effort.stumbles]
        assert not [one for one in stumbles if one.endswith("nothing leads there")]
