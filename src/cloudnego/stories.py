"""Whole negotiations as stories: who does what, in order, filled by the chooser. A story cannot be unlawful.

A story speaks to a `Scene`: in memory (`rehearsal`), over HTTP (`walk`), or into the seeds. Each act is asked by its
real actor and judged like any other; the scene moves the clock and lets the clock do its own asking.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

from cloudnego.chooser import Cast, ballot, working_day_after
from cloudnego.core import commands as c
from cloudnego.core.calendar import add_working_days
from cloudnego.core.clauses import open_clauses, text_hash, unsettled_heads
from cloudnego.core.deadlines import running
from cloudnego.core.moment import Law, Moment
from cloudnego.core.state import Negotiation
from cloudnego.core.vocabulary import Scope, Side


class Scene(ABC):
    """Where a story is played: the case as it stands, its law, its people, and ways to act and to let time pass."""

    cast: Cast
    dice: Random

    @property
    @abstractmethod
    def case(self) -> Negotiation: ...

    @property
    @abstractmethod
    def law(self) -> Law: ...

    @property
    @abstractmethod
    def today(self) -> date: ...

    @abstractmethod
    def open(self, who: str, **wish: Any) -> None:
        """Open the case; `wish` are fields of `OpenCase`."""

    @abstractmethod
    def act(self, who: str, kind: type[c.Command], /, **wish: Any) -> None:
        """One act of one person, filled by the chooser, `wish` laid over it."""

    @abstractmethod
    def wait_until(self, day: date, hour: int = 9) -> None:
        """Let the clock reach a day; what falls due on the way is noted by the clock itself."""

    @abstractmethod
    def moment(self, who: str) -> Moment: ...

    def heard(self, command: c.Command) -> None:
        """Remember what a clause says: the state keeps its hash alone, and the congress is shown the text."""
        if isinstance(command, c.PutClause):
            known = text_hash(command.head, command.values, command.prose)
            self.cast.prose[known] = command.prose

    # --- said often -----------------------------------------------------------------------------------------------

    def wait(self, days: int) -> None:
        self.wait_until(self.today + timedelta(days=days))

    def wait_working(self, days: int) -> None:
        self.wait_until(add_working_days(self.law.calendar, self.today, days) or self.today + timedelta(days=days))

    def chief(self, side: Side) -> str:
        return self.case.benches.of(side).chief or self.cast.bench(side)[0]

    def organ(self, side: Side) -> str:
        return self.cast.worker_bench[0] if side is Side.WORKER else self.cast.hr


Story = Callable[[Scene], None]


# --- the parts ----------------------------------------------------------------------------------------------------


def confirm_service(t: Scene, *sides: Side) -> None:
    """The sides name the platform as their receiving system (D0)."""
    for side in sides or tuple(Side):
        t.act(t.organ(side), c.ConfirmElectronicService)


def worker_list(t: Scene) -> None:
    """The delegates elect and two scrutineers attest, or the union appoints where the pack has no vote; the list is
    publicised, the duty accepted."""
    union = t.organ(Side.WORKER)
    if t.case.roll is None and t.case.has_union:
        t.act(union, c.RecordDelegateRoll)
    if t.law.pack.choosing.worker_by == "appointed" and t.case.has_union and t.case.scope is Scope.ENTERPRISE:
        t.act(union, c.AppointRepresentatives)
    else:
        t.act(union, c.ProposeCandidates)
        t.act(union, c.RecordElection)
        for scrutineer in t.case.election.scrutineers[:2]:
            t.act(scrutineer, c.AttestElection)
    t.act(union, c.PublishList)
    accept_duty(t, Side.WORKER)


def employer_list(t: Scene) -> None:
    """The legal representative names the employer side."""
    t.act(t.cast.hr, c.AppointRepresentatives)
    t.act(t.cast.hr, c.PublishList)
    accept_duty(t, Side.EMPLOYER)


def accept_duty(t: Scene, side: Side) -> None:
    for rep in t.case.benches.of(side).seated:
        if rep.person not in t.case.benches.of(side).accepted:
            t.act(rep.person, c.AcceptDuty)


def side_list(t: Scene, side: Side) -> None:
    worker_list(t) if side is Side.WORKER else employer_list(t)


def sheet(t: Scene, side: Side) -> None:
    """Opinions and the topic sheet in the side's own stream, then the table learns that it is ready."""
    chief = t.chief(side)
    if side is Side.WORKER:
        t.act(chief, c.RecordOpinions)
    t.act(chief, c.DraftTopicSheet)
    t.act(chief, c.DeclareTopicsReady)


