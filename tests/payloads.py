"""A plausible payload for every command, filled from the case as it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cloudnego.core import commands as c
from cloudnego.core.state import Negotiation
from cloudnego.core.vocabulary import Member, Side
from tests.given import (
    MINUTES,
    OTHER_HASH,
    PLAN,
    ROLL_HASH,
    SCAN,
    day,
    plan,
    rep,
    reps,
    sheet,
    submitting,
)

Fields = Mapping[str, Any]
Fill = Callable[[Negotiation, Member], Fields]


def _own(case: Negotiation, by: Member) -> str:
    """A representative of one's own side: oneself, if one sits there."""
    if any(case.benches.of(side).has(by.person) for side in Side):
        return by.person
    return "e2" if by.side is Side.EMPLOYER else "w2"


def _clause(case: Negotiation) -> str:
    return next(iter(case.clauses), "table.1")


def _proposal(case: Negotiation, by: Member) -> str:
    """One of the other side, if there is one."""
    theirs = (name for name, one in case.positions.items() if one.side is not by.side)
    return next(theirs, next(iter(case.positions), "table.1"))


def _draft(case: Negotiation) -> str:
    return case.meeting.draft_hash or OTHER_HASH


def _plain(**fields: Any) -> Fill:
    return lambda _case, _by: fields


def _list(_: Negotiation, by: Member) -> Fields:
    right = "legal_representative" if by.side is Side.EMPLOYER else "union_head"
    return {"reps": reps("x1", "x2", "x3"), "chief": "x1", "chief_is": right}


def _objected(case: Negotiation, _: Member) -> Fields:
    return {"clauses": [{"clause": _clause(case), "article": "ZJ 18"}], "evidence": SCAN}


_NO_CLAUSE = {"clause": "table.1", "head": "T3", "prose": "x"}
_SERVED = c.Service(via=c.ServedVia.PAPER, proof=c.Proof.EMS, received_on=day("2026-05-08"), evidence=SCAN)
_COUNTS = {"present": 30, "issued": 30, "returned": 30, "yes": 30, "no": 0, "abstain": 0, "spoiled": 0}

