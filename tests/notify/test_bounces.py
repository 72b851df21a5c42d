"""Mails that come back later: whose, and whether for good; and whatever else somebody sends there changes nothing."""

from __future__ import annotations

import mailbox
import os
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError
from typer.testing import CliRunner

from cloudnego import notice_admin
from cloudnego.__main__ import app
from cloudnego.identity.inbox import MessageKind
from cloudnego.notify.bounces import Bounce, Bounces, Taken, read
from cloudnego.notify.marks import Marks
from cloudnego.notify.outbox import State
from cloudnego.ports import CHINA
from cloudnego.reaching import marks_of
from tests.notify.conftest import Place, address
from tests.notify.test_delivery import states, tell
from tests.web.played import DISTRICT

NOON: Final = datetime(2026, 3, 3, 12, tzinfo=CHINA)
KEY: Final = b"k" * 32
MARKS: Final = Marks(lambda: [KEY], "https://table.example", "bounces+{letter}@table.example")
LETTER: Final = "n" + "0123456789abcdef" * 2


def report(
    to: str, *, status: str = "5.1.1", action: str = "failed", returned: str = "", kind: str = "text/rfc822-headers"
) -> bytes:
    """What a mail server writes (RFC 3464 appendix E)."""
    back = f"\n--b\nContent-Type: {kind}\n\n{returned}\n" if returned else ""
    return (
        f"From: MAILER-DAEMON@mx.example\nTo: {to}\nSubject: Undelivered Mail\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status;\n boundary="b"\n\n'
        "--b\nContent-Type: text/plain; charset=gbk\n\n\xd3\xca\xbc\xfe\xb1\xbb\xcd\xcb\xbb\xd8\n"
        "\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: rfc822; e0@mail.example\nAction: {action}\nStatus: {status} (no such user)\n"
        f"Diagnostic-Code: smtp; 550 5.1.1 unknown\n{back}\n--b--\n"
    ).encode("latin-1")


def back() -> str:
    found = MARKS.back(LETTER)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("status", "action", "expected"),
    [
        ("5.1.1", "failed", ("5.1.1", True)),
        ("5.1.10", "FAILED ", ("5.1.10", True)),
        ("5.2.1", "failed", ("5.2.1", True)),
        ("5.0.0", "failed", ("5.0.0", True)),
        ("5.4.4", "failed", ("5.4.4", True)),
        ("5.7.1", "failed", ("5.7.1", False)),  # who sends it is refused, not where it goes
        ("5.3.4", "failed", ("5.3.4", False)),
        ("5.6.1", "failed", ("5.6.1", False)),
        ("4.4.1", "delayed", None),
        ("4.4.7", "failed", None),
        ("5.1.1", "delayed", None),
        ("2.0.0", "delivered", None),
        ("nonsense", "failed", None),
    ],
)
def test_a_status_says_whether_it_is_for_good(status: str, action: str, expected: tuple[str, bool] | None) -> None:
    found = read(report(back(), status=status, action=action), MARKS)
    assert found == (None if expected is None else Bounce(letter=LETTER, status=expected[0], lasting=expected[1]))


@pytest.mark.parametrize("kind", ["text/rfc822-headers", "message/rfc822"])
@pytest.mark.parametrize("name", ["List-Unsubscribe", "Return-Path"])
def test_whose_it_was_is_read_off_what_comes_back_where_the_box_has_one_address(kind: str, name: str) -> None:
    ours = MARKS.leave(LETTER) if name == "List-Unsubscribe" else back()
    returned = f"From: notice@table.example\n{name}:\n <{ours}>\nSubject: x\n\nbody\n"
    found = read(report("notice@table.example", returned=returned, kind=kind), MARKS)
    assert found is not None
    assert found.letter == LETTER
    elsewhere = f"From: notice@table.example\nSubject: {ours}\n\n{ours}\n"
    assert read(report("notice@table.example", returned=elsewhere, kind=kind), MARKS) is None, "a text that quotes it"


def test_a_mark_of_another_house_or_in_other_letters() -> None:
    foreign = Marks(lambda: [b"x" * 32], "https://table.example", "bounces+{letter}@table.example")
    assert read(report(str(foreign.back(LETTER))), MARKS) is None
    assert read(report(back().upper()), MARKS) is not None, "some servers write addresses so"
    older = Marks(lambda: [b"x" * 32, KEY], "https://table.example", None)
    assert read(report(back()), older) is not None, "an older key still reads"


def _spoilt(content: bytes, dice: Random) -> bytes:
    """A report as no server writes it: cut, doubled, mixed, with bytes of any kind."""
    for _ in range(dice.randint(1, 6)):
        at, to = sorted((dice.randrange(len(content) + 1), dice.randrange(len(content) + 1)))
        content = dice.choice((
            content[:at] + content[to:], content[:to] + content[at:], content[:at] + dice.randbytes(9) + content[at:],
            content[:at] + content[at:to].swapcase() + content[to:], content.replace(b"\n", b"\r", 3),
            content[:at] + b"\nContent-Type: multipart/report; boundary=b\n\n" + content[at:],
            content[:at] + b"\nContent-Type: message/delivery-status\n\n" + content[at:],
            content[:at] + b"\nStatus: =?utf-8?q?5=2E1?=\nContent-Type*0*=utf-8''%FF; charset*1=\n" + content[at:],
        ))  # fmt: skip
    return content


