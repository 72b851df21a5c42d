"""The events of a page, told side by side: those of one case one after the other, those of different cases at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence

from cloudnego.identity.hooks import Outcome, Tried
from cloudnego.web.feed import EventDocument


async def told(
    documents: Sequence[EventDocument],
    passed: Collection[int],
    post: Callable[[EventDocument], Awaitable[Tried]],
    at_once: Callable[[], int],
) -> AsyncGenerator[tuple[int, Tried]]:
    """Post them, but for those at the places `passed`, and say of each as it ends what became of it.

    After one that was not taken nothing behind it is begun, and all before it still is: the first that was not taken is
    the first that was not told. `at_once`: how many may be on their way now.
    """
    waiting = [place for place in range(len(documents)) if place not in passed]
    going: dict[asyncio.Task[Tried], int] = {}
    end = len(documents)
    try:
        while True:
            busy = {documents[place].data.case for place in going.values()}
            for place in [one for one in waiting if one < end]:
                if len(going) >= at_once():
                    break
                if documents[place].data.case not in busy:
                    busy.add(documents[place].data.case)
                    waiting.remove(place)
                    going[asyncio.ensure_future(post(documents[place]))] = place
            if not going:
                return
            over, _ = await asyncio.wait(going, return_when=asyncio.FIRST_COMPLETED)
            for task in sorted(over, key=going.__getitem__):
                place = going.pop(task)
                if task.result().outcome is not Outcome.DELIVERED:
                    end = min(end, place)
                yield place, task.result()
    finally:  # the lease was lost, or we stop: what is on its way is told again
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)
