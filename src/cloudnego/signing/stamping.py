"""Who stamps the heads of the districts' logs: a server that speaks RFC 3161, or the installation's own key; and the
check of what they gave."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from hashlib import new as hasher
from hashlib import sha256
from typing import Any, Final, NamedTuple

from cloudnego.audit.stamps import Stamped, Stamper
from cloudnego.signing.authority import Authority

_WITHIN_S: Final = 15


class TokenWrong(ValueError):
    """A token that is none, is not over this text, or whose signature does not hold."""


class Token(NamedTuple):
    """What a token says: when, by whose certificate; `trusted`: the certificate leads to a root that was given."""

    at: datetime
    issuer: str
    trusted: bool


class HttpStamps:
    """A server of the operator's choice."""

    internal: bool = False

    def __init__(self, url: str) -> None:
        self._url: Final = url

    def stamp(self, message: bytes) -> Stamped:
        """Raises OSError, pyHanko's errors, TokenWrong."""
        from pyhanko.sign.timestamps.requests_client import HTTPTimeStamper

        server: Any = HTTPTimeStamper
        return _stamped(server(self._url, timeout=_WITHIN_S), message)


class InternalStamps:
    """The installation's own key and clock: labelled so in its certificate."""

    internal: bool = True

    def __init__(self, authority: Callable[[], Authority], now: Callable[[], datetime]) -> None:
        self._authority: Final = authority
        self._now: Final = now

    def stamp(self, message: bytes) -> Stamped:
        from cloudnego.signing.pades import Stamper as Own

        return _stamped(Own(self._authority(), self._now()), message)


def stamper_of(url: str | None, authority: Callable[[], Authority], now: Callable[[], datetime]) -> Stamper:
    """The server the operator names, else the installation's own."""
    return HttpStamps(url) if url is not None else InternalStamps(authority, now)


def _stamped(stamper: Any, message: bytes) -> Stamped:
    token: bytes = asyncio.run(stamper.async_timestamp(sha256(message).digest(), "sha256")).dump()
    return Stamped(checked(token, message).issuer, token)


def checked(token: bytes, message: bytes, roots: tuple[bytes, ...] = ()) -> Token:
    """What a token says of a message. `roots`: certificates (PEM or DER) the reader trusts. Raises TokenWrong."""
    from asn1crypto import cms, pem, x509
    from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
    from pyhanko_certvalidator import ValidationContext

    try:
        signed = cms.ContentInfo.load(token, strict=True)["content"]
        info = signed["encap_content_info"]["content"].parsed
        known = [x509.Certificate.load(pem.unarmor(one)[2] if pem.detect(one) else one) for one in roots]
        context = ValidationContext(trust_roots=known, allow_fetching=False)
        found = asyncio.run(validate_tst_signed_data(signed, context, lambda name: hasher(name, message).digest()))
    except Exception as wrong:  # whatever its bytes raise, it is no token
        raise TokenWrong(str(wrong)) from None
    if not (found["intact"] and found["valid"]):
        raise TokenWrong("its signature does not hold, or it is over another text")
    certificate = found["signing_cert"]
    at: datetime = info["gen_time"].native
    return Token(at, str(certificate.subject.human_friendly), bool(found.get("trust_problem_indic") is None and known))
