"""The audit file over HTTP: each side has its own, with what devices co-signed; whoever has no seat for it has none."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path

import httpx2
import pytest

from cloudnego.audit import verify
from cloudnego.main import House
from tests.audit.device import Device
from tests.web.granted import CASES, Looking, asked, case, clock, look, people, seen, still

__all__ = ["case", "clock", "look", "people", "still"]


async def file_of(client: httpx2.AsyncClient, case: str) -> bytes:
    answer = await client.get(f"{CASES}/{case}/audit-file")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
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
    assert (await look(who).get(f"{CASES}/{case}/audit-file")).status_code == 404
