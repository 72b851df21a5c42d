"""The years of each enterprise: contracts entered afterwards, contracts made here, renewed, changed, ended, expired."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Final

from cloudnego.chooser import scan
from cloudnego.core import commands as c
from cloudnego.core.vocabulary import CLOCK, Kind, Side
from cloudnego.seedling.play import Halt, Play, Tale
from seeds.xiaoshan.firms import SEED, Firm
from seeds.xiaoshan.plots import Plot
from seeds.xiaoshan.straight import performed, to_force
from seeds.xiaoshan.telling import TODAY, Teller, part_of

_MADE_HERE: Final = {2024: 10, 2025: 38}
_ENTERED: Final = {2023: 34, 2024: 48, 2025: 46}
"""Percent of the enterprises with a case of that year on the platform, and with a contract made on paper before it."""

_RENEWAL_DAYS: Final = 88


def career(teller: Teller, firm: Firm, plot: Plot, begins: date | None) -> None:
    """All the cases of one enterprise, in the order in which they follow each other.

    `begins`: the opening day of this year's case, where the plot is one that stops.
    """
    dice = Random(f"{SEED}/career/{firm.key}")
    day = begins or _opening_day(teller, plot, dice)
    before: Play | None = None
    for year, at, made_here in _history(teller, day, dice):
        if made_here:
            before = _next(teller, firm, year, at, performed, before=before)
        elif before is None or not before.case.live:
            _entered(teller, firm, year, at)
    _change_of_old(teller, firm, before, day, dice)
    play = _next(teller, firm, 2026, day, plot.tale, before=before, plot=plot)
    if plot.key == "renewing":
        _renewing(teller, firm, play, dice)
    elif plot.key == "amending":
        _amending(teller, firm, play)
    _to_the_end(play, None)


def _opening_day(teller: Teller, plot: Plot, dice: Random) -> date:
    """When the case of 2026 was opened, for a plot that does not stop."""
    if plot.since == 0:  # so early that its contract is to be renewed now
        return teller.working(date(2025, 10, 13) + timedelta(days=dice.randrange(40)))
    span = (date(2026, plot.until + 1, 1) - date(2026, plot.since, 1)).days
    return teller.working(date(2026, plot.since, 5) + timedelta(days=dice.randrange(span - 5)))


def _history(teller: Teller, day: date, dice: Random) -> list[tuple[int, date, bool]]:
    """Year, opening or signing day, and whether it was made on the platform; each a bit before the next year's."""
    found, at = [], day
    for year in (2025, 2024, 2023):
        at = teller.working(at - timedelta(days=352 + dice.randrange(26)))
        percent = dice.randrange(100)
        if percent < _MADE_HERE.get(year, 0):
            found.append((year, at, True))
        elif percent < _MADE_HERE.get(year, 0) + _ENTERED[year]:
            found.append((year, at, False))
    return found[::-1]


def _next(
    teller: Teller, firm: Firm, year: int, day: date, tale: Tale, *, before: Play | None, plot: Plot | None = None
) -> Play:
    """The case that follows another: its renewal if the other's contract is about to end."""
    if before is not None:
        _wait(before, day)
    parent = before if before is not None and _to_be_renewed(before, day) else None
    play = teller.case(
        firm, year, day, stop=plot.stop if plot else None, kind=Kind.RENEWAL if parent else Kind.NEW, parent=parent
    )
    play.tell(tale)
    if before is not None:
        _to_the_end(before, play)
    if plot is not None and plot.stop is not None:
        play.rest()
    return play


def _to_be_renewed(before: Play, day: date) -> bool:
    filing = before.case.filing
    if not before.case.live or filing.in_force_from is None or filing.expires_on is None:
        return False
    return filing.expires_on - timedelta(days=_RENEWAL_DAYS) <= day


def _wait(play: Play, day: date) -> None:
    if play.case.live and play.today < day:
        play.tell(lambda t: t.wait_until(day))


def _to_the_end(play: Play, child: Play | None) -> None:
    """A contract runs on: replaced when its child comes into force, else reported on, and expired with its term."""
    if not play.case.live:
        return
    play.tell(lambda t: _end(t, child))
    play.rest()


