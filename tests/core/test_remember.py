"""No event is forgotten: each has the one function that remembers it, in the joint state or in its side's caucus."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cloudnego.core import events as e
from cloudnego.core.evolve import evolve, evolve_caucus
from cloudnego.core.remember.how import HOW, IN_CAUCUS
from cloudnego.core.state import EMPTY, EMPTY_CAUCUS
from cloudnego.core.vocabulary import Side


def of_a_caucus(kind: type[e.Event]) -> bool:
    """By the stream it says of itself: some read it off their side, the fact they speak of, their number."""
    said: dict[str, Any] = {"side": Side.WORKER, "fact": "table.1", "total": 100}
    return kind.model_construct(**said).stream.is_caucus


def test_every_joint_event_is_remembered_and_no_other() -> None:
    assert set(HOW) == {kind for kind in e.EVENTS.values() if not of_a_caucus(kind)}


def test_every_event_of_a_caucus_is_remembered_and_no_other() -> None:
    assert set(IN_CAUCUS) == {kind for kind in e.EVENTS.values() if of_a_caucus(kind)}
    assert {kind.__name__ for kind in IN_CAUCUS} == {
        "OpinionsRecorded", "TopicSheetDrafted", "InstructorCalled", "CallEnded", "CaucusMessageSent",
        "StrawPollOpened", "StrawCast", "StrawPollClosed",
    }  # fmt: skip


def test_an_event_nobody_remembers_is_not_passed_over_in_silence() -> None:
    unheard = e.Event.model_construct(type="unheard_of")
    with pytest.raises(KeyError):
        evolve(EMPTY, unheard)
    with pytest.raises(KeyError):
        evolve_caucus(EMPTY_CAUCUS, unheard)


def test_an_event_of_the_table_is_none_of_a_caucus() -> None:
    said = e.TopicsDeclaredReady(side=Side.WORKER, held=None, occurred_on=date(2026, 3, 2))
    with pytest.raises(KeyError):
        evolve_caucus(EMPTY_CAUCUS, said)
