"""Coming in, hearing what happens and asking: over a real socket, by our protocol and by plain ASGI."""

from __future__ import annotations

import asyncio
import json

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from cloudnego.core import commands as c
from cloudnego.core.vocabulary import Stream
from tests.live.conftest import BOTH, acts_so_far
from tests.live.table import Place, Seat
from tests.web.played import rehearsed

NEXT = acts_so_far()


@BOTH
async def test_who_comes_gets_all_he_sees_and_then_what_happens(place: Place, case: str) -> None:
    log = place.house.site.log
    versions = log.versions(case)
    async with await place.enter(case, "w0") as seat:
        begins = seat.welcome["body"]["streams"]
        assert set(begins) == {"table", "filing", "notice", "worker"}
        assert begins["table"] == {"how": "resync", "epoch": 0, "after": 0, "to": versions[Stream.TABLE][1]} | {
            "epoch": versions[Stream.TABLE][0]
        }
        assert begins["filing"]["how"] == "gap", "nothing was said there yet"
        assert await seat.up_to("worker", versions[Stream.WORKER][1]) == [*range(1, versions[Stream.WORKER][1] + 1)]
        receipt = await place.write(rehearsed()[NEXT], case, "next")
        last = receipt.entries[-1]
        seqs = await seat.up_to(last.stream.value, last.seq)
        assert seqs == [*range(1, last.seq + 1)]
        assert seat.seqs("employer") == []
        resyncs = [one for one in seat.heard if one["frame"] == "resync"]
        assert {one["stream"]: (one["seq"], one["why"]) for one in resyncs} == {
            stream.value: (size, "new") for stream, (_, size) in versions.items() if size and stream != Stream.EMPLOYER
        }


@BOTH
async def test_who_comes_back_gets_the_gap_and_nothing_twice(place: Place, case: str) -> None:
    versions = place.house.site.log.versions(case)
    after = {stream.value: (epoch, max(0, size - 2)) for stream, (epoch, size) in versions.items()}
    async with await place.enter(case, "w0", after) as seat:
        assert {one["how"] for one in seat.welcome["body"]["streams"].values()} == {"gap"}
        for stream, (_, size) in versions.items():
            if size and stream is not Stream.EMPLOYER:
                assert await seat.up_to(stream.value, size) == [*range(max(1, size - 1), size + 1)]


async def test_a_cursor_of_another_epoch_or_ahead_of_the_log_is_resynced(place: Place, case: str) -> None:
    (epoch, size), notice = (place.house.site.log.versions(case)[one] for one in (Stream.TABLE, Stream.NOTICE))
    after = {"table": (epoch + 1, size), "notice": (notice[0], notice[1] + 5), "employer": (1, 1), "nothing": (1, 1)}
    async with await place.enter(case, "w0", after) as seat:
        assert await seat.up_to("notice", notice[1]) == [*range(1, notice[1] + 1)]
        await seat.up_to("table", size)
        why = {one["stream"]: one["why"] for one in seat.heard if one["frame"] == "resync"}
        assert (why["table"], why["notice"]) == ("epoch", "ahead")
        assert "employer" not in seat.welcome["body"]["streams"], "it does not exist for him, whatever he says"


@BOTH
async def test_an_ask_is_answered_as_over_http(place: Place, case: str) -> None:
    act = rehearsed()[NEXT]
    words = json.loads(act.command.model_dump_json(exclude_none=True))
    words.pop("type", None)
    async with await place.enter(case, act.by.person) as seat:
        await seat.say(frame="ask", id="a1", command=act.command.type, words=words, key="k1")
        said = await seat.hear("answer", id="a1")
        assert said["status"] == 201, said
        entry = said["body"]["entries"][-1]
        await seat.up_to(entry["stream"], entry["seq"])
        await seat.say(frame="ask", id="a2", command=act.command.type, words=words, key="k1")
        again = await seat.hear("answer", id="a2")
        assert (again["status"], again["body"]["repeated"]) == (200, True)
        await seat.say(frame="ask", id="a3", command="sign_contract", words={"draft_hash": "x"})
        assert (await seat.hear("answer", id="a3"))["status"] in (409, 422)
        await seat.say(frame="ask", id="a4", command="no_such_thing")
        assert (await seat.hear("answer", id="a4"))["body"]["code"] == "not_found"
        await seat.say(frame="ask", id="a5", command="reply", words={"x": 1})
        assert (await seat.hear("answer", id="a5"))["body"]["code"] == "malformed"


