"""What the 161 enterprises are going through in 2026: each plot is a story, where it stands today, and how often."""

from __future__ import annotations

from typing import Final, NamedTuple

from cloudnego import stories as s
from cloudnego.core import commands as c
from cloudnego.core.vocabulary import Side
from cloudnego.seedling.play import Play, Tale
from seeds.xiaoshan import early, late
from seeds.xiaoshan import straight as road
from seeds.xiaoshan.telling import Stop

ANY, UNION_LESS, DOWN_MAKER = "any", "without a union", "a down-maker"


class Plot(NamedTuple):
    """A story that stops before the n-th ask of a kind, `lags` days before today (negative: it will come after).

    `step` is where the case stands then, `ending` how it ended; `shows` says it in one line. Without `stop` the story
    was told to its end, and the case was opened between `since` and `until` months of the year (0: in the year before).
    """

    key: str
    shows: str
    tale: Tale
    stop: Stop | None = None
    lags: tuple[int, ...] = (0,)
    step: str = ""
    ending: str | None = None
    wants: str = ANY
    since: int = 0
    until: int = 0

    @property
    def times(self) -> int:
        return len(self.lags)


def employer_opens(t: Play) -> None:
    """The employer opens and offers (HZ 24)."""
    s.up_to_meeting(t, Side.EMPLOYER)


def _live(key: str, shows: str, tale: Tale, kind: type[c.Command], nth: int, *lags: int, step: str,
          wants: str = ANY) -> Plot:  # fmt: skip
    return Plot(key, shows, tale, (kind, nth), lags, step, None, wants)


def _told(  # noqa: PLR0917 - one row of a table
    key: str, shows: str, tale: Tale, times: int, since: int, until: int, step: str = "performance",
    ending: str | None = None, wants: str = ANY,
) -> Plot:  # fmt: skip
    return Plot(key, shows, tale, None, (0,) * times, step, ending, wants, since, until)


_STEP_1 = (
    _live("opened", "opened, no list yet", s.plain, c.RecordDelegateRoll, 1, 2, 5, step="representatives"),
    _live("candidates", "candidates stand, no vote yet", s.plain, c.RecordElection, 1, 1, 3, step="representatives"),
    _live("unattested", "counts wait for a scrutineer", s.plain, c.AttestElection, 2, 1, step="representatives"),
    _live("duty", "duty not yet accepted by all", s.plain, c.AcceptDuty, 2, 4, step="representatives"),
    _live("no-union", "the town's union leads the election", s.plain, c.RecordElection, 1, 2, step="representatives",
          wants=UNION_LESS),
    _live("employer-opens", "the employer opened", employer_opens, c.PublishList, 1, 3, step="representatives"),
)  # fmt: skip

_STEPS_2_TO_4 = (
    _live("opinions", "opinions are collected", s.plain, c.RecordOpinions, 1, 1, 4, 6, step="topics"),
    _live("sheet", "a sheet not yet declared", s.plain, c.DeclareTopicsReady, 1, 1, 3, step="topics"),
    _live("to-offer", "ready to offer", s.plain, c.SendOffer, 1, 2, 5, step="offer"),
    _live("post", "the offer is in the post", early.by_post, c.ServePaper, 1, 1, 3, step="offer"),
    _live("waiting", "a reply is awaited", s.plain, c.AppointRepresentatives, 1, 1, 2, 4, step="reply"),
    _live("due", "the reply is due in days", s.plain, c.AppointRepresentatives, 1, 9, 10, step="reply"),
    _live("overdue", "the reply is overdue", s.plain, c.AppointRepresentatives, 1, 18, 24, 31, step="reply"),
    _live("refused", "refused, an instructor is there", early.refused, c.Reply, 2, 1, step="reply"),
    _live("opinion", "a silent enterprise has an opinion to answer", early.silent, c.IssueRecommendation, 1, -6,
          step="reply"),
    _live("ripe", "the opinion was not answered in time", early.silent, c.IssueRecommendation, 1, 2, step="reply"),
    _live("applied", "coordination is asked for", early.failed, c.AcceptDispute, 1, 1, step="reply"),
    _live("coordination", "silent, now in coordination", early.failed, c.ExtendDispute, 1, -6, step="reply"),
)  # fmt: skip

