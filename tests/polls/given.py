"""A poll that runs, and voters who do what their phones will do."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from sqlalchemy import Engine, select

from cloudnego.eventlog.sql import table_of
from cloudnego.polls.ballots import Ballot, Question, message
from cloudnego.polls.desk import Cast, Polls, Prepared
from cloudnego.polls.tables import BallotRow
from tests.polls.test_blind import KEY, PUBLIC
from tests.polls.voter import Secret, finalize

NOW_S: Final = 1_800_000_000
CLOSES_S: Final = NOW_S + 3600
OVER_S: Final = CLOSES_S + 120
QUESTION: Final = Question(
    poll=hashlib.sha256(b"an opening").digest(), choices=frozenset({"yes", "no", "abstain"}), picks=1
)
PEOPLE: Final = tuple(f"p{n:02d}" for n in range(24))
_PSS: Final = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=0)


def ballot(who: str, choice: str = "yes", question: Question = QUESTION) -> Ballot:
    """As it comes out of the blind signing, without the way there: the signature of a message is one."""
    nonce = hashlib.sha256(who.encode()).digest()
    return Ballot(
        nonce=nonce, choice=choice, signature=KEY.sign(message(question, nonce, choice), _PSS, hashes.SHA384())
    )


def asked(who: str, choice: str = "yes") -> bytes:
    """What a voter's phone sends to be signed."""
    return Secret(who, QUESTION.poll, 1).ask(PUBLIC, QUESTION, choice)[1].asked


class Ground:
    """One open poll of 24 voters."""

    def __init__(self, polls: Polls, engine: Engine, folder: Path, people: Sequence[str] = PEOPLE) -> None:
        self.polls: Final = polls
        self.engine: Final = engine
        self.folder: Final = folder
        self.prepared: Final[Prepared] = polls.prepare("d", "case", people)
        self.poll: Final = self.prepared.poll
        polls.open(self.poll, QUESTION, CLOSES_S)

    def signed(self, person: str, choice: str = "yes") -> Ballot:
        """His ballot as his phone holds it, the whole way."""
        secret = Secret(person, QUESTION.poll, 1)
        content, blinded = secret.ask(PUBLIC, QUESTION, choice)
        answer = self.polls.issue(self.poll, person, blinded.asked, NOW_S)
        return Ballot(nonce=secret.nonce, choice=choice, signature=finalize(PUBLIC, content, answer, blinded.inverse))

    def vote(self, person: str, choice: str = "yes") -> Cast:
        return self.polls.cast(self.poll, self.signed(person, choice), NOW_S)

    def in_box(self) -> list[bytes]:
        with self.engine.connect() as connection:
            return [bytes(at) for at in connection.execute(select(table_of(BallotRow).c.place)).scalars()]
