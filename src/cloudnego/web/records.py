"""When I signed in and out, from the record the law wants kept: a stranger in one's account shows there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal, cast

import msgspec
from starlette.responses import Response

from cloudnego.identity.records import of_person
from cloudnego.identity.store import reading
from cloudnego.ports import CHINA
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import answer
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1", tags=["accounts"])

Door = Literal["cookie", "bearer"]


class SignInEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the record. `all_out`: all sessions were ended at once."""

    what: Literal["in", "out", "all_out"]
    door: Door | None
    at: str


class SignInEntries(msgspec.Struct, frozen=True, kw_only=True):
    """The last hundred lines, newest first."""

    entries: tuple[SignInEntry, ...]


def _entries(site: Site, person: str) -> SignInEntries:
    with reading(site.engine) as session:
        rows = of_person(session, person)
    return SignInEntries(
        entries=tuple(
            SignInEntry(
                what=cast(Literal["in", "out", "all_out"], row.what),
                door=cast(Door | None, row.door),
                at=datetime.fromtimestamp(row.at_s, UTC).astimezone(CHINA).isoformat(timespec="seconds"),
            )
            for row in rows
        )
    )


@router.get("/me/sign-ins", **described("my_sign_ins", SignInEntries))
async def my_sign_ins(site: TheSite, who: SignedIn) -> Response:
    """When I signed in and out."""
    return answer(await site.threads.run(_entries, site, who.person))
