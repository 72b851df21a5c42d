"""What both chiefs signed with their devices stands in the PDF under certificates, and whoever looks finds a change."""

from __future__ import annotations

from io import BytesIO
from random import Random
from typing import Any, Final

import httpx2
import pytest
from cryptography import x509
from pyhanko.pdf_utils.generic import NumberObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from cloudnego.core import commands as c
from cloudnego.main import House
from cloudnego.signing.acts import Act, said
from cloudnego.signing.authority import INTERNAL, Authority
from cloudnego.signing.pades import certificate
from tests.audit.device import Device, text_of
from tests.web.granted import Looking, Standing, clock, look, people, still
from tests.web.played import rehearsed, write

__all__ = ["clock", "look", "people", "still"]

API: Final = "/api/v1/negotiations"


@pytest.fixture
async def case(still: House, clock: Standing) -> str:
    """A case whose contract was voted and is not signed."""
    acts = rehearsed()
    number = next(n for n, one in enumerate(acts) if isinstance(one.command, c.SignContract))
    clock.at = acts[number].at
    return await write(still, acts[:number])


async def sign(house: House, client: httpx2.AsyncClient, person: str, case: str) -> str:
    """A chief signs the contract with his device; returns the mark of its key."""
    device = await Device(client, person).register()
    rows = (await client.get(f"{API}/{case}/signing")).json()["rows"]
    voted = next(one["text"]["hash"] for one in rows if one["text"]["what"] == "contract")
    act = Act(log=house.site.audit.devices.name, case=case, person=person, key=f"sign-{person}")
    header = text_of(device.public + device.secret.sign(said(act, c.SignContract(document_hash=voted))))
    headers = {"Idempotency-Key": f"sign-{person}", "Device-Signature": header}
    answer = await client.post(f"{API}/{case}/sign-contract", json={"document_hash": voted}, headers=headers)
    assert answer.status_code == 201, answer.text
    rows = (await client.get(f"{API}/{case}/signing")).json()["rows"]
    hands = next(one["text"]["hands"] for one in rows if one["text"]["what"] == "contract")
    mine = next(one for one in hands if one["person"] == person)
    assert (mine["state"], mine["how"]) == ("signed", "device")
    return str(mine["mark"])


async def told(pdf: bytes, root: x509.Certificate) -> list[Any]:
    """What pyHanko says of each signature."""

    def trusted() -> ValidationContext:
        return ValidationContext(trust_roots=[certificate(root)], allow_fetching=False)

    there = PdfFileReader(BytesIO(pdf)).embedded_signatures
    return [await async_validate_pdf_signature(one, trusted(), trusted()) for one in there]


async def holds(pdf: bytes, root: x509.Certificate) -> bool:
    try:
        found = await told(pdf, root)
    except Exception:  # whatever it says of a file that is none any more
        return False
    return len(found) > 0 and all(one.bottom_line for one in found)