_STEP_5 = (
    _live("replied", "accepted, nothing set yet", s.plain, c.ScheduleMeeting, 1, 1, 2, step="preparation"),
    _live("asked", "information asked for", s.plain, c.DeliverMaterial, 1, 1, step="preparation"),
    _live("materials-late", "information is late", early.materials_late, c.DeliverMaterial, 1, 1, step="preparation"),
    _live("postponed", "put off because of late information", early.materials_late, c.CheckIn, 1, -4,
          step="meeting"),
    _live("no-recorder", "no recorder agreed", early.no_recorder, c.NameRecorder, 3, 2, step="preparation"),
    _live("vacancy", "a representative left", early.vacancy, c.ReplaceRepresentative, 1, 1, step="meeting"),
    _live("chief-gone", "the employer's chief left", early.chief_gone, c.ReplaceRepresentative, 1, 2, step="meeting"),
    _live("contested", "a late reply, its day contested", early.late_and_contested, c.CheckIn, 1, -6, step="meeting"),
)  # fmt: skip

_STEP_6 = (
    _live("ready", "the meeting is set", s.plain, c.CheckIn, 1, -3, -6, -11, step="meeting"),
    _live("session", "in session this afternoon", s.plain, c.ConfirmClause, 1, 0, step="meeting"),
    _live("suspended", "suspended", s.suspended, c.Resume, 1, -3, -1, step="meeting"),
    _live("adjourned", "adjourned to another day", late.adjourned, c.StartMeeting, 2, -2,
          step="meeting"),
    _live("chief-absent", "the employer's chief did not come", late.chief_absent, c.StartMeeting, 1, -1,
          step="meeting"),
    _live("deadlock", "deadlocked, coordination asked for", late.coordinated, c.AcceptDispute, 1, 1, step="meeting"),
    _live("dispute", "deadlocked, in coordination", late.coordinated, c.CloseDispute, 1, -5, step="meeting"),
    _live("draft", "agreed, the draft is to be confirmed", s.plain, c.ConfirmDraft, 1, 0, step="meeting"),
    _live("round-2", "the ballot failed, a plan is on the table", s.failed_ballot, c.AgreeOnlineMeeting, 1, 1,
          step="meeting"),
    _live("round-3", "two ballots failed", late.failed_twice, c.FileAmendmentPlan, 2, 1, step="meeting"),
)  # fmt: skip

_STEP_7 = (
    _live("submitted", "the draft is with the congress", s.plain, c.SendCongressMaterials, 1, 1, step="congress"),
    _live("convened", "the congress is called", s.plain, c.RecordBallot, 1, 0, -5, step="congress"),
    _live("counted", "a scrutineer has yet to attest", s.plain, c.AttestBallot, 2, 1, step="congress"),
    _live("no-quorum", "too few came, another day is set", late.no_quorum, c.RecordBallot, 2, -3, step="congress"),
)  # fmt: skip

_STEP_8 = (
    _live("signing", "passed, to be signed", s.plain, c.SignContract, 1, 1, step="filing"),
    _live("half-signed", "one chief has signed", s.plain, c.SignContract, 2, 2, step="filing"),
    _live("signing-refused", "signing refused, an opinion is out", late.signing_refused, c.SignContract, 2, -4,
          step="filing"),
    _live("to-file", "to be filed", s.plain, c.FileContract, 1, 2, step="filing"),
    _live("filing-overdue", "filing is overdue", s.plain, c.FileContract, 1, 16, 21, step="filing"),
    _live("handed-in", "the authority has yet to receive it", s.plain, c.ReceiveFiling, 1, 1, step="filing"),
    _live("review", "under review", s.plain, c.PublishContract, 1, -4, -9, -13, step="filing"),
    _live("supplement", "a paper is missing", s.objected, c.SupplyPapers, 1, 2, step="filing"),
    _live("objected", "the authority objected", s.objected, c.ReturnToTable, 1, 1, step="filing"),
    _live("refiled", "revised, voted and filed again", s.objected, c.PublishContract, 1, -7, step="filing"),
    _live("receipt", "filed outside, no receipt yet", late.outside, c.RecordReceipt, 1, 2, step="filing"),
    _live("declarations", "both sides are to declare", late.outside, c.ConfirmNoObjection, 1, 1, 2, step="filing"),
    _live("one-declared", "one side declared", late.outside, c.ConfirmNoObjection, 2, 0, step="filing"),
    _live("surfaced", "an objection turned up late", late.objection_surfaces, c.ReturnToTable, 1, 2, step="filing"),
)  # fmt: skip

