"""OpenID Connect: authorization code with PKCE and nonce at a provider of which only the issuer need be known.

OpenID Connect Core 1.0 §3.1, Discovery 1.0 §4, RFC 7636 (S256), RFC 9207 (`iss` in the returning address).
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal
from urllib.parse import quote_plus

import httpx2

from cloudnego.identity.attempts import Attempt, Refused
from cloudnego.identity.outward import Away, Outward, Question, checked
from cloudnego.identity.tokens import ABSENT, Algorithm, BadKey, BadToken, Claims, Key, Use, keys_of, verify

SecretBy = Literal["basic", "post"]

_KNOWN_S: Final = 3600.0  # how long discovery and keys are believed
_AGAIN_S: Final = 60.0  # how soon an unknown key may make us ask for the keys again
_LASTS_MAX_S: Final = 86_400
_FRESH_S: Final = 600  # from the ID token's making until it is here
_LEEWAY_S: Final = 60  # how far the provider's clock may be off
_NAMED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class OpenIdProvider:
    """One provider, and us as its client. `tick`: monotonic seconds; `now_s`: real ones; `inner`: see `Question`."""

    def __init__(
        self,
        outward: Outward,
        now_s: Callable[[], int],
        tick: Callable[[], float],
        *,
        issuer: str,
        client_id: str,
        secret: str | None,
        secret_by: SecretBy = "basic",
        scope: str = "openid",
        algorithm: Algorithm = "RS256",
        inner: bool = False,
    ) -> None:
        checked(issuer, loopback=outward.loopback)
        self._outward = outward
        self._now_s = now_s
        self._tick = tick
        self._issuer = issuer
        self._client_id = client_id
        self._secret = secret
        self._secret_by = secret_by
        self._scope = scope
        self._inner = inner
        self._use = Use(
            algorithm=algorithm,
            typ=frozenset({ABSENT, "JWT"}),
            iss=issuer,
            aud=frozenset({client_id}),
            lasts_max_s=_LASTS_MAX_S,
            needs=frozenset({"nonce"}),
            leeway_s=_LEEWAY_S,
        )
        self._found: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, dict[str, Key]] | None = None

    async def address(self, attempt: Attempt) -> str:
        """Where the browser goes. Raises `Away`."""
        to = httpx2.URL((await self._discovered())["authorization_endpoint"])
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": attempt.returns_to,
            "scope": self._scope,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        return str(to.copy_merge_params(asked))

    async def exchange(self, attempt: Attempt, came_with: Mapping[str, str]) -> str:
        """The ID token for the code. Raises `Refused`, `Away`."""
        found = await self._discovered()
        named = came_with.get("iss")
        if named is None and found.get("authorization_response_iss_parameter_supported") is True:
            raise Refused("no_iss")
        if named is not None and named != self._issuer:
            raise Refused("other_iss")  # another provider's code, sent to us to be tried here (RFC 9207 §2.4)
        fields = {
            "grant_type": "authorization_code",
            "code": came_with.get("code", ""),
            "redirect_uri": attempt.returns_to,
            "code_verifier": attempt.verifier,
        }
        headers: dict[str, str] = {}
        if self._secret is not None and self._secret_by == "basic":
            headers["Authorization"] = _basic(self._client_id, self._secret)
        else:
            fields["client_id"] = self._client_id
            if self._secret is not None:
                fields["client_secret"] = self._secret
        answered = await self._ask(found["token_endpoint"], fields, headers)
        token = answered.get("id_token")
        if not isinstance(token, str):
            raise Refused("no_id_token")
        return token

    async def who(self, attempt: Attempt, _came_with: Mapping[str, str], worth: str) -> str:
        """The `sub` of the ID token, once everything about it holds (Core §3.1.3.7). Raises `Refused`, `Away`."""
        try:
            claims = await self._verified(worth)
        except BadToken as wrong:
            raise Refused(f"id_token_{wrong.why.replace(' ', '_')}") from None
        if not hmac.compare_digest(claims.get("nonce", "").encode(), attempt.nonce.encode()):
            raise Refused("nonce")
        if claims.get("azp", self._client_id) != self._client_id:
            raise Refused("azp")
        if self._now_s() - claims["iat"] > _FRESH_S:
            raise Refused("old")
        return claims["sub"]

    async def _verified(self, token: str) -> Claims:
        """Raises `BadToken`, `Away`. A key we do not know makes us look for new ones, once a minute at most: tokens
        with made-up names of keys must not make us a nuisance to the provider."""
        keys = await self._known_keys(_KNOWN_S)
        try:
            return verify(token, keys, self._use, self._now_s())
        except BadToken as wrong:
            if wrong.why != "kid":
                raise
        return verify(token, await self._known_keys(_AGAIN_S), self._use, self._now_s())

    async def _known_keys(self, lasts_s: float) -> dict[str, Key]:
        now = self._tick()
        if self._keys is None or now - self._keys[0] >= lasts_s:
            found = await self._ask((await self._discovered())["jwks_uri"])
            try:
                self._keys = now, keys_of(found)
            except BadKey:
                raise Away("jwks") from None
        return self._keys[1]

    async def _discovered(self) -> dict[str, Any]:
        """What the provider says of itself; it must say that it is the one we asked (Discovery §4.3). Raises `Away`."""
        now = self._tick()
        if self._found is None or now - self._found[0] >= _KNOWN_S:
            found = await self._ask(self._issuer.rstrip("/") + "/.well-known/openid-configuration")
            if found.get("issuer") != self._issuer:
                raise Away("issuer")
            for name in _NAMED:
                if not isinstance(found.get(name), str):
                    raise Away("discovery")
                checked(found[name], loopback=self._outward.loopback)
            self._found = now, found
        return self._found[1]

    async def _ask(
        self, url: str, fields: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """GET, or with fields a form by POST. Raises `Refused` where a POST is refused, `Away`."""
        question = (
            Question(url=url, inner=self._inner)
            if fields is None
            else Question(url=url, method="POST", send="form", fields=fields, headers=headers or {}, inner=self._inner)
        )
        answered = await self._outward.ask(question)
        if answered.status != 200:
            raise Away("status") if fields is None else Refused("code")
        return answered.document


def _basic(client_id: str, secret: str) -> str:
    """RFC 6749 §2.3.1: both are form-encoded before they are joined."""
    pair = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return "Basic " + base64.b64encode(pair.encode()).decode()
