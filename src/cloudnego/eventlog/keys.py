"""Keys of the log: master keys in a file outside the database, what they wrap, and the dice salts are thrown with."""

from __future__ import annotations

import hmac
import os
from collections import deque
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cloudnego.texts import Actionable

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
THROW_MAX: Final = 32
_FETCHED: Final = 128
MARK_BYTES: Final = 8  # of the fingerprint of a master key, with which all it wraps begins


class KeyMissing(Actionable):
    """The master key that wrapped a key of this database is not in the key file."""


class Dice(Protocol):
    """Where salts, nonces and new keys come from."""

    def throw(self, length: int, *what: str) -> bytes:
        """`length` (at most 32) bytes; `what` names their use, for dice that repeat."""
        ...


class RandomDice:
    """Production: nobody can throw the same again, so deleting a salt is final.

    What the system gives is fetched some thousand bytes at a time. Each fetch lets go of the interpreter, and a writer
    that does so twice a command is overtaken by the event loop twice a command.
    """

    def __init__(self) -> None:
        self._ready: Final[deque[bytes]] = deque()
        os.register_at_fork(after_in_child=self._ready.clear)  # or parent and child would throw alike

    def throw(self, length: int, *_what: str) -> bytes:
        while True:
            try:
                return self._ready.popleft()[:length]  # each is given once, whichever threads ask
            except IndexError:
                fetched = os.urandom(_FETCHED * THROW_MAX)
                self._ready.extend([fetched[i : i + THROW_MAX] for i in range(0, len(fetched), THROW_MAX)])


class SeededDice:
    """Tests: the same use gives the same bytes, whatever else happened before."""

    def __init__(self, seed: str) -> None:
        self._seed: Final = sha256(seed.encode()).digest()

    def throw(self, length: int, *what: str) -> bytes:
        return hmac.digest(self._seed, "\n".join(what).encode(), "sha256")[:length]


