"""What is kept how long, by which law, and the work of deleting what is past its time: never below the floor.

One table for all there is: a table of the database stands in exactly one row, or among those that are of nobody. What
was done in a case is not deleted by time: its words and files can be erased (`exporting.erasing`, where talk goes once
its contract is long over), its facts stay for as long as the contract is provable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, Engine, Table, and_, delete, exists, false, func, select
from sqlmodel import SQLModel

from cloudnego.eventlog.database import writing
from cloudnego.identity import (
    congress_tables,
    delegate_tables,
    factor_tables,
    grant_tables,
    hold_tables,
    hook_tables,
    link_tables,
    nomination_tables,
    portal_tables,
    record_tables,
    tables,
)
from cloudnego.identity.holds import held_cases
from cloudnego.identity.store import reading
from cloudnego.ports import CHINA
from cloudnego.surveys import tables as survey_tables
from cloudnego.texts import Actionable, Said

SWEPT_IN: Final = (
    congress_tables, delegate_tables, factor_tables, grant_tables, hold_tables, hook_tables, link_tables,
    nomination_tables, portal_tables, record_tables, survey_tables, tables,
)  # fmt: skip
"""Where the tables stand that are swept: declared whoever imports this."""

DAY_S: Final = 86_400
_AT_ONCE: Final = 5_000  # rows of one transaction: a writer of the log must not wait for a year of them


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of record. `floor`: days below which nobody may set it, with the law that says so; 0 where none does.
    `tables`: where it lies; none where that is outside the database. `swept`: what the work deletes by which column
    (whole seconds since 1970), in this order; without it it deletes nothing, for the record stays (`days` None)."""

    name: str
    what: Said
    floor: int
    days: int | None
    law: str
    tables: tuple[str, ...]
    swept: tuple[tuple[str, str], ...] = ()


