"""A button is closed, with its reason, when nothing is left for its ask to be about; and open once something is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cloudnego.core import commands as c
from cloudnego.core.refusals import Reason
from cloudnego.core.sight import next_for
from cloudnego.core.vocabulary import Member
from tests.core.situations import (
    ALL_THERE,
    CALLED,
    CHIEF_ABSENT,
    CLAUSES_AGREED,
    CLAUSES_PUT,
    FIRMS_IN_SHANGHAI,
    HEARD,
    IN_FORCE,
    IN_SESSION,
    MATERIAL_ASKED,
    MATERIAL_LATE,
    METHOD,
    MINUTES_LAID,
    OFFER_SERVED,
    PLANNED,
    READY_TO_MEET,
    READY_TO_VOTE,
    REFUSAL,
    REGISTERED,
    REPLIED,
    SCHEDULED,
    WORKER_LIST_READY,
    material_of,
)
from tests.given import (
    AUTHORITY,
    BODY_AS_ORGAN,
    E1,
    E2,
    HR,
    LEGAL,
    MINUTES,
    RECORDER,
    SCAN,
    TOWN_AS_ORGAN,
    UNION,
    W1,
    W2,
    E,
    Given,
    Situation,
    clause_of,
    draft,
    given,
    law,
    lowest_of,
    paper,
    raise_of,
    reopening,
)


def button(now: Situation | Given, by: Member, command: str) -> Reason | None:
    """The first hard thing before this ask as this member is shown it; None where the button is open."""
    (shown,) = (one for one in next_for(given(now).moment(by)) if one.command == command)
    found = next((o.reason for o in shown.obstacles if o.hard), None)
    assert (found is None) is shown.open
    return found


ACKNOWLEDGED = given(MATERIAL_LATE).having(
    (W2, lambda case: c.AcknowledgeMaterial(material=material_of(case, "payroll"))),
    (W1, lambda case: c.WaiveMaterial(material=material_of(case, "payroll"))),
)
SIGNED_BY_W2 = given(MINUTES_LAID).having(
    (W2, c.SignMinutes(minutes_hash=MINUTES, persons=("w1", "w2", "w3"), evidence=SCAN))
)
REWORDED = given(MINUTES_LAID).having(
    (W1, reopening("T3")), (E1, reopening("T3")), (W2, lambda case: raise_of("7", clause_of(case, "T3")))
)
IN_SHANDONG = replace(given(SCHEDULED), law=law("cn-shandong"))
IN_HENAN = replace(given(OFFER_SERVED), law=law("cn-henan")).on("2026-03-09")
REFUSED_IN_HENAN = IN_HENAN.having((UNION, REFUSAL.model_copy(update={"on_paper": paper(E, "2026-03-09")})))
IN_CHONGQING = replace(given(IN_FORCE), law=law("cn-chongqing")).having((HR, c.PublishPerformance(period="2026H1")))
ONE_ACCEPTED = FIRMS_IN_SHANGHAI.having(
    (BODY_AS_ORGAN, lambda case: c.RecordAcceptance(enterprise="firm1", draft_hash=draft(case), evidence=SCAN))
)

CLOSED: list[tuple[Situation | Given, Member, str, Reason | None]] = [
    (REPLIED, W2, "acknowledge_material", Reason.NOT_ASKING_SIDE),
    (MATERIAL_ASKED, W2, "acknowledge_material", Reason.MATERIAL_NOT_DELIVERED),
    (MATERIAL_LATE, E2, "acknowledge_material", Reason.NOT_ASKING_SIDE),
    (MATERIAL_LATE, W2, "acknowledge_material", None),
    (ACKNOWLEDGED, W2, "acknowledge_material", Reason.NOTHING_NEW),
    (REPLIED, W1, "waive_material", Reason.NOT_ASKING_SIDE),
    (MATERIAL_ASKED, W1, "waive_material", None),
    (ACKNOWLEDGED, W1, "waive_material", Reason.NOTHING_NEW),
    (SCHEDULED, W1, "postpone_meeting", Reason.NOT_ASKING_SIDE),
    (MATERIAL_ASKED, W1, "postpone_meeting", Reason.NOT_DUE),
    (MATERIAL_LATE, W1, "postpone_meeting", None),
    (IN_SESSION, W2, "drop_clause", Reason.CLAUSE_UNKNOWN),
    (given(IN_SESSION).having((E2, lowest_of(270_000))), W2, "drop_clause", Reason.CLAUSE_NOT_OWN),
    (CLAUSES_PUT, W2, "drop_clause", None),
    (CLAUSES_AGREED, W2, "drop_clause", Reason.CLAUSE_AGREED),
    (IN_SESSION, W1, "confirm_clause", Reason.CLAUSE_UNKNOWN),
    (CLAUSES_PUT, W1, "confirm_clause", None),
    (CLAUSES_AGREED, W1, "confirm_clause", Reason.CLAUSE_CONFIRMED),
    (given(READY_TO_MEET).on("2026-03-31"), RECORDER, "confirm_check_in", None),
    (ALL_THERE, RECORDER, "confirm_check_in", Reason.NOTHING_NEW),
    (given(READY_TO_MEET).on("2026-03-31T09:29"), RECORDER, "note_chief_absent", Reason.CHIEF_NOT_LATE_YET),
    (given(ALL_THERE).on("2026-03-31T09:30"), RECORDER, "note_chief_absent", Reason.CHIEF_PRESENT),
    (CHIEF_ABSENT, RECORDER, "note_chief_absent", None),
    (MINUTES_LAID, W1, "confirm_minutes", None),
    (REWORDED, W1, "confirm_minutes", Reason.MINUTES_CHANGED),
    (REWORDED, W2, "sign_minutes", Reason.MINUTES_CHANGED),
    (MINUTES_LAID, W2, "sign_minutes", None),
    (SIGNED_BY_W2, W2, "sign_minutes", Reason.NOTHING_NEW),
    (SIGNED_BY_W2, E2, "sign_minutes", None),
    (given(CALLED).having((UNION, METHOD)), UNION, "record_ballot", Reason.NOT_DUE),
    (READY_TO_VOTE, UNION, "record_ballot", None),
    (FIRMS_IN_SHANGHAI, TOWN_AS_ORGAN, "record_covered_ballot", Reason.DRAFT_NOT_ACCEPTED),
    (ONE_ACCEPTED, TOWN_AS_ORGAN, "record_covered_ballot", None),
    (ONE_ACCEPTED, BODY_AS_ORGAN, "record_acceptance", None),
    (REGISTERED, HR, "report_transfer", Reason.NOT_PROTECTED),
    (WORKER_LIST_READY, HR, "report_transfer", None),
    (SCHEDULED, W1, "mandate_outsider", None),
    (IN_SHANDONG, W1, "mandate_outsider", Reason.OUTSIDERS_NOT_ALLOWED),
    (IN_FORCE, HR, "report_performance", None),
    (given(IN_FORCE).having((HR, c.ReportPerformance(period="2026"))), HR, "report_performance", Reason.NOT_DUE),
    (IN_CHONGQING, HR, "publish_performance", Reason.NOT_DUE),
    (IN_CHONGQING.on("2026-11-14"), HR, "publish_performance", None),
    (PLANNED, AUTHORITY, "advance_coordination", None),
    (HEARD, AUTHORITY, "advance_coordination", Reason.NOTHING_NEW),
    (IN_HENAN, LEGAL, "reply", None),
    (REFUSED_IN_HENAN, LEGAL, "reply", Reason.REPRESENTATIVES_NOT_NAMED),
]


@pytest.mark.parametrize(("now", "by", "command", "expected"), CLOSED)
def test_a_button_is_open_while_something_is_left(
    now: Situation | Given, by: Member, command: str, expected: Reason | None
) -> None:
    assert button(now, by, command) is expected


def test_minutes_of_no_agreement_stand_whatever_becomes_of_the_clauses() -> None:
    laid = given(CLAUSES_AGREED).having(
        (RECORDER, c.WriteMinutes(result="partial", minutes_hash=MINUTES)),
        (W1, reopening("T3")),
        (E1, reopening("T3")),
        (W2, lambda case: raise_of("7", clause_of(case, "T3"))),
    )
    assert button(laid, W1, "confirm_minutes") is None
