"""A receipt proves an entry to whoever has the log's key: which, where, under which head, and who confirmed that."""

from __future__ import annotations

import json
from base64 import b64decode
from hashlib import sha256

import pytest

from cloudnego.audit.notes import head_of, key_of, parse
from cloudnego.main import House
from tests.audit.device import API, Device
from tests.web.granted import Looking, asked, case, clock, look, people, still

__all__ = ["case", "clock", "look", "people", "still"]


@pytest.fixture
def now_s(still: House) -> int:
    return still.site.now_s()


def root_by(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root that a path leads to, as RFC 9162 §2.1.3.2 reckons it."""
    node, at, last = sha256(b"\0" + leaf).digest(), index, size - 1
    for one in path:
        if at % 2 or at == last:
            node = sha256(b"\1" + one + node).digest()
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            node = sha256(b"\1" + node + one).digest()
        at, last = at >> 1, last >> 1
    assert last == 0, "the path is too short"
    return node


async def test_it_proves_the_entry_under_the_head_that_both_sides_confirmed(
    look: Looking, case: str, now_s: int
) -> None:
    worker, employer = await Device(look("w0"), "w").register(), await Device(look("e0"), "e").register()
    await worker.cosign(case, "table", now_s)
    await employer.cosign(case, "table", now_s)
    row = (await worker.look(case))["table"]
    await asked(look("w1"), case, "send-message", text="下午再谈")
    for seq in (1, 2, row["size"]):
        answer = await look("e1").get(f"{API}/negotiations/{case}/receipts/table/{seq}")
        form, extra, index, *path, after = [*answer.text.partition("\n\n")[0].split("\n"), ""]
        note = parse(answer.text.partition("\n\n")[2])
        head, leaf = head_of(note.text), b64decode(extra.removeprefix("extra "))
        assert (form, index, after) == ("c2sp.org/tlog-proof@v1", f"index {seq - 1}", "")
        assert (head.size, json.loads(leaf)["seq"], json.loads(leaf)["stream"]) == (row["size"], seq, f"{case}/table")
        assert root_by(leaf, seq - 1, head.size, [b64decode(one) for one in path]) == head.root
        keys = [key_of(one) for one in [*row["keys"], *(w["vkey"] for w in row["witnesses"])]]
        assert [any(key.holds(note.text, line) for key in keys) for line in note.signatures] == [True] * 3


async def test_what_is_newer_than_any_confirmation_has_the_logs_word(look: Looking, case: str, now_s: int) -> None:
    worker = await Device(look("w0"), "w").register()
    size = (await worker.cosign(case, "table", now_s))["size"]
    await asked(look("w1"), case, "send-message", text="下午再谈")
    answer = await look("w1").get(f"{API}/negotiations/{case}/receipts/table/{size + 1}")
    note = parse(answer.text.partition("\n\n")[2])
    assert (head_of(note.text).size, len(note.signatures)) == (size + 1, 1)
    sheet = (await look("w1").get(f"{API}/negotiations/{case}/receipts/table/{size}/sheet")).text
    assert "职工方已共同签名" in sheet
    assert answer.text.partition("\n")[0] in sheet


@pytest.mark.parametrize("where", ["table/99999", "table/0", "table/last", "worker/1", "nothing/1"])
async def test_an_entry_there_is_not_and_one_that_is_not_hers_are_alike(look: Looking, case: str, where: str) -> None:
    for sheet in ("", "/sheet"):
        answer = await look("e1").get(f"{API}/negotiations/{case}/receipts/{where}{sheet}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
