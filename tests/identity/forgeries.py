"""Tokens that somebody made up, each by the name of its trick: `FORGED` must all be refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cloudnego.identity import tokens

NOW: Final = 1_800_000_000
ISS: Final = "https://talks.example"
AUD: Final = "https://talks.example/api/v1"
USE: Final = tokens.Use(
    algorithm="ES256", typ=frozenset({"at+jwt"}), iss=ISS, aud=frozenset({AUD}), lasts_max_s=900, leeway_s=0
)
OURS: Final = ec.generate_private_key(ec.SECP256R1())
THEIRS: Final = ec.generate_private_key(ec.SECP256R1())
WIDE: Final = ec.generate_private_key(ec.SECP384R1())
RSA: Final = rsa.generate_private_key(65537, 2048)
ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

Claims = dict[str, Any]
Signs = Callable[[bytes], bytes]


def b64(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def dumped(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def jwk_of(key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    numbers = key.public_key().public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": b64(numbers.x.to_bytes(32, "big")),
        "y": b64(numbers.y.to_bytes(32, "big")),
    }


def rsa_jwk_of(key: rsa.RSAPrivateKey) -> dict[str, Any]:
    numbers = key.public_key().public_numbers()
    size = (numbers.n.bit_length() + 7) // 8
    return {"kty": "RSA", "n": b64(numbers.n.to_bytes(size, "big")), "e": b64(numbers.e.to_bytes(3, "big"))}


def es256(key: ec.EllipticCurvePrivateKey = OURS, size: int = 32) -> Signs:
    def signs(text: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(text, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    return signs


def rs256(text: bytes) -> bytes:
    return RSA.sign(text, padding.PKCS1v15(), hashes.SHA256())


def hs256(secret: bytes) -> Signs:
    return lambda text: hmac.digest(secret, text, hashlib.sha256)


KID: Final = tokens.thumbprint(jwk_of(OURS))
KEYS: Final = {
    KID: tokens.public_key(jwk_of(OURS), KID),
    "rsa": tokens.public_key(rsa_jwk_of(RSA), "rsa"),
}
HEADER: Final[Claims] = {"alg": "ES256", "typ": "at+jwt", "kid": KID}
CLAIMS: Final[Claims] = {
    "iss": ISS, "sub": "c1", "aud": AUD, "exp": NOW + 600, "iat": NOW, "jti": "j1", "client_id": "c1", "scope": "cases",
}  # fmt: skip


def raw(header: bytes, claims: bytes, signs: Signs | None = None) -> str:
    """A token of these very bytes."""
    text = f"{b64(header)}.{b64(claims)}"
    return f"{text}.{b64((signs or es256())(text.encode()))}"


def made(header: Claims | None = None, signs: Signs | None = None, **claims: Any) -> str:
    """A good token with these members changed; None takes one away, and so does `header`'s."""
    head = {name: value for name, value in (HEADER | (header or {})).items() if value is not ...}
    body = {name: value for name, value in (CLAIMS | claims).items() if value is not ...}
    return raw(dumped(head), dumped(body), signs)


def with_header(**members: Any) -> str:
    return made(header=members)


SPKI: Final = PublicFormat.SubjectPublicKeyInfo


def _mac(encoding: Encoding, form: PublicFormat = SPKI) -> str:
    """Our public key as the secret of an HMAC."""
    return made({"alg": "HS256"}, hs256(OURS.public_key().public_bytes(encoding, form)))


def _rsa_mac(encoding: Encoding) -> str:
    return made({"alg": "HS256", "kid": "rsa"}, hs256(RSA.public_key().public_bytes(encoding, SPKI)))


def _resigned(change: Callable[[int, int], tuple[int, int]]) -> str:
    def signs(text: bytes) -> bytes:
        r, s = decode_dss_signature(OURS.sign(text, ec.ECDSA(hashes.SHA256())))
        r, s = change(r, s)
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    return made(signs=signs)


def _spare_bits(part: int) -> str:
    """The same bytes written in another way: the bits base64 does not use are set."""
    parts = good.split(".")
    for tail in ("", "x", "xx"):  # until the part's length leaves bits over
        parts = made(jti="j1" + tail).split(".")
        if len(parts[part]) % 4:
            break
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    parts[part] = parts[part][:-1] + letters[letters.index(parts[part][-1]) | 1]
    assert base64.urlsafe_b64decode(parts[part] + "==")
    return ".".join(parts)


good = made()
_h, _c, _s = good.split(".")
_other = made(sub="c2").split(".")
_text = dumped(CLAIMS).decode()
_head = dumped(HEADER).decode()


