"""What goes wrong, or another way, from the meeting to the performance. Only the demonstration tells it."""

from __future__ import annotations

from datetime import timedelta

from cloudnego import stories as s
from cloudnego.chooser import scan, topics, working_day_after
from cloudnego.core import commands as c
from cloudnego.core.clauses import open_clauses
from cloudnego.core.vocabulary import Side
from cloudnego.seedling.play import Play
from seeds.xiaoshan.straight import (
    E,
    W,
    from_draft,
    from_meeting,
    in_public,
    performed,
    to_ballot,
    to_force,
    to_offer,
    to_reply,
    to_session,
    to_signing,
)
from seeds.xiaoshan.words import clause

# --- step 6 -------------------------------------------------------------------------------------------------------


def adjourned(t: Play) -> None:
    """The first session ends without agreement on the figures; they meet again."""
    to_session(t)
    t.act(t.chief(W), c.MakeProposal)
    t.act(t.cast.recorder, c.AdjournMeeting)
    s.gather(t)


def chief_absent(t: Play) -> None:
    """The employer's chief does not come; after half an hour the recorder notes it, the other side names a new day."""
    s.up_to_meeting(t)
    plan = t.case.meeting.plan
    assert plan is not None
    t.wait_until(plan.day, 14)
    for rep in t.case.benches.worker.seated:
        t.act(rep.person, c.CheckIn)
    t.act(t.cast.recorder, c.ConfirmCheckIn, persons=[r.person for r in t.case.benches.worker.seated])
    t.at += timedelta(minutes=35)
    t.act(t.cast.recorder, c.NoteChiefAbsent, side=E)
    t.act(t.chief(W), c.ChooseNewDay)
    s.gather(t)


def deadlocked(t: Play, *, agreement: bool) -> None:
    """No agreement: a deadlock is declared, the authority coordinates (ZJ 39)."""
    to_session(t)
    t.act(t.chief(W), c.MakeProposal)
    t.act(t.cast.recorder, c.WriteMinutes, result="none", text="双方就调整幅度未能达成一致。")
    for side in Side:
        t.act(t.chief(side), c.ConfirmMinutes)
    t.act(t.chief(W), c.DeclareDeadlock)
    t.act(t.chief(W), c.ApplyForCoordination)
    t.wait_working(2)
    t.act(t.cast.authority, c.AcceptDispute)
    t.wait(16)
    t.act(t.cast.authority, c.CloseDispute, agreement=agreement)
    if agreement:
        s.settle(t)
        from_draft(t)


def coordinated(t: Play) -> None:
    deadlocked(t, agreement=True)


def guided(t: Play) -> None:
    """An instructor is mandated by the workers' chief as one of theirs (HZ 17), and another is invited."""
    to_offer(t)
    t.act(t.chief(W), c.MandateOutsider)
    t.act(t.chief(W), c.AcceptDuty, persons=[t.cast.outsiders[0]], evidence=scan(t.dice))
    t.act(t.chief(W), c.SendOffer)
    t.wait_working(2)
    s.side_list(t, E)
    s.sheet(t, E)
    t.act(t.chief(E), c.Reply)
    s.exchange(t)
    t.act(t.chief(W), c.InviteToTable, person=t.cast.instructor)
    t.wait_working(1)
    t.act(t.chief(W), c.EndInvitation)
    from_meeting(t)


def compiled(t: Play) -> None:
    """A material is waived, a clause dropped; the employer does not confirm the draft, so the compiled text stands."""
    to_reply(t)
    t.act(t.chief(E), c.Reply)
    t.act(t.chief(E), c.RequestMaterials)
    t.act(t.chief(E), c.WaiveMaterial)
    s.exchange(t)
    t.act(t.chief(W), c.PutClause, **clause(t, "T6"))
    s.gather(t)
    t.act(t.chief(W), c.DropClause, clause=next(n for n, one in t.case.clauses.items() if one.head == "T6"))
    for name in open_clauses(t.case):
        for chief in (t.chief(W), t.chief(E)):
            t.act(chief, c.ConfirmClause, clause=name, text_hash=t.case.clauses[name].text_hash)
    t.act(t.cast.recorder, c.WriteMinutes)
    for side in Side:
        t.act(t.chief(side), c.ConfirmMinutes)
    t.wait_working(4)
    for side in Side:
        t.act(t.chief(side), c.SignDraft)
    t.act(t.organ(W), c.SubmitDraft)
    from_draft(t)


# --- step 7 -------------------------------------------------------------------------------------------------------


def no_quorum(t: Play) -> None:
    """Fewer than two thirds come: no result, another day."""
    to_ballot(t)
    few = t.case.congress.total * 3 // 5
    s.vote(t, present=few, yes=few - 2, no=2)
    s.convene(t, 4)


def failed_twice(t: Play) -> None:
    """The second ballot fails too: a third round."""
    to_ballot(t)
    s.vote_down(t)
    for _ in range(2):
        t.act(t.chief(W), c.FileAmendmentPlan)
        s.again(t, t.chief(W), t.chief(E))
        s.convene(t, 2)
        s.vote_down(t)
        t.wait_working(1)


# --- step 8 -------------------------------------------------------------------------------------------------------


