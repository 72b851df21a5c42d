"""What a bell says fits into a NOTIFY and never names content."""

from __future__ import annotations

from cloudnego.eventlog.bells import PAYLOAD_MAX, LocalBell, NotifyBell, heard


def test_a_payload_names_streams_and_how_far_they_grew() -> None:
    moved = {"n1/table": 4, "n2/worker": 17}
    (payload,) = NotifyBell().payloads(moved)
    assert payload == "n1/table:4,n2/worker:17"
    assert heard(payload) == moved


def test_too_many_streams_are_rung_without_a_name() -> None:
    moved = {f"n{number:020d}/table": number for number in range(1000)}
    (payload,) = NotifyBell().payloads(moved)
    assert payload == ""
    assert heard(payload) is None
    most = {f"n{number:020d}/table": 1 for number in range(PAYLOAD_MAX // 30)}
    assert heard(NotifyBell().payloads(most)[0]) == most


def test_nothing_is_rung_when_nothing_grew() -> None:
    assert list(NotifyBell().payloads({})) == []
    assert list(LocalBell().payloads({"n1/table": 4})) == []


def test_whoever_stopped_listening_hears_no_more() -> None:
    bell, heard_here = LocalBell(), list[int]()
    stop = bell.listen(lambda moved: heard_here.append(moved["n1/table"]))
    bell.ring({"n1/table": 1})
    stop()
    bell.ring({"n1/table": 2})
    assert heard_here == [1]