class Keyring:
    """The master keys of an installation, one line each in a file only its owner may read; the last one wraps.

    A wrapped key is `first 8 bytes of SHA-256(master) ‖ nonce ‖ AES-256-GCM(master, key, aad=what)`, so a new master
    key can be appended while the old one still opens what it wrapped.
    """

    def __init__(self, masters: list[bytes], dice: Dice, place: str, file: Path | None = None) -> None:
        if not masters or any(len(master) != KEY_BYTES for master in masters):
            raise KeyMissing("key_unreadable", file=place)
        self._masters: dict[bytes, AESGCM] = {mark_of(master): AESGCM(master) for master in masters}
        self._plain = masters
        self._dice: Final = dice
        self._place: Final = place
        self._file: Final = file
        self._seen: Final = Seen(file)

    @classmethod
    def open(cls, file: Path, dice: Dice | None = None) -> Keyring:
        """Read the key file. Raises KeyMissing if it is not there or others may read it."""
        return cls(read_masters(file), dice or RandomDice(), str(file), file)

    @classmethod
    def create(cls, file: Path, dice: Dice | None = None) -> Keyring:
        """Make the key file with one new master key. Raises FileExistsError if it is there."""
        make(file, _lines([os.urandom(KEY_BYTES)]))
        return cls.open(file, dice)

    def add(self) -> str:
        """Append a new master key to the file; from now on it wraps, and the others open. Returns its fingerprint.

        The file is replaced whole: killed at any moment, it holds the old keys or all of them.
        """
        assert self._file is not None, "only a keyring with a file turns its keys"
        masters = [*read_masters(self._file), os.urandom(KEY_BYTES)]
        replace(self._file, _lines(masters))
        self._masters = {mark_of(master): AESGCM(master) for master in masters}
        return mark_of(masters[-1]).hex()

    def drop(self, mark: str) -> None:
        """Take a master key out of the file for good. Raises KeyMissing for one that is not there, or that wraps."""
        assert self._file is not None, "only a keyring with a file turns its keys"
        masters = read_masters(self._file)
        kept = [master for master in masters if mark_of(master).hex() != mark]
        if len(kept) == len(masters):
            raise KeyMissing("key_unknown", mark=mark, file=self._place)
        if kept[-1:] != masters[-1:]:
            raise KeyMissing("key_in_use", mark=mark, file=self._place)
        replace(self._file, _lines(kept))
        self._masters = {mark_of(master): AESGCM(master) for master in kept}

    @classmethod
    def seeded(cls, seed: str) -> Keyring:
        """A keyring of tests and of the memory twin: no file, the same keys each time."""
        dice = SeededDice(seed)
        return cls([dice.throw(KEY_BYTES, "master")], dice, "the seeded keyring")

    @property
    def dice(self) -> Dice:
        return self._dice

    @property
    def marks(self) -> list[str]:
        """Fingerprints of the master keys, which a backup's note names."""
        return [mark.hex() for mark in self._masters]

    def new(self, what: str) -> tuple[bytes, bytes]:
        """A new key for `what`, plain and wrapped."""
        key = self._dice.throw(KEY_BYTES, "key", what)
        return key, self._wrap(key, what)

    def rewrap(self, wrapped: bytes, what: str) -> bytes | None:
        """The same key wrapped by the newest master key; None if it is already. Raises KeyMissing."""
        if wrapped[:MARK_BYTES] == list(self._masters)[-1]:
            return None
        return self._wrap(self.unwrap(wrapped, what), what)

    def _wrap(self, key: bytes, what: str) -> bytes:
        self._look_again()  # a key turned by another process: what the old one wraps after that would be lost with it
        mark, master = list(self._masters.items())[-1]
        nonce = self._dice.throw(NONCE_BYTES, "wrap", what)
        return mark + nonce + master.encrypt(nonce, key, what.encode())

    def _look_again(self) -> None:
        """Read the file again if it is another than it was."""
        if self._file is not None and self._seen.changed():
            self._plain = read_masters(self._file)
            self._masters = {mark_of(master): AESGCM(master) for master in self._plain}

    def derived(self, what: str) -> list[bytes]:
        """Keys for `what` that follow from the master keys, the newest first: the same in every process that has the
        key file. Nothing that is kept may hang on them: each goes with its master key."""
        self._look_again()
        return [hmac.digest(one, f"derived\0{what}".encode(), "sha256") for one in reversed(self._plain)]

    def unwrap(self, wrapped: bytes, what: str) -> bytes:
        """The plain key. Raises KeyMissing if no master key here wrapped it for `what`."""
        mark, nonce, sealed = (
            wrapped[:MARK_BYTES],
            wrapped[MARK_BYTES : MARK_BYTES + NONCE_BYTES],
            wrapped[MARK_BYTES + NONCE_BYTES :],
        )
        if mark not in self._masters:
            self._look_again()
        master = self._masters.get(mark)
        if master is None:
            raise KeyMissing("key_other", what=what, mark=mark.hex(), file=self._place)
        try:
            return master.decrypt(nonce, sealed, what.encode())
        except InvalidTag:
            raise KeyMissing("key_changed", what=what) from None


# --- the file -----------------------------------------------------------------------------------------------------


def mark_of(key: bytes) -> bytes:
    """The fingerprint of a master key, with which everything it wraps begins."""
    return sha256(key).digest()[:MARK_BYTES]


def read_masters(file: Path) -> list[bytes]:
    """The master keys in a file, oldest first. Raises KeyMissing if it is not there or others may read it."""
    try:
        if file.stat().st_mode & 0o077:
            raise KeyMissing("key_open", file=file)
        return [bytes.fromhex(line) for line in file.read_text("ascii").split()]
    except FileNotFoundError:
        raise KeyMissing("key_missing", file=file) from None
    except ValueError:  # no text, or no hexadecimal digits
        raise KeyMissing("key_unreadable", file=file) from None


def _lines(masters: list[bytes]) -> str:
    return "".join(master.hex() + "\n" for master in masters)


def make(file: Path, text: str) -> None:
    """Write a new file that only its owner may read. Raises FileExistsError."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(file, text, os.O_EXCL)


def replace(file: Path, text: str) -> None:
    """Write the file anew under another name, then put it in place: there is no moment without a whole one."""
    part = file.with_name(file.name + ".part")
    _write(part, text, os.O_TRUNC)
    part.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _write(file: Path, text: str, how: int) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | how, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())


class Seen:
    """Which file was read last, by what the system says of it."""

    def __init__(self, file: Path | None) -> None:
        self._file: Final = file
        self._last = self._now()

    def _now(self) -> tuple[int, int] | None:
        try:
            found = self._file.stat() if self._file is not None else None
        except FileNotFoundError:
            return self._last  # it may be about to be replaced; what was read still holds
        return (found.st_ino, found.st_mtime_ns) if found is not None else None

    def changed(self) -> bool:
        """Whether it is another file than at the last look."""
        before, self._last = self._last, self._now()
        return before != self._last
