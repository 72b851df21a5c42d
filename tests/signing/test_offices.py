"""A review opinion and the agreement of a coordination stand under certificates, each signed by those the law names."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import httpx2
import msgspec
import pytest
from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader

from cloudnego.audit import verify
from cloudnego.audit.logkey import LogKey
from cloudnego.core import commands as c
from cloudnego.core.state import BenchState, Negotiation
from cloudnego.core.vocabulary import SIDES, Both, Member, Office, Side, Stream
from cloudnego.eventlog.log import SqlLog
from cloudnego.exporting.audience import Audience
from cloudnego.exporting.case import Order, export_case, house_on
from cloudnego.exporting.handed import HandWrong, handed_in
from cloudnego.main import House
from cloudnego.signing.acts import over_paper
from cloudnego.signing.offices import Place, place_of
from tests.audit.device import Device, text_of
from tests.audit.given import contents, packed
from tests.signing.test_papers import API, holds, told
from tests.web.granted import Looking, Standing, asked, clock, look, people, still
from tests.web.played import rehearsed, write

__all__ = ["clock", "look", "people", "still"]

SCAN: Final = {"sha256": "7" * 64, "kind": "scan"}


async def played(house: House, clock: Standing, story: str, until: type[c.Command], *, after: bool = False) -> str:
    """A case up to a command, or with it."""
    acts = rehearsed(story)
    number = next(n for n, one in enumerate(acts) if isinstance(one.command, until)) + after
    clock.at = acts[number].at
    return await write(house, acts[:number])


async def paper_of(client: httpx2.AsyncClient, case: str, doc: str, title: str = "") -> dict[str, Any]:
    """A paper, made by whoever may see it."""
    possible = (await client.get(f"{API}/{case}/papers")).json()["possible"]
    facts = [one["facts_hash"] for one in possible if one["doc"] == doc and title in one["title"]][-1]
    found: dict[str, Any] = (await client.post(f"{API}/{case}/papers", json={"facts_hash": facts})).json()
    return found


async def signs(
    house: House, device: Device, person: str, case: str, made: dict[str, Any], **changed: str
) -> httpx2.Response:
    """Sign an office's paper with a device; `changed`: what the device was made to sign in its place."""
    over = {"paper": made["number"], "facts_hash": made["facts_hash"]} | changed
    text = over_paper(house.site.audit.devices.name, case, person, **over)
    header = text_of(device.public + device.secret.sign(text))
    path = f"{API}/{case}/papers/{made['number']}/signatures"
    return await device.client.post(path, headers={"Device-Signature": header})


async def row_of(client: httpx2.AsyncClient, case: str, what: str) -> dict[str, Any]:
    rows = (await client.get(f"{API}/{case}/signing")).json()["rows"]
    found: dict[str, Any] = next(one for one in rows if one["text"]["what"] == what)
    return found


