"""The work every contender of the append bench does: figures put on the table of many cases in step 5."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Final, NamedTuple

from cloudnego.core.commands import MakeProposal
from cloudnego.core.vocabulary import Member, Side
from cloudnego.eventlog.log import SqlLog
from cloudnego.ports import Asked
from tests.eventlog.given import DISTRICT, loaded, make_district, rehearsed

CASES: Final = 100
TEXT: Final = "职工方认为，本年度企业经营情况良好，物价上涨，建议各岗位年度平均工资在上年基础上相应提高，理由如下。" * 5


class Wish(NamedTuple):
    """One command of the load, before it is stamped."""

    case: str
    command: MakeProposal
    by: Member
    key: str


def table(log: SqlLog) -> list[str]:
    """A hundred cases in which the sides may put figures, loaded in bulk."""
    make_district(log)
    return loaded(log, *(("at-preparation", f"c{number}") for number in range(CASES)))


def wishes(cases: list[str], seed: str) -> Iterator[Wish]:
    """Figures by the two chiefs of one case after the other, each with some 0.7 kB of reasons, without end."""
    for number in count():
        place = number % len(cases)
        side = Side.WORKER if number // len(cases) % 2 else Side.EMPLOYER
        by = Member(person=f"c{place}{side.value[0]}0", side=side)
        command = MakeProposal(head="T3", rate=f"{1 + number % 9}.{number % 100:02d}", text=TEXT)
        yield Wish(cases[place], command, by, f"{seed}.{number}")


def stamped(wish: Wish) -> Asked:
    """The same as `handle` would stamp it."""
    at = rehearsed("at-preparation", "c0").at
    return Asked(district=DISTRICT, case=wish.case, command=wish.command, by=wish.by, at=at, key=wish.key)
