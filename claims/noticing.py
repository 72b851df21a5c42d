"""kill -9 of whoever calls people and hands notices over, between any two steps: none is lost, none has two names.

A supervisor forks one sender after the other on one database, and holds after each what a real mail server took against
what the outbox says. A day passes when nothing waits: the clock notes the marks of terms, and an undisturbed twin on a
copy says who is to be called. The server is moody: it puts off, and puts off what it took, so that it comes again.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import smtplib
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple, NoReturn

import msgspec
from pydantic import SecretStr
from sqlmodel import col, select, update

from claims.killing import LIVED, Broken, forked, quiet, recorded, was_killed
from cloudnego import main as cloudnego
from cloudnego.eventlog.tables import District
from cloudnego.identity.custody import Custody
from cloudnego.identity.factor_tables import InboxMessage
from cloudnego.identity.inbox import Inbox, MessageKind
from cloudnego.identity.store import reading, writing
from cloudnego.identity.tables import Person
from cloudnego.notify.mail import MailChannel
from cloudnego.notify.outbox import Outbox, State
from cloudnego.notify.tables import Dispatch, NoticeChoice
from cloudnego.notify.wording import OUTSIDE, link, sentence
from cloudnego.ports import CHINA
from cloudnego.settings import Settings
from cloudnego.web.crier import Crier
from tests.identity.test_codes import certificate
from tests.notify.postbox import LOGIN, postbox, text_of
from tests.web.conftest import settings_for
from tests.web.played import DISTRICT, rehearsed, settle, write

HOME: Final = "https://table.example"
STOPS: Final = ("reply", "request_materials", "submit_draft", "file_contract")  # what is asked next: a term runs
TOLD: Final = ("e0", "hr", "w0", "town", "district")
SEASON_DAYS: Final = 24  # then all terms are over, and it begins anew
BEFORE_S: Final = 5 * 86_400
BETWEEN_S: Final = 4_000  # of the clock, from one sender to the next: what was put off is due again
LONGEST_LIFE_S: Final = 0.9
ANY_TIME: Final = 0.25
BADLY: Final = 0.06
TRIED_MAX: Final = 60  # senders in a day; a letter given up after eight bad moods would fail once in 10^8 days

Line = tuple[str, str]
"""A sentence and where it leads, as they stand in a mail."""

_TRUSTED: Final = "SSL_CERT_FILE"


class Noticed(msgspec.Struct, frozen=True):
    """What a run came through: senders, where they ended, days, notices, mails taken, and how many of these again."""

    senders: int
    ended: dict[str, int]
    days: int
    notices: int
    mails: int
    again: int


class Mail(msgspec.Struct, frozen=True):
    """A mail the server took: to whom, its Message-ID, all of its notices."""

    to: str
    name: str
    lines: list[Line]


class Row(NamedTuple):
    """A message on its way, and what its mail says of it."""

    person: str
    letter: str | None
    state: str
    line: Line


# --- the server ---------------------------------------------------------------------------------------------------


def receive(folder: Path, book: Path, seed: int) -> NoReturn:
    """Take mail until the end of the process; what was taken stands in the book before it is answered."""
    tls, _ = certificate(folder)
    logging.disable()  # a sender that is killed hangs up in the middle of a sentence
    dice, out = Random(seed), os.open(book, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    with postbox(tls) as box:

        def took(content: bytes) -> str | None:
            mood = dice.random()
            if mood < BADLY / 2:
                return "451 later"
            mail: Any = message_from_bytes(content, policy=policy.default)
            found = Mail(str(mail["To"]), str(mail["Message-ID"]), _lines_of(text_of(mail)))
            os.write(out, msgspec.json.encode(found) + b"\n")
            return "451 it was taken, but nobody says so" if mood < BADLY else None

        box.took = took
        (folder / "port").write_text(str(box.port))
        while True:
            signal.pause()


def _lines_of(text: str) -> list[Line]:
    """The notices of a mail: all but its foot."""
    parts = text.strip().split("\n\n-- ")[0].split("\n\n")
    return sorted((said.strip(), where.strip()) for said, _, where in (one.rpartition("\n") for one in parts))


# --- senders ------------------------------------------------------------------------------------------------------


def _settings(place: Path, port: int) -> Settings:
    return settings_for(
        place, public_url=HOME, mail_host="127.0.0.1", mail_port=port, mail_from="notice@table.example",
        mail_login=LOGIN[0], mail_password=SecretStr(LOGIN[1]),
    )  # fmt: skip


def _house(place: Path, port: int, at: datetime) -> cloudnego.House:
    """The house at this moment, in a process of its own. No time stamps of the district's log: they cost a tenth of a
    second each."""
    cloudnego.now_s = lambda: int(at.timestamp())
    house = cloudnego.build(_settings(place, port), lambda: at)
    house.timers._beside = None
    return house


def _doom(point: str, hit: int) -> None:
    """Lay a trap before or after the `hit`-th passing of a step; in no other case: the clock's."""
    kinds = {
        "call": (Inbox, "call"), "move": (Outbox, "moved"), "lease": (Outbox, "lease"),
        "address": (MailChannel, "address"), "send": (MailChannel, "send"), "reply": (smtplib.SMTP, "getreply"),
        "end": (Outbox, "_end"), "later": (Outbox, "again"),
    }  # fmt: skip
    name, _, when = point.partition(" ")
    if name not in kinds:
        return
    passed = 0
    kind, method = kinds[name]
    whole: Callable[..., Any] = getattr(kind, method)

    def trapped(*given: Any, **more: Any) -> Any:
        nonlocal passed
        passed += 1
        mine = passed == hit
        if mine and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        done = whole(*given, **more)
        if mine:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    setattr(kind, method, trapped)


