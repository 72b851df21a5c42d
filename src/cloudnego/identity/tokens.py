"""Signed tokens (RFC 7519): `sign` makes one, `verify` says what it claims or raises `BadToken`. The only user of jose.

python-jose alone takes tokens it should not: several algorithms at once, a key in DER for an HMAC secret, base64 that
says the same in two ways, members named twice, no expiry. So nothing reaches it that is not exactly one canonical token
under the one algorithm of its use, with a key that we chose by its name from a map of our own. Whoever calls says what
the token is for (`Use`) and what time it is; the certificates and addresses a token brings along are never looked at
(RFC 8725).
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import OrderedDict
from collections.abc import Collection, Mapping
from threading import Lock
from typing import Any, Final, Literal, NotRequired, TypedDict, cast

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jose import jwk, jws

Algorithm = Literal["ES256", "RS256"]

TOKEN_MAX: Final = 4096
"""Characters of a token; longer ones are not looked at."""

ABSENT: Final = ""
"""Stands for a header without a type among the types of a `Use`."""

_PART: Final = re.compile(r"[A-Za-z0-9_-]+")
_NAME: Final = re.compile(r"[\x21-\x7e]{1,255}")
_HEADER: Final = frozenset({"alg", "typ", "kid"})
_INSTANT_MAX: Final = 253_402_300_799  # the last second of the year 9999
_RSA_BITS_MIN: Final = 2048
_SIGNATURE_BYTES: Final = {"ES256": 64}  # r ‖ s (RFC 7518 §3.4)
_TEXTS: Final = ("client_id", "scope", "nonce", "azp", "at_hash", "acr", "enterprise", "consent")
_INSTANTS: Final = ("exp", "iat", "nbf", "auth_time")


class BadToken(Exception):
    """The token is not what it should be. `why` is for the log and for tests; whoever sent it learns nothing more."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class BadKey(ValueError):
    """A key is not of the kind its algorithm needs, or is too short."""


class Claims(TypedDict, total=False):
    """What a token claims, after `verify`: whatever is named here has this type; further members are left as they came.

    `exp`, `iat`, `nbf`, `auth_time`: whole seconds since 1970.
    """

    iss: str
    sub: str
    aud: str | list[str]
    exp: int
    iat: int
    nbf: NotRequired[int]
    jti: NotRequired[str]
    client_id: NotRequired[str]
    scope: NotRequired[str]
    nonce: NotRequired[str]
    azp: NotRequired[str]
    at_hash: NotRequired[str]
    auth_time: NotRequired[int]
    acr: NotRequired[str]
    enterprise: NotRequired[str]
    consent: NotRequired[str]
    act: NotRequired[dict[str, str]]


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """What a token is for, and so the only one that will do.

    `typ`: the types accepted, `ABSENT` among them where the header may have none (ID tokens); `aud`: the names we have
    there; `needs`: claims that must be there beside iss, sub, aud, exp and iat; `lasts_max_s`: from `iat` to `exp`;
    `leeway_s`: how far the clock of whoever signed may be off.
    """

    algorithm: Algorithm
    typ: frozenset[str]
    iss: str
    aud: frozenset[str]
    lasts_max_s: int
    needs: frozenset[str] = frozenset({"jti"})
    leeway_s: int = 0


class Key(msgspec.Struct, frozen=True):
    """A public key, under the one algorithm it is for."""

    kid: str
    algorithm: Algorithm
    made: Any  # jose's object: made once, because reading a key costs as much as checking a signature


class SigningKey(msgspec.Struct, frozen=True):
    """A private key of ours (ES256) and its name."""

    kid: str
    made: Any


# --- the two functions --------------------------------------------------------------------------------------------


def sign(claims: Mapping[str, object], key: SigningKey, typ: str) -> str:
    """A compact token (RFC 7515) of this type; what it claims is the caller's to say, in full."""
    payload = json.dumps(claims, separators=(",", ":"), allow_nan=False).encode()
    made: str = jws.sign(payload, key.made, headers={"typ": typ, "kid": key.kid}, algorithm="ES256")
    return made


def verify(token: str, keys: Mapping[str, Key], use: Use, now_s: int) -> Claims:
    """What the token claims, if one of these keys signed exactly that, for this use, and it holds now.

    `keys` by their `kid`; `now_s`: seconds since 1970. Raises `BadToken` for everything else, whatever was sent.
    """
    head, body = _parts(token, use.algorithm)
    header = _object(head, "header")
    if not header.keys() <= _HEADER:
        raise BadToken("unknown header")
    if header.get("alg") != use.algorithm:
        raise BadToken("algorithm")
    typ = header.get("typ", ABSENT)
    if not isinstance(typ, str) or typ not in use.typ or ("typ" in header and typ == ABSENT):
        raise BadToken("typ")
    kid = header.get("kid")
    key = keys.get(kid) if isinstance(kid, str) else None
    if key is None or key.algorithm != use.algorithm:
        raise BadToken("kid")
    try:
        signed = jws.verify(token, key.made, algorithms=[use.algorithm])
    except Exception:  # jose raises what it likes; whatever it is, the signature did not verify
        raise BadToken("signature") from None
    if signed != body:
        raise BadToken("signature")
    claims = _object(body, "claims")
    _check(claims, use, now_s)
    return cast(Claims, claims)