def exchange(t: Scene) -> None:
    """Step 5: information asked and given, notices, recorder, the day of the meeting, first figures, draft clauses."""
    worker, employer = t.chief(Side.WORKER), t.chief(Side.EMPLOYER)
    if t.case.meeting.plan is None:
        t.act(worker, c.ScheduleMeeting)
        if t.case.meeting.plan is None:
            t.act(employer, c.ScheduleMeeting)
    t.act(worker, c.RequestMaterials)
    t.act(employer, c.DeliverMaterial)
    t.act(worker, c.AcknowledgeMaterial)
    t.act(worker, c.MakeProposal)
    t.act(employer, c.MakeProposal)
    for head in sorted(t.case.negotiated_heads()):
        t.act(worker, c.PutClause) if head != "T2" else t.act(employer, c.PutClause)
    for chief in (worker, employer):
        t.act(chief, c.SendMeetingNotice)
    for chief in (worker, employer):
        t.act(chief, c.NameRecorder)


def gather(t: Scene) -> None:
    """The day comes: everybody checks in, the recorder confirms, the session opens."""
    plan = t.case.meeting.plan
    assert plan is not None
    t.wait_until(plan.day, 14)
    for side in Side:
        for rep in t.case.benches.of(side).seated:
            t.act(rep.person, c.CheckIn)
    t.act(t.cast.recorder, c.ConfirmCheckIn)
    t.act(t.cast.recorder, c.StartMeeting)


def settle(t: Scene) -> None:
    """Figures meet, each clause is confirmed by both chiefs, the minutes by both, the employer confirms the draft."""
    worker, employer = t.chief(Side.WORKER), t.chief(Side.EMPLOYER)
    t.act(worker, c.MakeProposal)
    t.act(employer, c.MakeProposal)
    while unsettled_heads(t.case) and not open_clauses(t.case):
        t.act(employer, c.PutClause)
    for name in open_clauses(t.case):
        for chief in (worker, employer):
            t.act(chief, c.ConfirmClause, clause=name, text_hash=t.case.clauses[name].text_hash)
    sign_minutes(t)


def sign_minutes(t: Scene) -> None:
    t.act(t.cast.recorder, c.WriteMinutes)
    for side in Side:
        t.act(t.chief(side), c.ConfirmMinutes)
    if t.law.pack.meeting.minutes_by_all:
        for side in Side:
            t.act(t.chief(side), c.SignMinutes)
    t.act(t.chief(Side.EMPLOYER), c.ConfirmDraft)


def convene(t: Scene, days: int = 8) -> None:
    """The draft goes to the congress, which adopts its method and elects two scrutineers."""
    union = t.organ(Side.WORKER)
    if t.case.congress.submitted_on is None:
        for side in Side:  # advised before the ballot (N2004 34)
            t.act(t.chief(side), c.SignDraft)
        t.act(t.chief(Side.EMPLOYER), c.SubmitDraft)
    day = working_day_after(t.moment(union), days)
    if t.case.congress.materials_on is None:
        t.act(union, c.SendCongressMaterials)
    t.act(union, c.ConveneCongress, day=day)
    if t.case.congress.ballot_mode is None:
        t.act(union, c.AdoptVotingMethod)
    t.wait_until(day)


def vote(t: Scene, **counts: int) -> None:
    """The counts are entered and two scrutineers attest them."""
    union = t.organ(Side.WORKER)
    if counts:
        t.act(union, c.RecordBallot, **ballot(t.moment(union), t.dice, **counts))
    else:
        t.act(union, c.RecordBallot)
    for scrutineer in t.case.congress.scrutineers[:2]:
        t.act(scrutineer, c.AttestBallot)


def vote_down(t: Scene) -> None:
    """Three quarters come, half of all are needed, one vote is missing."""
    total = t.case.congress.total
    present, yes = (3 * total + 3) // 4, total // 2
    vote(t, present=present, yes=yes, no=present - yes)


def sign(t: Scene) -> None:
    for side in Side:
        t.act(t.chief(side), c.SignContract)


def file(t: Scene, channel: str = "in_platform") -> None:
    t.act(t.cast.hr, c.FileContract, channel=channel)
    t.wait_working(1)
    if channel == "in_platform":
        t.act(t.cast.authority, c.ReceiveFiling)
    else:
        t.act(t.cast.hr, c.RecordReceipt)


def be_silent(t: Scene) -> None:
    """The authority's fifteen days pass without a word."""
    review = running(t.case, t.law, "review")
    assert review is not None
    assert review.latest is not None
    t.wait_until(review.latest + timedelta(days=1))


