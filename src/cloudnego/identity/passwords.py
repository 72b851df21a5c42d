"""Passwords: argon2 in threads of their own, so that ten people signing in at once stop nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar, TypeVarTuple

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

T = TypeVar("T")
Args = TypeVarTuple("Args")

LENGTH_MIN = 10
LENGTH_MAX = 256
_WAITING_MAX = 64


class WeakPassword(ValueError):
    """The password is shorter than ten characters, longer than 256, one that everybody tries, or a name of his own."""


class TooManySignIns(Exception):
    """So many hashes wait already that one more would only wait for nothing."""


@cache
def _common() -> frozenset[str]:
    """Passwords of the lists that leaked elsewhere, as long as ours must be; all lower case. Read at the first use:
    the package takes a second to load."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415 - see above

    return frozenset(one for one in FREQUENCY_LISTS["passwords"] if len(one) >= LENGTH_MIN)


def check_strength(password: str, login: str, name: str = "") -> None:
    """Raise `WeakPassword` unless the password may be used. Length is what protects, and not being the first guess;
    composition rules do not (NIST SP 800-63B-4 §3.1.1.2)."""
    said = password.casefold()
    own = {one.casefold() for one in (login, name) if one}
    guessed = said in _common() or len(set(said)) == 1 or said in own or any(said == one * 2 for one in own)
    if not LENGTH_MIN <= len(password) <= LENGTH_MAX or guessed:
        raise WeakPassword(f"{LENGTH_MIN} to {LENGTH_MAX} characters, not a common one, not one's own name")


class Passwords:
    """Hashes and verifies. Each hash takes `memory_kib` and about 0.3 s of a core at the default 64 MiB."""

    def __init__(self, *, memory_kib: int = 65_536, at_once: int = 2, waiting_max: int = _WAITING_MAX) -> None:
        self._hasher = PasswordHash((Argon2Hasher(memory_cost=memory_kib, time_cost=3, parallelism=1),))
        self._pool = ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="password")
        self._waiting = 0
        self._waiting_max = waiting_max
        self._nobody = self._hasher.hash("nobody signs in with this")

    def hash(self, password: str) -> str:
        """The encoded hash; slow on purpose."""
        return self._hasher.hash(password)

    def matches(self, password: str, encoded: str | None) -> bool:
        """Whether the password is right; an unknown account (None) costs the same time and is always wrong."""
        try:
            right = self._hasher.verify(password, encoded if encoded is not None else self._nobody)
        except UnknownHashError:  # an account that has no password: nothing is right, and it takes as long
            self._hasher.verify(password, self._nobody)
            return False
        return right and encoded is not None

    async def hash_later(self, password: str) -> str:
        """`hash` in the password threads. Raises `TooManySignIns`."""
        return await self._in_pool(self.hash, password)

    async def matches_later(self, password: str, encoded: str | None) -> bool:
        """`matches` in the password threads. Raises `TooManySignIns`."""
        return await self._in_pool(self.matches, password, encoded)

    async def _in_pool(self, work: Callable[[*Args], T], *args: *Args) -> T:
        if self._waiting >= self._waiting_max:
            raise TooManySignIns
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work, *args)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Let the threads end."""
        self._pool.shutdown(wait=False, cancel_futures=True)
