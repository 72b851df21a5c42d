"""Two polls that differ in nothing but that two voters have exchanged what they chose: whoever has all dumps of one
cannot tell which of the two it was.

He has the database, its write-ahead log, free pages and backups after every ballot, and after the close; not the pool,
which is a live server's (decision 0038). Of both he reads what he likes as figures (`swap_dumps`), and three simple
classifiers learn from runs whose answer is told, and are asked about others (`swap_guess`). For two who vote in one
filling of the pool he may have every moment; for any two the moments after the close.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Final, NamedTuple
from unittest.mock import patch

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from rich.progress import Progress

from claims.record import record, recorded_up_to
from claims.swap_dumps import Dumps, Figures
from claims.swap_guess import verdicts
from cloudnego.eventlog.keys import Keyring
from cloudnego.polls import blind
from cloudnego.polls.ballots import Ballot, Question, message
from cloudnego.polls.desk import Polls
from cloudnego.polls.pool import GIVES, SLOTS, Pool
from tests.memory import in_memory
from tests.polls.test_blind import KEY, PUBLIC
from tests.polls.voter import Secret, finalize
from tests.postgres import Server

VOTERS: Final = tuple(f"p{n:02d}" for n in range(20))
NEAR: Final = (VOTERS[0], VOTERS[14])
"""The first of all and one of the last before the pool is full."""

FAR: Final = (VOTERS[2], VOTERS[19])
"""One of the first, and the last of all: only the close makes them alike."""

_NOW_S: Final = 1_800_000_000
_CLOSES_S: Final = _NOW_S + 3600
_OVER_S: Final = _CLOSES_S + 120
_PSS: Final = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=0)
_FALSE_ALARM: Final = 2.5e-5
"""How improbable a score must be by chance to count. Of twenty runs that takes nineteen."""


class How(NamedTuple):
    """How runs are made. `stock`: see `Phones`; `slots`, `gives`: of the pool."""

    stock: bool = True
    backups: bool = False
    postgres: bool = False
    slots: int = SLOTS
    gives: int = GIVES


class Told(NamedTuple):
    """One run: what the dumps show while it lasts and after, and what was so."""

    during: Figures
    after: Figures
    near: bool
    far: bool


class Phones:
    """Voters' phones. With a stock, ballots and askings are made once and dealt anew in each run: what was asked says
    nothing of what came of it (test_blind), and a signature costs thirty milliseconds."""

    def __init__(self, question: Question, stock: bool) -> None:
        self._question: Final = question
        self._asked: Final[list[bytes]] = []
        self._ballots: Final[dict[str, list[Ballot]]] = {"yes": [], "no": []}
        if stock:
            made = range(2 * len(VOTERS))
            self._asked.extend(self._ask(secrets.token_hex(8), "yes")[1].asked for _ in VOTERS)
            for choice, known in self._ballots.items():
                known.extend(self._signed(secrets.token_bytes(32), choice) for _ in made)

    def _ask(self, signs: str, choice: str) -> Any:
        return Secret(signs, self._question.poll, 1).ask(PUBLIC, self._question, choice)

    def _signed(self, nonce: bytes, choice: str) -> Ballot:
        signature = KEY.sign(message(self._question, nonce, choice), _PSS, hashes.SHA384())
        return Ballot(nonce=nonce, choice=choice, signature=signature)

    def vote(self, polls: Polls, poll: str, choices: dict[str, str]) -> Any:
        """One after the other asks and casts; yields after each."""
        if not self._asked:
            for person, choice in choices.items():
                secret = secrets.token_hex(8)
                content, blinded = self._ask(secret, choice)
                answer = polls.issue(poll, person, blinded.asked, _NOW_S)
                nonce = Secret(secret, self._question.poll, 1).nonce
                signature = finalize(PUBLIC, content, answer, blinded.inverse)
                yield polls.cast(poll, Ballot(nonce=nonce, choice=choice, signature=signature), _NOW_S)
            return
        dice = secrets.SystemRandom()
        asked = dice.sample(self._asked, len(choices))
        left = {choice: dice.sample(known, len(choices)) for choice, known in self._ballots.items()}
        for (person, choice), blinded in zip(choices.items(), asked, strict=True):
            polls.issue(poll, person, blinded, _NOW_S)
            yield polls.cast(poll, left[choice].pop(), _NOW_S)


class Remembering:
    """An issuer that works out each answer once: with a stock the same are asked again and again."""

    def __init__(self) -> None:
        self._issuer: Final = blind.Issuer(KEY)
        self.public: Final = self._issuer.public
        self._known: Final[dict[bytes, bytes]] = {}

    def sign(self, blinded: bytes) -> bytes:
        if blinded not in self._known:
            self._known[blinded] = self._issuer.sign(blinded)
        return self._known[blinded]


class Swaps:
    """Many runs, one after the other, each in an empty database."""

    def __init__(self, folder: Path, how: How, server: Server | None) -> None:
        self._folder: Final = folder
        self._how: Final = how
        self._question: Final = Question(
            poll=hashlib.sha256(b"the opening").digest(), choices=frozenset({"yes", "no"}), picks=1
        )
        self._phones: Final = Phones(self._question, how.stock)
        self._dumps: Final = Dumps(folder, how.backups, server)

    def run(self) -> Told:
        """One poll, with both pairs as chance has them."""
        near, far = secrets.randbelow(2) == 1, secrets.randbelow(2) == 1
        choices = {person: ("yes", "no")[at % 3 == 1] for at, person in enumerate(VOTERS)}
        for (one, other), swapped in ((NEAR, near), (FAR, far)):
            choices[one], choices[other] = ("no", "yes") if swapped else ("yes", "no")
        with self._dumps.database() as (engine, look):
            pool = Pool(self._folder / "pools", self._how.slots, self._how.gives)
            polls = Polls(engine, Keyring.seeded("swap"), pool, lambda: _NOW_S)
            poll = polls.prepare("d", "case", VOTERS).poll
            polls.open(poll, self._question, _CLOSES_S)
            for at, _ in enumerate(self._phones.vote(polls, poll, choices)):
                look(f"{at:02d}")
            during = look.figures
            look.figures = {}
            polls.count(poll, _OVER_S)
            look("counted", listed=polls.listed(poll))
            polls.bury(poll)
            look("buried", listed=polls.listed(poll))
            polls.tidy(_OVER_S)
            look("tidy", listed=polls.listed(poll))
        return Told(during, look.figures, near, far)


def many(count: int, how: How) -> list[Told]:
    """So many runs in this process. The key is the tests': looking for primes costs as much as all else."""
    with ExitStack() as patched:
        patched.enter_context(patch.object(blind, "fresh_key", lambda: KEY))
        if how.stock:
            issuer = Remembering()
            patched.enter_context(patch.object(blind, "Issuer", lambda _key: issuer))
        folder = patched.enter_context(tempfile.TemporaryDirectory(prefix="swap-", dir=in_memory()))
        server = patched.enter_context(closing(Server())) if how.postgres else None
        swaps = Swaps(Path(folder), how, server)
        return [swaps.run() for _ in range(count)]


