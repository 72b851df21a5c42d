"""The log of one's district, the proof that a stream of a case stood in it, and the offices that co-sign its head."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import Annotated, Final

import msgspec
from fastapi import Path, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.audit.checkpoints import Grown
from cloudnego.audit.devices import OfficeKey
from cloudnego.audit.district import NotThere, Stood
from cloudnego.audit.witnesses import Held as Cosigner
from cloudnego.audit.witnesses import Party, Signed
from cloudnego.core.vocabulary import Message, Office, Stream
from cloudnego.eventlog.leaf import stream_id
from cloudnego.identity.sessions import Held, held_by
from cloudnego.identity.store import reading
from cloudnego.web.account import SignedIn, TheSite, instant
from cloudnego.web.answers import answer
from cloudnego.web.bodies import parsed
from cloudnego.web.cases import find
from cloudnego.web.checkpoints import COSIGNING, Size, cosigning
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.device_keys import Hash64, Signature64
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.queries import ActingAs, CaseId
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1", tags=["negotiations"])

Leaves = Annotated[int | None, Query(ge=0, le=1_000_000_000)]
StreamName = Annotated[str, Path(max_length=16)]
DistrictId = Annotated[str, Path(max_length=64)]
LeafNumber = Annotated[int | None, Query(ge=1, le=1_000_000_000)]

_OFFICES: Final = {Office.AUTHORITY: Party.AUTHORITY, Office.DISTRICT_UNION: Party.UNION}


class OfficeWitness(msgspec.Struct, frozen=True, kw_only=True):
    """The last head of a district's log that an office co-signed. `note`: it, signed by the log and the office."""

    office: Party
    vkey: str
    size: int
    root: str
    at: str
    note: str


class DistrictHeadDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The head of a district's log, signed by the log (`keys`). `proof`: that it goes on from `since`, null if that was
    not asked or the log was never so long; `witnesses`: the offices that have co-signed it, and how far; `witness`:
    whether the reader's own device may."""

    origin: str
    size: int
    root: str
    note: str
    keys: tuple[str, ...]
    since: int | None
    proof: tuple[str, ...] | None
    witnesses: tuple[OfficeWitness, ...]
    witness: bool


class DistrictCosignatureBody(Message):
    """A co-signature (C2SP tlog-cosignature, `cosignature/v1`) of the head of a district's log, by the key whose public
    half is `public`. `old_size`: of the last head it co-signed, 0 for none; `at_s`: the time in the signed text."""

    public: Hash64
    old_size: Size
    size: Size
    root: Hash64
    at_s: Annotated[int, Field(strict=True, ge=0, le=99_999_999_999)]
    signature: Signature64


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

    found = await site.threads.run(_read, site, who.district, since)
    return answer(msgspec.structs.replace(found, witness=_party(site, who.district, who.held) is not None))


@router.get(
    "/witnessed/{district_id}",
    **described("get_witnessed_log", DistrictHeadDocument, codes=("not_found", "malformed"), open_to_all=True),
)
async def get_witnessed_log(site: TheSite, district_id: DistrictId, since: Leaves = None) -> Response:
    """The same of a district whose log the program of an office co-signs: a number and two hashes, for everybody."""
    if not await site.threads.run(site.audit.devices.watched, district_id):
        raise Problem("not_found")
    return answer(await site.threads.run(_read, site, district_id, since))


@router.post(
    "/witnessed/{district_id}",
    **described(
        "cosign_district", OfficeWitness, body=DistrictCosignatureBody, status=201, codes=("not_found", *COSIGNING),
        open_to_all=True,
    ),
)  # fmt: skip
async def cosign_district(request: Request, site: TheSite, district_id: DistrictId) -> Response:
    """An official's device or the program of his office co-signs the head of its district's log. What it shows of
    itself is the signature; a key we do not know is answered like a district there is not."""
    body = parsed(request, DistrictCosignatureBody)

    def keep() -> OfficeWitness:
        key = site.audit.devices.by_public(district_id, b64decode(body.public))
        if key is None:
            raise Problem("not_found")
        if (party := _of_key(site, district_id, key)) is None:
            raise Problem("not_a_witness")
        signed = Signed(
            key=key.id, old_size=body.old_size, size=body.size, root=b64decode(body.root), at_s=body.at_s,
            signature=b64decode(body.signature),
        )  # fmt: skip
        with cosigning():
            return _witness(site, site.audit.witnesses.cosign_district(district_id, party, signed))

    return answer(await site.threads.run(keep), 201)


def _of_key(site: Site, district: str, key: OfficeKey) -> Party | None:
    if key.person is None:
        return Party(str(key.office))
    with reading(site.engine) as session:
        return _party(site, district, held_by(session, key.person))


def _party(site: Site, district: str, held: Iterable[Held]) -> Party | None:
    """The office for which somebody co-signs the log of his district: the labour authority, or the district union."""
    offices = {one.office for one in held if one.in_force(site.today(district))}
    return next((party for office, party in _OFFICES.items() if office in offices), None)


def _read(site: Site, district: str, since: int | None) -> DistrictHeadDocument:
    held = site.audit.witnesses.held_of_district(district)
    try:
        grown, asked = site.audit.district.head(district, since), since is not None
    except NotThere:
        grown, asked = site.audit.district.head(district), False
    head = _head(site, grown, since, asked=asked)
    return msgspec.structs.replace(head, witnesses=tuple(_witness(site, one) for one in held))


def _witness(site: Site, one: Cosigner) -> OfficeWitness:
    return OfficeWitness(
        office=one.party, vkey=one.key.vkey, size=one.head.size, root=_text(one.head.root), at=instant(one.at_s),
        note=site.audit.witnesses.note(one.head, [one]).rendered,
    )  # fmt: skip


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
        witnesses=(),
        witness=False,
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
