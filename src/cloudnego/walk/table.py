"""The case as a running server shows it: each ask by its own person over HTTP, each answer held against the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, Final, Protocol

import msgspec

from cloudnego.chooser import fill
from cloudnego.core import commands as c
from cloudnego.core.moment import Law, Moment
from cloudnego.core.procedure import PLACES
from cloudnego.core.state import Caucus, Negotiation
from cloudnego.core.vocabulary import Member, Mode, Office, Side, Step, Stream
from cloudnego.law import PackError, shipped_calendar, shipped_pack
from cloudnego.ports import CHINA
from cloudnego.stories import Scene
from cloudnego.walk.client import Refusal, WalkFailed
from cloudnego.walk.people import Settled
from cloudnego.walk.reading import case_of, caucus_of
from cloudnego.walk.record import Act, Record, Turned
from cloudnego.walk.sandbox import Person, Sandbox

_CLOCK: Final = "clock"
_PAGE: Final = 200
_CASES: Final = "/negotiations"


class Told(Protocol):
    """Who hears of each thing as it happens."""

    def act(self, act: Act, who: Person, warnings: Iterable[Mapping[str, Any]]) -> None: ...

    def turned(self, turn: Turned) -> None: ...

    def waited(self, now: datetime, asked: int) -> None: ...


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A case as one person was shown it. `case`: None for whoever does not see all of the table."""

    member: Member
    now: datetime
    law: tuple[str, str, str]  # pack, its version, calendar
    next_due: date | None
    overview: Mapping[str, Any]
    case: Negotiation | None
    caucus: Caucus | None
    heads: Mapping[Stream, int]


class Table(Scene):
    """A story's case on a server. Raises `WalkFailed` from every method as soon as anything is not as it must be."""

    def __init__(self, sandbox: Sandbox, settled: Settled, dice: Random, record: Record, told: Told) -> None:
        self.cast = settled.cast
        self.dice = dice
        self.record = record
        self._sandbox = sandbox
        self._settled = settled
        self._told = told
        self._known: Seen | None = None  # what the auditor saw last, until something happens
        self._members: dict[str, Member] = {}  # what the server said each person is, when he first looked
        self._cursors: dict[str, str] = {}
        self._asked = 0

    # --- what a story looks at ------------------------------------------------------------------------------------

    @property
    def case(self) -> Negotiation:
        return _whole(self._seen())

    @property
    def law(self) -> Law:
        return _law(*self._seen().law)

    @property
    def today(self) -> date:
        return self._sandbox.now.date()

    @property
    def overview(self) -> Mapping[str, Any]:
        """The overview as the auditor sees it."""
        return self._seen().overview

    def moment(self, who: str, *, own: bool = False) -> Moment:
        """The case as it lies open to the auditor, for this person; `own`: with what his own side's stream shows."""
        seen = self._seen()
        looked = self._look(who) if own or who not in self._members else None
        if looked is not None:
            self._members[who] = looked.member
        return Moment(
            _whole(seen), seen.now, _law(*seen.law), self._members.get(who, Member(person=who)), case_id=self._case,
            heads=seen.heads, caucus=looked.caucus if looked is not None else None,
        )  # fmt: skip

    # --- what a story does ----------------------------------------------------------------------------------------

    def open(self, who: str, **wish: Any) -> None:
        fields = {"enterprise": self._settled.subject, "wage_year": self.today.year, **wish}
        command = c.OpenCase.model_validate(fields)
        receipt = self._post(who, command, _CASES)
        self.record.case = receipt["case"]
        self._note(who, command, Step.REPRESENTATIVES, receipt)

    def act(self, who: str, kind: type[c.Command], /, **wish: Any) -> None:
        step = self.case.step
        assert step is not None
        try:
            command = fill(self.moment(who, own=_in_caucus(kind)), kind, self.dice, self.cast, wish)
        except (LookupError, ValueError, AssertionError) as wrong:
            raise WalkFailed("no_words", command=_name(kind), by=self._person(who), why=str(wrong)) from wrong
        receipt = self._post(who, command, f"{_CASES}/{self._case}/{_name(kind).replace('_', '-')}")
        self.heard(command)
        self._note(who, command, step, receipt)

    def wait_until(self, day: date, hour: int = 9) -> None:
        """Move the clock as time passes: from one day on which something falls due to the next, then to the goal."""
        while self.record.case is not None and self.case.live:
            due = self._seen().next_due
            if due is None or due > day:
                break
            if not self._move(datetime.combine(due, time(0, 5), tzinfo=CHINA)) and self._seen().next_due == due:
                break
        self._move(datetime.combine(day, time(hour), tzinfo=CHINA))

    def _move(self, to: datetime) -> int:
        asked = self._sandbox.move(max(to, self._sandbox.now + timedelta(minutes=1)))
        self._known = None
        self._told.waited(self._sandbox.now, asked)
        if self.record.case is not None:
            rows = self._read(self._settled.auditor)
            _check_actors(rows, {_CLOCK})
            self._turn(rows)
        return asked

    def _post(self, who: str, command: c.Command, path: str) -> Any:
        self._asked += 1
        receipt = self._sandbox.ask(
            who, path, command.model_dump(mode="json", exclude_none=True), f"walk-{self._asked}"
        )
        if receipt.get("repeated") is not False:
            raise WalkFailed("not_done", command=command.type, by=self._person(who))
        return receipt

    def _note(self, who: str, command: c.Command, step: Step, receipt: Mapping[str, Any]) -> None:
        """Believe the log, not the answer: the act stands there, and its actor is the one who asked."""
        caucus = _in_caucus(type(command))
        self._known = self._known if caucus else None
        rows = self._read(who if caucus else self._settled.auditor)
        if not caucus:
            _check_actors(rows, {who, _CLOCK})
        mine = [row for row in rows if row["actor"] == who and row["via"] == "person"]
        if not mine:
            raise WalkFailed("not_in_log", command=command.type, by=self._person(who))
        person = self._sandbox.people[who]
        act = Act(step=step, command=command.type, by=str(person), at=mine[-1]["at"])
        self.record.acts.append(act)
        self._told.act(act, person, receipt["warnings"])
        if not caucus:
            self._turn(rows)

    # --- reading --------------------------------------------------------------------------------------------------

    def _read(self, who: str) -> list[dict[str, Any]]:
        """What has come to the timeline of one person since he last read it."""
        rows: list[dict[str, Any]] = []
        more = True
        while more:
            query: dict[str, str | int] = {"limit": _PAGE}
            if who in self._cursors:
                query["cursor"] = self._cursors[who]
            page = self._sandbox.look(who, f"{_CASES}/{self._case}/timeline", query)
            rows += page["rows"]
            self._cursors[who], more = page["next"], page["more"]
        return rows

    def _turn(self, rows: Iterable[Mapping[str, Any]]) -> None:
        for row in rows:
            if row["type"] == "step_turned":
                facts = row["facts"]
                turn = Turned(
                    closed=Step(facts["closed"]), outcome=facts["outcome"], mode=Mode(facts["mode"]),
                    opened=Step(facts["opened"]),
                )  # fmt: skip
                self.record.turns.append(turn)
                self._told.turned(turn)

    def _seen(self) -> Seen:
        if self._known is None:
            seen = self._look(self._settled.auditor)
            if seen is None or seen.case is None:
                raise WalkFailed("auditor_blind")
            self._known = seen
            self.record.state = seen.case
        return self._known

    def _look(self, who: str) -> Seen | None:
        """The case as this person is shown it; None where it does not exist for him."""
        try:
            return _seen(self._sandbox.look(who, f"{_CASES}/{self._case}"))
        except Refusal as no:
            if no.status == 404:
                return None
            raise

    @property
    def _case(self) -> str:
        assert self.record.case is not None, "a story opens its case first"
        return self.record.case

    def _person(self, who: str) -> str:
        return str(self._sandbox.people[who])


