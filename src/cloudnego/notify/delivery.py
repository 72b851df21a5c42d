"""Hands over what waits in the outbox, a letter at a time: looked at once more, written, sent, noted."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Final, cast

import structlog

from cloudnego.identity.inbox import Inbox, InboxEntry, MessageKind
from cloudnego.notify.channels import Channel, Language, NotNow, Refused
from cloudnego.notify.outbox import Outbox, Parcel, State
from cloudnego.notify.wording import letter_of

AFTER_S: Final = (60, 300, 1_800, 7_200, 21_600, 43_200, 86_400)
"""How long after each failure it is tried again; after the last, two days on, it is given up."""

_JITTER: Final = 0.2
_dice: Final = secrets.SystemRandom()
_log: Final = structlog.get_logger(__name__)

Still = Callable[[str, InboxEntry], bool]
"""Whether a message still tells somebody (by id) what he has to know."""


class Delivery:
    """Blocking. `me` names this process."""

    def __init__(self, outbox: Outbox, inbox: Inbox, now_s: Callable[[], int], home: str) -> None:
        self.me: Final = secrets.token_hex(8)
        self.outbox: Final = outbox
        self._inbox: Final = inbox
        self._now_s: Final = now_s
        self._home: Final = home

    def next_of(self, person: str, channel: str, still: Still) -> bool:
        """Hand over the next letter to somebody by one channel; whether there was one."""
        parcel = self.outbox.lease(person, channel, self.me)
        if parcel is None:
            return False
        entries = {id_: self._inbox.entry(message) for id_, message in parcel.rows.items()}
        good = {id_: one for id_, one in entries.items() if one is not None and still(person, one)}
        way = self.outbox.channels.get(channel)
        wanted = way is not None and way.chosen(self.outbox.choice_of(person))
        to = way.address(person) if way is not None and wanted and good else None
        if way is None or to is None:
            self._ended(parcel, State.LAPSED)
            return True
        self.outbox.drop(parcel, self.me, parcel.rows.keys() - good.keys())
        self._hand_over(parcel, way, to, list(good.values()))
        return True

    def _hand_over(self, parcel: Parcel, way: Channel, to: str, entries: list[InboxEntry]) -> None:
        language = cast("Language", self.outbox.language_of(parcel.person))
        letter = letter_of(parcel.letter, self._now_s(), entries, language, self._home)
        try:
            way.send(to, letter)
        except Refused as wrong:
            _log.warning("notice_refused", channel=way.name, why=str(wrong))
            self._ended(parcel, State.FAILED)
            self._no_more(parcel, way, to)
        except NotNow as wrong:
            _log.warning("notice_not_sent", channel=way.name, why=str(wrong), tries=parcel.tries + 1)
            if parcel.tries < len(AFTER_S):
                wait = AFTER_S[parcel.tries] * (1 + _JITTER * (2 * _dice.random() - 1))
                self.outbox.again(parcel, self.me, round(wait))
                self.outbox.told(way.name, "later")
            else:
                self._ended(parcel, State.FAILED)
        else:
            self._ended(parcel, State.SENT)

    def _no_more(self, parcel: Parcel, way: Channel, to: str) -> None:
        """His address takes nothing: it is used no more, and he is told where he looks anyway."""
        if way.failed(parcel.person, to, self._now_s()):
            self.outbox.give_up(parcel.person, way.name)
            self._inbox.tell(parcel.district, parcel.person, MessageKind.ADDRESS_FAILED)

    def _ended(self, parcel: Parcel, state: State) -> None:
        self.outbox.done(parcel, self.me, state)
        self.outbox.told(parcel.channel, state.value)
