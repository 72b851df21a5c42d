"""The box over HTTP: a ballot is taken from anybody, without session or cookie, in a body of one size.

Nothing of the taking is measured, logged or kept (decision 0038); the node that keeps what waits may be another one.
"""

from __future__ import annotations

from typing import Annotated, Final

import httpx2
from pydantic import StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.vocabulary import Message, Sha256
from cloudnego.polls.ballots import Ballot
from cloudnego.polls.refused import NoPoll, PoolElsewhere
from cloudnego.web.account import TheSite
from cloudnego.web.answers import answer
from cloudnego.web.bodies import parsed
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.poll_documents import BallotReceipt
from cloudnego.web.polls import done, padless
from cloudnego.web.site import Site

BALLOTS: Final = "/ballots"
CAST: Final = f"/api/v1{BALLOTS}"
BALLOT_BYTES: Final = 2048
"""A ballot comes in a body of this size, whatever was chosen."""

_HAND_ON_S: Final = 5.0
_WAIT_S: Final = 5

Signature = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{768}$")]

router = Endpoints(prefix="/api/v1", tags=["polls"])


class BallotBody(Message):
    """A ballot as it goes into the box; `pad` fills the body up to 2048 bytes."""

    poll: Annotated[str, StringConstraints(max_length=96)]
    nonce: Sha256
    choice: Annotated[str, StringConstraints(max_length=512)]
    signature: Signature
    pad: Annotated[str, StringConstraints(max_length=BALLOT_BYTES)] = ""


@router.post(
    BALLOTS,
    **described(
        "cast_ballot", BallotReceipt, body=BallotBody, open_to_all=True,
        codes=("ballot_invalid", "ballot_forged", "poll_closed", "pool_away"),
    ),
)  # fmt: skip
async def cast_ballot(request: Request, site: TheSite) -> Response:
    """Put a ballot into the box. No session, no cookie: who brings it is not asked and not kept."""
    content: bytes = request.scope["body"]
    if len(content) != BALLOT_BYTES:
        raise Problem("ballot_invalid")
    body = parsed(request, BallotBody)
    ballot = Ballot(nonce=bytes.fromhex(body.nonce), choice=body.choice, signature=bytes.fromhex(body.signature))
    try:
        home = await site.threads.run(site.polls.home, body.poll)
        now_s = int(site.world.clock(home.district).timestamp())
        cast = await done(site, site.polls.cast, body.poll, ballot, now_s)
    except NoPoll:
        raise Problem("ballot_invalid") from None
    except PoolElsewhere:
        return await _handed_on(site, content)
    return answer(BallotReceipt(place=cast.place.hex(), receipt=padless(cast.receipt)))


async def _handed_on(site: Site, content: bytes) -> Response:
    """Another node keeps what waits: the ballot goes on to it as it came."""
    if site.ballots_to is None:
        raise Problem("pool_away", retry_after_s=_WAIT_S)
    headers = {"Content-Type": "application/json"}
    try:
        async with httpx2.AsyncClient(timeout=_HAND_ON_S, trust_env=False) as client:
            found = await client.post(f"{site.ballots_to}{CAST}", content=content, headers=headers)
    except httpx2.HTTPError:
        raise Problem("pool_away", retry_after_s=_WAIT_S) from None
    kept = {"Cache-Control": "no-store"}
    return Response(found.content, found.status_code, kept, found.headers.get("content-type", "application/json"))