HITS: Final = {"call": 2, "move": 1, "lease": 9, "address": 5, "send": 5, "reply": 40, "end": 9, "later": 1}
"""The steps somebody is killed at, and at which passing of one at the latest."""


def send(place: Path, port: int, at: datetime, point: str, hit: int) -> None:
    """One sender: calls, hands over all there is, or dies at a point."""
    house = _house(place, port, at)
    _doom(point, hit)

    async def work() -> None:
        house.site.outbox.begin()
        await Crier(house.site).round()

    asyncio.run(work())
    house.close()


def begin(place: Path, port: int) -> None:
    """A live district, people who have confirmed their addresses, cases whose terms run."""
    cloudnego.install(_settings(place, port))
    house = _house(place, port, datetime.now(UTC))
    settle(house)
    with writing(house.site.engine) as session:
        session.exec(update(District).where(col(District.id) == DISTRICT).values(kind="live"))
        everybody = session.exec(select(Person.id)).all()
        for one in everybody:
            session.add(NoticeChoice(person=one, district=DISTRICT, changed_s=0, quiet_from=0, quiet_to=0))
    for one in everybody:
        house.site.factors.addresses.set(DISTRICT, one, address(one))
        house.site.factors.addresses.confirm(one, address(one))

    async def cases() -> None:
        for stop in STOPS:
            acts = rehearsed()
            place = next(n for n, one in enumerate(acts) if one.command.type == stop)
            await write(house, acts[:place], key=stop)

    asyncio.run(cases())
    house.close()


def begins_at() -> datetime:
    """The first morning: the last act of the case that came furthest."""
    acts = rehearsed()
    place = max(n for n, one in enumerate(acts) if one.command.type in STOPS)
    return acts[place].at.astimezone(CHINA).replace(hour=9, minute=0)


def dawn(place: Path, port: int, at: datetime, day: int) -> None:
    """The clock notes the marks of this day, and people are told what is nobody else's."""
    house = _house(place, port, at)
    asyncio.run(house.timers.of_district(DISTRICT))
    for one in TOLD:
        house.site.factors.inbox.tell(DISTRICT, one, MessageKind.FACTOR_ADDED, what=f"第{day}天的{one}")
    house.close()


def call(place: Path, port: int, at: datetime) -> None:
    """The twin: everybody is called, and nobody is disturbed."""
    house = _house(place, port, at)
    asyncio.run(Crier(house.site).call())
    house.close()


def address(person: str) -> str:
    """Where somebody gets his mail."""
    return f"{person}@mail.example"


# --- the supervisor -----------------------------------------------------------------------------------------------


