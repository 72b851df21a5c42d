"""A token is taken only as it was signed, for what it is for, while it holds; whatever else comes is one `BadToken`."""

from __future__ import annotations

import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from cloudnego.identity import tokens
from cloudnego.identity.tokens import BadKey, BadToken, Use, Verified, verify
from tests.identity.forgeries import (
    AUD,
    CLAIMS,
    FORGED,
    ISS,
    KEYS,
    NOW,
    OURS,
    RSA,
    USE,
    WIDE,
    b64,
    good,
    jwk_of,
    made,
    rs256,
    rsa_jwk_of,
)


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_token_is_refused(name: str) -> None:
    with pytest.raises(BadToken):
        verify(FORGED[name], KEYS, USE, NOW)


def test_the_table_is_long_and_no_two_tricks_are_the_same_token() -> None:
    assert len(FORGED) >= 180
    assert len(set(FORGED.values())) == len(FORGED)
    assert good not in FORGED.values()


@pytest.mark.parametrize(
    "token",
    [
        good,
        made(aud=[AUD]),
        made(nbf=NOW),
        made(exp=NOW + 900),
        made(exp=NOW + 1),
        made(act={"sub": "c1"}),
        made(more={"nested": [1, "二"]}),
    ],
)
def test_a_good_token_says_what_it_claims(token: str) -> None:
    claims = verify(token, KEYS, USE, NOW)
    assert (claims["iss"], claims["sub"], claims["jti"]) == (ISS, "c1", "j1")


def test_what_we_sign_we_take_and_every_changed_letter_is_seen() -> None:
    key, document = tokens.signing_key(tokens.new_signing_key())
    token = tokens.sign(CLAIMS, key, "at+jwt")
    keys = {key.kid: tokens.public_key(document)}
    assert verify(token, keys, USE, NOW) == CLAIMS
    for at in range(len(token)):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        with pytest.raises(BadToken):
            verify(changed, keys, USE, NOW)


def test_an_id_token_is_verified_by_the_same_function_under_its_own_use() -> None:
    use = Use(
        algorithm="RS256",
        typ=frozenset({tokens.ABSENT, "JWT"}),
        iss=ISS,
        aud=frozenset({"us"}),
        lasts_max_s=3600,
        needs=frozenset({"nonce"}),
        leeway_s=60,
    )
    head = {"alg": "RS256", "typ": "JWT", "kid": "rsa"}
    claims = {"aud": "us", "nonce": "n", "jti": ..., "iat": NOW + 30}
    assert verify(made(head, rs256, **claims), KEYS, use, NOW)["nonce"] == "n"
    assert verify(made(head | {"typ": ...}, rs256, **claims), KEYS, use, NOW)
    assert verify(made(head, rs256, **claims | {"aud": ["us", "them"], "azp": "us"}), KEYS, use, NOW)
    for wrong in (
        made(head | {"typ": "at+jwt"}, rs256, **claims),
        made(head | {"typ": ""}, rs256, **claims),
        made(head, rs256, **claims | {"nonce": ...}),
        made(head, rs256, **claims | {"nonce": 5}),
        made(head, rs256, **claims | {"aud": ["us", "them"], "azp": "them"}),
        made(head, rs256, **claims | {"iat": NOW + 90}),
        made({}, None, **claims),
    ):
        with pytest.raises(BadToken):
            verify(wrong, KEYS, use, NOW)


def test_a_key_that_is_none_is_refused() -> None:
    small = rsa.generate_private_key(65537, 1024)
    wrongs: tuple[dict[str, object], ...] = (
        {},
        {"kty": "oct", "k": "AAAA"},
        jwk_of(OURS) | {"crv": "P-384"},
        jwk_of(OURS) | {"crv": "secp256k1"},
        jwk_of(OURS) | {"alg": "HS256"},
        jwk_of(OURS) | {"use": "enc"},
        jwk_of(OURS) | {"x": b64(b"\1" * 32)},  # not on the curve
        jwk_of(OURS) | {"x": ""},
        jwk_of(OURS) | {"x": 5},
        jwk_of(OURS) | {"d": "AAAA"},
        rsa_jwk_of(small),
        rsa_jwk_of(RSA) | {"alg": "ES256"},
    )
    for wrong in wrongs:
        with pytest.raises(BadKey):
            tokens.public_key(wrong, "k")
    with pytest.raises(BadKey):
        tokens.public_key(jwk_of(OURS))  # without a name
    with pytest.raises(BadKey):
        tokens.signing_key(WIDE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(BadKey):
        tokens.signing_key(b"no key")


def test_of_a_jwks_document_what_can_be_used_is_used() -> None:
    found = tokens.keys_of({"keys": [jwk_of(OURS) | {"kid": "a"}, rsa_jwk_of(RSA) | {"kid": "b"}, {"kty": "OKP"}, 7]})
    assert {kid: key.algorithm for kid, key in found.items()} == {"a": "ES256", "b": "RS256"}
    twice = [jwk_of(OURS) | {"kid": "a"}, rsa_jwk_of(RSA) | {"kid": "a"}]
    wrongs: tuple[dict[str, object], ...] = ({}, {"keys": {}}, {"keys": twice})
    for wrong in wrongs:
        with pytest.raises(BadKey):
            tokens.keys_of(wrong)


def test_a_key_is_named_by_itself() -> None:
    """The example of RFC 7638 §3.1."""
    n = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhM"
        "stn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5"
        "hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    assert tokens.thumbprint({"kty": "RSA", "e": "AQAB", "n": n}) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_what_was_verified_is_believed_within_its_epoch_and_no_longer_than_it_holds() -> None:
    known = Verified(USE, most=2)
    first, nobody = made(), dict[str, tokens.Key]()
    assert known.claims(first, KEYS, NOW, 1)["sub"] == "c1"
    assert known.claims(first, nobody, NOW, 1)["sub"] == "c1"  # remembered: the keys are not asked for
    with pytest.raises(BadToken):
        known.claims(first, nobody, NOW, 2)  # something was revoked
    assert len(known) == 0
    known.claims(first, KEYS, NOW, 2)
    with pytest.raises(BadToken):
        known.claims(first, KEYS, NOW + 600, 2)  # it expired
    for number in range(5):
        known.claims(made(jti=f"j{number}"), KEYS, NOW, 2)
        with pytest.raises(BadToken):
            known.claims(FORGED["alg none"], KEYS, NOW, 2)
    assert len(known) == 2
    with pytest.raises(BadToken):
        known.claims(made(jti="j0"), nobody, NOW, 2)  # the least recently used went
    known.claims(made(jti="j9"), KEYS, NOW, None)  # without an epoch nothing is believed
    assert len(known) == 2


def test_jose_signs_with_cryptography_and_brings_no_encryption_along() -> None:
    """The other implementation of curves it can use leaks its keys by the time it takes (CVE-2024-23342)."""
    key, _ = tokens.signing_key(tokens.new_signing_key())
    assert isinstance(key.made.prepared_key, ec.EllipticCurvePrivateKey)
    said = "import sys, cloudnego.identity.tokens; print('jose.jws' in sys.modules, 'jose.jwe' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["True", "False"]
