"""Bells: they say that streams have grown and how far, never what was said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

CHANNEL: Final = "cloudnego"
PAYLOAD_MAX: Final = 7_999
"""PostgreSQL refuses a NOTIFY payload of 8,000 bytes or more."""

Listener: TypeAlias = Callable[[Mapping[str, int]], None]


class LocalBell:
    """Within one process: whoever listens hears each commit, on the event loop."""

    def __init__(self) -> None:
        self._listeners: Final[list[Listener]] = []

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Hear every ring from now on; call what is returned to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def payloads(self, moved: Mapping[str, int]) -> Sequence[str]:
        del moved
        return ()

    def ring(self, moved: Mapping[str, int]) -> None:
        for listener in tuple(self._listeners):
            listener(moved)


class NotifyBell(LocalBell):
    """Across processes by PostgreSQL: one NOTIFY a batch, inside its transaction, so nothing rolled back is rung."""

    def payloads(self, moved: Mapping[str, int]) -> Sequence[str]:
        """`stream:seq,…`; an empty payload means "too many to name: look for yourself"."""
        if not moved:
            return ()
        payload = ",".join(f"{stream}:{seq}" for stream, seq in moved.items())
        return (payload if len(payload) <= PAYLOAD_MAX else "",)


def heard(payload: str) -> dict[str, int] | None:
    """What a payload names; None if it names nothing and one must look."""
    if not payload:
        return None
    pairs = (part.rpartition(":") for part in payload.split(","))
    return {stream: int(seq) for stream, _, seq in pairs}