def _turned(part: str) -> str:
    found = base64.urlsafe_b64decode(part + "==")
    return b64(bytes([found[0] ^ 1]) + found[1:])


def _body(text: str) -> str:
    return raw(dumped(HEADER), text.encode())


def _header(text: str) -> str:
    return raw(text.encode(), dumped(CLAIMS))


FORGED: Final[dict[str, str]] = {
    # no signature, or an algorithm that means none
    "alg none": with_header(alg="none"),
    "alg none without a signature": ".".join([b64(dumped({**HEADER, "alg": "none"})), _c, ""]),
    "alg None": made({"alg": "None"}, lambda _: b""),
    "alg nOnE": made({"alg": "nOnE"}, lambda _: b"\0" * 64),
    "alg NONE": with_header(alg="NONE"),
    "alg empty": with_header(alg=""),
    "alg null": with_header(alg=None),
    "alg missing": with_header(alg=...),
    "alg a list": with_header(alg=["ES256"]),
    "alg a number": with_header(alg=256),
    "alg in small letters": with_header(alg="es256"),
    "alg with a space": with_header(alg="ES256 "),
    "alg with a NUL": with_header(alg="ES256\0"),
    "alg twice": _header(_head.replace('"alg":"ES256"', '"alg":"none","alg":"ES256"')),
    "alg of a wider curve": with_header(alg="ES384"),
    "alg of a pair of curves": made({"alg": "ES384"}, es256(WIDE, 48)),
    "alg EdDSA": with_header(alg="EdDSA"),
    "alg PS256": with_header(alg="PS256"),
    "an encrypted token in three parts": with_header(alg="dir", enc="A256GCM"),
    # another kind of key than ours is
    "HS256 with our public key in PEM": _mac(Encoding.PEM),
    "HS256 with our public key in DER": _mac(Encoding.DER),
    "HS256 with our public key as SSH has it": _mac(Encoding.OpenSSH, PublicFormat.OpenSSH),
    "HS256 with our public point": _mac(Encoding.X962, PublicFormat.UncompressedPoint),
    "HS256 with our JWK": made({"alg": "HS256"}, hs256(dumped(jwk_of(OURS)))),
    "HS256 with x of our JWK": made({"alg": "HS256"}, hs256(jwk_of(OURS)["x"].encode())),
    "HS256 with the kid": made({"alg": "HS256"}, hs256(KID.encode())),
    "HS256 with nothing": made({"alg": "HS256"}, hs256(b"")),
    "HS256 called ES256": made(signs=hs256(OURS.public_key().public_bytes(Encoding.PEM, SPKI))),
    "HS256 with an RSA key in PEM": _rsa_mac(Encoding.PEM),
    "HS256 with an RSA key in DER": _rsa_mac(Encoding.DER),
    "HS384": with_header(alg="HS384"),
    "HS512": with_header(alg="HS512"),
    "RS256 by a key we have for it": made({"alg": "RS256", "kid": "rsa"}, rs256),
    "RS256 called ES256 by that key": made({"kid": "rsa"}, rs256),
    "ES256 by the name of an RSA key": with_header(kid="rsa"),
    # a key that is not ours
    "signed by somebody else": made(signs=es256(THEIRS)),
    "signed by somebody else who brings his key": made({"jwk": jwk_of(THEIRS)}, es256(THEIRS)),
    "signed by somebody else who says where his keys are": made({"jku": "https://evil.example/jwks"}, es256(THEIRS)),
    "signed by us, with a jwk": with_header(jwk=jwk_of(OURS)),
    "signed by us, with a jku": with_header(jku=f"{ISS}/.well-known/jwks.json"),
    "signed by us, with an x5u": with_header(x5u="https://evil.example/cert"),
    "signed by us, with an x5c": with_header(x5c=["MIIB"]),
    "signed by us, with an x5t": with_header(x5t="AAAA"),
    "signed by us, with a crit": with_header(crit=["exp"]),
    "signed by us, with an empty crit": with_header(crit=[]),
    "signed by us, with b64 false": with_header(b64=False, crit=["b64"]),
    "signed by us, with a zip": with_header(zip="DEF"),
    "signed by us, with a cty": with_header(cty="JWT"),
    "signed by us, with a header of his own": with_header(role="admin"),
    "kid unknown": with_header(kid="nobody"),
    "kid missing": with_header(kid=...),
    "kid null": with_header(kid=None),
    "kid empty": with_header(kid=""),
    "kid a number": with_header(kid=0),
    "kid a list": with_header(kid=[KID]),
    "kid an object": with_header(kid={"kid": KID}),
    "kid a path": with_header(kid="../../../dev/null"),
    "kid an address": with_header(kid="https://evil.example/key"),
    "kid with SQL": with_header(kid=f"{KID}' OR '1'='1"),
    "kid with a command": with_header(kid=f"{KID}|whoami"),
    "kid with a NUL": with_header(kid=f"{KID}\0"),
    "kid in other letters": with_header(kid=KID.swapcase()),
    "kid twice": _header(_head[:-1] + ',"kid":"' + KID + '"}'),
    # the signature
    "signature of another token": f"{_h}.{_c}.{_other[2]}",
    "claims of another token": f"{_h}.{_other[1]}.{_s}",
    "header changed afterwards": f"{b64(dumped({**HEADER, 'typ': 'at+jwt '}))}.{_c}.{_s}",
    "signature empty": f"{_h}.{_c}.",
    "signature of one byte": f"{_h}.{_c}.{b64(b'0')}",
    "signature cut": f"{_h}.{_c}.{_s[:-4]}",
    "signature longer": f"{_h}.{_c}.{_s}AAAA",
    "signature with a bit turned": f"{_h}.{_c}.{_turned(_s)}",
    "signature in DER": made(signs=lambda text: OURS.sign(text, ec.ECDSA(hashes.SHA256()))),
    "signature of zeros": made(signs=lambda _: b"\0" * 64),
    "signature with r zero": _resigned(lambda _, s: (0, s)),
    "signature with s zero": _resigned(lambda r, _: (r, 0)),
    "signature with r the order": _resigned(lambda _, s: (ORDER, s)),
    "signature with s the order": _resigned(lambda r, _: (r, ORDER)),
    "signature the other way round": _resigned(lambda r, s: (s, r)),
    "signature over another hash": made(signs=lambda text: es256()(text + b" ")),
    # how it is written
    "nothing": "",
    "one dot": ".",
    "two dots": "..",
    "a word": "Bearer",
    "two parts": f"{_h}.{_c}",
    "four parts": f"{good}.AAAA",
    "five parts, as an encrypted one": f"{_h}.AAAA.AAAA.{_c}.{_s}",
    "a dot too many behind": f"{good}.",
    "a dot too many before": f".{good}",
    "header empty": f".{_c}.{_s}",
    "claims empty": f"{_h}..{_s}",
    "a space before": f" {good}",
    "a space behind": f"{good} ",
    "a line behind": f"{good}\n",
    "a space within": f"{_h[:8]} {_h[8:]}.{_c}.{_s}",
    "a NUL within": f"{_h}.{_c}\0.{_s}",
    "padded": f"{_h}.{_c}.{_s}==",
    "claims padded": f"{_h}.{_c}=.{_s}",
    "in the other alphabet": f"{_h}.{_c}.{_s.replace('-', '+').replace('_', '/')}+/",
    "with a letter base64 has not": f"{_h}.{_c}!.{_s}",
    "with letters beyond ASCII": f"{_h}.{_c}.{_s[:-1]}é",
    "with full-width letters": f"{_h}.{_c}.{_s[:-1]}Ａ",
    "header in other spare bits": _spare_bits(0),
    "claims in other spare bits": _spare_bits(1),
    "signature in other spare bits": _spare_bits(2),
    "part of an impossible length": f"{_h}.{_c}A" + "A" * ((1 - len(_c) - 1) % 4) + f".{_s}",
    "longer than four thousand": made(jti="j", scope="s" * 4000),
    "a million dots": "." * 1_000_000,
    "a million letters": "A" * 1_000_000,
    "flattened JSON": json.dumps({"payload": _c, "protected": _h, "signature": _s}),
    # the header's JSON
    "header no JSON": _header("alg=ES256"),
    "header a list": _header(f"[{_head}]"),
    "header a string": _header(json.dumps(_head)),
    "header null": _header("null"),
    "header an empty object": _header("{}"),
    "header with something behind": _header(_head + "{}"),
    "header with a comma too many": _header(_head[:-1] + ",}"),
    "header with a comment": _header("/**/" + _head),
    "header with a byte order mark": _header("\ufeff" + _head),
    "header in UTF-16": raw(_head.encode("utf-16"), dumped(CLAIMS)),
    "header in bytes that are no text": raw(b'{"alg":"ES256","typ":"at+jwt","kid":"\xff"}', dumped(CLAIMS)),
    "header very deep": _header('{"alg":' + "[" * 1400),
    "typ JWT": with_header(typ="JWT"),
    "typ missing": with_header(typ=...),
    "typ null": with_header(typ=None),
    "typ empty": with_header(typ=""),
    "typ in capitals": with_header(typ="AT+JWT"),
    "typ of a logout": with_header(typ="logout+jwt"),
    "typ of an ID token": with_header(typ="id+jwt"),
    "typ a list": with_header(typ=["at+jwt"]),
    "typ twice": _header(_head[:-1] + ',"typ":"at+jwt"}'),
    # the claims' JSON
    "claims no JSON": _body("sub=c1"),
    "claims a list": _body(f"[{_text}]"),
    "claims a string": _body(json.dumps(_text)),
    "claims null": _body("null"),
    "claims an empty object": _body("{}"),
    "claims with something behind": _body(_text + " x"),
    "claims with sub twice": _body(_text[:-1] + ',"sub":"c2"}'),
    "claims with sub twice, once escaped": _body(_text[:-1] + ',"\\u0073ub":"c2"}'),
    "claims with exp twice": _body(_text[:-1] + ',"exp":9999999999}'),
    "claims with a member twice deep inside": _body(_text[:-1] + ',"more":{"a":1,"a":2}}'),
    "claims with a fraction": _body(_text[:-1] + ',"more":0.5}'),
    "claims with NaN": _body(_text[:-1] + ',"more":NaN}'),
    "claims with Infinity": _body(_text[:-1] + ',"more":Infinity}'),
    "claims with half a surrogate pair": _body(_text[:-1] + ',"more":"\\ud800"}'),
    "claims in bytes that are no text": raw(dumped(HEADER), _text.encode()[:-2] + b'\xc0\xae"}'),
    "claims very deep": _body(_text[:-1] + ',"more":' + "[" * 1200 + "]" * 1200 + "}"),
    # what it claims
    "iss missing": made(iss=...),
    "iss null": made(iss=None),
    "iss another": made(iss="https://evil.example"),
    "iss with a slash": made(iss=ISS + "/"),
    "iss beginning like ours": made(iss=ISS + ".evil.example"),
    "iss a list": made(iss=[ISS]),
    "aud missing": made(aud=...),
    "aud null": made(aud=None),
    "aud empty": made(aud=""),
    "aud another": made(aud="https://other.example"),
    "aud an empty list": made(aud=[]),
    "aud a list of others": made(aud=["https://other.example"]),
    "aud us and others": made(aud=[AUD, "https://other.example"]),
    "aud us and a number": made(aud=[AUD, 1]),
    "aud an object": made(aud={AUD: True}),
    "aud part of ours": made(aud=AUD[:-1]),
    "sub missing": made(sub=...),
    "sub null": made(sub=None),
    "sub empty": made(sub=""),
    "sub a number": made(sub=1),
    "sub a list": made(sub=["c1"]),
    "sub with a line": made(sub="c1\nc2"),
    "sub with a NUL": made(sub="c1\0"),
    "sub of 256 letters": made(sub="c" * 256),
    "jti missing": made(jti=...),
    "jti null": made(jti=None),
    "jti empty": made(jti=""),
    "jti a number": made(jti=7),
    "scope a list": made(scope=["cases"]),
    "client_id a number": made(client_id=1),
    "act a word": made(act="c1"),
    "act a chain": made(act={"sub": "c1", "act": {"sub": "c2"}}),
    # when it holds
    "exp missing": made(exp=...),
    "exp null": made(exp=None),
    "exp a string": made(exp=str(NOW + 600)),
    "exp a float": made(exp=NOW + 600.5),
    "exp a float that is whole": _body(_text.replace(str(NOW + 600), f"{NOW + 600}.0")),
    "exp with an exponent": _body(_text.replace(str(NOW + 600), "1.8000006e9")),
    "exp true": made(exp=True),
    "exp a list": made(exp=[NOW + 600]),
    "exp below zero": made(exp=-1),
    "exp without end": made(exp=10**30),
    "exp of two thousand digits": _body(_text.replace(str(NOW + 600), "9" * 2000)),
    "expired a second ago": made(exp=NOW - 1, iat=NOW - 300),
    "expired in this second": made(exp=NOW, iat=NOW - 300),
    "expired before it was made": made(exp=NOW + 1, iat=NOW + 1),
    "lasting a year": made(exp=NOW + 31_536_000),
    "lasting a second too long": made(exp=NOW + 901),
    "lasting too long since it was made": made(iat=NOW - 890, exp=NOW + 11),
    "iat missing": made(iat=...),
    "iat null": made(iat=None),
    "iat a string": made(iat=str(NOW)),
    "iat a float": made(iat=NOW + 0.5),
    "iat false": made(iat=False),
    "iat in a minute": made(iat=NOW + 60),
    "iat below zero": made(iat=-1),
    "nbf in a minute": made(nbf=NOW + 60),
    "nbf a string": made(nbf="0"),
    "nbf a float": made(nbf=0.5),
    "nbf true": made(nbf=True),
}  # fmt: skip
