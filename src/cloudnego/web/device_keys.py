"""Keys on one's own devices, with which a chief's device co-signs what a case's log holds."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Annotated

import msgspec
from pydantic import AfterValidator, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.audit.devices import DeviceAt, KeyKnown, NotTheirKey, TooManyDevices, witness_key
from cloudnego.core.vocabulary import Message
from cloudnego.identity.grades import ACTS, Act
from cloudnego.web.account import ItemId, SignedIn, TheSite, instant
from cloudnego.web.answers import answer, nothing
from cloudnego.web.bodies import Name, parsed
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.proving import WANTS, insist
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1", tags=["accounts"])


def exact(text: str) -> str:
    """Base64 that is written in the one way."""
    if b64encode(b64decode(text, validate=True)).decode() != text:
        raise ValueError("base64 in another way")
    return text


Hash64 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{43}=$"), AfterValidator(exact)]
"""32 bytes in base64: a hash, or a public key."""

Signature64 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{86}==$"), AfterValidator(exact)]
"""64 bytes in base64: an Ed25519 signature."""


class DeviceKeyBody(Message):
    """A key that was made on this device. `proof`: its signature on the text that says whose it is to be."""

    public: Hash64
    label: Name
    proof: Signature64


class DeviceKeyDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A key on one of one's devices. `vkey`: under the name by which witnesses are known (C2SP signed-note); `until`:
    when it was ended."""

    id: str
    label: str
    vkey: str
    since: str
    until: str | None


class DeviceKeyList(msgspec.Struct, frozen=True, kw_only=True):
    """One's keys, the ended ones too. `log`: the name of this log, which stands in the text that a new key signs."""

    log: str
    rows: tuple[DeviceKeyDocument, ...]


def _document(site: Site, district: str, one: DeviceAt) -> DeviceKeyDocument:
    return DeviceKeyDocument(
        id=one.id,
        label=one.label,
        vkey=witness_key(site.audit.devices.name, district, one.public).vkey,
        since=instant(one.since_s),
        until=None if one.until_s is None else instant(one.until_s),
    )


@router.get("/me/device-keys", **described("list_device_keys", DeviceKeyList))
async def list_device_keys(site: TheSite, who: SignedIn) -> Response:
    """The keys on one's own devices."""
    found = await site.threads.run(site.audit.devices.of, who.person)
    rows = tuple(_document(site, who.district, one) for one in found)
    return answer(DeviceKeyList(log=site.audit.devices.name, rows=rows))


@router.post(
    "/me/device-keys",
    **described(
        "add_device_key",
        DeviceKeyDocument,
        body=DeviceKeyBody,
        status=201,
        codes=("proof_failed", "device_key_known", "too_many_device_keys", *WANTS),
    ),
)
async def add_device_key(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Register a key that was made on this device."""
    await insist(site, who, ACTS[Act.ADD_DEVICE_KEY])
    body = parsed(request, DeviceKeyBody)

    def register() -> DeviceAt:
        return site.audit.devices.register(
            who.district, who.person, b64decode(body.public), body.label, b64decode(body.proof)
        )

    try:
        made = await site.threads.run(register)
    except NotTheirKey:
        raise Problem("proof_failed") from None
    except KeyKnown:
        raise Problem("device_key_known") from None
    except TooManyDevices:
        raise Problem("too_many_device_keys") from None
    return answer(_document(site, who.district, made), 201)


@router.delete(
    "/me/device-keys/{key_id}",
    **described("end_device_key", None, status=204, unsafe=True, codes=("not_found", "malformed")),
)
async def end_device_key(key_id: ItemId, site: TheSite, who: SignedIn) -> Response:
    """End one of one's keys. Nothing needs to be proved: a witness that is taken away shows."""
    if not await site.threads.run(site.audit.devices.end, who.person, key_id):
        raise Problem("not_found")
    return nothing()
