"""Files of a case over HTTP: who may lay them, who finds them, what he takes away, and what nobody learns."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from PIL import Image

from cloudnego.core.evolve import replay
from cloudnego.core.sight import may_lay
from cloudnego.core.vocabulary import JOINT, Member, Office, Side, Stream
from cloudnego.files import store
from cloudnego.files.kinds import MEDIA, FileKind
from cloudnego.main import House, build, install
from tests.files import lawful
from tests.files.corpus import BAD
from tests.web.conftest import API, settings_for
from tests.web.granted import Standing
from tests.web.played import BEGUN, looking, rehearsed, settle, write

CASES = f"{API}/negotiations"
UP_TO_MEETING = 59
EVERYBODY = (
    "w0", "w1", "w9", "e0", "e1", "hr", "recorder", "auditor", "authority", "town", "district", "s1", "stranger",
    "elsewhere",
)  # fmt: skip
SEES = {
    "table": {"w0", "w1", "e0", "e1", "recorder", "auditor"},
    "filing": {"w0", "w1", "e0", "e1", "recorder", "auditor", "hr", "authority", "s1"},
    "notice": set(EVERYBODY) - {"stranger", "elsewhere"},
    "worker": {"w0", "w1"},
    "employer": {"e0", "e1"},
}
LAYS = {
    "table": {"w0", "w1", "e0", "e1", "recorder"},
    "filing": {"w0", "w1", "e0", "e1", "recorder", "hr", "authority", "s1"},
    "notice": {"w0", "w1", "e0", "e1", "recorder", "hr", "authority", "s1", "town", "district"},
    "worker": {"w0", "w1"},
    "employer": {"e0", "e1"},
}
"""Written from domain §6 and the acts that want papers, apart from the code."""

Looking = Callable[[str], httpx2.AsyncClient]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, datetime]:
    """The people of the stories and a case in the middle of its meeting, made once."""
    place = tmp_path_factory.mktemp("files") / "data"
    install(settings_for(place))
    made = build(settings_for(place))
    settle(made)
    acts = rehearsed(until=UP_TO_MEETING)
    case = asyncio.run(write(made, acts))
    made.close()
    return place, case, acts[-1].at


@pytest.fixture
def case(prepared: tuple[Path, str, datetime]) -> str:
    return prepared[1]


@pytest.fixture
def still(tmp_path: Path, prepared: tuple[Path, str, datetime]) -> Iterator[House]:
    shutil.copytree(prepared[0], tmp_path / "data")
    clock = Standing()
    clock.at = prepared[2]
    made = build(settings_for(tmp_path / "data", file_max_bytes=200_000), clock)
    yield made
    made.close()


@pytest.fixture
def look(still: House) -> Looking:
    return looking(still)


async def lay(
    client: httpx2.AsyncClient, case: str, stream: str, content: bytes = lawful.TXT, name: str = "记录.txt", **more: Any
) -> httpx2.Response:
    media = more.get("media") or MEDIA[FileKind(name.rpartition(".")[2].replace("jpg", "jpeg"))]
    where = f"{CASES}/{case}/files?stream={stream}&name={quote(name)}"
    return await client.post(where, content=content, headers={"Content-Type": media})


async def laid(client: httpx2.AsyncClient, case: str, stream: str, **more: Any) -> dict[str, Any]:
    answer = await lay(client, case, stream, **more)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def absent(client: httpx2.AsyncClient, case: str) -> bytes:
    answer = await client.get(f"{CASES}/{case}/files/f-none")
    assert answer.status_code == 404
    return answer.content


# --- who ----------------------------------------------------------------------------------------------------------


async def test_each_stream_takes_files_of_those_whose_acts_want_papers_there(look: Looking, case: str) -> None:
    for who in EVERYBODY:
        client = look(who)
        nothing = await client.get(f"{CASES}/{case}/nothing")
        for stream in Stream:
            answer = await lay(client, case, stream.value, b"not even", name="a.exe", media="application/pdf")
            wanted = 415 if who in LAYS[stream] else 409 if who in SEES[stream] else 404
            assert (who, stream, answer.status_code) == (who, stream, wanted)
            if wanted == 404:
                assert answer.content == nothing.content
            if wanted == 409:
                assert answer.json()["obstacles"][0]["reason"] == "not_your_seat"


async def test_who_sees_a_stream_finds_its_files_and_nobody_else_learns_of_them(look: Looking, case: str) -> None:
    by = {"table": "recorder", "filing": "authority", "notice": "town", "worker": "w1", "employer": "e1"}
    ones = {stream: await laid(look(who), case, stream) for stream, who in by.items()}
    for who in EVERYBODY[:-2]:
        client = look(who)
        mine = {stream for stream in ones if who in SEES[stream]}
        listed = (await client.get(f"{CASES}/{case}/files")).json()
        assert {row["id"] for row in listed["rows"]} == {ones[stream]["id"] for stream in mine}
        assert listed["names"].keys() == {row["by"] for row in listed["rows"]}
        nothing = await absent(client, case)
        for stream in set(ones) - mine:
            foreign = await client.get(f"{CASES}/{case}/files/{ones[stream]['id']}")
            assert (foreign.status_code, foreign.content) == (404, nothing), (who, stream)
    for who in ("stranger", "elsewhere"):
        assert (await look(who).get(f"{CASES}/{case}/files")).status_code == 404


async def test_what_one_side_lays_in_its_caucus_changes_no_byte_the_other_gets(look: Looking, case: str) -> None:
    await laid(look("e1"), case, "table")
    other = look("e1")
    before = await other.get(f"{CASES}/{case}/files")
    assert (await laid(look("w1"), case, "worker"))["stream"] == "worker"
    after = await other.get(f"{CASES}/{case}/files")
    assert (after.content, after.headers.raw) == (before.content, before.headers.raw)


async def test_without_a_session_nothing_is_read(still: House, case: str) -> None:
    transport = httpx2.ASGITransport(app=still.front)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await lay(client, case, "table", bytes(190_000))
        assert answer.status_code == 401


async def test_who_asks_is_settled_before_a_byte_is_read(still: House, look: Looking, case: str) -> None:
    """Whoever may not lay a file is answered though its body never comes."""
    read: list[bool] = []

    async def never() -> AsyncIterator[bytes]:
        read.append(True)
        yield b""

    headers = {"Content-Type": "text/plain"}
    for who, stream, status in (("stranger", "table", 404), ("w9", "notice", 409), ("e1", "worker", 404)):
        where = f"{CASES}/{case}/files?stream={stream}&name=a.txt"
        answer = await look(who).post(where, content=never(), headers=headers)
        assert answer.status_code == status
    assert read == []


def test_an_organ_serves_its_papers_at_the_table_as_long_as_its_side_has_named_nobody(still: House, case: str) -> None:
    named = still.site.log.state(case)
    assert named is not None
    found = replay(event for act in rehearsed(until=3) for event in act.events if event.stream in JOINT)
    hr = Member(person="x", side=Side.EMPLOYER, offices=frozenset({Office.HR}))
    guest = Member(person="x", offices=frozenset({Office.AUDITOR}))
    assert may_lay(found, hr, Stream.TABLE, BEGUN.date()) == []
    assert may_lay(named, hr, Stream.TABLE, BEGUN.date()) != [], "whoever opens the table to it, it is no seat there"
    assert may_lay(found, guest, Stream.TABLE, BEGUN.date()) != []


# --- what ---------------------------------------------------------------------------------------------------------


async def test_what_is_laid_is_said_with_both_hashes(look: Looking, case: str) -> None:
    photo = lawful.photo()
    one = await laid(look("w1"), case, "table", content=photo, name="IMG 1.jpg")
    assert one["received_sha256"] == sha256(photo).hexdigest() != one["sha256"]
    whole = await look("w1").get(f"{CASES}/{case}/files/{one['id']}?original=true")
    assert sha256(whole.content).hexdigest() == one["sha256"]
    assert b"SECRET" not in whole.content
    assert one["size"] == len(whole.content)
    assert (one["name"], one["kind"], one["by"], one["original"]) == ("IMG 1.jpg", "jpeg", "w1", True)


@pytest.mark.parametrize("bad", ["a macro", "a script in a PDF", "a page", "a flood of pixels, PNG"])
async def test_a_bad_file_is_turned_away_with_its_reason_and_leaves_nothing(look: Looking, case: str, bad: str) -> None:
    kind, why, made = BAD[bad]
    answer = await lay(look("w1"), case, "table", made(), name=f"a.{kind.value}")
    problem = answer.json()
    assert problem["code"] == ("file_kind" if why == "kind" else "file_refused")
    assert [one["code"] for one in problem["errors"]] == [why.value]
    assert all(problem["errors"][0]["message"].values())
    assert (await look("w1").get(f"{CASES}/{case}/files")).json()["rows"] == []


async def test_a_file_that_is_too_long_is_not_read_to_its_end(look: Looking, case: str) -> None:
    answer = await lay(look("w1"), case, "table", bytes(200_001))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_long")


@pytest.mark.parametrize(
    ("query", "code"),
    [("?name=a.txt", "malformed"), ("?stream=table", "file_refused"), ("?stream=table&name=..%2Fa.txt", "file_refused"),
     ("?stream=poll&name=a.txt", "not_found")],
)  # fmt: skip
async def test_a_file_without_a_place_or_a_name_is_no_file(look: Looking, case: str, query: str, code: str) -> None:
    where = f"{CASES}/{case}/files{query}"
    answer = await look("w1").post(where, content=b"a", headers={"Content-Type": "text/plain"})
    assert answer.json()["code"] == code


async def test_sent_again_it_is_kept_once(look: Looking, case: str) -> None:
    one = await laid(look("w1"), case, "table")
    again = await lay(look("w1"), case, "table")
    assert (again.status_code, again.json()) == (200, one)
    assert len((await look("w1").get(f"{CASES}/{case}/files")).json()["rows"]) == 1


async def test_a_full_caucus_is_felt_in_the_caucus_alone(
    look: Looking, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "FILES_MAX", 1)
    await laid(look("w1"), case, "worker")
    full = await lay(look("w0"), case, "worker", b"another")
    assert (full.status_code, full.json()["code"]) == (409, "files_full")
    await laid(look("w1"), case, "table")
    await laid(look("e1"), case, "table")


# --- taking away --------------------------------------------------------------------------------------------------


async def test_a_copy_bears_who_took_it_when_and_of_which_case(look: Looking, case: str, still: House) -> None:
    one = await laid(look("w1"), case, "table", name="记录 1.txt")
    answer = await look("e1").get(f"{CASES}/{case}/files/{one['id']}")
    name = (await look("e1").get(f"{CASES}/{case}/files")).json()
    first = answer.content.decode("utf-8-sig").partition("\r\n")[0]
    at = still.site.clocks.district("played")
    assert at.kind == "sandbox"
    assert first.startswith("【")
    assert case in first
    assert "演示·无效力" in first
    assert name["rows"][0]["original"] is False
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert quote("记录 1.txt") in answer.headers["Content-Disposition"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    mine = await look("w1").get(f"{CASES}/{case}/files/{one['id']}")
    assert mine.content != answer.content, "each copy names its own reader"


async def test_a_marked_picture_is_taken_away_through_the_cell(look: Looking, case: str) -> None:
    one = await laid(look("w1"), case, "table", content=lawful.picture(), name="a.png")
    answer = await look("e1").get(f"{CASES}/{case}/files/{one['id']}")
    assert answer.headers["Content-Type"] == "image/png"
    assert Image.open(BytesIO(answer.content)).size > (320, 200)


async def test_the_kept_bytes_are_for_whoever_laid_them_the_authority_and_the_auditor(look: Looking, case: str) -> None:
    one = await laid(look("w1"), case, "filing")
    for who in ("w1", "authority", "auditor"):
        answer = await look(who).get(f"{CASES}/{case}/files/{one['id']}?original=true")
        assert answer.content == lawful.TXT
        assert answer.headers["Content-Disposition"].startswith("attachment")
    for who in ("e1", "hr", "recorder", "w0"):
        answer = await look(who).get(f"{CASES}/{case}/files/{one['id']}?original=true")
        assert (answer.status_code, answer.content) == (404, await absent(look(who), case))


async def test_an_erased_file_is_listed_and_cannot_be_taken(look: Looking, case: str, still: House) -> None:
    one = await laid(look("w1"), case, "table")
    assert still.site.files.erase(case, one["id"])
    (row,) = (await look("e1").get(f"{CASES}/{case}/files")).json()["rows"]
    assert (row["erased"], row["name"], row["sha256"]) == (True, "", one["sha256"])
    assert (await look("e1").get(f"{CASES}/{case}/files/{one['id']}")).status_code == 404


async def test_one_side_waits_for_its_own_files_only(still: House, look: Looking, case: str) -> None:
    """The third at once of one side is told to come again; the other side is served meanwhile."""
    whole = lawful.picture(size=(900, 900))
    asked = [lay(look("w1"), case, "table", whole, name=f"{n}.png") for n in range(4)]
    answers = await asyncio.gather(*asked, lay(look("e1"), case, "table", whole, name="e.png"))
    assert sorted(one.status_code for one in answers[:4]) == [201, 201, 503, 503]
    assert answers[4].status_code == 201
    assert (await lay(look("w1"), case, "table", whole, name="3.png")).status_code in (200, 201)
