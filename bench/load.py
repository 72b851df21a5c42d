"""The work every contender of the append bench does: figures put on the table of many cases in step 5."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Final, NamedTuple

from cloudnego.core.commands import MakeProposal
from cloudnego.core.vocabulary import Member, Side
from cloudnego.eventlog.keys import KEY_BYTES, Keyring, RandomDice
from cloudnego.eventlog.log import SqlLog
from cloudnego.eventlog.migrating import migrate
from cloudnego.ports import Asked
from tests.eventlog.given import DISTRICT, loaded, make_district, rehearsed

TEXT: Final = "职工方认为，本年度企业经营情况良好，物价上涨，建议各岗位年度平均工资在上年基础上相应提高。" * 5
"""Some 0.7 kB, as people write when they give reasons."""


class Wish(NamedTuple):
    """One command of the load, before it is stamped."""

    case: str
    command: MakeProposal
    by: Member
    key: str


def ring() -> Keyring:
    """Keys as in production: salts are random."""
    return Keyring([bytes(KEY_BYTES)], RandomDice(), "the bench")


def table(url: str, cases: int) -> list[str]:
    """A new database with so many cases in which the sides may put figures."""
    migrate(url)
    log = SqlLog(url, ring())
    try:
        make_district(log)
        return loaded(log, *(("at-preparation", f"c{number}") for number in range(cases)))
    finally:
        log.close()


def wishes(cases: list[str], seed: str) -> Iterator[Wish]:
    """Figures by the two chiefs of one case after the other, each with its reasons, without end."""
    for number in count():
        place = number % len(cases)
        side = Side.WORKER if number // len(cases) % 2 else Side.EMPLOYER
        by = Member(person=f"c{place}{side.value[0]}0", side=side)
        command = MakeProposal(head="T3", rate=f"{1 + number % 9}.{number % 100:02d}", text=TEXT)
        yield Wish(cases[place], command, by, f"{seed}.{number}")


def stamped(wish: Wish) -> Asked:
    """The same as `handle` stamps it."""
    at = rehearsed("at-preparation", "c0").at
    return Asked(district=DISTRICT, case=wish.case, command=wish.command, by=wish.by, at=at, key=wish.key)
