"""The situations the core's tests start from, each named for what it is, along the days of domain §0.3."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cloudnego.core import commands as c
from cloudnego.core.events import Covered
from cloudnego.core.moment import Register
from cloudnego.core.state import Negotiation
from cloudnego.core.vocabulary import CLOCK, ChiefIs, Held, Scope, Side
from tests.given import (
    AUTHORITY,
    BODY_AS_ORGAN,
    CHIEFS,
    CHINA,
    E1,
    E2,
    E3,
    HR,
    LEGAL,
    MINUTES,
    OTHER_HASH,
    PLAN,
    RECORDER,
    REFERENCE,
    ROLL_HASH,
    S1,
    S2,
    SCAN,
    TOWN_AS_ORGAN,
    UNION,
    W1,
    W2,
    W3,
    E,
    Given,
    Line,
    Situation,
    W,
    ballot,
    confirming,
    day,
    draft,
    given,
    law,
    lowest_of,
    plan,
    raise_of,
    receipt,
    reps,
    sheet,
    signed_minutes,
    submitting,
)

NOTHING = Given(at=datetime(2026, 1, 12, 10, tzinfo=CHINA))
OPENED = Situation(NOTHING, (UNION, c.OpenCase(enterprise="ent1", wage_year=2026)))
OPENED_BY_EMPLOYER = Situation(NOTHING, (HR, c.OpenCase(enterprise="ent1", wage_year=2026)))

# --- step 1 -------------------------------------------------------------------------------------------------------

ROLL = c.RecordDelegateRoll(delegates=40, workers=120, managers=8, women=16, roll_hash=ROLL_HASH)
CANDIDATES = c.ProposeCandidates(
    candidates=reps("w1", "w2", "w3"), chief="w1", chief_is=ChiefIs.UNION_HEAD, seats=3, scrutineers=("s1", "s2")
)


def votes(**of: int) -> tuple[c.Votes, ...]:
    return tuple(c.Votes(person=p, votes=n) for p, n in of.items())


def election(present: int = 38, total: int = 40, **of: int) -> c.RecordElection:
    """A ballot of the delegates with these votes."""
    return c.RecordElection(
        held=Held.GATHERING, secret=True, total=total, present=present, votes=votes(**of), evidence=SCAN
    )


def appointed(*persons: str, chief: str, chief_is: ChiefIs = ChiefIs.LEGAL_REPRESENTATIVE) -> c.AppointRepresentatives:
    return c.AppointRepresentatives(reps=reps(*persons), chief=chief, chief_is=chief_is)


def published(on: str) -> c.PublishList:
    return c.PublishList(from_on=day(on), until_on=day(on))


def duty(*persons: str) -> c.AcceptDuty:
    return c.AcceptDuty(persons=persons, evidence=SCAN)


WORKERS_ACCEPT: tuple[Line, ...] = ((W1, c.AcceptDuty()), (W2, c.AcceptDuty()), (W3, c.AcceptDuty()))
EMPLOYERS_LIST: tuple[Line, ...] = (
    (LEGAL, appointed("e1", "e2", "e3", chief="e1")),
    (HR, duty("e1", "e2", "e3")),
)

ROLL_KEPT = Situation(OPENED, "2026-01-13", (UNION, ROLL))
CANDIDATES_NAMED = Situation(ROLL_KEPT, "2026-01-14", (UNION, CANDIDATES))
VOTES_COUNTED = Situation(CANDIDATES_NAMED, "2026-01-20", (UNION, election(w2=35, w3=30)))
ELECTED = Situation(VOTES_COUNTED, (S1, c.AttestElection(correct=True)), (S2, c.AttestElection(correct=True)))
WORKER_LIST_READY = Situation(ELECTED, "2026-01-21", (UNION, published("2026-01-21")), *WORKERS_ACCEPT)
EMPLOYER_AHEAD = Situation(OPENED_BY_EMPLOYER, "2026-01-20", *EMPLOYERS_LIST, (HR, published("2026-01-20")))

# --- steps 2 to 4 -------------------------------------------------------------------------------------------------

OFFER = c.SendOffer(plan=PLAN, topics=sheet(), service=receipt("2026-03-02"))
ACCEPTANCE = c.Reply(
    outcome=c.ReplyOutcome.ACCEPTED, plan=PLAN, topics=sheet("T2", "T3"), service=receipt("2026-03-09")
)
REFUSAL = c.Reply(outcome=c.ReplyOutcome.REFUSED, service=receipt("2026-03-09"), reason="经营困难")

OPINIONS_HEARD = Situation(
    WORKER_LIST_READY, "2026-01-26", (W2, c.RecordOpinions(held=Held.DISPERSED, issued=120, returned=90))
)
TOPICS_READY = Situation(
    OPINIONS_HEARD,
    "2026-01-30",
    (W1, c.DraftTopicSheet(topics=sheet())),
    (W1, c.DeclareTopicsReady(held=Held.DISPERSED)),
)
OFFER_UNSERVED = Situation(TOPICS_READY, "2026-03-02", (W1, OFFER.model_copy(update={"service": None})))
OFFER_SERVED = Situation(TOPICS_READY, "2026-03-02", (W1, OFFER), "2026-03-03")
BOTH_LISTED = Situation(OFFER_SERVED, "2026-03-05", *EMPLOYERS_LIST, (HR, published("2026-03-05")))
EMPLOYER_OFFER_SERVED = Situation(
    EMPLOYER_AHEAD, "2026-01-30", (E1, c.DeclareTopicsReady()), "2026-03-02", (E1, OFFER), "2026-03-03"
)
REFUSED = Situation(BOTH_LISTED, "2026-03-09", (E1, REFUSAL))
REPLY_UNSERVED = Situation(BOTH_LISTED, "2026-03-09", (E1, ACCEPTANCE.model_copy(update={"service": None})))
REPLY_OVERDUE = Situation(
    OFFER_SERVED, "2026-03-17", (CLOCK, c.NoteDeadline.model_validate({"timer": "reply", "mark": "T+1"}))
)
REPLIED = Situation(BOTH_LISTED, "2026-03-09", (E1, ACCEPTANCE))
REPLIED_WITH_CHANGES = Situation(
    BOTH_LISTED,
    "2026-03-09",
    (E1, ACCEPTANCE.model_copy(update={"outcome": c.ReplyOutcome.ACCEPTED_WITH_CHANGES, "plan": plan("2026-04-02")})),
)

# --- step 5 -------------------------------------------------------------------------------------------------------


def notice(on: str) -> c.SendMeetingNotice:
    return c.SendMeetingNotice(topics=sheet(), service=receipt(on))


def asked(*codes: str) -> c.RequestMaterials:
    return c.RequestMaterials(items=tuple(c.MaterialItem(code=x, period="2025", title=x) for x in codes))


def material_of(case: Negotiation, code: str) -> str:
    (found,) = (name for name, material in case.materials.items() if material.item.code == code)
    return found


RECORDER_AGREED: tuple[Line, ...] = (
    (W1, c.NameRecorder(person="recorder")),
    (E1, c.NameRecorder(person="recorder")),
)
SCHEDULED = Situation(REPLIED, "2026-03-10", (W1, c.ScheduleMeeting(plan=PLAN)))
MATERIAL_OWED = Situation(REPLIED, "2026-03-10", (W2, asked("payroll")))
MATERIAL_ASKED = Situation(SCHEDULED, "2026-03-11", (W2, asked("payroll")))
ALL_BUT_ONE_NOTICE = Situation(SCHEDULED, "2026-03-20", *RECORDER_AGREED, (W1, notice("2026-03-20")))
READY_TO_MEET = Situation(ALL_BUT_ONE_NOTICE, (E1, notice("2026-03-20")))

# --- step 6 -------------------------------------------------------------------------------------------------------

EVERYBODY = ("w1", "w2", "w3", "e1", "e2", "e3")
ALL_THERE = Situation(READY_TO_MEET, "2026-03-31T09:00", (RECORDER, c.ConfirmCheckIn(persons=EVERYBODY)))
IN_SESSION = Situation(ALL_THERE, (RECORDER, c.StartMeeting()))


ADJOURNED = Situation(IN_SESSION, (RECORDER, c.AdjournMeeting(next=plan("2026-04-08"))))


def agreeing(head: str) -> tuple[Line, ...]:
    return ((W1, confirming(head)), (E1, confirming(head)))


def minutes(result: str = "full_agreement") -> c.WriteMinutes:
    return c.WriteMinutes.model_validate({"result": result, "minutes_hash": MINUTES})


SIGN_MINUTES: tuple[Line, ...] = tuple((who, signed_minutes()) for who in (W1, E1))


def fixing(by: Side = E) -> Line:
    return (CHIEFS[by], lambda case: c.ConfirmDraft(draft_hash=draft(case)))


CLAUSES_PUT = Situation(IN_SESSION, (W2, raise_of("6")), (E2, lowest_of(270_000)))
CLAUSES_AGREED = Situation(CLAUSES_PUT, *agreeing("T3"), *agreeing("T2"))
AGREED = Situation(CLAUSES_AGREED, (RECORDER, minutes()), *SIGN_MINUTES)
DRAFT_FIXED = Situation(AGREED, fixing())
DEADLOCK = Situation(IN_SESSION, (W1, c.DeclareDeadlock(reason="差距过大")))

# --- step 7 -------------------------------------------------------------------------------------------------------

SUBMITTED = Situation(DRAFT_FIXED, "2026-04-01", (E1, submitting))
CALLED = Situation(SUBMITTED, (UNION, c.ConveneCongress(day=day("2026-04-10"), held=Held.GATHERING, total=40)))
CONVENED = Situation(CALLED, (UNION, c.SendCongressMaterials()))
METHOD = c.AdoptVotingMethod(ballot="paper", scrutineers=("s1", "s2"), counters=("s1",))
READY_TO_VOTE = Situation(CONVENED, "2026-04-10", (UNION, METHOD))
ATTEST: tuple[Line, ...] = ((S1, c.AttestBallot(correct=True)), (S2, c.AttestBallot(correct=True)))
BALLOT_COUNTED = Situation(READY_TO_VOTE, (UNION, ballot(30, 8)))
VOTED = Situation(BALLOT_COUNTED, *ATTEST)
BALLOT_FAILED = Situation(READY_TO_VOTE, (UNION, ballot(15, 20)), *ATTEST)
TOO_FEW_CAME = Situation(READY_TO_VOTE, (UNION, ballot(20, 0)), *ATTEST)

# --- steps 8 and 9 ------------------------------------------------------------------------------------------------


def signing(**said: object) -> Line:
    return (W1, lambda case: c.SignContract.model_validate({"document_hash": draft(case), "evidence": SCAN, **said}))


def filing(channel: str = "in_platform", *, term_from: str = "2026-05-01", months: int = 12) -> c.FileContract:
    return c.FileContract.model_validate(
        {"channel": channel, "items": ("contract", "explanation"), "copies": 5, "term_from": day(term_from),
         "term_months": months}
    )  # fmt: skip


def sign(case: Negotiation) -> c.SignContract:
    return c.SignContract(document_hash=draft(case), evidence=SCAN)


SIGNED = Situation(VOTED, "2026-04-22", (W1, sign), (E1, sign))
FILED_IN_PLATFORM = Situation(SIGNED, "2026-04-27", (HR, filing()))
UNDER_REVIEW = Situation(FILED_IN_PLATFORM, "2026-04-28", (AUTHORITY, c.ReceiveFiling()))
FILED_OUTSIDE = Situation(SIGNED, "2026-04-27", (HR, filing("external_upload")))
REVIEWED_OUTSIDE = Situation(FILED_OUTSIDE, "2026-04-28", (HR, c.RecordReceipt(evidence=SCAN)))
CONFIRMATION_OPEN = Situation(REVIEWED_OUTSIDE, "2026-05-14", (CLOCK, c.CloseReview()))


def objecting(case: Negotiation) -> c.ObjectToContract:
    name = next(iter(case.clauses))
    objected = (c.ObjectedClause(clause=name, article="ZJ 18"),)
    return c.ObjectToContract(clauses=objected, opinion="加班工资计算有误", service=receipt("2026-05-08"))


SUPPLEMENT_ASKED = Situation(UNDER_REVIEW, (AUTHORITY, c.RequestSupplement(items=("roll",))))
OBJECTED = Situation(UNDER_REVIEW, "2026-05-08", (AUTHORITY, objecting))
IN_FORCE = Situation(UNDER_REVIEW, "2026-05-14", (CLOCK, c.CloseReview()))
IN_FORCE_OUTSIDE = Situation(CONFIRMATION_OPEN, (W1, c.ConfirmNoObjection()), (HR, c.ConfirmNoObjection()))
PUBLISHED = Situation(IN_FORCE, "2026-05-20", (HR, c.PublishContract()))
REPORTED = Situation(PUBLISHED, "2026-05-21", (UNION, c.ReportToUpperUnion()))
SUPERVISED = Situation(REPORTED, "2026-07-01", (W2, c.RaiseProblem(problem="夜班津贴未发")))
EXPIRING = Situation(SUPERVISED, "2027-02-01")
REGISTERED = Situation(
    NOTHING,
    (
        UNION,
        c.RegisterContract(
            enterprise="ent1", wage_year=2025, signed_on=day("2025-06-01"), in_force_from=day("2025-06-20"),
            expires_on=day("2026-06-19"), raise_rate="5", evidence=SCAN,
        ),
    ),
)  # fmt: skip

# --- a dispute over the step ----------------------------------------------------------------------------------------

COORDINATION_ASKED = Situation(REFUSED, "2026-03-12", (W1, c.ApplyForCoordination(facts="企业拒绝协商")))
COORDINATED = Situation(COORDINATION_ASKED, "2026-03-16", (AUTHORITY, c.AcceptDispute(coordinators=("coordinator",))))
INVESTIGATED, PLANNED, HEARD = (
    Situation(COORDINATED, "2026-03-20", (AUTHORITY, c.AdvanceCoordination.model_validate({"reached": reached})))
    for reached in ("investigated", "planned", "coordinated")
)
SETTLED = Situation(COORDINATED, "2026-04-01", (AUTHORITY, c.CloseDispute(agreement=True, evidence=SCAN)))
NOT_SETTLED = Situation(COORDINATED, "2026-04-01", (AUTHORITY, c.CloseDispute(agreement=False, evidence=SCAN)))

# --- other enterprises, scopes and places ---------------------------------------------------------------------------


def on_register(**change: object) -> Given:
    """Nothing yet, under another entry of the register."""
    facts = {name: getattr(NOTHING.register, name) for name in Register.__struct_fields__}
    return Given(at=NOTHING.at, register=Register(**{**facts, **change}))


WITHOUT_UNION = Situation(
    on_register(has_union=False, worker_organ="town-union"),
    (TOWN_AS_ORGAN, c.OpenCase(enterprise="ent1", wage_year=2026)),
    "2026-01-14",
    (TOWN_AS_ORGAN, CANDIDATES),
)
FIRMS = tuple(Covered(enterprise=f"firm{n}", headcount=20) for n in (1, 2, 3))
REGIONAL_NOTHING = on_register(
    speaks_for_many=True,
    enterprise="park",
    worker_organ="park-union",
    employer_organ="park-body",
    covers=FIRMS,
    headcount=60,
)


def regional(*, per_enterprise: bool) -> c.OpenCase:
    return c.OpenCase(
        enterprise="park", wage_year=2026, scope=Scope.REGION, covers=("firm1", "firm2", "firm3"),
        ballot_per_enterprise=per_enterprise,
    )  # fmt: skip


def _to_the_congress(*, per_enterprise: bool) -> tuple[Line, ...]:
    """A regional case up to its congress: the union's representatives against the body's."""
    return (
        (TOWN_AS_ORGAN, regional(per_enterprise=per_enterprise)),
        "2026-01-13",
        (TOWN_AS_ORGAN, ROLL),
        (TOWN_AS_ORGAN, CANDIDATES),
        "2026-01-20",
        (TOWN_AS_ORGAN, c.RecordElection(
            form="approval_of_list", secret=False, held=Held.GATHERING, total=40, present=38, approvals=36,
            evidence=SCAN)),
        (S1, c.AttestElection(correct=True)),
        (S2, c.AttestElection(correct=True)),
        (TOWN_AS_ORGAN, published("2026-01-20")),
        *WORKERS_ACCEPT,
        (W1, c.DeclareTopicsReady()),
        "2026-03-02",
        (W1, OFFER),
        "2026-03-05",
        (BODY_AS_ORGAN, appointed("e1", "e2", "e3", chief="e1")),
        (BODY_AS_ORGAN, published("2026-03-05")),
        (E1, c.AcceptDuty()),
        (E2, c.AcceptDuty()),
        (E3, c.AcceptDuty()),
        "2026-03-09",
        (E1, ACCEPTANCE),
        (W1, c.ScheduleMeeting(plan=PLAN)),
        "2026-03-20",
        *RECORDER_AGREED,
        (W1, notice("2026-03-20")),
        (E1, notice("2026-03-20")),
        "2026-03-31T09:00",
        (RECORDER, c.ConfirmCheckIn(persons=EVERYBODY)),
        (RECORDER, c.StartMeeting()),
        (W2, raise_of("6")),
        (E2, lowest_of(270_000)),
        *agreeing("T3"),
        *agreeing("T2"),
        (RECORDER, minutes()),
        *SIGN_MINUTES,
        fixing(),
        "2026-04-01",
        (E1, submitting),
        (TOWN_AS_ORGAN, c.ConveneCongress(day=day("2026-04-10"), held=Held.DISPERSED, total=40)),
        (TOWN_AS_ORGAN, c.SendCongressMaterials()),
        "2026-04-10",
        (TOWN_AS_ORGAN, METHOD),
    )  # fmt: skip


REGIONAL_READY_TO_VOTE = Situation(REGIONAL_NOTHING, *_to_the_congress(per_enterprise=False))
FIRMS_READY_TO_VOTE = Situation(REGIONAL_NOTHING, *_to_the_congress(per_enterprise=True))
REGIONAL_IN_FORCE = Situation(
    REGIONAL_READY_TO_VOTE,
    (TOWN_AS_ORGAN, ballot(30, 8)),
    *ATTEST,
    "2026-04-22",
    (W1, sign),
    (E1, sign),
    "2026-04-27",
    (BODY_AS_ORGAN, filing()),
    "2026-04-28",
    (AUTHORITY, c.ReceiveFiling()),
    "2026-05-14",
    (CLOCK, c.CloseReview()),
)

SHANGHAI_NOTHING = Given(at=NOTHING.at, law=law("cn-shanghai"))
SHANGHAI_OPENED = Situation(SHANGHAI_NOTHING, (UNION, c.OpenCase(enterprise="ent1", wage_year=2026)))

# --- by the side of the road ----------------------------------------------------------------------------------------


def suspending() -> c.Suspend:
    return c.Suspend(until_on=day("2026-04-10"), next=plan("2026-04-10"))


def opinion_of(case: Negotiation) -> str:
    return next(iter(case.opinions))


SUSPENDED = Situation(IN_SESSION, (E1, suspending()), (W1, suspending()))
CHIEF_ABSENT = Situation(READY_TO_MEET, "2026-03-31T09:30", (RECORDER, c.NoteChiefAbsent(side=E)))
MATERIAL_LATE = Situation(
    MATERIAL_ASKED,
    "2026-03-27",
    (E2, lambda case: c.DeliverMaterial(material=material_of(case, "payroll"), file=OTHER_HASH)),
)
GUEST_INVITED = Situation(CLAUSES_PUT, (W1, c.InviteToTable(person="guest")))
MINUTES_LAID = Situation(CLAUSES_AGREED, (RECORDER, minutes()))
OPINION_REFUSED = Situation(
    REPLY_OVERDUE,
    "2026-03-18",
    (UNION, c.IssueOpinion(article="HZ 24", facts="逾期未答复", service=receipt("2026-03-18"))),
    "2026-03-20",
    (HR, lambda case: c.AnswerOpinion(opinion=opinion_of(case), outcome="refused", answer="不同意")),
)
DECLARED_BY_ONE = Situation(CONFIRMATION_OPEN, (W1, c.ConfirmNoObjection()))
FIRMS_IN_SHANGHAI = replace(given(FIRMS_READY_TO_VOTE), law=law("cn-shanghai"))
REGIONAL_OPENED = Situation(REGIONAL_NOTHING, (TOWN_AS_ORGAN, regional(per_enterprise=False)))

__all__ = ["CHIEFS", "REFERENCE", "W"]
