"""After an election: what came of it, who would follow, and objections while the list is publicised."""

from __future__ import annotations

from typing import Any

from tests.web.conftest import API, Town
from tests.web.test_delegates import later
from tests.web.test_nominations import Election, about_to_elect

SCAN = {"sha256": 64 * "c"}


class Elected(Election):
    """An election counted on paper: three stand for one seat beside the chair."""

    async def act(self, who: str, act: str, **body: Any) -> None:
        answer = await self.town[who].post(f"{API}/negotiations/{self.case}/{act}", json=body)
        assert answer.status_code == 201, answer.text

    async def counted(self, *votes: int) -> None:
        chair, people = self.town.ids["firm.chair"], [row["person"] for row in self.rows]
        n, stand = len(people), people[4 : 4 + len(votes)]
        roll = {"delegates": n, "workers": n, "managers": 0, "women": 0, "roll_hash": 64 * "a"}
        await self.act("firm.chair", "record-delegate-roll", **roll)
        await self.act(
            "firm.chair", "propose-candidates", candidates=[{"person": one} for one in (chair, *stand)], chief=chair,
            chief_is="union_head", seats=2, scrutineers=people[:2],
        )  # fmt: skip
        await self.act(
            "firm.chair", "record-election", form="ballot", secret=True, held="gathering", electorate="all_workers",
            total=n, present=n, votes=[{"person": a, "votes": b} for a, b in zip(stand, votes, strict=True)],
            evidence=SCAN,
        )  # fmt: skip
        for who in ("w1", "w2"):
            shown = await self.look(who, "candidates")
            assert (shown["unconfirmed"], shown["settled"], shown["rounds"]) == (True, False, []), (
                "two have to confirm it"
            )
            await self.act(who, "attest-election", correct=True)

    async def objects(self, who: str, **body: Any) -> Any:
        place = f"{API}/negotiations/{self.case}/candidates/objections"
        answer = await self.town[who].post(place, json={"reason": "计票时间没有提前告诉大家", **body})
        return answer.json() if answer.status_code == 201 else answer.json()["code"]

    async def heard(self, who: str) -> list[str]:
        rows = (await self.town[who].get(f"{API}/me/inbox")).json()["rows"]
        return [one["text"]["zh"] for one in rows if one["kind"] in ("election_objection", "objection_answered")]

    async def answers(self, who: str, objection: str) -> Any:
        place = f"{API}/negotiations/{self.case}/candidates/objections/{objection}/answer"
        answer = await self.town[who].post(place, json={"answer": "三月一日已经在公告栏写明"})
        return answer.json() if answer.status_code == 200 else answer.json()["code"]


async def elected(town: Town, workers: int, *votes: int) -> Elected:
    ready = await about_to_elect(town, workers, within=3)
    made = Elected(town, ready.case, ready.rows)
    await made.counted(*votes)
    return made


async def test_the_list_is_publicised_objected_to_and_answered_and_the_next_stand_by(town: Town) -> None:
    one = await elected(town, 12, 5, 9, 8)
    shown = await one.look("w3", "candidates")
    assert [(row["name"], row["votes"], row["elected"], row["follows"], row["place"]) for row in shown["rows"]] == [
        ("职工6", 9, True, None, None), ("职工7", 8, False, "over", 1), ("职工5", 5, False, "next", 2),
    ]  # fmt: skip
    assert [(round_["number"], round_["present"], round_["needed"]) for round_ in shown["rounds"]] == [(1, 12, 7)]
    assert (shown["unconfirmed"], shown["published"], shown["may_object"]) == (False, None, False)
    assert await one.objects("w3") == "objections_closed", "the list is not publicised yet"

    await one.act("firm.chair", "publish-list", from_on="2026-03-02", until_on="2026-03-06")
    winner, loser = shown["rows"][0]["person"], shown["rows"][1]["person"]
    assert await one.objects("w3", about=loser) == "not_found", "he was not elected"
    assert await one.objects("firm.chair") == "not_found", "he stands on no roster"
    assert await one.objects("firm.hr") == "not_found"
    shown = await one.objects("w3", about=winner)
    assert shown["published"] == {"from_on": "2026-03-02", "until_on": "2026-03-06", "open": True}
    assert await one.objects("w3", about=winner) == "objected_already"
    both = (await one.objects("w3"))["objections"]
    assert [found["raised_at"][:10] for found in both] == ["2026-03-02"] * 2, "by the clock of the case"
    assert [found["answer_by"] for found in both] == ["2026-03-06"] * 2, "two, for to the whole is another objection"
    assert [name for name in ("firm.chair", "firm.hr", "w1", "w3") if await one.heard(name)] == ["firm.chair"]
    assert "2026-03-06" in (await one.heard("firm.chair"))[0]

    raised, whole = sorted((await one.look("w1", "candidates"))["objections"], key=lambda found: found["about"] is None)
    assert (raised["name"], raised["by"], raised["mine"], raised["answer"]) == ("职工6", None, False, None)
    assert await one.answers("w3", raised["id"]) == "not_found"
    elsewhere = Elected(town, await town.open_case("other"), [])
    assert await elsewhere.answers("other.chair", raised["id"]) == "not_found", "it is of another case"
    said = (await one.answers("firm.chair", raised["id"]))["objections"]
    told = next(found for found in said if found["id"] == raised["id"])
    assert (told["by"], told["answer"]) == ("职工3", "三月一日已经在公告栏写明"), "the union alone is told who objected"
    assert await one.answers("firm.chair", raised["id"]) == "not_found", "once"
    assert [len(await one.heard(name)) for name in ("w3", "w1")] == [1, 0], "who objected is told, and nobody else"
    assert {found["mine"] for found in (await one.look("w3", "candidates"))["objections"]} == {True}
    await later(town, 5)
    assert await one.objects("w1") == "objections_closed", "the days are over"
    after = (await one.answers("firm.chair", whole["id"]))["objections"]
    assert all(found["answer"] for found in after), "it is answered after them as well"


async def test_of_fewer_than_ten_voters_all_read_who_is_elected_and_nothing_more(town: Town) -> None:
    one = await elected(town, 9, 4, 7)
    for who, counts in (("w3", False), ("firm.chair", True)):
        shown = await one.look(who, "candidates")
        assert [(row["name"], row["elected"]) for row in shown["rows"]] == [("职工6", True), ("职工5", False)]
        assert {bool(row["votes"]) for row in shown["rows"]} == {counts}, who
        assert [bool(row["follows"]) for row in shown["rows"]] == [False, counts], who
        assert bool(shown["rounds"]) is counts, who