def _end(t: Play, child: Play | None) -> None:
    filing = child.case.filing if child is not None else None
    expires = t.case.filing.expires_on
    if t.case.filing.in_force_from is None or expires is None:
        raise Halt
    of_this = child is not None and child.case.opened is not None and child.case.opened.parent == t.case_id
    from_day = filing.in_force_from if filing is not None and of_this else None
    if child is not None and from_day is not None and from_day <= min(expires, TODAY):
        if from_day > t.today:
            t.wait_until(from_day)
        t.ask(CLOCK, c.RecordSupersession(child=child.case_id))
        return
    report = expires - timedelta(days=12 + t.dice.randrange(20))
    if report > t.today:
        t.wait_until(report)
    t.act(t.organ(Side.EMPLOYER), c.ReportPerformance)
    t.wait_until(expires + timedelta(days=1))


def _entered(teller: Teller, firm: Firm, year: int, signed: date) -> None:
    """A contract that was made on paper: entered when it was in force, so that its duties and its end are kept."""
    in_force = signed + timedelta(days=16)
    entered = teller.working(in_force + timedelta(days=14))
    play = teller.case(firm, year, entered, suffix="-paper")
    cast, organ = part_of(firm, year).cast, play.organ(Side.WORKER)
    first = in_force.replace(day=1)
    contract = c.RegisterContract.model_validate(
        {
            "enterprise": firm.entry.id, "wage_year": year, "signed_on": signed, "in_force_from": in_force,
            "expires_on": first.replace(year=first.year + 1) - timedelta(days=1), "raise_rate": cast.agreed_percent,
            "minimum_wage_fen": cast.minimum_fen, "published_on": in_force + timedelta(days=4),
            "filing_no": f"演示备〔{in_force.year}〕{play.dice.randrange(1000):03d}号", "evidence": scan(play.dice),
            "external_ref": f"DEMO-{play.case_id}",
        }
    )  # fmt: skip
    play.ask(play.member(organ), contract)
    reported = {"occurred_on": in_force + timedelta(days=6), "evidence": scan(play.dice)}
    play.tell(lambda t: t.act(organ, c.ReportToUpperUnion, **reported))
    _to_the_end(play, None)


def _change_of_old(teller: Teller, firm: Firm, before: Play | None, day: date, dice: Random) -> None:
    """Now and then last year's contract is changed, or ended by agreement, before the new talks begin (HZ 37-39)."""
    chance = dice.randrange(100)
    if before is None or not before.case.live or before.case.filing.in_force_from is None or chance >= 14:
        return
    kind = Kind.AMENDMENT if chance < 10 else Kind.TERMINATION
    at = teller.working(before.case.filing.in_force_from + timedelta(days=60 + dice.randrange(50)))
    if at + timedelta(days=120) > day:
        return
    _wait(before, at)
    child = _child(teller, firm, before, kind, year=2025, at=at)
    child.tell(to_force)
    _to_the_end(before, child)
    child.tell(lambda t: t.act(t.organ(Side.EMPLOYER), c.PublishContract))
    _to_the_end(child, None)


def _child(teller: Teller, firm: Firm, parent: Play, kind: Kind, *, year: int, at: date) -> Play:
    """An amendment or termination; its cause is plain agreement (HZ 37)."""
    return teller.case(
        firm, year, at, kind=kind, parent=parent, suffix=f"-{kind.value}", cause=c.Cause.AGREED,
        occasion="双方协商一致",
    )  # fmt: skip


def _renewing(teller: Teller, firm: Firm, play: Play, dice: Random) -> None:
    """The contract of 2026 ends soon: its renewal for 2027 has just begun."""
    day = teller.working(TODAY - timedelta(days=4 + dice.randrange(20)))
    _wait(play, day)
    child = teller.case(firm, 2027, day, kind=Kind.RENEWAL, parent=play)
    child.tell(performed)
    child.rest()


def _amending(teller: Teller, firm: Firm, play: Play) -> None:
    """Orders have changed: an amendment for the next year is under way."""
    day = teller.working(TODAY - timedelta(days=33))
    _wait(play, day)
    child = _child(teller, firm, play, Kind.AMENDMENT, year=2027, at=day)
    child.tell(performed)
    child.rest()
