"""What a vote on the platform is opened with: its roll and its keys, drawn when somebody who may open it asks."""

from __future__ import annotations

from cloudnego.core import commands as c
from cloudnego.core.moment import Drawn, Named
from cloudnego.core.polls import electorate_of
from cloudnego.identity.delegates import voters_of
from cloudnego.identity.roster import RosterError
from cloudnego.identity.store import reading
from cloudnego.web.cases import Found
from cloudnego.web.site import Site


def drawn_for(site: Site, found: Found, command: c.Command) -> Named | None:
    """Draw the roll and the keys; None where nobody may vote by it. Blocks for some tenths of a second."""
    assert isinstance(command, c.OpenElection | c.OpenBallot), "nothing else is drawn for"
    voters = _voters(site, found, command)
    if not voters:
        return None
    made = site.polls.prepare(found.district, found.id, voters)
    drawn = Drawn(
        poll=made.poll, roll=made.roll, roll_hash=made.roll_hash, modulus=made.modulus, thumbprint=made.thumbprint,
        receipt_key=made.receipt_key,
    )  # fmt: skip
    return Named(drawn=drawn)


def _voters(site: Site, found: Found, command: c.OpenElection | c.OpenBallot) -> list[str]:
    """The delegates with vote of the roll that the case has, or all workers of the enterprise; of a covered one that
    votes by itself the delegates of the roll it froze last, or all its workers."""
    opened, roll = found.case.opened, found.case.roll
    assert opened is not None, "a case that was found has been opened"
    covered = command.enterprise if isinstance(command, c.OpenBallot) else None
    roll_hash = roll.roll_hash if roll is not None and covered is None else None
    if covered is not None and covered not in {one.enterprise for one in found.case.covers}:
        return []
    with reading(site.engine) as session:
        try:
            return voters_of(
                session, found.district, covered or opened.enterprise, roll_hash, electorate_of(found.case, command)
            )
        except RosterError:  # it was entered from paper, and there are no names
            return []


def let_go(site: Site, named: Named | None) -> None:
    """Forget what was drawn for a vote that was not opened. Blocks."""
    if named is not None and named.drawn is not None:
        site.polls.drop(named.drawn.poll)
