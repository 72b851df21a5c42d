"""What is found when a poll is closed: the record that goes into the log, and the list that lies beside it."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from cloudnego.polls import blind, box, roll, tellers
from cloudnego.polls.ballots import BadBallot, Ballot, Question, listed, message, place
from cloudnego.polls.custody import PollKeys
from cloudnego.polls.refused import BoxDamaged
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


def closed(connection: Connection, poll: str, salt: bytes, question: Question, keys: PollKeys) -> Closing:
    """Make the list of the box, in the open transaction, and say what is in it. Raises BoxDamaged: of ballots nobody
    was issued no result is made."""
    ballots = box.ballots(connection, poll)
    figures, papers = roll.figures(connection, poll), tellers.read(connection, poll)
    damaged = [at for at, ballot in ballots if not _whole(question, keys, at, ballot)]
    if damaged or len(ballots) > figures.issued:
        raise BoxDamaged(damaged)
    votes = Counter(choice for _, ballot in ballots for choice in ballot.choice.split(","))
    content, choices = listed(question, (ballot for _, ballot in ballots)), sorted(question.choices)
    box.lay_open(connection, poll, content)
    return Closing(
        poll=question.poll.hex(),
        modulus=blind.modulus(keys.public),
        thumbprint=blind.thumbprint(keys.public),
        choices=tuple(choices),
        picks=question.picks,
        roll=figures.roll,
        issued=figures.issued,
        on_paper=figures.on_paper,
        cast=len(ballots),
        counts={choice: votes[choice] for choice in choices},
        listed=sha256(content).hexdigest(),
        paper=next(iter(papers.values()), None),
        roll_hash=sha256(roll.final(salt, roll.everyone(connection, poll))).hexdigest(),
        receipt_key=keys.receipt_key,
    )


def _whole(question: Question, keys: PollKeys, at: bytes, ballot: Ballot) -> bool:
    try:
        if place(question, ballot) != at:
            return False
        blind.check(keys.public, message(question, ballot.nonce, ballot.choice), ballot.signature)
    except (BadBallot, blind.Forged):
        return False
    return True
