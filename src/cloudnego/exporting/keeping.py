"""What would be deleted of one case and when, and what keeps the rest: a dry run for who may hold the case.

Of what its reader does not see nothing is counted: how much a side said to itself, how many answered it, who read its
materials. Of that he is told the rule and its day alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, Literal

import msgspec
from sqlmodel import SQLModel

from cloudnego.exporting.erasing import TALK
from cloudnego.identity.retention import COPIES, KEPT, UNDER, Kept
from cloudnego.texts import Said, say

Rule = Literal["after_contract", "by_age", "archive", "stays"]
"""When it goes: so many days after the contract ran out; each row so many days after it was made; kept as an archive;
or never by time, since it proves what was done, and words of it only at somebody's wish."""

_TALK: Final = "talk"
_BALLOTS: Final = "ballots"
_AFTER_CONTRACT: Final = {_TALK: "个人信息保护法 19、47", _BALLOTS: "个人信息保护法 19"}
_FOR_GOOD: Final = "archive_for_good"
_THIRTY_YEARS: Final = "archive_thirty_years"
_ARCHIVES: Final = {_FOR_GOOD: None, _THIRTY_YEARS: 10_950}
_ARCHIVE_LAW: Final = "国家档案局令第10号；档案法 14"
_OF_CASES: Final = frozenset({*UNDER, "audit_export_part"})
"""Tables whose rows belong to a case though they do not name it."""
_STAYS: Final = ("papers", "cases", "polls", "files")


class Keeping(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of record of a case. `days`: how long it is kept, None for good; `goes_on`: the first day on which the
    nightly work deletes it, None where none can be told yet; `older_than`: what was made before that day goes tonight;
    `count`: how many there are of what the reader sees, None where he is not told; `held`: a hold keeps it now."""

    name: str
    what: Said
    rule: Rule
    days: int | None
    goes_on: date | None
    older_than: date | None
    count: int | None
    law: str
    held: bool


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What the reader sees of the case: entries of talk that still have their words, all others with words, files, and
    papers by how long archives keep them (`papers` are those no archive wants)."""

    talk: int
    words: int
    files: int
    papers: int
    for_good: int
    thirty_years: int


def plan(
    seen: Seen, keeps: Mapping[str, int], *, expires_on: date | None, today: date, live: bool, held: bool
) -> tuple[Keeping, ...]:
    """Every kind of record the case may have, what goes first first. `keeps`: days by name, as the installation keeps
    them; `live`: no sandbox, of which nothing goes with its contract."""
    counts = {
        _TALK: seen.talk, _FOR_GOOD: seen.for_good, _THIRTY_YEARS: seen.thirty_years, "papers": seen.papers,
        "cases": seen.words, "files": seen.files,
    }  # fmt: skip

    def one(name: str, rule: Rule, days: int | None, law: str, what: Said | None = None) -> Keeping:
        ends = rule == "after_contract" and live and expires_on is not None and days is not None
        return Keeping(
            name=name, what=what or say(f"keeping.{name}"), rule=rule, days=days,
            goes_on=expires_on + timedelta(days=days + 1) if ends and expires_on and days is not None else None,
            older_than=today - timedelta(days=days) if rule == "by_age" and days is not None else None,
            count=counts.get(name), law=law, held=held and name not in COPIES,
        )  # fmt: skip

    by_age = [(row, keeps.get(row.name, row.days)) for row in of_a_case()]
    ends = [one(name, "after_contract", keeps[name], law) for name, law in _AFTER_CONTRACT.items()]
    archives = [one(name, "archive", days, _ARCHIVE_LAW) for name, days in _ARCHIVES.items()]
    stays = [one(row.name, "stays", None, row.law, _said(row)) for row in KEPT if row.name in _STAYS]
    return (*(one(row.name, "by_age", days, row.law, row.what) for row, days in by_age), *ends, *stays, *archives)


def of_a_case() -> tuple[Kept, ...]:
    """What is swept by its age and belongs to a case."""
    known = SQLModel.metadata.tables
    return tuple(
        one for one in KEPT
        if one.name != "passing" and one.swept
        and all("case_id" in known[name].columns or name in _OF_CASES for name, _ in one.swept)
    )  # fmt: skip


def _said(row: Kept) -> Said:
    return say(f"keeping.{row.name}") if row.name == "cases" else row.what


def is_talk(type_: str) -> bool:
    """Whether the words of an entry are talk, which goes with its contract."""
    return type_ in TALK
