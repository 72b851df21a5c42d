"""One redline for screen and paper: it holds both wordings, leads from one to the other and back, and marks nothing
where nothing changed."""

from __future__ import annotations

import json
import random
import time
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.redline import Run, Wording, applied, redline, turned, words
from cloudnego.core.wordings import Told, histories, lying
from tests.conftest import ROOT
from tests.core.situations import CLAUSES_PUT
from tests.given import E1, E2, W1, E, W, clause_of, confirming, raise_of, reopening
from tests.given import given as playing

EXAMPLES = ROOT / "frontend" / "src" / "tools" / "redline.examples.json"
_PIECES = st.sampled_from(
    [*"甲乙丙工资不低于", "。", "；", "\n", "，", "10日", "5.5%", "百分之五", "叁仟元", "wage ", " ", "㐂\U000e0100"]
)
_TEXTS = st.lists(_PIECES, max_size=40).map("".join)
_DAYS = st.dates(min_value=date(2026, 1, 1), max_value=date(2027, 1, 1))
_NAMES = st.sampled_from(["raise", "minimum_wage", "pay_day"])
_VALUES = st.one_of(
    st.builds(c.RateValue, name=_NAMES, rate=st.sampled_from(["5", "5.0", "5.5", "10"])),
    st.builds(c.FenValue, name=_NAMES, fen=st.integers(0, 10**15)),
    st.builds(c.DayValue, name=_NAMES, day=_DAYS),
    st.builds(c.CountValue, name=_NAMES, count=st.integers(0, 9)),
    st.builds(c.GroupsValue, name=_NAMES, groups=st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(tuple)),
)


@st.composite
def _contracts(draw: st.DrawFn) -> tuple[Wording, ...]:
    names = draw(st.lists(st.sampled_from("123456"), unique=True, max_size=6))
    return tuple(
        Wording(
            clause=f"table.{name}", head=draw(st.sampled_from(["T1", "T2"])), prose=draw(_TEXTS),
            values=draw(st.lists(_VALUES, max_size=3).map(tuple)),
        )
        for name in names
    )  # fmt: skip


@given(_contracts(), _contracts())
@settings(max_examples=25)
def test_it_leads_from_one_contract_to_the_other_and_back(old: tuple[Wording, ...], new: tuple[Wording, ...]) -> None:
    rows = redline(old, new)
    assert applied(old, rows) == new
    assert turned(rows) == redline(new, old)
    assert applied(new, turned(rows)) == old
    assert {row.how for row in redline(new, new)} <= {"same"}
    assert not any(row.moved for row in redline(new, new))


@given(_TEXTS, _TEXTS)
def test_words_that_went_stand_before_those_that_came_and_as_much_goes_as_comes_back(one: str, other: str) -> None:
    runs = words(one, other)
    assert "".join(run.text for run in runs if run.kind != "ins") == one
    assert "".join(run.text for run in runs if run.kind != "del") == other
    kinds = [run.kind for run in runs]
    assert all(both not in (("ins", "del"), ("same", "same")) for both in pairwise(kinds))
    back = {kind: sum(len(run.text) for run in words(other, one) if run.kind == kind) for kind in ("del", "ins")}
    assert back == {"ins": sum(len(run.text) for run in runs if run.kind == "del"),
                    "del": sum(len(run.text) for run in runs if run.kind == "ins")}  # fmt: skip


def test_a_number_goes_with_its_unit_chinese_by_its_signs_and_the_screen_marks_the_same() -> None:
    """The examples are those of the page, which compares what lies with its writer alone."""
    for one in json.loads(EXAMPLES.read_text(encoding="utf-8")):
        assert [[run.kind, run.text] for run in words(one["before"], one["after"])] == one["parts"]


