"""Who can be put forward before the workers' vote, and what their list would lack: asked while it is put together."""

from __future__ import annotations

from cloudnego.core.acts import no_poll_running
from cloudnego.core.commands import Rep
from cloudnego.core.moment import Standing
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.steps import representatives
from cloudnego.core.vocabulary import Scope, Seat, Side

MARKS = ("woman", "disabled", "dispatched", "front_line", "manager", "union_staff")
"""What the law asks of those who sit for the workers, by the names of `Rep`."""


def may_be_asked(s: Standing) -> Obstacle | None:
    """Nominations are asked for where the workers elect (HZ 18), and until their vote has begun."""
    return representatives.elected_here(s) or representatives.worker_list_open(s) or not_voted_yet(s)


def not_voted_yet(s: Standing) -> Obstacle | None:
    """While a vote runs, or its counts stand, nothing changes of who stands in it."""
    if running := no_poll_running(s):
        return running
    if s.case.election.recorded:
        return no(Reason.ELECTION_UNATTESTED, cure=(Seat.SCRUTINEER,))
    return None


def may_stand(s: Standing, person: str) -> Obstacle | None:
    """What `candidates_stand` would say of somebody on the list."""
    if person in s.case.election.scrutineers:
        return no(Reason.SCRUTINEER_IS_CANDIDATE, "ZJDM 15")
    return representatives.on_one_side(s, [person], Side.WORKER)


def rep_of(person: str, marks: tuple[str, ...]) -> Rep:
    """A candidate as `propose_candidates` wants him."""
    return Rep.model_validate({"person": person, **{name: name in marks for name in MARKS}})


def of_an_enterprise(s: Standing) -> bool:
    """Whether there is a roster to nominate from: in a region the congress passes a list (HZ 32)."""
    return s.case.scope is Scope.ENTERPRISE
