"""The table of grades names every binding command and no other, and a letter is the least of them."""

from __future__ import annotations

from itertools import pairwise

from cloudnego.core.commands import COMMANDS
from cloudnego.identity import grades
from cloudnego.identity.grades import ACTS, PROVES, Act, Grade, Means, needed_for


def test_every_binding_command_has_its_grade_and_no_other_has_one() -> None:
    assert grades.COMMANDS.keys() == {name for name, kind in COMMANDS.items() if kind.binding}
    for name, kind in COMMANDS.items():
        assert needed_for(kind) == (grades.COMMANDS[name] if kind.binding else None)


def test_nothing_that_has_a_grade_is_content_with_a_password() -> None:
    assert min(*grades.COMMANDS.values(), *ACTS.values()) is Grade.LETTER
    assert ACTS.keys() == set(Act)


def test_means_are_offered_strongest_first_and_each_proves_more_than_a_password() -> None:
    assert PROVES.keys() == set(Means)
    assert all(PROVES[one] >= PROVES[other] for one, other in pairwise(Means))
    assert min(PROVES.values()) > Grade.PASSWORD


def test_whoever_may_use_no_passkey_can_do_every_binding_act() -> None:
    """WeChat and DingTalk have none."""
    assert max(grades.COMMANDS.values()) <= PROVES[Means.LETTER]
