"""Tables for reading: timeline, mandates, deadlines with their derivation, who looked at what. All follows from the
entries or from the access log; none of it is needed to check the file."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from io import StringIO
from typing import Final

from sqlalchemy import Engine, or_
from sqlmodel import col, select

from cloudnego.audit.packing import Parts, Pen
from cloudnego.core.deadlines import Running, deadlines
from cloudnego.core.moment import Law
from cloudnego.core.state import Negotiation
from cloudnego.core.vocabulary import Side, Stream
from cloudnego.eventlog.seal import Sealed, leaf_of
from cloudnego.exporting.audience import Audience
from cloudnego.files.sheets import BOM, safe_cell
from cloudnego.identity.factor_tables import Reminder
from cloudnego.identity.store import reading
from cloudnego.identity.views import views_of
from cloudnego.ports import CHINA
from cloudnego.surveys.tables import Survey
from cloudnego.texts import catalogue

_TIMELINE: Final = ("流", "序号", "时间", "发生日", "事件", "代码", "人员", "授权", "途径", "指令")
_MANDATES: Final = ("授权", "人员", "流", "首次", "末次", "次数")
_SEATS: Final = ("时间", "流", "序号", "一方", "首席代表", "受委托人", "委托至", "协商代表", "空缺")
_DEADLINES: Final = (
    "期限", "对象", "一方", "条款", "起算事实", "起算日", "计数", "单位", "起算的次日", "法定日", "末日", "跳过的日子",
    "顺延的日子", "暂定", "完成日", "逾期",
)  # fmt: skip
_REMINDERS: Final = ("事项", "第几次", "时间", "提醒人", "未办人数", "送达", "打开")
_ACCESS: Final = ("流", "材料", "一方", "日期", "首次", "人员", "姓名", "职务", "组织")


def rows_as_csv(rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The rows as lines of CSV, one by one: cells that no program calculates (`files/sheets.py`)."""
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        writer.writerow(["" if cell is None else safe_cell(str(cell)) for cell in row])
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()


class Timeline:
    """Hears every entry on its way into the file, and keeps of it a line, and under whose authority it stands."""

    def __init__(self, parts: Parts) -> None:
        self._parts: Final = parts
        self._pen: Final[Pen] = parts.pen()
        self._mandates: Final[dict[tuple[str, str, str], list[str | int]]] = {}
        self._names: Final = catalogue("zh")
        self._write([_TIMELINE], BOM.encode())

    def _write(self, rows: Iterable[Sequence[object]], first: bytes = b"") -> None:
        self._pen.write(first + b"".join(rows_as_csv(rows)))

    def saw(self, stream: Stream, seq: int, row: Sealed) -> None:
        leaf = leaf_of(row)
        name = self._names.get(f"events.{leaf.type}", leaf.type)
        at = leaf.at[:19].replace("T", " ")
        self._write(
            [
                (
                    stream.value, seq, at, leaf.occurred_on, name, leaf.type, leaf.actor, leaf.mandate, leaf.via,
                    leaf.command_id[:16],
                )
            ]
        )  # fmt: skip
        if leaf.mandate is not None:
            known = self._mandates.setdefault((leaf.mandate, leaf.actor, stream.value), [at, at, 0])
            known[1:] = [at, int(known[2]) + 1]

    def done(self) -> None:
        """Both tables are whole."""
        self._parts.keep("tables/timeline.csv", self._pen)
        rows = [(*key, *found) for key, found in sorted(self._mandates.items())]
        put(self._parts, "mandates", _MANDATES, rows)


def put(parts: Parts, name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table of one kind."""
    with parts.writing(f"tables/{name}.csv") as pen:
        pen.write(BOM.encode())
        for line in rows_as_csv([heads, *rows]):
            pen.write(line)


class Seats:
    """Hears the joint entries and the state after each, and keeps how the two benches changed, and which entry first
    made somebody chief of his side or let him act for the chief."""

    def __init__(self, audience: Audience) -> None:
        self._audience: Final = audience
        self._rows: Final[list[tuple[object, ...]]] = []
        self._last: Final[dict[Side, tuple[object, ...]]] = {}
        self.seated: Final[dict[tuple[Side, str], str]] = {}

    def saw(self, row: Sealed, before: Negotiation, after: Negotiation) -> None:
        if before.benches is after.benches:
            return
        at = leaf_of(row).at[:19].replace("T", " ")
        for side in Side:
            was, now = before.benches.of(side), after.benches.of(side)
            if was == now or Stream(row.stream) not in self._audience.streams:
                continue
            for person in {now.chief, now.delegate} - {None}:
                self.seated.setdefault((side, str(person)), f"{row.stream}/{row.seq}")
            told = (
                now.chief, now.delegate, now.delegate_until, " ".join(one.person for one in now.reps),
                " ".join(sorted(now.vacant)),
            )  # fmt: skip
            if self._last.get(side) != told:  # what else changes is who has accepted
                self._last[side] = told
                self._rows.append((at, row.stream, row.seq, side.value, *told))

    def put(self, parts: Parts) -> None:
        """Each change of a bench, as the entries have it."""
        put(parts, "seats", _SEATS, self._rows)


def put_deadlines(parts: Parts, case: Negotiation, law: Law, audience: Audience) -> None:
    """The terms between facts that this audience sees, with how each was counted."""
    found = (one for one in deadlines(case, law) if one.stream in audience.streams)
    put(parts, "deadlines", _DEADLINES, (_term(one) for one in found))


def _term(one: Running) -> tuple[object, ...]:
    due, days = one.due, " ".join
    return (
        catalogue("zh").get(f"timers.{one.timer}", one.timer), one.key, one.side and one.side.value,
        days(one.articles), one.start_fact, one.start_on, due.n, due.unit.value, due.counted_from, due.target,
        due.latest, days(str(day) for day in due.passed_over), days(str(day) for day in due.rolled_over),
        "是" if due.provisional else "否", one.met_on, "是" if one.late else "否",
    )  # fmt: skip


def put_access(parts: Parts, engine: Engine, case: str, audience: Audience) -> None:
    """Who looked at what: a side learns it of what it gave, an auditor of what either gave; nobody else."""
    if audience is Audience.AUTHORITY:
        return
    with reading(engine) as session:
        found = views_of(session, case, side=audience.side)
    rows = (
        (
            one.stream.value, one.material, one.side.value, one.day,
            _time(one.first_s), one.person, one.name,
            one.office and one.office.value, one.organisation,
        )
        for one in found
    )  # fmt: skip
    put(parts, "access", _ACCESS, rows)


def put_reminders(parts: Parts, engine: Engine, case: str, polls: Collection[str], audience: Audience) -> None:
    """That those who had not acted were reminded, of questionnaires, votes and papers of the congress: for the union,
    who reminds, and as counts, which single out nobody."""
    if audience is not Audience.UNION:
        return
    asked = select(Survey.id).where(Survey.case_id == case)
    about = col(Reminder.about)
    of_case = or_(about.in_(asked), about.in_(polls), about.startswith(f"congress {case} ", autoescape=True))
    with reading(engine) as session:
        found = list(session.exec(select(Reminder).where(of_case).order_by(about, col(Reminder.number))))
    rows = ((one.about, one.number, _time(one.at_s), one.by, one.told, one.delivered, one.opened) for one in found)
    put(parts, "reminders", _REMINDERS, rows)


def _time(at_s: int) -> str:
    return f"{datetime.fromtimestamp(at_s, UTC).astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