KEPT: Final = (
    Kept(
        name="sign_ins",
        what=Said(zh="登录、退出和失败的记录", en="who signed in and out, and failures"),
        floor=180,
        days=400,
        law="网络安全法 21(3)",
        tables=("sign_in_record",),
        swept=(("sign_in_record", "at_s"),),
    ),
    Kept(
        name="views",
        what=Said(zh="谁看过一方提交的材料", en="who read a side's materials"),
        floor=180,
        days=10_950,
        law="网络安全法 21(3)",
        tables=("material_view",),
        swept=(("material_view", "first_s"),),
    ),
    Kept(
        name="prints",
        what=Said(zh="口令条的打印记录，作废的口令条", en="who printed slips, and slips that opened nothing any more"),
        floor=180,
        days=1_095,
        law="网络安全法 21(3)",
        tables=("slip", "slip_print"),
        swept=(("slip", "voided_s"), ("slip_print", "printed_s")),
    ),
    Kept(
        name="nominations",
        what=Said(
            zh="推荐候选人：谁推荐了谁、候选人自己的话、工会的决定和理由；对当选名单的异议和答复",
            en="nominations: who put forward whom, candidates' own words, decisions; objections to the elected list",
        ),
        floor=0,
        days=1_095,
        law="个人信息保护法 19",
        tables=("nomination_call", "candidacy", "nomination", "candidacy_step", "election_objection"),
        swept=(
            ("candidacy_step", "at_s"), ("nomination", "since_s"), ("candidacy", "since_s"),
            ("nomination_call", "opened_s"), ("election_objection", "raised_s"),
        ),
    ),
    Kept(
        name="messages",
        what=Said(
            zh="站内消息，以及哪条在何时从哪个渠道发出", en="messages in the program, and which left it when and how"
        ),
        floor=0,
        days=400,
        law="个人信息保护法 19",
        tables=("inbox_message", "dispatch"),
        swept=(("inbox_message", "made_s"), ("dispatch", "made_s")),
    ),
    Kept(
        name="audit_exports",
        what=Said(
            zh="为人出具的核查文件，以及谁为何出具；过期须重新出具",
            en="audit files that were made for somebody, with who asked for what; then they are made anew",
        ),
        floor=0,
        days=7,
        law="个人信息保护法 19",
        tables=("audit_export", "audit_export_part"),
        swept=(("audit_export_part", "made_s"), ("audit_export", "made_s")),
    ),
    Kept(
        name="imports",
        what=Said(
            zh="批量导入的结果：谁导入了什么、有问题的行；导入的内容本身在各自的登记里",
            en="what bulk imports came to: who imported what, and the rows that were refused; what was taken stands in "
            "its register",
        ),
        floor=0,
        days=30,
        law="个人信息保护法 19",
        tables=("import_job",),
        swept=(("import_job", "made_s"),),
    ),
    Kept(
        name="surveys",
        what=Said(
            zh="征集意见：问卷、谁填过（不含填了什么）、回答、意见及其去向，自截止之日起",
            en="opinion collection: what was asked, who answered (not what), answers, opinions and where they went, "
            "from the close on",
        ),
        floor=0,
        days=1_095,
        law="个人信息保护法 19、47",
        tables=("survey", "survey_part", "survey_answer", "survey_opinion", "survey_opinion_step"),
        swept=tuple(
            (name, "since_s")
            for name in ("survey_part", "survey_answer", "survey_opinion_step", "survey_opinion", "survey")
        ),
    ),
    Kept(
        name="deliveries",
        what=Said(
            zh="向接入程序推送的记录：哪个事件、何时、结果；每天用了多少次",
            en="what webhooks were told: which event, when, how it went; and how often portals asked a day",
        ),
        floor=0,
        days=90,
        law="个人信息保护法 19",
        tables=("webhook_delivery", "portal_usage"),
        swept=(("webhook_delivery", "at_s"), ("portal_usage", "last_s")),
    ),
    Kept(
        name="passing",
        what=Said(
            zh="会话、验证码、起草稿等有期限的东西，期满一天以后",
            en="sessions, codes, drafts of portals and whatever else runs out: a day after it did",
        ),
        floor=0,
        days=1,
        law="个人信息保护法 19",
        tables=(
            "sign_in", "sign_in_failure", "one_time_code", "passkey_challenge", "outside_return", "prepared", "refresh",
            "portal_spent", "portal_revoked",
        ),
        swept=(
            ("sign_in", "expires_s"), ("sign_in_failure", "last_s"), ("one_time_code", "expires_s"),
            ("passkey_challenge", "expires_s"),
            ("outside_return", "until_s"), ("prepared", "expires_s"), ("refresh", "expires_s"),
            ("portal_spent", "expires_s"), ("portal_revoked", "expires_s"),
        ),
    ),
    Kept(
        name="reach",
        what=Said(
            zh="本人填写的手机号、邮箱和通知方式",
            en="the phone and the mail address somebody gave, and how he wants to be told",
        ),
        floor=0,
        days=None,
        law="个人信息保护法 15、47",
        tables=("mail_address", "phone_number", "notice_choice"),
    ),
    Kept(
        name="logs",
        what=Said(zh="运行日志（由部署方保存）", en="the operator's log, kept where standard error goes"),
        floor=180,
        days=None,
        law="网络安全法 21(3)",
        tables=(),
    ),
    Kept(
        name="assessments",
        what=Said(zh="个人信息保护影响评估报告（纸面或者档案系统）", en="impact assessments, kept on paper"),
        floor=1_095,
        days=None,
        law="个人信息保护法 56",
        tables=(),
    ),
    Kept(
        name="accepted",
        what=Said(
            zh="谁同意过哪个版本的告知和约定，谁让哪个程序代办过",
            en="who accepted which version of a text, and who let which program act for him",
        ),
        floor=0,
        days=None,
        law="个人信息保护法 14、17",
        tables=("accepted_text", "oauth_request"),
    ),
    Kept(
        name="resets",
        what=Said(
            zh="登录方式的重置、法院调取及其记录、案件材料的保全、依请求删去的记录",
            en="resets of factors, court orders and their readings, holds on cases, what was erased at a wish",
        ),
        floor=180,
        days=None,
        law="网络安全法 21(3)",
        tables=("factor_reset", "court_order", "court_order_reading", "case_hold", "erasure"),
    ),
    Kept(
        name="people",
        what=Said(
            zh="人员、任职、名册、职工代表名册及异议、邀请、登录方式：任职期间，之后作为案件中人员编号的说明",
            en="people, offices, rosters, delegates, invitations, means of signing in: who the ids in a case are",
        ),
        floor=0,
        days=None,
        law="个人信息保护法 13(1)(3)、47",
        tables=(
            "person", "membership", "account", "worker", "invitation", "letter", "authenticator",
            "passkey", "device_key", "outside_link", "calendar_link", "instructor", "delegate", "delegate_posting",
            "delegate_objection", "delegate_roll", "delegate_roll_line",
        ),
    ),
    Kept(
        name="register",
        what=Said(
            zh="企业登记、参考数据、接入的程序：联系人、谁登记的",
            en="the register, reference values, programs let in: contacts, and who entered them",
        ),
        floor=0,
        days=None,
        law="个人信息保护法 13(1)(3)",
        tables=("organisation", "enterprise", "reference_value", "district_map", "portal_client", "portal_grant",
            "webhook",
        ),
    ),
    Kept(
        name="cases",
        what=Said(
            zh="案件中办过的事和说过的话；文字可以逐条删去",
            en="what was done and said in a case; its words can be erased one by one",
        ),
        floor=0,
        days=None,
        law="个人信息保护法 47",
        tables=(
            "leaf", "body", "overview", "seat", "cosignature",
            "congress_receipt", "congress_presence", "congress_comment", "reminder",
        ),
    ),
    Kept(
        name="polls",
        what=Said(
            zh="表决：选举人名册（谁领过票）、封存的选票清单、计票；选票上没有人，也没有时间",
            en="polls: the roll (who was issued a ballot), the list, counts; no ballot has a person or a time",
        ),
        floor=0,
        days=None,
        law="个人信息保护法 13(1)(3)",
        tables=("poll", "poll_voter", "ballot", "poll_list", "teller_count"),
    ),
    Kept(
        name="files",
        what=Said(
            zh="案件中的文件；内容和名称可以逐个删去",
            en="files of a case; their bytes and names can be erased one by one",
        ),
        floor=0,
        days=None,
        law="个人信息保护法 47",
        tables=("file", "file_part"),
    ),
    Kept(
        name="papers",
        what=Said(
            zh="生成的文书和登记簿；引用的话删去时，文书的内容一并删去，编号和校验码留存",
            en="papers that were made, and their register; erased with the words they quote, number and hashes stay",
        ),
        floor=0,
        days=None,
        law="档案法 14；个人信息保护法 47",
        tables=("paper", "paper_part"),
    ),
)  # fmt: skip
"""Everything that is kept of people, and for how long. `docs/PRIVACY.md` says the same to them."""