class Supervisor:
    """Forks senders, and holds after each what the server took against what the outbox says."""

    def __init__(self, folder: Path, port: int, seed: int) -> None:
        self._folder: Final = folder
        self._first: Final = folder / "first"
        self._place: Final = folder / "data"
        self._port: Final = port
        self._dice: Final = Random(seed)
        self._at = begins_at()
        self._read = 0
        self._day, self._before = SEASON_DAYS, 0  # notices of the days before
        self._tries = 0
        self._expected = Counter[str]()
        self._taken: dict[str, Mail] = {}
        self.days = self.notices = self.mails = self.again = 0

    def life(self) -> str:
        """One sender; returns where it ended. Raises Broken."""
        if not self._tries:
            self._new_day()
        self._tries += 1
        if self._tries > TRIED_MAX:
            raise Broken("a day did not end")
        if self._dice.random() < ANY_TIME:
            point, hit, after_s = "any time", 0, self._dice.random() * LONGEST_LIFE_S
        else:
            step = self._dice.choice(list(HITS))
            point, after_s = f"{step} {self._dice.choice(('before', 'after'))}", None
            hit = self._dice.randint(1, HITS[step])
        status = forked(send, self._place, self._port, self._at, point, hit, after_s=after_s)
        self._at += timedelta(seconds=BETWEEN_S)
        killed = was_killed(status)
        if not killed and status != 0:
            raise Broken(f"a sender ended by itself, with status {status}")
        self._check(whole=not killed)
        return point if killed else LIVED

    def _new_day(self) -> None:
        if self._day == SEASON_DAYS:
            shutil.rmtree(self._place, ignore_errors=True)
            shutil.copytree(self._first, self._place)
            self._at, self._day, self._before, self._taken = begins_at(), 0, 0, {}
        self._day += 1
        self._at = (self._at + timedelta(days=1)).replace(hour=9, minute=0, second=0)
        self._run(dawn, self._place, self._port, self._at, self._day)
        twin = self._folder / "twin"
        shutil.copytree(self._place, twin)
        self._run(call, twin, self._port, self._at)
        self._expected, _ = self._written(twin)
        shutil.rmtree(twin)

    def _run(self, work: Callable[..., Any], *given: Any) -> None:
        status = forked(work, *given)
        if status != 0:
            raise Broken(f"{work.__name__} ended with status {status}")

    def _written(self, place: Path) -> tuple[Counter[str], list[Row]]:
        """All messages with whether they leave, and all that leave or have left."""
        with cloudnego.looked_into(_settings(place, self._port)) as (engine, ring):
            inbox = Inbox(engine, Custody(engine, ring), lambda prefix: prefix, lambda: 0)
            with reading(engine) as session:
                leaving = {row.message: row for row in session.exec(select(Dispatch))}
                ids = session.exec(select(InboxMessage.id, InboxMessage.person)).all()
            messages, rows = Counter[str](), []
            for id_, person in ids:
                entry = inbox.entry(id_)
                assert entry is not None
                way = leaving.get(id_)
                messages[
                    msgspec.json.encode((person, entry.kind, entry.facts, way is not None), order="sorted").decode()
                ] += 1
                if way is not None:
                    line = sentence(entry)["zh"].strip(), HOME + link(entry)
                    rows.append(Row(person, way.letter, way.state, line))
                elif entry.kind in OUTSIDE:
                    raise Broken("a notice to somebody who can be reached does not leave")
        return messages, rows

    def _check(self, *, whole: bool) -> None:
        self._took()
        messages, rows = self._written(self._place)
        letters: dict[str, list[Row]] = {}
        for row in rows:
            if row.letter is not None:
                letters.setdefault(f"<{row.letter}@table.example>", []).append(row)
        for name, mail in self._taken.items():
            of_it = letters.get(name)
            if of_it is None or {address(row.person) for row in of_it} != {mail.to}:
                raise Broken(f"what came was nobody's to send: {name}")
            if mail.lines != sorted(row.line for row in of_it):
                raise Broken(f"{name} does not say what the outbox has of it")
        sent = {name for name, of_it in letters.items() if any(row.state == State.SENT for row in of_it)}
        if sent - self._taken.keys():
            raise Broken(f"noted as handed over and never taken: {sorted(sent - self._taken.keys())}")
        if {row.state for row in rows} - {State.SENT, State.WAITING}:
            raise Broken("a notice was given up")
        if not messages <= self._expected:
            raise Broken("somebody was called twice, or to what is not his")
        if whole and all(row.state == State.SENT for row in rows):
            if messages != self._expected:
                raise Broken(f"nobody was told: {self._expected - messages}")
            if sent != self._taken.keys():
                raise Broken(f"taken and never noted: {sorted(self._taken.keys() - sent)}")
            self.days, self.notices = self.days + 1, self.notices + len(rows) - self._before
            self._before, self._tries = len(rows), 0

    def _took(self) -> None:
        book = self._folder / "book"
        lines = book.read_bytes().splitlines() if book.exists() else []
        came, self._read = lines[self._read :], len(lines)
        for line in came:
            mail = msgspec.json.decode(line, type=Mail)
            before = self._taken.setdefault(mail.name, mail)
            self.mails += 1
            self.again += before is not mail
            if before != mail:
                raise Broken(f"two mails have one name: {mail.name}")


@contextmanager
def _trusting(certificate: Path) -> Iterator[None]:
    """Those that are forked meanwhile trust the mail server; whoever forks them trusts whom he trusted, afterwards."""
    before = os.environ.get(_TRUSTED)
    os.environ[_TRUSTED] = str(certificate)
    try:
        yield
    finally:
        os.environ.pop(_TRUSTED)
        if before is not None:
            os.environ[_TRUSTED] = before


def noticed(count: int, seed: int) -> Noticed:
    """Fork `count` senders. Raises Broken."""
    quiet()
    with tempfile.TemporaryDirectory(prefix="cloudnego-noticing-") as name:
        folder = Path(name)
        receiver = os.fork()
        if receiver == 0:
            receive(folder, folder / "book", seed)
        try:
            port = folder / "port"
            while not (port.exists() and port.read_text()):
                time.sleep(0.05)
            with _trusting(folder / "certificate.pem"):
                begun = forked(begin, folder / "first", int(port.read_text()))
                if begun != 0:
                    raise Broken(f"the district could not be made: status {begun}")
                supervisor, ended = Supervisor(folder, int(port.read_text()), seed), Counter[str]()
                for _ in range(count):
                    ended[supervisor.life()] += 1
        finally:
            os.kill(receiver, signal.SIGKILL)
            os.waitpid(receiver, 0)
    done = supervisor
    return Noticed(count, dict(sorted(ended.items())), done.days, done.notices, done.mails, done.again)


def run(count: int, first: int | None) -> int:
    """The claim, recorded; 1 if it broke."""
    said = (
        "{count} senders, {killed} of them killed; {notices} notices in {days} days, {mails} mails, {again} of them"
        " again under the same name, none lost"
    )
    return recorded("notices", count, first or 1, noticed, said)