PAYLOADS: Mapping[type[c.Command], Fill] = {
    c.OpenCase: _plain(enterprise="ent1", wage_year=2026),
    c.RegisterContract: _plain(
        enterprise="ent1",
        wage_year=2025,
        signed_on="2025-06-01",
        in_force_from="2025-06-20",
        expires_on="2026-06-19",
        evidence=SCAN,
    ),
    c.RecordDelegateRoll: _plain(delegates=50, workers=120, roll_hash=ROLL_HASH),
    c.ProposeCandidates: _plain(
        candidates=reps("x1", "x2"), chief="x1", chief_is="union_head", seats=2, scrutineers=("s1", "s2")
    ),
    c.RecordElection: _plain(
        held="gathering", secret=True, total=40, present=30, votes=({"person": "w2", "votes": 30},), evidence=SCAN
    ),
    c.AttestElection: _plain(correct=True),
    c.AppointRepresentatives: _list,
    c.MandateOutsider: _plain(rep=rep("x9", outside=True)),
    c.AcceptDuty: _plain(),
    c.PublishList: _plain(from_on="2026-01-20", until_on="2026-01-20"),
    c.RecordOpinions: _plain(held="dispersed", issued=100, returned=80),
    c.DraftTopicSheet: _plain(topics=sheet("T5")),
    c.DeclareTopicsReady: _plain(),
    c.ConfirmElectronicService: _plain(from_on="2026-01-01", until_on="2026-12-31", evidence=SCAN),
    c.RevokeElectronicService: _plain(),
    c.SendOffer: _plain(plan=PLAN, topics=sheet()),
    c.ServePaper: lambda case, _: {
        "paper": next(iter(case.papers), "table.1"),
        "service": c.Service(via=c.ServedVia.PLATFORM),
    },
    c.WithdrawOffer: _plain(),
    c.Reply: _plain(outcome="accepted", plan=PLAN, topics=sheet("T3")),
    c.RequestMaterials: _plain(items=({"code": "payroll", "period": "2025", "title": "工资总额"},)),
    c.DeliverMaterial: _plain(code="payroll", file=OTHER_HASH),
    c.AcknowledgeMaterial: _plain(material="table.1"),
    c.WaiveMaterial: _plain(material="table.1"),
    c.ScheduleMeeting: _plain(plan=plan("2026-12-01")),
    c.PostponeMeeting: _plain(material="table.1"),
    c.SendMeetingNotice: _plain(topics=sheet()),
    c.ReportTalks: _plain(),
    c.NameRecorder: _plain(person="x1"),
    c.ProposeRecorder: _plain(person="x1"),
    c.AgreeOnlineMeeting: _plain(),
    c.DeclineMaterial: _plain(material="table.1", reason="没有"),
    c.MakeProposal: _plain(head="T3", rate="8"),
    c.MakePackage: _plain(terms=({"head": "T3", "rate": "8"}, {"head": "T5", "text": "夜班"})),
    c.HoldProposal: lambda case, by: {"proposal": _proposal(case, by)},
    c.WithdrawProposal: lambda case, by: {"proposal": _proposal(case, by)},
    c.AcceptInPrinciple: lambda case, by: {"proposal": _proposal(case, by)},
    c.TakeBackAcceptance: lambda case, by: {"proposal": _proposal(case, by), "reason": "另议"},
    c.PutClause: _plain(head="T5", prose="加班工资"),
    c.DropClause: lambda case, _: {"clause": _clause(case)},
    c.ConfirmClause: lambda case, _: {"clause": _clause(case), "text_hash": OTHER_HASH},
    c.ReopenClause: lambda case, _: {"clause": _clause(case), "text_hash": OTHER_HASH},
    c.SendMessage: _plain(text="请看"),
    c.AskQuestion: _plain(text="依据是什么？"),
    c.AnswerQuestion: lambda case, _: {"question": next(iter(case.questions), "table.1"), "text": "见附件"},
    c.SetAgenda: _plain(heads=("T3", "T5")),
    c.OpenTopic: _plain(head="T3"),
    c.CloseTopic: _plain(outcome="settled"),
    c.GiveFloor: _plain(person="w2"),
    c.SendCaucusMessage: _plain(text="底线"),
    c.OpenStrawPoll: _plain(question="接受吗？", choices=({"text": "接受"}, {"text": "再谈"})),
    c.CastStraw: _plain(poll="worker.1", choice=1),
    c.CloseStrawPoll: _plain(poll="worker.1"),
    c.CheckIn: _plain(),
    c.ConfirmCheckIn: _plain(persons=("w1",)),
    c.StartMeeting: _plain(),
    c.NoteChiefAbsent: _plain(side="employer"),
    c.ChooseNewDay: _plain(plan=plan("2026-04-02")),
    c.AdjournMeeting: _plain(next=plan("2026-04-02")),
    c.AddMinutesNote: _plain(text="休息十分钟"),
    c.ObjectToLine: lambda case, _: {"line": max(case.meeting.first_line, 1), "reason": "与发言不符"},
    c.WithdrawLineObjection: lambda case, _: {"objection": next(iter(case.meeting.line_objections), "table.1")},
    c.WriteMinutes: _plain(result="none", minutes_hash=MINUTES),
    c.ConfirmMinutes: _plain(minutes_hash=MINUTES, evidence=SCAN),
    c.SignMinutes: _plain(minutes_hash=MINUTES, evidence=SCAN),
    c.DeclareDeadlock: _plain(),
    c.ConfirmDraft: lambda case, _: {"draft_hash": _draft(case)},
    c.SignDraft: lambda case, _: {"draft_hash": _draft(case), "evidence": SCAN},
    c.LetDraftStand: _plain(),
    c.FileAmendmentPlan: _plain(plan="提高"),
    c.SubmitDraft: lambda case, _: {
        "draft_hash": _draft(case),
        "clauses": submitting(case).clauses if case.meeting.draft_hash else [_NO_CLAUSE],
    },
    c.ConveneCongress: _plain(day="2026-04-10", total=40),
    c.AdoptVotingMethod: _plain(ballot="paper", scrutineers=("s1", "s2")),
    c.SendCongressMaterials: _plain(),
    c.RecordAcceptance: lambda case, _: {"enterprise": "firm1", "draft_hash": _draft(case), "evidence": SCAN},
    c.RecordCoveredBallot: _plain(
        enterprise="firm1", secret=True, total=20, present=20, yes=20, scrutineers=("s1", "s2"), evidence=SCAN
    ),
    c.OpenElection: _plain(closes_on="2026-01-20", closes_at="18:00"),
    c.OpenBallot: lambda case, _: {"draft_hash": _draft(case), "closes_on": "2026-04-11", "closes_at": "18:00"},
    c.VoidPoll: _plain(reason="开启有误"),
    c.CountPoll: _plain(
        poll="poll1",
        poll_hash=OTHER_HASH,
        issued=1,
        cast=1,
        list_hash=OTHER_HASH,
        roll_hash=OTHER_HASH,
        counts=[{"choice": "yes", "votes": 1}, {"choice": "no", "votes": 0}, {"choice": "abstain", "votes": 0}],
    ),
    c.RecordBallot: lambda case, _: {"draft_hash": _draft(case), "secret": True, "evidence": SCAN, **_COUNTS},
    c.AttestBallot: _plain(correct=True),
    c.SignContract: lambda case, _: {"document_hash": _draft(case), "evidence": SCAN},
    c.RefuseToSign: _plain(),
    c.FileContract: _plain(
        channel="in_platform", items=("contract", "explanation"), term_from="2026-05-01", term_months=12
    ),
    c.ReceiveFiling: _plain(),
    c.RecordReceipt: _plain(evidence=SCAN),
    c.RequestSupplement: _plain(items=("roll",)),
    c.SupplyPapers: _plain(items=("roll",)),
    c.ObjectToContract: lambda case, by: {**_objected(case, by), "service": _SERVED},
    c.RecordObjection: _objected,
    c.GiveNoObjection: _plain(),
    c.ConfirmNoObjection: _plain(),
    c.NoteClerical: _plain(corrected_hash=OTHER_HASH),
    c.ReturnToTable: _plain(),
    c.CloseReview: _plain(),
    c.CloseConfirmation: _plain(),
    c.PublishContract: _plain(),
    c.ReportToUpperUnion: _plain(),
    c.ReportPerformance: _plain(period="2026"),
    c.PublishPerformance: _plain(period="2026H1"),
    c.RaiseProblem: _plain(problem="未调整"),
    c.AnswerProblem: _plain(problem="table.1", answer="已补发"),
    c.RecordExternalCase: _plain(forum="mediation"),
    c.ReportTransfer: _plain(person="w2", change="transfer", consented=True),
    c.RecordSupersession: _plain(child="n1"),
    c.CloseExpired: _plain(),
    c.LeaveBench: lambda case, by: {"person": _own(case, by), "evidence": SCAN},
    c.ReplaceRepresentative: lambda case, by: {"old": _own(case, by), "rep": rep("x7"), "evidence": SCAN},
    c.DelegateChief: lambda _, by: {
        "person": "e2" if by.side is Side.EMPLOYER else "w2",
        "until_on": day("2027-12-31"),
    },
    c.Suspend: _plain(until_on="2026-04-10", next=plan("2026-04-10")),
    c.Resume: _plain(),
    c.RequestGuidance: _plain(topic="流程"),
    c.AskForInstructor: _plain(person="x8"),
    c.RefuseInstructor: _plain(person="x8", reason="曾为对方提供服务"),
    c.AssignInstructor: _plain(person="x5"),
    c.ReleaseInstructor: _plain(person="x8"),
    c.CallInstructor: _plain(person="instructor", lasts_minutes=60),
    c.RecordCourtOrder: _plain(
        order="k1",
        side=Side.WORKER,
        order_no="1",
        court="法院",
        ordered_on="2026-03-02",
        evidence=SCAN,
        requested_by="operator",
        confirmed_by="authority",
        until_on="2026-12-31",
    ),
    c.EndCall: _plain(person="instructor"),
    c.EndGuidance: _plain(),
    c.InviteToTable: _plain(person="x6"),
    c.EndInvitation: _plain(person="guest"),
    c.ApplyForCoordination: _plain(facts="拒绝协商"),
    c.AcceptDispute: _plain(coordinators=("x4",)),
    c.AdvanceCoordination: _plain(reached="investigated"),
    c.ExtendDispute: _plain(days=15, reason="案情复杂"),
    c.CloseDispute: _plain(agreement=True, evidence=SCAN),
    c.Urge: _plain(channel="letter", demand="请答复"),
    c.IssueOpinion: _plain(article="HZ 24", facts="逾期"),
    c.AnswerOpinion: _plain(opinion="notice.1", outcome="corrected", answer="已改"),
    c.IssueRecommendation: _plain(opinion="notice.1", ground="refused", facts="拒不改正"),
    c.ContestFact: _plain(fact="notice.1", statement="不符"),
    c.CheckScan: _plain(scan="table.1", shows=True),
    c.WithdrawContest: _plain(fact="notice.1"),
    c.WithdrawCase: _plain(reason="改期"),
    c.TakeBackWithdrawal: _plain(),
    c.ConsentToWithdrawal: _plain(),
    c.EndTalks: _plain(reason="协调未成"),
    c.MergeIntoRegional: _plain(regional="n9"),
    c.RecordReference: _plain(kind="cpi", period="2026", rate="2", source="统计局"),
    c.CoverEnterprise: _plain(enterprise="firm9"),
    c.AdoptCalendar: _plain(calendar="new"),
    c.NoteDeadline: _plain(timer="reply", mark="T0"),
}


def payload(kind: type[c.Command], case: Negotiation, by: Member) -> c.Command:
    """A command of this kind such as this member might send in this case."""
    return kind.model_validate(PAYLOADS[kind](case, by))
