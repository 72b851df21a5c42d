"""Lists to take away as CSV: the very rows the JSON lists show, with who took them when in the first line.

Cells are text nobody calculates (`files/sheets.py`): a firm may be called what it likes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final

import msgspec
from fastapi import Query
from starlette.responses import Response

from cloudnego.core.vocabulary import Step
from cloudnego.files.sheets import MARKED, table
from cloudnego.identity.register import enterprises
from cloudnego.identity.sessions import Who
from cloudnego.identity.store import reading
from cloudnego.importing.registers import cells_of
from cloudnego.importing.sheets import ENTERPRISES
from cloudnego.ports import Filter
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.enterprises import READERS, RegionText, reach_of
from cloudnego.web.lists import page, rows, sight_of
from cloudnego.web.queries import ActingAs
from cloudnego.web.site import Site

ROWS_MAX: Final = 10_000
_PAGE: Final = 200
CSV: Final = "text/csv; charset=utf-8"
_CASES: Final = {
    "enterprise_name": "企业", "wage_year": "年度", "scope": "范围", "kind": "类型", "step": "步骤", "light": "灯",
    "ending": "结案", "town": "镇街", "industry": "行业", "headcount": "职工人数", "opened_on": "开案",
    "due_on": "最近期限", "offered_on": "要约", "agreed_on": "达成", "in_force_from": "生效", "expires_on": "期满",
    "raise_rate": "增幅%", "external_ref": "外部编号",
}  # fmt: skip

router = Endpoints(prefix="/api/v1", tags=["negotiations"])


@router.get(
    "/negotiations/export.csv",
    **described("export_cases", None, codes=("malformed", "acting_as_required"), gives=(CSV,)),
)
async def export_cases(
    *,
    site: TheSite,
    who: SignedIn,
    acting_as: ActingAs = None,
    region: RegionText = None,
    step: Step | None = None,
    wage_year: Annotated[int | None, Query(ge=2000, le=2099)] = None,
    closed: bool | None = None,
) -> Response:
    """The cases of `GET /negotiations` as a table."""
    live = None if closed is None else not closed
    wanted = Filter(district=who.district, region=region, step=step, wage_year=wage_year, live=live)

    def found() -> Iterator[list[Any]]:
        sight, cursor, count = sight_of(site, who, acting_as), None, 0
        while sight is not None and count < ROWS_MAX:
            some = page(site, sight.within(wanted), cursor, _PAGE)
            for row in rows(site, who, some, sight, acting_as):
                facts = {**msgspec.structs.asdict(row.overview), "enterprise_name": row.names[row.overview.enterprise]}
                yield [row.id, *(facts[name] for name in _CASES)]
            cursor, count = some.cursor, count + len(some.rows)
            if cursor is None:
                break

    heads = ["案号", *_CASES.values()]
    return csv_answer("cases", await site.threads.run(lambda: table([first_line(site, who), heads, *found()])))


@router.get("/enterprises/export.csv", **described("export_enterprises", None, codes=("malformed",), gives=(CSV,)))
async def export_enterprises(*, site: TheSite, who: SignedIn, region: RegionText = None) -> Response:
    """The entries of `GET /enterprises` as a table that `POST /imports/enterprises` takes, edited or as it is."""
    reach = reach_of(who, READERS, site)

    def found() -> Iterator[list[Any]]:
        after, count = "", 0
        while count < ROWS_MAX:
            with reading(site.engine) as session:
                some = enterprises(session, who.district, reach, region=region, after=after, limit=_PAGE)
            for entry in some:
                yield cells_of(entry)
            if len(some) < _PAGE:
                break
            after, count = some[-1].id, count + len(some)

    heads = [one.zh for one in ENTERPRISES.columns]
    return csv_answer("enterprises", await site.threads.run(lambda: table([first_line(site, who), heads, *found()])))


def first_line(site: Site, who: Who) -> list[str]:
    """Who took the table and when; in a sandbox, that it has no effect."""
    sandbox = site.clocks.district(who.district).kind == "sandbox"
    at = site.world.clock(who.district)
    return [f"{MARKED}{who.signature} {at:%Y-%m-%d %H:%M}】", *(["演示·无效力"] if sandbox else [])]


def csv_answer(name: str, content: bytes) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
    return Response(content, 200, headers, CSV)
