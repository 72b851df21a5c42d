"""How many notices wait, left and did not arrive, and how many addresses take any: counts of a district, and nobody."""

from __future__ import annotations

from collections import Counter
from typing import Final

import msgspec
from sqlalchemy import Engine, func
from sqlmodel import col, or_, select

from cloudnego.identity.factor_tables import MailAddress
from cloudnego.identity.store import reading
from cloudnego.notify.outbox import State
from cloudnego.notify.tables import Dispatch

LATE_S: Final = 600
"""What could have left so long ago and did not was put off by a server, or nobody hands it over."""


class ChannelCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Messages by one channel: those that wait now, of them `late`, and what became of the others."""

    waiting: int
    late: int
    sent: int
    bounced: int
    failed: int
    lapsed: int


class AddressCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Mail addresses: to which notices go, of which no code came back yet, and those that take nothing."""

    confirmed: int
    unconfirmed: int
    paused: int


def of_channels(engine: Engine, district: str, since_s: int, now_s: int) -> dict[str, ChannelCounts]:
    """By channel: what waits, and what ended since then."""
    here = select(Dispatch.channel, Dispatch.state, func.count()).where(Dispatch.district == district)
    ended = here.where(or_(col(Dispatch.done_s).is_(None), col(Dispatch.done_s) >= since_s))
    late = select(Dispatch.channel, func.count()).where(
        Dispatch.district == district, Dispatch.state == State.WAITING.value, col(Dispatch.made_s) < now_s - LATE_S,
        col(Dispatch.next_s) < now_s - LATE_S,
    )  # fmt: skip
    with reading(engine) as session:
        rows = session.exec(ended.group_by(col(Dispatch.channel), col(Dispatch.state))).all()
        overdue = dict(session.exec(late.group_by(col(Dispatch.channel))).all())
    found = Counter({(channel, state): count for channel, state, count in rows})
    return {
        channel: ChannelCounts(
            late=overdue.get(channel, 0), **{state.value: found[channel, state.value] for state in State}
        )
        for channel in sorted({channel for channel, _ in found})
    }


def of_addresses(engine: Engine, district: str) -> AddressCounts:
    """The mail addresses people of a district have given."""
    query = select(col(MailAddress.confirmed_s).is_not(None), col(MailAddress.failed_s).is_not(None), func.count())
    query = query.where(MailAddress.district == district)
    with reading(engine) as session:
        rows = session.exec(
            query.group_by(col(MailAddress.confirmed_s).is_not(None), col(MailAddress.failed_s).is_not(None))
        ).all()
    found = Counter[str]()
    for confirmed, failed, count in rows:
        found["paused" if failed else "confirmed" if confirmed else "unconfirmed"] += count
    return AddressCounts(confirmed=found["confirmed"], unconfirmed=found["unconfirmed"], paused=found["paused"])
