"""To whom frames go at once, to whom later, and to whom never."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from typing import Any

import pytest

from cloudnego.core.vocabulary import Side, Stream
from cloudnego.eventlog.codec import facts_of
from cloudnego.identity.roster import Roster
from cloudnego.identity.store import writing
from cloudnego.live import wire
from cloudnego.live.rooms import SLICE
from cloudnego.live.wire import BUFFERED_MAX, WireSink
from tests.live.conftest import BOTH, acts_so_far
from tests.live.table import Place, Seat, handshake, masked
from tests.web.played import DISTRICT, rehearsed

NEXT = acts_so_far()


def proposal(number: int, text: str = "") -> Any:
    """An act of the story that may be repeated with other words."""
    act = next(one for one in rehearsed() if one.command.type == "make_proposal")
    words = {"text": f"第{number}次 {text}", "rate": f"{5 + number % 40 / 10:.1f}"}
    return act._replace(command=act.command.model_copy(update=words))


async def settled(place: Place, case: str, count: int) -> None:
    """Wait until so many have come in and have all there is."""

    def all_have_it() -> bool:
        readers = place.house.site.rooms.readers(case)
        return len(readers) == count and not any(one.pulling for one in readers)

    await soon(all_have_it)


async def soon(what: Callable[[], bool]) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(15):
        while not what():  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.01)


async def test_who_stands_at_the_beginning_is_written_to_and_nothing_is_read(place: Place, case: str) -> None:
    seats = [await place.enter(case, who) for who in ("w0", "w1", "e0")]
    await settled(place, case, 3)
    reads = place.house.site.rooms.pages.reads
    receipts = [await place.write(proposal(number), case, f"p{number}") for number in range(5)]
    last = receipts[-1].entries[0].seq
    for seat in seats:
        assert await seat.up_to("table", last) == [*range(1, last + 1)]
        await seat.socket.close()
    assert place.house.site.rooms.pages.reads == reads


@BOTH
async def test_what_comes_at_once_is_what_is_read_later(place: Place, case: str) -> None:
    async with await place.enter(case, "w0") as seat:
        await settled(place, case, 1)
        acts = (*rehearsed()[NEXT : NEXT + 4], proposal(1))
        entry = [await place.write(act, case, f"n{number}") for number, act in enumerate(acts)][-1].entries[-1]
        await seat.up_to(entry.stream.value, entry.seq)
        async with await place.enter(case, "w0") as late:
            for stream, (_, size) in place.house.site.log.versions(case).items():
                if size and stream.value in late.welcome["body"]["streams"]:
                    await late.up_to(stream.value, size)
        for name in ("table", "worker"):
            early, after = ([raw for raw in one.raw if f'"event","stream":"{name}"' in raw] for one in (seat, late))
            assert early
            assert early == after[: len(early)]
    for one in place.house.site.log.read(case, frozenset({Stream.TABLE})):
        shown = json.loads(next(raw for raw in late.raw if f'"table","seq":{one.seq},' in raw))["event"]
        assert (json.dumps(shown["facts"]), shown["leaf"]) == (
            json.dumps(json.loads(facts_of(one.event))),
            one.leaf.decode(),
        )


async def test_who_never_reads_stays_bounded_and_keeps_nobody_waiting(
    place: Place, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "DRAIN_S", 1.5)
    good = [await place.enter(case, who) for who in ("w0", "e0")]
    start = place.house.site.log.versions(case)[Stream.TABLE][1]
    quiet = [await _silent(place, case) for _ in range(6)]
    await settled(place, case, 8)
    sinks = [one.sink for one in place.house.site.rooms.readers(case) if isinstance(one.sink, WireSink)]
    for sink in sinks[2:]:
        sink._wire.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    most, longest, count = 0, 0, 120
    for number in range(count):
        await place.write(proposal(number, "长" * 1500), case, f"big{number}")
        most = max(most, *(sink.buffered for sink in sinks))
    for seat in good:
        assert await seat.up_to("table", start + count) == [*range(1, start + count + 1)]
        longest = max(len(raw.encode()) for raw in seat.raw)
    assert BUFFERED_MAX // 2 < most <= BUFFERED_MAX + longest
    reader, writer = quiet.pop()
    async with asyncio.timeout(10):
        text = b""
        while f'"seq":{start + count},'.encode() not in text:
            text = text[-200:] + await reader.read(65_536)
    writer.close()
    await soon(lambda: len(place.house.site.rooms.readers(case)) == 2)
    for _, writer in quiet:
        writer.close()
    for seat in good:
        await seat.socket.close()


async def _silent(place: Place, case: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Somebody in the room who does not read, with little room between him and us."""
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plain.setblocking(False)
    host, port = place.url.removeprefix("http://").split(":")
    await asyncio.get_running_loop().sock_connect(plain, (host, int(port)))
    reader, writer = await asyncio.open_connection(sock=plain, limit=4096)
    writer.write(handshake(place, case, "w1"))
    await reader.readuntil(b"\r\n\r\n")
    size = place.house.site.log.versions(case)
    after = {stream.value: list(version) for stream, version in size.items()}
    writer.write(masked(json.dumps({"frame": "auth", "ticket": place.ticket("w1", case), "after": after}).encode()))
    await reader.readuntil(b'"retry_after":null}')
    return reader, writer


