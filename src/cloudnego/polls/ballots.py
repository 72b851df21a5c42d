"""A ballot as it is signed blind, cast, kept and listed: bytes that name a poll, a number nobody knew, and the choice.

The choice is part of what is signed. Who has the whole database can drop a ballot, which its voter and the
figures show; without the private key of the poll he cannot make another one of it. Nothing here knows a voter or time.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Final

import msgspec

NONCE_BYTES: Final = 32
CHOICE_MAX: Final = 512
_LABEL: Final = b"cloudnego-ballot-v1\0"
_POLL_BYTES: Final = 32
_CHOICE: Final = re.compile(r"[a-z0-9_-]{1,32}(,[a-z0-9_-]{1,32})*")


class BadBallot(Exception):
    """Not a ballot that anybody could have marked. `why` is for the log and for tests."""

    def __init__(self, why: str) -> None:
        self.why: Final = why
        super().__init__(why)


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a ballot may say: `poll` is the hash of all that was frozen before the opening, `choices` codes, and how
    many of them one may pick."""

    poll: bytes
    choices: frozenset[str]
    picks: int = 1


class Ballot(msgspec.Struct, frozen=True, kw_only=True):
    """One ballot as it comes to the box: `choice` is codes in ascending order between commas."""

    nonce: bytes
    choice: str
    signature: bytes


def chosen(picked: Iterable[str]) -> str:
    """The one way to write a choice: two ways would be two ballots."""
    return ",".join(sorted(picked))


def message(question: Question, nonce: bytes, choice: str) -> bytes:
    """What the voter's browser blinds and the key of the poll signs. Raises `BadBallot` for what nobody may choose."""
    if len(question.poll) != _POLL_BYTES or len(nonce) != NONCE_BYTES:
        raise BadBallot("size")
    if len(choice) > CHOICE_MAX or not _CHOICE.fullmatch(choice):
        raise BadBallot("choice")
    picked = choice.split(",")
    if not question.choices.issuperset(picked) or len(picked) > question.picks or chosen(set(picked)) != choice:
        raise BadBallot("choice")
    return _LABEL + question.poll + nonce + choice.encode()


def place(question: Question, ballot: Ballot) -> bytes:
    """The key of a ballot in the box: its place says nothing of when it came, and the same ballot has the same."""
    return hashlib.sha256(message(question, ballot.nonce, ballot.choice)).digest()


def listed(question: Question, ballots: Iterable[Ballot]) -> bytes:
    """The box as it is laid open at the close, sorted by place; the log has the SHA-256 of these bytes."""
    lines = sorted((place(question, each), each) for each in ballots)
    return b"".join(f"{each.nonce.hex()} {each.choice} {each.signature.hex()}\n".encode() for _, each in lines)
