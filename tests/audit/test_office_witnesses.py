"""The labour authority is the third witness: of what it has from the filing on, and of every stream by its district's
log, none of which it is shown; the district union's office confirms beside it and does not count."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest

from cloudnego.audit import verify
from cloudnego.audit.notes import cosigned, head_of, key_of, parse
from cloudnego.audit.witnesses import Party, enough
from cloudnego.console import CannotBe
from cloudnego.core.vocabulary import Stream
from cloudnego.exporting.audience import Audience
from cloudnego.exporting.case import Order, export_case, house_on
from cloudnego.main import House
from cloudnego.witness import Kept, once
from tests.audit.device import API, Device, text_of
from tests.audit.given import contents, packed
from tests.audit.page import Page
from tests.web.conftest import client_of
from tests.web.granted import Looking, asked, case, clock, look, people, still
from tests.web.played import DISTRICT, looking
from tests.web.test_dossiers import refiled

__all__ = ["case", "clock", "look", "people", "refiled", "still"]


@pytest.fixture
def now_s(still: House) -> int:
    return still.site.now_s()


async def over_district(device: Device, old_size: int, at_s: int, district: str = DISTRICT) -> httpx2.Response:
    """What comes of co-signing the head of the district's log."""
    head = head_of(parse((await device.client.get(f"{API}/district/log")).json()["note"]).text)
    body = {
        "public": text_of(device.public), "old_size": old_size, "size": head.size, "root": text_of(head.root),
        "at_s": at_s, "signature": text_of(device.secret.sign(cosigned(head.text, at_s))),
    }  # fmt: skip
    return await device.client.post(f"{API}/witnessed/{district}", json=body)


async def test_the_authority_confirms_what_it_has_from_the_filing_on(
    refiled: tuple[House, str], look: Looking, case: str, now_s: int
) -> None:
    before = await Device(look("authority"), "a").register()
    answer = await before.send(
        case, before.signed("notice", (await before.look(case), before.held["notice"])[1], now_s)
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "not_a_witness"), "nothing was filed"
    house, filed = refiled
    reviewer = await Device(looking(house)("authority"), "b").register()
    rows = await reviewer.look(filed)
    assert {stream: row["witness"] for stream, row in rows.items()} == {"filing": True, "notice": True}
    for stream in ("filing", "notice"):
        assert (await reviewer.cosign(filed, stream, house.site.now_s()))["side"] == "authority"
    body = reviewer.signed("table", reviewer.held["notice"], house.site.now_s())
    assert (await reviewer.send(filed, body)).status_code == 404, "it does not learn that there is a table"
    row = (await reviewer.look(filed))["filing"]
    assert row["confirmed"] == {"worker": 0, "employer": 0, "authority": row["size"]}
    assert row["enough"] == 0, "one of three is not enough"


async def test_by_the_log_of_the_district_an_office_confirms_what_it_never_sees(
    look: Looking, case: str, still: House, now_s: int
) -> None:
    still.site.audit.district.tick(DISTRICT)
    official, union = await Device(look("authority"), "a").register(), await Device(look("district"), "u").register()
    assert (await over_district(official, 0, now_s)).json()["office"] == "authority"
    assert (await over_district(union, 0, now_s)).json()["office"] == "union"
    worker = await Device(look("w0"), "w").register()
    row = (await worker.look(case))["table"]
    assert row["confirmed"] == {"worker": 0, "employer": 0, "authority": row["size"], "union": row["size"]}
    assert row["enough"] == 0, "the union's office is whom the district is run for: it does not count"
    await worker.cosign(case, "table", now_s)
    row = (await worker.look(case))["table"]
    assert (row["enough"], row["confirmed"]["employer"]) == (row["size"], 0), "two of three, and who is missing shows"
    await asked(look("w1"), case, "send-message", text="下午再谈")
    row = (await worker.look(case))["table"]
    assert row["enough"] == row["size"] - 1
    (shown,) = [
        one for one in (await look("w9").get(f"{API}/district/log")).json()["witnesses"] if one["office"] == "authority"
    ]
    note = parse(shown["note"])
    assert [key_of(shown["vkey"]).holds(note.text, line) for line in note.signatures] == [False, True]


async def test_only_an_office_takes_up_its_own_log_where_it_left_off(
    look: Looking, case: str, still: House, now_s: int
) -> None:
    still.site.audit.district.tick(DISTRICT)
    worker, official = await Device(look("w0"), "w").register(), await Device(look("authority"), "a").register()
    unknown = Device(look("authority"), "nobody's")
    for device, old_size, at_s, district, code in (
        (worker, 0, now_s, DISTRICT, "not_a_witness"),
        (unknown, 0, now_s, DISTRICT, "not_found"),
        (official, 0, now_s, "nowhere", "not_found"),
        (official, 7, now_s, DISTRICT, "head_moved"),
        (official, 0, now_s - 700, DISTRICT, "device_clock_off"),
    ):
        answer = await over_district(device, old_size, at_s, district)
        assert answer.json()["code"] == code
    assert (await over_district(official, 0, now_s)).status_code == 201
    assert (await over_district(official, 0, now_s)).json()["code"] == "head_moved"
    assert (await look("w9").get(f"{API}/witnessed/{DISTRICT}")).status_code == 404, "no program witnesses it"


def test_two_of_the_three_that_count_are_enough_and_a_caucus_is_its_sides() -> None:
    sizes = {Party.WORKER: 5, Party.EMPLOYER: 3, Party.AUTHORITY: 4, Party.UNION: 9}
    assert enough(Stream.TABLE, sizes) == 4
    assert enough(Stream.TABLE, {Party.WORKER: 5, Party.UNION: 9}) == 0
    assert enough(Stream.WORKER, sizes) == 5