def signing_refused(t: Play) -> None:
    """The employer's chief refuses to sign what the congress passed; the union urges, then issues an opinion."""
    to_signing(t)
    t.act(t.chief(W), c.SignContract)
    t.wait_working(1)
    t.act(t.chief(E), c.RefuseToSign, reason="母公司要求重新核算人工成本。")
    t.wait_working(2)
    t.act(t.organ(W), c.Urge, demand="请依据条例第二十八条签署经职工代表大会通过的合同。")
    t.wait_working(4)
    t.act(t.organ(W), c.IssueOpinion, article="HZ 28", facts="经职工代表大会通过的合同，企业方首席代表未签字。")
    t.wait_working(8)
    t.act(t.chief(E), c.SignContract)


def outside(t: Play) -> None:
    """The authority reviews outside the platform: the stamped receipt is uploaded, then both sides declare."""
    to_signing(t)
    s.sign(t)
    t.act(t.cast.hr, c.FileContract, channel="external_upload")
    t.wait_working(1)
    t.act(t.cast.hr, c.RecordReceipt)
    s.be_silent(t)
    t.act(t.chief(W), c.ConfirmNoObjection)
    t.wait_working(2)
    t.act(t.cast.hr, c.ConfirmNoObjection)
    in_public(t)


def objection_surfaces(t: Play) -> None:
    """An objection dated in time turns up after both had declared that there was none: set back to the filing."""
    outside(t)
    received = t.case.filing.received_on
    assert received is not None
    t.wait_working(3)
    t.act(t.organ(W), c.RecordObjection, occurred_on=received + timedelta(days=12), opinion="请核对加班工资计算基数。")
    t.wait_working(4)
    t.act(t.chief(E), c.ReturnToTable)


def clerical(t: Play) -> None:
    """The authority objects to a slip of the pen: both chiefs and the town's union note it, no new ballot."""
    to_signing(t)
    s.from_congress(t)
    t.wait(4)
    t.act(t.cast.authority, c.ObjectToContract, opinion="合同期限的起止日期前后不一致，请更正。")
    for who in (t.chief(W), t.chief(E), t.cast.town_union):
        t.act(who, c.NoteClerical)
    s.sign(t)
    s.file(t)
    s.be_silent(t)


# --- step 9 -------------------------------------------------------------------------------------------------------


def problem(t: Play) -> None:
    """A worker's problem waits for an answer."""
    to_force(t)
    t.act(t.organ(E), c.PublishContract)
    t.act(t.organ(W), c.ReportToUpperUnion)
    t.wait(30)
    t.act(t.cast.spare_workers[0], c.RaiseProblem)
    t.wait_working(10)
    t.act(t.chief(E), c.AnswerProblem)


def opinion_answered(t: Play) -> None:
    """A problem that is not solved: an opinion, which the enterprise answers; a lawsuit is noted."""
    problem(t)
    t.wait_working(5)
    t.act(t.organ(W), c.IssueOpinion, article="HZ 43", facts="夜班津贴经书面提出后仍未按合同足额发放。")
    t.wait_working(6)
    opinion = next(iter(t.case.opinions))
    t.act(t.chief(E), c.AnswerOpinion, opinion=opinion, outcome="will_correct", answer="将于本月补发并公示。")
    t.wait_working(10)
    t.act(t.organ(W), c.RecordExternalCase, forum="mediation", reference="演示调解〔2026〕第3号")


def opinion_refused(t: Play) -> None:
    """The enterprise refuses to correct: the district's union recommends action to the authority."""
    problem(t)
    t.act(t.organ(W), c.IssueOpinion, article="HZ 43", facts="合同约定的岗位工资调整没有执行。")
    t.wait_working(5)
    opinion = next(iter(t.case.opinions))
    t.act(t.chief(E), c.AnswerOpinion, opinion=opinion, outcome="refused", answer="企业认为已经执行。")
    t.wait_working(3)
    t.act(t.cast.district_union, c.IssueRecommendation, facts="企业拒绝改正，建议依法处理。")


def transferred(t: Play) -> None:
    """HR reports that a protected representative was moved without consent; shown to the union (HZ 20)."""
    performed(t)
    person = t.cast.worker_bench[2]
    t.act(t.cast.hr, c.ReportTransfer, person=person, change="transfer", consented=False, reason="车间调整")


def absent_but_delegated(t: Play) -> None:
    """The employer's chief delegates in writing for the meeting and the signing."""
    s.up_to_meeting(t)
    deputy, until = t.cast.employer_bench[1], working_day_after(t.moment(t.chief(E)), 60)
    t.act(t.chief(E), c.DelegateChief, person=deputy, until_on=until, may_sign=True)
    from_meeting(t)


def many_heads(t: Play) -> None:
    """Nearly all nine heads are up for negotiation."""
    heads = ("T2", "T3", "T4", "T5", "T6", "T7", "T9")
    to_offer(t)
    t.act(t.chief(W), c.SendOffer, topics=topics(t.moment(t.chief(W)), t.cast, heads))
    t.wait_working(2)
    s.side_list(t, E)
    s.sheet(t, E)
    t.act(t.chief(E), c.Reply)
    s.exchange(t)
    from_meeting(t)
