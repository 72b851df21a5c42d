"""Imports whose rows are acts, killed at any step: contracts in force and wage tables are in if and only if the import
says that it is done, and the same file again finds all the same."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

from claims.killing import forked, was_killed
from cloudnego.core.events import MaterialDelivered
from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog.batch import Batches
from cloudnego.identity.register import Entry, add_enterprise
from cloudnego.identity.roster import Roster
from cloudnego.identity.store import writing
from cloudnego.importing.jobs import Imports
from cloudnego.main import House, build, install, now_s
from cloudnego.ports import Filter
from tests.web.conftest import API, settings_for
from tests.web.played import DISTRICT, at, looking, rehearsed, settle, write

POINTS: Final = ("any time", "before the commit", "after the commit")
_LONGEST_S: Final = 5.0
_FIRMS: Final = ("FIRM-01", "FIRM-02")
_UP_TO_CLAUSES: Final = 37  # of the story: a wage table may be delivered
_WAITS_S: Final = 0.02
_CONTRACT: Final = "{code},{year},2026-01-10,2026-01-20,2026-12-31,5,{scope},{party}\n"
_CONTRACTS: Final = "统一社会信用代码,工资年度,签订日期,生效日期,期满日期,工资增幅（%）,适用范围,行业区域签订方\n"
_WAGES: Final = "岗位代码,人数,月平均工资（元）,月最低工资（元）,期间,依据代码\n"


class Life(NamedTuple):
    """One import: by whom, through which door, of which table with how many rows, and what counts them in the log."""

    by: str
    kind: str
    door: str
    content: bytes
    rows: int
    there: Callable[[House], int]


def founded(place: Path) -> str:
    """A district with a case in which a wage table may be delivered; returns the case."""
    install(settings_for(place))
    house, acts = build(settings_for(place)), rehearsed(until=_UP_TO_CLAUSES)
    settle(house)
    with writing(house.site.engine) as session:
        roster = Roster(session, DISTRICT, house.site.new_id, now_s(), "operator")
        for code in _FIRMS:
            new = Entry(id="", name=code, credit_code=code, address="路", region="330109102", industry="C17")
            add_enterprise(session, roster, DISTRICT, new)
    case = asyncio.run(write(house, acts))
    at(house, acts[-1].at)
    house.close()
    return case


def _contracts(number: int) -> Life:
    """Two contracts of enterprises, and one of a region that covers both: three cases of a year of their own."""
    year = 2027 + number
    lines = [(code, *more) for more in (("企业", ""), ("区域", "T1")) for code in _FIRMS]
    said = [_CONTRACT.format(code=code, year=year, scope=scope, party=party) for code, scope, party in lines]

    def there(house: House) -> int:
        rows = house.site.log.cases(Filter(district=DISTRICT, wage_year=year)).rows
        return sum(len(one.overview.covers) or 1 for one in rows)

    return Life("town", "contracts", "contracts", (_CONTRACTS + "".join(said)).encode(), len(lines), there)


def _wages(number: int, case: str) -> Life:
    source = f"ledger{number}"

    def there(house: House) -> int:
        said = (one.event for one in house.site.log.read(case, frozenset({Stream.TABLE}), limit=2_000))
        given = [one.wage_table for one in said if isinstance(one, MaterialDelivered) and one.wage_table is not None]
        return 2 * sum(one.source == source for one in given)

    table = "".join(f"{group},{40 + number},6200,3100,2025,{source}\n" for group in ("weaving", "dyeing"))
    return Life("e0", "wage-tables", f"wage-tables/{case}", (_WAGES + table).encode(), 2, there)


def _imported(house: House, life: Life) -> dict[str, Any]:
    """The import over HTTP, when it is over."""

    async def asked() -> dict[str, Any]:
        async with looking(house)(life.by) as client:
            headers = {"content-type": "text/csv"}
            begun = await client.post(f"{API}/imports/{life.door}", content=life.content, headers=headers)
            assert begun.status_code == 202, begun.text
            while True:
                found: dict[str, Any] = (await client.get(begun.headers["location"])).json()
                if found["state"] not in ("reading", "checking", "writing"):
                    return found
                await asyncio.sleep(_WAITS_S)

    return asyncio.run(asked())


def _doom(point: str) -> None:
    """Lay a trap at the commit of the log."""
    whole = Batches.finish

    def trapped(self: Batches, *given: Any) -> Any:
        done = whole(self, *given) if point == "after the commit" else None
        os.kill(os.getpid(), signal.SIGKILL)
        return done

    if point != "any time":
        setattr(Batches, "finish", trapped)  # noqa: B010  # a trap is of another type


def _carried_out(place: Path, life: Life, point: str) -> None:
    house = build(settings_for(place))
    _doom(point)
    _imported(house, life)
    house.close()


def _looked_at(place: Path, life: Life) -> None:
    """What stands there after a kill, and after the same file again. Raises AssertionError."""
    house = build(settings_for(place))
    imports = Imports(house.site.engine, house.site.log.ring, now_s)
    digest, count = sha256(life.content).hexdigest(), life.there(house)
    states = [one.state for one in imports.of(DISTRICT, life.by) if one.sha256 == digest]
    said = states[0] if states else "nothing"
    assert (count, said) == (life.rows, "done") or (count == 0 and said in ("failed", "nothing")), (count, said)
    again = _imported(house, life)
    expected = (0, life.rows) if count else (life.rows, 0)
    assert (again["state"], again["new"], again["same"]) == ("done", *expected), again
    assert life.there(house) == life.rows, life.there(house)
    house.close()


def killed(place: Path, case: str, number: int, seed: int) -> tuple[bool, list[str]]:
    """An import in a process of its own that is killed: whether it was, and what does not hold. `number`: of the import
    in this district, below fifty."""
    dice, fault = Random(seed), place.parent / "fault"
    life = _contracts(number) if dice.random() < 0.5 else _wages(number, case)
    point = dice.choice(POINTS)
    after_s = dice.random() * _LONGEST_S if point == "any time" else None
    status = forked(_carried_out, place, life, point, after_s=after_s, fault=fault)
    was, what = was_killed(status), f"{seed} {life.kind} {point}"
    if status != 0 and not was:
        return was, [f"{what}: it ended by itself: {fault.read_text()}"]
    if forked(_looked_at, place, life, fault=fault) != 0:
        return was, [f"{what}: {fault.read_text()}"]
    return was, []