def judged(runs: Sequence[Told]) -> dict[str, Any]:
    """How often each classifier was right, and whether one was more often than chance would have it."""
    near = verdicts([{**one.during, **one.after} for one in runs], [one.near for one in runs])
    far = verdicts([one.after for one in runs], [one.far for one in runs])
    least = min(score.chance for score in (*near.values(), *far.values()))
    return {
        "verdict": "kept" if least >= _FALSE_ALARM else "broken",
        "figures": len(runs[0].during) + len(runs[0].after),
        "right": {
            "one filling": {k: v.right for k, v in near.items()},
            "any two": {k: v.right for k, v in far.items()},
        },
        "least_chance": least,
    }


PART: Final = 50
ANEW: Final = 10
"""Of so many parts one has every ballot asked for and signed anew; the others deal theirs from a stock."""

FEW: Final = 20
ALONE: Final = 100
"""Runs with a batch of one, in which whoever asks must be told: otherwise the claim could not fail."""


def run(count: int, seed: int | None) -> int:
    """The claim, on SQLite and for a twentieth of the runs on PostgreSQL: a line of the record for each. The dice are
    the system's: a seed only numbers the runs."""
    first = recorded_up_to("swap") if seed is None else seed
    broken = [_on(False, count, first), _on(True, max(FEW, count // 20), first + count)]
    return 1 if any(broken) else 0


def _on(postgres: bool, count: int, seed: int) -> bool:
    """Whether the claim is broken on one store."""
    started, runs = time.monotonic(), list[Told]()
    parts = [(min(PART, count - begin), bool(begin % (ANEW * PART))) for begin in range(0, count, PART)]
    with ProcessPoolExecutor(os.cpu_count() or 1) as pool, Progress(disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("swap", total=count)
        made = [pool.submit(many, part, How(stock=stock, backups=True, postgres=postgres)) for part, stock in parts]
        for done in as_completed(made):
            runs += done.result()
            progress.update(task, completed=len(runs))
        alone = pool.submit(many, FEW if postgres else ALONE, How(postgres=postgres, slots=1, gives=1)).result()
    found, betrayed = judged(runs), judged(alone)
    kept = found["verdict"] == "kept" and betrayed["verdict"] == "broken"
    verdict, store = "kept" if kept else "broken", "postgres" if postgres else "sqlite"
    more = {"store": store, "signed_anew": sum(part for part, stock in parts if not stock), "alone": betrayed}
    seconds = round(time.monotonic() - started)
    record("swap", seed=seed, count=count, seconds=seconds, **found | more | {"verdict": verdict})
    print(f"{verdict.upper()}: {count} runs on {store}, {found['figures']} figures of each; right {found['right']}")
    print(f"a batch of one, {len(alone)} runs: right {betrayed['right']}")
    return not kept
