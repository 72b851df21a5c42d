"""The documents of the district's screen. Null stands for what is of fewer than five enterprises, or hidden with it."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from cloudnego.core.vocabulary import Seat, Side


class ProgressDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over cases of how far they are: what their rows in the list show as well. `gatherings`: times people came
    together, `saved`: of the four a case can have, those that went without. `agreed`: cases whose contract both sides
    agreed on, here or before it was registered here."""

    cases: int
    headcount: int
    gatherings: int
    saved: int
    steps_done: int
    steps_online: int
    green: int
    yellow: int
    red: int
    grey: int
    offered: int
    agreed: int
    in_force: int
    published: int
    contested: int


class FiguresDocument(ProgressDocument, frozen=True, kw_only=True):
    """And of what came out. `rate_sum`: of the rates of raise of the `rated` cases in force, in units of 0.0001
    percent; `ballot_roll` and `ballot_present`: votes there were and votes cast, in the `balloted` cases whose ballot
    counted; `enterprises`: how many have a case of their own here. In percent with one decimal: `agreed_rate`, 谈成率,
    `agreed` of `cases`; `turnout`, of the votes there were; `mean_raise` of the `rated`. Null: what is of fewer than
    `least` cases, or hidden with it, and what there is nothing of."""

    balloted: int
    passed_first: int | None
    rated: int
    rate_sum: int | None
    ballot_roll: int | None
    ballot_present: int | None
    enterprises: int
    agreed_rate: str | None
    turnout: str | None
    mean_raise: str | None


class StuckDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Live cases that wait for the same thing from the same side and seat. `articles`: what that rests on, as one
    of them is told by its own pack."""

    reason: str
    side: Side | None
    seat: Seat | None
    cases: int
    articles: tuple[str, ...]


class CockpitDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A district on one screen. `by_step` counts live cases, `by_ending` closed ones, the others all.

    `least`: figures of fewer enterprises are null. `stuck`: the most first. `overdue`, `due`: live cases by the term
    that is late, or due within three working days. `expiring`: contracts in force that end within so many days.
    `raises`: contracts in force by where the raise lies in the guideline; `minima`: by the lowest wage in percent of
    the local minimum.
    """

    sandbox: bool
    today: date
    least: int
    total: FiguresDocument | None
    by_step: dict[str, ProgressDocument]
    by_ending: dict[str, ProgressDocument]
    by_place: dict[str, FiguresDocument | None]
    by_industry: dict[str, FiguresDocument | None]
    by_size: dict[str, FiguresDocument | None]
    by_year: dict[str, FiguresDocument | None]
    stuck: tuple[StuckDocument, ...]
    overdue: dict[str, int]
    due: dict[str, int]
    expiring: dict[str, int]
    raises: dict[str, int | None]
    minima: dict[str, int | None]


class CoverageFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Enterprises of the register, whether they ever began or not. `in_force`: with a contract in force on the day;
    `established`: 建制率, the share of those with a union that have one, in percent with one decimal, null without any.
    `begun`: with a case of the year; `not_begun`: without one, and without a contract that runs on beyond the year."""

    enterprises: int
    workers: int
    with_union: int
    in_force: int
    in_force_with_union: int
    established: str | None
    covered_workers: int
    begun: int
    not_begun: int


class CoverageDocument(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a district has a contract. Industries by division (two digits of GB/T 4754)."""

    sandbox: bool
    today: date
    year: int
    least: int
    total: CoverageFigures | None
    by_place: dict[str, CoverageFigures | None]
    by_industry: dict[str, CoverageFigures | None]
    by_size: dict[str, CoverageFigures | None]


class MonthDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The report of a month. `happened`: how many cases were opened, offered, agreed, in force, and reach their end on
    its days; `cockpit` and `coverage` are those of the other endpoints for the wage year, as they stand that hour."""

    month: str
    made_at: datetime
    happened: dict[str, int] | None
    cockpit: CockpitDocument
    coverage: CoverageDocument
