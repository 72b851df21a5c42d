"""The way out of mails: one click in a mail program, or a press on our page, with nothing but what stands in the mail.

Mail programs post to the address in `List-Unsubscribe` by themselves (RFC 8058); looked at, the same address is our
page, which asks first, for scanners of mail open every link. Messages in the program stay, and what is served there.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Final

from fastapi import Path
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.notify.leaving import Leaving
from cloudnego.notify.marks import BELOW, KEYS, Marks
from cloudnego.web.account import TheSite
from cloudnego.web.answers import nothing
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.forms import spoken
from cloudnego.web.site import Site

router = Endpoints(tags=["accounts"])

MarkText = Annotated[str, Path(max_length=128)]
_FORM: Final = {"type": "object", "properties": {"List-Unsubscribe": {"const": "One-Click"}}}


def _leaving(site: Site) -> Leaving:
    marks = Marks(partial(site.log.ring.derived, KEYS), site.public_url, None)
    return Leaving(site.engine, site.factors.inbox, marks, site.now_s)


@router.post(
    BELOW + "/{mark}",
    **spoken(
        described("unsubscribe", None, status=204, codes=("not_found", "malformed", "too_long"), open_to_all=True),
        form=_FORM,
    ),
)
async def unsubscribe(request: Request, site: TheSite, mark: MarkText) -> Response:
    """Mail nothing more to whoever got this letter. Once more changes nothing. What is in the body besides is not read,
    nor is a cookie."""
    await request.body()
    if not await site.threads.run(_leaving(site).leave, mark):
        raise Problem("not_found")
    return nothing()
