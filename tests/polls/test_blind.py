"""The token of a secret ballot: the RFC's own figures, every way to a wrong one, and what the signer can know."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudnego.identity import tokens
from cloudnego.polls import blind
from cloudnego.polls.ballots import BadBallot, Question, chosen, message
from cloudnego.polls.blind import BadBlinded, Forged, Issuer, SigningFailed, check, modulus, thumbprint
from tests.polls import rfc9474 as rfc
from tests.polls.voter import Secret, encoded, finalize

KEY: Final = rfc.key(int(rfc.OUR_P, 16), int(rfc.OUR_Q, 16))
ISSUER: Final = Issuer(KEY)
PUBLIC: Final = ISSUER.public
N: Final = PUBLIC.public_numbers().n
STANDARD: Final = Issuer(rfc.key(int(rfc.P, 16), int(rfc.Q, 16)))
QUESTION: Final = Question(poll=hashlib.sha256(b"a poll").digest(), choices=frozenset({"yes", "no", "abstain"}))

MESSAGE: Final = message(QUESTION, bytes(32), "yes")


def salted(salt: int) -> bytes:
    return KEY.sign(MESSAGE, padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=salt), hashes.SHA384())


SIGNATURE: Final = salted(0)


def test_the_figures_of_the_rfc() -> None:
    standard = STANDARD.public
    assert STANDARD.sign(bytes.fromhex(rfc.BLINDED)).hex() == rfc.BLIND_SIGNATURE
    assert STANDARD.sign(bytes.fromhex(rfc.RANDOMIZED_BLINDED)).hex() == rfc.RANDOMIZED_BLIND_SIGNATURE
    check(standard, bytes.fromhex(rfc.MESSAGE), bytes.fromhex(rfc.SIGNATURE))
    # and the voter's half, on which the rest here leans
    inverse, n = int(rfc.INVERSE, 16), standard.public_numbers().n
    answered = finalize(standard, bytes.fromhex(rfc.MESSAGE), bytes.fromhex(rfc.BLIND_SIGNATURE), inverse)
    assert answered.hex() == rfc.SIGNATURE
    encoding = int.from_bytes(encoded(bytes.fromhex(rfc.MESSAGE), n.bit_length() - 1), "big")
    assert encoding == pow(int(rfc.SIGNATURE, 16), 65537, n)
    assert encoding * pow(pow(inverse, -1, n), 65537, n) % n == int(rfc.BLINDED, 16)


@settings(max_examples=6)
@given(st.integers(0, 2**80 - 1), st.sampled_from(["yes", "no", "abstain"]))
def test_a_ballot_signed_unseen_is_signed_and_a_second_phone_gets_the_same(drawn: int, choice: str) -> None:
    signs = f"{drawn:020x}"
    signed, content = [], b""
    for _ in ("one phone", "another"):
        content, blinded = Secret(signs, QUESTION.poll, 1).ask(PUBLIC, QUESTION, choice)
        signed.append(finalize(PUBLIC, content, ISSUER.sign(blinded.asked), blinded.inverse))
    check(PUBLIC, content, signed[0])
    assert signed[0] == signed[1]
    others = QUESTION.choices - {choice}
    for other in others:
        with pytest.raises(Forged):
            check(PUBLIC, message(QUESTION, Secret(signs, QUESTION.poll, 1).nonce, other), signed[0])


def test_whatever_was_asked_may_have_been_any_ballot() -> None:
    """Blindness: for each ballot there is a factor with which it would have looked exactly like what the signer saw."""
    _, seen = Secret("a voter", QUESTION.poll, 1).ask(PUBLIC, QUESTION, "yes")
    asked, answer = int.from_bytes(seen.asked, "big"), ISSUER.sign(seen.asked)
    for who, choice in (("a voter", "no"), ("another", "yes"), ("another", "no")):
        content = message(QUESTION, Secret(who, QUESTION.poll, 1).nonce, choice)
        its_own = KEY.sign(content, padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=0), hashes.SHA384())
        factor = int.from_bytes(answer, "big") * pow(int.from_bytes(its_own, "big"), -1, N) % N
        encoding = int.from_bytes(encoded(content, N.bit_length() - 1), "big")
        assert encoding * pow(factor, 65537, N) % N == asked
        assert finalize(PUBLIC, content, answer, pow(factor, -1, N)) == its_own


def test_two_askings_of_one_voter_do_not_show_what_their_ballots_differ_in() -> None:
    """The second is refused, but the issuer saw it: under one factor the two would fit one line of the list alone."""
    secret = Secret("a voter", QUESTION.poll, 1)
    asked, encodings = [], []
    for choice in ("yes", "no"):
        content, blinded = secret.ask(PUBLIC, QUESTION, choice)
        asked.append(int.from_bytes(blinded.asked, "big"))
        encodings.append(int.from_bytes(encoded(content, N.bit_length() - 1), "big"))
    seen, listed = (first * pow(second, -1, N) % N for first, second in (asked, encodings))
    assert seen != listed


def test_one_ballot_under_two_factors_shares_nothing_but_its_signature() -> None:
    content = message(QUESTION, bytes(32), "yes")
    asked, signatures = set(), set()
    for signs in ("one", "two"):
        factor = Secret(signs, QUESTION.poll, 1).factor(N, "yes")
        encoding = int.from_bytes(encoded(content, N.bit_length() - 1), "big")
        blinded = (encoding * pow(factor, 65537, N) % N).to_bytes(384, "big")
        asked.add(blinded)
        signatures.add(finalize(PUBLIC, content, ISSUER.sign(blinded), pow(factor, -1, N)))
    assert len(asked) == 2
    assert signatures == {SIGNATURE}


OUT_OF_RANGE: Final = {
    "nothing": (b"", "size"),
    "a byte short": (bytes(382) + b"\2", "size"),
    "a byte long": (bytes(384) + b"\2", "size"),
    "zero": (bytes(384), "range"),
    "the modulus": (N.to_bytes(384, "big"), "range"),
    "two beyond it": ((N + 2).to_bytes(384, "big"), "range"),
    "as much as fits": (b"\xff" * 384, "range"),
}


@pytest.mark.parametrize(("blinded", "why"), OUT_OF_RANGE.values(), ids=OUT_OF_RANGE)
def test_what_is_no_number_below_the_modulus_is_not_signed(blinded: bytes, why: str) -> None:
    with pytest.raises(BadBlinded) as refused:
        ISSUER.sign(blinded)
    assert refused.value.why == why


FORGERIES: Final = {
    "nothing": b"",
    "zero": bytes(384),
    "a byte short": SIGNATURE[:-1],
    "a byte behind": SIGNATURE + b"\0",
    "a byte before": b"\0" + SIGNATURE,
    "the last bit": SIGNATURE[:-1] + bytes((SIGNATURE[-1] ^ 1,)),
    "the first bit": bytes((SIGNATURE[0] ^ 0x80,)) + SIGNATURE[1:],
    "its negative": (N - int.from_bytes(SIGNATURE, "big")).to_bytes(384, "big"),
    "the same modulo n": (N + int.from_bytes(SIGNATURE, "big")).to_bytes(385, "big"),
    "noise": secrets.token_bytes(384),
    "the salted variant's": salted(48),
    "PKCS 1 v1.5": KEY.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA384()),
    "SHA-256": KEY.sign(MESSAGE, padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=0), hashes.SHA256()),
    "SHA-256 within": KEY.sign(MESSAGE, padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=0), hashes.SHA384()),
}


@pytest.mark.parametrize("signature", FORGERIES.values(), ids=FORGERIES)
def test_no_other_signature_of_a_ballot_is_taken(signature: bytes) -> None:
    check(PUBLIC, MESSAGE, SIGNATURE)
    with pytest.raises(Forged):
        check(PUBLIC, MESSAGE, signature)


def test_a_ballot_of_another_poll_another_key_or_another_number_is_forged() -> None:
    other = Question(poll=hashlib.sha256(b"another").digest(), choices=QUESTION.choices)
    for content in (message(other, bytes(32), "yes"), message(QUESTION, bytes(31) + b"\1", "yes"), b"", MESSAGE + b" "):
        with pytest.raises(Forged):
            check(PUBLIC, content, SIGNATURE)
    with pytest.raises(Forged):
        check(STANDARD.public, MESSAGE, SIGNATURE)


def test_a_power_that_came_out_wrong_is_kept_back(monkeypatch: pytest.MonkeyPatch) -> None:
    faulty = Issuer(KEY)
    monkeypatch.setattr(faulty, "_dp", KEY.private_numbers().dmp1 ^ 1)
    with pytest.raises(SigningFailed):
        faulty.sign((2).to_bytes(384, "big"))


def test_what_is_raised_is_never_what_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cover is drawn anew for each, and nothing is taken that could not be taken off again."""
    drawn = iter([0, int(rfc.OUR_P, 16), 5, 7])
    monkeypatch.setattr("cloudnego.polls.blind.secrets.randbelow", lambda below: next(drawn))
    raised: list[tuple[int, int]] = []

    def seen(base: int, exponent: int, n: int) -> int:
        raised.append((base, exponent))
        return pow(base, exponent, n)

    monkeypatch.setattr(blind, "pow", seen, raising=False)
    asked = (2).to_bytes(384, "big")
    assert ISSUER.sign(asked) == ISSUER.sign(asked)
    secret = {KEY.private_numbers().dmp1: int(rfc.OUR_P, 16), KEY.private_numbers().dmq1: int(rfc.OUR_Q, 16)}
    bases = {base for base, exponent in raised if exponent in secret}
    assert bases == {2 * pow(cover, 65537, N) % N % prime for cover in (5, 7) for prime in secret.values()}