def claimed_issuer(token: str) -> str:
    """Who says he signed it, in order to find his keys: not to be believed before `verify`. Raises `BadToken`."""
    issuer = _object(_parts(token, "RS256")[1], "claims").get("iss")
    if not isinstance(issuer, str):
        raise BadToken("iss")
    return issuer


def _parts(token: str, algorithm: Algorithm) -> tuple[bytes, bytes]:
    """Header and claims as bytes, if the token is three parts that could not have been written in another way."""
    if not 0 < len(token) <= TOKEN_MAX:
        raise BadToken("length")
    parts = token.split(".")
    if len(parts) != 3:
        raise BadToken("parts")
    head, body, signature = (_decoded(part) for part in parts)
    if len(signature) != _SIGNATURE_BYTES.get(algorithm, len(signature)):
        raise BadToken("signature")
    return head, body


def _decoded(part: str) -> bytes:
    """Base64url without padding; bits that mean nothing must be zero, or one token could be written in many ways."""
    if not _PART.fullmatch(part) or len(part) % 4 == 1:
        raise BadToken("base64")
    found = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    if base64.urlsafe_b64encode(found).rstrip(b"=").decode() != part:
        raise BadToken("base64")
    return found


def _object(text: bytes, what: str) -> dict[str, object]:
    """A JSON object in which no member stands twice and no number has a fraction, an exponent or no value."""
    try:
        found = json.loads(
            text.decode("utf-8"), object_pairs_hook=_once, parse_float=_no_number, parse_constant=_no_number
        )
        json.dumps(found, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError):
        raise BadToken(what) from None
    if not isinstance(found, dict):
        raise BadToken(what)
    return found


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands twice")
    return found


def _no_number(text: str) -> object:
    raise ValueError(text)


def _check(claims: Mapping[str, object], use: Use, now_s: int) -> None:
    """Every claim we know has its type; those of the use have their values; the times hold."""
    for name in ("iss", "sub", "jti"):
        value = claims.get(name)
        if (name in claims or name != "jti") and not (isinstance(value, str) and _NAME.fullmatch(value)):
            raise BadToken(name)
    for name in _TEXTS:
        if name in claims and not isinstance(claims[name], str):
            raise BadToken(name)
    for name in _INSTANTS:
        if name in claims and not _is_instant(claims[name]):
            raise BadToken(name)
    if missing := ({"aud", "exp", "iat"} | use.needs) - claims.keys():
        raise BadToken(min(missing))
    if claims["iss"] != use.iss:
        raise BadToken("iss")
    _check_audience(claims, use.aud)
    _check_actor(claims)
    _check_times(cast(Claims, claims), use, now_s)


def _is_instant(value: object) -> bool:
    return type(value) is int and 0 <= value <= _INSTANT_MAX  # a bool is an int to Python, and no instant


def _check_audience(claims: Mapping[str, object], ours: Collection[str]) -> None:
    """For us alone; where others are named too, `azp` must be us (OpenID Connect Core §3.1.3.7)."""
    aud = claims["aud"]
    named = [aud] if isinstance(aud, str) else aud
    if not isinstance(named, list) or not named or not all(isinstance(one, str) for one in named):
        raise BadToken("aud")
    if not any(one in ours for one in named):
        raise BadToken("aud")
    if any(one not in ours for one in named) and claims.get("azp") not in ours:
        raise BadToken("aud")


def _check_actor(claims: Mapping[str, object]) -> None:
    """`act` (RFC 8693 §4.1): who acts for the person, one alone and nobody behind him."""
    act = claims.get("act")
    if "act" in claims and not (isinstance(act, dict) and act.keys() == {"sub"} and isinstance(act["sub"], str)):
        raise BadToken("act")


def _check_times(claims: Claims, use: Use, now_s: int) -> None:
    exp, iat = claims["exp"], claims["iat"]
    if not 0 < exp - iat <= use.lasts_max_s:
        raise BadToken("lasts")
    if now_s >= exp + use.leeway_s:
        raise BadToken("expired")
    if max(iat, claims.get("nbf", iat)) > now_s + use.leeway_s:
        raise BadToken("not yet")


# --- keys ---------------------------------------------------------------------------------------------------------


