"""A secret ballot from the issue to the recount: CPU a ballot, how much of it is cryptography, how it grows.

Voters' own work stands beside it: ballots are made beforehand, with the poll's key. Of the many on the roll some two
hundred ask for theirs to be signed, for that costs the same whoever asks; the others' lines get as many bytes.
"""

from __future__ import annotations

import hashlib
import os
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple
from unittest.mock import patch

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from bench.aims import at_least, at_most, middle, report
from cloudnego.eventlog.database import connect, writing
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.migrating import migrate
from cloudnego.polls import blind, roll
from cloudnego.polls.ballots import Ballot, Question, message
from cloudnego.polls.desk import Polls
from cloudnego.polls.pool import Pool
from cloudnego.polls.recount import recount, signed
from tests.memory import in_memory
from tests.polls.voter import Secret

SHARE: Final = 0.70
RECOUNT_S: Final = 60.0
RECOUNTED: Final = 100_000
GROWTH: Final = 1.25
ISSUED: Final = 200
_NOW_S: Final = 1_800_000_000
_OVER_S: Final = _NOW_S + 3720
_PSS: Final = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=0)
_QUESTION: Final = Question(poll=hashlib.sha256(b"x").digest(), choices=frozenset({"yes", "no", "abstain"}), picks=1)


class Round(NamedTuple):
    """Milliseconds of CPU a ballot, by what is done; `bare`: the cryptography in it, by itself."""

    issue: float
    cast: float
    close: float
    recount: float
    bare_sign: float
    bare_check: float
    bare_recount: float
    voter: float
    seconds: float


def _cpu(work: Callable[[], Any], times: int) -> float:
    before = time.process_time()
    work()
    return (time.process_time() - before) * 1000 / times


def _made(key: rsa.RSAPrivateKey, count: int) -> list[Ballot]:
    """Ballots as voters bring them."""
    found = []
    for number in range(count):
        nonce, choice = os.urandom(32), ("yes", "no", "abstain")[number % 3]
        signature = key.sign(message(_QUESTION, nonce, choice), _PSS, hashes.SHA384())
        found.append(Ballot(nonce=nonce, choice=choice, signature=signature))
    return found


def _round(folder: Path, key: rsa.RSAPrivateKey, ballots: list[Ballot]) -> Round:
    """One poll of so many voters, from the first issue to the recount."""
    url, count, asking = f"sqlite:///{folder / 'ballots.sqlite3'}", len(ballots), min(ISSUED, len(ballots))
    migrate(url)
    engine = connect(url)
    people = [f"p{number:06d}" for number in range(count)]
    began = time.monotonic()
    try:
        with patch.object(blind, "fresh_key", lambda: key):  # the very key that signed them
            polls = Polls(engine, Keyring.seeded("bench"), Pool(folder / "pools"), lambda: _NOW_S)
            poll = polls.prepare("d", "case", people).poll
        polls.open(poll, _QUESTION, _NOW_S + 3600)
        asked = [b"\0" + os.urandom(383) for _ in range(asking)]
        issue = _cpu(
            lambda: [polls.issue(poll, who, one, _NOW_S) for who, one in zip(people, asked, strict=False)], asking
        )
        with writing(engine).begin() as connection:
            for person in people[asking:]:
                roll.spend(connection, poll, person, os.urandom(384), os.urandom(384))
        cast = _cpu(lambda: [polls.cast(poll, one, _NOW_S) for one in ballots], count)
        close = _cpu(lambda: _close(polls, poll), count)
        closing, content = polls.closing(poll).record(), polls.listed(poll)
        again = _cpu(lambda: _holds(closing, content), count)
    finally:
        engine.dispose()
    bare = _bare(key, asked, ballots[:asking])
    return Round(issue, cast, close, again, *bare, seconds=time.monotonic() - began)


def _close(polls: Polls, poll: str) -> None:
    polls.count(poll, _OVER_S)
    polls.bury(poll)
    polls.tidy(_OVER_S)


def _checked(key: rsa.RSAPublicKey, said: list[tuple[bytes, bytes]]) -> None:
    for content, signature in said:
        blind.check(key, content, signature)


def _holds(closing: Any, content: bytes) -> None:
    counts, wrong = recount(closing, content)
    assert not wrong, wrong[:3]
    assert sum(counts.values()) == closing["cast"]


def _bare(key: rsa.RSAPrivateKey, asked: list[bytes], ballots: list[Ballot]) -> tuple[float, float, float, float]:
    """What the cryptography alone costs: a blind signature, a check of one, the check of the recount; and blinding,
    which the voter's phone does (here in Python, without the stretching)."""
    issuer, n = blind.Issuer(key), key.public_key().public_numbers().n
    said = [(message(_QUESTION, one.nonce, one.choice), one.signature) for one in ballots]
    sign = _cpu(lambda: [issuer.sign(one) for one in asked], len(asked))
    check = _cpu(lambda: _checked(issuer.public, said), len(said))
    count = _cpu(lambda: [signed(n, *one) for one in said], len(said))
    voter = _cpu(
        lambda: [
            Secret(one.nonce.hex(), _QUESTION.poll, 1).ask(issuer.public, _QUESTION, one.choice) for one in ballots
        ],
        len(ballots),
    )
    return sign, check, count, voter


def run(*, quick: bool = False, n: int | None = None) -> dict[str, Any]:
    """Polls of a thousand and of `n` voters, 32,000 unless it is said; files lie in memory where there is room."""
    sizes = (60, 120) if quick else (1_000, n or 32_000)
    key, found = blind.fresh_key(), {}
    ballots = _made(key, sizes[-1])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="cloudnego-bench-", dir=in_memory()) as folder:
            found[size] = _round(Path(folder), key, ballots[:size])
    figures: dict[str, Any] = {
        f"{size:,} voters": {name.replace("_", " "): round(value, 3) for name, value in one._asdict().items()}
        for size, one in found.items()
    }
    figures["memory, MiB more at the most"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    small, large = (_served(found[size]) for size in (sizes[0], sizes[-1]))
    last = found[sizes[-1]]
    share = (last.bare_sign + 2 * last.bare_check) / large  # checked when it comes and once more at the close
    figures["server, ms of CPU a ballot"] = middle([large], 3)
    return report(
        "ballots", 1, figures,
        [
            at_least("share of the cryptography in the server's CPU", share, SHARE),
            at_most(f"growth of a ballot's CPU from {sizes[0]:,} to {sizes[-1]:,}", large / small, GROWTH),
            at_most(f"recount of {RECOUNTED:,}, s of CPU", last.recount * RECOUNTED / 1000, RECOUNT_S),
            at_most("growth of its recount", last.recount / found[sizes[0]].recount, GROWTH),
        ],
    )  # fmt: skip


def _served(one: Round) -> float:
    return one.issue + one.cast + one.close