# --- the program ----------------------------------------------------------------------------------------------------


class Outside:
    """The program of an office with a file of its own, at the door of a server that can be made to lie."""

    def __init__(self, house: House, place: Path) -> None:
        self.file, self.house = place / "witness.json", house
        self.kept = Kept(seed=bytes(range(32)))
        self.change: dict[str, Any] = {}
        self.lost = False

    def look(self) -> None:
        async def spoken(request: httpx2.Request) -> httpx2.Response:
            async with client_of(self.house) as client:
                return await client.request(request.method, request.url.raw_path.decode(), content=request.content,
                                            headers=request.headers)  # fmt: skip

        def answered(request: httpx2.Request) -> httpx2.Response:
            answer = asyncio.run(spoken(request))
            if request.method == "POST" and self.lost:
                raise httpx2.ReadError("lost")
            found = answer.json()
            return httpx2.Response(answer.status_code, json=found | self.change if request.method == "GET" else found)

        with httpx2.Client(transport=httpx2.MockTransport(answered), base_url="http://t") as client:
            once(client, self.file, self.kept, DISTRICT)


@pytest.fixture
def outside(still: House, tmp_path: Path) -> Outside:
    found = Outside(still, tmp_path)
    found.file.touch(0o600)
    still.site.audit.devices.let_program(DISTRICT, "authority", found.kept.public, "人社局见证")
    return found


async def grown(house: House, look: Looking, case: str) -> None:
    """Something was said, and ten minutes are over."""
    await asked(look("w1"), case, "send-message", text="下午再谈")
    now = house.site.now_s()
    house.site.audit.district._now_s = lambda: now + 600  # type: ignore[misc]
    house.site.audit.district.tick(DISTRICT)


async def test_the_program_of_an_office_needs_its_key_alone(
    outside: Outside, case: str, still: House, look: Looking
) -> None:
    still.site.audit.district.tick(DISTRICT)
    await asyncio.to_thread(outside.look)
    assert outside.kept.cosigned == outside.kept.size == 2
    rows = (await look("w0").get(f"{API}/negotiations/{case}/checkpoints")).json()["rows"]
    assert {row["confirmed"]["authority"] == row["size"] for row in rows} == {True}
    await grown(still, look, case)
    outside.lost = True
    with pytest.raises(CannotBe):
        await asyncio.to_thread(outside.look)
    outside.lost = False
    outside.kept.cosigned = 2
    await asyncio.to_thread(outside.look)
    assert outside.kept.cosigned == outside.kept.size > 2, "an answer that was lost loses nothing"


async def test_a_log_that_goes_back_or_is_another_is_not_signed_and_both_heads_are_kept(
    outside: Outside, case: str, still: House, look: Looking
) -> None:
    still.site.audit.district.tick(DISTRICT)
    await asyncio.to_thread(outside.look)
    first = outside.kept.note
    await grown(still, look, case)
    shorter = first.replace("\n2\n", "\n1\n")
    changes: list[dict[str, Any]] = [{"note": shorter}, {"proof": []}, {"proof": None}, {"note": "?"}]
    for outside.change in changes:
        with pytest.raises(CannotBe):
            await asyncio.to_thread(outside.look)
        assert first.splitlines()[0] in outside.file.with_name("witness.json.alarm").read_text()
        assert outside.kept.cosigned == 2
    outside.change = {"keys": []}  # who knows the keys asks for none
    await asyncio.to_thread(outside.look)
    assert outside.kept.cosigned > 2


# --- the audit file ---------------------------------------------------------------------------------------------------


async def test_a_file_says_how_far_enough_have_confirmed_and_an_offices_key_stands_for_every_stream(
    look: Looking, case: str, still: House, now_s: int, tmp_path: Path
) -> None:
    still.site.audit.district.tick(DISTRICT)
    official, worker = await Device(look("authority"), "a").register(), await Device(look("w0"), "w").register()
    vkey = (await over_district(official, 0, now_s)).json()["vkey"]
    await worker.cosign(case, "table", now_s)
    await asked(look("w1"), case, "send-message", text="下午再谈")
    log = still.site.log
    house = house_on(log.engine, log.ring, still.site.audit.key, still.site.now_s)
    target = tmp_path / "a.zip"
    order = Order(case, Audience.UNION, "operator", "", "2026-11-29T16:00:00+08:00", "")
    export_case(house, order, target, lambda _: None)
    report = verify.verify(target, [verify.witness(vkey)])
    assert [one for one in report if one[0] < 9] == [], "it has confirmed every joint stream by the district's log"
    said = {where: en for _, where, _, en in report if where.startswith("policy/")}
    size = worker.held["table"].size
    assert said["policy/table.txt"] == f"enough (2 worker authority) to {size}"
    assert said["policy/notice.txt"] == "enough (none) to 0", "one of three has a key that ever signed it"
    assert said["policy/worker.txt"] == "enough (none) to 0", "the authority does not count in a caucus"
    with Page() as page:
        assert page.verify(target, [vkey]) == report
        files = contents(target.read_bytes())
        (head,) = (name for name in files if name.startswith("witnessed/") and name.endswith("head.txt"))
        lines = files[head].decode().splitlines(keepends=True)
        target.write_bytes(packed(files | {head: "".join([*lines[:-1], lines[-1][:-8] + "AAAAAA=\n"]).encode()}))
        for found in (verify.verify(target, []), page.verify(target)):
            assert [one for one in found if one[0] == 1], "a co-signature that was altered is named"
