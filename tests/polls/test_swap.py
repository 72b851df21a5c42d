"""Two exchange what they chose, and nobody with all dumps can tell; and whoever asks so can be told."""

from __future__ import annotations

import pytest

from claims.swap import ALONE, How, judged, many
from claims.swap_guess import LEARNERS, Score, verdicts
from cloudnego.polls import pool

FLOOR = 20


def test_an_exchange_of_two_choices_shows_in_no_dump() -> None:
    found = judged(many(FLOOR, How()))
    assert found["verdict"] == "kept", found


@pytest.mark.whole
def test_with_a_batch_of_one_it_shows() -> None:
    found = judged(many(FLOOR, How(slots=1, gives=1)))
    assert found["verdict"] == "broken", found
    assert max(found["right"]["one filling"].values()) == FLOOR


@pytest.mark.whole
@pytest.mark.timeout(900)
def test_on_postgresql_it_shows_in_no_dump_and_with_a_batch_of_one_it_does() -> None:
    assert judged(many(FLOOR, How(postgres=True)))["verdict"] == "kept"
    assert judged(many(FLOOR, How(postgres=True, slots=1, gives=1)))["verdict"] == "broken"


@pytest.mark.whole
@pytest.mark.timeout(300)
def test_with_a_pool_that_gives_the_oldest_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first of all is then always in the first batch, and the fifteenth never."""
    monkeypatch.setattr(pool.Pool, "drawn", lambda self, waiting: list(waiting[: self.gives]))
    monkeypatch.setattr(pool._DICE, "shuffle", lambda slots: slots)
    found = judged(many(ALONE, How()))
    assert found["verdict"] == "broken", found


@pytest.mark.parametrize("learner", LEARNERS)
def test_each_who_guesses_finds_what_there_is_to_find(learner: str) -> None:
    truth = [at % 3 == 0 for at in range(60)]
    told = [{"noise": float(at * 7 % 11), "told": 3.0 + true, "never": 1.0} for at, true in enumerate(truth)]
    assert verdicts(told, truth)[learner] == (60, 60)
    untold = [{"noise": one["noise"]} for one in told]
    assert verdicts(untold, [at % 2 == 0 for at in range(60)])[learner].chance > 1e-3


def test_chance_is_that_of_a_fair_coin() -> None:
    assert Score(0, 20).chance == 1.0
    assert Score(20, 20).chance == 2**-20
    assert Score(19, 20).chance < 2.5e-5 < Score(18, 20).chance
