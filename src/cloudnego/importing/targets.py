"""Where rows go: a register is asked what each would be there, and takes those that are new or changed, or none."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, ClassVar, Final, NamedTuple, Protocol

from sqlalchemy import Connection, Engine
from sqlmodel import Session

from cloudnego.identity.mandates import mandate_covers
from cloudnego.identity.register import Entry
from cloudnego.identity.roster import NewId, Roster
from cloudnego.identity.sessions import Held
from cloudnego.identity.store import reading, writing
from cloudnego.importing.reading import Found, Row

AT_ONCE: Final = 500
"""Values of one statement's list: SQLite and PostgreSQL both take many more."""

Told = Callable[[int], None]


class Verdict(NamedTuple):
    """What a row is there: new, changed, same or refused. `plan`: what the register needs to write it."""

    status: str
    wrong: tuple[Found, ...] = ()
    plan: Any = None


Finish = Callable[[Connection, Sequence[Verdict]], None]
LeftOut = tuple[Row, tuple[Found, ...]]


class By(NamedTuple):
    """Who imports, and when: with offices in force on the district's day, as an operator with none."""

    district: str
    person: str
    held: tuple[Held, ...]
    today: date
    now_s: int
    new_id: NewId
    operator: bool = False

    def covering(self, held: Sequence[Held], act: str) -> bool:
        """Whether a mandate among these covers the act."""
        return any(mandate_covers(one, act, self.today) for one in held)


class Run(NamedTuple):
    """How it is done. `keep`: write it, else only say what would be; `partial`: without the rows that are refused.

    `told` is told of rows that were compared, `wrote` of those that were written or need not be; `finish` writes down
    in the same transaction that it is done; `left_out`: rows that are refused for their cells."""

    keep: bool
    partial: bool
    told: Told
    wrote: Told
    finish: Finish
    left_out: Sequence[LeftOut] = ()


class Target(Protocol):
    """A register."""

    def run(self, rows: Sequence[Row], run: Run) -> list[Verdict]:
        """A verdict for each row; blocks. Where `run.keep` and nothing is refused, or what is refused may be left out,
        all that is new or changed is written when it returns, else nothing is."""
        ...


def refused(*wrong: Found) -> Verdict:
    return Verdict("refused", wrong)


def any_refused(verdicts: Sequence[Verdict]) -> bool:
    return any(one.status == "refused" for one in verdicts)


class _Back(Exception):
    """Takes a transaction back."""

    def __init__(self, verdicts: list[Verdict]) -> None:
        super().__init__()
        self.verdicts: Final = verdicts


class InTables(ABC):
    """A register in tables of identity: one transaction, in which rows are compared and written.

    `ahead`: rows are compared before it, so that the lock is held for the writing alone. That is for a register whose
    own indexes refuse what somebody else wrote in between; then nothing is written, and one may ask again.
    """

    ahead: ClassVar[bool] = False

    def __init__(self, engine: Engine, by: By) -> None:
        self.engine: Final = engine
        self.by: Final = by

    @abstractmethod
    def compare(self, session: Session, rows: Sequence[Row], told: Told) -> list[Verdict]:
        """A verdict for each row, by what the register has in this transaction."""

    @abstractmethod
    def write(self, session: Session, roster: Roster, found: Sequence[tuple[Row, Verdict]], told: Told) -> None:
        """Write the rows that are new or changed."""

    def run(self, rows: Sequence[Row], run: Run) -> list[Verdict]:
        if not run.keep:
            with reading(self.engine) as session:
                return self.compare(session, rows, run.told)
        before: list[Verdict] | None = None
        if self.ahead:
            with reading(self.engine) as session:
                before = self.compare(session, rows, run.told)
        try:
            with writing(self.engine) as session:
                verdicts = before if before is not None else self.compare(session, rows, run.told)
                if not run.partial and any_refused(verdicts):
                    raise _Back(verdicts)
                found = [
                    (row, one) for row, one in zip(rows, verdicts, strict=True) if one.status in ("new", "changed")
                ]
                by = self.by
                run.wrote(len(rows) - len(found))
                self.write(session, Roster(session, by.district, by.new_id, by.now_s, by.person), found, run.wrote)
                run.finish(session.connection(), verdicts)
        except _Back as back:
            return back.verdicts
        return verdicts


def chunks(rows: Sequence[Any]) -> list[Sequence[Any]]:
    """The rows, as many at once as one statement names."""
    return [rows[begin : begin + AT_ONCE] for begin in range(0, len(rows), AT_ONCE)]


class Firms:
    """The enterprises that rows name, each looked up once."""

    def __init__(self, found: dict[str, Entry], given: Entry | None) -> None:
        self._found: Final = found
        self._given: Final = given

    def of(self, row: Row) -> Entry | Found:
        """The enterprise of a row, or what is wrong with the name of it."""
        code = row.values.get("credit_code")
        if self._given is not None:
            if code is not None and code != self._given.credit_code:
                return Found("other_enterprise", "credit_code")
            return self._given
        if code is None:
            return Found("missing", "credit_code")
        return self._found.get(code) or Found("enterprise_unknown", "credit_code", {"shown": code})
