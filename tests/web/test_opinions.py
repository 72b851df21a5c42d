"""Where an opinion went, with the case: led to its own topics and clauses, told as far as each may read."""

from __future__ import annotations

from typing import Any

from cloudnego.main import House
from tests.web.conftest import API, client_of
from tests.web.played import at, looking, rehearsed, settle, write
from tests.web.test_surveys import ASKS, said

STAGES = (
    ("put_clause", "at_table", "at_table"),
    ("confirm_clause", "agreed", "at_table"),
    ("submit_draft", "in_draft", "in_draft"),
    ("attest_ballot", "passed", "passed"),
    ("close_review", "in_force", "in_force"),
)
"""After the last act of its kind: how a clause stands for the chief, and for whoever has the code."""


class Case:
    """The plain story, told as far as it is wanted; a worker wrote an opinion in it."""

    def __init__(self, house: House) -> None:
        self.house, self.look = house, looking(house)
        self.told, self.id, self.survey = 0, "", ""

    async def goes_on(self, last: str) -> None:
        acts = rehearsed()
        until = max(n for n, one in enumerate(acts) if one.command.type == last) + 1
        self.id = await write(self.house, acts[self.told : until], f"at{self.told}", self.id or None)
        self.told = until
        at(self.house, acts[until - 1].at)

    async def post(self, who: str, path: str, **body: Any) -> Any:
        async with self.look(who) as client:
            return await client.post(f"{API}/negotiations/{self.id}/surveys{path}", json=body)

    async def listed(self, who: str) -> Any:
        async with self.look(who) as client:
            return (await client.get(f"{API}/negotiations/{self.id}/surveys/{self.survey}/opinions")).json()

    async def asked(self) -> None:
        closes = rehearsed()[self.told].at.replace(hour=18)
        self.survey = (await self.post("w0", "", **{**ASKS, "closes_at": closes.isoformat()})).json()["id"]
        await self.post("w9", f"/{self.survey}/answers", **said(1, text="夜班津贴应当按次发"))
        await self.post("w0", f"/{self.survey}/close")

    async def leads(self, who: str, act: str, to: str | None = None) -> Any:
        (one,) = (await self.listed("w0"))["rows"]
        body = {"act": act, "reason": "与津贴一并谈", **({} if to is None else {"to": to})}
        answer = await self.post(who, f"/{self.survey}/opinions/{one['id']}/steps", **body)
        return answer.json() if answer.status_code == 201 else answer.json()["code"]

    async def followed(self) -> Any:
        async with client_of(self.house) as anybody:
            found = await anybody.post(f"{API}/opinions/follow", json={"code": "7K3M9Q2RT4VW0001"})
        return found.json()["steps"][-1]


async def test_it_is_led_to_what_the_case_has_and_what_becomes_of_that_is_told_to_each_as_far_as_he_reads(
    house: House,
) -> None:
    settle(house)
    case = Case(house)
    await case.goes_on("propose_candidates")
    await case.asked()
    before = await case.listed("w0")
    assert before["clauses"] == []
    assert {one["answer"] for one in before["topics"]} == {None}, "no sheet is drafted yet"
    await case.leads("w0", "published")
    assert await case.leads("w0", "clause", "第五条") == "opinion_clause"
    clause = ""
    for last, chief, writer in STAGES:
        await case.goes_on(last)
        listed = await case.listed("w0")
        if not clause:
            clause = listed["clauses"][0]["clause"]
            assert None not in {one["answer"] for one in listed["topics"]}
            assert await case.leads("w0", "topic", "T404") == "survey_head"
            assert isinstance(await case.leads("w0", "clause", clause), dict)
        (row,) = listed["clauses"][:1]
        assert (row["clause"], row["stands"]) == (clause, chief), last
        told, common = await case.followed(), (await case.listed("w9"))["rows"][0]["steps"][-1]
        assert told == common, "whoever has the code reads what any worker reads"
        assert (told["stands"], told["head"]) == (writer, row["head"]), last
        assert (told["wording"] is None, told["to"] is None) == (writer == "at_table", writer == "at_table")
        assert not (await case.listed("w9"))["clauses"], "nobody leads it who does not organise"
    assert (await case.followed())["wording"]["prose"]
    assert isinstance(await case.leads("w0", "outcome", "adopted"), dict)
