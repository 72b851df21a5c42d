"""Whoever may ask an act sees everything that its words have to name: a rule of every ask and every seat."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, get_args

import pytest
from pydantic import BaseModel

from cloudnego.core import commands as c
from cloudnego.core.gate import of_his_seats
from cloudnego.core.moment import seats_that_see
from cloudnego.core.procedure import PLACES
from cloudnego.core.sight import moment_of, next_for, open_for, streams_of
from cloudnego.core.vocabulary import Evidence, Id, Office, Seat, Sha256, Stream
from tests.core.situations import AGREED, BOTH_LISTED, DRAFT_FIXED, OFFER_UNSERVED
from tests.given import E1, E2, HR, LEGAL, SCAN, UNION, W2, E, given, member

T, N = Stream.TABLE, Stream.NOTICE

ELSEWHERE: Final = {
    "parent", "regional", "child", "order", "enterprise", "enterprises", "covers", "on_paper", "service", "evidence",
    "draft_consent", "external_ref",
}  # fmt: skip
"""Fields that name another case, the register, an own file or a paper in hand: nothing of a stream of this case."""

EACH_BY_ITSELF: Final = {c.ServePaper: "paper", c.ContestFact: "fact", c.WithdrawContest: "fact", c.CheckScan: "scan"}
"""Acts about one thing that stands in whatever stream: its stream is looked at when it is named."""

NAMED: Final[dict[type[c.Command], dict[str, Stream]]] = {
    c.AcknowledgeMaterial: {"material": T}, c.DeliverMaterial: {"material": T}, c.WaiveMaterial: {"material": T},
    c.PostponeMeeting: {"material": T}, c.PutClause: {"clause": T, "over": T}, c.DropClause: {"clause": T},
    c.ConfirmClause: {"clause": T, "text_hash": T}, c.ConfirmMinutes: {"minutes_hash": T},
    c.SignMinutes: {"minutes_hash": T}, c.ConfirmDraft: {"draft_hash": T}, c.SignDraft: {"draft_hash": T},
    c.ReopenClause: {"clause": T, "text_hash": T}, c.DeclineMaterial: {"material": T},
    c.MakeProposal: {"answers": T}, c.MakePackage: {"answers": T}, c.WithdrawProposal: {"proposal": T},
    c.HoldProposal: {"proposal": T}, c.AcceptInPrinciple: {"proposal": T}, c.TakeBackAcceptance: {"proposal": T},
    c.AnswerQuestion: {"question": T}, c.AddMinutesNote: {"answers": T}, c.WithdrawLineObjection: {"objection": T},
    c.FileAmendmentPlan: {"clauses": T}, c.SubmitDraft: {"draft_hash": T, "clauses.clause": T},
    # from here on the text lies before all whom it binds
    c.OpenBallot: {"draft_hash": N}, c.CountPoll: {"poll": N}, c.VoidPoll: {"poll": N},
    c.RecordAcceptance: {"draft_hash": N}, c.RecordBallot: {"draft_hash": N}, c.SignContract: {"document_hash": N},
    c.ObjectToContract: {"clauses.clause": N}, c.RecordObjection: {"clauses.clause": N},
    c.ReportPerformance: {"results.clause": N}, c.RaiseProblem: {"clause": N},
    # what a worker wrote to both chiefs lies where they sit
    c.AnswerProblem: {"problem": T}, c.AnswerOpinion: {"opinion": N}, c.IssueRecommendation: {"opinion": N},
    # what one answers must be read
    c.Reply: {"the offer": T},
}  # fmt: skip
"""In which stream the things lie that an act's words name, written from who sees what and not from the code."""

OWN: Final = {
    (c.WriteMinutes, "minutes_hash"), (c.RecordDelegateRoll, "roll_hash"), (c.NoteClerical, "corrected_hash"),
    (c.ConfirmDraft, "file"), (c.DeliverMaterial, "file"), (c.SendMessage, "file"), (c.SendCaucusMessage, "file"),
    (c.CountPoll, "poll_hash"), (c.CountPoll, "list_hash"), (c.CountPoll, "roll_hash"),
}  # fmt: skip
"""Hashes of what one lays oneself."""


IN_THE_CAUCUS: Final[dict[type[c.Command], str]] = {c.CastStraw: "poll", c.CloseStrawPoll: "poll"}
"""What lies in the side's own stream, which its bench alone sees."""


