"""A provider that lies or is badly kept: nothing of what it says is believed that does not hold."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cloudnego.identity.attempts import Attempt, Refused
from cloudnego.identity.openid import OpenIdProvider
from cloudnego.identity.outward import Away, Outward
from tests.identity.forging import KEY, OTHER_KEY, Forger, base64url, forging, jwk, now_s, signed

CLIENT = "cloudnego"
ATTEMPT = Attempt(b"s" * 32, "https://us.example/return")
Make = Callable[[dict[str, Any]], str]


class Tick:
    def __init__(self) -> None:
        self.s = 1000.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def forger() -> Iterator[Forger]:
    with forging() as made:
        made.says(
            "/.well-known/openid-configuration",
            {
                "issuer": made.url,
                "authorization_endpoint": f"{made.url}/auth",
                "token_endpoint": f"{made.url}/token",
                "jwks_uri": f"{made.url}/jwks",
            },
        )
        made.says("/jwks", {"keys": [jwk(KEY, "k1")]})
        yield made


@pytest.fixture
def tick() -> Tick:
    return Tick()


@pytest.fixture
def provider(forger: Forger, tick: Tick) -> OpenIdProvider:
    return OpenIdProvider(
        Outward(loopback=True), now_s, tick, issuer=forger.url, client_id=CLIENT, secret="a:b%", secret_by="basic"
    )


def claims(forger: Forger) -> dict[str, Any]:
    """A good ID token's."""
    at = now_s()
    return {
        "iss": forger.url, "sub": "alice", "aud": CLIENT, "exp": at + 300, "iat": at, "nonce": ATTEMPT.nonce,
    }  # fmt: skip


async def whose(provider: OpenIdProvider, forger: Forger, token: object) -> str:
    """Who comes back when the token endpoint answers with this ID token."""
    forger.says("/token", {"access_token": "x", "token_type": "Bearer", "id_token": token})
    came_with = {"code": "c", "iss": forger.url}
    return await provider.who(ATTEMPT, came_with, await provider.exchange(ATTEMPT, came_with))


async def test_a_good_token_says_who_it_is(provider: OpenIdProvider, forger: Forger) -> None:
    assert await whose(provider, forger, signed(claims(forger))) == "alice"
    asked = next(one for one in forger.asked if one.path == "/token")
    assert asked.fields == {
        "grant_type": "authorization_code", "code": "c", "redirect_uri": ATTEMPT.returns_to,
        "code_verifier": ATTEMPT.verifier,
    }  # fmt: skip
    pair = base64.b64decode(asked.headers["Authorization"].removeprefix("Basic ")).decode()
    assert pair == "cloudnego:a%3Ab%25", "form-encoded before they are joined"
    assert ATTEMPT.challenge == base64url(sha256(ATTEMPT.verifier.encode()).digest())


def with_claims(**changes: Any) -> Make:
    return lambda good: signed({name: one for name, one in {**good, **changes}.items() if one is not None})


def unsigned(alg: str) -> Make:
    def make(good: dict[str, Any]) -> str:
        return ".".join(base64url(json.dumps(one).encode()) for one in ({"alg": alg, "kid": "k1"}, good)) + "."

    return make


def by_hmac(secret: bytes) -> Make:
    """Signed with HS256 and something everybody knows."""

    def make(good: dict[str, Any]) -> str:
        text = ".".join(base64url(json.dumps(one).encode()) for one in ({"alg": "HS256", "kid": "k1"}, good))
        return f"{text}.{base64url(hmac.digest(secret, text.encode(), 'sha256'))}"

    return make


PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
DER = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

