"""What papers say: every kind from a played case, the agreed words in full, of a stream only what its reader sees."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from msgspec.structs import replace

from cloudnego.core import events as e
from cloudnego.core.commands import Cause, Votes
from cloudnego.core.vocabulary import ChiefIs, Kind, Scope, Seat, Side, Stream
from cloudnego.papers.facts import Choices, Facts, Fields, Redlined, Signs, Table, Text
from cloudnego.papers.sources import Source
from cloudnego.texts import knows
from tests.papers.made import ALL, FIRM, altered, papers_of, source_of

STORIES = ("plain", "objected", "suspended", "silent-enterprise", "employer-offer", "regional")
OPEN_TO_ALL = {"D0", "D1", "D3", "D12", "D13", "D14", "D18", "D19", "D20", "D21", "D24", "D25", "D26", "D27"}
NOT_TOLD = {"D2", "D23"}
"""Kinds no story comes to; below each has a test of its own."""


def told(facts: Facts) -> str:
    return facts.canonical.decode()


def rows_of(facts: Facts) -> set[tuple[str, str | None]]:
    return {row for block in facts.blocks if isinstance(block, Fields) for row in block.rows}


def test_the_stories_make_every_kind_and_leave_no_place_unfilled() -> None:
    found = set()
    for story in STORIES:
        made = papers_of(source_of(story))
        assert len({one.hash for one in made}) == len(made)
        found |= {one.doc for one in made}
        for one in made:
            assert re.findall(r"\{[a-z_]+\}|None|null,\"en\"", told(one)) == [], (story, one.doc)
    assert found == {f"D{n}" for n in range(29)} - NOT_TOLD


def test_every_kind_has_a_title_in_both_languages() -> None:
    assert all(knows(f"paper.titles.D{n}") for n in range(29))


def test_a_chief_who_is_not_the_legal_representative_brings_a_mandate() -> None:
    made = altered(source_of(), e.RepresentativesAppointed, chief_is=ChiefIs.PERSON_IN_CHARGE, chief_may_sign=False)
    (mandate,) = [one for one in papers_of(made) if one.doc == "D2"]
    assert {("是否本企业负责人", "是"), ("是否有权代表本方签订合同", "否")} <= rows_of(mandate)


def test_an_amendment_says_its_cause_and_both_texts() -> None:
    made = altered(source_of(), e.CaseOpened, kind=Kind.AMENDMENT, cause=Cause.LAW_CHANGED)
    (amendment,) = [one for one in papers_of(made) if one.doc == "D23"]
    assert ("事由", "法律法规变化") in rows_of(amendment)


def test_an_article_is_named_in_full_and_what_nobody_knows_as_it_was_written() -> None:
    opinion = [one for one in papers_of(source_of("silent-enterprise")) if one.doc == "D21"]
    assert ("依据的条文", "《杭州市企业工资集体协商条例》第24条") in set().union(*map(rows_of, opinion))
    other = altered(source_of("silent-enterprise"), e.OpinionIssued, article="劳动法")
    assert ("依据的条文", "劳动法") in set().union(*(rows_of(one) for one in papers_of(other) if one.doc == "D21"))


UNIONS = {Seat.TOWN_UNION: "某某街道总工会", Seat.DISTRICT_UNION: "某某区总工会"}


def supervised() -> Source:
    source = source_of("silent-enterprise")
    firm = replace(source.firm, authority="某某区人社局")
    return replace(source, unions=UNIONS, firm=firm, names={**source.names, "district": "赵某"})


def letters_of(source: Source) -> list[Facts]:
    return [one for one in papers_of(source) if one.doc == "D21"]


def test_a_letter_of_supervision_says_who_what_rule_what_is_asked_and_by_when_and_has_no_line_to_fill_in() -> None:
    urge, opinion, recommendation = letters_of(supervised())
    for letter in (urge, opinion, recommendation):
        assert None not in {value for _, value in rows_of(letter)}
        assert all(sign.name for block in letter.blocks if isinstance(block, Signs) for sign in block.rows)
    assert {("督促的事项", "书面答复要约"), ("期限", "2026年3月24日以前")} <= rows_of(urge)
    assert ("该事项的法定最后一日", "2026年3月16日") in rows_of(urge)
    assert ("要求", "请书面答复要约，并商定协商的时间、地点。") in rows_of(opinion)
    assert any(label == "期限" and value and "最后一日：2026年4月8日" in value for label, value in rows_of(opinion))
    assert {("建议的理由", "到期没有答复"), ("反馈", "调查处理结果请反馈某某区总工会")} <= rows_of(recommendation)
    assert "致：某某区人社局" in told(recommendation)


def test_a_letter_says_what_was_answered_and_what_it_does_not_know_it_leaves_out() -> None:
    source = supervised()
    opinion = source.entries(e.OpinionIssued)[0]
    assert isinstance(opinion.event, e.OpinionIssued)
    answer = e.OpinionAnswered(
        side=Side.EMPLOYER, from_paper=False, entered_late=False, evidence=None, occurred_on=date(2026, 3, 20),
        opinion=opinion.event.opinion, outcome="will_correct", words={"answer": "十日内安排协商。"},
    )  # fmt: skip
    entry = replace(opinion, event=answer, seq=99, type=answer.type, occurred_on=answer.occurred_on)
    answered = letters_of(replace(source, events=(*source.events, entry)))
    assert "2026年3月20日答复：将要改正。\n十日内安排协商。" in [
        b.text for b in answered[1].blocks if isinstance(b, Text)
    ]
    assert any(label == "企业的答复" for label, _ in rows_of(answered[2]))
    bare = altered(
        altered(source, e.Urged, by_on=None, due_on=None, about=None), e.OpinionIssued, seat=None, served=None
    )
    urge, opinion_of_old = letters_of(bare)[:2]
    assert {label for label, _ in rows_of(urge)} == {
        "要求",
        "期限",
        "答复",
        "送达方式",
        "送达证明",
        "送达日期",
        "证明文件校验码",
    }
    assert [s.name for b in opinion_of_old.blocks if isinstance(b, Signs) for s in b.rows] == [None, "王䶮㛃"]


def test_of_few_voters_the_counts_stand_only_where_their_stream_is_seen() -> None:
    few = altered(source_of(), e.CongressConvened, total=8)
    few = altered(few, e.BallotRecorded, total=8, present=8, issued=8, returned=8, yes=7, no=1, abstain=0)
    public = [one for one in papers_of(few, frozenset({Stream.NOTICE})) if one.doc in ("D13", "D25")]
    assert {one.about.partition("-")[0] for one in public} == {"notice", "resolution"}
    assert not any("同意 7 票" in told(one) for one in public)
    assert "票数不在此公开" in told(public[-1])
    seen = [one for one in papers_of(few, frozenset({Stream.NOTICE, Stream.FILING})) if one.doc in ("D13", "D25")]
    assert sum("同意 7 票" in told(one) for one in seen) == 1
    assert any(("同意", "7") in rows_of(one) for one in seen)


def test_the_contract_has_every_clause_word_for_word() -> None:
    source = source_of()
    contract = next(one for one in papers_of(source) if one.doc == "D14")
    prose = [
        text for one in source.events if one.type == "draft_submitted" and one.event.words
        for key, text in one.event.words.items() if key.endswith("prose")
    ]  # fmt: skip
    assert prose
    assert all(text in told(contract) for text in prose)


def over_many(**changed: Any) -> Source:
    """The regional story with a body of employers of its own, as a district has it."""
    source = altered(source_of("regional"), e.CaseOpened, enterprise="U1", employer_organ="B1", **changed)
    return replace(source, names={**source.names, "B1": "某某行业协会", "c0": "甲厂", "c1": "乙厂"})


def tables_of(facts: Facts) -> set[tuple[str | None, ...]]:
    return {row for block in facts.blocks if isinstance(block, Table) for row in block.rows}


def test_a_contract_over_many_is_between_their_body_and_the_union_and_names_whom_it_covers() -> None:
    made = {one.doc: one for one in reversed(papers_of(over_many())) if one.title_en is None}
    assert ("甲方（企业方代表组织）", "某某行业协会") in rows_of(made["D14"])
    assert {("1", "甲厂", "20"), ("2", "乙厂", "27")} <= tables_of(made["D14"]) & tables_of(made["D15"])
    assert made["D14"].title.startswith("某某公司工会委员会所辖区域")
    assert ("合同覆盖的职工人数", "122") in rows_of(made["D15"])
    assert {row[0] for row in tables_of(made["D25"])} >= {"甲厂", "乙厂"}
    assert "致：某某行业协会" in told(made["D6"])
    assert not any(FIRM.name in told(one) for one in made.values())  # the union is the subject, and no enterprise
    kept = papers_of(altered(over_many(), e.BallotAttested, covered=("c0",)))
    assert ("1", "甲厂", "20") in tables_of(next(one for one in kept if one.doc == "D14"))
    assert not any("乙厂" in told(one) for one in kept if one.doc in ("D14", "D18"))


def test_the_congress_of_a_trade_votes_as_one_or_each_enterprise_by_itself() -> None:
    each, joint = over_many(), over_many(scope=Scope.INDUSTRY, ballot_per_enterprise=False)
    ways = {"4 家企业分别召开": papers_of(each), "所辖行业职工代表大会": papers_of(joint)}
    for words, made in ways.items():
        assert all(words in told(one) for one in made if one.doc == "D26" or one.about.startswith("resolution"))
    few = altered(each, e.CoveredBallotRecorded, total=8, present=8, yes=8)
    few = altered(few, e.BallotRecorded, few=True)
    public = papers_of(few, frozenset({Stream.NOTICE}))
    shown = set().union(*(tables_of(one) for one in public if one.about.startswith("resolution")))
    assert ("甲厂", "—", "—", "—", "—") in shown


def test_a_draft_that_comes_again_is_set_against_the_one_before() -> None:
    source = source_of("failed-ballot")
    (changes,) = [one for one in papers_of(source) if one.about.startswith("changes-")]
    before, after = (one.words or {} for one in source.every(e.DraftSubmitted))
    (marked,) = [one for one in changes.blocks if isinstance(one, Redlined)]
    assert {run.how for run in marked.runs} >= {"ins", "del"}
    assert "".join(run.text for run in marked.runs if run.how != "ins") in before.values()
    assert "".join(run.text for run in marked.runs if run.how != "del") in after.values()


def test_a_paper_is_made_for_who_sees_all_it_is_made_of() -> None:
    source = source_of()
    assert {one.doc for one in papers_of(source, frozenset({Stream.NOTICE}))} == OPEN_TO_ALL - {"D21"}
    assert "D5" not in {one.doc for one in papers_of(source, ALL - {Stream.WORKER, Stream.EMPLOYER})}
    workers = [one for one in papers_of(source, ALL - {Stream.EMPLOYER}) if one.doc in ("D4", "D5")]
    assert {one.about for one in workers} == {"worker"}


def test_no_paper_for_others_holds_a_word_of_a_caucus() -> None:
    source = altered(source_of(), e.TopicSheetDrafted, words={f"topics.{n}.demand": "底线七个点" for n in range(9)})
    source = altered(source, e.OpinionsRecorded, words={"digest": "底线七个点"})
    holding = {one.doc for one in papers_of(source) if "底线七个点" in told(one)}
    assert holding == {"D4", "D5"}
    joint = ALL - {Stream.WORKER, Stream.EMPLOYER}
    assert not any("底线七个点" in told(one) for one in papers_of(source, joint))


def elections(source: Source, streams: frozenset[Stream] = frozenset({Stream.NOTICE})) -> list[tuple[list[str], str]]:
    """The names on each ballot of the election, and all that is said on it."""
    made = [one for one in papers_of(source, streams) if one.doc == "D24" and one.about.startswith("election-")]
    marked = [[name for block in one.blocks if isinstance(block, Choices) for name in block.rows] for one in made]
    return list(zip(marked, map(told, made), strict=True))


def test_a_voter_marks_who_stands_in_the_round_and_no_chief_who_sits_by_office() -> None:
    source = source_of()
    put, counts = source.last(e.CandidatesProposed), source.last(e.ElectionRecorded)
    assert put is not None
    assert counts is not None
    stand = [rep.person for rep in put.candidates if rep.person != put.chief]
    ((names, words),) = elections(source)
    assert names == [source.name(one) for one in stand]
    assert f"不超过{put.seats - 1}名" in words
    votes = tuple(Votes(person=one, votes=counts.needed + (n == 0)) for n, one in enumerate(stand[:3]))
    tied = altered(source, e.ElectionRecorded, votes=votes, elected=(stand[0],), open_seats=1)
    tied = altered(tied, e.ElectionAttested, chosen=(stand[0],), settled=False)
    names, words = elections(tied)[-1]
    assert (names, "票数相同" in words) == ([source.name(one) for one in stand[1:3]], True)
    few = altered(tied, e.ElectionRecorded, total=8)
    assert len(elections(few)) == 1, "who tied is in counts that are not for all to see"
    assert elections(few, frozenset({Stream.NOTICE, Stream.FILING}))[-1][0] == names
    whole, words = elections(altered(source, e.CaseOpened, scope=Scope.INDUSTRY))[0]
    assert (len(whole), all(str(source.name(one)) in words for one in stand)) == (3, True), "the list, yes or no"
