"""Open means askable in every situation of these tests, for everybody in them; the walks look behind more buttons."""

from __future__ import annotations

from random import Random

import pytest
from msgspec.structs import replace

from claims.askable import EXCEPTIONS, unaskable
from cloudnego.core import commands as c
from cloudnego.core.clauses import text_hash
from cloudnego.core.moment import Moment
from tests.core.test_fuzz import CAST, MEMBERS, SITUATIONS
from tests.given import Given, given, lowest_of, raise_of

PUT = (raise_of("6"), lowest_of(270_000))
KNOWING = replace(CAST, prose={text_hash(one.head, one.values, one.prose): one.prose for one in PUT})


class Sitting:
    """A situation in which people ask."""

    def __init__(self, now: Given) -> None:
        self.now = now

    def moment(self, who: str, command: c.Command | None = None) -> Moment:
        return self.now.moment(MEMBERS[who], command)


@pytest.mark.parametrize("name", SITUATIONS)
def test_behind_every_open_button_some_payload_is_accepted(name: str) -> None:
    dice = Random(name)
    lies = [lie for who in MEMBERS for lie in unaskable(Sitting(given(SITUATIONS[name])), who, dice, KNOWING)]
    assert lies == []


def test_every_exception_says_why_and_reads_what_no_button_sees() -> None:
    assert set(EXCEPTIONS) == {c.MergeIntoRegional, c.CoverEnterprise}
    assert all(EXCEPTIONS.values())