@BOTH
async def test_a_look_says_how_far_ones_own_streams_go_and_nothing_of_the_others(place: Place, case: str) -> None:
    log = place.house.site.log
    async with await place.enter(case, "e0") as seat:
        receipt = await place.write(rehearsed()[NEXT], case, "next")
        await seat.up_to("table", receipt.entries[-1].seq)
        await seat.say(frame="look", id="l1")
        said = await seat.hear("answer", id="l1")
        seen = {one.value: list(end) for one, end in log.versions(case).items() if one is not Stream.WORKER}
        assert (said["status"], said["body"]["case"]) == (200, case)
        assert said["body"]["streams"] == seen
        await seat.say(frame="look")
        assert (await seat.hear("answer"))["status"] == 422, "an answer is called by something"


async def test_a_binding_act_wants_its_proof_and_the_session_goes_on_here_under_its_new_token(
    place: Place, case: str
) -> None:
    sessions = place.house.site.sessions
    place.tokens["w0"] = sessions.open("played", "w0", "w0", "bearer")
    binding = next(name for name, kind in c.COMMANDS.items() if kind.binding and not kind.opens)
    async with await place.enter(case, "w0") as seat:
        await seat.say(frame="ask", id="1", command=binding)
        assert (await seat.hear("answer", id="1"))["body"]["code"] in ("step_up_needed", "step_up_impossible")
        from cloudnego.identity.grades import Grade

        assert sessions.prove(place.tokens["w0"], Grade.PASSKEY) is not None
        place.house.site.doorkeeper.forget()
        await seat.say(frame="ask", id="2", command=binding)
        assert (await seat.hear("answer", id="2"))["body"]["code"] == "malformed", "now its words are looked at"