def _check_actors(rows: Iterable[Mapping[str, Any]], actors: set[str]) -> None:
    """Nobody but these may have acted since the last look."""
    other = next((row for row in rows if row["actor"] not in actors), None)
    if other is not None:
        raise WalkFailed("somebody_else", event=other["type"], actor=other["actor"])


def _in_caucus(kind: type[c.Command]) -> bool:
    return PLACES[kind].ask.writes == "caucus"


def _name(kind: type[c.Command]) -> str:
    return str(kind.model_fields["type"].default)


def _whole(seen: Seen) -> Negotiation:
    assert seen.case is not None, "only a view of the whole table is kept"
    return seen.case


def _law(pack: str, version: str, calendar: str) -> Law:
    """The law the case is pinned to, of those this program ships: another one would fill other words."""
    try:
        law = Law(pack=shipped_pack(pack), calendar=shipped_calendar())
    except PackError:
        raise WalkFailed("other_law", pack=pack, version=version) from None
    if (law.pack.version, law.calendar.version) != (version, calendar):
        raise WalkFailed("other_law", pack=pack, version=version)
    return law


def _seen(document: Mapping[str, Any]) -> Seen:
    me, due = document["me"], document["overview"]["next_due"]
    try:
        case = case_of(document["state"]) if document["state"] is not None else None
        caucus = caucus_of(document["caucus"]) if document["caucus"] is not None else None
    except (ValueError, TypeError) as wrong:
        raise WalkFailed("other_version", why=str(wrong)) from wrong
    return Seen(
        member=Member(
            person=me["person"],
            side=Side(me["side"]) if me["side"] is not None else None,
            offices=frozenset(Office(one) for one in me["offices"]),
        ),
        now=datetime.fromisoformat(document["now"]),
        law=(document["pack"], document["pack_version"], document["calendar"]),
        next_due=date.fromisoformat(due) if due is not None else None,
        overview=document["overview"],
        case=case,
        caucus=caucus,
        heads={Stream(name): seq for name, (_, seq) in document["versions"].items()},
    )