async def test_the_reviewer_signs_the_opinion_and_nobody_else(look: Looking, still: House, clock: Standing) -> None:
    case = await played(still, clock, "objected", c.ObjectToContract, after=True)
    authority, worker = look("authority"), look("w0")
    assert (await row_of(authority, case, "opinion"))["own"] == "reviewer"
    paper = await paper_of(authority, case, "D17")
    path = f"{API}/{case}/papers/{paper['number']}/signatures"
    assert (await authority.post(path)).json()["code"] == "paper_not_signed"
    device, other = await Device(authority, "a").register(), await Device(worker, "w").register()
    assert (await signs(still, other, "w0", case, paper)).json()["code"] == "no_place_on_paper"
    for changed in ({"paper": "another"}, {"facts_hash": "0" * 64}):
        wrong = await signs(still, device, "authority", case, paper, **changed)
        assert (wrong.status_code, wrong.json()["code"]) == (422, "device_signature_wrong"), changed
    await asked(look("e0"), case, "revoke-electronic-service")
    unagreed = await signs(still, device, "authority", case, paper)
    assert (unagreed.status_code, unagreed.json()["code"]) == (409, "internal_certificate_not_agreed")
    span: dict[str, Any] = {"evidence": SCAN, "from_on": clock.at.date().isoformat(), "until_on": "2027-12-31"}
    await asked(look("e0"), case, "confirm-electronic-service", **span)
    made = await signs(still, device, "authority", case, paper)
    assert (made.status_code, made.json()["doc"], made.json()["about"]) == (201, "D17S", paper["number"])
    again = await signs(still, device, "authority", case, paper)
    assert (again.status_code, again.json()["number"]) == (200, made.json()["number"])
    pdf = (await worker.get(made.headers["Location"])).content
    root = x509.load_pem_x509_certificate((await look("stranger").get("/api/v1/signing-authority")).content)
    (one,) = await told(pdf, root)
    assert (one.bottom_line, one.timestamp_validity.trusted) == (True, True)
    assert one.signing_cert.subject.native["common_name"] == "人authority"
    at = pdf.index(b"stream") + 40
    assert not await holds(pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :], root)
    shown = (await look("stranger").get(f"/api/v1/register/{made.json()['sha256']}")).json()
    assert (shown["known"], shown["number"]) == (True, made.json()["number"])
    row = await row_of(worker, case, "opinion")
    (hand,) = row["text"]["hands"]
    assert (hand["role"], hand["state"], hand["how"], hand["person"]) == ("reviewer", "signed", "device", "authority")
    assert (row["signed"], row["own"]) == (made.json()["number"], None)


async def test_an_agreement_is_signed_by_both_chiefs_and_the_coordinators(
    look: Looking, still: House, clock: Standing, tmp_path: Path
) -> None:
    """《协调处理协议书》由集体协商争议协调处理人员和争议双方首席代表签字盖章后生效 (N2004 54)."""
    case = await played(still, clock, "plain", c.WriteMinutes)
    worker, employer, authority = look("w0"), look("e0"), look("authority")
    await asked(worker, case, "declare-deadlock")
    await asked(worker, case, "apply-for-coordination", facts="幅度谈不拢", claims="请予协调")
    await asked(authority, case, "accept-dispute", coordinators=["authority"])
    await asked(authority, case, "close-dispute", agreement=True, settled="加薪百分之五", evidence=SCAN)
    rows = {who: await row_of(look(who), case, "agreement") for who in ("w0", "w1", "authority", "auditor")}
    assert {who: row["own"] for who, row in rows.items()} == {
        "w0": "chief", "w1": None, "authority": "coordinator", "auditor": None,
    }  # fmt: skip
    paper = await paper_of(authority, case, "D22", "协议")
    signers, where = ((authority, "authority"), (employer, "e0"), (worker, "w0")), ""
    for client, person in signers:
        made = await signs(still, await Device(client, person).register(), person, case, paper)
        assert made.status_code == 201, made.text
        where = made.headers["Location"]
    pdf = (await worker.get(where)).content
    root = x509.load_pem_x509_certificate((await look("stranger").get("/api/v1/signing-authority")).content)
    found = await told(pdf, root)
    assert [one.bottom_line for one in found] == [True] * 3
    assert [one.signing_cert.subject.native["common_name"] for one in found] == [f"人{who}" for _, who in signers]
    boxes = [one.sig_field["/Rect"] for one in PdfFileReader(BytesIO(pdf)).embedded_signatures]
    assert len({tuple(map(int, one)) for one in boxes}) == 3
    hands = (await row_of(worker, case, "agreement"))["text"]["hands"]
    assert [(one["role"], one["side"], one["state"]) for one in hands] == [
        ("chief", "worker", "signed"), ("chief", "employer", "signed"), ("coordinator", None, "signed"),
    ]  # fmt: skip
    assert {one["role"] for one in hands if one["how"] == "device"} == {"chief", "coordinator"}
    due = still.site.papers.due(case, frozenset({Stream.FILING}), (), ["加薪百分之五"])
    assert [one.doc for one in due] == ["D22", *["D22S"] * len(signers)], "a signed file bears what its paper quotes"
    signed = _file_of(still, case, tmp_path)
    assert [one for one in verify.verify(signed, []) if one[0] < 9] == []
    assert {one.person for one in handed_in(verify.Archive(signed, verify.Report()))} == {who for _, who in signers}
    spoilt = packed({name: _in_anothers_name(name, content) for name, content in contents(signed.read_bytes()).items()})
    signed.write_bytes(spoilt)
    with pytest.raises(HandWrong):
        list(handed_in(verify.Archive(signed, verify.Report())))


