"""The keys that sign the log of an installation: a file beside the master key, never in the database or a backup."""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cloudnego.audit.notes import LOG, Head, Key, Note, NoteError, Signature, key_of
from cloudnego.eventlog.keys import Seen, make, replace
from cloudnego.texts import Actionable

SEED_BYTES: Final = 32


class LogKeyMissing(Actionable):
    """The file with the keys of the log is not there, or of no use."""


class _Signer(NamedTuple):
    seed: bytes
    key: Ed25519PrivateKey
    public: bytes


class LogKey:
    """The keys of a log, one line each: the name of the log, which stays for good, and the seed. All of them sign, so
    that for a while those who know only the old key and those who know only the new one are both served."""

    def __init__(self, name: str, seeds: list[bytes], file: Path | None = None) -> None:
        self._file: Final = file
        self._seen: Final = Seen(file)
        self.name: Final = name
        self._signers = [_signer(seed) for seed in seeds]

    @classmethod
    def open(cls, file: Path) -> LogKey:
        """Read the file. Raises LogKeyMissing if it is not there, or others may read it."""
        return cls(*_read(file), file)

    @classmethod
    def create(cls, file: Path, public_url: str | None) -> LogKey:
        """Make the file with one new key. The log is named after the address people know. Raises FileExistsError."""
        host = (public_url or "").partition("://")[2].partition("/")[0]
        name = host or f"cloudnego.invalid/{os.urandom(6).hex()}"
        make(file, _lines(name, [os.urandom(SEED_BYTES)]))
        return cls.open(file)

    @classmethod
    def seeded(cls, seed: str) -> LogKey:
        """Of tests: no file, the same key each time."""
        return cls("log.example", [sha256(f"log key {seed}".encode()).digest()])

    def add(self) -> str:
        """Append a new key to the file; from now on it signs beside the others. Returns its mark."""
        assert self._file is not None, "only a log key with a file is turned"
        _, seeds = _read(self._file)
        seeds.append(os.urandom(SEED_BYTES))
        replace(self._file, _lines(self.name, seeds))
        self._signers = [_signer(seed) for seed in seeds]
        return mark_of(self._signers[-1].public)

    def drop(self, mark: str) -> None:
        """Take a key out of the file. Raises LogKeyMissing for one that is not there, or is the newest."""
        assert self._file is not None, "only a log key with a file is turned"
        _, seeds = _read(self._file)
        marks = [mark_of(_signer(seed).public) for seed in seeds]
        if mark not in marks:
            raise LogKeyMissing("log_key_unknown", mark=mark, file=self._file)
        if mark == marks[-1]:
            raise LogKeyMissing("log_key_in_use", mark=mark, file=self._file)
        kept = [seed for seed, found in zip(seeds, marks, strict=True) if found != mark]
        replace(self._file, _lines(self.name, kept))
        self._signers = [_signer(seed) for seed in kept]

    @property
    def publics(self) -> tuple[bytes, ...]:
        """The public keys that sign now, the oldest first."""
        self._look_again()
        return tuple(one.public for one in self._signers)

    def keys(self, origin: str) -> list[Key]:
        """The public keys under the name of one log: what its notes are checked with."""
        return [Key(origin, LOG, public) for public in self.publics]

    def sign(self, origin: str, text: str) -> Note:
        """A text signed in the name of one log. The same text gives the same note, until a key is turned."""
        self._look_again()
        said = text.encode()
        return Note(
            text,
            tuple(Signature(origin, Key(origin, LOG, one.public).id, one.key.sign(said)) for one in self._signers),
        )

    def checkpoint(self, head: Head) -> Note:
        """The signed note of a head."""
        return self.sign(head.origin, head.text)

    def _look_again(self) -> None:
        """Another process may have turned the keys."""
        if self._file is not None and self._seen.changed():
            self._signers = [_signer(seed) for seed in _read(self._file)[1]]


def mark_of(public: bytes) -> str:
    """The fingerprint of a public key, for people to compare."""
    return sha256(public).hexdigest()[:8]


def _signer(seed: bytes) -> _Signer:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    return _Signer(seed, key, key.public_key().public_bytes_raw())


def _lines(name: str, seeds: list[bytes]) -> str:
    return "".join(f"{name} {b64encode(seed).decode()}\n" for seed in seeds)


def _read(file: Path) -> tuple[str, list[bytes]]:
    """The name and the seeds of a file, the oldest first. Raises LogKeyMissing."""
    try:
        if file.stat().st_mode & 0o077:
            raise LogKeyMissing("log_key_open", file=file)
        lines = [line.partition(" ") for line in file.read_text("utf-8").splitlines()]
        seeds = [b64decode(encoded, validate=True) for _, _, encoded in lines]
        names = {name for name, _, _ in lines}
        key_of(Key(min(names, default=""), LOG, _signer(seeds[0]).public).vkey)  # the name is one that notes take
        if len(names) != 1 or any(len(seed) != SEED_BYTES for seed in seeds):
            raise NoteError("more than one name")
    except FileNotFoundError:
        raise LogKeyMissing("log_key_missing", file=file) from None
    except (ValueError, IndexError):
        raise LogKeyMissing("log_key_unreadable", file=file) from None
    return names.pop(), seeds
