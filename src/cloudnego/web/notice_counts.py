"""通知情况: how many notices to people wait, left and did not arrive. For the district's union, and whoever runs it.

Counts of the whole district and of nothing smaller: how one is told is one's own affair (`web/telling.py`).
"""

from __future__ import annotations

from typing import Final

import msgspec
from starlette.responses import Response

from cloudnego.core.pack import Text2
from cloudnego.core.vocabulary import Office
from cloudnego.identity.sessions import Who
from cloudnego.notify.counts import AddressCounts, ChannelCounts, of_addresses, of_channels
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.acting import in_force
from cloudnego.web.answers import answer
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1", tags=["accounts"])

DAYS: Final = 30
_DAY_S: Final = 86_400
_READERS: Final = frozenset({Office.DISTRICT_UNION, Office.OPERATOR})
_NONE: Final = ChannelCounts(waiting=0, late=0, sent=0, bounced=0, failed=0, lapsed=0)


class ChannelFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One way out of the program. `label`: what people call it, null of mail; `offered`: notices leave by it now;
    `counts`: messages that wait now, and those that ended in the last `days`."""

    name: str
    label: Text2 | None
    offered: bool
    counts: ChannelCounts


class NoticeCountsDocument(msgspec.Struct, frozen=True, kw_only=True):
    """How notices of a district fare. `leaves`: false in a sandbox, which nothing leaves."""

    days: int
    leaves: bool
    channels: tuple[ChannelFigures, ...]
    addresses: AddressCounts


@router.get("/notice-counts", **described("notice_counts", NoticeCountsDocument, codes=("not_found",)))
async def notice_counts(site: TheSite, who: SignedIn) -> Response:
    """For officials of the district's union and the operator: what waits, and what became of the notices of the last
    thirty days. Nobody is named, and no enterprise."""
    if not any(one.office in _READERS for one in in_force(site, who)):
        raise Problem("not_found")
    return answer(await site.threads.run(_document, site, who))


def _document(site: Site, who: Who) -> NoticeCountsDocument:
    now = site.now_s()
    counts, open_ = of_channels(site.engine, who.district, now - DAYS * _DAY_S, now), site.outbox.channels
    return NoticeCountsDocument(
        days=DAYS,
        leaves=site.clocks.district(who.district).kind != "sandbox",
        channels=tuple(
            ChannelFigures(
                name=name,
                label=Text2(**label) if name in open_ and (label := open_[name].label) is not None else None,
                offered=name in open_,
                counts=counts.get(name, _NONE),
            )
            for name in (*open_, *(one for one in counts if one not in open_))
        ),
        addresses=of_addresses(site.engine, who.district),
    )