@given(st.integers(0, 2**32))
def test_whatever_is_sent_there_nothing_is_raised_and_without_our_mark_nothing_found(seed: int) -> None:
    dice = Random(seed)
    kind = dice.choice(("text/rfc822-headers", "message/rfc822", "message/delivery-status", "multipart/report"))
    whole = report(back(), returned=f"List-Unsubscribe: <{MARKS.leave(LETTER)}>\n", kind=kind)
    found = read(_spoilt(whole, dice), MARKS)
    assert found is None or (found.letter == LETTER and found.status.startswith("5."))
    foreign = whole.replace(b"-" + back().split("-")[1].partition("@")[0].encode(), b"-0123456789abcdef")
    assert read(_spoilt(foreign, dice), MARKS) is None
    assert read(dice.randbytes(dice.randrange(400)), MARKS) is None


@pytest.mark.parametrize("deep", [20, 3_000])
def test_what_is_nested_without_end_is_no_report(deep: int) -> None:
    for one in (b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", b"Content-Type: message/rfc822;b%d;b%d\n\n"):
        assert read(b"".join(one % (n, n) for n in range(deep)) + report(back()), MARKS) is None


# --- what comes of it -----------------------------------------------------------------------------------------------


@pytest.fixture
def take(place: Place) -> Callable[[bytes], Taken]:
    site = place.site
    place.clock.at = NOON
    site.factors.addresses.remove("e0")  # the district was made by the clock of whoever runs this
    site.factors.addresses.set(DISTRICT, "e0", address("e0"))
    assert site.factors.addresses.confirm("e0", address("e0"))
    return Bounces(site.engine, site.outbox, site.factors.addresses, site.factors.inbox, _marks(place)).take


def _marks(place: Place) -> Marks:
    return marks_of(place.house.settings, place.site.log.ring, place.site.public_url)


async def handed_over(place: Place) -> tuple[str, list[str]]:
    """Where the newest letter to e0 comes back to, as the server that took it was told."""
    froms: list[str] = []
    whole = place.box.handle_DATA

    async def noting(server: Any, session: Any, envelope: Any) -> str:
        froms.append(str(envelope.mail_from))
        return await whole(server, session, envelope)

    object.__setattr__(place.box, "handle_DATA", noting)
    tell(place)
    await place.crier.round()
    return froms[-1], froms


async def test_an_address_from_which_mail_came_back_is_paused_and_its_owner_reads_so(
    place: Place, take: Callable[[bytes], Taken]
) -> None:
    where, froms = await handed_over(place)
    assert where.startswith("bounces+n")
    assert len(where.partition("@")[0]) <= 64, "RFC 5321 4.5.3.1.1"
    place.clock.at += timedelta(hours=2)
    tell(place, what="乙")
    assert take(report(where, action="delayed", status="4.4.1")) is Taken.LEFT
    assert take(report(where)) is Taken.PAUSED
    assert take(report(where)) is Taken.LEFT, "once"
    given_ = place.site.factors.addresses.given("e0")
    assert given_ is not None
    assert given_.failed
    await place.crier.round()
    assert len(froms) == 1
    assert states(place) == {State.BOUNCED: 1, State.FAILED: 1}
    told = Counter(one.kind for _, one in place.messages("e0"))
    assert told == {MessageKind.FACTOR_ADDED: 2, MessageKind.ADDRESS_FAILED: 1}


async def test_what_was_refused_for_what_it_is_pauses_nothing(place: Place, take: Callable[[bytes], Taken]) -> None:
    where, _ = await handed_over(place)
    assert take(report(where, status="5.7.1")) is Taken.NOTED
    given_ = place.site.factors.addresses.given("e0")
    assert given_ is not None
    assert not given_.failed
    assert states(place) == {State.BOUNCED: 1}


@pytest.mark.parametrize("since", ["another", "confirmed"])
async def test_an_address_given_or_confirmed_since_is_not_paused_by_an_old_letter(
    place: Place, take: Callable[[bytes], Taken], since: str
) -> None:
    where, _ = await handed_over(place)
    place.clock.at += timedelta(hours=2)
    mine = "new@mail.example" if since == "another" else address("e0")
    place.site.factors.addresses.set(DISTRICT, "e0", mine)
    assert place.site.factors.addresses.confirm("e0", mine)
    assert take(report(where)) is Taken.NOTED
    given_ = place.site.factors.addresses.given("e0")
    assert given_ is not None
    assert not given_.failed


async def test_a_maildir_is_read_once_each_message(
    place: Place, take: Callable[[bytes], Taken], tmp_path: Path
) -> None:
    where, _ = await handed_over(place)
    box = mailbox.Maildir(tmp_path / "box")
    for content in (report(where), report("somebody@table.example"), b"holiday\n", b""):
        box.add(content)
    found = Counter[Taken]()
    for _ in range(2):
        notice_admin._from(tmp_path / "box", lambda content: found.update([take(content)]))
    assert found == {Taken.PAUSED: 1, Taken.LEFT: 3}
    assert len(mailbox.Maildir(tmp_path / "box")) == 4, "nothing is thrown away"


@pytest.mark.usefixtures("take")
async def test_a_mail_server_hands_one_over_and_hears_whether_to_try_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    where, _ = await handed_over(place)
    settings = place.house.settings
    assert settings.mail_returns is not None
    monkeypatch.setenv("CLOUDNEGO_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("CLOUDNEGO_MAIL_RETURNS", settings.mail_returns)
    monkeypatch.setattr(notice_admin, "now_s", place.site.now_s)
    run = CliRunner().invoke
    for content, paused in ((b"holiday", 0), (report(where), 1), (b"", 0)):
        done = run(app, ["admin", "bounces"], input=content)
        assert (done.exit_code, f"{paused} addresses paused" in " ".join(done.stdout.split())) == (0, True), done.output
    monkeypatch.setattr(Bounces, "take", _locked)
    assert run(app, ["admin", "bounces"], input=report(where)).exit_code == os.EX_TEMPFAIL


def _locked(*_: object) -> Taken:
    raise OperationalError("update", {}, Exception("database is locked"))