OF_NOBODY: Final = frozenset(
    {
        "district", "district_text", "region", "headcount", "law_text", "rollup", "tally", "stream",
        "stream_key", "district_leaf", "district_head", "district_stamp", "identity_epoch", "token_key", "portal_key",
        "portal_secret", "notice_place",
    }
)  # fmt: skip
"""Tables that hold nothing of any person: places, law, sums, keys."""


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
        return self._each(now_s, self._delete)

    def due(self, now_s: int) -> dict[str, int]:
        """How many rows of each name `sweep` would look at now, and delete unless another row still speaks of them."""
        return self._each(now_s, self._count)

    def _each(self, now_s: int, work: Callable[[Table, ColumnElement[bool]], int]) -> dict[str, int]:
        known, found = SQLModel.metadata.tables, {}
        with reading(self._engine) as session:
            held = held_cases(session, datetime.fromtimestamp(now_s, CHINA).date())
        for one in KEPT:
            days = self.days.get(one.name)
            if days is not None:
                before_s, keeps = now_s - days * DAY_S, one.name not in COPIES
                found[one.name] = sum(
                    work(known[name], and_(known[name].c[column] < before_s, ~_is_held(known[name], held, keeps)))
                    for name, column in one.swept
                )
        return found

    def _count(self, table: Table, old: ColumnElement[bool]) -> int:
        with self._engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(table).where(old)).scalar_one()

    def _delete(self, table: Table, past: ColumnElement[bool]) -> int:
        keys, gone = list(table.primary_key.columns), 0
        while True:
            with writing(self._engine).begin() as connection:
                old = select(*keys).where(past, *_spoken_of_nowhere(table)).limit(_AT_ONCE)
                rows = connection.execute(old).all()
                for row in rows:
                    here = [key == value for key, value in zip(keys, row, strict=True)]
                    connection.execute(delete(table).where(*here))
            gone += len(rows)
            if len(rows) < _AT_ONCE:
                return gone


COPIES: Final = frozenset({"audit_exports", "imports", "passing"})
"""What a hold does not keep: copies that can be made again, and what lets nobody in any more."""

UNDER: Final = {
    "nomination": ("candidacy", "candidacy"), "candidacy_step": ("candidacy", "candidacy"),
    "candidacy": ("call", "nomination_call"), "survey_part": ("survey", "survey"),
    "survey_answer": ("survey", "survey"), "survey_opinion": ("survey", "survey"),
    "survey_opinion_step": ("opinion", "survey_opinion"),
}  # fmt: skip
"""Rows that belong to a case by another row: their column, and the table whose `id` stands in it."""


def _is_held(table: Table, held: frozenset[str], keeps: bool) -> ColumnElement[bool]:
    """Whether a row belongs to a case on hold."""
    if not held or not keeps:
        return false()
    if "case_id" in table.columns:
        return table.c.case_id.in_(held)
    if table.name not in UNDER:
        return false()
    column, name = UNDER[table.name]
    above = SQLModel.metadata.tables[name]
    return table.c[column].in_(select(above.c.id).where(_is_held(above, held, keeps)))


def _spoken_of_nowhere(table: Table) -> list[ColumnElement[bool]]:
    """That no row of another table names this one: what is still spoken of stays, however old."""
    return [
        ~exists().where(key.parent == key.column)
        for other in SQLModel.metadata.sorted_tables
        if other is not table
        for key in other.foreign_keys
        if key.column.table is table
    ]
