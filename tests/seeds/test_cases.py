"""The cases: every step, every trouble, every ending; told the same every time, and by people who may."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest

from cloudnego.core.gate import light
from cloudnego.core.moment import Standing
from cloudnego.core.overlays import Overlay, overlays_of
from cloudnego.core.sight import clock_asks
from cloudnego.core.state import Negotiation
from cloudnego.core.vocabulary import CLOCK, STEPS, Ending, Kind, Light, Member, Office, Scope, Side
from cloudnego.identity.offices import member_for, parties_of
from cloudnego.identity.sessions import Held
from cloudnego.seedling.play import Script
from cloudnego.seedling.seed import Seed, law_of, shipped
from seeds.xiaoshan.beginnings import noted
from seeds.xiaoshan.casting import Casting
from seeds.xiaoshan.firms import all_firms
from seeds.xiaoshan.plots import TOLD
from seeds.xiaoshan.regional import CLAUSES_2018, DOWN_2025, PARK_2018

Case = Negotiation

pytestmark = pytest.mark.slow  # whichever comes first waits for the seed


def digest(script: Script) -> str:
    """One hash of everything that was asked, by whom, when."""
    whole = hashlib.sha256()
    for act in script.acts:
        asked = (act.case, act.at.isoformat(), act.by.person, act.command.model_dump_json())
        whole.update(repr(asked).encode())
    return whole.hexdigest()


def test_two_tellings_are_equal_in_another_process_too(told: Script) -> None:
    program = "from tests.seeds.test_cases import digest, shipped; print(digest(shipped('xiaoshan').rehearsed()))"
    shaken = {**os.environ, "PYTHONHASHSEED": "1234"}  # noqa: TID251 - sets must not lend the seed their order
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=shaken)
    assert done.stdout.strip() == digest(told)


def test_the_seed_has_no_machine_in_it(seed: Seed) -> None:
    again = shipped("xiaoshan")
    assert again._replace(tell=seed.tell) == seed


def test_every_plot_stands_where_it_says(told: Script) -> None:
    """If this fails after a rule or a story was changed: `python -m seeds.xiaoshan.beginnings`."""
    wrong = []
    for firm, plot, lag in Casting(all_firms()).roles:
        case = told.cases[f"{firm.key}-2026"]
        stands = (case.step, case.ending)
        if stands != (plot.step, plot.ending):
            wrong.append(f"{plot.key} {lag} ({firm.key}): {stands}")
    assert wrong == []


def test_the_noted_beginnings_are_those_of_the_plots_that_stop() -> None:
    stopping = {firm.key for firm, plot, _ in Casting(all_firms()).roles if plot.stop is not None}
    assert noted().keys() == stopping
    assert len({plot.key for plot in TOLD}) == len(TOLD)


def test_the_wage_year_has_161_cases_over_32000_workers(told: Script) -> None:
    opened = [case.opened for case in told.cases.values() if case.opened and case.opened.wage_year == 2026]
    assert (len(opened), sum(one.headcount for one in opened)) == (161, 32_000)
    assert len({one.enterprise for one in opened}) == 161


def test_every_step_has_live_cases(told: Script) -> None:
    live = Counter(case.step for case in told.cases.values() if case.live)
    assert {step: n for step in STEPS if (n := live[step]) < 3} == {}


def test_every_overlay_and_light_is_there(told: Script) -> None:
    law = law_of("cn-hangzhou")
    live = [case for case in told.cases.values() if case.live]
    assert frozenset().union(*map(overlays_of, live)) == frozenset(Overlay)
    assert {light(case, law).light for case in live} == set(Light)


def test_every_ending_and_kind_is_there(told: Script) -> None:
    assert {case.ending for case in told.cases.values() if case.ending} == set(Ending)
    assert {case.opened.kind for case in told.cases.values() if case.opened} == set(Kind)
    assert {case.scope for case in told.cases.values()} == set(Scope)


def _ballots(case: Case, *results: str) -> bool:
    return [ballot.result for ballot in case.ballots][: len(results)] == list(results)


def _noted(case: Case, timer: str, mark: str = "T+1") -> bool:
    return any(key.startswith(f"{timer}|") and case.noted[key] == mark for key in case.noted)


SAD: dict[str, Callable[[Case], bool]] = {
    "an overdue reply": lambda x: x.step == "reply" and _noted(x, "reply"),
    "a refused reply": lambda x: x.reply is not None and x.reply.outcome == "refused",
    "a silent enterprise served on paper": lambda x: x.e_service.employer is None and x.urged > 0,
    "entered from papers": lambda x: x.e_service.employer is None and x.filing.in_force_from is not None,
    "guidance with an instructor": lambda x: x.guidance is not None and x.guidance.instructor is not None,
    "a dispute in coordination": lambda x: x.dispute is not None and x.dispute.accepted_on is not None,
    "agreed in coordination": lambda x: x.dispute is not None and x.dispute.agreement is True,
    "suspended": lambda x: x.suspension.since is not None,
    "taken up again": lambda x: x.suspension.used_days > 0,
    "a chief's seat empty": lambda x: any(x.benches.of(s).chief in x.benches.of(s).vacant for s in Side),
    "a seat filled again": lambda x: any(x.benches.of(s).was for s in Side),
    "no recorder agreed": lambda x: x.meeting.recorder is None and x.meeting.recorder_proposed is not None,
    "information overdue": lambda x: x.live and _noted(x, "materials"),
    "a chief who did not come": lambda x: x.meeting.absences == 1,
    "a deadlock": lambda x: x.meeting.deadlock,
    "a draft nobody confirmed": lambda x: x.meeting.draft_by == "compiled",
    "no quorum": lambda x: _ballots(x, "no_quorum"),
    "failed, then passed": lambda x: _ballots(x, "failed", "passed"),
    "failed in round two": lambda x: x.round == 3 and _ballots(x, "failed", "failed"),
    "signing refused": lambda x: bool(x.filing.refused) and x.filing.signed_last is None,
    "a supplement asked for": lambda x: bool(x.filing.supplement_asked),
    "objected": lambda x: x.filing.objected_on is not None,
    "refiled": lambda x: x.filing.refile > 0 and x.step == "filing" and x.filing.received_on is not None,
    "an objection after the effect": lambda x: x.step == "filing" and x.filing.objected_on is not None
    and x.filing.channel == "external_upload",
    "declarations awaited": lambda x: x.live and x.filing.confirmation_opened_on is not None
    and x.filing.declared.worker is None,
    "one declaration": lambda x: x.step == "filing" and x.filing.declared.worker is not None
    and x.filing.declared.employer is None,
    "filing overdue": lambda x: x.step == "filing" and x.filing.filed_on is None and _noted(x, "file"),
    "publication overdue": lambda x: x.performance.published_on is None and _noted(x, "publish"),
    "a problem unanswered": lambda x: x.live and False in x.performance.problems.values(),
    "a problem answered": lambda x: True in x.performance.problems.values(),
    "a contested fact": lambda x: bool(x.contested),
    "an opinion to answer": lambda x: x.live and any(o.answered_on is None for o in x.opinions.values()),
    "a recommendation": lambda x: any(o.recommended for o in x.opinions.values()),
    "an external case": lambda x: x.performance.external > 0,
    "a representative moved": lambda x: x.transfers > 0,
    "crossing offers": lambda x: x.reply is not None and x.reply.crossing,
    "the employer's offer": lambda x: x.offer is not None and x.offer.side is Side.EMPLOYER,
    "without a union": lambda x: not x.has_union and x.filing.in_force_from is not None,
    "an amendment under way": lambda x: x.live and x.opened is not None and x.opened.kind is Kind.AMENDMENT,
    "a renewal under way": lambda x: x.live and x.opened is not None and x.opened.wage_year == 2027,
    "a floor from the industry": lambda x: x.opened is not None and x.opened.regional_rate is not None,
}  # fmt: skip


@pytest.mark.parametrize("what", SAD)
def test_every_trouble_of_the_field_is_there(what: str, told: Script) -> None:
    assert any(SAD[what](case) for case in told.cases.values())


def test_the_years_before_give_trends(told: Script) -> None:
    rates: dict[int, int] = Counter()
    for case in told.cases.values():
        if case.opened and case.performance.raise_rate:
            rates[case.opened.wage_year] += 1
    assert all(rates[year] >= 30 for year in (2023, 2024, 2025, 2026)), rates
    assert sum(case.performance.registered for case in told.cases.values()) > 100


def test_the_park_of_2018_is_as_the_press_told_it(told: Script) -> None:
    case = told.cases[PARK_2018]
    assert case.scope is Scope.REGION
    assert len(case.benches.worker.reps) == 14
    assert len(case.covers) > 120
    assert len(case.clauses) == CLAUSES_2018 == 22
    said = [(side, rate) for side, head, rate, _ in case.proposals if head == "T3"]
    assert said[:2] == [(Side.WORKER, "8"), (Side.EMPLOYER, "7")]
    assert (case.performance.raise_rate, case.ending) == ("8", Ending.EXPIRED)
    assert len(case.congress.covered) == len(case.covers)
    assert case.opened is not None
    assert case.opened.opened_on.year == 2018


def test_the_down_makers_have_an_industry_contract_in_force(seed: Seed, told: Script) -> None:
    case = told.cases[DOWN_2025]
    assert case.live
    assert case.filing.in_force_from is not None
    assert case.filing.in_force_from < seed.now.date() <= (case.filing.expires_on or date.min)


def test_nothing_happens_after_the_moment_and_nothing_is_left_for_the_clock(seed: Seed, told: Script) -> None:
    law = law_of(seed.pack)
    assert max(act.at for act in told.acts) <= seed.now
    left = [name for name, case in told.cases.items() if clock_asks(Standing(case, seed.now, law))]
    assert left == []


def test_everybody_acts_as_what_identity_says_he_is(seed: Seed, told: Script) -> None:
    bodies = {body.id: body for body in seed.bodies}
    held: dict[str, list[Held]] = {}
    for n, post in enumerate(seed.posts):
        body = bodies[post.organisation]
        one = Held(
            membership=f"m{n}", organisation=body.id, organisation_kind=body.kind, organisation_name=body.name,
            region=body.region, upper=body.upper, office=post.office, side=post.side, seat_hint=None, mandate=None,
            mandate_scope=None, mandate_from=None, mandate_to=None,
        )  # fmt: skip
        held.setdefault(post.person, []).append(one)
    wrong: Counter[tuple[str, Member, Member | None]] = Counter()
    for name, by in {(act.case, act.by) for act in told.acts if act.by != CLOCK}:
        parties = parties_of(told.cases[name])
        assert parties is not None
        found = member_for(by.person, held[by.person], parties, acting_as=None, today=seed.now.date())
        if found is None or _seen(found) != _seen(by):
            wrong[name, by, found] += 1
    assert wrong == Counter()


def _seen(member: Member) -> tuple[str, Side | None, frozenset[Office]]:
    return member.person, member.side, member.offices
