"""A case played in memory through the core alone: the scene of tests, seeds and random walks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, timezone
from hashlib import sha256
from random import Random
from typing import Any, NamedTuple

from cloudnego.chooser import Cast, ballot, can_fill, fill
from cloudnego.core import commands as c
from cloudnego.core import polls
from cloudnego.core.clauses import open_clauses, unsettled_heads
from cloudnego.core.decide import Decision, decide
from cloudnego.core.events import Event, PollOpened
from cloudnego.core.gate import may_ask, stuck_because
from cloudnego.core.moment import Drawn, Law, Moment, Named, Register, Standing, side_of
from cloudnego.core.overview import next_due
from cloudnego.core.procedure import PLACES
from cloudnego.core.refusals import Reason, Refused
from cloudnego.core.road import place_of
from cloudnego.core.sight import caucus_side, clock_asks, open_for
from cloudnego.core.state import EMPTY, EMPTY_CAUCUS, Caucus, Negotiation
from cloudnego.core.vocabulary import CLOCK, Member, Origin, Side, Stream
from cloudnego.stories import Scene

CHINA = timezone(timedelta(hours=8))


class Played(NamedTuple):
    """One ask that was carried out; `named`: what identity said of the person it names."""

    at: datetime
    by: Member
    command: c.Command
    events: tuple[Event, ...]
    named: Named | None = None


class Rehearsal(Scene):
    """One case in memory, with its people, its clock and all that was played."""

    def __init__(self, law: Law, cast: Cast, register: Register, at: datetime, dice: Random) -> None:
        self.cast = cast
        self.dice = dice
        self.members = cast.members()
        self.register = register
        self.at = at
        self.case_id = "rehearsal"
        self.played: list[Played] = []
        self.heads: Counter[Stream] = Counter()
        self.caucuses: dict[Side, Caucus] = {}
        self.others: dict[str, Negotiation] = {}  # other cases an ask may read, by id
        self.new_law: Law | None = None  # the law after a calendar was loaded
        self.leaning: Mapping[type[c.Command], float] = {}  # how often a walk asks what it is fond of, or loath to
        self._law = law
        self._case = EMPTY

    @property
    def case(self) -> Negotiation:
        return self._case

    @property
    def law(self) -> Law:
        return self._law

    @property
    def today(self) -> date:
        return self.at.date()

    def member(self, who: str) -> Member:
        return self.members.get(who) or Member(person=who)

    def moment(self, who: str | Member, command: c.Command | None = None) -> Moment:
        reads = PLACES[type(command)].ask.reads if command is not None else None
        other = self.others.get(str(getattr(command, reads))) if reads else None
        by = self.member(who) if isinstance(who, str) else who
        side = side_of(self._case, by) if command is None else caucus_side(self._case, by, command)
        return Moment(
            self._case, self.at, self._law, by, case_id=self.case_id, heads=self.heads, roots=self._root,
            caucus=self.caucuses.get(side, EMPTY_CAUCUS) if side else None, register=self.register, other=other,
            new_law=self.new_law, fact=self._fact(command), named=self._named(command),
        )  # fmt: skip

    def _root(self, stream: Stream) -> str:
        """A name for a stream as it stands: what is rehearsed has no leaves to take a root of."""
        return sha256(f"{self.case_id}/{stream}/{self.heads[stream]}".encode()).hexdigest()

    def _named(self, command: c.Command | None) -> Named | None:
        """In a rehearsal whoever is named stands in the pool of instructors, and belongs to neither side."""
        if isinstance(command, c.OpenElection | c.OpenBallot):
            return Named(drawn=self._drawn(command))
        names = PLACES[type(command)].ask.names if command is not None else None
        if names is None:
            return None
        return Named(origin=Origin.AUTHORITY, offices=self.member(getattr(command, names)).offices)

    def _drawn(self, command: c.OpenElection | c.OpenBallot) -> Drawn:
        """A roll of as many as the case has, and keys that are names of keys: a rehearsal has no ballots."""
        poll = f"poll{sum(isinstance(event, PollOpened) for one in self.played for event in one.events) + 1}"
        of_poll = sha256(f"{self.case_id}/{poll}".encode()).hexdigest()
        enterprise = command.enterprise if isinstance(command, c.OpenBallot) else None
        firm = next((max(2, one.headcount) for one in self._case.covers if one.enterprise == enterprise), None)
        roll = polls.voters(Moment(self._case, self.at, self._law, CLOCK), command) or firm or self.register.headcount
        return Drawn(poll=poll, roll=roll, roll_hash=of_poll, modulus=of_poll, thumbprint=of_poll, receipt_key=of_poll)

    def _fact(self, command: c.Command | None) -> Event | None:
        """The event an ask speaks of, counted out of what was played."""
        about = PLACES[type(command)].ask.about if command is not None else None
        place = place_of(getattr(command, about)) if about else None
        if place is None:
            return None
        of_its_stream = [x for one in self.played for x in one.events if x.stream is place[0]]
        return of_its_stream[place[1] - 1] if 0 < place[1] <= len(of_its_stream) else None

    def open(self, who: str, **wish: Any) -> None:
        year = self.today.year
        fields = {"enterprise": self.register.enterprise, "wage_year": year, **wish}
        self.ask(self.member(who), c.OpenCase.model_validate(fields))

    def act(self, who: str, kind: type[c.Command], /, **wish: Any) -> None:
        self.ask(self.member(who), fill(self.moment(who), kind, self.dice, self.cast, wish))

    def ask(self, by: Member, command: c.Command) -> Decision:
        """Judge one ask and remember it. Raises `Refused`; then nothing has happened."""
        moment = self.moment(by, command)
        decision = decide(moment, command)
        self.heard(command)
        if isinstance(command, c.AdoptCalendar) and self.new_law is not None:
            self._law = self.new_law
        for event in decision.events:
            self.heads[event.stream] += 1
        self._case = decision.after
        if decision.caucus_after is not None:
            (side,) = {one for event in decision.events for one in Side if Stream.caucus(one) is event.stream}
            self.caucuses[side] = decision.caucus_after
        self.played.append(Played(self.at, by, command, decision.events, moment.named))
        return decision

    def tick(self) -> None:
        """The clock asks all that is due, until nothing is."""
        while asks := clock_asks(Standing(self._case, self.at, self._law)):
            for ask in asks:
                try:
                    self.ask(CLOCK, ask)
                except Refused:
                    return
        self._count()

    def _count(self) -> None:
        """The votes on the platform whose time is over are counted."""
        while self._case.live and any(self.at >= polls.ends(one, self.at) for one in self._case.polls.values()):
            self.ask(CLOCK, fill(self.moment(CLOCK), c.CountPoll, self.dice, self.cast))

    def wait_until(self, day: date, hour: int = 9) -> None:
        goal = datetime.combine(day, time(hour), tzinfo=CHINA)
        while self._case.live:
            due = next_due(self._case, self._law)
            if due is None or due > day:
                break
            self.at = max(self.at, datetime.combine(due, time(0, 5), tzinfo=CHINA))
            before = len(self.played)
            self.tick()
            if len(self.played) == before:
                break
        self.at = max(self.at + timedelta(minutes=1), goal)
        self.tick()


_RARE: dict[type[c.Command], float] = {
    c.WithdrawCase: 0.004, c.EndTalks: 4.0, c.ConsentToWithdrawal: 0.5,
    c.TakeBackWithdrawal: 1.5, c.WithdrawOffer: 0.1, c.LeaveBench: 0.01,
    c.ReplaceRepresentative: 0.01, c.RevokeElectronicService: 0.05, c.ContestFact: 0.1, c.ReportTransfer: 0.1,
    c.CheckScan: 0.3,
    c.RecordReference: 0.1, c.Urge: 0.1, c.IssueOpinion: 0.1, c.RefuseToSign: 0.1, c.DeclareDeadlock: 0.05,
    c.DropClause: 0.1, c.Suspend: 1.0, c.DelegateChief: 0.1, c.InviteToTable: 0.1, c.EndInvitation: 0.1,
    c.GiveNoObjection: 0.5, c.ObjectToContract: 0.3, c.RequestSupplement: 0.5,
    c.NoteChiefAbsent: 0.2, c.AdjournMeeting: 0.08,
    c.RequestMaterials: 0.1, c.MakeProposal: 0.2, c.DraftTopicSheet: 0.3, c.RecordOpinions: 0.3,
    c.AskForInstructor: 0.1, c.RefuseInstructor: 0.1, c.ReleaseInstructor: 0.1, c.CallInstructor: 0.2, c.EndCall: 0.1,
    c.RequestGuidance: 0.1, c.RecordExternalCase: 0.1, c.ReportPerformance: 0.2, c.RaiseProblem: 0.1,
    c.PublishContract: 6.0, c.ReportToUpperUnion: 6.0,
    c.PublishPerformance: 0.1, c.MandateOutsider: 0.1, c.CoverEnterprise: 0.3, c.PostponeMeeting: 0.2,
    c.RecordObjection: 0.03, c.ApplyForCoordination: 0.1, c.AcceptDispute: 0.3, c.ProposeRecorder: 0.4,
    c.NoteClerical: 0.5, c.CloseDispute: 0.3,
    c.MakePackage: 0.1, c.HoldProposal: 0.1, c.WithdrawProposal: 0.1, c.AcceptInPrinciple: 0.2,
    c.TakeBackAcceptance: 2.0, c.ReopenClause: 0.03, c.DeclineMaterial: 0.1, c.SendMessage: 0.05, c.AskQuestion: 0.05,
    c.AnswerQuestion: 0.2, c.SetAgenda: 0.4, c.OpenTopic: 0.4, c.CloseTopic: 8.0, c.GiveFloor: 0.25,
    c.AddMinutesNote: 0.1, c.ObjectToLine: 0.2, c.WithdrawLineObjection: 4.0,
    c.OpenElection: 0.7, c.OpenBallot: 1.0, c.VoidPoll: 0.15,
    c.SendCaucusMessage: 0.02, c.OpenStrawPoll: 0.02, c.CastStraw: 0.05, c.CloseStrawPoll: 0.05,
}  # fmt: skip
"""How often a walk asks what leads aside; all else has weight 2."""


def _weight(scene: Rehearsal, kind: type[c.Command]) -> float:
    """What has been settled is seldom asked again, or a walk would undo more than it does."""
    case, meeting = scene.case, scene.case.meeting
    declared = case.filing.declared
    if kind is c.ConfirmNoObjection and (declared.worker or declared.employer):  # or the clock closes it in silence
        return scene.leaning.get(c.CloseConfirmation, 2.0)
    if kind is c.ReplaceRepresentative and any(case.benches.of(side).vacant for side in Side):
        return 2.0
    again = (
        (kind is c.ScheduleMeeting and meeting.plan is not None)
        or (kind is c.NameRecorder and meeting.recorder is not None)
        or (kind is c.ProposeCandidates and bool(case.election.candidates))
        or (kind is c.RecordDelegateRoll and case.roll is not None)
        or (kind is c.WriteMinutes and (not _settled(case) or meeting.minutes_result == "full_agreement"))
        or (kind is c.PutClause and len(case.clauses) > len(case.negotiated_heads()) and case.round == 1)
    )
    return 0.03 if again else scene.leaning.get(kind, _RARE.get(kind, 2.0))


def _settled(case: Negotiation) -> bool:
    return bool(case.clauses) and not unsettled_heads(case) and not open_clauses(case)


_CURES: dict[Reason, tuple[type[c.Command], ...]] = {
    Reason.LIST_MISSING: (
        c.RecordDelegateRoll, c.ProposeCandidates, c.RecordElection, c.OpenElection, c.AttestElection,
        c.AppointRepresentatives,
    ),
    Reason.LIST_NOT_PUBLISHED: (c.PublishList,), Reason.DUTY_NOT_ACCEPTED: (c.AcceptDuty,),
    Reason.TOO_FEW_REPRESENTATIVES: (c.ReplaceRepresentative,), Reason.CHIEF_VACANT: (c.ReplaceRepresentative,),
    Reason.EMPLOYER_OUTNUMBERS: (c.ReplaceRepresentative,), Reason.TOPICS_NOT_READY: (c.DeclareTopicsReady,),
    Reason.NO_OFFER: (c.SendOffer, c.DeclareTopicsReady), Reason.OFFER_NOT_SERVED: (c.ServePaper,),
    Reason.REPLY_AWAITED: (c.Reply,), Reason.REPLY_UNSERVED: (c.ServePaper,),
    Reason.MEETING_NOT_SCHEDULED: (c.ScheduleMeeting,), Reason.RECORDER_NOT_NAMED: (c.NameRecorder,),
    Reason.NOTICE_MISSING: (c.SendMeetingNotice, c.ServePaper), Reason.MATERIAL_OUTSTANDING: (c.DeliverMaterial,),
    Reason.MATERIAL_LATE: (c.WaiveMaterial, c.PostponeMeeting),
    Reason.NO_FULL_AGREEMENT: (
        c.FileAmendmentPlan, c.ScheduleMeeting, c.PutClause, c.ConfirmClause, c.CheckIn, c.ConfirmCheckIn,
        c.StartMeeting,
        c.WriteMinutes, c.ConfirmMinutes, c.Resume, c.SendMeetingNotice, c.ReplaceRepresentative, c.AcceptDuty,
    ),
    Reason.MINUTES_UNSIGNED: (c.SignMinutes,), Reason.DRAFT_MISSING: (c.ConfirmDraft,),
    Reason.DRAFT_NOT_SUBMITTED: (c.SubmitDraft,),
    Reason.CONGRESS_NOT_CONVENED: (c.ConveneCongress,), Reason.BALLOT_UNATTESTED: (c.AttestBallot,),
    Reason.NOT_PASSED: (c.AdoptVotingMethod, c.RecordAcceptance, c.RecordCoveredBallot, c.RecordBallot, c.OpenBallot),
    Reason.NOT_SIGNED: (c.SignContract,),
    Reason.NOT_FILED: (c.FileContract,), Reason.NOT_RECEIVED: (c.ReceiveFiling, c.RecordReceipt),
    Reason.REVIEW_RUNNING: (c.ConfirmNoObjection, c.SupplyPapers), Reason.OBJECTED: (c.ReturnToTable, c.NoteClerical),
}  # fmt: skip
"""What removes what a step waits for; a walk that never looks at this seldom gets past the meeting."""


def purposeful(scene: Rehearsal, busy: list[str]) -> None:
    """One ask that cures what the case is stuck on, by whoever of the busy may."""
    people, moments = scene.dice.sample(busy, len(busy)), dict[str, Moment]()
    for obstacle in stuck_because(Standing(scene.case, scene.at, scene.law)):
        cures = list(_CURES.get(obstacle.reason, ()))
        scene.dice.shuffle(cures)
        for kind in cures:
            place = PLACES[kind]
            if _weight(scene, kind) < 0.05:  # settled; asking again would undo it
                continue
            for who in people:
                moment = moments.get(who) or moments.setdefault(who, scene.moment(who))
                if moment.seats.isdisjoint(place.ask.by) or not may_ask(moment, place):
                    continue
                if try_one(scene, who, kind):
                    return


def wander(scene: Rehearsal, steps: int) -> None:
    """A random walk of at most so many asks: mostly asks whose needs are met, words from the state, time passing."""
    dice, cast, people = scene.dice, scene.cast, sorted(scene.members)
    purpose = dice.choice((0.05, 0.4, 0.6))
    busy = [cast.worker_bench[0], cast.employer_bench[0], cast.hr, cast.recorder, *cast.scrutineers[:2], cast.authority]
    for _ in range(steps):
        if not scene.case.live:
            return
        if dice.random() < 0.08:
            pass_time(scene)
            continue
        if dice.random() < purpose:
            purposeful(scene, busy)
            continue
        busy[3] = scene.case.meeting.recorder or cast.recorder
        who = busy[dice.randrange(len(busy))] if dice.random() < 0.6 else people[dice.randrange(len(people))]
        moment = scene.moment(who)
        open_now = [c.COMMANDS[name] for name in open_for(moment)]
        if not open_now:
            continue
        weights = [_weight(scene, kind) for kind in open_now]
        if dice.random() < sum(weights):  # who can do nothing but what is rare mostly does nothing
            try_one(scene, who, dice.choices(open_now, weights)[0])


def twist(scene: Rehearsal, moment: Moment, kind: type[c.Command]) -> dict[str, Any]:
    """Now and then things go another way than the chooser's: a ballot fails, nobody comes, a letter is in the post."""
    dice, total = scene.dice, moment.case.congress.total
    chance = dice.random()
    if kind is c.RecordBallot and chance < 0.4 and moment.case.opened and not moment.case.opened.ballot_per_enterprise:
        if chance < 0.15:
            return ballot(moment, dice, present=total // 2, yes=total // 2, no=0)
        return ballot(moment, dice, present=total, yes=total // 2, no=total - total // 2)
    if kind in (c.SendOffer, c.Reply, c.SendMeetingNotice) and chance < 0.1:
        return {"service": None}
    if kind is c.Reply and chance < 0.2:
        return {"outcome": "refused", "plan": None, "topics": []}
    if kind in (c.AttestBallot, c.AttestElection) and chance < 0.05:
        return {"correct": False}
    if kind is c.Reply and chance < 0.3 and moment.case.offer:
        return {"plan": {**moment.case.offer.plan.model_dump(), "place": None}}
    if kind is c.Reply and chance < 0.4:
        return {"outcome": "accepted_with_changes"}
    if kind is c.FileContract and (chance < 0.2 or c.RecordReceipt in scene.leaning):
        return {"channel": "external_upload"}
    if kind is c.CloseDispute and (chance < 0.2 or (c.EndTalks in scene.leaning and chance < 0.8)):
        return {"agreement": False}
    return {"outcome": "refused"} if kind is c.AnswerOpinion and chance < 0.4 else {}


def try_one(scene: Rehearsal, who: str, kind: type[c.Command]) -> bool:
    """One filled ask; True if it was carried out."""
    moment = scene.moment(who)
    try:
        command = fill(moment, kind, scene.dice, scene.cast, twist(scene, moment, kind))
    except LookupError:
        return False
    try:
        scene.ask(scene.member(who), command)
    except Refused:
        return False
    return True


def pass_time(scene: Rehearsal) -> None:
    """Some days go by: to the meeting, to the congress, past a review, or just a few."""
    case, dice = scene.case, scene.dice
    goals = [scene.today + timedelta(days=dice.choice((0, 1, 1, 2, 3)))]
    if case.meeting.plan and case.meeting.plan.day > scene.today:
        goals.append(case.meeting.plan.day)
    if case.congress.day and case.congress.day > scene.today:
        goals += [case.congress.day] * 2
    due = next_due(case, scene.law)
    review = case.filing.received_on is not None and dice.random() < 0.5
    if due and (review or case.filing.in_force_from or dice.random() < 0.2):
        goals += [due] * 2
    scene.wait_until(goals[dice.randrange(len(goals))], 10 + dice.randrange(7))


def openable(kind: type[c.Command]) -> bool:
    """Whether a walk can ask this kind at all."""
    return not kind.opens and can_fill(kind) and kind in PLACES
