"""Loading a seed: the sandbox and its people as rows, its cases as asks to the log."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import insert
from sqlmodel import Session, SQLModel, select

from cloudnego.core.vocabulary import Origin
from cloudnego.eventlog.bulk import Bulk
from cloudnego.eventlog.districts import DistrictExists
from cloudnego.eventlog.log import SqlLog
from cloudnego.eventlog.tables import OverviewRow
from cloudnego.identity import tables
from cloudnego.identity.admission import Worker
from cloudnego.identity.custody import Custody
from cloudnego.identity.delegate_tables import Delegate, DelegatePosting, FrozenLine, FrozenRoll
from cloudnego.identity.factor_tables import Letter
from cloudnego.identity.grant_tables import PooledInstructor
from cloudnego.identity.kinds import SIDES
from cloudnego.identity.letters import letter_digest
from cloudnego.identity.references import NewReference
from cloudnego.identity.register import Entry
from cloudnego.identity.roster import has_people
from cloudnego.identity.store import reading, writing
from cloudnego.seedling.play import Script
from cloudnego.seedling.seed import Body, Figure, Post, Roll, Seed, Told, law_of

_POSTED_S: Final = 8 * 24 * 3600
"""A roll is posted so long before it is frozen: seven days for objections."""


def loaded(log: SqlLog, district: str) -> bool:
    """Whether the district is there with all its cases; what was begun and not ended is not."""
    with reading(log.engine) as session:
        return session.exec(select(OverviewRow.case_id).where(OverviewRow.district == district)).first() is not None


def load(log: SqlLog, seed: Seed, *, password_hash: str, now_s: int, told: Told = lambda _: None) -> Script | None:
    """Make the sandbox, its people and its cases; returns what was told, or None if it is all there.

    `now_s` is the machine's time. Each of the three parts is written whole or not at all, and a part that is there is
    not written again: an interrupted load is taken up where it was. Raises Refused if a rule has become stricter than
    the seed, and then no case is written.
    """
    law = law_of(seed.pack)
    with suppress(DistrictExists):
        log.districts.make(seed.district, seed.name, "sandbox", law.pack, law.calendar)
    if loaded(log, seed.district):
        return None
    log.districts.move_clock(seed.district, int(seed.now.timestamp()) - now_s)
    with writing(log.engine) as session:
        if not has_people(session, seed.district):
            _write_identity(session, seed, password_hash, now_s)
            _write_letters(session, seed, Custody(log.engine, log.ring), now_s)
    with Bulk(log.store, log.ring, log.districts, flush_rows=sys.maxsize) as pen:
        script = Script(seed.district, pen)
        seed.tell(script, told)
    return script


def _write_identity(session: Session, seed: Seed, password_hash: str, now_s: int) -> None:
    """Places, organisations, register and people, many rows at a time: a roster of thousands is one statement."""
    own: dict[str, Any] = {"district": seed.district}
    made = {**own, "created_s": now_s}
    heads = [(entry.id, one) for entry in seed.enterprises for one in entry.headcount]
    columns = [x for x in Entry.__struct_fields__ if x not in ("id", "name", "region", "version", "headcount")]
    rows: list[tuple[type[SQLModel], Iterable[dict[str, Any]]]] = [
        (tables.Region, ({**own, "code": p.code, "name_zh": p.name_zh, "name_en": p.name_en} for p in seed.places)),
        (tables.Organisation, (_organisation(made, body, now_s) for body in seed.bodies)),
        (
            tables.Enterprise,
            (
                {**own, "organisation": entry.id, "version": 1, **{x: getattr(entry, x) for x in columns}}
                for entry in seed.enterprises
            ),
        ),
        (tables.Headcount, ({"organisation": id_, **msgspec.structs.asdict(one)} for id_, one in heads)),
        (tables.Person, ({**made, "id": human.id, "name": human.name} for human in seed.humans)),
        (tables.Membership, (_membership(made, number, post) for number, post in enumerate(seed.posts, 1))),
        (
            tables.Account,
            (
                {**made, "person": human.id, "login": human.login, "password_hash": password_hash}
                for human in seed.humans
                if human.login is not None
            ),
        ),
        (PooledInstructor, (_pooled(own, number, one, seed, now_s) for number, one in enumerate(seed.pool, 1))),
        (tables.ReferenceValue, (_figure(own, figure, now_s) for figure in seed.figures)),
        (tables.DistrictMap, [_map(own, seed, now_s)]),
    ]
    rows += _rolls(made, seed, now_s)
    for table, wanted in rows:
        session.execute(insert(table.__table__), list(wanted))  # type: ignore[attr-defined]


def _rolls(made: dict[str, Any], seed: Seed, now_s: int) -> list[tuple[type[SQLModel], Iterable[dict[str, Any]]]]:
    """Rosters of workers, and rolls of delegates posted and frozen, of the enterprises that keep theirs here."""
    at = {(post.person, post.organisation): _membership_id(seed.district, n) for n, post in enumerate(seed.posts, 1)}
    today, found = seed.now.date(), list[tuple[type[SQLModel], Iterable[dict[str, Any]]]]()
    for roll in seed.rolls:
        of = {**made, "enterprise": roll.enterprise, "created_by": roll.keeper}
        frozen = f"f{roll.enterprise}"
        lines = [
            {"person": one.person, "manager": one.manager, "woman": one.woman, "dispatched": False}
            for one in roll.lines
        ]
        kept = [{**line, "id": f"d{roll.enterprise}{one.number}"} for line, one in zip(lines, roll.lines, strict=True)]
        found += [
            (
                Worker,
                (
                    {**of, "id": _worker_id(roll, no), "number": no, "person": p, "membership": at[p, roll.enterprise]}
                    for p, no in roll.workers
                ),
            ),
            (
                Delegate,
                (
                    {**of, **one, "worker": _worker_id(roll, was.number), "since": today.replace(day=1)}
                    for one, was in zip(kept, roll.lines, strict=True)
                ),
            ),
            (DelegatePosting, [_posting(of, roll, now_s, today)]),
            (FrozenRoll, [_frozen(of, roll, frozen, now_s)]),
            (
                FrozenLine,
                (
                    {**line, "roll": frozen, "delegate": one["id"], "salt": was.salt, "leaf_hash": leaf}
                    for line, one, was, leaf in zip(lines, kept, roll.lines, roll.leaves, strict=True)
                ),
            ),
        ]
    return found


def _worker_id(roll: Roll, number: str) -> str:
    return f"w{roll.enterprise}{number}"


def _posting(of: dict[str, Any], roll: Roll, now_s: int, today: date) -> dict[str, Any]:
    row = {name: of[name] for name in ("district", "enterprise")}
    return {
        **row, "id": f"q{roll.enterprise}", "posted_by": roll.keeper, "posted_s": now_s - _POSTED_S,
        "until": today - timedelta(days=1),
    }  # fmt: skip


def _frozen(of: dict[str, Any], roll: Roll, id_: str, now_s: int) -> dict[str, Any]:
    row = {name: of[name] for name in ("district", "enterprise")}
    return {
        **row, "id": id_, "roll_hash": roll.roll_hash, "delegates": len(roll.lines), "attending": 0,
        "workers": len(roll.workers), "managers": sum(one.manager for one in roll.lines),
        "women": sum(one.woman for one in roll.lines), "frozen_s": now_s, "frozen_by": roll.keeper,
    }  # fmt: skip


def _map(own: dict[str, Any], seed: Seed, now_s: int) -> dict[str, Any]:
    """The map as `web.maps` keeps it."""
    tiles = [{"code": code, "x": x, "y": y} for code, (x, y) in seed.tiles.items()]
    body = msgspec.json.encode({"tiles": tiles, "shapes": None})
    return {**own, "body": body, "entered_by": seed.humans[0].id, "entered_s": now_s}


def _write_letters(session: Session, seed: Seed, custody: Custody, now_s: int) -> None:
    """A mandate letter for each membership of whoever can sign in, all with the same code."""
    guests = {human.id for human in seed.humans if human.login is not None}
    rows = [
        {
            "id": f"l{seed.district}{number:06d}",
            "district": seed.district,
            "person": post.person,
            "membership": _membership_id(seed.district, number),
            "digest": letter_digest(custody, seed.district, _membership_id(seed.district, number), seed.letter),
            "issued_s": now_s,
        }
        for number, post in enumerate(seed.posts, 1)
        if post.person in guests
    ]
    session.execute(insert(Letter.__table__), rows)  # type: ignore[attr-defined]


def _membership_id(district: str, number: int) -> str:
    return f"m{district}{number:06d}"


def _organisation(made: dict[str, Any], body: Body, now_s: int) -> dict[str, Any]:
    row = {"id": body.id, "kind": body.kind.value, "name": body.name, "region": body.region, "upper": body.upper}
    return {**made, **row, "ended_s": now_s if body.ended else None}


def _membership(made: dict[str, Any], number: int, post: Post) -> dict[str, Any]:
    side = SIDES.get(post.office, post.side)
    return {
        **made, "id": _membership_id(made["district"], number), "person": post.person,
        "organisation": post.organisation, "office": post.office.value,
        "side": side.value if side is not None else None,
    }  # fmt: skip


def _pooled(own: dict[str, Any], number: int, person: str, seed: Seed, now_s: int) -> dict[str, Any]:
    since = seed.now.date().replace(month=1, day=1)
    return {
        **own, "id": f"i{seed.district}{number:03d}", "person": person, "origin": Origin.UNION.value,
        "active_from": since, "entered_by": person, "entered_s": now_s,
    }  # fmt: skip


def _figure(own: dict[str, Any], figure: Figure, now_s: int) -> dict[str, Any]:
    row = {**own, "id": figure.id, "entered_by": figure.by, "entered_s": now_s}
    return {**row, **{name: getattr(figure.value, name) for name in NewReference.__struct_fields__}}
