"""What stands in the way is said in words: no code of a rule, a pack or the log is read by people (design §10)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import get_args

import pytest
from msgspec.structs import replace

from cloudnego.core import commands as c
from cloudnego.core.gate import stuck_because
from cloudnego.core.pack import TIMERS, Pack, Text2
from cloudnego.core.procedure import PLACES
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.sight import moment_of, next_for
from cloudnego.core.vocabulary import Ending, Seat, Side, Step
from cloudnego.law import pack_texts, shipped_pack
from cloudnego.sentences import said
from cloudnego.texts import LANGUAGES, catalogue
from tests.core.test_sight import ALL, PEOPLE
from tests.core.test_texts import sites
from tests.given import given
from tests.payloads import payload

RAW = re.compile(
    r"\bT[0-9]|[a-z0-9]_[a-z0-9]"  # heads of the talks; codes of several words
    r"|[0-9]{4}-[0-9]{2}|[0-9]{5}"  # days as machines write them; money in fen
    r"|\b(table|filing|notice|worker|employer)\.[0-9]"  # ids of what was said
    r"|[{}]"  # places that nothing was put into
)
LATIN = re.compile("[A-Za-z]")
HANGZHOU = shipped_pack("cn-hangzhou")
PACKS = [shipped_pack(pack_id) for pack_id in sorted(pack_texts())]
NUMBERS = frozenset(
    {
        "below", "days", "employer", "issued", "least", "minutes", "months", "most", "n", "of", "outside", "rate",
        "returned", "roll", "seats", "total", "used", "usual", "worker", "year",
    }
)  # fmt: skip
DAYS = frozenset({"day", "ground", "opens", "today", "until"})


@cache
def written(name: str) -> frozenset[str]:
    """The codes that rules write out for a fact of this name."""
    return frozenset(code for found in sites().values() for site in found for n, code in site.words if n == name)


@cache
def codes() -> dict[str, frozenset[str]]:
    """Every code a rule can give, by the name of the fact."""
    heads = {one.code for one in (*HANGZHOU.topics.heads, *HANGZHOU.topics.extra)}
    owed = {code for pack in PACKS for code in (*pack.materials.unasked, *pack.materials.unasked_by_each)}
    forms = {str(form) for form in get_args(c.RecordElection.model_fields["form"].annotation)}
    sides_of_steps = frozenset(step.value for step in Step)
    return {
        "step": sides_of_steps,
        "first": sides_of_steps,
        "last": sides_of_steps,
        "head": frozenset(heads),
        "heads": frozenset({" ".join(sorted(heads))}),
        "items": frozenset({" ".join(one.code for one in HANGZHOU.filing.items)}),
        "ending": frozenset(ending.value for ending in Ending),
        "timer": frozenset(TIMERS),
        "form": frozenset(forms) | written("form"),
        "group": written("group") | {"women", "disabled", "dispatched"},
        "field": written("field") | {"basis"},
        "name": frozenset({"raise", "minimum_wage"}),
        "code": frozenset(owed) | {"a_code_of_the_client", "X9"},
        "codes": frozenset(owed) | {" ".join(sorted(owed))},
        "id": frozenset({"table.7", "notice.2", "n4c0ffee"}),
    }


def values(reason: Reason, name: str) -> frozenset[str | int]:
    """What a fact of this name can be where this reason is given."""
    if name in NUMBERS:
        return frozenset({2, 40})
    if name in DAYS or (reason is Reason.DAYS_IN_WRONG_ORDER and name in ("first", "last")):
        return frozenset({"2026-03-16"})
    return frozenset({249_000, 300_050}) if name in ("fen", "floor") else codes()[name]


def told(reason: Reason) -> Iterator[Obstacle]:
    """The obstacle as each rule that gives it can tell it: every value of every fact once."""
    for site in sites()[reason.value]:
        usual = {name: min(values(reason, name), key=str) for name in site.facts}
        for name in sorted(site.facts) or [""]:
            for value in sorted(values(reason, name), key=str) if name else [""]:
                for side in Side if "side" in site.apart else (None,):
                    cure = (Seat.CHIEF, Seat.HR) if "cure" in site.apart else ()
                    facts = {**usual, **({name: value} if name else {})}
                    yield Obstacle(reason=reason, facts=facts, side=side, cure=cure)


def wrong_in(obstacle: Obstacle, pack: Pack) -> list[str]:
    """What of it a person cannot read."""
    found: list[str] = []
    for text in said(obstacle, pack):
        found += [one for one in (text["zh"], text["en"]) if RAW.search(one)]
        found += [text["zh"]] if LATIN.search(text["zh"]) else []
        found += [text["en"]] if re.search("[\u4e00-\u9fff]", text["en"]) or text["en"][0].islower() else []
    return found


def test_every_fact_of_every_rule_has_a_way_to_be_said() -> None:
    """A new fact needs its row here, and its words in `cloudnego.sentences`."""
    names = {name for found in sites().values() for site in found for name in site.facts}
    assert sorted(names - NUMBERS - DAYS - codes().keys() - {"fen", "floor"}) == []


@pytest.mark.parametrize("reason", Reason)
def test_no_sentence_shows_a_code(reason: Reason) -> None:
    found = [(obstacle.facts, wrong) for obstacle in told(reason) if (wrong := wrong_in(obstacle, HANGZHOU))]
    assert found == []


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: str(pack.id))
def test_what_a_pack_names_is_said_by_its_own_names(pack: Pack) -> None:
    for rows, reason, fact in (
        ((*pack.topics.heads, *pack.topics.extra), Reason.HEADS_UNANSWERED, "heads"),
        (pack.filing.items, Reason.FILING_INCOMPLETE, "items"),
    ):
        obstacle = Obstacle(reason=reason, facts={fact: " ".join(one.code for one in rows)})
        assert wrong_in(obstacle, pack) == []
        sentence = said(obstacle, pack).sentence
        assert all(one.name.zh in sentence["zh"] and one.name.en in sentence["en"] for one in rows)


def test_a_step_that_the_office_has_renamed_is_said_by_its_new_name() -> None:
    named = tuple(
        replace(row, name=Text2(zh="谈", en="Talk")) if row.code == "meeting" else row for row in HANGZHOU.steps
    )
    obstacle = no(Reason.NOT_IN_THIS_STEP, step=Step.MEETING, first=Step.OFFER, last=Step.OFFER)
    sentence = said(obstacle, replace(HANGZHOU, steps=named)).sentence
    assert sentence["zh"] == "本案现在处于“谈”；这件事在“发出协商要约”这一步办理。"
    assert sentence["en"] == "The case stands at step “Talk”; this is done at “Send the offer”."


def test_the_words_of_single_facts_are_those_that_rules_and_packs_can_give() -> None:
    """A word nobody can ask for has outlived its rule."""
    clients = {"accounts", "labour_cost", "opinions", "survey", "wage_table", "other"}  # of stories and screens
    wanted = {f"facts.{name}.{code}" for name in ("form", "group", "field", "name") for code in codes()[name]}
    wanted |= {f"facts.material.{code}" for code in clients}
    wanted |= {f"facts.material.{code}" for some in codes()["codes"] for code in some.split()}
    wanted |= {"facts.day", "facts.yuan", "facts.span", "facts.one_step"}
    for language in LANGUAGES:
        there = {key for key in catalogue(language) if key.startswith("facts.")}
        assert there - wanted == {key for key in there if key.startswith(("facts.month.", "facts.organ."))}
        assert sorted(wanted - there) == []


@pytest.mark.parametrize(
    ("obstacle", "zh", "en"),
    [
        (
            no(Reason.IN_THE_FUTURE, day="2026-03-16", today="2026-12-01"),
            "填写的日期是2026年3月16日，还没有到；今天是2026年12月1日。",
            "The date given, 16 March 2026, has not come yet; today is 1 December 2026.",
        ),
        (
            no(Reason.BELOW_MINIMUM_WAGE, fen=300_000, floor=1_234_505),
            "条款写的最低工资是每月3,000.00元，没有达到本地最低工资的要求（每月12,345.05元）。",
            "The clause's lowest wage, 3,000.00 yuan a month, does not meet what the local minimum wage "
            "(12,345.05 yuan a month) asks for.",
        ),
        (
            no(Reason.HEADS_UNANSWERED, heads="T1 T4"),
            "以下协商内容还没有答复：“劳动定额与计件单价”、“工资支付办法”。",
            "These heads have no answer yet: “Work quotas and piece rates”, “How wages are paid”.",
        ),
        (
            no(Reason.TOO_FEW_REPRESENTATIVES, "HZ 16", side=Side.EMPLOYER, n=2, least=3),
            "企业方协商代表 2 人，至少须 3 人。",
            "Representatives of the employer side: 2; at least 3 are needed.",
        ),
        (
            no(Reason.NOT_IN_THIS_STEP, step=Step.MEETING, first=Step.OFFER, last=Step.REPLY),
            "本案现在处于“召开工资集体协商会议”；这件事在“发出协商要约”到“应约答复”各步办理。",
            "The case stands at step “Hold the negotiation meeting”; this is done from “Send the offer” to "
            "“Reply to the offer”.",
        ),
    ],
)
def test_facts_are_said_as_people_write_them(obstacle: Obstacle, zh: str, en: str) -> None:
    assert said(obstacle, HANGZHOU).sentence == {"zh": zh, "en": en}


def test_who_can_cure_it_is_said_by_the_names_of_the_seats() -> None:
    way_out = said(no(Reason.NOT_YOUR_SEAT, cure=(Seat.RECORDER, Seat.CHIEF, Seat.HR)), HANGZHOU).way_out
    assert way_out["zh"].startswith("请由企业人资、首席代表、记录员办理")
    assert way_out["en"].startswith("It is done by: HR of the enterprise, chief representative, recorder.")


def test_whatever_stands_in_anybodys_way_in_a_real_case_is_said_in_words() -> None:
    """Everyone, in every situation the core's tests know, with everything they can ask for."""
    met: set[Reason] = set()
    for situation in ALL:
        now = given(situation)
        pack = now.standing.law.pack
        found = list(stuck_because(now.standing))
        for by in PEOPLE:
            found += [o for possible in next_for(moment_of(now.standing, by)) for o in possible.obstacles]
            asks = [kind for kind, place in PLACES.items() if not kind.opens and not place.ask.reads]
            found += [o for kind in asks for o in now.when(by, payload(kind, now.case, by)).obstacles]
        assert [(o.reason, wrong) for o in found if (wrong := wrong_in(o, pack))] == []
        met |= {o.reason for o in found}
    assert len(met) > 70, "too few of the reasons were met"
