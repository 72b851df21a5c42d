"""Papers over HTTP: one of the same facts, given to who sees what it is made of, checked by whoever holds it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import httpx2
import pytest
from pypdf import PdfReader

from cloudnego.core.vocabulary import Stream
from cloudnego.files.kinds import MEDIA, FileKind
from cloudnego.main import House, build, install
from cloudnego.papers.store import PaperStore
from tests.web.conftest import API, settings_for
from tests.web.granted import Standing
from tests.web.played import looking, rehearsed, settle, write

UP_TO_MEETING = 59


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, str]]:
    """A case in the middle of its meeting."""
    place, clock = tmp_path_factory.mktemp("papers") / "data", Standing()
    install(settings_for(place))
    made = build(settings_for(place), clock)
    settle(made)
    acts = rehearsed(until=UP_TO_MEETING)
    case = asyncio.run(write(made, acts))
    clock.at = acts[-1].at
    yield made, case
    made.close()


@pytest.fixture
def begun(once: tuple[House, str]) -> tuple[House, str]:
    """The same, with no paper made yet."""
    with once[0].site.engine.begin() as connection:
        for table in ("paper_part", "paper"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    return once


async def listed(client: httpx2.AsyncClient, case: str) -> dict[str, Any]:
    answer = await client.get(f"{API}/negotiations/{case}/papers")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def make(client: httpx2.AsyncClient, case: str, doc: str) -> httpx2.Response:
    can = (await listed(client, case))["possible"]
    facts = next(one["facts_hash"] for one in can if one["doc"] == doc)
    return await client.post(f"{API}/negotiations/{case}/papers", json={"facts_hash": facts})


async def test_a_story_over_many_enterprises_is_told_whole_and_makes_its_papers(begun: tuple[House, str]) -> None:
    case = await write(begun[0], rehearsed("regional"), key="region")
    async with looking(begun[0])("w0") as chair:
        can = (await listed(chair, case))["possible"]
        made = await make(chair, case, "D14")
        pdf = (await chair.get(f"{API}/negotiations/{case}/papers/{made.json()['number']}")).content
    assert {"D6", "D7", "D10", "D12", "D14", "D15", "D18", "D19", "D20"} <= {one["doc"] for one in can}
    told = "".join(one.extract_text() for one in PdfReader(BytesIO(pdf)).pages)
    assert "覆盖的企业（4家，职工122人）" in told.replace(" ", "")


async def test_what_was_signed_in_ink_stands_there_with_who_compared_its_scan(begun: tuple[House, str]) -> None:
    acts = rehearsed()
    signed = next(n for n, act in enumerate(acts) if act.command.type == "sign_contract" and act.by.person == "e0")
    case = await write(begun[0], acts[: signed + 1], key="ink")
    door = f"{API}/negotiations/{case}"
    async with looking(begun[0])("w0") as chief, looking(begun[0])("authority") as office:
        before = (await listed(chief, case))["inked"]
        assert {one["doc"] for one in before} >= {"D10", "D14"}
        hand = next(x for one in before if one["doc"] == "D14" for x in one["hands"] if x["side"] == "employer")
        assert (hand["checked"], len(hand["scan"])) == ([], 64)
        body = {"scan": hand["entry"].replace("/", "."), "shows": True}
        made = await chief.post(f"{door}/check-scan", json=body, headers={"Idempotency-Key": "scan-1"})
        assert made.status_code == 201, made.text
        found = await listed(chief, case)
        (checked,) = next(
            x["checked"]
            for one in found["inked"]
            if one["doc"] == "D14"
            for x in one["hands"]
            if x["side"] == "employer"
        )
        assert (checked["person"], checked["shows"]) == ("w0", True)
        assert "w0" in found["names"]
        assert {one["doc"] for one in (await listed(office, case))["inked"]} == {"D14"}, "minutes are of the table"


async def test_the_same_facts_have_one_paper_whoever_makes_it(begun: tuple[House, str]) -> None:
    house, case = begun
    worker, employer = looking(house)("w0"), looking(house)("e0")
    first = await make(worker, case, "D6")
    again = await make(employer, case, "D6")
    assert (first.status_code, again.status_code) == (201, 200)
    paper = first.json()
    assert again.json() == paper
    assert paper["number"] == f"played-2026-{case}-D6-1"
    pdf = (await employer.get(first.headers["Location"])).content
    assert sha256(pdf).hexdigest() == paper["sha256"]
    assert paper["facts_hash"] in PdfReader(BytesIO(pdf)).pages[0].extract_text().replace("\n", "")
    assert (await listed(worker, case))["names"]["w0"] == "人w0"


async def test_who_does_not_see_a_stream_learns_of_no_paper_of_it(begun: tuple[House, str]) -> None:
    house, case = begun
    chief, other, director = looking(house)("w0"), looking(house)("w9"), looking(house)("e0")
    made = await make(chief, case, "D5")
    assert made.status_code == 201
    for client in (other, director):
        can = {(one["doc"], one["about"]) for one in (await listed(client, case))["possible"]}
        assert not can & {("D4", "worker"), ("D5", "worker")}
        assert made.json()["number"] not in (await client.get(f"{API}/negotiations/{case}/papers")).text
        nothing = await client.get(f"{API}/negotiations/{case}/papers/none")
        asked = await client.get(made.headers["Location"])
        assert (asked.status_code, asked.content) == (404, nothing.content)
        named = await client.post(f"{API}/negotiations/{case}/papers", json={"facts_hash": made.json()["facts_hash"]})
        assert (named.status_code, named.json()["code"]) == (409, "paper_not_yet")


async def test_a_confidential_paper_goes_out_with_a_mark_and_is_noted(begun: tuple[House, str]) -> None:
    house, case = begun
    chief = looking(house)("w1")
    made = await make(chief, case, "D4")
    copy = (await chief.get(made.headers["Location"])).content
    assert sha256(copy).hexdigest() != made.json()["sha256"]
    assert "w1" in str((await chief.get(f"{API}/negotiations/{case}/views")).json()["rows"])


async def test_a_text_to_edit_is_there_of_what_people_edit(begun: tuple[House, str]) -> None:
    house, case = begun
    worker = looking(house)("w0")
    offer, sheet = (await make(worker, case, "D6")), (await make(worker, case, "D5"))
    assert (offer.json()["editable"], sheet.json()["editable"]) == (True, False)
    where = f"{API}/negotiations/{case}/papers"
    told = await worker.get(f"{where}/{offer.json()['number']}/text")
    assert told.headers["Content-Type"] == MEDIA[FileKind.DOCX]
    assert offer.json()["facts_hash"] in ZipFile(BytesIO(told.content)).read("word/footer1.xml").decode()
    assert (await worker.get(f"{where}/{sheet.json()['number']}/text")).status_code == 404
    assert (await looking(house)("w9").get(f"{where}/{offer.json()['number']}/text")).status_code == 404


async def test_whoever_holds_a_paper_may_ask_which_it_is(begun: tuple[House, str]) -> None:
    house, case = begun
    worker = looking(house)("w0")
    paper = (await make(worker, case, "D28")).json()
    anybody = httpx2.AsyncClient(transport=worker._transport, base_url=worker.base_url)
    for hash_ in (paper["sha256"], paper["facts_hash"]):
        told = (await anybody.get(f"{API}/register/{hash_}")).json()
        assert (told["known"], told["number"], told["sha256"]) == (True, paper["number"], paper["sha256"])
    unknown = (await anybody.get(f"{API}/register/{64 * '0'}")).json()
    assert unknown == {"known": False, "number": None, "kind": None, "sha256": None, "facts_hash": None, "at": None}
    assert (await anybody.get(f"{API}/register/none")).status_code == 422
    page = await anybody.get(f"/register/{paper['facts_hash']}")
    assert paper["number"] in page.text
    assert "text/html" in page.headers["Content-Type"]
    strange = (await anybody.get("/register/%3Cb%3Ex")).text
    assert "没有这个校验码" in strange
    assert "<b>x" not in strange


async def test_papers_are_forgotten_with_the_words_they_quote_and_damage_is_named(begun: tuple[House, str]) -> None:
    house, case = begun
    papers: PaperStore = house.site.papers
    made = (await make(looking(house)("w0"), case, "D7")).json()
    paper = papers.find(case, made["number"], frozenset(Stream))
    assert paper is not None
    assert papers.check() == []
    facts, pdf = papers.content(paper)
    assert (sha256(facts).hexdigest(), sha256(pdf).hexdigest()) == (paper.facts_hash, paper.file_hash)
    with house.site.engine.begin() as connection:
        kept = connection.exec_driver_sql(
            "SELECT content FROM paper_part WHERE paper = ?", (paper.number,)
        ).scalar_one()
        assert facts not in kept
        connection.exec_driver_sql(
            "UPDATE paper_part SET content = ? WHERE paper = ?", (kept[:-1] + bytes([kept[-1] ^ 1]), paper.number)
        )
    assert paper.number in str(papers.check())
    assert papers.forget(case, frozenset({Stream.TABLE})) >= 1
    assert papers.check() == []
    left = papers.find(case, paper.number, frozenset(Stream))
    assert left is not None
    assert (left.size, left.file_hash) == (0, paper.file_hash)
    assert (await looking(house)("w0").get(f"{API}/negotiations/{case}/papers/{paper.number}")).status_code == 404
    again = await make(looking(house)("e0"), case, "D7")
    assert (again.status_code, again.json()["sha256"], again.json()["erased"]) == (201, made["sha256"], False)
    assert papers.check() == []
