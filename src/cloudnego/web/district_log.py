"""The log of one's district, and the proof that a stream of a case stood in it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from typing import Annotated

import msgspec
from fastapi import Path, Query
from starlette.responses import Response

from cloudnego.audit.checkpoints import Grown
from cloudnego.audit.district import NotThere, Stood
from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog.leaf import stream_id
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import answer
from cloudnego.web.cases import find
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.queries import ActingAs, CaseId
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1", tags=["negotiations"])

Leaves = Annotated[int | None, Query(ge=0, le=1_000_000_000)]
StreamName = Annotated[str, Path(max_length=16)]
LeafNumber = Annotated[int | None, Query(ge=1, le=1_000_000_000)]


class DistrictHeadDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The head of a district's log, signed by the log (`keys`). `proof`: that it goes on from `since`, null if that was
    not asked or the log was never so long."""

    origin: str
    size: int
    root: str
    note: str
    keys: tuple[str, ...]
    since: int | None
    proof: tuple[str, ...] | None


class DistrictProof(msgspec.Struct, frozen=True, kw_only=True):
    """That a stream stood in leaf `seq` of its district's log. `leaf`: its exact bytes, `path`: to the head's root;
    `entry`: the exact bytes under the leaf, at place `index` (from 0) of `streams`, `under`: to the leaf's `heads`."""

    log: DistrictHeadDocument
    seq: int
    leaf: str
    path: tuple[str, ...]
    entry: str
    index: int
    streams: int
    under: tuple[str, ...]


@router.get("/district/log", **described("get_district_log", DistrictHeadDocument, codes=("malformed",)))
async def get_district_log(site: TheSite, who: SignedIn, since: Leaves = None) -> Response:
    """The signed head of the log of one's own district; `since=144` adds the proof that it goes on from there."""

    def read() -> DistrictHeadDocument:
        try:
            return _head(site, site.audit.district.head(who.district, since), since, asked=since is not None)
        except NotThere:
            return _head(site, site.audit.district.head(who.district), since, asked=False)

    return answer(await site.threads.run(read))


@router.get(
    "/negotiations/{case_id}/district-proofs/{stream}",
    **described("get_district_proof", DistrictProof, codes=OF_A_CASE),
)
async def get_district_proof(
    site: TheSite,
    who: SignedIn,
    case_id: CaseId,
    stream: StreamName,
    *,
    leaf: LeafNumber = None,
    acting_as: ActingAs = None,
) -> Response:
    """That a stream one sees stood in the district's log, in the newest leaf or an earlier one."""
    found = await find(site, who, case_id, acting_as)
    if stream not in found.streams:  # a stream there is not, and one that is not his, are nothing alike
        raise Problem("not_found")

    def read() -> DistrictProof:
        try:
            stood = site.audit.district.stood(found.district, stream_id(found.id, Stream(stream)), leaf)
        except NotThere:
            raise Problem("not_found") from None
        return _proof(site, stood)

    return answer(await site.threads.run(read))


def _head(site: Site, grown: Grown, since: int | None, *, asked: bool) -> DistrictHeadDocument:
    head = grown.head
    return DistrictHeadDocument(
        origin=head.origin,
        size=head.size,
        root=_text(head.root),
        note=site.audit.district.note(head).rendered,
        keys=tuple(key.vkey for key in site.audit.key.keys(head.origin)),
        since=since,
        proof=_texts(grown.proof) if asked else None,
    )


def _proof(site: Site, stood: Stood) -> DistrictProof:
    return DistrictProof(
        log=_head(site, Grown(stood.head, ()), None, asked=False),
        seq=stood.seq,
        leaf=stood.leaf.decode(),
        path=_texts(stood.path),
        entry=stood.entry.decode(),
        index=stood.place,
        streams=stood.streams,
        under=_texts(stood.under),
    )


def _texts(raw: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(_text(one) for one in raw)


def _text(raw: bytes) -> str:
    return b64encode(raw).decode()
