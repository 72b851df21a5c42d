"""What is kept how long, by which law, and the work of deleting what is past its time: never below the floor.

One table for everything that lies outside the log of a case. What was said and done in a case is not deleted here: its
words can be erased (`eventlog.erase`), its facts stay for as long as the contract is provable.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from sqlalchemy import Engine, Table, delete, select
from sqlmodel import SQLModel

from cloudnego.eventlog.database import writing
from cloudnego.texts import Actionable, Said

DAY_S: Final = 86_400
_AT_ONCE: Final = 5_000  # rows of one transaction: a writer of the log must not wait for a year of them


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of record. `floor`: days below which nobody may set it, with the law that says so; 0 where none does.
    `table` and `column` (whole seconds since 1970) say what the work deletes; without them it deletes nothing, for the
    record lies elsewhere or stays for good (`days` None)."""

    name: str
    what: Said
    floor: int
    days: int | None
    law: str
    table: str | None = None
    column: str | None = None


KEPT: Final = (
    Kept(
        name="sign_ins",
        what=Said(zh="登录、退出和失败的记录", en="who signed in and out, and failures"),
        floor=180,
        days=400,
        law="网络安全法 21(3)",
        table="sign_in_record",
        column="at_s",
    ),
    Kept(
        name="views",
        what=Said(zh="谁看过一方提交的材料", en="who read a side's materials"),
        floor=180,
        days=10_950,
        law="网络安全法 21(3)",
        table="material_view",
        column="first_s",
    ),
    Kept(
        name="prints",
        what=Said(zh="口令条的打印记录", en="who printed slips"),
        floor=180,
        days=1_095,
        law="网络安全法 21(3)",
        table="slip_print",
        column="printed_s",
    ),
    Kept(
        name="messages",
        what=Said(zh="站内消息", en="messages in the program"),
        floor=0,
        days=400,
        law="个人信息保护法 19",
        table="inbox_message",
        column="made_s",
    ),
    Kept(
        name="reach",
        what=Said(zh="本人填写的手机号、邮箱", en="the phone and the mail address somebody gave"),
        floor=0,
        days=None,
        law="个人信息保护法 15、47",
    ),
    Kept(
        name="logs",
        what=Said(zh="运行日志（由部署方保存）", en="the operator's log, kept where standard error goes"),
        floor=180,
        days=None,
        law="网络安全法 21(3)",
    ),
    Kept(
        name="assessments",
        what=Said(zh="个人信息保护影响评估报告（纸面或者档案系统）", en="impact assessments, kept on paper"),
        floor=1_095,
        days=None,
        law="个人信息保护法 56",
    ),
    Kept(
        name="accepted",
        what=Said(zh="谁同意过哪个版本的告知和约定", en="who accepted which version of a text"),
        floor=0,
        days=None,
        law="个人信息保护法 14、17",
    ),
    Kept(
        name="resets",
        what=Said(zh="登录方式的重置、法院调取及其记录", en="resets of factors, court orders and their readings"),
        floor=180,
        days=None,
        law="网络安全法 21(3)",
    ),
)
"""Everything outside the log of a case that is kept for a time. `docs/PRIVACY.md` says the same to people."""


class BelowFloor(Actionable):
    """A record would be kept for less than the law wants."""


class Retention:
    """Deletes what is past its time. `days`: another time than the default, by name. Raises BelowFloor."""

    def __init__(self, engine: Engine, days: Mapping[str, int]) -> None:
        self._engine = engine
        self.days: Final = {one.name: days.get(one.name, one.days) for one in KEPT if one.days is not None}
        for one in KEPT:
            chosen = self.days.get(one.name)
            if chosen is not None and chosen < one.floor:
                raise BelowFloor("below_floor", name=one.name, days=chosen, floor=one.floor, law=one.law)

    def sweep(self, now_s: int) -> dict[str, int]:
        """Delete what is past its time at `now_s`, real time; returns how many rows of each name. Blocks.

        A clock that runs ahead deletes nothing early by more than it is ahead: the floor is counted by the same clock
        that dated the rows.
        """
        found = {}
        for one in KEPT:
            days = self.days.get(one.name)
            table = SQLModel.metadata.tables.get(one.table or "")
            if days is not None and table is not None and one.column is not None:
                found[one.name] = self._delete(table, one.column, now_s - days * DAY_S)
        return found

    def _delete(self, table: Table, column: str, before_s: int) -> int:
        keys, gone = list(table.primary_key.columns), 0
        while True:
            with writing(self._engine).begin() as connection:
                old = select(*keys).where(table.c[column] < before_s).limit(_AT_ONCE)
                rows = connection.execute(old).all()
                for row in rows:
                    here = [key == value for key, value in zip(keys, row, strict=True)]
                    connection.execute(delete(table).where(*here))
            gone += len(rows)
            if len(rows) < _AT_ONCE:
                return gone
