"""The audit file over HTTP: each side has its own, with what devices co-signed; whoever has no seat for it has none."""

from __future__ import annotations

import asyncio
import json
import zipfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import httpx2
import pytest
from sqlmodel import col, select

from cloudnego.audit import verify
from cloudnego.eventlog import underway
from cloudnego.exporting.audience import Audience
from cloudnego.exporting.case import Order
from cloudnego.exporting.job_tables import AuditExportPart
from cloudnego.exporting.jobs import Exports
from cloudnego.main import House
from cloudnego.web.audit_files import house_of
from tests.audit.device import Device
from tests.web.granted import CASES, Looking, asked, case, clock, look, people, seen, still

__all__ = ["case", "clock", "look", "people", "still"]


async def asked_for(client: httpx2.AsyncClient, case: str) -> str:
    """Its path once it is ready."""
    asked = await client.post(f"{CASES}/{case}/audit-exports", json={"purpose": "仲裁"})
    assert asked.status_code == 202, asked.text
    path = asked.headers["location"]
    job: dict[str, object] = {"state": "making"}
    for _ in range(200):
        job = (await client.get(path)).json()
        if job["state"] != "making":
            break
        await asyncio.sleep(0.05)
    assert (job["state"], job["done"], job["purpose"]) == ("ready", job["total"], "仲裁")
    assert (await client.get(f"{CASES}/{case}/audit-exports")).json()["rows"][0] == job
    return str(path)


async def file_of(client: httpx2.AsyncClient, case: str) -> bytes:
    path = await asked_for(client, case)
    answer = await client.get(f"{path}/file")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    job = (await client.get(path)).json()
    assert (sha256(answer.content).hexdigest(), len(answer.content)) == (job["sha256"], job["size"])
    return answer.content


def streams(file: bytes) -> set[str]:
    with zipfile.ZipFile(BytesIO(file)) as bundle:
        return {json.loads(line)["stream"].rpartition("/")[2] for line in bundle.read("events.jsonl").splitlines()}


def faults(place: Path, file: bytes, *keys: str) -> list[tuple[int, str, str, str]]:
    place.write_bytes(file)
    return [one for one in verify.verify(place, [verify.witness(key) for key in keys]) if one[0] < 9]


async def test_each_has_the_file_of_his_side_and_it_holds_with_the_chiefs_keys(
    look: Looking, case: str, still: House, tmp_path: Path
) -> None:
    worker, employer = await Device(look("w0"), "w").register(), await Device(look("e0"), "e").register()
    now_s, keys = still.site.now_s(), list[str]()
    for device, own in ((worker, "worker"), (employer, "employer")):
        for stream in ("table", "filing", "notice", own):
            if (await device.look(case))[stream]["size"]:
                await device.cosign(case, stream, now_s)
        keys += [one["vkey"] for one in (await device.client.get("/api/v1/me/device-keys")).json()["rows"]]
    await asked(look("w1"), case, "send-message", text="下午再谈")
    place = tmp_path / "a.zip"
    ours = await file_of(look("w1"), case)
    assert {"table", "notice", "worker"} <= streams(ours) <= {"table", "filing", "notice", "worker"}
    assert faults(place, ours, *keys) == []
    with zipfile.ZipFile(BytesIO(ours)) as bundle:
        assert "cosigned/table-" in " ".join(bundle.namelist()), "one entry came after what the devices confirmed"
    theirs = await file_of(look("e1"), case)
    assert "worker" not in streams(theirs)
    assert "employer" in streams(theirs)
    assert faults(place, theirs, *keys) == []
    assert streams(await file_of(look("auditor"), case)) <= {"table", "filing", "notice"}
    assert streams(await file_of(look("authority"), case)) <= {"filing", "notice"}
    read = (await seen(look("e0"), f"{case}/views"))["rows"]
    assert {"e1", "auditor"} <= {one["person"] for one in read}


@pytest.mark.parametrize("who", ["w9", "hr", "s1"])
async def test_who_merely_sees_the_case_has_none(look: Looking, case: str, who: str) -> None:
    assert (await look(who).post(f"{CASES}/{case}/audit-exports", json={})).status_code == 404
    assert (await look(who).get(f"{CASES}/{case}/audit-exports")).status_code == 404


async def test_a_file_is_his_who_asked_for_it_lies_sealed_and_goes_with_the_words(
    look: Looking, case: str, still: House
) -> None:
    path = await asked_for(look("w1"), case)
    for other in ("w0", "e1", "auditor"):
        assert (await look(other).get(path)).status_code == 404
        assert (await look(other).get(f"{path}/file")).status_code == 404
    with still.site.engine.connect() as connection:
        parts = [bytes(one) for one in connection.execute(select(col(AuditExportPart.content))).scalars()]
    assert parts
    assert b"PK\x03\x04" not in b"".join(parts)
    exports = Exports(still.site.engine, still.site.log.ring, still.site.now_s)
    assert exports.forget(case) == 1
    assert (await look("w1").get(path)).status_code == 404


async def test_one_that_nobody_makes_any_more_has_failed_and_is_made_anew(
    look: Looking, case: str, still: House
) -> None:
    """The process stopped in the middle of it."""
    site = still.site
    exports = Exports(site.engine, site.log.ring, site.now_s)
    order = Order(case, Audience.UNION, "w1", "", "2026-11-29T16:00:00+08:00", "")
    job, is_new = exports.begin("x1", "d", "w1", order, 9)
    assert (job.state, is_new) == ("making", True)
    assert exports.begin("x2", "d", "w1", order, 9) == (job, False)
    exports._underway.teller("x1")(3)
    assert [(one.state, one.done) for one in exports.of(case, "w1")] == [("making", 3)]
    underway._MINE.clear()  # another process has the database
    assert [one.state for one in exports.of(case, "w1")] == ["failed"]
    assert exports.begin("x3", "d", "w1", order, 9)[1]
    exports.make("x3", house_of(site), order._replace(case="n0"))
    assert exports.of(case, "w1")[0].state == "failed"
