"""The dossier over HTTP: a contract that was objected to and filed again, as its people see it."""

from __future__ import annotations

import asyncio
import csv
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO, StringIO
from typing import Any

import pytest

from cloudnego.core import events as e
from cloudnego.main import House, build, install
from cloudnego.web.coordination import coordinations
from tests.papers.made import altered, source_of
from tests.web.conftest import API, settings_for
from tests.web.granted import Standing
from tests.web.played import looking, rehearsed, settle, write


@pytest.fixture(scope="module")
def refiled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, str]]:
    """Filed for the second time and received."""
    place, clock = tmp_path_factory.mktemp("dossier") / "data", Standing()
    install(settings_for(place))
    made = build(settings_for(place), clock)
    settle(made)
    whole = rehearsed("objected")
    last = max(n for n, act in enumerate(whole) if act.command.type == "receive_filing")
    case = asyncio.run(write(made, whole[: last + 1]))
    clock.at = whole[last].at
    yield made, case
    made.close()


async def read(house: House, who: str, case: str) -> dict[str, Any]:
    answer = await looking(house)(who).get(f"{API}/negotiations/{case}/dossier")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_who_files_and_who_reviews_read_the_same(refiled: tuple[House, str]) -> None:
    house, case = refiled
    file = await read(house, "hr", case)
    assert await read(house, "authority", case) == file
    first, second = file["filings"]
    assert first["draft_hash"] != second["draft_hash"] == file["draft_hash"]
    assert [one["left"] for one in first["supplements"]] == [[]]
    assert [(one["head"], one["article"]) for one in first["objection"]["clauses"]] == [("T3", "N2004 44")]
    assert (second["received_on"], second["objection"]) == (file["review"]["derivation"]["counted_from"], None)
    assert file["compared_with"] == first["on"]
    assert {one["how"] for one in file["changes"]} == {"same", "changed"}
    objected = {one["clause"]: one["objected"] for one in file["clauses"]}
    assert not any(objected.values()), "the filing that is open has none"
    checks = {one["code"]: one["ok"] for one in file["checks"]}
    assert (checks["signed"], checks["ballot"], checks["complete"], checks["in_time"]) == (True, True, True, True)
    assert {one["code"]: one["state"] for one in file["items"]} == {"contract": "handed_in", "explanation": "handed_in"}


async def test_who_does_not_see_the_filing_reads_what_has_to_be_filed_and_no_more(refiled: tuple[House, str]) -> None:
    house, case = refiled
    file = await read(house, "w9", case)
    assert [one["code"] for one in file["items"]] == ["contract", "explanation"]
    assert (file["seen"], file["filings"], file["checks"], file["clauses"], file["review"]) == (False, [], [], [], None)
    assert (await looking(house)("w9").get(f"{API}/negotiations/{case}/dossier-file")).status_code == 404


async def test_the_file_has_the_papers_that_were_made_and_names_the_others(refiled: tuple[House, str]) -> None:
    house, case = refiled
    hr, base = looking(house)("hr"), f"{API}/negotiations/{case}"
    contract = next(one for one in (await read(house, "hr", case))["items"] if one["code"] == "contract")
    made = (await hr.post(f"{base}/papers", json={"facts_hash": contract["papers"][0]["facts_hash"]})).json()
    bundle = zipfile.ZipFile(BytesIO((await hr.get(f"{base}/dossier-file")).content))
    rows = list(csv.reader(StringIO(bundle.read("index.csv").decode("utf-8-sig"))))
    assert [row[2] for row in rows[1:]] == ["平台可以生成，还没有生成", "在本包内", "平台可以生成，还没有生成"]
    name = rows[2][3]
    assert rows[2][4:] == [made["number"], made["sha256"]]
    assert sha256(bundle.read(name)).hexdigest() == made["sha256"]
    assert set(bundle.namelist()) == {name, "index.csv"}


async def test_nobody_asked_for_coordination_here(refiled: tuple[House, str]) -> None:
    house, case = refiled
    told = (await looking(house)("authority").get(f"{API}/negotiations/{case}/coordination")).json()
    assert (told["rows"], told["terms"], told["extends_most"]) == ([], [], 15)


@pytest.fixture(scope="module")
def disputed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, str]]:
    """A coordination that was extended."""
    place, clock = tmp_path_factory.mktemp("dispute") / "data", Standing()
    install(settings_for(place))
    made = build(settings_for(place), clock)
    settle(made)
    whole = rehearsed("silent-enterprise")
    last = next(n for n, act in enumerate(whole) if act.command.type == "extend_dispute")
    case = asyncio.run(write(made, whole[: last + 1]))
    clock.at = whole[last].at
    yield made, case
    made.close()


async def test_a_coordination_says_who_asked_who_coordinates_and_until_when(disputed: tuple[House, str]) -> None:
    house, case = disputed
    told = (await looking(house)("authority").get(f"{API}/negotiations/{case}/coordination")).json()
    (one,), (term,) = told["rows"], told["terms"]
    assert (one["applied_by"], one["ex_officio"], one["closed_on"]) == ("worker", False, None)
    assert one["coordinators"]
    assert one["facts"]
    assert (term["timer"], term["derivation"]["counted_from"]) == ("dispute", one["accepted_on"])
    assert term["derivation"]["n"] == 30 + one["extended"]["days"]
    outside = (await looking(house)("w9").get(f"{API}/negotiations/{case}/coordination")).json()
    assert (outside["seen"], outside["rows"], outside["terms"]) == (False, [], [])


def test_what_was_asked_for_and_what_was_agreed_on_is_told_in_the_words_of_both() -> None:
    asked = altered(source_of("silent-enterprise"), e.CoordinationRequested, words={"facts": "拒谈", "claims": "开谈"})
    agreed = {"agreement": True, "words": {"settled": "五月起协商", "open_items": "幅度"}}
    (one,) = coordinations(altered(asked, e.DisputeClosed, **agreed).events)
    assert (one.facts, one.claims, one.settled, one.open_items) == ("拒谈", "开谈", "五月起协商", "幅度")
    assert (one.agreement, one.accepted_on is not None, one.extended is not None) == (True, True, True)


@pytest.mark.parametrize(("who", "found"), [("authority", 1), ("w0", 1), ("w9", 0), ("elsewhere", 0)])
async def test_a_list_of_disputes_is_for_who_sees_the_progress(
    disputed: tuple[House, str], who: str, found: int
) -> None:
    house, _ = disputed
    client = looking(house)(who)
    assert len((await client.get(f"{API}/negotiations?overlay=dispute")).json()["rows"]) == found
    assert (await client.get(f"{API}/negotiations?overlay=vacancy")).json()["rows"] == []
