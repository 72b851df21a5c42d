"""For whom an audit file is made: a side, the authority, an auditor; each has the streams its seat sees."""

from __future__ import annotations

from enum import StrEnum

from cloudnego.core.moment import seats_that_see
from cloudnego.core.vocabulary import JOINT, Seat, Side, Stream


class Audience(StrEnum):
    """Who gets the file."""

    ENTERPRISE = "enterprise"
    UNION = "union"
    AUTHORITY = "authority"
    AUDITOR = "auditor"

    @property
    def side(self) -> Side | None:
        """The side it stands on; None for who stands on neither."""
        return _SIDES.get(self)

    @property
    def streams(self) -> tuple[Stream, ...]:
        """What it sees, in the order of the file. No office opens a caucus: it is in its own side's file alone."""
        if self.side is not None:
            return (*JOINT, Stream.caucus(self.side))
        return tuple(stream for stream in JOINT if _SEATS[self] in seats_that_see(stream))


_SIDES = {Audience.ENTERPRISE: Side.EMPLOYER, Audience.UNION: Side.WORKER}
_SEATS = {Audience.AUTHORITY: Seat.AUTHORITY, Audience.AUDITOR: Seat.AUDITOR}
