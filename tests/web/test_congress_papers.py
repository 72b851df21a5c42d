"""The papers of a congress: made of facts of the case, as soon as it has them; of few voters without their counts."""

from __future__ import annotations

import re

import httpx2
import msgspec
import pytest

from cloudnego.core import commands as c
from cloudnego.core.state import Ballot
from cloudnego.main import House
from cloudnego.web.congress_papers import Facts, Paper, page_of
from tests.web.conftest import API
from tests.web.played import at, looking, rehearsed, settle, write

PAPERS = tuple(Paper)
FACTS = Facts(
    enterprise="云帆<b>厂", year=2026, sandbox=False, draft_hash="ab" * 32, day=None, form="delegates", total=106,
    quorum=71, needed=54, mode="both", scrutineers=("甲", "乙"), chief="丙", ballot=None, counts_shown=True,
)  # fmt: skip
PASSED = Ballot(
    round=1, draft_hash="ab" * 32, total=106, present=98, issued=98, returned=98, yes=83, no=10, abstain=5,
    spoiled=0, result="passed", on=rehearsed()[0].at.date(),
)  # fmt: skip


def shown(paper: Paper, facts: Facts) -> str:
    page = page_of(paper, facts)
    assert page is not None, paper
    assert "{" not in page, "a fact is missing"
    assert "云帆&lt;b&gt;厂" in page
    return page


@pytest.mark.parametrize("mode", ["online", "paper", "both", None])
def test_each_paper_says_what_the_case_has(mode: str | None) -> None:
    facts = msgspec.structs.replace(FACTS, mode=mode, scrutineers=() if mode is None else FACTS.scrutineers)
    method = shown(Paper.METHOD, facts)
    assert re.search("共 106 人.*三分之二即 71 人.*54 票以上", method, re.S)
    assert ("甲、乙" in method) == (mode is not None)
    assert shown(Paper.BALLOT, facts).count("ab" * 32) == 2
    assert "<td>106</td>" in shown(Paper.TALLY, facts)
    assert shown(Paper.TALLY, facts).count("<td></td>") == 7, "to be filled in by hand"
    counted = msgspec.structs.replace(PASSED, issued=97, returned=96, abstain=1, spoiled=2)
    sheet = shown(Paper.TALLY, msgspec.structs.replace(facts, ballot=counted))
    assert re.findall(r"<td>(\d*)</td>", sheet)[:8] == ["106", "98", "97", "96", "2", "83", "10", "1"]


def test_a_contract_over_many_says_whose_congress_votes() -> None:
    joint = msgspec.structs.replace(FACTS, voting="joint", firms=4)
    assert "云帆&lt;b&gt;厂职工代表大会全体职工代表" in shown(Paper.METHOD, joint)
    each = msgspec.structs.replace(FACTS, voting="each", firms=4, ballot=PASSED, day=PASSED.on)
    for paper in (Paper.METHOD, Paper.RESOLUTION):
        assert "覆盖的 4 家企业分别召开" in shown(paper, each)


def test_a_resolution_is_of_a_draft_that_passed() -> None:
    assert page_of(Paper.RESOLUTION, FACTS) is None
    failed = msgspec.structs.replace(PASSED, result="failed")
    assert page_of(Paper.RESOLUTION, msgspec.structs.replace(FACTS, ballot=failed)) is None
    page = shown(Paper.RESOLUTION, msgspec.structs.replace(FACTS, ballot=PASSED, day=PASSED.on))
    assert "实到 98 人。同意 83 票，不同意 10 票，弃权 5 票，废票 0 张；通过须 54 票" in page
    assert "首席代表丙" in page


def test_of_few_voters_no_count_is_printed_for_who_may_not_see_it() -> None:
    few = msgspec.structs.replace(PASSED, total=9, present=7, issued=7, returned=7, yes=6, no=1, abstain=0)
    facts = msgspec.structs.replace(FACTS, total=9, quorum=6, needed=5, ballot=few, day=few.on)
    hidden = msgspec.structs.replace(facts, counts_shown=False)
    assert "同意 6 票" in shown(Paper.RESOLUTION, facts)
    assert "同意 6 票" not in shown(Paper.RESOLUTION, hidden)
    assert "票数不在此公开" in shown(Paper.RESOLUTION, hidden)
    assert "<td>6</td>" in shown(Paper.TALLY, facts)
    assert "<td>6</td>" not in shown(Paper.TALLY, hidden)


async def test_they_come_as_the_case_goes_on(house: House) -> None:
    settle(house)
    acts = rehearsed()
    cut = next(n for n, act in enumerate(acts) if isinstance(act.command, c.SubmitDraft))
    case = await write(house, acts[:cut])
    worker = looking(house)("w9")

    async def come() -> list[str]:
        answers = {one: await worker.get(f"{API}/negotiations/{case}/congress/papers/{one.value}") for one in PAPERS}
        for one in answers.values():
            assert one.status_code == 200 or one.json()["code"] == "paper_not_yet"
        return [one.value for one, answer in answers.items() if answer.status_code == 200]

    assert await come() == []
    await write(house, acts[cut : cut + 1], "submitted", case)
    assert await come() == ["ballot"]
    last = next(n for n, act in enumerate(acts) if isinstance(act.command, c.SignContract))
    await write(house, acts[cut + 1 : last], "passed", case)
    at(house, acts[last].at)
    assert await come() == [one.value for one in PAPERS]
    assert (await worker.get(f"{API}/negotiations/{case}/congress/papers/other")).status_code == 404
    css: httpx2.Response = await worker.get("/papers.css")
    assert css.headers["content-type"].startswith("text/css")