def test_a_key_is_named_as_the_standard_names_it() -> None:
    assert N.bit_length() == blind.KEY_BITS
    assert thumbprint(PUBLIC) == tokens.thumbprint({"kty": "RSA", "e": "AQAB", "n": modulus(PUBLIC)})
    assert thumbprint(PUBLIC) != thumbprint(STANDARD.public)


@pytest.mark.parametrize(
    "choice", ["", "maybe", "yes,no", "no,yes", "yes,yes", "Yes", "yes ", "yes\n", ",yes", "yes,", "a" * 513]
)
def test_nobody_can_mark_what_was_not_asked(choice: str) -> None:
    with pytest.raises(BadBallot):
        message(QUESTION, bytes(32), choice)


def test_several_may_be_picked_and_are_written_in_one_way() -> None:
    several = Question(poll=QUESTION.poll, choices=frozenset({"a1", "b2", "c3"}), picks=2)
    assert chosen(["c3", "a1"]) == "a1,c3"
    assert message(several, bytes(32), "a1,c3").endswith(b"\0a1,c3")
    for wrong in ("c3,a1", "a1,a1", "a1,b2,c3"):
        with pytest.raises(BadBallot):
            message(several, bytes(32), wrong)
    for poll, nonce in ((bytes(31), bytes(32)), (bytes(32), bytes(33))):
        with pytest.raises(BadBallot):
            message(Question(poll=poll, choices=several.choices), nonce, "a1")
