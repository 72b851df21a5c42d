"""The screen of a meeting: the code one checks in with, as an address and as a QR code."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Final

import segno
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.sight import before_code, moment_of
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import answer
from cloudnego.web.cases import find, pinned_law
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.documents import CheckInCode
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem, obstacle_as_said
from cloudnego.web.queries import ActingAs, CaseId
from cloudnego.web.room_codes import STANDS_S

PAGE: Final = "check-in#"
"""The check-in page of a case; the code stands behind the #, where no server and no proxy sees it."""

_ERROR: Final = "m"  # a screen is read from across a table
_QUIET: Final = 4  # ISO/IEC 18004 wants four modules of nothing around a code

router = Endpoints(prefix="/api/v1", tags=["negotiations"])


@router.get(
    "/negotiations/{case_id}/check-in-code",
    **described("get_check_in_code", CheckInCode, codes=(*OF_A_CASE, "refused")),
)
async def get_check_in_code(
    request: Request, site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None
) -> Response:
    """The code of this half minute, for whoever puts it up on a screen of the room."""
    found = await find(site, who, case_id, acting_as)

    def made() -> CheckInCode:
        law = pinned_law(site, found.case)
        in_the_way = before_code(moment_of(found.standing(law), found.member))
        if in_the_way:
            raise Problem("refused", obstacles=[obstacle_as_said(one, law.pack) for one in in_the_way])
        link = f"{site.public_url}/c/{found.id}/{PAGE}{site.room_codes.code(found.id, found.case.meeting, found.at)}"
        drawing = io.BytesIO()
        qr = segno.make(link, error=_ERROR, micro=False)
        qr.save(drawing, kind="svg", border=_QUIET, omitsize=True, xmldecl=False, svgns=True, light="#fff", nl=False)
        left_s = STANDS_S - int(found.at.timestamp()) % STANDS_S
        return CheckInCode(
            link=link,
            svg=drawing.getvalue().decode(),
            lasts_s=left_s,
            until=found.at.replace(microsecond=0) + timedelta(seconds=left_s),
        )

    return answer(await site.threads.run(made))
