"""The port through which notices leave: what a channel can do, and what it says when it could not."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, Protocol

import msgspec
from sqlmodel import Session

from cloudnego.notify.tables import NoticeChoice
from cloudnego.texts import Said

Language = Literal["zh", "en", "both"]


class Refused(Exception):
    """Nothing will ever arrive there: the address is none, or its owner takes nothing from us."""


class NotNow(Exception):
    """It could not be handed over; later it may."""


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """What goes to one person at once. `id` stays through every try; `lines`: one text for each message, and where it
    leads to; `short`: for a screen that others see, with nothing of any case in it."""

    id: str
    at_s: int
    subject: str
    lines: tuple[tuple[str, str], ...]
    foot: str
    short: str
    leave: str  # where one says how one wants to be told
    stop: str  # what stands before the address that stops these at once
    language: Language


class Channel(Protocol):
    """A way to people outside the program. Blocking."""

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> Said | None:
        """What people call it; None of mail, which needs no name."""
        ...

    def chosen(self, choice: NoticeChoice) -> bool:
        """Whether he wants to be told by it."""
        ...

    def reached(self, session: Session, people: Collection[str]) -> frozenset[str]:
        """Whose address is known, confirmed, and has not failed."""
        ...

    def address(self, person: str) -> str | None:
        """Where it goes, if he can be reached."""
        ...

    def send(self, to: str, letter: Letter) -> None:
        """Hand it over. Raises Refused, NotNow."""
        ...

    def failed(self, person: str, to: str, now_s: int) -> bool:
        """Reach him there no more, if that is still his address; whether that is new."""
        ...