@BOTH
async def test_whoever_loses_his_seat_gets_no_further_frame(place: Place, case: str) -> None:
    sizes = place.house.site.log.versions(case)
    seats = {who: await place.enter(case, who) for who in ("w0", "w1", "e0")}
    await settled(place, case, 3)
    await seats["w1"].say(frame="ask", id="x", command="leave_bench", words={"person": "w1"})
    assert await seats["w1"].closed() == 4403
    await place.write(proposal(1), case, "p1")
    after = place.house.site.log.versions(case)
    assert sum(size for _, size in after.values()) > sum(size for _, size in sizes.values()) + 1
    for stream, (_, size) in sizes.items():
        seen = stream is not Stream.EMPLOYER
        assert seats["w1"].seqs(stream.value) == [*range(1, size + 1)] * seen, "not even that he lost it"
    for who in ("w0", "e0"):
        await seats[who].up_to("table", place.house.site.log.versions(case)[Stream.TABLE][1])
    async with await place.enter(case, "w1") as again:
        assert set(again.welcome["body"]["streams"]) == {"notice"}, "he is a worker of the firm like any other"
    for seat in seats.values():
        await seat.socket.close()


async def test_whoever_is_given_a_seat_has_its_streams_without_coming_again(place: Place, case: str) -> None:
    async with await place.enter(case, "w9") as seat, await place.enter(case, "w0") as chief:
        assert set(seat.welcome["body"]["streams"]) == {"notice"}
        await settled(place, case, 2)
        await chief.say(frame="ask", id="x", command="invite_to_table", words={"person": "w9"})
        said = await chief.hear("answer", id="x")
        assert said["status"] == 201, said
        size = place.house.site.log.versions(case)[Stream.TABLE][1]
        assert await seat.up_to("table", size) == [*range(1, size + 1)]
        assert (await chief.up_to("table", size))[-1] == size
        resync = [one for one in seat.heard if one["frame"] == "resync" and one["stream"] == "table"]
        assert [one["why"] for one in resync] == ["new"]
        assert seat.seqs("worker") == []


@BOTH
async def test_a_session_that_ends_takes_its_sockets_along(place: Place, case: str) -> None:
    site = place.house.site
    async with await place.enter(case, "w0") as seat, await place.enter(case, "e0") as other:
        await settled(place, case, 2)
        site.sessions.close(place.tokens["w0"])
        site.doorkeeper.forget()
        await place.write(proposal(1), case, "p1")
        size = site.log.versions(case)[Stream.TABLE][1]
        assert await seat.closed() == 4401
        assert seat.seqs("table") == [*range(1, size)], "nothing that was written after"
        assert (await other.up_to("table", size))[-1] == size


@pytest.mark.timeout(10)
async def test_whoever_is_let_go_with_news_left_for_him_holds_nobody_up(place: Place, case: str) -> None:
    async with await place.enter(case, "w0"):
        await settled(place, case, 1)
        (reader,) = place.house.site.rooms.readers(case)
        reader.hold()
        place.house.site.rooms.open(case, reader)
        await asyncio.sleep(0)
        reader.news[Stream.TABLE] = b"news"
        reader.end(1013)
        assert reader.task is not None
        await reader.task
        assert not reader.pulling


