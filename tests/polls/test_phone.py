"""What the voter's browser makes of a ballot, in Node: the issuer signs it, `cryptography` and the box take it."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import TypeAdapter

from cloudnego.core import commands as c
from cloudnego.core.clauses import text_hash
from cloudnego.eventlog.leaf import canonical
from cloudnego.polls.ballots import Ballot, Question, message, place
from cloudnego.polls.blind import check, modulus, thumbprint, unpadded
from cloudnego.polls.custody import receipt_text
from tests.house.tree import ROOT
from tests.npm import node
from tests.polls import rfc9474
from tests.polls.test_blind import ISSUER, PUBLIC, STANDARD
from tests.polls.voter import Secret

SOURCES: Final = ROOT / "frontend" / "src" / "tools" / "ballot"
PHONE: Final = Path(__file__).with_name("phone.mjs")
OPENING: Final[dict[str, Any]] = {
    "picks": 2,
    "question": '同意\n"草案"?',
    "choices": ["yes", "no"],
    "text": None,
    "few": False,
}
QUESTION: Final = Question(
    poll=hashlib.sha256(canonical(OPENING)).digest(), choices=frozenset({"yes", "no", "c2", "c10"}), picks=2
)
SECRET: Final = "0123456789ABCDEF"


def phone(*ballots: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What it makes of them; a phone that fails fails the test."""
    question = {"poll": QUESTION.poll.hex(), "choices": sorted(QUESTION.choices), "picks": QUESTION.picks}
    asked = {"modulus": modulus(PUBLIC), "opening": OPENING, "question": question, "ballots": ballots, **more}
    program = [str(node() / "bin" / "node"), "--disable-warning=ExperimentalWarning", str(PHONE), str(SOURCES)]
    ran = subprocess.run(program, input=json.dumps(asked), capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    made: dict[str, Any] = json.loads(ran.stdout)
    return made


def test_a_ballot_that_a_phone_blinded_is_signed_unseen_and_taken() -> None:
    marked: list[dict[str, Any]] = [
        {"secret": SECRET, "choice": "yes"},
        {"secret": SECRET, "choice": "c10,c2", "rounds": 1000},
    ]
    first = phone(*marked)
    assert first["thumbprint"] == thumbprint(PUBLIC)
    assert first["hash"] == QUESTION.poll.hex()
    answers = [ISSUER.sign(bytes.fromhex(each["blinded"])) for each in first["ballots"]]
    again = phone(*(each | {"answer": answer.hex()} for each, answer in zip(marked, answers, strict=True)))
    for asked, before, told in zip(marked, first["ballots"], again["ballots"], strict=True):
        assert told["blinded"] == before["blinded"], "a second phone asks with the same bytes"
        assert len(told["sent"].encode()) == 2048
        sent = json.loads(told["sent"])
        assert sent["poll"] == QUESTION.poll.hex()
        ballot = Ballot(
            nonce=bytes.fromhex(sent["nonce"]), choice=sent["choice"], signature=bytes.fromhex(sent["signature"])
        )
        assert ballot.choice == asked["choice"]
        check(PUBLIC, message(QUESTION, ballot.nonce, ballot.choice), ballot.signature)
        assert told["place"] == place(QUESTION, ballot).hex()


def test_it_is_what_the_decision_says() -> None:
    """The same bytes as from the voter of these tests, who was written from the RFC in Python."""
    told = phone({"secret": SECRET, "choice": "no", "rounds": 1000})["ballots"][0]
    _, blinded = Secret(SECRET, QUESTION.poll, 1000).ask(PUBLIC, QUESTION, "no")
    assert told["blinded"] == blinded.asked.hex()


def test_it_reckons_the_hash_of_the_draft_it_shows_and_takes_the_true_receipt_alone() -> None:
    values = [{"kind": "rate", "name": "raise", "rate": "5.5"}]
    clauses: list[dict[str, Any]] = [
        {"clause": name, "head": "HZ 6.2", "prose": f"自三月起 {name}", "values": values[:n], "agreed": True}
        for n, name in enumerate(("zb", "a1"))
    ]
    given = TypeAdapter(list[c.Value]).validate_python(values)
    hashes = {one["clause"]: text_hash(one["head"], given[:n], one["prose"]) for n, one in enumerate(clauses)}
    key, here = Ed25519PrivateKey.from_private_bytes(bytes(32)), bytes(range(32))
    receipt = {
        "receiptKey": key.public_key().public_bytes_raw().hex(), "poll": QUESTION.poll.hex(), "place": here.hex(),
        "receipt": unpadded(key.sign(receipt_text(QUESTION.poll, here))),
    }  # fmt: skip
    told = phone(draft=clauses, receipt=receipt)
    agreed = [{"clause": name, "text": hashes[name]} for name in sorted(hashes)]  # as core.clauses.draft_hash has it
    assert told["draft"] == hashlib.sha256(canonical(agreed)).hexdigest()
    assert told["received"]
    elsewhere = receipt | {"place": bytes(32).hex()}
    clauses[0]["prose"] = "自四月起"
    told_otherwise = phone(draft=clauses, receipt=elsewhere)
    assert told_otherwise["draft"] != told["draft"]
    assert not told_otherwise["received"]


def test_its_own_tests_have_the_vectors_of_the_rfc_and_our_key() -> None:
    held = json.loads((SOURCES / "rfc9474.json").read_bytes())
    assert held["modulus"] == modulus(STANDARD.public)
    names = ("message", "inverse", "blinded", "blind_signature", "signature", "our_p", "our_q")
    assert [held[name] for name in names] == [getattr(rfc9474, name.upper()) for name in names]
