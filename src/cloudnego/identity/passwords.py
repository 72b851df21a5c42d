"""Passwords: argon2 in threads of their own, so that ten people signing in at once stop nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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
    """The password is shorter than ten characters, longer than 256, or the name itself."""


class TooManySignIns(Exception):
    """So many hashes wait already that one more would only wait for nothing."""


def check_strength(password: str, login: str) -> None:
    """Raise `WeakPassword` unless the password may be used. Length is what protects; composition rules do not."""
    if not LENGTH_MIN <= len(password) <= LENGTH_MAX or password.casefold() == login.casefold():
        raise WeakPassword(f"at least {LENGTH_MIN} characters, at most {LENGTH_MAX}, and not the login itself")


class Passwords:
    """Hashes and verifies. Each hash takes `memory_kib` and about 0.3 s of a core at the default 64 MiB."""

    def __init__(self, *, memory_kib: int = 65_536, at_once: int = 2) -> None:
        self._hasher = PasswordHash((Argon2Hasher(memory_cost=memory_kib, time_cost=3, parallelism=1),))
        self._pool = ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="password")
        self._waiting = 0
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
        if self._waiting >= _WAITING_MAX:
            raise TooManySignIns
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work, *args)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Let the threads end."""
        self._pool.shutdown(wait=False, cancel_futures=True)
