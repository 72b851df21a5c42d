"""How fast one session may ask: a bucket of tokens each, so that a script slows itself down and nobody else."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

_REMEMBERED_MAX = 20_000


class Pace:
    """Token buckets by name, in memory of this process. `tick` is a monotonic clock in seconds."""

    def __init__(self, tick: Callable[[], float], *, per_second: float, burst: int) -> None:
        self._tick = tick
        self._per_second = per_second
        self._burst = float(burst)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, name: str) -> float:
        """Take one token: 0.0 if there was one, else the seconds until there will be; a refused try costs nothing."""
        now = self._tick()
        tokens, since = self._buckets.get(name, (self._burst, now))
        tokens = min(self._burst, tokens + (now - since) * self._per_second)
        allowed = tokens >= 1.0
        self._buckets[name] = (tokens - 1.0 if allowed else tokens, now)
        self._buckets.move_to_end(name)
        if len(self._buckets) > _REMEMBERED_MAX:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1.0 - tokens) / self._per_second
