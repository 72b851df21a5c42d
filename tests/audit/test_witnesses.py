"""Both chiefs' devices witness what is joint, each its own caucus: only from where they left off, and never for us."""

from __future__ import annotations

from hashlib import sha256

import pytest
from tlog_scales.signing import Vkey, VkeySet
from tlog_scales.tlog import Checkpoint

from cloudnego.audit.notes import key_of, parse
from cloudnego.core.vocabulary import Stream
from cloudnego.identity.ending import end_all_means
from cloudnego.identity.store import writing
from cloudnego.main import House
from tests.audit.device import API, Device, text_of
from tests.web.granted import Looking, asked, case, clock, look, people, still

__all__ = ["case", "clock", "look", "people", "still"]


@pytest.fixture
def now_s(still: House) -> int:
    return still.site.now_s()


async def test_both_chiefs_confirm_what_is_joint_and_it_shows(look: Looking, case: str, now_s: int) -> None:
    worker, employer = await Device(look("w0"), "w").register(), await Device(look("e0"), "e").register()
    row = (await worker.look(case))["table"]
    assert (row["confirmed"], row["witness"], row["witnesses"]) == ({"worker": 0, "employer": 0}, True, [])
    await worker.cosign(case, "table", now_s)
    await employer.cosign(case, "table", now_s)
    row = (await employer.look(case))["table"]
    assert row["confirmed"] == {"worker": row["size"], "employer": row["size"]}
    assert [one["mine"] is not None for one in row["witnesses"]].count(True) == 1
    said = Checkpoint.from_text(row["note"])
    keys = VkeySet(*(Vkey.from_string(one) for one in [*row["keys"], *(w["vkey"] for w in row["witnesses"])]))
    assert len(keys.verify(said.signatures, said)) == 3, "the log and both witnesses, by a reader nobody here wrote"


async def test_what_was_confirmed_stays_shown_when_the_stream_goes_on(look: Looking, case: str, now_s: int) -> None:
    worker = await Device(look("w0"), "w").register()
    size = (await worker.cosign(case, "table", now_s))["size"]
    await asked(look("w1"), case, "send-message", text="下午再谈")
    row = (await worker.look(case))["table"]
    assert row["size"] == size + 1
    assert row["confirmed"]["worker"] == size
    (shown,) = row["witnesses"]
    note = parse(shown["note"])
    assert [key_of(shown["vkey"]).holds(note.text, line) for line in note.signatures] == [False, True]
    assert (await worker.cosign(case, "table", now_s))["size"] == size + 1


async def test_a_caucus_is_witnessed_by_its_own_side_and_is_not_there_for_the_other(
    look: Looking, case: str, now_s: int
) -> None:
    worker, employer = await Device(look("w0"), "w").register(), await Device(look("e0"), "e").register()
    await worker.cosign(case, "worker", now_s)
    assert set((await worker.look(case))["worker"]["confirmed"]) == {"worker"}
    assert "worker" not in await employer.look(case)
    body = employer.signed("worker", worker.held["worker"], now_s)
    assert (await employer.send(case, body)).status_code == 404


async def test_a_device_takes_up_where_it_left_off_or_is_told_where_that_was(
    look: Looking, case: str, now_s: int
) -> None:
    worker = await Device(look("w0"), "w").register()
    await worker.cosign(case, "table", now_s)
    head = worker.held["table"]
    worker.cosigned["table"] = head.size - 1
    answer = await worker.send(case, worker.signed("table", head, now_s))
    assert (answer.status_code, answer.json()["code"]) == (409, "head_moved")
    assert (answer.json()["held"]["size"], answer.json()["held"]["root"]) == (head.size, text_of(head.root))
    new = await Device(look("w0"), "new").register()
    new.cosigned["table"] = 7
    answer = await new.send(case, new.signed("table", head, now_s))
    assert (answer.json()["code"], answer.json()["held"]["size"]) == ("head_moved", 0)


async def test_it_never_goes_back(look: Looking, case: str, now_s: int, still: House) -> None:
    worker = await Device(look("w0"), "w").register()
    await worker.cosign(case, "table", now_s)
    earlier = still.site.audit.checkpoints.at(case, Stream.TABLE, worker.held["table"].size - 1)
    assert (await worker.send(case, worker.signed("table", earlier, now_s))).json()["code"] == "head_moved"


