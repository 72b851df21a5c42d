"""The threads in which requests read the database: the event loop never waits for a disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple

T = TypeVar("T")
Args = TypeVarTuple("Args")


class Threads:
    """A pool of its own for reading; the writer and the passwords have theirs."""

    def __init__(self, count: int, name: str = "reader") -> None:
        self._pool = ThreadPoolExecutor(max_workers=count, thread_name_prefix=name)

    async def run(self, work: Callable[[*Args], T], *args: *Args) -> T:
        """Run blocking work in one of the threads. Exceptions come back as they are."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *args)

    def start(self, work: Callable[[*Args], None], *args: *Args) -> None:
        """Have blocking work done that nobody waits for, and that raises nothing."""
        self._pool.submit(work, *args)

    def close(self, *, wait: bool = False) -> None:
        """Let the threads end; what nobody has begun is dropped. `wait`: until what they have begun is done."""
        self._pool.shutdown(wait=wait, cancel_futures=True)
