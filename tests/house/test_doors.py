"""Every door that is open to all says whether it looks at the address of who comes."""

from __future__ import annotations

from cloudnego.web.front import OPEN_DOORS
from cloudnego.web.tries import BY_ADDRESS, NEVER_BY_ADDRESS


def test_every_open_door_says_whether_it_looks_at_the_address() -> None:
    """`BY_ADDRESS` where something guessable is proved; `NEVER_BY_ADDRESS` with a reason everywhere else."""
    assert BY_ADDRESS & NEVER_BY_ADDRESS.keys() == frozenset()
    api = {door for door in (*BY_ADDRESS, *NEVER_BY_ADDRESS) if door[1].startswith("/api/")}
    assert api == OPEN_DOORS
    assert all(NEVER_BY_ADDRESS.values())


def test_where_people_vote_answer_or_use_a_slip_no_address_is_looked_at() -> None:
    watched = ("slip", "vote", "ballot", "poll", "opinion")
    assert [door for door in BY_ADDRESS if any(word in door[1] for word in watched)] == []


def test_a_door_that_looks_at_the_address_is_one_address_and_no_pattern() -> None:
    assert [door for door in BY_ADDRESS if "{" in door[1]] == []
