"""The outbox: what is to leave is written in the transaction of the message it is of, and sent by one of the nodes.

Nothing is lost with a process: a row waits until it was handed over, or there is nothing to be told any more. Whoever
sends takes a lease of a minute; of one that dies another takes over, and may send a letter again under the same name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Engine, func, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from cloudnego.eventlog.tables import District
from cloudnego.identity.factor_tables import InboxMessage
from cloudnego.identity.store import reading, writing
from cloudnego.notify.channels import Channel
from cloudnego.notify.hours import Hours, leaves_s, next_morning_s
from cloudnego.notify.tables import Dispatch, NoticeChoice, NoticePlace
from cloudnego.notify.wording import OUTSIDE

LEASE_S: Final = 60
TOGETHER_MAX: Final = 20
"""Messages in one letter."""

A_DAY_MAX: Final = {"mail": 20}
_TEXTS_A_DAY_MAX: Final = 5
"""Letters a day to one person: what is over it waits for the morning, in one letter. No phone is bombed (T28)."""

_DAY_S: Final = 86_400
_LOT: Final = 400


class State(StrEnum):
    """Where a message is on its way. `lapsed`: there was nothing to be told any more, or nowhere to; `bounced`: it was
    handed over and came back."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    LAPSED = "lapsed"
    BOUNCED = "bounced"


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """A letter that was taken on: to whom, by which channel, of which messages (dispatch → message)."""

    letter: str
    district: str
    person: str
    channel: str
    tries: int
    rows: dict[str, str]


class Sent(NamedTuple):
    """A letter that was handed over: whose it was, and when."""

    district: str
    person: str
    channel: str
    at_s: int