async def test_both_chiefs_signatures_stand_in_one_file_one_after_the_other(
    look: Looking, still: House, case: str
) -> None:
    worker, employer = look("w0"), look("e0")
    possible = (await worker.get(f"{API}/{case}/papers")).json()["possible"]
    facts = next(one["facts_hash"] for one in possible if one["doc"] == "D14" and not one["two_languages"])
    paper = (await worker.post(f"{API}/{case}/papers", json={"facts_hash": facts})).json()["number"]
    put = f"{API}/{case}/papers/{paper}/signatures"
    assert (await worker.post(put)).json()["code"] == "paper_not_signed"
    marks = [await sign(still, worker, "w0", case)]
    first = await worker.post(put)
    assert (first.status_code, (await employer.post(put)).status_code) == (201, 200)
    marks.append(await sign(still, employer, "e0", case))
    second = await employer.post(put)
    assert (second.status_code, second.json()["doc"], second.json()["about"]) == (201, "D14S", paper)
    plain = (await worker.get(f"{API}/{case}/papers/{paper}")).content
    one, two = [(await worker.get(answer.headers["Location"])).content for answer in (first, second)]
    assert one.startswith(plain) and two.startswith(one)  # noqa: PT018 - a chain
    root = x509.load_pem_x509_certificate((await look("stranger").get("/api/v1/signing-authority")).content)
    found = await told(two, root)
    assert [each.bottom_line for each in found] == [True, True]
    assert [each.timestamp_validity.trusted for each in found] == [True, True]
    names = [each.signing_cert.subject.native for each in found]
    assert [name["common_name"] for name in names] == ["人w0", "人e0"]
    assert {name["organization_name"] for name in names} == {INTERNAL}
    reasons = [each.sig_object["/Reason"] for each in PdfFileReader(BytesIO(two)).embedded_signatures]
    assert [mark in reason for mark, reason in zip(marks, reasons, strict=True)] == [True, True]
    shown = (await look("stranger").get(f"/api/v1/register/{second.json()['sha256']}")).json()
    assert (shown["known"], shown["number"]) == (True, second.json()["number"])
    (row,) = [x for x in (await worker.get(f"{API}/{case}/signing")).json()["rows"] if x["text"]["what"] == "contract"]
    assert (row["paper"], row["signed"]) == (paper, second.json()["number"])

    # another root, a flipped byte, words put over it later: each is told
    assert not await holds(two, Authority.fresh("another", still.site.world.clock("played")).root.certificate)
    dice = Random(still.site.now_s())
    for _ in range(4):
        at = dice.randrange(len(plain))
        assert not await holds(two[:at] + bytes([two[at] ^ 1]) + two[at + 1 :], root), at
    writer = IncrementalPdfFileWriter(BytesIO(two))
    page = writer.prev.root["/Pages"]["/Kids"][0]
    page["/Rotate"] = NumberObject(90)  # type: ignore[no-untyped-call]
    writer.update_container(page)
    later = BytesIO()
    writer.write(later)  # type: ignore[no-untyped-call]
    assert {each.modification_level for each in await told(later.getvalue(), root)} == {ModificationLevel.OTHER}
    assert not await holds(later.getvalue(), root)


async def test_a_refusal_and_ink_stand_beside_what_devices_signed(look: Looking, case: str) -> None:
    worker, employer = look("w0"), look("e0")
    answer = await employer.post(f"{API}/{case}/refuse-to-sign", json={"reason": "等总公司批复"})
    assert answer.status_code == 201, answer.text
    rows = (await worker.get(f"{API}/{case}/signing")).json()["rows"]
    contract = next(one["text"] for one in rows if one["text"]["what"] == "contract")
    assert [(one["state"], one["reason"]) for one in contract["hands"]] == [("open", None), ("refused", "等总公司批复")]
    scan = {"sha256": "5" * 64, "kind": "scan"}
    ink = {"document_hash": contract["hash"], "evidence": scan}
    assert (await worker.post(f"{API}/{case}/sign-contract", json=ink)).status_code == 201
    rows = (await worker.get(f"{API}/{case}/signing")).json()["rows"]
    hand = next(one["text"]["hands"][0] for one in rows if one["text"]["what"] == "contract")
    assert (hand["state"], hand["how"], hand["scan"], hand["entered_by"]) == ("signed", "ink", "5" * 64, None)
    offered = next(one["text"]["hands"][0] for one in rows if one["text"]["what"] == "offer")
    assert (offered["how"], offered["mark"]) == ("platform", None)


async def test_no_internal_certificate_without_the_agreement_it_rests_on(
    look: Looking, still: House, case: str
) -> None:
    worker = look("w0")
    await sign(still, worker, "w0", case)
    possible = (await worker.get(f"{API}/{case}/papers")).json()["possible"]
    facts = next(one["facts_hash"] for one in possible if one["doc"] == "D14")
    paper = (await worker.post(f"{API}/{case}/papers", json={"facts_hash": facts})).json()["number"]
    assert (await worker.post(f"{API}/{case}/revoke-electronic-service", json={})).status_code == 201
    answer = await worker.post(f"{API}/{case}/papers/{paper}/signatures")
    assert (answer.status_code, answer.json()["code"]) == (409, "internal_certificate_not_agreed")
    assert "第十三条" in answer.json()["detail"]["zh"]