def _naming(kind: type[BaseModel], under: str = "") -> Iterator[str]:
    """The fields of an act that hold an id or a hash, parts of parts among them."""
    for name, field in kind.model_fields.items():
        if name in ELSEWHERE:
            continue
        for part in _parts(field.annotation, field.metadata):
            if part is Id or part is Sha256:
                yield under + name
            elif isinstance(part, type) and issubclass(part, BaseModel) and part is not Evidence:
                yield from _naming(part, f"{under}{name}.")


def _parts(annotation: Any, metadata: list[Any]) -> Iterator[Any]:
    for plain in (Id, Sha256):
        if annotation is str and list(get_args(plain)[1:]) == metadata:
            yield plain
    if annotation in (Id, Sha256) or isinstance(annotation, type):
        yield annotation
    for inner in get_args(annotation):
        yield from _parts(inner, [])


def test_of_every_field_that_names_something_it_is_said_where_that_lies() -> None:
    said = {(kind, name) for kind, fields in NAMED.items() for name in fields} | OWN
    said |= {*EACH_BY_ITSELF.items(), *IN_THE_CAUCUS.items()}
    found = {(kind, name) for kind in PLACES for name in _naming(kind)}
    assert found == said - {(c.Reply, "the offer")}


@pytest.mark.parametrize("kind", NAMED, ids=lambda kind: kind.__name__)
def test_whoever_may_ask_sees_the_stream_of_what_he_names(kind: type[c.Command]) -> None:
    place = PLACES[kind]
    for stream in NAMED[kind].values():
        for seat in place.ask.by - {Seat.CLOCK}:
            blind = frozenset(Stream) - {stream}
            assert seat in seats_that_see(stream) or not of_his_seats(place, frozenset({seat}), blind), seat


def test_what_lies_in_a_caucus_is_named_by_its_bench_alone() -> None:
    for kind in IN_THE_CAUCUS:
        ask = PLACES[kind].ask
        assert (ask.writes, ask.by <= {Seat.CHIEF, Seat.REPRESENTATIVE}) == ("caucus", True)


def test_a_personnel_office_is_not_asked_for_what_lies_at_a_table_it_does_not_see() -> None:
    for who in (HR, LEGAL):
        for name, now in (("confirm_draft", given(AGREED)), ("submit_draft", given(DRAFT_FIXED))):
            assert name not in {one.command for one in next_for(moment_of(now.standing, who))}
            assert name in open_for(moment_of(now.standing, E1))


def test_who_sits_at_the_table_as_well_may_submit_as_what_he_is() -> None:
    """The handbook's HR confirms or uploads the draft as a member of the employer's side."""
    seated = member("e2", E, Office.HR)
    assert "submit_draft" in open_for(moment_of(given(DRAFT_FIXED).standing, seated))
    assert "submit_draft" not in open_for(moment_of(given(DRAFT_FIXED).standing, E2))


def test_as_long_as_the_first_seat_is_empty_the_organ_speaks_and_sees() -> None:
    gone = given(AGREED).having((E1, c.LeaveBench(person="e1")))
    assert Stream.TABLE in streams_of(gone.case, HR)
    assert "confirm_draft" in open_for(moment_of(gone.standing, HR))
    new_chief = {"old": "e1", "rep": {"person": "e9"}, "as_chief": True, "evidence": SCAN.model_dump()}
    filled = gone.having((HR, c.ReplaceRepresentative.model_validate(new_chief)))
    assert Stream.TABLE not in streams_of(filled.case, HR)


def test_a_paper_or_a_contest_of_the_table_is_nobodys_who_does_not_sit_there() -> None:
    unserved = given(OFFER_UNSERVED)
    assert "serve_paper" in open_for(moment_of(unserved.standing, W2))
    assert "serve_paper" not in {one.command for one in next_for(moment_of(unserved.standing, UNION))}
    assert unserved.case.offer is not None
    fact = unserved.case.offer.paper
    contested = given(BOTH_LISTED).having((E1, c.ContestFact(fact=fact, statement="未收到", says_on=None)))
    assert "withdraw_contest" in open_for(moment_of(contested.standing, E2))
    assert "withdraw_contest" not in open_for(moment_of(contested.standing, HR))
