"""The straight road in pieces, and what follows when a contract is in force."""

from __future__ import annotations

from cloudnego import stories as s
from cloudnego.core import commands as c
from cloudnego.core.vocabulary import Side
from cloudnego.seedling.play import Play, Tale

W, E = Side.WORKER, Side.EMPLOYER


def to_offer(t: Play, side: Side = W) -> None:
    """Steps 1 and 2 of the side that offers."""
    t.open(t.organ(side))
    s.confirm_service(t)
    s.side_list(t, side)
    s.sheet(t, side)


def to_reply(t: Play) -> None:
    """An offer that has arrived, and the other side's list."""
    to_offer(t)
    t.act(t.chief(W), c.SendOffer)
    t.wait_working(2)
    s.side_list(t, E)
    s.sheet(t, E)


def to_session(t: Play) -> None:
    """Steps 1 to 5, and both sides in one room."""
    s.up_to_meeting(t)
    s.gather(t)


def to_ballot(t: Play) -> None:
    """An agreed draft before the congress."""
    to_session(t)
    s.settle(t)
    s.convene(t)


def to_signing(t: Play) -> None:
    to_ballot(t)
    s.vote(t)


def to_force(t: Play) -> None:
    """In force by the authority's silence."""
    to_signing(t)
    s.from_congress(t)
    s.be_silent(t)


def from_meeting(t: Play) -> None:
    """Steps 6 to 8 without trouble, from a meeting that is set."""
    s.gather(t)
    s.settle(t)
    from_draft(t)


def from_draft(t: Play) -> None:
    """The rest of step 6 is done: congress, signing, filing, silence."""
    s.convene(t)
    s.vote(t)
    s.from_congress(t)
    s.be_silent(t)


def in_public(t: Play) -> None:
    """Published and reported; some contracts meet a problem, which is answered."""
    t.act(t.organ(E), c.PublishContract)
    t.wait_working(2)
    t.act(t.organ(W), c.ReportToUpperUnion)
    if t.dice.randrange(4) == 0:
        t.wait(25 + t.dice.randrange(60))
        t.act(t.cast.worker_bench[1], c.RaiseProblem)
        t.act(t.chief(E), c.AnswerProblem)


def performed(t: Play) -> None:
    """A straight case, in force and kept."""
    to_force(t)
    in_public(t)


def then(way: Tale) -> Tale:
    """A way that ends in force, and what follows."""

    def told(t: Play) -> None:
        way(t)
        in_public(t)

    return told