async def test_what_somebody_else_wrote_of_him_reaches_his_socket_within_a_second(place: Place, case: str) -> None:
    """An operator's command line ends his session, and his membership, in a process of its own."""
    site = place.house.site
    async with await place.enter(case, "w9") as worker, await place.enter(case, "e0") as gone:
        with site.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE membership SET ended_s = 1 WHERE person = 'w9'")
            connection.exec_driver_sql("DELETE FROM sign_in WHERE person = 'e0'")
        async with asyncio.timeout(4):
            assert (await worker.closed(), await gone.closed()) == (4403, 4401)


async def test_a_mandate_that_ends_ends_what_it_showed(place: Place, case: str) -> None:
    site = place.house.site
    async with await place.enter(case, "town") as seat:
        with writing(site.engine) as session:
            roster = Roster(session, DISTRICT, site.new_id, site.now_s(), "operator")
            membership = site.sessions.who(place.token("town"))
            assert membership is not None
            roster.end_membership(membership.held[0].membership)
        site.doorkeeper.forget()
        assert await seat.closed() == 4403


async def test_words_that_are_erased_are_taken_back_from_who_has_them(place: Place, case: str) -> None:
    log = place.house.site.log
    receipt = await place.write(proposal(1, "密"), case, "p1")
    seq = receipt.entries[0].seq
    async with await place.enter(case, "w0") as seat:
        await seat.up_to("table", seq)
        before = log.versions(case)[Stream.TABLE][0]
        assert await asyncio.to_thread(log.erase, case, Stream.TABLE, frozenset({seq})) == 1
        told = await seat.hear("resync", why="epoch")
        assert (told["stream"], told["epoch"]) == ("table", before + 1)
        seat.heard.clear()
        assert await seat.up_to("table", seq) == [*range(1, seq + 1)]
        assert (seat.heard[-1]["event"]["words"], seat.heard[-1]["event"]["erased"]) == (None, True)


async def test_a_large_room_is_served_in_slices(place: Place, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloudnego.live.rooms.SLICE", 2)
    monkeypatch.setattr("cloudnego.web.live.SOCKETS_MAX", 64)
    seats = [await place.enter(case, who) for who in ("w0", "w1", "w2", "e0", "recorder", "e1", "auditor")]
    async with asyncio.timeout(10):
        await asyncio.gather(*(place.write(proposal(n), case, f"s{n}") for n in range(8)))
    size = place.house.site.log.versions(case)[Stream.TABLE][1]
    for seat in seats:
        if "table" in seat.welcome["body"]["streams"]:
            assert await seat.up_to("table", size) == [*range(1, size + 1)]
        await seat.socket.close()
    assert SLICE > 2


async def test_it_is_noted_who_was_shown_what_of_the_other_side(place: Place, case: str) -> None:
    site = place.house.site
    async with await place.enter(case, "w1") as seat:
        receipt = await place.write(rehearsed()[NEXT], case, "delivered")
        await seat.up_to("table", receipt.entries[0].seq)
        with site.engine.connect() as connection:
            found = connection.exec_driver_sql("SELECT person, material, side FROM material_view").all()
    assert any(person == "w1" and side == Side.EMPLOYER for person, _, side in found), found


async def test_one_session_has_so_many_sockets_and_no_more(place: Place, case: str) -> None:
    seats: list[Seat] = [await place.enter(case, "w0") for _ in range(16)]
    seat = Seat(await place.dial(case, "w0"))
    await seat.say(frame="auth", ticket=place.ticket("w0", case))
    assert await seat.closed() == 4429
    for one in seats:
        await one.socket.close()


async def test_who_hears_of_it_by_a_ring_reads_only_what_is_new(
    place: Place, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = place.house.site.log
    async with await place.enter(case, "w0") as seat:
        await settled(place, case, 1)
        log.follow(asyncio.get_running_loop(), lambda case: False, lambda written: None)
        size, read, begun = log.versions(case)[Stream.TABLE][1], log.read, list[int]()

        def noting(case: str, streams: Any, after: Any, limit: int) -> Any:
            begun.extend(after.values())
            return read(case, streams, after, limit)

        monkeypatch.setattr(log, "read", noting)
        for number in range(3):
            last = (await place.write(proposal(number), case, f"p{number}")).entries[-1].seq
            assert await seat.up_to("table", last) == [*range(1, last + 1)]
        assert begun
        assert min(begun) >= size