_STEP_9 = (
    _live("publish", "in force, to be published", s.plain, c.PublishContract, 1, 2, step="performance"),
    _live("publish-overdue", "publication is overdue", s.plain, c.PublishContract, 1, 15, step="performance"),
    _live("report", "to be reported to the upper union", road.performed, c.ReportToUpperUnion, 1, 2,
          step="performance"),
    _live("problem", "a problem waits for an answer", late.problem, c.AnswerProblem, 1, 4, step="performance"),
    _live("opinion-out", "an opinion about performance is out", late.opinion_answered, c.AnswerOpinion, 1, -4,
          step="performance"),
)  # fmt: skip

_ENDED_OR_IN_FORCE = (
    _told("opinion-kept", "an opinion was answered", late.opinion_answered, 1, 1, 3),
    _told("recommended", "the district's union recommended action", late.opinion_refused, 1, 1, 3),
    _told("transferred", "a representative was moved", late.transferred, 1, 2, 4),
    _told("delegated", "signed by a delegate", road.then(late.absent_but_delegated), 2, 2, 6),
    _told("many-heads", "seven heads negotiated", road.then(late.many_heads), 3, 2, 6),
    _told("guided", "with an instructor on the bench", road.then(late.guided), 2, 2, 5),
    _told("crossing", "two offers crossed", road.then(early.crossing), 1, 3, 5),
    _told("coordinated", "agreed in coordination", road.then(late.coordinated), 1, 2, 4),
    _told("clerical", "an objection to a slip of the pen", road.then(late.clerical), 1, 2, 5),
    _told("in-force-no-union", "in force without a union of its own", road.performed, 3, 3, 6, wants=UNION_LESS),
    _told("failed", "coordination found nothing", early.failed, 1, 2, 4, "reply", "failed"),
    _told("withdrawn", "withdrawn before the reply", early.withdrawn_alone, 1, 6, 9, "reply", "withdrawn"),
    _told("withdrawn-both", "withdrawn with consent", early.withdrawn_together, 1, 5, 8, "preparation", "withdrawn"),
    _told("renegotiated", "the second ballot passed", s.failed_ballot, 4, 2, 5),
    _told("resumed", "suspended, taken up again, agreed", s.suspended, 3, 2, 5),
    _told("revised", "objected to, revised, in force", s.objected, 2, 2, 4),
    _told("employer-offer", "the employer offered", s.employer_offer, 4, 2, 6),
    _told("on-paper", "an enterprise without accounts, on paper", s.late_enterprise, 2, 2, 5),
    _told("refilled", "a vacant seat was filled", road.then(early.vacancy), 2, 2, 6),
    _told("new-chief", "the employer's chief changed", road.then(early.chief_gone), 1, 3, 5),
    _told("offered-twice", "the first offer was taken back", road.then(early.offered_twice), 1, 3, 5),
    _told("compiled", "the compiled draft stood", road.then(late.compiled), 2, 2, 6),
    _told("renewing", "in force since January, renewal begun", road.performed, 6, 0, 0),
    _told("amending", "in force, an amendment is under way", road.performed, 1, 2, 3),
)  # fmt: skip

MERGED: Final = _told("merged", "merged into the down-makers' contract", early.to_merge, 1, 3, 4, "offer",
                      "merged_to_regional", DOWN_MAKER)  # fmt: skip
IN_FORCE: Final = Plot("in-force", "in force and performed", road.performed, step="performance", since=1, until=6)
"""What the others are going through: most contracts are simply kept."""

TOLD: Final = (*_STEP_1, *_STEPS_2_TO_4, *_STEP_5, *_STEP_6, *_STEP_7, *_STEP_8, *_STEP_9, *_ENDED_OR_IN_FORCE, MERGED)