@pytest.mark.parametrize(
    "said",
    [
        "",
        "{",
        "[]",
        '{"frame":"shout"}',
        '{"frame":"ask"}',
        '{"frame":"ask","id":"x","command":"reply","more":1}',
        '{"frame":"auth","ticket":"x"}',
        '{"frame":"ask","id":"x","command":"reply","words":' + "[" * 40 + "]" * 40 + "}",
        '{"frame":"ask","id":"x","command":"reply","words":{"n":' + "9" * 30 + "}}",
        "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    ],
)
async def test_what_is_no_frame_is_answered_and_the_socket_stays(place: Place, case: str, said: str) -> None:
    async with await place.enter(case, "w0") as seat:
        await seat.socket.send(said)
        refused = await seat.hear("answer")
        assert (refused["status"], refused["id"]) in ((422, None), (422, "x")), refused
        await seat.socket.send(b"\x00\x01")
        assert (await seat.hear("answer"))["status"] == 422
        await seat.say(frame="ask", id="still", command="no_such_thing")
        assert (await seat.hear("answer", id="still"))["status"] == 404


@BOTH
async def test_who_says_only_nonsense_is_sent_away(place: Place, case: str) -> None:
    async with await place.enter(case, "w0") as seat:
        for _ in range(40):
            await seat.socket.send("{}")
        assert await seat.closed() == 4429


async def test_too_long_or_not_utf8_is_refused_by_the_protocol(place: Place, case: str) -> None:
    async with await place.enter(case, "w0") as seat:
        await seat.socket.send("x" * 65_537)
        assert await seat.closed() == 1009
    async with await place.enter(case, "w0") as seat:
        with pytest.raises(ConnectionClosed):  # eighteen megabytes, in pieces each of which is short enough
            await seat.socket.send("x" * 30_000 for _ in range(600))
        assert await seat.closed() == 1009


async def _refused(place: Place, case: str, person: str | None, ticket: str) -> tuple[list[str], int]:
    seat = Seat(await place.dial(case, person))
    await seat.say(frame="auth", ticket=ticket)
    code = await seat.closed()
    return seat.raw, code


async def test_every_wrong_ticket_is_refused_alike_and_nothing_is_told(place: Place, case: str) -> None:
    site = place.house.site
    used = place.ticket("w0", case)
    async with Seat(await place.dial(case, "w0")) as seat:
        await seat.say(frame="auth", ticket=used)
        await seat.hear("answer", status=200)
    ended = place.ticket("w2", case)
    site.sessions.close(place.tokens.pop("w2"))
    site.doorkeeper.forget()
    refusals = [
        await _refused(place, case, "w0", used),
        await _refused(place, case, "w0", "no such ticket"),
        await _refused(place, case, "w0", place.ticket("e0", case)),
        await _refused(place, case, None, place.ticket("w0", case)),
        await _refused(place, "n" + "f" * 32, "w0", place.ticket("w0", case)),
        await _refused(place, case, "stranger", place.ticket("stranger", case)),
        await _refused(place, "n" + "f" * 32, "w0", place.ticket("w0", "n" + "f" * 32)),
        await _refused(place, case, "w2", ended),
    ]
    assert len({(tuple(raw), code) for raw, code in refusals}) == 1, refusals
    raw, code = refusals[0]
    assert (len(raw), json.loads(raw[0])["body"]["code"], code) == (1, "not_found", 4404)


async def test_a_foreign_page_gets_no_socket(place: Place, case: str) -> None:
    for origin in ("https://evil.example", "null", place.url.replace("127.0.0.1", "127.0.0.2"), place.url + "0"):
        with pytest.raises(InvalidStatus) as refused:
            await place.dial(case, "w0", headers={"Origin": origin})
        assert refused.value.response.status_code == 403
    cookie = {"Cookie": f"cloudnego={place.token('w0')}"}
    with pytest.raises(InvalidStatus):
        await place.dial(case, headers=cookie)  # a browser says where it comes from
    async with Seat(await place.dial(case, "w0", headers={"Origin": place.url})) as seat:
        await seat.say(frame="auth", ticket=place.ticket("w0", case))
        assert (await seat.hear("answer"))["status"] == 200
    with pytest.raises(InvalidStatus):
        await place.dial(case + "/more", "w0")


async def test_who_says_nothing_is_sent_away(place: Place, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from cloudnego.web import live

    monkeypatch.setattr(live, "AUTH_S", 0.1)
    assert await Seat(await place.dial(case, "w0")).closed() == 4408
    async with Seat(await place.dial(case, "w0")) as seat:
        await seat.say(frame="ask", id="x", command="reply")
        assert (await seat.hear("answer"))["status"] == 422
        assert await seat.closed() == 4400


@BOTH
async def test_two_who_listen_hear_the_same_bytes(place: Place, case: str) -> None:
    seats = [await place.enter(case, who) for who in ("w0", "w1", "e0")]
    for number, act in enumerate(rehearsed()[NEXT : NEXT + 6]):
        await place.write(act, case, f"n{number}")
    log = place.house.site.log
    size = log.versions(case)[Stream.TABLE][1]
    async with asyncio.timeout(20):
        for seat in seats:
            assert await seat.up_to("table", size) == [*range(1, size + 1)]
    told = [[raw for raw in seat.raw if '"stream":"table"' in raw and '"event"' in raw] for seat in seats]
    assert told[0] == told[1] == told[2]
    for seat in seats:
        await seat.socket.close()
