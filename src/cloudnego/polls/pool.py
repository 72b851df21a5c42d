"""The pool: ballots that wait for others, in a file of one size beside the database and in no backup.

In a table they would lie in the write-ahead log and in backups in the order of their coming. Here each arrival writes
the whole file anew, sealed, in random order, and who reads the disk later finds the last of them alone (decision 0038).
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cloudnego.eventlog.keys import NONCE_BYTES
from cloudnego.polls.ballots import CHOICE_MAX, Ballot
from cloudnego.polls.ballots import NONCE_BYTES as BALLOT_NONCE
from cloudnego.polls.refused import PoolElsewhere

SLOTS: Final = 16
GIVES: Final = 8
_SIGNATURE: Final = 384
_LENGTH: Final = 2
SLOT_BYTES: Final = BALLOT_NONCE + _LENGTH + CHOICE_MAX + _SIGNATURE
_NAME: Final = "name"
_DICE: Final = secrets.SystemRandom()


class Pool:
    """The folder of the pools of one node: `slots` ballots wait in each, and a full one gives `gives` of them.

    Other sizes than the house's are for those who show that a batch of one would betray its voter.
    """

    def __init__(self, folder: Path, slots: int = SLOTS, gives: int = GIVES) -> None:
        assert 0 < gives <= slots
        self._folder: Final = folder
        self.slots: Final = slots
        self.gives: Final = gives
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.name: Final = self._named()

    def _named(self) -> str:
        """What this folder is called in the rows of the polls it keeps: another disk has another name."""
        file = self._folder / _NAME
        with self.alone(_NAME):
            if not file.exists():
                self._replace(file, secrets.token_hex(8).encode())
            return file.read_text("ascii")

    @contextmanager
    def alone(self, poll: str) -> Iterator[None]:
        """Nobody else looks into this pool meanwhile: no other thread, no other process on this folder."""
        descriptor = os.open(self._folder / f"{poll}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def there(self, poll: str) -> bool:
        return self._file(poll).exists()

    def read(self, poll: str, key: bytes) -> list[Ballot]:
        """What waits. Raises PoolElsewhere where the file is lost or another poll's."""
        try:
            sealed = self._file(poll).read_bytes()
            plain = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _what(poll))
        except (FileNotFoundError, InvalidTag):
            raise PoolElsewhere(poll) from None
        slots = (plain[begin : begin + SLOT_BYTES] for begin in range(0, len(plain), SLOT_BYTES))
        return [ballot for slot in slots if (ballot := _out(slot)) is not None]

    def write(self, poll: str, key: bytes, waiting: Sequence[Ballot]) -> None:
        """Write all anew; when this returns no power cut takes it back."""
        slots = [_in(one) for one in waiting] + [bytes(SLOT_BYTES)] * (self.slots - len(waiting))
        assert len(slots) == self.slots
        _DICE.shuffle(slots)
        nonce = secrets.token_bytes(NONCE_BYTES)
        self._replace(self._file(poll), nonce + AESGCM(key).encrypt(nonce, b"".join(slots), _what(poll)))

    def drawn(self, waiting: Sequence[Ballot]) -> list[Ballot]:
        """Who leaves a full pool: each as likely as any other."""
        return _DICE.sample(waiting, self.gives)

    def forget(self, poll: str) -> None:
        """Delete what is left of a pool."""
        for file in (self._file(poll), self._folder / f"{poll}.lock"):
            file.unlink(missing_ok=True)
        self._settle()

    def kept(self) -> list[str]:
        """The polls that have a file here."""
        return sorted(file.stem for file in self._folder.glob("*.pool"))

    def _file(self, poll: str) -> Path:
        return self._folder / f"{poll}.pool"

    def _replace(self, file: Path, content: bytes) -> None:
        part = file.with_name(file.name + ".part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
        self._settle()

    def _settle(self) -> None:
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _what(poll: str) -> bytes:
    return f"pool {poll}".encode()


def _in(ballot: Ballot) -> bytes:
    """A ballot in its slot: as long as any other."""
    choice = ballot.choice.encode()
    length = len(choice).to_bytes(_LENGTH, "big")
    return ballot.nonce + length + choice.ljust(CHOICE_MAX, b"\0") + ballot.signature


def _out(slot: bytes) -> Ballot | None:
    """The ballot of a slot; None where nobody waits in it."""
    begin = BALLOT_NONCE + _LENGTH
    length = int.from_bytes(slot[BALLOT_NONCE:begin], "big")
    if not length:
        return None
    choice, signature = slot[begin : begin + length].decode(), slot[begin + CHOICE_MAX :]
    return Ballot(nonce=slot[:BALLOT_NONCE], choice=choice, signature=signature)
