"""One attempt to come in through another service: what goes out with the browser, and must come back with the same."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Final, Protocol

import msgspec

SECRET_BYTES: Final = 32


class Refused(Exception):
    """Whoever came back is not somebody the provider vouches for. `why` is for the log: one word of ours, never a text
    of the other side."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Attempt(msgspec.Struct, frozen=True):
    """Everything follows from a secret that only the browser keeps (in a cookie): nothing here need be stored.

    `returns_to`: the absolute URL the provider sends the browser back to.
    """

    secret: bytes
    returns_to: str

    def _made(self, what: str) -> str:
        return _base64url(hmac.digest(self.secret, what.encode(), "sha256"))

    @property
    def state(self) -> str:
        """Comes back in the address: whoever comes with another one was sent by somebody else (RFC 6749 §10.12)."""
        return self._made("state")

    @property
    def nonce(self) -> str:
        """Comes back in the ID token: one made for another attempt is worth nothing (OpenID Connect Core §3.1.2.1)."""
        return self._made("nonce")

    @property
    def verifier(self) -> str:
        """Shown only when the code is exchanged: a stolen code is worth nothing without it (RFC 7636 §4.1)."""
        return self._made("verifier")

    @property
    def challenge(self) -> str:
        """Method S256 (RFC 7636 §4.2)."""
        return _base64url(hashlib.sha256(self.verifier.encode()).digest())


class Adapter(Protocol):
    """How one provider is spoken to."""

    async def address(self, attempt: Attempt) -> str:
        """Where the browser goes. Raises `Away`."""
        ...

    async def exchange(self, attempt: Attempt, came_with: Mapping[str, str]) -> str:
        """What the code in the returning address is worth: an ID token, an access token. Raises `Refused`, `Away`."""
        ...

    async def who(self, attempt: Attempt, came_with: Mapping[str, str], worth: str) -> str:
        """The name under which the provider knows whose that is, for good. Raises `Refused`, `Away`."""
        ...


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