def test_values_say_how_much_more_and_in_what() -> None:
    def row(before: c.Value, after: c.Value) -> tuple[str, str | None, str | None, tuple[str, ...], tuple[str, ...]]:
        old, new = (Wording(clause="1", head="T1", values=(one,), prose="") for one in (before, after))
        found = redline((old,), (new,))[0].values[0]
        return found.how, found.unit, found.by, found.gained, found.lost

    assert row(c.RateValue(name="a", rate="5"), c.RateValue(name="a", rate="4.5"))[:3] == ("changed", "points", "-0.5")
    assert row(c.FenValue(name="a", fen=249000), c.FenValue(name="a", fen=260000))[:3] == ("changed", "fen", "11000")
    assert row(c.DayValue(name="a", day=date(2026, 5, 1)), c.DayValue(name="a", day=date(2026, 4, 1)))[2] == "-30"
    assert row(c.GroupsValue(name="a", groups=("x",)), c.GroupsValue(name="a", groups=("y",)))[3:] == (("y",), ("x",))
    assert row(c.CountValue(name="a", count=1), c.RateValue(name="a", rate="1"))[:3] == ("changed", None, None)


def test_a_clause_that_changed_places_moved_and_its_neighbours_did_not() -> None:
    old = tuple(Wording(clause=name, head="T1", values=(), prose=name) for name in "abcd")
    new = (old[3], old[0], old[1])
    rows = redline(old, new)
    assert [(row.clause, row.how, row.moved) for row in rows] == [
        ("d", "same", True), ("a", "same", False), ("b", "same", False), ("c", "removed", False),
    ]  # fmt: skip


def test_a_redline_of_another_contract_is_not_applied() -> None:
    old, new, other = ((Wording(clause="a", head="T1", values=(), prose=prose),) for prose in ("甲方", "乙方", "丙方"))
    with pytest.raises(ValueError, match="not a redline"):
        applied(other, redline(old, new))
    with pytest.raises(ValueError, match="not a redline"):
        applied((), redline(old, new))


def test_an_erased_wording_has_no_words_and_is_still_applied() -> None:
    old = (Wording(clause="a", head="T1", values=(), prose="甲方"),)
    new = (Wording(clause="a", head="T1", values=(), prose=None),)
    assert [row.words for row in redline(old, new)] == [None]
    assert applied(old, redline(old, new)) == new


def test_two_long_texts_without_a_word_in_common_do_not_hold_anybody_up() -> None:
    rng = random.Random(1)
    one, other = ("".join(chr(0x4E00 + rng.randrange(500)) for _ in range(20_000)) for _ in range(2))
    begun = time.process_time()
    assert words(one, other) == (Run("del", one), Run("ins", other))
    assert time.process_time() - begun < 1


def test_every_wording_says_who_put_it_what_was_done_with_it_and_what_took_its_place() -> None:
    now = playing(CLAUSES_PUT).having((W1, confirming("T3")), (E1, confirming("T3")))
    name, other = (clause_of(now.case, head) for head in ("T3", "T2"))
    now = now.having((W1, reopening("T3")), (E1, reopening("T3")), (E2, raise_of("5.5", name)))
    now = now.having((E2, c.DropClause(clause=other)))
    told = [Told(at + 1, now.at, "p", one) for at, one in enumerate(now.log)]
    put = [one for one in told if isinstance(one.event, e.ClausePut) and one.event.clause == name]
    first, second = (f"table.{one.seq}" for one in put)
    found = {one.clause: one for one in histories(told, dict(now.case.clauses))}
    assert [(one.standing, one.agreed) for one in found.values()] == [("open", first), ("dropped", None)]
    assert [(one.n, one.id, one.side, one.until) for one in found[name].versions] == [
        (1, first, W, second), (2, second, E, None),
    ]  # fmt: skip
    done = [(act.did, act.side) for act in found[name].versions[0].acts]
    assert done == [("confirmed", W), ("agreed", E), ("asked_to_reopen", W), ("reopened", E)]
    before, after = (lying(told, ["T2", "T3"], at) for at in (found[name].versions[1].seq - 1, None))
    assert [(row.clause, row.how) for row in redline(before, after)] == [(other, "removed"), (name, "changed")]
