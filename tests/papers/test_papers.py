"""What papers say: every kind from a played case, the agreed words in full, of a stream only what its reader sees."""

from __future__ import annotations

import json

import pytest

from cloudnego.core.vocabulary import Stream
from cloudnego.papers.facts import Facts
from tests.papers.made import ALL, papers_of, source_of

KINDS = {"D0", "D4", "D5", "D6", "D7", "D12", "D14", "D28"}


def told(facts: Facts) -> str:
    return facts.canonical.decode()


@pytest.mark.parametrize("story", ["plain", "employer-offer", "objected", "suspended"])
def test_a_case_makes_every_kind_and_no_place_is_left_unfilled(story: str) -> None:
    made = papers_of(source_of(story))
    assert {one.doc for one in made} >= KINDS
    assert len({one.hash for one in made}) == len(made)
    for one in made:
        assert "{" not in json.dumps([json.loads(told(one))["blocks"], one.title]).replace('{"', ""), one.doc
        assert "None" not in told(one), one.doc


def test_the_contract_has_every_clause_word_for_word() -> None:
    source = source_of()
    contract = next(one for one in papers_of(source) if one.doc == "D14")
    prose = [
        text for one in source.events if one.type == "draft_submitted" and one.event.words
        for key, text in one.event.words.items() if key.endswith("prose")
    ]  # fmt: skip
    assert prose
    assert all(text in told(contract) for text in prose)


def test_a_paper_is_made_for_who_sees_all_it_is_made_of() -> None:
    source = source_of()
    assert {one.doc for one in papers_of(source, frozenset({Stream.NOTICE}))} <= {"D0", "D12", "D14"}
    assert "D5" not in {one.doc for one in papers_of(source, ALL - {Stream.WORKER, Stream.EMPLOYER})}
    workers = [one for one in papers_of(source, ALL - {Stream.EMPLOYER}) if one.doc in ("D4", "D5")]
    assert {one.about for one in workers} == {"worker"}


def test_no_paper_for_others_holds_a_word_of_a_caucus() -> None:
    source = source_of()
    own = {text for one in source.events if one.stream.is_caucus for text in (one.event.words or {}).values()}
    said = {text for one in source.events if not one.stream.is_caucus for text in (one.event.words or {}).values()}
    joint = "".join(told(one) for one in papers_of(source, ALL - {Stream.WORKER, Stream.EMPLOYER}))
    assert own - said, "the story says something in a caucus alone"
    assert not [text for text in own - said if text in joint]
