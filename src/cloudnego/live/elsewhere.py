"""Presence across nodes: each tells the others who sits in its rooms, sealed, and is believed for a short while.

It goes by NOTIFY on a channel of its own: nothing of it is written anywhere, and who listens at the database learns
nothing. A node that dies is silent, and its people are gone when what it said is no longer believed.
"""

from __future__ import annotations

import asyncio
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec
import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cloudnego.core.vocabulary import Stream
from cloudnego.live.pages import Run
from cloudnego.live.presence import SHOWN, Said
from cloudnego.live.readers import Room
from cloudnego.live.rooms import Rooms
from cloudnego.logs import kinds_of

CHANNEL: Final = "cloudnego_here"
PAYLOAD_MAX: Final = 7_999
EVERY_S: Final = 5.0
BELIEVED_S: Final = 15.0
_SOON_S: Final = 0.2
_NONCE: Final = 12

_log: Final = structlog.get_logger(__name__)


class Told(msgspec.Struct, frozen=True, array_like=True):
    """What one node says of one of its rooms."""

    node: str
    case: str
    said: dict[Stream, Said]


class Elsewhere:
    """Says who is here, and hears who is elsewhere. `keys`: those all nodes have, the newest first; `notify` blocks."""

    def __init__(
        self, rooms: Rooms, keys: Callable[[], Sequence[bytes]], run: Run, notify: Callable[[str], None]
    ) -> None:
        self._rooms: Final = rooms
        self._keys: Final = keys
        self._run: Final = run
        self._notify: Final = notify
        self._node: Final = secrets.token_hex(8)
        self._stale: Final[dict[str, Room]] = {}
        self._wake: Final = asyncio.Event()
        rooms.presence.changed = self._changed

    def _changed(self, room: Room) -> None:
        self._stale[room.case] = room
        self._wake.set()

    async def forever(self) -> None:
        """Say what changed soon, and everything again every few seconds."""
        while True:
            try:
                async with asyncio.timeout(EVERY_S):
                    await self._wake.wait()
                await asyncio.sleep(_SOON_S)
                rooms = list(self._stale.values())
            except TimeoutError:
                rooms = self._rooms.all()
            self._stale.clear()
            self._wake.clear()
            for room in rooms:
                await self._say(room)

    async def _say(self, room: Room) -> None:
        said = {stream: self._rooms.presence.here(room, stream) for stream in SHOWN}
        try:
            payload = self.seal(Told(self._node, room.case, said))
            if len(payload) <= PAYLOAD_MAX:
                await self._run(self._notify, payload)
        except Exception as wrong:  # it is said again in a moment
            _log.warning("presence_not_said", error=kinds_of(wrong))

    def heard(self, payload: str) -> dict[str, Any] | None:
        """What a payload says; None if it is not one of another node of ours."""
        told = self.open(payload)
        return None if told is None or told.node == self._node else {told.case: told}

    def take(self, told: Mapping[str, Any]) -> None:
        """Show it in our room of that case, if there is one."""
        for case, one in told.items():
            self._rooms.hear_presence(case, one.node, BELIEVED_S, one.said)

    def seal(self, told: Told) -> str:
        """For the bus."""
        nonce = secrets.token_bytes(_NONCE)
        return urlsafe_b64encode(
            nonce + AESGCM(self._keys()[0]).encrypt(nonce, msgspec.msgpack.encode(told), None)
        ).decode()

    def open(self, payload: str) -> Told | None:
        """What was sealed by a node that has our keys."""
        try:
            whole = urlsafe_b64decode(payload)
        except ValueError:
            return None
        for key in self._keys():
            try:
                return msgspec.msgpack.decode(AESGCM(key).decrypt(whole[:_NONCE], whole[_NONCE:], None), type=Told)
            except (InvalidTag, ValueError, msgspec.MsgspecError):
                continue
        return None
