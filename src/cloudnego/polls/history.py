"""What the log says of a vote on the platform: its opening, which never changes, its counts, and what followed."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

import msgspec

from cloudnego.core import events as e
from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog.codec import body, facts_of
from cloudnego.polls.ballots import Question
from cloudnego.ports import EventLog, Recorded

_PAGE: Final = 256
_KNOWN_MAX: Final = 500
_STREAMS: Final = (Stream.NOTICE, Stream.FILING)
"""Where they are written; of under ten voters the counts are in the second."""


Versions = tuple[tuple[int, int] | None, ...]
"""How far these streams were when they were read."""


class NotInTheLog(Exception):
    """There is a roll for this vote, and the log has no opening of it."""


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """The entries of one vote. `outcome`: what followed of its counts; `valid`: the word of the second scrutineer."""

    opening: e.PollOpened
    opened: Recorded
    counted: Recorded | None = None
    outcome: Recorded | None = None
    valid: Recorded | None = None


class History:
    """Asked from several threads; what is complete is kept, for all voters of a vote ask the same."""

    def __init__(self, log: EventLog) -> None:
        self._log: Final = log
        self._known: Final[dict[str, tuple[Entered, Versions]]] = {}

    def opening(self, case: str, poll: str) -> Entered:
        """As far as it was known when it was last looked at: the opening, in any case. Blocks. Raises NotInTheLog."""
        known = self._known.get(poll)
        return known[0] if known is not None else self.of(case, poll)

    def of(self, case: str, poll: str) -> Entered:
        """All there is; read again only where something was written since. Blocks. Raises NotInTheLog."""
        known = self._known.get(poll)
        if known is not None and known[0].valid is not None:
            return known[0]
        now = self._log.versions(case)
        versions = tuple(now.get(stream) for stream in _STREAMS)
        if known is not None and known[1] == versions:
            return known[0]
        found = self._read(case, poll)
        if len(self._known) >= _KNOWN_MAX:
            self._known.clear()
        self._known[poll] = found, versions
        return found

    def _read(self, case: str, poll: str) -> Entered:
        found: Entered | None = None
        for one in sorted((one for stream in _STREAMS for one in self._entries(case, stream)), key=lambda one: one.at):
            event = one.event
            if isinstance(event, e.PollOpened) and event.poll == poll:
                found = Entered(opening=event, opened=one)
            elif found is None:
                continue
            elif isinstance(event, e.PollCounted) and event.poll == poll:
                found = msgspec.structs.replace(found, counted=one)
            elif found.counted is not None and found.outcome is None and _follows(event, found.opening):
                found = msgspec.structs.replace(found, outcome=one)
                if found.opening.enterprise is not None:  # whose vote it is counts it with its own scrutineers (HZ 33)
                    return msgspec.structs.replace(found, valid=one)
            elif found.outcome is not None and isinstance(event, _WORDS):
                if event.voided:  # what is counted after that is another count
                    break
                if _is_valid(event):
                    return msgspec.structs.replace(found, valid=one)
        if found is None:
            raise NotInTheLog(poll)
        return found

    def _entries(self, case: str, stream: Stream) -> list[Recorded]:
        found: list[Recorded] = []
        while page := self._log.read(case, frozenset({stream}), {stream: found[-1].seq if found else 0}, _PAGE):
            found += page
        return found


def _follows(event: e.Event, opening: e.PollOpened) -> bool:
    """Whether this is what such counts come to; votes of several enterprises may stand between each other."""
    if isinstance(event, e.CoveredBallotRecorded):
        return event.enterprise == opening.enterprise
    return opening.enterprise is None and isinstance(event, e.BallotRecorded | e.ElectionRecorded)


_WORDS: Final = (e.BallotAttested, e.ElectionAttested)


def _is_valid(event: e.BallotAttested | e.ElectionAttested) -> bool:
    return event.result is not None if isinstance(event, e.BallotAttested) else event.complete


def fixed(opening: e.PollOpened) -> bytes:
    """The bytes of all that was fixed at the opening; their SHA-256 is what each ballot names."""
    return body(facts_of(opening), None)


def question_of(opening: e.PollOpened) -> Question:
    """What a ballot of this vote may say."""
    choices = frozenset(one.choice for one in opening.options)
    return Question(poll=sha256(fixed(opening)).digest(), choices=choices, picks=opening.picks)
