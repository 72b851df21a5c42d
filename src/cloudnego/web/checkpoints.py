"""What stands in the streams of a case, signed: checkpoints, proofs that they go on from older ones, co-signatures."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Final

import msgspec
from fastapi import Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.audit.checkpoints import Grown, NoSuchHead
from cloudnego.audit.notes import Head
from cloudnego.audit.witnesses import (
    ClockOff,
    HeadMoved,
    HeadUnknown,
    Held,
    NotHisKey,
    NotSigned,
    Party,
    Signed,
    confirmed,
    enough,
    sides_of,
)
from cloudnego.core.vocabulary import Message, Seat, Stream
from cloudnego.web.account import SignedIn, TheSite, instant
from cloudnego.web.answers import answer, plain
from cloudnego.web.bodies import parsed
from cloudnego.web.cases import Found, find
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.device_keys import Hash64, Signature64
from cloudnego.web.documents import HeldHead
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.queries import ActingAs, CaseId
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1", tags=["negotiations"])

Since = Annotated[str | None, Query(pattern=r"^[a-z]{1,8}:[0-9]{1,9}(,[a-z]{1,8}:[0-9]{1,9}){0,4}$")]
Size = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]

COSIGNING: Final = ("not_a_witness", "head_unknown", "head_moved", "device_clock_off", "proof_failed")
"""Codes of problems with a co-signature."""


class WitnessDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The last head a device co-signed. `side`: for whom; `note`: that head with the log's signature and the device's;
    `mine`: the key, if it is one of the reader's own."""

    side: Party
    vkey: str
    size: int
    root: str
    at: str
    note: str
    mine: str | None


class CheckpointRow(msgspec.Struct, frozen=True, kw_only=True):
    """The head of one stream. `note`: signed by the log (`keys`) and by who co-signed this very head; `proof`: that it
    goes on from `since`, null if that was not asked or the stream was never so long; `confirmed`: up to which entry
    each side and office has co-signed, an office also by the log of its district; `enough`: up to which entry two of
    the three that count have; `witness`: whether the reader's own device may."""

    stream: Stream
    origin: str
    size: int
    root: str
    note: str
    keys: tuple[str, ...]
    since: int | None
    proof: tuple[str, ...] | None
    confirmed: dict[Party, int]
    enough: int
    witnesses: tuple[WitnessDocument, ...]
    witness: bool


class CheckpointList(msgspec.Struct, frozen=True, kw_only=True):
    """The heads of the streams the reader sees."""

    rows: tuple[CheckpointRow, ...]


class CosignatureBody(Message):
    """A co-signature of a device (C2SP tlog-cosignature, `cosignature/v1`). `old_size`: of the last head it co-signed,
    0 for none; `at_s`: the time in the signed text, seconds since 1970."""

    stream: Stream
    key: Annotated[str, Field(pattern=r"^[a-z0-9]{1,64}$")]
    old_size: Size
    size: Size
    root: Hash64
    at_s: Annotated[int, Field(strict=True, ge=0, le=99_999_999_999)]
    signature: Signature64


@router.get("/negotiations/{case_id}/checkpoints", **described("get_checkpoints", CheckpointList, codes=OF_A_CASE))
async def get_checkpoints(
    site: TheSite, who: SignedIn, case_id: CaseId, since: Since = None, acting_as: ActingAs = None
) -> Response:
    """The signed heads of the streams one sees; `since=table:41,notice:3` adds proofs that they go on from there."""
    found = await find(site, who, case_id, acting_as)
    asked = _asked(since)
    return answer(await site.threads.run(_list, site, found, asked))


def _asked(since: str | None) -> dict[str, int]:
    parts = (one.partition(":") for one in (since or "").split(",") if one)
    return {stream: int(size) for stream, _, size in parts}


def _list(site: Site, found: Found, asked: Mapping[str, int]) -> CheckpointList:
    streams = [stream for stream in Stream if stream in found.streams]
    held = site.audit.witnesses.held(found.id, streams)
    through = site.audit.witnesses.through_district(found.district, found.id, streams)
    rows = []
    for stream, head in site.audit.checkpoints.heads(found.id, streams).items():
        rows.append((stream, _grown(site, found.id, stream, head, asked.get(stream.value))))
    rows.sort(key=lambda row: streams.index(row[0]))
    return CheckpointList(
        rows=tuple(
            _row(site, found, one, grown, asked.get(one.value), held=held[one], through=through[one])
            for one, grown in rows
        )
    )


