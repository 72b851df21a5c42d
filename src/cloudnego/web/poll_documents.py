"""What is said of votes on the platform."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from cloudnego.web.documents import ReminderDocument


class PollKey(msgspec.Struct, frozen=True, kw_only=True):
    """The key that signs this vote's ballots and nothing else (RSA-3072, exponent 65537): its modulus as a JWK writes
    it, and its thumbprint (RFC 7638), which stands in the opening as well."""

    modulus: str
    thumbprint: str


class PollChoice(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that may be chosen: its code on the ballot, and of an election the candidate."""

    code: str
    person: str | None
    name: str | None


class PollResult(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. Of under ten voters the counts are null for whoever does not see them. `counts`: box and urn
    together; `outcome`: of the congress `passed`, `failed` or `no_quorum`, of an election `quorum` or `no_quorum`;
    `elected`: persons over the majority; `valid`: two scrutineers have confirmed the counts."""

    counts: dict[str, int] | None
    issued: int | None
    on_paper: int | None
    cast: int | None
    spoiled: int | None
    outcome: str | None
    elected: tuple[str, ...]
    valid: bool


class PollDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A vote on the platform. `opening`: the body of the event that opened it, as the log commits to it, and `hash` the
    SHA-256 of its canonical form (RFC 8785), which every ballot names. `mine`: what became of the reader's own line on
    the roll. `issued`, `on_paper`: for the union and the scrutineers. `few`: under ten voters. `candidates`: where it
    is read what those who stand say for themselves, for the workers' side of an election; no part of what is signed.
    `enterprise`: the name of the covered one whose vote it is, where each votes by itself."""

    poll: str
    negotiation: str
    kind: Literal["election", "congress"]
    enterprise: str | None
    opening: dict[str, Any]
    hash: str
    key: PollKey
    receipt_key: str
    state: Literal["open", "closing", "closed", "void"]
    opened_at: datetime
    closes_at: datetime
    roll: int
    quorum: int
    needed: int
    picks: int
    choices: tuple[PollChoice, ...]
    few: bool
    method: Literal["online", "both"]
    mine: Literal["none", "open", "issued", "paper"]
    issued: int | None
    on_paper: int | None
    candidates: str | None
    result: PollResult | None


class MyPoll(msgspec.Struct, frozen=True, kw_only=True):
    """A vote that runs and on whose roll the reader stands. `enterprise`: whose vote it is."""

    poll: str
    negotiation: str
    enterprise: str
    kind: Literal["election", "congress"]
    closes_at: datetime
    mine: Literal["open", "issued", "paper"]


class MyPolls(msgspec.Struct, frozen=True, kw_only=True):
    """The votes that run for the reader, the first to close first, with the names of their enterprises."""

    rows: tuple[MyPoll, ...]
    names: dict[str, str]


class BallotSigned(msgspec.Struct, frozen=True, kw_only=True):
    """The blind signature of a ballot, base64url."""

    signature: str


class BallotReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """The place a ballot will have in the list (SHA-256 of what was signed, in hex), and the server's word on it:
    Ed25519 by the vote's `receipt_key` over `cloudnego-receipt-v1`, a zero byte, the vote's hash and the place."""

    place: str
    receipt: str


class PollVoterRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the roll."""

    person: str
    name: str
    state: Literal["open", "issued", "paper"]


class PollRoll(msgspec.Struct, frozen=True, kw_only=True):
    """The roll as the scrutineers see it. `tellers`: who has entered a count of papers; `in_the_way`: why it cannot be
    counted yet; `reminders`: when those were reminded who had no ballot."""

    roll: int
    issued: int
    on_paper: int
    rows: tuple[PollVoterRow, ...]
    tellers: tuple[str, ...]
    in_the_way: tuple[str, ...]
    reminders: tuple[ReminderDocument, ...]
