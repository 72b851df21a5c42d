"""What is found when a poll is closed: the record that goes into the log, and the list that lies beside it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa

from cloudnego.polls import blind
from cloudnego.polls.ballots import BadBallot, Ballot, Question, listed, message, place
from cloudnego.polls.refused import BoxDamaged
from cloudnego.polls.roll import Figures
from cloudnego.polls.tellers import PaperCount

VERSION: Final = 1


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """The record of the close. Up to `list` it is what `polls/recount.py` calls CLOSING. `on_paper`: how many were
    struck off; `paper`: what both tellers found, None where nobody voted so; `roll_hash`: of the final roll.
    `thumbprint` and `receipt_key` are those of the opening."""

    v: int = VERSION
    poll: str
    modulus: str
    thumbprint: str
    choices: tuple[str, ...]
    picks: int
    roll: int
    issued: int
    on_paper: int
    cast: int
    counts: dict[str, int]
    listed: str = msgspec.field(name="list")
    paper: PaperCount | None
    roll_hash: str
    receipt_key: str

    def record(self) -> dict[str, Any]:
        """As JSON has it: what the log keeps, and what goes with the list to whoever counts again."""
        found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self))
        return found


class Frozen(msgspec.Struct, frozen=True, kw_only=True):
    """What was known of the poll before its close."""

    question: Question
    public: rsa.RSAPublicKey
    receipt_key: str
    figures: Figures
    paper: PaperCount | None
    final_roll: bytes


def closed(frozen: Frozen, box: Sequence[tuple[bytes, Ballot]]) -> tuple[Closing, bytes]:
    """The record and the list. Raises BoxDamaged: of ballots that nobody was issued no result is made."""
    question, ballots = frozen.question, [ballot for _, ballot in box]
    damaged = [at for at, ballot in box if not _whole(frozen, at, ballot)]
    if damaged or len(ballots) > frozen.figures.issued:
        raise BoxDamaged(damaged)
    votes = Counter(choice for ballot in ballots for choice in ballot.choice.split(","))
    content, choices = listed(question, ballots), sorted(question.choices)
    record = Closing(
        poll=question.poll.hex(),
        modulus=blind.modulus(frozen.public),
        thumbprint=blind.thumbprint(frozen.public),
        choices=tuple(choices),
        picks=question.picks,
        roll=frozen.figures.roll,
        issued=frozen.figures.issued,
        on_paper=frozen.figures.on_paper,
        cast=len(ballots),
        counts={choice: votes[choice] for choice in choices},
        listed=hashlib.sha256(content).hexdigest(),
        paper=frozen.paper,
        roll_hash=hashlib.sha256(frozen.final_roll).hexdigest(),
        receipt_key=frozen.receipt_key,
    )
    return record, content


def _whole(frozen: Frozen, at: bytes, ballot: Ballot) -> bool:
    try:
        if place(frozen.question, ballot) != at:
            return False
        blind.check(frozen.public, message(frozen.question, ballot.nonce, ballot.choice), ballot.signature)
    except (BadBallot, blind.Forged):
        return False
    return True
