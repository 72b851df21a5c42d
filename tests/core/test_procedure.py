"""The table of the procedure is sound, and says of every step, ask and seat what a table written apart from it says."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, get_args

import pytest
from msgspec.structs import replace as put

from cloudnego.core import acts, benches, instructors, moment, opening, overlays, papers, procedure, road, sheets, steps
from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.gate import obstacles
from cloudnego.core.moment import Moment
from cloudnego.core.procedure import OPENINGS, PLACES, PROCEDURE, ROAD, STILL
from cloudnego.core.refusals import Reason
from cloudnego.core.state import Caucus
from cloudnego.core.vocabulary import CLOCK, STEPS, Member, Seat, Side, Step
from tests.core.situations import (
    BALLOT_COUNTED,
    BOTH_LISTED,
    ELECTED,
    EMPLOYERS_LIST,
    IN_SESSION,
    NOTHING,
    PUBLISHED,
    RECORDER_AGREED,
    SCHEDULED,
    TOPICS_READY,
    UNDER_REVIEW,
    WORKER_LIST_READY,
)
from tests.given import (
    AUDITOR,
    AUTHORITY,
    BODY,
    CHIEFS,
    COORDINATOR,
    DISTRICT,
    E1,
    E2,
    FIRM,
    FIRM_UNION,
    GUEST,
    HR,
    INSTRUCTOR,
    LEGAL,
    OPERATOR,
    PORTAL,
    RECORDER,
    STRANGER,
    TOWN,
    UNION,
    W1,
    W2,
    WORKER,
    Given,
    W,
    given,
    member,
    paper,
)
from tests.payloads import PAYLOADS, payload

# --- soundness ----------------------------------------------------------------------------------------------------


def test_every_command_has_one_place() -> None:
    rows = [ask.command for rule in PROCEDURE.values() for ask in rule.asks]
    rows += [ask.command for ask, _, _ in ROAD]
    rows += list(OPENINGS)
    assert len(rows) == len(set(rows))
    assert set(rows) == set(c.COMMANDS.values())


def test_the_steps_are_nine_and_each_has_its_rule_in_order() -> None:
    assert tuple(PROCEDURE) == STEPS
    assert [step.number for step in STEPS] == list(range(1, 10))


def test_every_step_is_reached_and_the_last_is_reached_from_each() -> None:
    def reached(start: Step) -> set[Step]:
        seen, todo = set(), [start]
        while todo:
            step = todo.pop()
            if step not in seen:
                seen.add(step)
                todo += PROCEDURE[step].then.values()
        return seen

    assert reached(Step.REPRESENTATIVES) == set(STEPS)
    assert all(Step.PERFORMANCE in reached(step) for step in STEPS)


def test_every_way_on_has_an_outcome_the_events_know_and_a_cause() -> None:
    for step, rule in PROCEDURE.items():
        assert set(rule.then) <= set(get_args(e.Outcome)), step
        assert ("done" in rule.then) is bool(rule.ends), step
        others = set(rule.then) - {"done"}
        assert bool(others) is bool(rule.closed_by), step


def test_no_ask_ends_before_it_begins() -> None:
    for place in PLACES.values():
        assert STEPS.index(place.first) <= STEPS.index(place.last), place.ask.command


def test_an_ask_stands_on_paper_only_if_its_command_can() -> None:
    for command, place in PLACES.items():
        if place.ask.side is not None:
            assert issubclass(command, c.SideAct), command


def test_what_a_suspension_stops_are_asks_of_the_meeting() -> None:
    assert all(PLACES[command].open_in(Step.MEETING) for command in STILL)
    assert all(PLACES[command].stops for command in STILL)
    assert not any(place.stops for command, place in PLACES.items() if command not in STILL)


def test_the_other_case_an_ask_reads_is_named_by_a_field_of_its_command() -> None:
    readers = {command: place.ask.reads for command, place in PLACES.items() if place.ask.reads}
    assert readers == {c.OpenCase: "parent", c.RecordSupersession: "child", c.MergeIntoRegional: "regional"}
    assert all(field in command.model_fields for command, field in readers.items())


def _named_in(module: ModuleType) -> set[str]:
    """Every name a module uses."""
    tree = ast.parse(inspect.getsource(module))
    return {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)} | {
        n.id for n in ast.walk(tree) if isinstance(n, ast.Name)
    }


def _conditions(module: ModuleType) -> dict[str, Callable[..., Any]]:
    """The public functions of a module that answer with an obstacle or None."""
    return {
        name: f
        for name, f in inspect.getmembers(module, inspect.isfunction)
        if f.__module__ == module.__name__
        and not name.startswith("_")
        and str(inspect.signature(f).return_annotation) == "Obstacle | None"
    }


def test_every_need_and_every_fit_is_used() -> None:
    of_steps = [import_module(f"{steps.__name__}.{m.name}") for m in iter_modules(steps.__path__)]
    modules = [*of_steps, opening, overlays, papers, road, sheets, acts, benches, instructors]
    used = set().union(*(_named_in(m) for m in (*modules, procedure)))
    unused = [f"{m.__name__}.{name}" for m in modules for name in _conditions(m) if name not in used]
    assert unused == []
    assert sum(len(_conditions(m)) for m in modules) > 100


# --- caucuses -----------------------------------------------------------------------------------------------------


class _Secret(Caucus, frozen=True, kw_only=True):
    """A caucus that tells when somebody looks into it."""

    def __getattribute__(self, name: str) -> Any:
        if not name.startswith("__"):
            raise AssertionError(f"a joint ask read {name} of a caucus")
        return super().__getattribute__(name)


def _looking(now: Given, by: Member, command: c.Command) -> Moment:
    m = now.moment(by, command)
    return Moment(
        m.case, m.at, m.law, m.by, case_id=m.case_id, heads=m.heads, caucus=_Secret(), register=m.register,
        other=m.other, new_law=m.new_law, fact=m.fact, named=m.named,
    )  # fmt: skip


def test_only_asks_of_a_caucus_read_or_write_one() -> None:
    of_caucus = {command for command, place in PLACES.items() if place.ask.writes == "caucus"}
    assert of_caucus == {
        c.RecordOpinions, c.DraftTopicSheet, c.CallInstructor, c.EndCall,
        c.SendCaucusMessage, c.OpenStrawPoll, c.CastStraw, c.CloseStrawPoll,
    }  # fmt: skip
    for step, now in _situations().items():
        for command, place in PLACES.items():
            if command in of_caucus or command.opens or not place.open_in(step):
                continue
            for by in SEATS.values():
                said = payload(command, now.case, by)
                assert obstacles(_looking(now, by, said), said) == obstacles(now.moment(by, said), said)


def test_the_secret_would_be_found_out() -> None:
    now = _situations()[Step.TOPICS]
    said = payload(c.RecordOpinions, now.case, W2)
    with pytest.raises(AssertionError, match="of a caucus"):
        obstacles(_looking(now, W2, said), said)


# --- who may ask what, and where ----------------------------------------------------------------------------------

SEATS: dict[str, Member] = {
    "worker": WORKER, "union": UNION, "w_rep": W2, "w_chief": W1,
    "legal": LEGAL, "hr": HR, "e_rep": E2, "e_chief": E1,
    "town": TOWN, "district": DISTRICT, "authority": AUTHORITY, "body": BODY, "auditor": AUDITOR, "portal": PORTAL,
    "clock": CLOCK, "recorder": RECORDER, "scrutineer": member("s1", None), "instructor": INSTRUCTOR,
    "coordinator": COORDINATOR, "guest": GUEST, "operator": OPERATOR, "stranger": STRANGER,
    "firm_union": FIRM_UNION, "firm": FIRM,
}  # fmt: skip
GROUPS = {
    "chiefs": "w_chief e_chief",
    "reps": "w_rep w_chief e_rep e_chief",
    "workers_reps": "w_rep w_chief",
    "organs": "union hr legal",
    "employer": "hr legal e_chief",
    "upper": "town district",
}

TABLE = """
record_delegate_roll        1-8  union
propose_candidates          1-6  union
record_election             1-6  union
open_election               1-6  union
attest_election             1-6  scrutineer
appoint_representatives     1-6  organs
mandate_outsider            1-6  chiefs
accept_duty                 1-6  reps union hr
publish_list                1-6  union hr
record_opinions             2-5  reps
draft_topic_sheet           2-5  reps
declare_topics_ready        2-5  reps
send_offer                  3-4  chiefs
withdraw_offer              3-4  chiefs
reply                       4-4  chiefs                          before a side has a chief also legal, union
request_materials           5-6  reps
deliver_material            5-6  reps
acknowledge_material        5-6  reps
waive_material              5-6  chiefs
schedule_meeting            5-6  chiefs
postpone_meeting            5-6  chiefs
send_meeting_notice         5-6  chiefs
report_talks                5-6  workers_reps union
name_recorder               5-6  chiefs
propose_recorder            5-6  upper
agree_online_meeting        5-6  chiefs
decline_material            5-6  reps
make_proposal               5-6  reps
make_package                5-6  reps
hold_proposal               5-6  reps
withdraw_proposal           5-6  reps
accept_in_principle         5-6  chiefs
take_back_acceptance        5-6  chiefs
put_clause                  5-6  reps
drop_clause                 5-6  reps
confirm_clause              5-6  chiefs
reopen_clause               5-6  chiefs
send_message                5-6  reps recorder instructor coordinator
ask_question                5-6  reps
answer_question             5-6  reps
set_agenda                  6-6  chiefs                          only the side that has the chair
open_topic                  6-6  chiefs                          likewise
close_topic                 6-6  chiefs                          likewise
give_floor                  6-6  chiefs                          likewise
check_in                    6-6  reps
confirm_check_in            6-6  recorder
start_meeting               6-6  recorder chiefs
note_chief_absent           6-6  recorder
choose_new_day              6-6  chiefs
adjourn_meeting             6-6  recorder chiefs
add_minutes_note            6-6  recorder                        after coordination also a chief
object_to_line              6-6  reps
withdraw_line_objection     6-6  reps
write_minutes               6-6  recorder                        after coordination also a chief
confirm_minutes             6-6  chiefs
sign_minutes                6-6  reps
declare_deadlock            6-6  chiefs
confirm_draft               6-6  e_chief                         before a side has a chief also hr, legal
sign_draft                  6-7  chiefs
let_draft_stand             6-6  clock
file_amendment_plan         6-6  workers_reps
submit_draft                7-7  e_chief                         likewise; a compiled text that stood also w_chief
convene_congress            7-7  union
adopt_voting_method         7-7  union
send_congress_materials     7-7  union
record_acceptance           7-7  employer
record_covered_ballot       7-7  union firm_union
record_ballot               7-7  union
open_ballot                 7-7  union                           of an area also, each for itself, firm_union
attest_ballot               7-7  scrutineer
sign_contract               8-8  chiefs
refuse_to_sign              8-8  chiefs
file_contract               8-8  employer
receive_filing              8-8  authority
record_receipt              8-8  union hr
request_supplement          8-8  authority
supply_papers               8-8  employer
object_to_contract          8-8  authority
record_objection            8-9  employer w_chief union
give_no_objection           8-8  authority
close_review                8-8  clock
confirm_no_objection        8-8  chiefs hr
close_confirmation          8-8  clock
note_clerical               8-8  chiefs upper
return_to_table             8-8  chiefs
publish_contract            9-9  employer                        of an area also its union
report_to_upper_union       9-9  union
report_performance          9-9  employer
publish_performance         9-9  employer
raise_problem               9-9  reps union firm_union worker
answer_problem              9-9  reps                            likewise
record_external_case        9-9  union employer w_chief
record_supersession         9-9  clock
close_expired               9-9  clock
confirm_electronic_service  1-9  organs chiefs
revoke_electronic_service   1-9  organs chiefs
serve_paper                 3-9  organs reps upper
leave_bench                 1-9  organs reps
replace_representative      1-9  organs
delegate_chief              1-8  chiefs
report_transfer             1-9  hr union
suspend                     6-6  chiefs
resume                      6-6  chiefs
request_guidance            1-9  organs chiefs
ask_for_instructor          1-9  organs chiefs
refuse_instructor           1-9  organs chiefs
assign_instructor           1-9  upper authority body
release_instructor          1-9  chiefs upper authority body instructor
call_instructor             1-9  chiefs
end_call                    1-9  chiefs
send_caucus_message         1-9  reps instructor                 where he is called in
open_straw_poll             1-9  reps
cast_straw                  1-9  reps
close_straw_poll            1-9  reps
void_poll                   1-7  union firm_union clock
count_poll                  1-7  clock
end_guidance                1-9  upper authority body instructor
invite_to_table             1-9  chiefs
end_invitation              1-9  chiefs
apply_for_coordination      4-6  organs chiefs
accept_dispute              4-6  authority
advance_coordination        4-6  authority
extend_dispute              4-6  authority
close_dispute               4-6  authority
urge                        1-9  union upper
issue_opinion               1-9  union upper
answer_opinion              1-9  employer
issue_recommendation        1-9  district
contest_fact                1-9  organs reps
withdraw_contest            1-9  organs reps
check_scan                  6-9  organs reps scrutineer
withdraw_case               1-8  chiefs                          before a side has a chief also its organs
take_back_withdrawal        1-8  chiefs                          likewise
consent_to_withdrawal       1-8  chiefs                          likewise
end_talks                   4-6  chiefs                          likewise
merge_into_regional         1-6  chiefs                          likewise
record_reference            1-9  organs upper
cover_enterprise            1-5  organs body
note_deadline               1-9  clock
record_court_order          1-9  clock
adopt_calendar              1-9  clock
"""
"""Written from domain §1.3, §3 and §6, not from the code. W2 and W1 are workers too, as is every representative."""


def _table() -> dict[str, tuple[int, int, frozenset[str]]]:
    found = {}
    for line in TABLE.strip().splitlines():
        name, span, rest = line[:28].strip(), line[28:33].strip(), line[33:].split("  ")[0]
        first, last = span.split("-")
        seats = {one for word in rest.split() for one in GROUPS.get(word, word).split()}
        assert seats <= set(SEATS), line
        found[name] = (int(first), int(last), frozenset(seats))
    return found


def _situations() -> dict[Step, Given]:
    """One lawful situation of each step, with every seat a case can give taken."""
    lists = (*EMPLOYERS_LIST,)
    start = {
        Step.REPRESENTATIVES: given(ELECTED).having(*lists),
        Step.TOPICS: given(WORKER_LIST_READY).having(*lists),
        Step.OFFER: given(TOPICS_READY).having(*lists),
        Step.REPLY: given(BOTH_LISTED),
        Step.PREPARATION: given(SCHEDULED).having(*RECORDER_AGREED),
        Step.MEETING: given(IN_SESSION),
        Step.CONGRESS: given(BALLOT_COUNTED),
        Step.FILING: given(UNDER_REVIEW),
        Step.PERFORMANCE: given(PUBLISHED),
    }
    for step, now in start.items():
        assert now.case.step is step
    return {step: _all_seated(now) for step, now in start.items()}


def _all_seated(now: Given) -> Given:
    invited: dict[str, Any] = {"guest": W, "instructor": "instructor", "coordinator": "coordinator"}
    return now.with_state(invited=invited, meeting=put(now.case.meeting, recorder="recorder"))


def _verdict(now: Given, by: Member, command: c.Command) -> str:
    reasons = {o.reason for o in obstacles(now.moment(by, command), command)}
    if Reason.NOT_IN_THIS_STEP in reasons:
        return "wrong step"
    return "wrong seat" if Reason.NOT_YOUR_SEAT in reasons else "may"


def test_the_table_names_every_command_but_the_openings() -> None:
    assert set(_table()) == {name for name, cls in c.COMMANDS.items() if not cls.opens}
    assert set(PAYLOADS) == set(c.COMMANDS.values())


@pytest.mark.parametrize("step", STEPS)
def test_each_seat_may_ask_in_each_step_what_the_table_says_and_nothing_else(step: Step) -> None:
    now = _situations()[step]
    wrong = []
    for name, (first, last, seats) in _table().items():
        for seat, by in SEATS.items():
            command = payload(c.COMMANDS[name], now.case, by)
            wanted = "wrong step" if not first <= step.number <= last else "may" if seat in seats else "wrong seat"
            got = _verdict(now, by, command)
            if got != wanted:
                wrong.append(f"{name} by {seat}: {got}, not {wanted}")
    assert wrong == []


OPENERS = {"union", "hr", "legal", "town", "district", "body"}


@pytest.mark.parametrize("command", [c.OpenCase, c.RegisterContract])
def test_a_case_is_opened_by_the_organs_of_either_side_the_upper_unions_and_the_employers_body(
    command: type[c.Command],
) -> None:
    may = {seat for seat, by in SEATS.items() if _verdict(NOTHING, by, payload(command, NOTHING.case, by)) == "may"}
    assert may == OPENERS


def test_a_side_that_does_not_use_the_platform_is_entered_for_by_those_who_may_enter_papers() -> None:
    keepers = {"union", "legal", "hr", "w_chief", "e_chief", "town", "recorder"}
    assert keepers == {
        seat for seat, by in SEATS.items() if procedure.PAPER & moment.seats_of(_situations()[Step.REPLY].case, by)
    }


def test_every_seat_that_may_ask_can_be_held_by_somebody() -> None:
    held = {seat for by in SEATS.values() for seat in moment.seats_of(_situations()[Step.CONGRESS].case, by)}
    assert {seat for place in PLACES.values() for seat in place.ask.by} <= held
    assert held <= set(Seat)


def _on_paper(command: c.Command, side: Side) -> c.Command:
    return command.model_copy(update={"on_paper": paper(side, "2026-01-12")})


def test_every_act_of_a_side_may_be_entered_from_its_paper_but_the_few_that_are_the_sides_own() -> None:
    never = {c.WaiveMaterial, c.ConfirmNoObjection, c.NoteClerical}
    for step, now in _situations().items():
        for kind, place in PLACES.items():
            if not issubclass(kind, c.SideAct) or not place.open_in(step):
                continue
            side = place.ask.side or Side.EMPLOYER
            for by in (TOWN, RECORDER, UNION, HR):
                said = _on_paper(payload(kind, now.case, CHIEFS[side]), side)
                reasons = {o.reason for o in obstacles(_for(now, by, side, said), said)}
                assert Reason.NOT_YOUR_SEAT not in reasons, (kind, by.person)
                assert kind not in never or reasons, f"{kind} was entered from paper"
            for by in (STRANGER, AUTHORITY, DISTRICT, WORKER, W2):
                said = _on_paper(payload(kind, now.case, CHIEFS[side]), side)
                reasons = {o.reason for o in obstacles(_for(now, by, side, said), said)}
                assert reasons == {Reason.NOT_YOUR_SEAT}, (kind, by.person)
    assert never == {kind for kind, place in PLACES.items() if issubclass(kind, c.SideAct) and not place.ask.on_paper}


def _for(now: Given, by: Member, side: Side, said: c.Command) -> Moment:
    """The moment as `decide` makes it for a paper: the act is one of the side it is entered for."""
    m = now.moment(by, said)
    return Moment(m.case, m.at, m.law, m.by, case_id=m.case_id, heads=m.heads, other=m.other, for_side=side)
