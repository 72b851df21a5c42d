"""What holds cases up, as the cockpit counts it, with the articles it rests on."""

from __future__ import annotations

from collections.abc import Mapping

from cloudnego.core.gate import stuck_because
from cloudnego.core.moment import Standing
from cloudnego.core.vocabulary import Seat, Side
from cloudnego.ports import Filter
from cloudnego.web.cases import pinned_law
from cloudnego.web.cockpit_documents import StuckDocument
from cloudnego.web.site import Site


def stuck_rows(site: Site, district: str, cases: Mapping[str, int]) -> tuple[StuckDocument, ...]:
    """The most first. `cases`: how many by reason, side and seat between bars, as they are tallied."""
    rows = [_row(site, district, *key.split("|"), cases=n) for key, n in cases.items()]
    return tuple(sorted(rows, key=lambda one: (-one.cases, one.reason)))


def _row(site: Site, district: str, reason: str, side: str, seat: str, *, cases: int) -> StuckDocument:
    return StuckDocument(
        reason=reason,
        side=Side(side) if side else None,
        seat=Seat(seat) if seat else None,
        cases=cases,
        articles=_cited(site, district, reason, side),
    )


def _cited(site: Site, district: str, reason: str, side: str) -> tuple[str, ...]:
    """What one of these cases cites. A rule is cited as the law of the case's own pack says it, so a case is asked:
    once in the life of a process, and of the whole district, whatever part of it is shown."""
    known = site.cited.get((district, reason, side))
    if known is not None:
        return known
    wanted = Filter(district=district, live=True, stuck=reason, turn_side=side or None)
    for row in site.log.cases(wanted, limit=1).rows:
        case = site.log.state(row.case)
        if case is None or not case.live:
            continue
        standing = Standing(case, site.world.clock(district), pinned_law(site, case))
        for one in stuck_because(standing):
            if one.reason.value == reason:
                return site.cited.setdefault((district, reason, side), one.articles)
    return ()