def _file_of(house: House, case: str, folder: Path) -> Path:
    """The auditor's file of the case."""
    site, target = house.site, folder / "audit.zip"
    log, (key, *_) = site.world.log, (folder / "data").rglob("log.key")
    assert isinstance(log, SqlLog)
    order = Order(case, Audience.AUDITOR, "operator", "=", "2026-11-29T16:00:00+08:00", "cloudnego 0")
    export_case(house_on(site.engine, log.ring, LogKey.open(key), site.now_s), order, target, lambda _: None)
    return target


def _in_anothers_name(name: str, content: bytes) -> bytes:
    """What an operator would write who has nobody's key."""
    return content.replace(b'"person":"e0"', b'"person":"e1"') if "D22S" in name else content


async def test_whoever_signs_in_the_same_moment_is_not_lost(look: Looking, still: House, clock: Standing) -> None:
    """Two files made from the same one, each without the other's signature: the next has both."""
    case = await played(still, clock, "plain", c.WriteMinutes)
    worker, authority = look("w0"), look("authority")
    await asked(worker, case, "declare-deadlock")
    await asked(worker, case, "apply-for-coordination", facts="幅度谈不拢", claims="请予协调")
    await asked(authority, case, "accept-dispute", coordinators=["authority"])
    await asked(authority, case, "close-dispute", agreement=True, evidence=SCAN)
    paper = await paper_of(worker, case, "D22", "协议")
    signing = still.site.signing
    newest, blind = signing.of, iter([None])
    signing.of = lambda *found: next(blind, newest(*found))  # type: ignore[method-assign]
    await signs(still, await Device(worker, "w").register(), "w0", case, paper)
    blind = iter([None, None])
    await signs(still, await Device(authority, "a").register(), "authority", case, paper)
    hands = (await row_of(worker, case, "agreement"))["text"]["hands"]
    assert [one["state"] for one in hands] == ["signed", "open", "signed"]
    row = await row_of(worker, case, "agreement")
    pdf = (await worker.get(f"{API}/{case}/papers/{row['signed']}")).content
    assert len(PdfFileReader(BytesIO(pdf)).embedded_signatures) == 2


def test_a_place_is_of_who_speaks_for_a_side_and_of_nobody_who_sits_there_and_judges_too() -> None:
    """A delegate signs as far as his mandate goes (N2004 20); who sits on a bench reviews and coordinates nothing."""
    today, until = date(2026, 4, 1), date(2026, 4, 30)
    reps = tuple(c.Rep(person=one) for one in ("w0", "w1", "official"))
    bench = BenchState(reps=reps, chief="w0", delegate="w1", delegate_until=until)
    chiefs = tuple(Place(role="chief", side=side) for side in SIDES)
    office = (Place(role="reviewer"), Place(role="coordinator", person="official"))

    def own(person: str, places: tuple[Place, ...], on: date = today, **changed: Any) -> Place | None:
        side = Side.WORKER if person.startswith("w") else None
        member = Member(person=person, side=side, offices=frozenset() if side else frozenset({Office.AUTHORITY}))
        case = Negotiation(benches=Both(msgspec.structs.replace(bench, **changed), BenchState()))
        return place_of(case, member, places, on)

    assert own("w0", chiefs) == chiefs[0]
    assert own("w0", chiefs, may_sign=False) is None
    assert own("w1", chiefs) is None
    assert own("w1", chiefs, delegate_may_sign=True) == chiefs[0]
    assert own("w1", chiefs, date(2026, 5, 1), delegate_may_sign=True) is None
    assert own("w2", chiefs) is None
    assert own("another", office) == office[0]
    assert own("official", office) is None
    assert own("official", office[1:], reps=reps[:2]) == office[1]
    assert own("another", office[1:]) is None