def perform(t: Scene) -> None:
    """Publication, the report to the upper union, a year of performance, the yearly report, the end of the term."""
    t.wait_working(1)
    t.act(t.cast.hr, c.PublishContract)
    t.act(t.organ(Side.WORKER), c.ReportToUpperUnion)
    t.act(t.cast.worker_bench[1], c.RaiseProblem)
    t.act(t.chief(Side.EMPLOYER), c.AnswerProblem)
    expires = t.case.filing.expires_on
    assert expires is not None
    t.wait_until(expires - timedelta(days=20))
    t.act(t.cast.hr, c.ReportPerformance)
    t.wait_until(expires + timedelta(days=1))


def up_to_meeting(t: Scene, side: Side = Side.WORKER) -> None:
    """Steps 1 to 5, `side` offering."""
    t.open(t.organ(side))
    confirm_service(t)
    side_list(t, side)
    sheet(t, side)
    t.act(t.chief(side), c.SendOffer)
    t.wait_working(2)
    side_list(t, side.other)
    sheet(t, side.other)
    t.act(t.chief(side.other), c.Reply)
    exchange(t)


def from_congress(t: Scene, channel: str = "in_platform") -> None:
    """Steps 8 and 9 after a draft has passed."""
    sign(t)
    t.wait_working(2)
    file(t, channel)


# --- the stories --------------------------------------------------------------------------------------------------


def plain(t: Scene) -> None:
    """The worker side offers; eight steps online, one in person; in force by silence; performed to its end."""
    up_to_meeting(t)
    gather(t)
    settle(t)
    convene(t)
    vote(t)
    from_congress(t)
    be_silent(t)
    perform(t)


def employer_offer(t: Scene) -> None:
    """The employer opens and offers (HZ 24: either side)."""
    up_to_meeting(t, Side.EMPLOYER)
    gather(t)
    settle(t)
    convene(t)
    vote(t)
    from_congress(t)
    t.wait_working(3)
    t.act(t.cast.authority, c.GiveNoObjection)
    perform(t)


def failed_ballot(t: Scene) -> None:
    """The first ballot fails by one vote; the workers amend, both agree to talk online, the second ballot passes."""
    up_to_meeting(t)
    gather(t)
    settle(t)
    convene(t)
    vote_down(t)
    worker, employer = t.chief(Side.WORKER), t.chief(Side.EMPLOYER)
    t.act(worker, c.FileAmendmentPlan)
    again(t, worker, employer)
    convene(t, 2)
    vote(t)
    from_congress(t)
    be_silent(t)
    perform(t)


def again(t: Scene, worker: str, employer: str) -> None:
    """Another round of talks, online because both chiefs agree."""
    for chief in (worker, employer):
        t.act(chief, c.AgreeOnlineMeeting)
    name = next(iter(t.case.clauses))
    head = t.case.clauses[name].head
    values = [v.model_dump() for v in t.case.clauses[name].values]
    prose = "按修改方案调整：提高一线岗位幅度并明确夜班津贴。"
    t.act(worker, c.PutClause, clause=name, head=head, values=values, prose=prose)
    plan = {"day": working_day_after(t.moment(worker), 1), "time": "10:00", "place": "线上会议室", "mode": "online"}
    t.act(worker, c.ScheduleMeeting, plan=plan)
    t.act(employer, c.ScheduleMeeting, plan=plan)
    gather(t)
    settle(t)


def suspended(t: Scene) -> None:
    """No agreement in the first session: suspended with the worker chief's consent, taken up again, agreed."""
    up_to_meeting(t)
    gather(t)
    t.act(t.chief(Side.WORKER), c.MakeProposal)
    t.act(t.cast.recorder, c.WriteMinutes, result="none")
    for side in Side:
        t.act(t.chief(side), c.ConfirmMinutes)
    t.act(t.chief(Side.EMPLOYER), c.Suspend)
    t.act(t.chief(Side.WORKER), c.Suspend)
    assert t.case.suspension.until is not None
    t.wait_until(t.case.suspension.until)
    t.act(t.chief(Side.WORKER), c.Resume)
    gather(t)
    settle(t)
    convene(t)
    vote(t)
    from_congress(t)
    be_silent(t)
    perform(t)


def objected(t: Scene) -> None:
    """The authority asks for a paper and objects to a clause; revised at the table, voted again, filed again."""
    up_to_meeting(t)
    gather(t)
    settle(t)
    convene(t)
    vote(t)
    from_congress(t)
    t.act(t.cast.authority, c.RequestSupplement)
    t.act(t.cast.hr, c.SupplyPapers)
    t.wait(3)
    t.act(t.cast.authority, c.ObjectToContract)
    worker, employer = t.chief(Side.WORKER), t.chief(Side.EMPLOYER)
    t.act(employer, c.ReturnToTable)
    again(t, worker, employer)
    convene(t, 3)
    vote(t)
    from_congress(t)
    be_silent(t)
    perform(t)


