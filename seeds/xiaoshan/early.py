"""What goes wrong, or another way, in the first five steps. Only the demonstration tells it."""

from __future__ import annotations

from datetime import timedelta

from cloudnego import stories as s
from cloudnego.chooser import scan
from cloudnego.core import commands as c
from cloudnego.core.deadlines import running
from cloudnego.core.vocabulary import Stream
from cloudnego.seedling.play import Play
from seeds.xiaoshan.straight import E, W, from_meeting, to_offer, to_reply


def by_post(t: Play) -> None:
    """The other side has named no receiving system: the offer goes by post, its arrival is entered with proof."""
    t.open(t.organ(W))
    s.confirm_service(t, W)
    s.side_list(t, W)
    s.sheet(t, W)
    t.act(t.chief(W), c.SendOffer, service=None)
    t.wait_working(2)
    t.act(t.chief(W), c.ServePaper)


def refused(t: Play) -> None:
    """A reply that refuses; the union asks the town's union for guidance, which sends an instructor."""
    to_reply(t)
    t.act(t.chief(E), c.Reply, outcome="refused", plan=None, topics=[], reason="本年度订单不足，暂不同意协商。")
    t.wait_working(1)
    t.act(t.organ(W), c.RequestGuidance, topic="企业方拒绝要约，请派指导员到企业沟通", urgent=True)
    t.wait_working(1)
    t.act(t.cast.town_union, c.AssignInstructor)
    t.act(t.organ(W), c.Urge)
    t.wait_working(6)
    t.act(t.chief(E), c.Reply)


def crossing(t: Play) -> None:
    """Two offers cross: the second is read as the reply."""
    to_offer(t)
    t.act(t.chief(W), c.SendOffer)
    t.wait_working(1)
    s.side_list(t, E)
    s.sheet(t, E)
    t.act(t.chief(E), c.SendOffer)
    s.exchange(t)
    from_meeting(t)


def late_and_contested(t: Play) -> None:
    """The reply comes late; the employer contests the day of receipt, and the fact is shown as contested."""
    to_offer(t)
    t.act(t.chief(W), c.SendOffer)
    t.wait_working(12)
    s.side_list(t, E)
    s.sheet(t, E)
    fact = f"notice.{t.heads[Stream.NOTICE]}"
    says = {"fact": fact, "says_on": t.today - timedelta(days=6), "statement": "要约书由门卫代收，经办人三日后才见到。"}
    t.act(t.cast.hr, c.ContestFact, **says, evidence=scan(t.dice))
    t.act(t.chief(E), c.Reply)
    s.exchange(t)
    s.gather(t)
    t.act(t.cast.hr, c.WithdrawContest)
    s.settle(t)


def offered_twice(t: Play) -> None:
    """The first offer is taken back before the reply; the second one stands."""
    to_offer(t)
    t.act(t.chief(W), c.SendOffer)
    t.wait_working(2)
    t.act(t.chief(W), c.WithdrawOffer, reason="议题需补充职工意见后重新发出。")
    t.wait_working(5)
    t.act(t.chief(W), c.DeclareTopicsReady)
    t.act(t.chief(W), c.SendOffer)
    t.wait_working(2)
    s.side_list(t, E)
    s.sheet(t, E)
    t.act(t.chief(E), c.Reply)
    s.exchange(t)
    from_meeting(t)


def ladder(t: Play, *, to_dispute: bool) -> None:
    """An enterprise that never answers: urged, guided, an opinion, a recommendation, then coordination."""
    t.open(t.organ(W))
    s.worker_list(t)
    s.sheet(t, W)
    chief, union = t.chief(W), t.organ(W)
    t.act(chief, c.SendOffer)
    t.wait_working(11)
    t.act(union, c.Urge)
    t.act(union, c.RequestGuidance)
    t.act(t.cast.town_union, c.AssignInstructor)
    t.wait_working(3)
    t.act(union, c.IssueOpinion)
    term = running(t.case, t.law, "opinion_answer", next(iter(t.case.opinions)))
    assert term is not None
    assert term.latest is not None
    t.wait_until(term.latest + timedelta(days=1))
    t.act(t.cast.district_union, c.IssueRecommendation)
    if to_dispute:
        t.act(chief, c.ApplyForCoordination)
        t.wait_working(2)
        t.act(t.cast.authority, c.AcceptDispute)
        t.wait(20)
        t.act(t.cast.authority, c.ExtendDispute)
        t.wait(12)
        t.act(t.cast.authority, c.CloseDispute, agreement=False)
        t.act(t.cast.town_union, c.EndGuidance)
        t.act(chief, c.EndTalks, reason="协调处理期满未达成协议，职工方将另行要约。")