BAD: dict[str, Make] = {
    "another nonce": with_claims(nonce="x" * 43),
    "no nonce": with_claims(nonce=None),
    "another audience": with_claims(aud="somebody-else"),
    "no audience": with_claims(aud=None),
    "ours among others without azp": with_claims(aud=[CLIENT, "somebody-else"]),
    "azp is somebody else": with_claims(azp="somebody-else"),
    "another issuer": with_claims(iss="https://other.example"),
    "expired": with_claims(exp=now_s() - 120, iat=now_s() - 400),
    "without an end": with_claims(exp=None),
    "made later than now": with_claims(iat=now_s() + 86_400, exp=now_s() + 86_700),
    "made long ago": with_claims(iat=now_s() - 4000),
    "nobody": with_claims(sub=None),
    "nobody, in words": with_claims(sub=""),
    "a number": with_claims(sub=7),
    "another key under the name of the good one": lambda good: signed(good, OTHER_KEY),
    "a key it does not have": lambda good: signed(good, OTHER_KEY, kid="k2"),
    "no key": lambda good: signed(good, kid=None),
    "its own key in the header": lambda good: signed(good, OTHER_KEY, jwk=jwk(OTHER_KEY, "k1")),
    "its own keys elsewhere": lambda good: signed(good, OTHER_KEY, jku="https://evil.example/jwks"),
    "another type": lambda good: signed(good, typ="at+jwt"),
    "something critical": lambda good: signed(good, crit=["exp"]),
    "alg none": unsigned("none"),
    "alg None": unsigned("None"),
    "HS256 with the public key as PEM": by_hmac(PEM),
    "HS256 with the public key as DER": by_hmac(DER),
    "HS256 with the client secret": by_hmac(b"a:b%"),
    "HS256 with nothing": by_hmac(b""),
    "RS512 in the header": lambda good: signed(good, alg="RS512"),
    "ES256 in the header": lambda good: signed(good, alg="ES256"),
    "a space at its end": lambda good: signed(good) + " ",
    "no token": lambda _: "x",
    "nothing": lambda _: "",
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
async def test_a_bad_token_is_refused(provider: OpenIdProvider, forger: Forger, bad: Make) -> None:
    with pytest.raises(Refused):
        await whose(provider, forger, bad(claims(forger)))


@pytest.mark.parametrize("token", [None, 7, ["x"]], ids=str)
async def test_an_answer_without_a_token_is_refused(provider: OpenIdProvider, forger: Forger, token: object) -> None:
    with pytest.raises(Refused):
        await whose(provider, forger, token)


async def test_where_the_provider_says_it_names_itself_it_must(provider: OpenIdProvider, forger: Forger) -> None:
    """RFC 9207: a code of another provider, sent to us to be tried here."""
    document = json.loads(forger.answers["/.well-known/openid-configuration"](None)[2])  # type: ignore[arg-type]
    forger.says(
        "/.well-known/openid-configuration", {**document, "authorization_response_iss_parameter_supported": True}
    )
    for came_with in ({"code": "c"}, {"code": "c", "iss": "https://other.example"}, {"code": "c", "iss": ""}):
        with pytest.raises(Refused, match="iss"):
            await provider.exchange(ATTEMPT, came_with)
    assert forger.count("/token") == 0


async def test_new_keys_are_looked_for_once_a_minute_at_most(
    provider: OpenIdProvider, forger: Forger, tick: Tick
) -> None:
    assert await whose(provider, forger, signed(claims(forger))) == "alice"
    for number in range(5):
        with pytest.raises(Refused, match="kid"):
            await whose(provider, forger, signed(claims(forger), OTHER_KEY, kid=f"made-up-{number}"))
    assert forger.count("/jwks") == 1
    forger.says("/jwks", {"keys": [jwk(OTHER_KEY, "k2")]})
    tick.s += 60
    assert await whose(provider, forger, signed(claims(forger), OTHER_KEY, kid="k2")) == "alice"
    assert forger.count("/jwks") == 2
    with pytest.raises(Refused, match="kid"):
        await whose(provider, forger, signed(claims(forger)))
    assert forger.count("/jwks") == 2


async def test_a_key_that_was_taken_away_is_believed_for_an_hour_at_most(
    provider: OpenIdProvider, forger: Forger, tick: Tick
) -> None:
    assert await whose(provider, forger, signed(claims(forger))) == "alice"
    forger.says("/jwks", {"keys": []})
    tick.s += 3600
    with pytest.raises(Refused, match="kid"):
        await whose(provider, forger, signed(claims(forger)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "https://other.example"},
        {"token_endpoint": None},
        {"jwks_uri": "http://10.0.0.1/jwks"},
        {"token_endpoint": "ftp://127.0.0.1/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": 7},
    ],
    ids=str,
)
async def test_a_provider_that_says_odd_things_of_itself_is_not_used(
    provider: OpenIdProvider, forger: Forger, wrong: dict[str, object]
) -> None:
    document = json.loads(forger.answers["/.well-known/openid-configuration"](None)[2])  # type: ignore[arg-type]
    forger.says("/.well-known/openid-configuration", {**document, **wrong})
    with pytest.raises(Away):
        await provider.address(ATTEMPT)


async def test_a_code_that_is_refused_and_a_provider_that_fails_are_told_apart(
    provider: OpenIdProvider, forger: Forger
) -> None:
    forger.says("/token", {"error": "invalid_grant"}, 400)
    with pytest.raises(Refused):
        await provider.exchange(ATTEMPT, {"code": "c"})
    forger.says("/token", {"error": "server_error"}, 500)
    with pytest.raises(Away):
        await provider.exchange(ATTEMPT, {"code": "c"})
    forger.says("/token", {"id_token": "x"}, 302, {"Location": "/elsewhere"})
    with pytest.raises(Refused):
        await provider.exchange(ATTEMPT, {"code": "c"})
    assert forger.count("/elsewhere") == 0