def silent_enterprise(t: Scene) -> None:
    """The employer never logs in: papers by post, overdue reply, urging, opinion, recommendation, coordination."""
    t.open(t.organ(Side.WORKER))
    worker_list(t)
    sheet(t, Side.WORKER)
    chief, union = t.chief(Side.WORKER), t.organ(Side.WORKER)
    t.act(chief, c.SendOffer)
    t.wait_working(11)
    t.act(union, c.Urge)
    t.act(union, c.RequestGuidance)
    t.act(t.cast.town_union, c.AssignInstructor)
    t.act(union, c.IssueOpinion)
    term = running(t.case, t.law, "opinion_answer", next(iter(t.case.opinions)))
    assert term is not None
    assert term.latest is not None
    t.wait_until(term.latest + timedelta(days=1))
    t.act(t.cast.district_union, c.IssueRecommendation)
    t.act(chief, c.ApplyForCoordination)
    t.wait_working(2)
    t.act(t.cast.authority, c.AcceptDispute)
    t.wait(20)
    t.act(t.cast.authority, c.ExtendDispute)
    t.wait(12)
    t.act(t.cast.authority, c.CloseDispute, agreement=False)
    t.act(t.cast.town_union, c.EndGuidance)
    t.act(chief, c.WithdrawCase)


def late_enterprise(t: Scene) -> None:
    """A firm without accounts answers late and on paper; its acts are entered from its papers; all goes through."""
    t.open(t.organ(Side.WORKER))
    worker_list(t)
    sheet(t, Side.WORKER)
    t.act(t.chief(Side.WORKER), c.SendOffer)
    t.wait_working(13)
    t.act(t.organ(Side.WORKER), c.Reply, **from_paper(t))
    bench = {
        "reps": [{"person": p, "manager": True} for p in t.cast.employer_bench],
        "chief": t.cast.employer_bench[0],
        "chief_is": "legal_representative",
    }
    t.act(t.organ(Side.WORKER), c.AppointRepresentatives, **bench, **from_paper(t))
    t.act(t.organ(Side.WORKER), c.PublishList, **from_paper(t))
    t.act(t.organ(Side.WORKER), c.AcceptDuty, persons=list(t.cast.employer_bench), **from_paper(t))
    exchange(t)
    gather(t)
    settle(t)
    convene(t)
    vote(t)
    from_congress(t, "external_upload")
    review = running(t.case, t.law, "review")
    assert review is not None
    assert review.latest is not None
    t.wait_until(review.latest + timedelta(days=1))
    t.act(t.chief(Side.WORKER), c.ConfirmNoObjection)
    t.wait_working(6)
    perform(t)


def from_paper(t: Scene, side: Side = Side.EMPLOYER) -> dict[str, Any]:
    """The field that enters an act from a paper of the other side."""
    proof = {"sha256": f"{t.dice.getrandbits(256):064x}"}
    return {"on_paper": {"side": side, "occurred_on": t.today, "evidence": proof}}


def no_union(t: Scene) -> None:
    """A firm without a union: the town union opens, more than half of all workers approve the list (HZ 18)."""
    plain(t)


def regional(t: Scene) -> None:
    """An industry or regional contract over many firms, each firm voting by itself (HZ 30-35)."""
    t.open(t.organ(Side.WORKER), scope=Scope.REGION, covers=list(t.cast.enterprises), ballot_per_enterprise=True)
    confirm_service(t)
    side_list(t, Side.WORKER)
    sheet(t, Side.WORKER)
    t.act(t.chief(Side.WORKER), c.SendOffer)
    t.wait_working(2)
    side_list(t, Side.EMPLOYER)
    sheet(t, Side.EMPLOYER)
    t.act(t.chief(Side.EMPLOYER), c.Reply)
    exchange(t)
    gather(t)
    settle(t)
    convene(t)
    for covered in t.case.covers:
        total = max(2, covered.headcount)
        yes = total - t.dice.randrange(1 + total // 4)
        t.act(
            t.organ(Side.WORKER),
            c.RecordCoveredBallot,
            enterprise=covered.enterprise,
            total=total,
            present=total,
            yes=yes,
        )
    vote(t)
    from_congress(t)
    be_silent(t)
    perform(t)


STORIES: dict[str, Story] = {
    "plain": plain,
    "failed-ballot": failed_ballot,
    "suspended": suspended,
    "objected": objected,
    "employer-offer": employer_offer,
    "silent-enterprise": silent_enterprise,
    "regional": regional,
}
"""The stories `cloudnego walk` can carry."""

FURTHER: dict[str, Story] = {"late-enterprise": late_enterprise, "no-union": no_union}
"""More ways the seeds and the tests go."""