class Outbox:
    """Blocking. `channels`: by name; where there is none, nothing is ever written here. `told` hears of each letter:
    channel and outcome."""

    def __init__(self, engine: Engine, now_s: Callable[[], int], told: Callable[[str, str], None]) -> None:
        self._engine: Final = engine
        self._now_s: Final = now_s
        self.told: Final = told
        self.channels: Final[dict[str, Channel]] = {}

    def open(self, channel: Channel) -> None:
        """Let messages leave by this channel from now on."""
        self.channels[channel.name] = channel

    # --- in ---------------------------------------------------------------------------------------------------------

    def take(self, session: Session, messages: Sequence[InboxMessage], ends_s: int | None) -> None:
        """Have messages leave by the channels their readers chose, in the open transaction. Nothing leaves a sandbox:
        what happens there has no effect, and its clock may run through a year in a minute."""
        going = [one for one in messages if one.kind in OUTSIDE]
        if not going or not self.channels or _is_sandbox(session, going[0].district):
            return
        now = self._now_s()
        for start in range(0, len(going), _LOT):
            some = going[start : start + _LOT]
            people = {one.person for one in some}
            choices = self._choices(session, people)
            for channel in self.channels.values():
                reached = channel.reached(session, {one for one in people if channel.chosen(choices[one])})
                session.add_all(
                    Dispatch(
                        id=_digest(one.id, channel.name), district=one.district, person=one.person, message=one.id,
                        channel=channel.name, made_s=now, ends_s=ends_s,
                        next_s=leaves_s(now, hours_of(choices[one.person]), ends_s),
                    )
                    for one in some
                    if one.person in reached
                )  # fmt: skip

    def _choices(self, session: Session, people: Iterable[str]) -> dict[str, NoticeChoice]:
        names = sorted(people)
        rows = session.exec(select(NoticeChoice).where(col(NoticeChoice.person).in_(names))).all()
        known = {row.person: row for row in rows}
        return {one: known.get(one) or default_choice(one) for one in names}

    # --- out --------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """This process alone has the database: whoever had a lease is gone."""
        with writing(self._engine) as session:
            session.exec(update(Dispatch).where(col(Dispatch.lease) != "").values(lease="", leased_until_s=0))

    def due(self, limit: int) -> list[tuple[str, str]]:
        """Who has something waiting whose time has come, and by which channel; who waits longest first."""
        now = self._now_s()
        query = (
            select(Dispatch.person, Dispatch.channel)
            .where(Dispatch.state == State.WAITING.value, col(Dispatch.next_s) <= now)
            .where(col(Dispatch.leased_until_s) <= now)
            .group_by(col(Dispatch.person), col(Dispatch.channel))
            .order_by(func.min(Dispatch.next_s), col(Dispatch.person), col(Dispatch.channel))
        )
        with reading(self._engine) as session:
            return [(row[0], row[1]) for row in session.exec(query.limit(limit))]

    def lease(self, person: str, channel: str, by: str) -> Parcel | None:
        """Take on the next letter to somebody: one that was tried before, else all that waits for him now. None: there
        is nothing, somebody else has it, or he had as many today as anybody gets."""
        now = self._now_s()
        with writing(self._engine) as session:
            mine = self._waiting(session, person, channel, now)
            if not mine:
                return None
            letter = mine[0].letter
            if letter is None and self._put_off(session, mine, now):
                return None
            together = [one for one in mine if one.letter == letter][:TOGETHER_MAX]
            letter = letter or "n" + _digest(*(one.id for one in together))[:32]
            ids = [one.id for one in together]
            free = update(Dispatch).where(col(Dispatch.id).in_(ids), col(Dispatch.leased_until_s) <= now)
            free = free.where(col(Dispatch.state) == State.WAITING.value)
            taken = free.values(letter=letter, lease=by, leased_until_s=now + LEASE_S)
            if session.exec(taken).rowcount != len(ids):  # another node was faster with some of them
                session.rollback()
                return None
        return Parcel(
            letter=letter, district=mine[0].district, person=person, channel=channel, tries=together[0].tries,
            rows={one.id: one.message for one in together},
        )  # fmt: skip

    def _waiting(self, session: Session, person: str, channel: str, now: int) -> list[Dispatch]:
        query = select(Dispatch).where(Dispatch.person == person, Dispatch.channel == channel)
        query = query.where(Dispatch.state == State.WAITING.value, col(Dispatch.next_s) <= now)
        query = query.where(col(Dispatch.leased_until_s) <= now)
        tried_first = (col(Dispatch.letter).is_(None), col(Dispatch.letter), col(Dispatch.made_s), col(Dispatch.id))
        return list(session.exec(query.order_by(*tried_first).with_for_update()).all())

    def _put_off(self, session: Session, rows: Sequence[Dispatch], now: int) -> bool:
        """Whether somebody had as many letters since this morning as anybody gets: then all of these wait for the next,
        but for a term that would be over by then."""
        person, channel = rows[0].person, rows[0].channel
        morning = next_morning_s(now, hours_of(session.get(NoticeChoice, person) or default_choice(person)))
        if any(one.ends_s is not None and now < one.ends_s <= morning for one in rows):
            return False
        query = select(func.count(func.distinct(Dispatch.letter))).where(Dispatch.person == person)
        query = query.where(Dispatch.channel == channel, Dispatch.state == State.SENT.value)
        sent = session.exec(query.where(col(Dispatch.done_s) >= morning - _DAY_S)).one()
        if sent < A_DAY_MAX.get(channel, _TEXTS_A_DAY_MAX):
            return False
        session.exec(update(Dispatch).where(col(Dispatch.id).in_([one.id for one in rows])).values(next_s=morning))
        return True

    def drop(self, parcel: Parcel, by: str, lapsed: Iterable[str]) -> None:
        """There is nothing to be told any more by these."""
        self._end(parcel, by, State.LAPSED, lapsed)

    def done(self, parcel: Parcel, by: str, state: State) -> None:
        """The letter was handed over, or given up."""
        self._end(parcel, by, state, parcel.rows)

    def again(self, parcel: Parcel, by: str, after_s: int) -> None:
        """Try it once more, later."""
        later = {"tries": parcel.tries + 1, "next_s": self._now_s() + after_s, "lease": "", "leased_until_s": 0}
        self._note(parcel, by, parcel.rows, later)

    def give_up(self, person: str, channel: str) -> None:
        """Nothing more goes there: what waits has failed."""
        with writing(self._engine) as session:
            self.give_up_in(session, person, channel)

    def give_up_in(self, session: Session, person: str, channel: str) -> None:
        """The same in an open transaction."""
        waits = update(Dispatch).where(col(Dispatch.person) == person, col(Dispatch.channel) == channel)
        waits = waits.where(col(Dispatch.state) == State.WAITING.value)
        failed = {"state": State.FAILED.value, "done_s": self._now_s(), "lease": "", "leased_until_s": 0}
        session.exec(waits.values(**failed))

    def _end(self, parcel: Parcel, by: str, state: State, rows: Iterable[str]) -> None:
        ended = {"state": state.value, "done_s": self._now_s(), "lease": "", "leased_until_s": 0}
        self._note(parcel, by, rows, ended)

    def _note(self, parcel: Parcel, by: str, rows: Iterable[str], values: Mapping[str, object]) -> None:
        """Of what is still ours: who lost the lease notes nothing."""
        held = update(Dispatch).where(col(Dispatch.id).in_(sorted(rows)), col(Dispatch.letter) == parcel.letter)
        with writing(self._engine) as session:
            session.exec(held.where(col(Dispatch.lease) == by).values(**values))

    # --- what comes back ----------------------------------------------------------------------------------------------

    def came_back(self, session: Session, letter: str) -> Sent | None:
        """A letter that was handed over did not arrive; None where none was, or that is known."""
        there = select(Dispatch).where(Dispatch.letter == letter, Dispatch.state == State.SENT.value)
        rows = session.exec(there.with_for_update()).all()
        for row in rows:
            row.state = State.BOUNCED.value
            session.add(row)
        return Sent(rows[0].district, rows[0].person, rows[0].channel, rows[0].done_s or 0) if rows else None

    # --- what is known of it ------------------------------------------------------------------------------------------

    def language_of(self, person: str) -> str:
        """In which language somebody wants to be told."""
        return self.choice_of(person).language

    def choose(self, choice: NoticeChoice) -> None:
        """This is how somebody wants to be told from now on."""
        with writing(self._engine) as session:
            session.merge(choice)

    def choice_of(self, person: str) -> NoticeChoice:
        """How somebody wants to be told."""
        with reading(self._engine) as session:
            return session.get(NoticeChoice, person) or default_choice(person)

    # --- how far the log was read -------------------------------------------------------------------------------------

    def place(self) -> int:
        """All of the log up to here was looked at."""
        with reading(self._engine) as session:
            row = session.get(NoticePlace, 1)
        return row.place if row is not None else 0

    def moved(self, place: int) -> None:
        """It was looked at up to here."""
        there = update(NoticePlace).where(col(NoticePlace.id) == 1, col(NoticePlace.place) < place)
        try:
            with writing(self._engine) as session:
                if not session.exec(there.values(place=place)).rowcount and session.get(NoticePlace, 1) is None:
                    session.add(NoticePlace(id=1, place=place))
        except IntegrityError:  # another node began at the same moment, and goes on from where it is
            return


def default_choice(person: str) -> NoticeChoice:
    """What holds for who has said nothing."""
    return NoticeChoice(person=person, district="", changed_s=0)


def hours_of(choice: NoticeChoice) -> Hours:
    """When he wants to be told."""
    return Hours(quiet_from=choice.quiet_from, quiet_to=choice.quiet_to, daily=choice.daily)


def _is_sandbox(session: Session, district: str) -> bool:
    row = session.get(District, district)
    return row is None or row.kind == "sandbox"


def _digest(*what: str) -> str:
    return hashlib.sha256("\n".join(what).encode()).hexdigest()
