"""Nominations before an election: workers put forward, colleagues consent, the union decides, all of it on one side."""

from __future__ import annotations

from typing import Any

from tests.web.conftest import API, Town
from tests.web.test_delegates import later
from tests.web.test_slips import PIN, by_slip, listed, printed

WORDS = "在车间干了十一年，想把夜班补贴谈清楚。"


class Election:
    """A case whose union may ask for nominations, and workers of the roster who came in by their slips."""

    def __init__(self, town: Town, case: str, rows: list[dict[str, Any]]) -> None:
        self.town = town
        self.case = case
        self.rows = rows

    async def look(self, who: str, rest: str = "nominations") -> Any:
        answer = await self.town[who].get(f"{API}/negotiations/{self.case}/{rest}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def do(self, who: str, rest: str = "", **body: Any) -> Any:
        answer = await self.town[who].post(f"{API}/negotiations/{self.case}/nominations{rest}", json=body)
        return answer.json() if answer.status_code in (200, 201) else answer.json()["code"]

    async def opened(self, seats: int = 2, until: str = "2026-03-09") -> Any:
        return await self.do("firm.chair", seats=seats, until=until)

    async def row(self, name: str) -> dict[str, Any]:
        rows = (await self.look("firm.chair"))["desk"]["rows"]
        found: dict[str, Any] = next(one for one in rows if one["name"] == name)
        return found


async def about_to_elect(town: Town, workers: int = 4, within: int = 2) -> Election:
    """`within`: how many of the roster come in, as `w1`, `w2`, …"""
    rows = await listed(town, workers)
    codes = await printed(town)
    for n in range(within):
        answer = await by_slip(town, codes[n], pin_again=PIN)
        assert answer.status_code == 201, answer.text
        await town.enter(f"w{n + 1}", answer.json()["token"])
    return Election(town, await town.open_case(), rows)


async def test_a_colleague_stands_only_if_he_consents_and_comes_on_the_list_by_the_union(town: Town) -> None:
    one = await about_to_elect(town)
    assert await one.do("w1", "/named", name="职工2") == "not_found", "nobody has asked yet"
    assert (await one.opened())["call"] == {"id": "…", "seats": 2, "until": "2026-03-09", "open": True} | {
        "id": (await one.look("w1"))["call"]["id"]
    }
    assert await one.opened() == "nomination_runs"

    named = await one.do("w1", "/named", name="职工2")
    assert named["named"] == [{"name": "职工2", "stands": None}]
    assert (named["left"], named["standing"]) == (1, [])
    asked = (await one.look("w2"))["own"]
    assert asked == {"stands": None, "post": None, "words": None, "shown": "none", "listed": None, "reason": None}
    row = await one.row("职工2")
    assert (row["backed"], row["stands"]) == (1, None)
    assert await one.do("firm.chair", f"/{row['id']}/listing", listed=True) == "not_consented"

    stood = await one.do("w2", "/own", stands=True, post="磨工", words=WORDS)
    assert (stood["own"]["shown"], stood["standing"][0]["words"]) == ("waiting", None), "nobody has looked it through"
    await one.do("firm.chair", f"/{row['id']}/words", shown=True)
    assert (await one.look("w1"))["standing"][0] == {
        "id": row["id"], "person": row["person"], "name": "职工2", "post": "磨工", "words": WORDS, "mine": False,
    }  # fmt: skip
    await one.do("w2", "/own", stands=True, post="磨工", words="别的话")
    assert (await one.look("w1"))["standing"][0]["words"] is None, "other words are looked through again"
    assert await one.do("firm.chair", f"/{row['id']}/words", shown=False) == "malformed", "a reason is wanted"
    await one.do("firm.chair", f"/{row['id']}/words", shown=False, reason="涉及他人")
    own = (await one.look("w2"))["own"]
    assert (own["shown"], own["reason"], own["words"]) == ("held", "涉及他人", "别的话")

    desk = (await one.do("firm.chair", f"/{row['id']}/listing", listed=True, marks=["front_line"]))["desk"]
    assert (desk["rows"][0]["listed"], desk["rows"][0]["marks"]) == (True, ["front_line"])
    assert [step["kind"] for step in desk["rows"][0]["decisions"]] == ["shown", "held", "listed"]
    assert await one.do("firm.chair", f"/{row['id']}/listing", listed=False) == "malformed", "a reason is wanted"
    await one.do("firm.chair", f"/{row['id']}/listing", listed=False, reason="已调离")
    assert (await one.look("w1"))["standing"] == [], "who was left out stands no more"
    gone = await one.do("w2", "/own", stands=False)
    assert (gone["own"]["stands"], gone["own"]["words"]) == (False, None), "what he wrote goes with it"


async def test_each_names_as_many_as_there_are_seats_in_time_and_by_name(town: Town) -> None:
    one = await about_to_elect(town)
    await town["firm.chair"].post(
        f"{API}/enterprises/{town.ids['firm']}/workers", json={"workers": [{"number": "B-1", "name": "职工4"}]}
    )
    assert await one.opened(until="2026-03-02") == "nomination_days"
    await one.opened()
    assert await one.do("w1", "/named", name="没有此人") == "colleague_unknown"
    assert await one.do("w1", "/named", name="职工4") == "colleague_several"
    assert (await one.do("w1", "/named", name="职工4", number="B-1"))["left"] == 1
    assert await one.do("w1", "/named", name="职工4", number="B-1") == "nominated_already"
    assert (await one.do("w1", "/own", stands=True))["left"] == 0, "himself is one of those he names"
    assert await one.do("w1", "/named", name="职工3") == "nomination_full"
    await one.do("w2", "/named", name="职工1")
    assert (await one.row("职工1"))["backed"] == 2
    await later(town, 8)
    assert await one.do("w2", "/named", name="职工3") == "nomination_closed"
    assert (await one.look("w2"))["may_nominate"] is False
    assert (await one.do("w1", "/own", stands=True, post="电工"))["own"]["post"] == "电工", "he stands, and says more"
    assert (await one.opened(until="2026-03-20"))["desk"]["rows"] == [], "another call begins anew"


async def test_the_list_becomes_candidates_of_the_case_and_whom_the_law_bars_is_refused(town: Town) -> None:
    one = await about_to_elect(town)
    await one.opened()
    await one.do("w2", "/own", stands=True, post="磨工", words=WORDS)
    await one.do("w1", "/named", name="职工3")
    row, scrutineer = await one.row("职工2"), await one.row("职工3")
    await one.do("firm.chair", f"/{row['id']}/words", shown=True)
    await one.do("firm.chair", f"/{row['id']}/listing", listed=True)
    assert (await town["w1"].get(f"{API}/negotiations/{one.case}/candidates")).status_code == 404, "nobody stands yet"

    chair, scrutineers = town.ids["firm.chair"], [one.rows[2]["person"], one.rows[3]["person"]]
    facts = {"delegates": 4, "workers": 4, "managers": 0, "women": 0, "roll_hash": 64 * "a"}
    for act, body in (
        ("record-delegate-roll", facts),
        (
            "propose-candidates",
            {
                "candidates": [{"person": chair}, {"person": row["person"]}], "chief": chair, "chief_is": "union_head",
                "seats": 2, "scrutineers": scrutineers,
            },
        ),
    ):  # fmt: skip
        answer = await town["firm.chair"].post(f"{API}/negotiations/{one.case}/{act}", json=body)
        assert answer.status_code == 201, answer.text
    shown = await one.look("w1", "candidates")
    assert (shown["choose"], shown["electorate"], shown["quorum"], shown["needed"]) == (1, 4, 3, 3)
    stands = {
        "person": row["person"],
        "name": "职工2",
        "post": "磨工",
        "words": WORDS,
        "elected": False,
        "seated": False,
    }
    assert shown["rows"] == [stands | {"again": False} | dict.fromkeys(("round", "votes", "follows", "place"))]
    assert (shown["chief"]["name"], shown["scrutineers"]) == ("firm.chair", ["职工3", "职工4"])
    assert await one.do("w1", "/named", name="职工1") == "nomination_closed", "the list has been proposed"
    barred = await town["firm.chair"].post(
        f"{API}/negotiations/{one.case}/nominations/{scrutineer['id']}/listing", json={"listed": True}
    )
    assert barred.status_code == 409
    assert [found["reason"] for found in barred.json()["obstacles"]] == ["scrutineer_is_candidate"]
    assert (await one.row("职工3"))["in_the_way"]["reason"] == "scrutineer_is_candidate"

    await town.step_up("firm.chair")
    opening = {"electorate": "all_workers", "closes_on": "2026-03-04", "closes_at": "18:00"}
    opened = await town["firm.chair"].post(f"{API}/negotiations/{one.case}/open-election", json=opening)
    assert opened.status_code == 201, opened.text
    poll = (await one.look("w1", "candidates"))["poll"]
    assert poll["closes_at"] == "2026-03-04T18:00:00+08:00"
    vote = (await town["w1"].get(f"{API}/polls/{poll['poll']}")).json()
    assert [found["person"] for found in vote["choices"]] == [row["person"], None], "names alone are signed, no words"
    assert (await town["w1"].get(vote["candidates"])).json() == await one.look("w1", "candidates")
    of_the_other_side = (await town["firm.hr"].get(f"{API}/polls/{poll['poll']}")).json()
    assert of_the_other_side["candidates"] is None, "there is nothing to be read there"
    assert await one.do("w2", "/own", stands=False) == "nomination_closed"
    assert (await one.look("w2"))["may_stand"] is False, "while the vote runs nobody's words change"


async def test_for_everybody_else_there_are_no_nominations(town: Town) -> None:
    one = await about_to_elect(town, within=1)
    await one.opened()
    await one.do("w1", "/own", stands=True, words=WORDS)
    row, place = await one.row("职工1"), f"{API}/negotiations/{one.case}/nominations"
    nowhere = (await town["firm.hr"].get(f"{API}/negotiations/n-nowhere/nominations")).content
    for who in ("firm.hr", "firm.boss", "other.chair", "other.worker", "authority"):
        for path in (place, f"{API}/negotiations/{one.case}/candidates"):
            assert (await town[who].get(path)).content == nowhere, (who, path)
        for rest, body in (
            ("", {"seats": 2, "until": "2026-03-09"}),
            ("/named", {"name": "职工1"}),
            ("/own", {"stands": True}),
            (f"/{row['id']}/listing", {"listed": True}),
            (f"/{row['id']}/words", {"shown": True}),
        ):
            assert (await town[who].post(place + rest, json=body)).content == nowhere, (who, rest)
    for rest in (f"/{row['id']}/listing", f"/{row['id']}/words"):
        assert await one.do("w1", rest, listed=True, shown=True) in ("not_found", "malformed")
    assert (await one.look("w1"))["desk"] is None
    assert await one.do("firm.chair", "/named", name="职工1") == "not_found", "he stands on no roster"
