"""THE NINE STEPS AS DATA: who may ask what, with which needs; when a step ends; where it leads. Nothing else knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudnego.core import benches, instructors, opening, overlays, papers, road, sheets, undone
from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.acts import chief_of_own_side, chief_speaks, not_before, scanned, worker_chief_delegate
from cloudnego.core.asks import Ask, Place, Rule
from cloudnego.core.steps import (
    congress,
    filing,
    meeting,
    offer,
    performance,
    preparation,
    reply,
    representatives,
    topics,
)
from cloudnego.core.vocabulary import STEPS, Seat, Side, Step, Stream


def _seats(*seats: Seat) -> frozenset[Seat]:
    return frozenset(seats)


S, T = Step, Stream
CHIEF = _seats(Seat.CHIEF)
BENCH = _seats(Seat.CHIEF, Seat.REPRESENTATIVE)
ORGANS = _seats(Seat.UNION, Seat.HR, Seat.LEGAL_REPRESENTATIVE)
EMPLOYER = _seats(Seat.CHIEF, Seat.HR, Seat.LEGAL_REPRESENTATIVE)
UNION = _seats(Seat.UNION)
UPPER_UNIONS = _seats(Seat.TOWN_UNION, Seat.DISTRICT_UNION)
SCRUTINEER = _seats(Seat.SCRUTINEER)
RECORDER = _seats(Seat.RECORDER)
AUTHORITY = _seats(Seat.AUTHORITY)
CLOCK = _seats(Seat.CLOCK)
PAPER = _seats(Seat.UNION, Seat.HR, Seat.LEGAL_REPRESENTATIVE, Seat.CHIEF, Seat.TOWN_UNION, Seat.RECORDER)
"""Who may enter an act from a paper; it is shown as such, and the side it is entered for may contest it."""

OPENINGS: Mapping[type[c.Command], Ask[Any]] = {
    c.OpenCase: Ask(
        command=c.OpenCase, does=opening.open_case, by=ORGANS | UPPER_UNIONS | {Seat.EMPLOYERS_BODY}, reads="parent",
        by_register=True,
        needs=(opening.not_open_yet, opening.on_the_register),
        fits=(opening.upper_union_only_without_union, opening.no_offer_open, opening.child_of_a_contract,
              opening.covers_fit_the_scope, opening.branch_has_consent, opening.one_case_a_year,
              opening.renewal_in_its_window),
    ),
    c.RegisterContract: Ask(
        command=c.RegisterContract, does=opening.register_contract, by=ORGANS | UPPER_UNIONS | {Seat.EMPLOYERS_BODY},
        by_register=True,
        needs=(opening.not_open_yet, opening.on_the_register),
        fits=(opening.covers_fit_the_scope, opening.days_in_order),
    ),
}  # fmt: skip

PROCEDURE: Mapping[Step, Rule] = {
    S.REPRESENTATIVES: Rule(
        asks=(
            Ask(command=c.RecordDelegateRoll, does=representatives.record_delegate_roll, by=UNION, until=S.FILING,
                fits=(representatives.roll_adds_up, representatives.roll_changes, representatives.roll_is_large_enough,
                      representatives.roll_managers, representatives.roll_women, representatives.roll_term)),
            Ask(command=c.ProposeCandidates, does=representatives.propose_candidates, by=UNION, until=S.MEETING,
                needs=(representatives.elected_here, representatives.worker_list_open,
                       representatives.no_votes_pending),
                fits=(representatives.candidates_stand, representatives.candidates_change,
                      representatives.chief_by_right)),
            Ask(command=c.RecordElection, does=representatives.record_election, by=UNION, until=S.MEETING,
                needs=(representatives.elected_here, representatives.worker_list_open,
                       representatives.candidates_named, representatives.no_votes_pending, representatives.roll_known),
                fits=(representatives.vote_of_the_right_form, representatives.voted_in_secret,
                      representatives.counts_add_up, representatives.total_is_the_roll, scanned)),
            Ask(command=c.AttestElection, does=representatives.attest_election, by=SCRUTINEER, until=S.MEETING,
                needs=(representatives.votes_pending, representatives.not_attested_by_me)),
            Ask(command=c.AppointRepresentatives, does=representatives.appoint_representatives, by=ORGANS,
                until=S.MEETING, needs=(representatives.no_list_yet, representatives.may_be_appointed),
                fits=(representatives.list_stands, representatives.chief_by_right)),
            Ask(command=c.MandateOutsider, does=representatives.mandate_outsider, by=CHIEF, until=S.MEETING,
                needs=(chief_of_own_side, representatives.room_for_an_outsider, worker_chief_delegate),
                fits=(representatives.outsider_fits,)),
            Ask(command=c.AcceptDuty, does=representatives.accept_duty, by=BENCH | UNION | {Seat.HR}, until=S.MEETING,
                needs=(representatives.own_list_named, representatives.duty_open),
                fits=(representatives.accepts_for_representatives, not_before(representatives.chosen_on))),
            Ask(command=c.PublishList, does=representatives.publish_list, by=UNION | {Seat.HR}, until=S.MEETING,
                needs=(representatives.own_list_named, representatives.not_published),
                fits=(representatives.published_today_or_before, not_before(representatives.chosen_on))),
        ),
        ends=(benches.side_ahead_ready,),
        then={"done": S.TOPICS},
    ),
    S.TOPICS: Rule(
        asks=(
            Ask(command=c.RecordOpinions, does=topics.record_opinions, by=BENCH, until=S.PREPARATION, writes="caucus",
                fits=(topics.answers_add_up, topics.opinions_change, topics.enough_answers)),
            Ask(command=c.DraftTopicSheet, does=topics.draft_topic_sheet, by=BENCH, until=S.PREPARATION,
                writes="caucus", needs=(topics.opinions_heard,),
                fits=(sheets.heads_known, sheets.something_to_negotiate, topics.sheet_changes,
                      sheets.all_heads_answered)),
            Ask(command=c.DeclareTopicsReady, does=topics.declare_topics_ready, by=BENCH, until=S.PREPARATION,
                needs=(benches.own_list_ready, topics.not_declared)),
        ),
        ends=(topics.side_ahead_declared,),
        then={"done": S.OFFER},
    ),
    S.OFFER: Rule(
        asks=(
            Ask(command=c.SendOffer, does=offer.send_offer, by=CHIEF, until=S.REPLY,  # until: crossing offers
                needs=(chief_of_own_side, benches.own_list_ready, topics.own_topics_ready,
                       offer.none_of_own_pending, worker_chief_delegate),
                fits=(offer.says_what_it_must, sheets.heads_known, sheets.something_to_negotiate,
                      offer.meets_after_sending,
                      papers.service_holds, not_before(offer.ground), sheets.all_heads_answered)),
            Ask(command=c.WithdrawOffer, does=offer.withdraw_offer, by=CHIEF, until=S.REPLY,
                needs=(offer.own_offer_unanswered,)),
        ),
        ends=(offer.served,),
        then={"done": S.REPLY},
    ),
    S.REPLY: Rule(
        asks=(
            Ask(command=c.Reply, does=reply.reply, by=CHIEF | {Seat.LEGAL_REPRESENTATIVE, Seat.UNION}, sees=T.TABLE,
                needs=(chief_speaks, reply.offer_from_the_other_side, reply.unanswered, reply.could_still_accept),
                fits=(reply.says_what_it_must, reply.refusal_changes_something, not_before(reply.received_on),
                      papers.service_holds, reply.refusal_has_no_ground, reply.place_named,
                      reply.own_representatives_named)),
        ),
        ends=(reply.accepted,),
        closed_by={
            e.OfferWithdrawn: lambda gone: None if gone.crossing else "withdrawn",
            e.DisputeClosed: lambda closed: "dispute_settled" if closed.agreement else None,
        },
        then={"done": S.PREPARATION, "withdrawn": S.OFFER, "dispute_settled": S.MEETING},
    ),
    S.PREPARATION: Rule(
        asks=(
            Ask(command=c.RequestMaterials, does=preparation.request_materials, by=BENCH, until=S.MEETING,
                needs=(preparation.no_agreement_yet,)),
            Ask(command=c.DeliverMaterial, does=preparation.deliver_material, by=BENCH, until=S.MEETING,
                fits=(preparation.names_a_material, preparation.groups_have_names, preparation.large_enough)),
            Ask(command=c.AcknowledgeMaterial, does=preparation.acknowledge_material, by=BENCH, until=S.MEETING,
                needs=(undone.material_to_acknowledge,), fits=(preparation.can_acknowledge,)),
            Ask(command=c.WaiveMaterial, does=preparation.waive_material, by=CHIEF, until=S.MEETING,
                needs=(undone.material_to_waive,), fits=(preparation.can_waive,), on_paper=False),
            Ask(command=c.ScheduleMeeting, does=preparation.schedule_meeting, by=CHIEF, until=S.MEETING,
                needs=(preparation.no_agreement_yet, preparation.session_closed), fits=(preparation.plan_is_new,)),
            Ask(command=c.PostponeMeeting, does=preparation.postpone_meeting, by=CHIEF, until=S.MEETING,
                needs=(preparation.scheduled, preparation.session_closed, preparation.something_late),
                fits=(preparation.can_postpone,)),
            Ask(command=c.SendMeetingNotice, does=preparation.send_meeting_notice, by=CHIEF, until=S.MEETING,
                needs=(chief_of_own_side, benches.own_list_ready, preparation.notice_not_sent),
                fits=(sheets.heads_known, papers.service_holds)),
            Ask(command=c.ReportTalks, does=preparation.report_talks, by=UNION | BENCH, side=Side.WORKER,
                until=S.MEETING, needs=(preparation.talks_not_reported,)),
            Ask(command=c.NameRecorder, does=preparation.name_recorder, by=CHIEF, until=S.MEETING,
                fits=(preparation.recorder_is_neutral, preparation.recorder_is_new)),
            Ask(command=c.ProposeRecorder, does=preparation.propose_recorder, by=UPPER_UNIONS, until=S.MEETING,
                needs=(preparation.no_recorder_yet,),
                fits=(preparation.recorder_is_neutral, preparation.proposal_is_new)),
            Ask(command=c.AgreeOnlineMeeting, does=preparation.agree_online_meeting, by=CHIEF, until=S.MEETING,
                needs=(preparation.online_possible,)),
            Ask(command=c.MakeProposal, does=preparation.make_proposal, by=BENCH, until=S.MEETING,
                needs=(preparation.no_agreement_yet,), fits=(preparation.figure_given,)),
            Ask(command=c.PutClause, does=preparation.put_clause, by=BENCH, until=S.MEETING,
                needs=(preparation.no_agreement_yet,), fits=(preparation.clause_fits,)),
            Ask(command=c.DropClause, does=preparation.drop_clause, by=BENCH, until=S.MEETING,
                needs=(preparation.no_agreement_yet, undone.clause_to_drop), fits=(preparation.can_drop,)),
            Ask(command=c.ConfirmClause, does=preparation.confirm_clause, by=CHIEF, until=S.MEETING,
                needs=(chief_of_own_side, preparation.no_agreement_yet, undone.clause_to_confirm),
                fits=(preparation.same_wording, preparation.quota_within_reach)),
        ),
        ends=(benches.worker_list_ready, benches.employer_list_ready, benches.equal_numbers, preparation.scheduled,
              preparation.recorder_appointed, preparation.notices_given, preparation.outstanding),
        closed_by={e.DisputeClosed: lambda closed: "dispute_settled" if closed.agreement else None},
        then={"done": S.MEETING, "dispute_settled": S.MEETING},
    ),
    S.MEETING: Rule(
        asks=(
            Ask(command=c.CheckIn, does=meeting.check_in, by=BENCH,
                needs=(meeting.day_has_come, meeting.not_agreed_yet, meeting.not_checked_in),
                fits=(meeting.check_in_mode, not_before(meeting.planned_day))),
            Ask(command=c.ConfirmCheckIn, does=meeting.confirm_check_in, by=RECORDER,
                needs=(meeting.day_has_come, meeting.not_agreed_yet, undone.somebody_to_confirm),
                fits=(meeting.known_people, not_before(meeting.planned_day))),
            Ask(command=c.StartMeeting, does=meeting.start_meeting, by=RECORDER | CHIEF,
                needs=(meeting.not_agreed_yet, meeting.no_session_open, meeting.day_has_come,
                       benches.both_sides_seated, benches.worker_list_ready,
                       benches.employer_list_ready, preparation.recorder_appointed, preparation.notices_given,
                       preparation.outstanding, meeting.chiefs_are_there, meeting.majority_of_each_side,
                       preparation.owed_unasked, benches.warn_about_lists, benches.equal_numbers,
                       meeting.many_rounds), fits=(not_before(meeting.planned_day),)),
            Ask(command=c.NoteChiefAbsent, does=meeting.note_chief_absent, by=RECORDER,
                needs=(meeting.day_has_come, meeting.no_session_open, meeting.not_agreed_yet,
                       meeting.waited_long_enough, meeting.a_chief_is_missing),
                fits=(meeting.this_chief_is_missing, not_before(meeting.planned_day))),
            Ask(command=c.ChooseNewDay, does=meeting.choose_new_day, by=CHIEF,
                needs=(meeting.day_has_come, meeting.other_chief_was_absent), fits=(meeting.soon_enough,)),
            Ask(command=c.AdjournMeeting, does=meeting.adjourn_meeting, by=RECORDER | CHIEF,
                needs=(meeting.session_open,), fits=(meeting.adjourned_to_a_coming_day,)),
            Ask(command=c.WriteMinutes, does=meeting.write_minutes, by=RECORDER | CHIEF,
                needs=(meeting.not_agreed_yet, meeting.held_or_coordinated, meeting.recorder_writes),
                fits=(meeting.minutes_are_new, meeting.says_what_is_settled, not_before(meeting.minutes_ground),
                      meeting.heads_left_open)),
            Ask(command=c.ConfirmMinutes, does=meeting.confirm_minutes, by=CHIEF,
                needs=(chief_of_own_side, meeting.minutes_laid, undone.minutes_stand, worker_chief_delegate),
                fits=(meeting.same_minutes, scanned, not_before(meeting.minutes_ground))),
            Ask(command=c.SignMinutes, does=meeting.sign_minutes, by=BENCH,
                needs=(meeting.minutes_to_sign, undone.minutes_stand, undone.own_signature_missing),
                fits=(meeting.same_minutes, meeting.signs_for_who_was_there, scanned,
                      not_before(meeting.minutes_ground))),
            Ask(command=c.DeclareDeadlock, does=meeting.declare_deadlock, by=CHIEF,
                needs=(meeting.not_agreed_yet, meeting.not_deadlocked)),
            Ask(command=c.ConfirmDraft, does=meeting.confirm_draft, by=EMPLOYER, side=Side.EMPLOYER, sees=T.TABLE,
                needs=(meeting.agreed, meeting.draft_open),
                fits=(meeting.same_draft, not_before(congress.agreed_on))),
            Ask(command=c.SignDraft, does=meeting.sign_draft, by=CHIEF, until=S.CONGRESS,
                needs=(meeting.draft_fixed, congress.not_submitted, meeting.draft_not_signed),
                fits=(meeting.same_draft, scanned)),
            Ask(command=c.LetDraftStand, does=meeting.let_draft_stand, by=CLOCK,
                needs=(meeting.agreed, meeting.draft_open, meeting.time_for_draft_is_over)),
            Ask(command=c.FileAmendmentPlan, does=meeting.file_amendment_plan, by=BENCH, side=Side.WORKER,
                needs=(meeting.renegotiating,), fits=(meeting.plan_names_clauses,)),
        ),
        ends=(meeting.agreed, meeting.draft_fixed),
        then={"done": S.CONGRESS},
    ),
    S.CONGRESS: Rule(
        asks=(
            Ask(command=c.SubmitDraft, does=congress.submit_draft, by=EMPLOYER | UNION, sees=T.TABLE,
                needs=(congress.not_submitted, congress.enterprise_submits, meeting.draft_signed_by_both),
                fits=(congress.what_was_fixed, congress.the_agreed_text, not_before(congress.agreed_on))),
            Ask(command=c.ConveneCongress, does=congress.convene_congress, by=UNION,
                needs=(congress.submitted, congress.not_convened),
                fits=(congress.day_after_submission, congress.total_is_the_roll, congress.small_enough_for_all,
                      congress.congress_term_runs, congress.few_voters)),
            Ask(command=c.AdoptVotingMethod, does=congress.adopt_voting_method, by=UNION,
                needs=(congress.convened, congress.method_not_adopted), fits=(congress.scrutineers_stand_apart,)),
            Ask(command=c.SendCongressMaterials, does=congress.send_congress_materials, by=UNION,
                needs=(congress.submitted, congress.materials_not_sent)),
            Ask(command=c.RecordAcceptance, does=congress.record_acceptance, by=EMPLOYER,
                side=Side.EMPLOYER, needs=(congress.acceptance_wanted, congress.submitted, undone.acceptance_to_enter),
                fits=(congress.what_was_fixed, congress.accepts_for_a_covered, scanned,
                      not_before(congress.agreed_on))),
            Ask(command=c.RecordCoveredBallot, does=congress.record_covered_ballot, by=UNION,
                needs=(congress.per_enterprise, congress.convened, congress.no_counts_pending,
                       congress.a_firm_may_vote),
                fits=(congress.covered_counts, congress.voted_in_secret, congress.accepted_before_the_vote, scanned,
                      congress.few_covered_voters)),
            Ask(command=c.RecordBallot, does=congress.record_ballot, by=UNION,
                needs=(congress.convened, congress.day_has_come, congress.method_adopted, congress.no_counts_pending,
                       congress.accepted_by_all, congress.covered_all_voted, congress.materials_in_time),
                fits=(congress.what_was_fixed, congress.voted_in_secret, congress.ballot_counts,
                      not_before(congress.on_the_day_or_after), scanned, congress.quorum_advised,
                      congress.majority_advised)),
            Ask(command=c.AttestBallot, does=congress.attest_ballot, by=SCRUTINEER,
                needs=(congress.counts_pending, congress.not_attested_by_me)),
        ),
        ends=(congress.passed,),
        closed_by={e.BallotAttested: lambda attested: "failed" if attested.result == "failed" else None},
        then={"done": S.FILING, "failed": S.MEETING},
    ),
    S.FILING: Rule(
        asks=(
            Ask(command=c.SignContract, does=filing.sign_contract, by=CHIEF,
                needs=(filing.no_objection_open, filing.not_signed_by_own, benches.both_sides_seated,
                       filing.mandate_covers_signing, worker_chief_delegate),
                fits=(filing.what_was_voted, scanned, not_before(filing.voted_on))),
            Ask(command=c.RefuseToSign, does=filing.refuse_to_sign, by=CHIEF,
                needs=(filing.no_objection_open, filing.not_signed_by_own, filing.not_refused)),
            Ask(command=c.FileContract, does=filing.file_contract, by=EMPLOYER,
                needs=(filing.employer_files, filing.signed_by_both, filing.not_filed),
                fits=(filing.complete, not_before(filing.signed_on), filing.term_not_over, filing.term_fits,
                      filing.heads_unanswered)),
            Ask(command=c.ReceiveFiling, does=filing.receive_filing, by=AUTHORITY,
                needs=(filing.filed, filing.in_platform, filing.not_received, filing.reviewer_is_no_party),
                fits=(not_before(filing.filed_day),)),
            Ask(command=c.RecordReceipt, does=filing.record_receipt, by=UNION | {Seat.HR},
                needs=(filing.filed, filing.outside, filing.not_received),
                fits=(scanned, not_before(filing.filed_day))),
            Ask(command=c.RequestSupplement, does=filing.request_supplement, by=AUTHORITY,
                needs=(filing.received, filing.in_platform, filing.not_objected, filing.no_supplement_pending,
                       filing.reviewer_is_no_party),
                fits=(not_before(filing.received_day),)),
            Ask(command=c.SupplyPapers, does=filing.supply_papers, by=EMPLOYER, side=Side.EMPLOYER,
                needs=(filing.supplement_pending,), fits=(filing.papers_asked_for,)),
            Ask(command=c.ObjectToContract, does=filing.object_to_contract, by=AUTHORITY,
                needs=(filing.received, filing.in_platform, filing.not_objected, filing.reviewer_is_no_party),
                fits=(filing.served_on_both, filing.objection_in_time, not_before(filing.received_day))),
            Ask(command=c.RecordObjection, does=filing.record_objection, by=EMPLOYER | UNION, until=S.PERFORMANCE,
                needs=(filing.not_registered, filing.received, filing.outside, filing.not_objected),
                fits=(filing.objection_in_time, scanned, not_before(filing.received_day))),
            Ask(command=c.GiveNoObjection, does=filing.give_no_objection, by=AUTHORITY,
                needs=(filing.received, filing.in_platform, filing.not_objected, filing.not_in_force,
                       filing.reviewer_is_no_party),
                fits=(not_before(filing.received_day),)),
            Ask(command=c.CloseReview, does=filing.close_review, by=CLOCK,
                needs=(filing.received, filing.not_objected, filing.review_over)),
            Ask(command=c.ConfirmNoObjection, does=filing.confirm_no_objection, by=CHIEF | {Seat.HR}, on_paper=False,
                needs=(filing.outside, filing.confirmation_open, filing.not_objected, filing.own_word_open)),
            Ask(command=c.CloseConfirmation, does=filing.close_confirmation, by=CLOCK,
                needs=(filing.confirmation_open, filing.not_objected, filing.silence_over)),
            Ask(command=c.NoteClerical, does=filing.note_clerical, by=CHIEF | UPPER_UNIONS, on_paper=False,
                needs=(filing.objected, filing.clerical_word_open), fits=(filing.same_correction,)),
            Ask(command=c.ReturnToTable, does=filing.return_to_table, by=CHIEF, needs=(filing.objected,)),
        ),
        ends=(filing.in_force,),
        closed_by={e.ReturnedToTable: lambda _: "objected"},
        then={"done": S.PERFORMANCE, "objected": S.MEETING},
    ),
    S.PERFORMANCE: Rule(
        asks=(
            Ask(command=c.PublishContract, does=performance.publish_contract,
                by=EMPLOYER | UNION,
                needs=(performance.in_force, performance.publishes, performance.still_to_publish),
                fits=(performance.where_it_binds, not_before(performance.in_force_day))),
            Ask(command=c.ReportToUpperUnion, does=performance.report_to_upper_union, by=UNION,
                needs=(performance.in_force, performance.not_reported), fits=(not_before(performance.in_force_day),)),
            Ask(command=c.ReportPerformance, does=performance.report_performance, by=EMPLOYER,
                side=Side.EMPLOYER, needs=(performance.in_force, performance.report_has_begun),
                fits=(performance.period_to_report, performance.reports_on_known_clauses,
                      not_before(performance.in_force_day))),
            Ask(command=c.PublishPerformance, does=performance.publish_performance, by=EMPLOYER,
                side=Side.EMPLOYER, needs=(performance.in_force, performance.publication_has_begun),
                fits=(performance.period_to_publish, not_before(performance.in_force_day),)),
            Ask(command=c.RaiseProblem, does=performance.raise_problem, by=BENCH | UNION | {Seat.WORKER},
                needs=(performance.in_force,), fits=(performance.problem_names_a_clause,)),
            Ask(command=c.AnswerProblem, does=performance.answer_problem, by=EMPLOYER | BENCH, sees=T.TABLE,
                needs=(performance.problems_open,), fits=(performance.problem_unanswered,)),
            Ask(command=c.RecordExternalCase, does=performance.record_external_case, by=UNION | EMPLOYER,
                needs=(performance.in_force,)),
            Ask(command=c.RecordSupersession, does=performance.record_supersession, by=CLOCK, reads="child",
                needs=(performance.in_force,), fits=(performance.superseded_by_child,)),
            Ask(command=c.CloseExpired, does=performance.close_expired, by=CLOCK,
                needs=(performance.in_force, performance.term_over)),
        ),
        closed_by={e.ContractObjected: lambda found: "effect_withdrawn" if found.withdraws_effect else None},
        then={"effect_withdrawn": S.FILING},
    ),
}  # fmt: skip
assert tuple(PROCEDURE) == STEPS, "every step has its rule, in order"

ROAD: tuple[tuple[Ask[Any], Step, Step], ...] = (
    (Ask(command=c.ConfirmElectronicService, does=offer.confirm_electronic_service, by=ORGANS | CHIEF,
         needs=(papers.not_confirmed_yet,), fits=(papers.days_in_order, papers.confirmation_changes, scanned)),
     S.REPRESENTATIVES, S.PERFORMANCE),
    (Ask(command=c.RevokeElectronicService, does=offer.revoke_electronic_service, by=ORGANS | CHIEF,
         needs=(papers.confirmed_before,)), S.REPRESENTATIVES, S.PERFORMANCE),
    (Ask(command=c.ServePaper, does=offer.serve_paper, by=ORGANS | BENCH | UPPER_UNIONS,
         needs=(papers.paper_awaits_proof, papers.paper_in_sight), fits=(papers.own_unserved_paper,)),
     S.OFFER, S.PERFORMANCE),
    (Ask(command=c.LeaveBench, does=overlays.leave_bench, by=BENCH | ORGANS, needs=(overlays.list_named,),
         fits=(overlays.seated_on_own_bench, not_before(representatives.chosen_on))), S.REPRESENTATIVES, S.PERFORMANCE),
    (Ask(command=c.ReplaceRepresentative, does=overlays.replace_representative, by=ORGANS, needs=(overlays.list_named,),
         fits=(overlays.replacement_stands, overlays.new_chief_by_right, overlays.replacement_proved,
               papers.service_holds)),
     S.REPRESENTATIVES, S.PERFORMANCE),
    (Ask(command=c.DelegateChief, does=overlays.delegate_chief, by=CHIEF,
         needs=(chief_of_own_side, overlays.is_the_chief),
         fits=(overlays.delegate_is_insider, overlays.delegate_of_workers)), S.REPRESENTATIVES, S.FILING),
    (Ask(command=c.ReportTransfer, does=performance.report_transfer, by=_seats(Seat.HR, Seat.UNION),
         needs=(undone.somebody_protected,), fits=(performance.protected_person, performance.transfer_consented)),
     S.REPRESENTATIVES, S.PERFORMANCE),
    (Ask(command=c.Suspend, does=overlays.suspend, by=CHIEF,
         needs=(chief_of_own_side, overlays.not_suspended, overlays.no_agreement, overlays.days_left),
         fits=(overlays.suspension_is_new, overlays.within_the_cap, overlays.next_venue,
               overlays.makes_the_cap_unreachable, overlays.only_force_majeure)), S.MEETING, S.MEETING),
    (Ask(command=c.Resume, does=overlays.resume, by=CHIEF, needs=(overlays.suspended,),
         fits=(not_before(overlays.suspended_since), overlays.lay_still_too_long)), S.MEETING, S.MEETING),
    (Ask(command=c.RequestGuidance, does=overlays.request_guidance, by=ORGANS | CHIEF,
         needs=(overlays.no_guidance_yet,)), S.REPRESENTATIVES, S.PERFORMANCE),
    (Ask(command=c.AskForInstructor, does=instructors.ask_for_instructor, by=ORGANS | CHIEF, names="person",
         fits=(instructors.of_the_pool, instructors.instructor_is_free, instructors.not_asked_yet)),
     S.REPRESENTATIVES, S.PERFORMANCE),
    (Ask(command=c.RefuseInstructor, does=instructors.refuse_instructor, by=ORGANS | CHIEF,
         needs=(instructors.other_side_wants_one,), fits=(instructors.other_side_wants_him,)),
     S.REPRESENTATIVES, S.PERFORMANCE),
    (Ask(command=c.AssignInstructor, does=instructors.assign_instructor, needs=(instructors.instructor_wanted,),
         by=UPPER_UNIONS | AUTHORITY | {Seat.EMPLOYERS_BODY}, names="person",
         fits=(instructors.of_the_pool, instructors.instructor_is_free, instructors.sent_as_wished)),
     S.REPRESENTATIVES, S.PERFORMANCE),
    (Ask(command=c.ReleaseInstructor, does=instructors.release_instructor, needs=(instructors.one_to_release,),
         by=CHIEF | UPPER_UNIONS | AUTHORITY | {Seat.EMPLOYERS_BODY, Seat.INSTRUCTOR},
         fits=(instructors.may_release_him,)), S.REPRESENTATIVES, S.PERFORMANCE),
    (Ask(command=c.CallInstructor, does=instructors.call_instructor, by=CHIEF, writes="caucus",
         needs=(instructors.neutral_there,), fits=(instructors.is_neutral, instructors.call_is_new)),
     S.REPRESENTATIVES, S.PERFORMANCE),
    (Ask(command=c.EndCall, does=instructors.end_call, by=CHIEF, writes="caucus", needs=(instructors.somebody_called,),
         fits=(instructors.he_was_called,)), S.REPRESENTATIVES, S.PERFORMANCE),
    (Ask(command=c.EndGuidance, does=overlays.end_guidance, needs=(overlays.guidance_open,),
         by=UPPER_UNIONS | AUTHORITY | {Seat.EMPLOYERS_BODY, Seat.INSTRUCTOR}), S.REPRESENTATIVES, S.PERFORMANCE),
    (Ask(command=c.InviteToTable, does=overlays.invite_to_table, by=CHIEF, names="person",
         fits=(overlays.may_be_invited, overlays.office_may_sit_there)),
     S.REPRESENTATIVES, S.PERFORMANCE),
    (Ask(command=c.EndInvitation, does=overlays.end_invitation, by=CHIEF, needs=(overlays.own_guests,),
         fits=(overlays.invited_by_own,)), S.REPRESENTATIVES, S.PERFORMANCE),
    (Ask(command=c.ApplyForCoordination, does=overlays.apply_for_coordination, by=CHIEF | ORGANS,
         needs=(overlays.no_dispute_open, overlays.ground_for_dispute, overlays.upper_union_asked),
         fits=(overlays.applied_in_time,)),
     S.REPLY, S.MEETING),
    (Ask(command=c.AcceptDispute, does=overlays.accept_dispute, by=AUTHORITY,
         needs=(overlays.not_a_party, overlays.dispute_not_accepted),
         fits=(overlays.coordinators_are_neutral,)), S.REPLY, S.MEETING),
    (Ask(command=c.AdvanceCoordination, does=overlays.advance_coordination, by=AUTHORITY,
         needs=(overlays.not_a_party, overlays.dispute_accepted, overlays.not_yet_coordinated),
         fits=(overlays.goes_forward, not_before(overlays.accepted_on))), S.REPLY, S.MEETING),
    (Ask(command=c.ExtendDispute, does=overlays.extend_dispute, by=AUTHORITY,
         needs=(overlays.not_a_party, overlays.dispute_accepted, overlays.not_extended),
         fits=(overlays.extension_allowed, not_before(overlays.accepted_on))), S.REPLY, S.MEETING),
    (Ask(command=c.CloseDispute, does=overlays.close_dispute, by=AUTHORITY,
         needs=(overlays.not_a_party, overlays.dispute_accepted),
         fits=(not_before(overlays.accepted_on), scanned)), S.REPLY, S.MEETING),
    (Ask(command=c.Urge, does=road.urge, by=UNION | UPPER_UNIONS, fits=(papers.service_holds,)),
     S.REPRESENTATIVES, S.PERFORMANCE),
    (Ask(command=c.IssueOpinion, does=road.issue_opinion, by=UNION | UPPER_UNIONS, needs=(road.no_opinion_running,),
         fits=(papers.service_holds,)), S.REPRESENTATIVES, S.PERFORMANCE),
    (Ask(command=c.AnswerOpinion, does=road.answer_opinion, by=EMPLOYER, side=Side.EMPLOYER,
         needs=(road.opinion_to_answer,), fits=(road.opinion_unanswered,)), S.REPRESENTATIVES, S.PERFORMANCE),
    (Ask(command=c.IssueRecommendation, does=road.issue_recommendation, by=_seats(Seat.DISTRICT_UNION),
         needs=(road.opinion_refused_or_overdue,), fits=(road.ripe_for_recommendation,)),
     S.REPRESENTATIVES, S.PERFORMANCE),
    (Ask(command=c.ContestFact, does=road.contest_fact, by=ORGANS | BENCH, about="fact", fits=(road.fact_exists,)),
     S.REPRESENTATIVES, S.PERFORMANCE),
    (Ask(command=c.WithdrawContest, does=road.withdraw_contest, by=ORGANS | BENCH, needs=(road.something_contested,),
         fits=(road.own_contest,)), S.REPRESENTATIVES, S.PERFORMANCE),
    (Ask(command=c.WithdrawCase, does=road.withdraw_case, by=CHIEF | ORGANS,
         needs=(chief_speaks, road.no_withdrawal_asked)), S.REPRESENTATIVES, S.FILING),
    (Ask(command=c.TakeBackWithdrawal, does=road.take_back_withdrawal, by=CHIEF | ORGANS,
         needs=(chief_speaks, road.own_withdrawal)), S.REPRESENTATIVES, S.FILING),
    (Ask(command=c.ConsentToWithdrawal, does=road.consent_to_withdrawal, by=CHIEF | ORGANS,
         needs=(chief_speaks, road.other_side_asked)), S.REPRESENTATIVES, S.FILING),
    (Ask(command=c.EndTalks, does=road.end_talks, by=CHIEF | ORGANS,
         needs=(chief_speaks, road.coordination_failed, overlays.no_agreement)), S.REPLY, S.MEETING),
    (Ask(command=c.MergeIntoRegional, does=road.merge_into_regional, by=CHIEF | ORGANS, reads="regional",
         needs=(chief_speaks, road.of_one_enterprise), fits=(road.regional_covers_it,)), S.REPRESENTATIVES, S.MEETING),
    (Ask(command=c.RecordReference, does=road.record_reference, by=ORGANS | UPPER_UNIONS, fits=(road.value_given,)),
     S.REPRESENTATIVES, S.PERFORMANCE),
    (Ask(command=c.CoverEnterprise, does=road.cover_enterprise, by=ORGANS | {Seat.EMPLOYERS_BODY},
         by_register=True, needs=(road.regional,), fits=(road.not_covered_yet, road.is_on_the_register)),
     S.REPRESENTATIVES, S.PREPARATION),
    (Ask(command=c.NoteDeadline, does=road.note_deadline, by=CLOCK, needs=(road.something_due,),
         fits=(road.mark_reached,)), S.REPRESENTATIVES, S.PERFORMANCE),
    (Ask(command=c.RecordCourtOrder, does=road.record_court_order, by=CLOCK, even_closed=True,
         fits=(road.order_is_new, road.two_persons)), S.REPRESENTATIVES, S.PERFORMANCE),
    (Ask(command=c.AdoptCalendar, does=road.adopt_calendar, by=CLOCK,
         fits=(road.calendar_is_new, road.calendar_is_at_hand)), S.REPRESENTATIVES, S.PERFORMANCE),
)  # fmt: skip
"""What may be asked along the whole road, or where an overlay may lie; each with its first and last step."""

STILL: frozenset[type[c.Command]] = frozenset(
    {
        c.CheckIn, c.ConfirmCheckIn, c.StartMeeting, c.NoteChiefAbsent, c.ChooseNewDay, c.AdjournMeeting,
        c.WriteMinutes, c.ConfirmMinutes, c.ScheduleMeeting, c.PostponeMeeting, c.ConfirmClause, c.DeclareDeadlock,
    }
)  # fmt: skip
"""What a suspension stops: the meeting itself. Papers, information and draft clauses go on (HZ 27 ¶2)."""


def _places() -> dict[type[c.Command], Place]:
    found = {}
    for step, rule in PROCEDURE.items():
        for ask in rule.asks:
            stops = (overlays.not_suspended,) if ask.command in STILL else ()
            found[ask.command] = Place(ask=ask, first=step, last=ask.until or step, stops=stops)
    for ask, first, last in ROAD:
        found[ask.command] = Place(ask=ask, first=first, last=last)
    for command, ask in OPENINGS.items():
        found[command] = Place(ask=ask, first=S.REPRESENTATIVES, last=S.REPRESENTATIVES)
    return found


PLACES: Mapping[type[c.Command], Place] = _places()
"""Where each command stands."""
assert set(PLACES) == set(c.COMMANDS.values()), "every command has its place"

OPEN_IN: Mapping[Step, tuple[tuple[str, Place], ...]] = {
    step: tuple(
        (command.model_fields["type"].default, place)
        for command, place in PLACES.items()
        if not command.opens and place.open_in(step)
    )
    for step in STEPS
}
"""What may be asked in each step, by the type of the command."""
