"""What a walk leans to: some go straight on, others keep taking one of the ways aside, so that each is gone often.

A leaning says how often an ask is made, in the weights of `rehearsal`; under 0.05 it is not made on purpose either.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Final

from cloudnego.core import commands as c

Leaning = Mapping[type[c.Command], float]

STRAIGHT: Final[Leaning] = {}
FIRMS: Final = "votes by firm"
LEANINGS: Final[dict[str, Leaning]] = {
    "takes back": {
        c.WithdrawOffer: 8.0, c.WithdrawCase: 0.25, c.TakeBackWithdrawal: 4.0, c.RevokeElectronicService: 0.5,
        c.Reply: 0.04,
    },
    "parts by consent": {c.WithdrawCase: 0.12, c.ConsentToWithdrawal: 20.0, c.TakeBackWithdrawal: 0.01},
    "stays silent": {
        c.Reply: 0.02, c.SendOffer: 4.0, c.ServePaper: 4.0, c.ApplyForCoordination: 0.02, c.AcceptDispute: 0.02,
    },
    "asks for papers": {
        c.RequestMaterials: 8.0, c.DeliverMaterial: 0.2, c.AcknowledgeMaterial: 3.0, c.PostponeMeeting: 8.0,
        c.WaiveMaterial: 0.1, c.ScheduleMeeting: 0.06,
    },
    "stays away": {
        c.CheckIn: 0.1, c.ConfirmCheckIn: 0.03, c.NoteChiefAbsent: 8.0, c.ChooseNewDay: 8.0, c.StartMeeting: 0.5,
    },
    "finds no agreement": {
        c.DeclareDeadlock: 3.0, c.ApplyForCoordination: 4.0, c.AcceptDispute: 3.0, c.AdvanceCoordination: 2.0,
        c.CloseDispute: 1.0, c.EndTalks: 4.0, c.WriteMinutes: 0.03, c.AdjournMeeting: 0.5,
    },
    "takes an instructor": {
        c.AskForInstructor: 1.0, c.AssignInstructor: 8.0, c.CallInstructor: 1.0, c.EndCall: 1.0,
        c.RefuseInstructor: 0.5, c.ReleaseInstructor: 0.2,
    },
    "leaves the draft": {c.ConfirmDraft: 0.02, c.SignDraft: 3.0},
    "will not sign": {c.RefuseToSign: 10.0, c.SignContract: 0.03},
    "is sent back": {
        c.GiveNoObjection: 0.01, c.RequestSupplement: 8.0, c.SupplyPapers: 8.0, c.ObjectToContract: 4.0,
        c.NoteClerical: 1.0,
    },
    "files outside": {
        c.RecordReceipt: 6.0, c.ConfirmNoObjection: 1.0, c.CloseConfirmation: 0.01, c.RecordObjection: 0.005,
    },
    "looks after it": {
        c.ReportToUpperUnion: 20.0, c.PublishContract: 20.0, c.RaiseProblem: 0.005, c.ReportPerformance: 0.005,
        c.PublishPerformance: 0.005,
    },
    FIRMS: {c.RecordAcceptance: 4.0, c.RecordCoveredBallot: 4.0, c.CoverEnterprise: 0.5},
}  # fmt: skip


def leaning(dice: Random) -> tuple[str, Leaning]:
    """A quarter of the walks goes straight on."""
    if dice.random() < 0.25:
        return "goes straight on", STRAIGHT
    name = dice.choice(list(LEANINGS))
    return name, LEANINGS[name]