def silent(t: Play) -> None:
    ladder(t, to_dispute=False)


def failed(t: Play) -> None:
    ladder(t, to_dispute=True)


def withdrawn_alone(t: Play) -> None:
    """Before the reply the side that offered may withdraw alone."""
    to_offer(t)
    t.act(t.chief(W), c.SendOffer)
    t.wait_working(3)
    t.act(t.chief(W), c.WithdrawCase, reason="企业正在合并重组，待新单位成立后重新要约。")


def withdrawn_together(t: Play) -> None:
    """After the reply it takes the other side's consent."""
    to_reply(t)
    t.act(t.chief(E), c.Reply)
    t.wait_working(4)
    t.act(t.chief(W), c.WithdrawCase, reason="双方同意待年度审计结束后重新开始。")
    t.wait_working(1)
    t.act(t.chief(E), c.ConsentToWithdrawal)


# --- step 5 -------------------------------------------------------------------------------------------------------


def materials_late(t: Play) -> None:
    """What was asked for comes late; the asking side puts the meeting off by as many days."""
    to_reply(t)
    t.act(t.chief(E), c.Reply)
    for chief in (t.chief(W), t.chief(E)):
        t.act(chief, c.SendMeetingNotice)
        t.act(chief, c.NameRecorder)
    t.act(t.chief(W), c.RequestMaterials)
    t.act(t.chief(W), c.ScheduleMeeting)
    if t.case.meeting.plan is None:
        t.act(t.chief(E), c.ScheduleMeeting)
    assert t.case.meeting.plan is not None
    due = running(t.case, t.law, "materials", next(iter(t.case.materials)))
    assert due is not None
    assert due.latest is not None
    t.wait_until(max(t.today, due.latest) + timedelta(days=3))
    t.act(t.chief(E), c.DeliverMaterial)
    name = next(iter(t.case.materials))
    while (due := running(t.case, t.law, "materials", name)) and due.late:  # counted in days, due in working days
        t.act(t.chief(W), c.PostponeMeeting)
    for _ in t.case.negotiated_heads():
        t.act(t.chief(W), c.PutClause)
    s.gather(t)
    s.settle(t)
    s.convene(t)


def no_recorder(t: Play) -> None:
    """The chiefs name different people; the town's union proposes a third (HZ 26)."""
    to_reply(t)
    t.act(t.chief(E), c.Reply)
    t.act(t.chief(W), c.NameRecorder, person=t.cast.recorder)
    t.act(t.chief(E), c.NameRecorder, person=t.cast.hr)
    t.wait_working(2)
    t.act(t.cast.town_union, c.ProposeRecorder, person=t.cast.instructor)
    t.wait_working(2)
    t.act(t.chief(W), c.NameRecorder, person=t.cast.instructor)
    t.act(t.chief(E), c.NameRecorder, person=t.cast.instructor)


def vacancy(t: Play) -> None:
    """A representative leaves the enterprise before the meeting; the seat must be filled in fifteen days."""
    s.up_to_meeting(t)
    person = t.cast.worker_bench[1]
    t.act(t.cast.hr, c.ReportTransfer, person=person, change="termination", consented=True, reason="本人提出辞职")
    t.act(t.organ(W), c.LeaveBench, person=person, reason="已办理离职手续", evidence=scan(t.dice))
    t.wait_working(4)
    t.act(t.organ(W), c.ReplaceRepresentative)
    s.accept_duty(t, W)
    from_meeting(t)


def chief_gone(t: Play) -> None:
    """The employer's chief changes: no meeting and no signing until the seat is filled."""
    s.up_to_meeting(t)
    t.act(t.cast.hr, c.LeaveBench, person=t.chief(E), reason="法定代表人变更", evidence=scan(t.dice))
    t.wait_working(5)
    t.act(t.cast.hr, c.ReplaceRepresentative)
    s.accept_duty(t, E)
    from_meeting(t)


def to_merge(t: Play) -> None:
    """Both sides let the contract of their industry take the place of their own case."""
    to_offer(t)
    own = t.register.enterprise
    regional = next(name for name, case in t.others.items() if own in {one.enterprise for one in case.covers})
    t.act(t.chief(W), c.MergeIntoRegional, regional=regional)
    t.wait_working(2)
    t.act(t.cast.hr, c.MergeIntoRegional, regional=regional)
