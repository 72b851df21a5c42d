"""Whole negotiations in a browser: each act by its own person, at his own window, by the form that everybody has.

In CI the acts of `SHAPES` are done by hand, the first of each kind: together they have nearly every kind of field, an
act that binds with its proof, results counted on paper, and both sides. `make e2e` does every act so, in every story.
"""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from cloudnego.core import commands as c
from cloudnego.walk.record import Record
from tests.browser.person import Person
from tests.browser.played import ByHand, played
from tests.browser.windows import Enters
from tests.journeys.conftest import House

SHAPES = {
    "confirm_electronic_service",  # binds; evidence, days
    "propose_candidates",  # a list of people with their marks, and boxes to tick
    "send_offer",  # topics by head, a plan, a paper that was served
    "put_clause",  # values of several kinds, and words
    "write_minutes",  # a file of its own
    "record_ballot",  # counted on paper
}
STORIES = ("plain", "failed-ballot", "suspended", "objected", "employer-offer", "silent-enterprise")


def first_of(kinds: set[str]) -> ByHand:
    """The first act of each of these kinds."""
    left = set(kinds)

    def by_hand(_: str, command: c.Command) -> bool:
        if command.type not in left:
            return False
        left.discard(command.type)
        return True

    return by_hand


@pytest.mark.timeout(600)
async def test_a_negotiation_goes_through_nine_steps_with_an_act_of_every_shape_by_hand(
    enters: Enters, server: House
) -> None:
    async with played(server.url, enters, "plain", first_of(SHAPES)) as (town, table):
        assert table.record.wrong() is None
        assert set(table.done) == SHAPES
        await looks_back(await town.window(town.by_role("union_chair")), table.record)


async def looks_back(person: Person, record: Record) -> None:
    """The pictures of money, the papers, the guide, and the case as it stood half way: there, and without a fault."""
    for page, seen in (
        ("clauses", "各轮方案"),
        ("papers", "要约书"),
        ("guide/meeting", "条款样稿"),
        (f"timeline?at={quote(record.acts[len(record.acts) // 2].at)}", re.compile("这是 .+ 时的样子")),
    ):
        await person.goes_to(f"/c/{record.case}/{page}")
        await person.sees(seen)


@pytest.mark.whole
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("story", STORIES)
async def test_a_whole_story_by_hand(enters: Enters, server: House, story: str) -> None:
    async with played(server.url, enters, story, lambda _, __: True) as (_, table):
        assert table.record.wrong() is None
        assert len(table.done) == len(table.record.acts)
