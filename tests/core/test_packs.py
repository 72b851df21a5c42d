"""The packs against the articles: the numbers stand here again, written from the statutes and not from the YAML."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import yaml

from cloudnego.core import pack as pack_module
from cloudnego.core.pack import TIMERS, ChiefMandate, Fact, Level, Majority, Pack, Row, Share, Unit
from cloudnego.core.vocabulary import Mode, Scope, Step
from cloudnego.law import (
    DEFAULT_PACK,
    PackError,
    dump_pack,
    load_pack,
    pack_texts,
    restore_pack,
    shipped_pack,
)
from tests.conftest import ROOT

PACKS = (
    "cn",
    "cn-zhejiang",
    "cn-hangzhou",
    "cn-ningbo",
    "cn-shanghai",
    "cn-beijing",
    "cn-shandong",
    "cn-henan",
    "cn-chongqing",
)

# --- terms: pack, timer, n, unit, from, until, article -----------------------------------------------------------

TERMS = [
    ("cn", "reply", 20, "d", "offer.received", "reply.served", "N2004 32"),
    ("cn", "materials", 5, "d", "meeting.day", "material.delivered", "N2000 18"),
    ("cn", "file", 10, "d", "signed.last", "filing.handed_in", "N2004 42"),
    ("cn", "review", 15, "d", "filing.received", "review.ended", "LCL 54"),
    ("cn", "publish", 5, "d", "in_force_from", "contract.published", "N2000 23"),
    ("cn", "renewal_window", 3, "month", "expiry", "expiry", "N2004 38"),
    ("cn", "dispute", 30, "d", "dispute.accepted", "dispute.closed", "N2004 52"),
    ("cn", "vacancy", 15, "d", "rep.vacant", "rep.seated", "N2004 31"),
    ("cn-zhejiang", "reply", 10, "wd", "offer.received", "reply.served", "ZJ 7"),
    ("cn-zhejiang", "materials", 7, "d", "meeting.day", "material.delivered", "ZJ 16"),
    ("cn-zhejiang", "meeting_notice", 7, "d", "meeting.day", "meeting_notice.served", "ZJ 16"),
    ("cn-zhejiang", "to_congress", 15, "wd", "minutes.full_agreement", "congress.submitted", "ZJ 24"),
    ("cn-zhejiang", "re_congress", 5, "wd", "draft.reagreed", "ballot.closed", "ZJ 24"),
    ("cn-zhejiang", "file", 10, "d", "signed.last", "filing.handed_in", "ZJ 34"),
    ("cn-zhejiang", "review", 15, "d", "filing.received", "review.ended", "ZJ 34"),
    ("cn-zhejiang", "publish", 5, "wd", "in_force_from", "contract.published", "ZJ 35"),
    ("cn-zhejiang", "report_upper", 10, "wd", "in_force_from", "contract.reported", "ZJ 35"),
    ("cn-zhejiang", "renewal_window", 90, "d", "expiry", "expiry", "ZJ 30"),
    ("cn-zhejiang", "dispute", 30, "d", "dispute.accepted", "dispute.closed", "ZJ 39"),
    ("cn-zhejiang", "opinion_answer", 15, "wd", "opinion.served", "opinion.answered", "ZJLS 22"),
    ("cn-zhejiang", "rescission", 5, "wd", "contract.rescinded", "rescission.filed", "ZJ 33"),
    ("cn-zhejiang", "perf_report", 1, "year", "in_force_from", "congress.reported", "ZJ 37"),
    ("cn-hangzhou", "reply", 10, "wd", "offer.received", "reply.served", "HZ 24"),
    ("cn-hangzhou", "total_cap", 60, "d", "offer.sent", "minutes.full_agreement", "HZ 29"),
    ("cn-hangzhou", "materials", 7, "wd", "meeting.day", "material.delivered", "HZ 25"),
    ("cn-hangzhou", "to_congress", 15, "wd", "minutes.full_agreement", "congress.submitted", "HZ 28"),
    ("cn-hangzhou", "re_congress", 5, "wd", "draft.reagreed", "ballot.closed", "HZ 28"),
    ("cn-hangzhou", "file", 10, "d", "signed.last", "filing.handed_in", "HZ 40"),
    ("cn-hangzhou", "review", 15, "d", "filing.received", "review.ended", "HZ 40"),
    ("cn-hangzhou", "publish", 5, "wd", "in_force_from", "contract.published", "HZ 41"),
    ("cn-hangzhou", "report_upper", 10, "wd", "in_force_from", "contract.reported", "HZ 41"),
    ("cn-hangzhou", "renewal_window", 90, "d", "expiry", "expiry", "HZ 23"),
    ("cn-hangzhou", "dispute", 30, "d", "dispute.accepted", "dispute.closed", "HZ 44"),
    ("cn-hangzhou", "opinion_answer", 15, "wd", "opinion.served", "opinion.answered", "HZ 43"),
    ("cn", "resume", 1, "d", "suspension.last_day", "talks.resumed", "N2004 35"),
    ("cn-zhejiang", "resume", 1, "d", "suspension.last_day", "talks.resumed", "ZJ 17"),
    ("cn-hangzhou", "resume", 1, "d", "suspension.last_day", "talks.resumed", "HZ 27"),
    ("cn-ningbo", "resume", 1, "d", "suspension.last_day", "talks.resumed", "NB 19"),
    ("cn-beijing", "resume", 1, "d", "suspension.last_day", "talks.resumed", "BJ 37"),
    ("cn-shandong", "resume", 1, "d", "suspension.last_day", "talks.resumed", "SD 28"),
    ("cn-henan", "resume", 1, "d", "suspension.last_day", "talks.resumed", "HA 26"),
    ("cn-chongqing", "resume", 1, "d", "suspension.last_day", "talks.resumed", "CQ 22"),
    ("cn-shandong", "talks_reported", 5, "d", "meeting.day", "talks.reported", "SD 24"),
    ("cn-henan", "dispute_taken_up", 5, "wd", "dispute.applied", "dispute.accepted", "HA 38"),
    ("cn-hangzhou", "perf_report", 1, "year", "in_force_from", "congress.reported", "HZ 42"),
    ("cn-ningbo", "reply", 10, "wd", "offer.received", "reply.served", "NB 14"),
    ("cn-ningbo", "total_cap", 30, "wd", "meeting.opened", "minutes.full_agreement", "NB 16"),
    ("cn-ningbo", "list_published", 5, "wd", "list.chosen", "list.published", "NB 10"),
    ("cn-ningbo", "materials", 7, "d", "meeting.day", "material.delivered", "NB 17"),
    ("cn-ningbo", "to_congress", 15, "wd", "minutes.full_agreement", "congress.submitted", "NB 20"),
    ("cn-ningbo", "file", 10, "d", "signed.last", "filing.handed_in", "NB 34"),
    ("cn-ningbo", "review", 15, "d", "filing.received", "review.ended", "NB 35"),
    ("cn-ningbo", "publish", 5, "wd", "in_force_from", "contract.published", "NB 35"),
    ("cn-ningbo", "report_upper", 10, "wd", "in_force_from", "contract.reported", "NB 35"),
    ("cn-ningbo", "renewal_window", 90, "d", "expiry", "expiry", "NB 22"),
    ("cn-ningbo", "perf_report", 1, "year", "in_force_from", "congress.reported", "NB 36"),
    ("cn-shanghai", "reply", 15, "d", "offer.received", "reply.served", "SH 15"),
    ("cn-shanghai", "list_published", 15, "d", "reply.accepted", "list.published", "SH 17"),
    ("cn-shanghai", "total_cap", 6, "month", "list.chosen", "signed.last", "SH 8"),
    ("cn-shanghai", "file", 10, "d", "contract.passed", "filing.handed_in", "SH 23"),
    ("cn-shanghai", "review", 15, "d", "filing.received", "review.ended", "SH 23"),
    ("cn-beijing", "reply", 20, "d", "offer.received", "reply.served", "BJ 32"),
    ("cn-beijing", "file", 10, "d", "signed.last", "filing.handed_in", "BJ 39"),
    ("cn-beijing", "review", 15, "d", "filing.received", "review.ended", "BJ 39"),
    ("cn-beijing", "renewal_window", 3, "month", "expiry", "expiry", "BJ 43"),
    ("cn-beijing", "dispute", 30, "d", "dispute.accepted", "dispute.closed", "BJ 50"),
    ("cn-beijing", "rescission", 10, "d", "contract.rescinded", "rescission.filed", "BJ 48"),
    ("cn-beijing", "perf_report", 1, "year", "in_force_from", "congress.reported", "BJ 41"),
    ("cn-shandong", "reply", 10, "d", "offer.received", "reply.served", "SD 21"),
    ("cn-shandong", "total_cap", 60, "d", "reply.accepted", "signed.last", "SD 28"),
    ("cn-shandong", "list_published", 5, "d", "list.chosen", "list.published", "SD 11"),
    ("cn-shandong", "materials", 10, "d", "meeting.day", "material.delivered", "SD 23"),
    ("cn-shandong", "file", 10, "d", "signed.last", "filing.handed_in", "SD 29"),
    ("cn-shandong", "review", 15, "d", "filing.received", "review.ended", "SD 30"),
    ("cn-shandong", "publish", 7, "d", "in_force_from", "contract.published", "SD 31"),
    ("cn-shandong", "report_upper", 7, "d", "in_force_from", "contract.reported", "SD 31"),
    ("cn-shandong", "dispute", 30, "d", "dispute.accepted", "dispute.closed", "SD 45"),
    ("cn-shandong", "rescission", 7, "d", "contract.rescinded", "rescission.filed", "SD 41"),
    ("cn-shandong", "perf_report", 1, "year", "in_force_from", "congress.reported", "SD 31"),
    ("cn-henan", "reply", 10, "wd", "offer.received", "reply.served", "HA 21"),
    ("cn-henan", "total_cap", 2, "month", "offer.received", "minutes.full_agreement", "HA 26"),
    ("cn-henan", "list_published", 3, "wd", "list.chosen", "list.published", "HA 13"),
    ("cn-henan", "materials", 5, "wd", "meeting.day", "material.delivered", "HA 23"),
    ("cn-henan", "file", 5, "wd", "signed.last", "filing.handed_in", "HA 28"),
    ("cn-henan", "review", 15, "d", "filing.received", "review.ended", "HA 29"),
    ("cn-henan", "publish", 5, "d", "in_force_from", "contract.published", "HA 30"),
    ("cn-henan", "report_upper", 10, "wd", "in_force_from", "contract.reported", "HA 30"),
    ("cn-henan", "renewal_window", 2, "month", "expiry", "expiry", "HA 31"),
    ("cn-henan", "dispute", 30, "d", "dispute.accepted", "dispute.closed", "HA 38"),
    ("cn-chongqing", "reply", 20, "d", "offer.received", "reply.served", "CQ 19"),
    ("cn-chongqing", "materials", 10, "d", "meeting.day", "material.delivered", "CQ 20"),
    ("cn-chongqing", "file", 10, "d", "signed.last", "filing.handed_in", "CQ 28"),
    ("cn-chongqing", "review", 15, "d", "filing.received", "review.ended", "CQ 28"),
    ("cn-chongqing", "publish", 10, "d", "in_force_from", "contract.published", "CQ 29"),
    ("cn-chongqing", "renewal_window", 3, "month", "expiry", "expiry", "CQ 33"),
    ("cn-chongqing", "dispute", 60, "d", "dispute.accepted", "dispute.closed", "CQ 48"),
    ("cn-chongqing", "vacancy", 15, "d", "rep.vacant", "rep.seated", "CQ 15"),
    ("cn-chongqing", "perf_publish", 6, "month", "in_force_from", "performance.published", "CQ 30"),
    ("cn-chongqing", "perf_report", 1, "year", "in_force_from", "congress.reported", "CQ 30"),
]

BACKWARD = {"materials", "meeting_notice", "renewal_window", "talks_reported"}
ADVISORY = {
    ("cn", "materials"),
    ("cn-zhejiang", "meeting_notice"),
    ("cn-shanghai", "total_cap"),
    ("cn-chongqing", "vacancy"),
}
EXTENDED = {"cn": 15, "cn-zhejiang": 15, "cn-hangzhou": 15, "cn-beijing": 15, "cn-shandong": 15, "cn-henan": 15}


@pytest.mark.parametrize("term", TERMS, ids=lambda term: f"{term[0]}-{term[1]}")
def test_a_term_is_that_of_its_article(term: tuple[str, str, int, str, str, str, str]) -> None:
    pack, name, n, unit, start, until, article = term
    timer = shipped_pack(pack).timers[name]
    assert (timer.name, timer.n, timer.unit, timer.start, timer.until) == (
        name,
        n,
        Unit(unit),
        Fact(start),
        Fact(until),
    )
    assert article in timer.cite
    assert timer.before is (name in BACKWARD)
    assert timer.opens is (name == "renewal_window")
    assert timer.every is name.startswith("perf_")
    warns = name in {"report_upper", "renewal_window"} or (pack, name) in ADVISORY
    assert timer.level is (Level.ADVISORY if warns else Level.HARD)
    assert timer.extend_n == (EXTENDED.get(pack, 30) if name == "dispute" else None)


def test_every_term_of_every_text_is_in_the_table() -> None:
    written = {(pack, name) for pack in PACKS for name in yaml.safe_load(pack_texts()[pack])["timers"]}
    assert written == {(pack, name) for pack, name, *_ in TERMS}


@pytest.mark.parametrize(
    "pack", ["cn", "cn-zhejiang", "cn-hangzhou", "cn-ningbo", "cn-beijing", "cn-shandong", "cn-chongqing"]
)
def test_seven_days_to_file_are_the_target_where_ten_are_the_term(pack: str) -> None:
    timer = shipped_pack(pack).timers["file"]
    assert (timer.target_n, timer.target_unit) == (7, Unit.DAY)
    assert timer.office_hours
    assert "N2000 21" in timer.cite


def test_only_hangzhou_has_the_citys_fifteen_days_as_target_of_an_answer() -> None:
    timer = shipped_pack("cn-hangzhou").timers["opinion_answer"]
    assert (timer.target_n, timer.target_unit) == (15, Unit.DAY)
    assert "HZLS 16" in timer.cite
    assert shipped_pack("cn-ningbo").timers["opinion_answer"].target_n is None


def test_days_of_suspension_are_excluded_only_where_the_text_says_so() -> None:
    excluded = [pack for pack in PACKS for timer in shipped_pack(pack).timers.values() if timer.suspension_excluded]
    assert excluded == ["cn-shandong", "cn-henan"]


# --- terms a pack has from a more general one --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pack", "name", "article"),
    [
        ("cn-hangzhou", "meeting_notice", "ZJ 16"),
        ("cn-hangzhou", "rescission", "ZJ 33"),
        ("cn-hangzhou", "vacancy", "N2004 31"),
        ("cn-ningbo", "meeting_notice", "ZJ 16"),
        ("cn-ningbo", "re_congress", "ZJ 24"),
        ("cn-ningbo", "rescission", "ZJ 33"),
        ("cn-ningbo", "dispute", "ZJ 39"),
        ("cn-shanghai", "materials", "N2000 18"),
        ("cn-shanghai", "publish", "N2000 23"),
        ("cn-shanghai", "renewal_window", "N2004 38"),
        ("cn-beijing", "publish", "N2000 23"),
        ("cn-beijing", "vacancy", "N2004 31"),
        ("cn-shandong", "renewal_window", "N2004 38"),
        ("cn-henan", "vacancy", "N2004 31"),
    ],
)
def test_a_silent_text_has_the_term_of_the_more_general_one(pack: str, name: str, article: str) -> None:
    assert article in shipped_pack(pack).timers[name].cite


@pytest.mark.parametrize(
    ("pack", "names"),
    [
        (
            "cn",
            {"total_cap", "meeting_notice", "to_congress", "re_congress", "report_upper", "perf_report", "rescission"},
        ),
        ("cn-zhejiang", {"total_cap", "list_published"}),
        ("cn-hangzhou", {"list_published", "first_meeting"}),
        ("cn-shanghai", {"meeting_notice", "to_congress", "report_upper", "perf_report", "opinion_answer"}),
        ("cn-beijing", {"total_cap", "meeting_notice", "to_congress", "opinion_answer"}),
        ("cn-henan", {"perf_report", "rescission", "to_congress"}),
        ("cn-chongqing", {"total_cap", "report_upper", "rescission"}),
    ],
)
def test_a_term_that_no_text_knows_is_not_invented(pack: str, names: set[str]) -> None:
    assert names <= TIMERS
    assert not names & set(shipped_pack(pack).timers)


# --- benches: pack, min, max, above scale, employer ≤ worker, equal, outsiders -----------------------------------

H, A = Level.HARD, Level.ADVISORY
THIRD = Share(1, 3)

BENCHES = [
    ("cn", 3, None, None, None, H, THIRD),  # N2004 19, 23
    ("cn-zhejiang", 3, None, 5, H, A, THIRD),  # ZJ 10
    ("cn-hangzhou", 3, 9, 5, H, A, THIRD),  # HZ 16, 17
    ("cn-ningbo", 3, 10, 5, H, A, THIRD),  # NB 8, 9
    ("cn-shanghai", 3, None, None, H, A, THIRD),  # SH 6, 7
    ("cn-beijing", 3, 10, None, None, H, THIRD),  # BJ 7, 10
    ("cn-shandong", 3, None, None, None, H, None),  # SD 7, 12
    ("cn-henan", 3, None, None, None, H, THIRD),  # HA 11, 12
    ("cn-chongqing", 3, 15, None, H, A, THIRD),  # CQ 8, 11
]


@pytest.mark.parametrize("numbers", BENCHES, ids=lambda numbers: numbers[0])
def test_a_bench_has_the_numbers_of_its_article(numbers: tuple[Any, ...]) -> None:
    pack, least, most, scale, fewer, equal, outside = numbers
    bench = shipped_pack(pack).bench
    assert (bench.min_per_side, bench.max_per_side, bench.min_above_scale) == (least, most, scale)
    assert (bench.employer_at_most_worker, bench.equal_numbers, bench.outside_share) == (fewer, equal, outside)
    assert bench.max_level is (A if pack == "cn-beijing" else H)
    assert bench.outside_chief is (A if pack == "cn-shanghai" else H)


@pytest.mark.parametrize(
    ("pack", "managers", "union_staff"),
    [
        ("cn", None, None),
        ("cn-hangzhou", A, None),
        ("cn-ningbo", H, H),  # NB 8
        ("cn-shanghai", None, None),
        ("cn-shandong", H, H),  # SD 10
        ("cn-henan", H, H),  # HA 14
        ("cn-chongqing", None, H),  # CQ 9
    ],
)
def test_who_may_not_sit_on_a_bench(pack: str, managers: Level | None, union_staff: Level | None) -> None:
    bench = shipped_pack(pack).bench
    assert (bench.managers_for_workers, bench.union_staff_for_employer) == (managers, union_staff)


@pytest.mark.parametrize(
    ("pack", "women", "disabled", "dispatched", "front_line"),
    [
        ("cn-hangzhou", (A, None), (A, None), (A, None), (None, None)),  # HZ 18: many, without a number
        ("cn-ningbo", (A, None), (A, None), (A, None), (None, None)),  # NB 8
        ("cn-shanghai", (A, None), (None, None), (None, None), (None, None)),  # SH 7
        ("cn-shandong", (None, None), (None, None), (None, None), (H, THIRD)),  # SD 7
        ("cn-henan", (H, Share(1, 10)), (H, Share(1, 10)), (None, None), (H, THIRD)),  # HA 8
        ("cn-chongqing", (H, Share(1, 5)), (None, None), (H, Share(1, 20, True)), (None, None)),  # CQ 10
    ],
)
def test_whom_a_bench_must_contain(pack: str, women: Any, disabled: Any, dispatched: Any, front_line: Any) -> None:
    bench = shipped_pack(pack).bench
    assert (bench.women, bench.women_when) == women
    assert (bench.disabled, bench.disabled_when) == disabled
    assert (bench.dispatched, bench.dispatched_when) == dispatched
    assert (bench.front_line, bench.front_line_share) == front_line


def test_the_numbers_of_an_enterprise_do_not_bind_an_industry_or_a_region() -> None:
    pack = shipped_pack("cn-hangzhou")
    assert pack.bench_for(Scope.ENTERPRISE) is pack.bench
    for scope in (Scope.INDUSTRY, Scope.REGION):
        bench = pack.bench_for(scope)
        assert (bench.min_per_side, bench.max_per_side, bench.employer_at_most_worker) == (3, None, A)
        assert pack.congress_for(scope) is pack.congress_regional


# --- choosing: pack, by, quorum, elected, without a union, mandate of the chief, delegate of the worker chief ---

MORE, HALF = Majority.MORE_THAN_HALF, Majority.HALF_OR_MORE

CHOOSING = [
    ("cn", "appointed", None, None, HALF, ChiefMandate.MANAGER, None),  # N2004 20, 21
    ("cn-zhejiang", "elected", Share(2, 3), MORE, MORE, ChiefMandate.NOBODY, A),  # ZJ 10, ZJDM 15
    ("cn-hangzhou", "elected", Share(2, 3), MORE, MORE, ChiefMandate.PERSON_IN_CHARGE, A),  # HZ 18, ZJDM 15
    ("cn-ningbo", "elected", Share(2, 3), MORE, MORE, ChiefMandate.NOBODY, A),  # NB 9, ZJDM 15
    ("cn-shanghai", "appointed", None, None, HALF, ChiefMandate.ANYONE, A),  # SH 7
    ("cn-beijing", "appointed", None, None, HALF, ChiefMandate.REPRESENTATIVE, None),  # BJ 8, 9
    ("cn-shandong", "elected", None, MORE, MORE, ChiefMandate.MANAGER, A),  # SD 8, 9
    ("cn-henan", "elected", None, None, HALF, ChiefMandate.REPRESENTATIVE, None),  # HA 8, 9
    ("cn-chongqing", "either", None, None, HALF, ChiefMandate.PERSON_IN_CHARGE, None),  # CQ 9, 10; N2004 20
]


@pytest.mark.parametrize("choice", CHOOSING, ids=lambda choice: choice[0])
def test_representatives_come_about_as_the_article_says(choice: tuple[Any, ...]) -> None:
    pack, by, quorum, elected, no_union, mandate, delegate = choice
    row = shipped_pack(pack).choosing
    assert (row.worker_by, row.quorum, row.elected, row.without_union) == (by, quorum, elected, no_union)
    assert (row.chief_mandate, row.worker_chief_delegate) == (mandate, delegate)
    assert (row.worker_chief_is_union_head, row.chief_mandate_level) == (H, A)


@pytest.mark.parametrize(
    ("pack", "level"),
    [("cn", A), ("cn-zhejiang", A), ("cn-hangzhou", H), ("cn-ningbo", H), ("cn-shanghai", A), ("cn-beijing", H)],
)
def test_lists_are_publicised_where_an_article_wants_it(pack: str, level: Level) -> None:
    assert shipped_pack(pack).publicity.level is level


# --- talks -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pack", PACKS)
def test_all_nine_heads_must_be_answered_only_in_zhejiang_and_hangzhou(pack: str) -> None:
    topics = shipped_pack(pack).topics
    assert topics.coverage == ("all_answered" if pack in {"cn-zhejiang", "cn-hangzhou"} else "any")
    assert (topics.level, topics.regional_coverage) == (A, "any")
    assert [head.code for head in topics.heads] == [f"T{n}" for n in range(1, 10)]
    assert [head.name for head in topics.heads] == [head.name for head in shipped_pack(DEFAULT_PACK).topics.heads]


def test_the_nine_heads_are_those_of_article_nine() -> None:
    assert [head.article for head in shipped_pack("cn-hangzhou").topics.heads] == [f"HZ 9({n})" for n in range(1, 10)]


@pytest.mark.parametrize(
    ("pack", "offer", "reply", "refusal"),
    [
        ("cn", "time place content", "in_writing", "with_reason"),
        ("cn-zhejiang", "time place content", "in_writing time", "never"),  # ZJ 7
        ("cn-hangzhou", "time place content own_reps", "in_writing time content", "never"),  # HZ 24
        ("cn-ningbo", "time place content", "in_writing time content", "never"),  # NB 14
        ("cn-shanghai", "time place content", "in_writing", "with_reason"),  # SH 15
        ("cn-beijing", "time place content", "in_writing", "never"),  # BJ 32
        ("cn-shandong", "time place content grounds", "in_writing time place content grounds", "with_reason"),  # SD 21
        (
            "cn-henan",
            "time place content own_reps grounds",
            "in_writing time place content own_reps grounds",
            "with_reason",
        ),  # HA 21
        ("cn-chongqing", "time place content", "in_writing", "never"),  # CQ 19
    ],
)
def test_offer_and_reply_say_what_the_article_wants(pack: str, offer: str, reply: str, refusal: str) -> None:
    found = shipped_pack(pack)
    assert " ".join(found.offer.needs) == offer
    assert " ".join(found.reply.needs) == reply
    assert found.refusal is not None
    assert found.refusal.allowed == refusal
    assert not set(found.offer.needs) & set(found.offer.wants)
    assert not set(found.reply.needs) & set(found.reply.wants)


@pytest.mark.parametrize(
    ("pack", "by_employer", "by_each"),
    [
        ("cn", "", ""),
        ("cn-hangzhou", "", ""),
        ("cn-ningbo", "revenue net_profit payroll average_wage", "plan information"),  # NB 17
        ("cn-shandong", "revenue taxes net_profit payroll average_wage social_insurance", "information"),  # SD 23
        ("cn-henan", "operations pay_structure goals", "plan information"),  # HA 23
        ("cn-chongqing", "", "information"),  # CQ 20
    ],
)
def test_what_is_owed_unasked(pack: str, by_employer: str, by_each: str) -> None:
    materials = shipped_pack(pack).materials
    assert " ".join(materials.unasked) == by_employer
    assert " ".join(materials.unasked_by_each) == by_each


def test_the_notice_of_topics_and_representatives_is_zhejiangs() -> None:
    owed = [pack for pack in PACKS if shipped_pack(pack).meeting_notice is not None]
    assert owed == ["cn-zhejiang", "cn-hangzhou", "cn-ningbo"]
    assert [pack for pack in PACKS if "meeting_notice" in shipped_pack(pack).timers] == owed


@pytest.mark.parametrize(
    ("pack", "first", "draft", "all_sign"),
    [
        ("cn", "offering", H, False),  # N2004 34
        ("cn-zhejiang", "offering", A, False),
        ("cn-hangzhou", "offering", A, False),
        ("cn-ningbo", "offering", H, False),  # NB 16, 19
        ("cn-shanghai", "joint", H, False),  # SH 18, 22
        ("cn-beijing", "offering", A, False),
        ("cn-shandong", "offering", A, True),  # SD 25, 26
        ("cn-henan", "offering", H, True),  # HA 24, 25, 27
        ("cn-chongqing", "offering", A, False),
    ],
)
def test_the_meeting_is_held_as_the_article_says(pack: str, first: str, draft: Level, all_sign: bool) -> None:
    meeting = shipped_pack(pack).meeting
    assert (meeting.first_chair, meeting.draft_signature, meeting.minutes_by_all) == (first, draft, all_sign)
    assert (meeting.venue, meeting.renegotiation, meeting.recorder) == (Mode.IN_PERSON, Mode.ONLINE, H)


@pytest.mark.parametrize(
    ("pack", "days", "level", "force_majeure"),
    [
        ("cn", None, H, False),  # N2004 35
        ("cn-zhejiang", 60, H, False),  # ZJ 17, ZJDM 29
        ("cn-hangzhou", 30, H, False),  # HZ 27
        ("cn-ningbo", 60, H, False),  # NB 19, ZJ 17
        ("cn-shanghai", None, H, False),  # N2004 35
        ("cn-beijing", 60, H, False),  # BJ 37
        ("cn-shandong", None, H, True),  # SD 28
        ("cn-henan", None, H, True),  # HA 26
        ("cn-chongqing", 30, A, False),  # CQ 22
    ],
)
def test_talks_are_suspended_as_the_article_says(
    pack: str, days: int | None, level: Level, force_majeure: bool
) -> None:
    row = shipped_pack(pack).suspension
    assert (row.max_days, row.max_level, row.force_majeure_only) == (days, level, force_majeure)


# --- congress, filing, contract ----------------------------------------------------------------------------------

TWO_THIRDS = Share(2, 3)

BALLOTS = [
    ("cn", (TWO_THIRDS, H, HALF), (TWO_THIRDS, A, HALF)),  # N2004 36
    ("cn-zhejiang", (TWO_THIRDS, H, MORE), (TWO_THIRDS, A, HALF)),  # ZJ 24; ZJ 29
    ("cn-hangzhou", (TWO_THIRDS, H, MORE), (TWO_THIRDS, A, HALF)),  # HZ 28; HZ 33
    ("cn-ningbo", (TWO_THIRDS, H, MORE), (TWO_THIRDS, A, HALF)),  # NB 20, ZJ 24; NB 30
    ("cn-shanghai", (TWO_THIRDS, H, HALF), (TWO_THIRDS, A, HALF)),  # SH 22, SHC 28; SH 28, 30
    ("cn-beijing", (TWO_THIRDS, H, HALF), (TWO_THIRDS, A, HALF)),  # BJ 38
    ("cn-shandong", (TWO_THIRDS, H, MORE), (TWO_THIRDS, A, MORE)),  # SD 27, N2004 36; SD 35
    ("cn-henan", (TWO_THIRDS, H, HALF), (TWO_THIRDS, A, HALF)),  # HA 27, N2004 36
    ("cn-chongqing", (TWO_THIRDS, H, HALF), (None, H, HALF)),  # CQ 26; CQ 44
]


@pytest.mark.parametrize(("pack", "enterprise", "regional"), BALLOTS)
def test_a_draft_passes_as_the_article_says(pack: str, enterprise: Any, regional: Any) -> None:
    found = shipped_pack(pack)
    for row, expected in ((found.congress, enterprise), (found.congress_regional, regional)):
        assert (row.quorum, row.quorum_level, row.passes) == expected
        assert row.secret


def test_more_than_half_only_warns_in_a_regional_ballot_of_zhejiang() -> None:
    wanting = [pack for pack in PACKS if shipped_pack(pack).congress_regional.wants_more_than_half]
    assert wanting == ["cn-zhejiang", "cn-hangzhou", "cn-ningbo"]


def test_a_regional_contract_binds_the_firms_that_passed_it_in_shanghai_and_shandong() -> None:
    regional = {pack: shipped_pack(pack).congress_regional for pack in PACKS}
    assert [p for p, row in regional.items() if row.per_enterprise == "those_that_passed"] == [
        "cn-shanghai",
        "cn-shandong",
    ]
    assert [p for p, row in regional.items() if row.legal_representatives_accept is H] == ["cn-shanghai"]


@pytest.mark.parametrize(
    ("pack", "enterprise", "regional"),
    [("cn", None, None), ("cn-hangzhou", Share(1, 5), Share(1, 5)), ("cn-shanghai", Share(1, 5), Share(3, 10))],
)
def test_managers_among_the_delegates(pack: str, enterprise: Share | None, regional: Share | None) -> None:
    found = shipped_pack(pack)
    assert (found.congress.managers_at_most, found.congress_regional.managers_at_most) == (enterprise, regional)


def test_delegates_get_their_papers_seven_days_before_where_the_pack_says_so() -> None:
    days = {pack: shipped_pack(pack).congress.materials_days for pack in PACKS}
    assert {pack: n for pack, n in days.items() if n is not None} == {"cn-hangzhou": 7, "cn-shanghai": 7}


@pytest.mark.parametrize(
    ("pack", "copies", "items"),
    [
        ("cn", 3, "contract explanation"),  # N2004 42, N2000 21
        ("cn-zhejiang", 5, "contract explanation"),  # ZJ 34
        ("cn-hangzhou", 5, "contract explanation"),  # HZ 40, ZJ 34
        ("cn-ningbo", 5, "contract explanation other"),  # NB 34, ZJ 34
        ("cn-shanghai", 3, "contract parties_and_reps course_statement passage_report"),  # SH 23
        ("cn-beijing", 3, "rep_details resolution contract registration"),  # BJ 46
        ("cn-shandong", 3, "course_statement contract resolution rep_list licence"),  # SD 29
        ("cn-henan", 3, "offer_and_reply contract rep_list resolution"),  # HA 28
        ("cn-chongqing", 3, "contract explanation"),  # CQ 28
    ],
)
def test_what_is_filed(pack: str, copies: int, items: str) -> None:
    filing = shipped_pack(pack).filing
    assert filing.copies == copies
    assert " ".join(item.code for item in filing.items) == items
    assert (filing.supplement_stops, filing.supplement_days, filing.office_closes) == (False, None, "17:00")


@pytest.mark.parametrize(
    ("pack", "months", "level"),
    [
        ("cn", (12, 12, 36), A),  # N2000 24, N2004 38
        ("cn-zhejiang", (12, 12, 36), A),  # ZJ 30
        ("cn-hangzhou", (12, None, 36), A),  # HZ 23, ZJ 30
        ("cn-ningbo", (12, 12, 36), A),  # ZJ 30
        ("cn-shanghai", (12, 12, 36), A),  # SH 25
        ("cn-beijing", (36, 12, 36), A),  # BJ 36, N2004 38
        ("cn-shandong", (12, None, 36), H),  # SD 17
        ("cn-henan", (12, 12, 36), H),  # HA 31
        ("cn-chongqing", (12, 12, 36), A),  # CQ 24
    ],
)
def test_how_long_a_contract_lasts(pack: str, months: Any, level: Level) -> None:
    term = shipped_pack(pack).term
    assert (term.default_months, term.min_months, term.max_months) == months
    assert term.level is level


@pytest.mark.parametrize(
    ("pack", "above", "article", "regional"),
    [
        ("cn", False, "LCL 55", A),
        ("cn-zhejiang", True, "ZJ 5", A),
        ("cn-hangzhou", True, "HZ 11", H),  # HZ 35
        ("cn-ningbo", True, "ZJ 5", H),  # NB 32
        ("cn-shanghai", False, "SH 25", H),  # SH 32
        ("cn-beijing", False, "LCL 55", A),
        ("cn-shandong", False, "LCL 55", H),  # SD 37
        ("cn-henan", False, "LCL 55", A),
        ("cn-chongqing", False, "CQ 37", H),  # CQ 41
    ],
)
def test_what_a_wage_may_not_fall_below(pack: str, above: bool, article: str, regional: Level) -> None:
    found = shipped_pack(pack)
    assert (found.floor.above, found.floor.level) == (above, H)
    assert article in found.floor.cite
    assert found.regional_floor is not None
    assert found.regional_floor.level is regional


@pytest.mark.parametrize("pack", PACKS)
def test_nine_in_ten_can_do_the_quota_where_an_article_says_so(pack: str) -> None:
    quota = shipped_pack(pack).quota
    named = {"cn-hangzhou": "HZ 10", "cn-ningbo": "NB 24", "cn-shandong": "SD 20", "cn-henan": "HA 19"}
    assert (quota is not None) is (pack in named)
    if quota is not None:
        assert (quota.share, quota.level) == (Share(9, 10), A)
        assert named[pack] in quota.cite


@pytest.mark.parametrize("pack", PACKS)
def test_the_remaining_rules(pack: str) -> None:
    found = shipped_pack(pack)
    assert found.coordination.upper_union_first is (pack == "cn-shanghai")  # SH 34
    assert (found.rescission.vote if found.rescission else None) is (MORE if pack == "cn-shandong" else None)  # SD 41
    assert found.opinions.response == Share(3, 10)
    assert found.opinions.level is A


# --- all packs ---------------------------------------------------------------------------------------------------


def rows(pack: Pack) -> Iterator[tuple[str, Row]]:
    for name in pack.__struct_fields__:
        value = getattr(pack, name)
        if isinstance(value, Row):
            yield name, value
    yield from ((f"timers.{name}", timer) for name, timer in pack.timers.items())


def test_these_are_the_shipped_packs_and_hangzhou_is_the_default() -> None:
    assert set(pack_texts()) == set(PACKS)
    assert DEFAULT_PACK == "cn-hangzhou"
    assert shipped_pack(DEFAULT_PACK).based_on == ("cn-zhejiang", "cn")


@pytest.mark.parametrize("pack", PACKS)
def test_every_row_names_an_article_or_says_that_it_has_none(pack: str) -> None:
    assert [name for name, row in rows(shipped_pack(pack)) if not row.cite and row.note is None] == []


CARRIED = {"note", "text_date", "verified_at", "based_on"}
"""What a pack carries for people to read; `GET /api/v1/packs/{id}` shows the whole of it."""


def test_every_rule_of_a_pack_is_read_by_somebody() -> None:
    """A value that nothing obeys is a promise nobody keeps."""
    read = {
        node.attr
        for file in sorted((ROOT / "src/cloudnego").rglob("*.py"))
        if file.name != "law.py"
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
    }
    kinds = [kind for kind in vars(pack_module).values() if isinstance(kind, type) and issubclass(kind, msgspec.Struct)]
    unread = {
        f"{kind.__name__}.{f.name}"
        for kind in kinds
        if kind is not msgspec.Struct
        for f in msgspec.structs.fields(kind)
        if f.name not in read | CARRIED
    }
    assert unread == set()


@pytest.mark.parametrize("pack", PACKS)
def test_every_row_a_text_contains_cites_that_text(pack: str) -> None:
    text = yaml.safe_load(pack_texts()[pack])
    own = set(text["sources"])
    named = {*text, *(f"timers.{name}" for name in text["timers"])}
    written = {name: row for name, row in rows(shipped_pack(pack)) if name in named}
    uncited = [name for name, row in written.items() if not own & {article.split()[0] for article in row.cite}]
    assert uncited == (["publicity"] if pack == "cn" else [])


@pytest.mark.parametrize("pack", PACKS)
def test_every_article_is_within_its_statute(pack: str) -> None:
    last = {
        "HZ": 52, "HZLS": 23, "ZJ": 47, "ZJDM": 39, "ZJLS": 33, "N2000": 26, "N2004": 57, "LCL": 98, "TUL": 58,
        "ESL": 36, "NB": 45, "SH": 42, "SHC": 51, "BJ": 58, "SD": 55, "HA": 44, "CQ": 58,
    }  # fmt: skip
    found = shipped_pack(pack)
    assert set(found.sources) <= set(last)
    cited = [article for _, row in rows(found) for article in row.cite]
    cited += [head.article for head in (*found.topics.heads, *found.topics.extra)]
    for article in cited:
        key, number = re.match(r"(\w+) (\d+)", article).groups()  # type: ignore[union-attr]
        assert int(number) <= last[key], article


@pytest.mark.parametrize("pack", PACKS)
def test_every_source_has_both_names_and_the_default_ones_a_date(pack: str) -> None:
    found = shipped_pack(pack)
    for key, source in found.sources.items():
        assert source.name.zh, key
        assert source.name.en, key
        assert source.text_date or key == "SH", "only Shanghai's copy bears no date"
    assert found.text_date or pack == "cn-shanghai"
    assert (found.verified_by, found.verified_at) == (None, None)


@pytest.mark.parametrize("pack", PACKS)
def test_there_are_nine_steps_and_exactly_one_is_in_person(pack: str) -> None:
    found = shipped_pack(pack)
    assert [row.code for row in found.steps] == list(Step)
    assert [row.number for row in found.steps] == list(range(1, 10))
    assert [row.code for row in found.steps if row.mode is Mode.IN_PERSON] == [Step.MEETING]
    assert found.mode_of(Step.MEETING) is found.meeting.venue
    assert all(row.name.zh and row.name.en for row in found.steps)


@pytest.mark.parametrize("pack", PACKS)
def test_a_number_the_platform_chose_is_said_to_be_its_own(pack: str) -> None:
    found = shipped_pack(pack)
    for row in (found.opinions, found.meeting, found.filing):
        assert row.note is not None
        assert "平台" in row.note.zh
        assert "platform" in row.note.en


# --- loading -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pack", PACKS)
def test_a_stored_pack_comes_back_equal(pack: str) -> None:
    found = shipped_pack(pack)
    body = dump_pack(found)
    assert restore_pack(body) == found
    assert dump_pack(restore_pack(body)) == body
    assert re.fullmatch(r"1\.0-[0-9a-f]{8}", found.version)


def test_a_stored_pack_that_was_changed_is_refused() -> None:
    body = dump_pack(shipped_pack("cn-hangzhou"))
    with pytest.raises(PackError, match="does not match its version"):
        restore_pack(body.replace(b'"max_days":30', b'"max_days":31'))
    with pytest.raises(PackError, match="cannot be read"):
        restore_pack(body[:-1])


def test_a_pack_stored_by_older_code_keeps_its_version() -> None:
    """A field added since has its default; the version is checked over what was stored."""
    values = msgspec.json.decode(dump_pack(shipped_pack("cn")))
    del values["refusal"], values["timers"]["reply"]["suspension_excluded"]
    values["version"] = "1.0"
    import hashlib

    digest = hashlib.sha256(msgspec.json.encode(values, order="sorted")).hexdigest()[:8]
    values["version"] = f"1.0-{digest}"
    old = restore_pack(msgspec.json.encode(values, order="sorted"))
    assert old.version == f"1.0-{digest}"
    assert old.refusal is None


def changed(pack: str, old: str, new: str) -> dict[str, str]:
    texts = pack_texts()
    assert old in texts[pack]
    return texts | {pack: texts[pack].replace(old, new, 1)}


def test_a_word_changed_in_a_more_general_text_is_another_version_of_the_specific_one() -> None:
    texts = changed("cn-zhejiang", "n: 7, unit: d, cite: [ZJ 16]", "n: 8, unit: d, cite: [ZJ 16]")
    assert load_pack("cn-hangzhou", texts).version == shipped_pack("cn-hangzhou").version, "Hangzhou has its own row"
    assert load_pack("cn-zhejiang", texts).version != shipped_pack("cn-zhejiang").version
    texts = changed("cn", "n: 15, unit: d, cite: [N2004 31]", "n: 16, unit: d, cite: [N2004 31]")
    assert load_pack("cn-hangzhou", texts).version != shipped_pack("cn-hangzhou").version


def test_a_more_specific_row_replaces_the_general_one_whole() -> None:
    texts = changed("cn-hangzhou", "suspension: {max_days: 30,", "suspension: {force_majeure_only: true,")
    assert load_pack("cn-hangzhou", texts).suspension.max_days is None
    assert shipped_pack("cn-hangzhou").suspension.cite == ("HZ 27",)


def test_a_term_set_to_null_is_taken_out() -> None:
    texts = changed("cn-hangzhou", "timers:\n", "timers:\n  rescission: null\n")
    assert "rescission" not in load_pack("cn-hangzhou", texts).timers


def test_an_office_may_rename_the_steps_without_touching_code() -> None:
    head = "pack: x\nversion: '7'\nname: {zh: 某区, en: Some district}\nbased_on: [cn-hangzhou, cn-zhejiang, cn]\n"
    steps = yaml.safe_load(pack_texts()["cn"])["steps"]
    steps[0]["name"] = {"zh": "推选代表", "en": "Elect"}
    texts = pack_texts() | {"x": head + yaml.safe_dump({"steps": steps}, allow_unicode=True)}
    pack = load_pack("x", texts)
    assert pack.steps[0].name.zh == "推选代表"
    assert pack.timers == shipped_pack("cn-hangzhou").timers
    assert pack.version.startswith("7-")


FAULTS = [
    ("cites: {quorum: [HZ 28],", "cites: {quorums: [HZ 28],", "cites: quorums must be a rule of its row"),
    ("cites: {quorum: [HZ 28],", "cites: {quorum: [HZ 27],", "cites: quorum must be a rule of its row"),
    ("publicity: {level: hard, cite: [HZ 18]}", "publicity: {level: hard, citing: [HZ 18]}", "unknown field `citing`"),
    (
        "publicity: {level: hard, cite: [HZ 18]}",
        "publicities: {level: hard, cite: [HZ 18]}",
        "unknown rule publicities",
    ),
    ("publicity: {level: hard,", "publicity: {level: stern,", "publicity"),
    ("publicity: {level: hard, cite: [HZ 18]}", "publicity: {level: hard, cite: [HZ18]}", "'HZ18' has no source"),
    ("publicity: {level: hard, cite: [HZ 18]}", "publicity: {level: hard, cite: [XX 18]}", "'XX 18' has no source"),
    ("article: HZ 9(1)", "article: HX 9(1)", "'HX 9(1)' has no source"),
    ("text_date: 2014-04-11\n", "text_data: 2014-04-11\n", "unknown rule text_data"),
    ("pack: cn-hangzhou", "pack: cn-ningbo", "calls itself cn-ningbo"),
    ("based_on: [cn-zhejiang, cn]", "based_on: [cn-zhejiang]", "based_on"),
    ("based_on: [cn-zhejiang, cn]", "based_on: [cn-jiangsu, cn]", "no such pack"),
    ("based_on: [cn-zhejiang, cn]", "based_on: []", "lacks"),
    ("start: offer.sent", "start: offer.signed", "offer.signed"),
    ("until: minutes.full_agreement, n: 60", "until: minutes.full_agreement, n: 0", "n"),
    ("unit: wd, target_n: 15, target_unit: d", "unit: wd, target_n: 15", "target_unit"),
    ("  total_cap:", "  total_max:", "unknown timer total_max"),
    ("code: T2", "code: T1", "head stands twice"),
    ("share: 9/10", "share: 9/0", "quota"),
    ("quota: {share", "quota: {share: 1/2, share", "share stands twice"),
    ("floor: {above: true", "floor: {above: yes", "floor"),
    ("coverage: all_answered", "coverage: most", "topics"),
    ("\nfloor:", "\n- floor:", "cn-hangzhou"),
]


@pytest.mark.parametrize(("old", "new", "said"), FAULTS)
def test_a_faulty_text_is_refused_and_named(old: str, new: str, said: str) -> None:
    with pytest.raises(PackError) as refused:
        load_pack("cn-hangzhou", changed("cn-hangzhou", old, new))
    assert said in refused.value.en
    assert refused.value.zh


def test_steps_out_of_order_are_refused() -> None:
    with pytest.raises(PackError, match="nine steps"):
        load_pack("cn", changed("cn", "{number: 2, code: topics", "{number: 3, code: topics"))


@pytest.mark.parametrize("text", ["", "[]", "pack: [", "pack: x\nversion: 1\nname: {zh: 甲, en: A}"])
def test_what_is_no_pack_is_refused(text: str) -> None:
    with pytest.raises(PackError):
        load_pack("x", {"x": text})


def test_there_is_no_pack_of_an_unknown_place() -> None:
    with pytest.raises(PackError, match="no such pack"):
        shipped_pack("cn-atlantis")
