"""What an ETag tells: whether the parts are the same, and nothing of how they came to be."""

from __future__ import annotations

from cloudnego.core.vocabulary import Member, Office, Side
from cloudnego.web.answers import tag_of


def test_one_set_has_one_tag_however_it_was_filled() -> None:
    # 0 and 8 fall into one place of a small set: who comes first lies first, and `repr` would tell.
    assert repr(frozenset([0, 8])) != repr(frozenset([8, 0]))
    assert tag_of("case", frozenset([0, 8])) == tag_of("case", frozenset([8, 0]))


def test_another_office_is_another_tag() -> None:
    plain, chair = (Member(person="p1", side=Side.WORKER, offices=frozenset(held)) for held in ((), (Office.UNION,)))
    assert tag_of(plain) != tag_of(chair)