def _grown(site: Site, case: str, stream: Stream, head: Head, since: int | None) -> Grown | Head:
    """The head with its proof, or without where none was asked or there is none."""
    if since is None:
        return head
    try:
        return site.audit.checkpoints.grown(case, stream, since, head.size)
    except NoSuchHead:
        return head


def _row(
    site: Site, found: Found, stream: Stream, grown: Grown | Head, since: int | None, *, held: Sequence[Held],
    through: Mapping[Party, int],
) -> CheckpointRow:  # fmt: skip
    head = grown if isinstance(grown, Head) else grown.head
    far = confirmed(stream, held, through)
    return CheckpointRow(
        stream=stream,
        origin=head.origin,
        size=head.size,
        root=_text(head.root),
        note=site.audit.witnesses.note(head, held).rendered,
        keys=tuple(key.vkey for key in site.audit.checkpoints.key.keys(head.origin)),
        since=since,
        proof=None if isinstance(grown, Head) else tuple(_text(one) for one in grown.proof),
        confirmed=dict(far),
        enough=enough(stream, far),
        witnesses=tuple(_witness(site, found, one) for one in held),
        witness=_party(found, stream) is not None,
    )


def _witness(site: Site, found: Found, one: Held) -> WitnessDocument:
    return WitnessDocument(
        side=one.party,
        vkey=one.key.vkey,
        size=one.head.size,
        root=_text(one.head.root),
        at=instant(one.at_s),
        note=site.audit.witnesses.note(one.head, [one]).rendered,
        mine=one.key_id if one.person == found.member.person else None,
    )


def _party(found: Found, stream: Stream) -> Party | None:
    """For whom the reader's device witnesses a stream: his side, whose chief he is; or an office that sees it and
    stands on no side, the authority from the filing on."""
    side, seats = found.member.side, found.seats
    if Seat.CHIEF in seats and side in sides_of(stream):
        return Party(side.value)
    if side is not None or stream.is_caucus or stream not in found.streams:
        return None
    if Seat.AUTHORITY in seats and found.case.filing.filed_on is not None:
        return Party.AUTHORITY
    return Party.UNION if Seat.DISTRICT_UNION in seats else None


def _text(raw: bytes) -> str:
    return b64encode(raw).decode()


@router.post(
    "/negotiations/{case_id}/cosignatures",
    **described(
        "cosign",
        WitnessDocument,
        body=CosignatureBody,
        status=201,
        codes=(*OF_A_CASE, *COSIGNING),
    ),
)
async def cosign(
    request: Request, site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None
) -> Response:
    """A chief's or an office's device co-signs the head of a stream, once it has checked that it goes on from its own
    last one."""
    found = await find(site, who, case_id, acting_as)
    body = parsed(request, CosignatureBody)
    if body.stream not in found.streams:
        raise Problem("not_found")
    party = _party(found, body.stream)
    if party is None:
        raise Problem("not_a_witness")
    signed = Signed(
        key=body.key, old_size=body.old_size, size=body.size, root=b64decode(body.root), at_s=body.at_s,
        signature=b64decode(body.signature),
    )  # fmt: skip
    with cosigning():
        kept = await site.threads.run(site.audit.witnesses.cosign, found.id, body.stream, who.person, party, signed)
    return answer(_witness(site, found, kept), 201)


@contextmanager
def cosigning() -> Iterator[None]:
    """What is wrong with a co-signature, as its problem."""
    try:
        yield
    except NotHisKey:
        raise Problem("not_a_witness") from None
    except HeadUnknown:
        raise Problem("head_unknown") from None
    except ClockOff:
        raise Problem("device_clock_off") from None
    except NotSigned:
        raise Problem("proof_failed") from None
    except HeadMoved as moved:
        raise Problem("head_moved", more={"held": plain(held_head(moved.held))}) from None


def held_head(held: Held | None) -> HeldHead:
    """What we hold as the last head of a device, as a problem says it."""
    if held is None:
        return HeldHead(size=0, root=None, at=None)
    return HeldHead(size=held.head.size, root=_text(held.head.root), at=instant(held.at_s))