def public_key(document: Mapping[str, object], kid: str | None = None) -> Key:
    """A public key from a JWK (RFC 7517), by its own `kid` or the one given.

    Raises `BadKey` for anything but a curve P-256 (ES256) or RSA of 2048 bits and more (RS256), for a key that is for
    something else than signatures or has its private half with it, and for one without a name.
    """
    name = kid if kid is not None else document.get("kid")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise BadKey("kid")
    algorithm: Algorithm = "ES256" if document.get("kty") == "EC" else "RS256"
    wanted = {"EC": ("x", "y"), "RSA": ("n", "e")}.get(str(document.get("kty")))
    if wanted is None or document.get("alg", algorithm) != algorithm or document.get("use", "sig") != "sig":
        raise BadKey("kind")
    if algorithm == "ES256" and document.get("crv") != "P-256":
        raise BadKey("curve")
    if document.keys() & {"d", "p", "q", "k"}:
        raise BadKey("private")
    try:
        numbers = {one: _decoded(cast(str, document.get(one))) and document[one] for one in wanted}
        plain = {"kty": document["kty"], **({"crv": "P-256"} if algorithm == "ES256" else {}), **numbers}
        made = jwk.construct(plain, algorithm)
        prepared = made.prepared_key
    except Exception:  # jose and cryptography raise what they like for a key that is none
        raise BadKey("numbers") from None
    if isinstance(prepared, rsa.RSAPublicKey):
        if prepared.key_size < _RSA_BITS_MIN:
            raise BadKey("short")
    elif not isinstance(prepared, ec.EllipticCurvePublicKey):
        raise BadKey("kind")
    return Key(name, algorithm, made)


def keys_of(document: Mapping[str, object]) -> dict[str, Key]:
    """The usable keys of a JWKS document by `kid`; what we could not use is passed over. Raises `BadKey` if it is no
    such document or names a key twice."""
    listed = document.get("keys")
    if not isinstance(listed, list):
        raise BadKey("keys")
    found: dict[str, Key] = {}
    for one in listed:
        try:
            key = public_key(one)
        except (BadKey, AttributeError):
            continue
        if key.kid in found:
            raise BadKey("kid")
        found[key.kid] = key
    return found


def thumbprint(document: Mapping[str, object]) -> str:
    """The name of a key that follows from the key (RFC 7638)."""
    members = ("crv", "kty", "x", "y") if document.get("kty") == "EC" else ("e", "kty", "n")
    text = json.dumps({one: document[one] for one in members}, separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def new_signing_key() -> bytes:
    """A new private key for ES256, PEM (PKCS 8)."""
    made = ec.generate_private_key(ec.SECP256R1())
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def signing_key(pem: bytes) -> tuple[SigningKey, dict[str, str]]:
    """The key ready to sign, and its public half as a JWK. Raises `BadKey` for anything but a P-256 key."""
    try:
        private = load_pem_private_key(pem, password=None)
    except (TypeError, ValueError):
        raise BadKey("pem") from None
    if not isinstance(private, ec.EllipticCurvePrivateKey) or not isinstance(private.curve, ec.SECP256R1):
        raise BadKey("curve")
    numbers = private.public_key().public_numbers()
    x, y = (base64.urlsafe_b64encode(one.to_bytes(32, "big")).rstrip(b"=").decode() for one in (numbers.x, numbers.y))
    document = {"kty": "EC", "crv": "P-256", "x": x, "y": y}
    kid = thumbprint(document)
    return SigningKey(kid, jwk.construct(pem, "ES256")), {**document, "kid": kid, "alg": "ES256", "use": "sig"}


# --- what was verified ---------------------------------------------------------------------------------------------


class Verified:
    """Tokens that were verified a moment ago: believed while the epoch stands in which it was done, till they expire.

    The epoch is whatever changes with every revocation (`identity_epoch`). At most `most` tokens, the least recently
    used go first; a token that did not verify is never remembered, or strangers would push the good ones out.
    """

    def __init__(self, use: Use, most: int = 10_000) -> None:
        self.use = use
        self._most = most
        self._known: OrderedDict[bytes, tuple[int, Claims]] = OrderedDict()
        self._changing = Lock()

    def claims(self, token: str, keys: Mapping[str, Key], now_s: int, epoch: int | None) -> Claims:
        """`verify`, or what it said in this epoch; None is no epoch to believe in. Raises `BadToken`."""
        name = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        with self._changing:
            known = self._known.pop(name, None)
            if known is not None and known[0] == epoch and now_s < known[1]["exp"]:
                self._known[name] = known  # now the one used last
                return known[1]
        found = verify(token, keys, self.use, now_s)
        if epoch is not None:
            with self._changing:
                self._known[name] = (epoch, found)
                if len(self._known) > self._most:
                    self._known.popitem(last=False)
        return found

    def __len__(self) -> int:
        return len(self._known)
