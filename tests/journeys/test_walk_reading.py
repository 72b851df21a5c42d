"""A case read back from what the server shows is the case itself, whatever has happened in it."""

from __future__ import annotations

from datetime import datetime
from random import Random

import msgspec
import pytest

from cloudnego.chooser import Cast
from cloudnego.core.moment import Law, Register
from cloudnego.core.state import EMPTY
from cloudnego.law import shipped_calendar, shipped_pack
from cloudnego.rehearsal import CHINA, Rehearsal
from cloudnego.stories import FURTHER, STORIES
from cloudnego.walk.reading import case_of, caucus_of
from cloudnego.web.answers import encode
from tests.given import REGISTER


def _rehearsed(story: str) -> Rehearsal:
    dice = Random(story)
    cast = Cast(
        worker_bench=("w0", "w1", "w2", "w3"), employer_bench=("e0", "e1", "e2", "e3"), hr="hr", recorder="recorder",
        scrutineers=("s1", "s2"), spare_workers=("x1",), enterprises=("c1", "c2"),
    )  # fmt: skip
    register: Register = msgspec.structs.replace(REGISTER, covers=())
    law = Law(pack=shipped_pack("cn-hangzhou"), calendar=shipped_calendar())
    played = Rehearsal(law, cast, register, datetime(2026, 3, 2, 9, tzinfo=CHINA), dice)
    {**STORIES, **FURTHER}[story](played)
    return played


@pytest.mark.parametrize("story", sorted({*STORIES, *FURTHER} - {"regional", "no-union"}))
def test_what_is_shown_of_a_case_reads_back_as_the_case(story: str) -> None:
    played = _rehearsed(story)
    assert case_of(msgspec.json.decode(encode(played.case))) == played.case
    for caucus in played.caucuses.values():
        assert caucus_of(msgspec.json.decode(encode(caucus))) == caucus


def test_a_state_of_another_version_is_not_read() -> None:
    shown = msgspec.json.decode(encode(EMPTY))
    assert case_of(shown) == EMPTY
    with pytest.raises(ValueError):
        case_of({**shown, "mood": "good"})
    shown.pop("round")
    with pytest.raises(ValueError):
        case_of(shown)