async def test_only_a_head_of_ours_signed_by_a_good_key_at_about_this_time_counts(
    look: Looking, case: str, now_s: int
) -> None:
    worker = await Device(look("w0"), "w").register()
    await worker.look(case)
    head = worker.held["table"]
    good = worker.signed("table", head, now_s)
    other = head._replace(root=sha256(b"another history").digest())
    beyond = head._replace(size=head.size + 1)
    for body, code in (
        (worker.signed("table", other, now_s), "head_unknown"),
        (worker.signed("table", beyond, now_s), "head_unknown"),
        (worker.signed("table", head, now_s - 700), "device_clock_off"),
        (worker.signed("table", head, now_s + 700), "device_clock_off"),
        (good | {"at_s": now_s - 1}, "proof_failed"),
        (good | {"key": "k0"}, "not_a_witness"),
        (good | {"signature": text_of(bytes(64))}, "proof_failed"),
    ):
        answer = await worker.send(case, body)
        assert answer.json()["code"] == code, (code, answer.text)
    assert (await worker.look(case))["table"]["witnesses"] == []
    assert (await worker.send(case, good)).status_code == 201


async def test_who_is_no_chief_sees_the_checkpoint_and_signs_nothing(look: Looking, case: str, now_s: int) -> None:
    for who in ("w1", "auditor", "e1"):
        device = await Device(look(who), who).register()
        row = (await device.look(case))["table"]
        assert not row["witness"]
        answer = await device.send(case, device.signed("table", device.held["table"], now_s))
        assert (answer.status_code, answer.json()["code"]) == (409, "not_a_witness")
    stranger = look("stranger")
    assert (await stranger.get(f"{API}/negotiations/{case}/checkpoints")).status_code == 404


async def test_a_proof_is_of_what_was_asked_and_none_where_the_stream_was_never_so_long(
    look: Looking, case: str
) -> None:
    path = f"{API}/negotiations/{case}/checkpoints"
    rows = (await look("w9").get(path, params={"since": "notice:1,table:3"})).json()["rows"]
    assert {row["stream"] for row in rows} == {"notice"}, "who sees no table learns nothing of it by asking"
    (row,) = [row for row in rows if row["stream"] == "notice"]
    assert row["proof"]
    (row,) = (await look("w9").get(path, params={"since": "notice:9999"})).json()["rows"]
    assert (row["since"], row["proof"]) == (9999, None)
    assert (await look("w9").get(path, params={"since": "notice"})).status_code == 422


async def test_a_key_is_its_owners_alone(look: Looking, case: str, still: House, now_s: int) -> None:
    worker = await Device(look("w0"), "w").register()
    twice = await Device(look("w0"), "w").offer()
    assert (twice.status_code, twice.json()["code"]) == (409, "device_key_known")
    theirs = Device(look("e0"), "w")
    taken = await theirs.offer(proof=text_of(worker.secret.sign(b"something else")))
    assert (taken.status_code, taken.json()["code"]) == (403, "proof_failed")
    assert (await look("e0").delete(f"{API}/me/device-keys/{worker.key}")).status_code == 404
    await worker.cosign(case, "table", now_s)
    assert (await look("w0").delete(f"{API}/me/device-keys/{worker.key}")).status_code == 204
    assert (await look("w0").delete(f"{API}/me/device-keys/{worker.key}")).status_code == 404
    (row,) = (await look("w0").get(f"{API}/me/device-keys")).json()["rows"]
    assert row["until"] is not None
    answer = await worker.send(case, worker.signed("table", worker.held["table"], now_s))
    assert answer.json()["code"] == "not_a_witness", "an ended key signs no more"
    assert len((await worker.look(case))["table"]["witnesses"]) == 1, "what it signed stays"


async def test_whoever_was_reset_signs_with_no_old_device(look: Looking, still: House) -> None:
    await Device(look("w0"), "w").register()
    with writing(still.site.engine) as session:
        end_all_means(session, "w0", still.site.now_s(), None)
    (row,) = still.site.audit.devices.of("w0")
    assert row.until_s is not None


async def test_ten_good_keys_are_enough(look: Looking) -> None:
    for number in range(10):
        await Device(look("w0"), f"w{number}").register()
    answer = await Device(look("w0"), "one more").offer()
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_device_keys")
