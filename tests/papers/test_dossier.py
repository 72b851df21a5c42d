"""The dossier of a filing, of stories played in memory."""

from __future__ import annotations

from cloudnego.core import events as e
from cloudnego.papers.dossier import Dossier, ItemState, dossier
from cloudnego.papers.facts import Fields
from cloudnego.papers.kinds import possible
from tests.papers.made import ALL, source_of
from tests.web.played import rehearsed


def told(story: str, until: int) -> Dossier:
    source = source_of(story, until)
    return dossier(source, list(possible(source, ALL)), [])


def first(story: str, kind: type[e.Event]) -> int:
    """How many acts it takes until the first event of a kind."""
    return next(n for n, act in enumerate(rehearsed(story), 1) if any(isinstance(one, kind) for one in act.events))


def test_what_is_reviewed_outside_waits_for_both_sides_until_it_is_in_force() -> None:
    story = "late-enterprise"
    opened, said = first(story, e.ConfirmationOpened), first(story, e.NoObjectionConfirmed)
    before, after = told(story, opened).confirmation, told(story, said).confirmation
    assert before is not None
    assert after is not None
    assert (before.worker, before.employer, after.employer) == (None, None, None)
    assert after.worker is not None
    whole = told(story, first(story, e.ContractInForce))
    assert whole.confirmation is None
    assert whole.in_force is not None
    assert (whole.in_force.why, whole.in_force.from_day) == ("declared", after.from_day)


def test_an_objection_takes_what_was_handed_in_and_names_its_letter() -> None:
    file = told("objected", first("objected", e.ContractObjected))
    assert file.open is None
    assert {one.state for one in file.items} == {ItemState.READY}
    (filed,) = file.filings
    assert filed.objection is not None
    assert filed.objection.letter is not None
    assert (filed.objection.letter.doc, filed.objection.letter.about) == ("D17", filed.objection.fact)


def test_what_the_authority_asks_for_is_missing_until_it_comes() -> None:
    asked = told("objected", first("objected", e.SupplementRequested))
    waited = [one for one in asked.items if one.asked]
    assert waited
    assert {one.state for one in waited} == {ItemState.MISSING}
    given = told("objected", first("objected", e.PapersSupplied))
    assert not [one for one in given.items if one.asked]


def test_a_region_files_one_dossier_that_is_complete_once_every_firm_has_voted() -> None:
    """区域性工资专项集体合同 (HZ 30-35): one contract over several enterprises, each of which has voted by itself."""
    story = "regional"
    filed = first(story, e.ContractFiled)
    before, after = told(story, filed - 1), told(story, filed)
    assert {one.code: one.state for one in before.items} == dict.fromkeys(("contract", "explanation"), ItemState.READY)
    assert {one.state for one in after.items} == {ItemState.HANDED_IN}
    assert (len(before.filings), len(after.filings)) == (0, 1)
    assert after.draft is not None
    assert after.signed_hash == after.draft.draft_hash
    source = source_of(story, filed)
    assert len(source.opened.covers) > 1
    (form,) = [one.facts for one in possible(source, ALL) if one.facts.doc == "D15"]
    rows = dict(row for block in form.blocks if isinstance(block, Fields) for row in block.rows)
    assert rows["合同覆盖的企业"] == f"{len(source.opened.covers)} 家"
    assert "合同覆盖的企业" not in str(next(one for one in possible(source_of("plain"), ALL) if one.facts.doc == "D15"))
