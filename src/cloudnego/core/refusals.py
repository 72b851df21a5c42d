"""Every no has a name: the closed list of reasons, and the obstacle that says who can cure it and by when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import NoReturn

import msgspec

from cloudnego.core.pack import Level
from cloudnego.core.vocabulary import Seat, Side


class Reason(StrEnum):
    """What can stand in the way. The sentences are in the catalogue (`texts/`), in both languages."""

    # the gate
    CASE_CLOSED = "case_closed"
    NOT_IN_THIS_STEP = "not_in_this_step"
    NOT_YOUR_SEAT = "not_your_seat"
    SUSPENDED = "suspended"
    NOT_SUSPENDED = "not_suspended"
    IN_THE_FUTURE = "in_the_future"
    BEFORE_ITS_GROUND = "before_its_ground"
    EVIDENCE_MISSING = "evidence_missing"
    ON_PAPER_NOT_POSSIBLE = "on_paper_not_possible"
    NOTHING_NEW = "nothing_new"
    UNKNOWN_REFERENCE = "unknown_reference"
    VALUE_MISSING = "value_missing"
    COUNTS_DO_NOT_ADD_UP = "counts_do_not_add_up"
    DAY_IN_THE_PAST = "day_in_the_past"
    DAYS_IN_WRONG_ORDER = "days_in_wrong_order"
    LAW_INCOMPLETE = "law_incomplete"
    NOT_DUE = "not_due"
    # opening
    NOT_PARTY_TO_ENTERPRISE = "not_party_to_enterprise"
    OFFER_OPEN_ELSEWHERE = "offer_open_elsewhere"
    CASE_THIS_YEAR = "case_this_year"
    PARENT_NEEDED = "parent_needed"
    PARENT_NOT_IN_FORCE = "parent_not_in_force"
    CAUSE_NEEDED = "cause_needed"
    RENEWAL_EARLY = "renewal_early"
    BRANCH_CONSENT_MISSING = "branch_consent_missing"
    NOT_REGIONAL = "not_regional"
    SUBJECT_OF_OTHER_SCOPE = "subject_of_other_scope"
    NOBODY_COVERED = "nobody_covered"
    # representatives
    ROLL_MISSING = "roll_missing"
    TOO_FEW_DELEGATES = "too_few_delegates"
    TOO_MANY_MANAGERS = "too_many_managers"
    TOO_FEW_WOMEN = "too_few_women"
    CONGRESS_TERM_OVER = "congress_term_over"
    CANDIDATES_MISSING = "candidates_missing"
    TOO_FEW_CANDIDATES = "too_few_candidates"
    SCRUTINEER_IS_CANDIDATE = "scrutineer_is_candidate"
    TOO_FEW_SCRUTINEERS = "too_few_scrutineers"
    ELECTION_UNATTESTED = "election_unattested"
    NOTHING_TO_ATTEST = "nothing_to_attest"
    ALREADY_ATTESTED = "already_attested"
    ALREADY_CHOSEN = "already_chosen"
    ELECTED_NOT_APPOINTED = "elected_not_appointed"
    APPOINTED_NOT_ELECTED = "appointed_not_elected"
    LIST_MISSING = "list_missing"
    LIST_NOT_PUBLISHED = "list_not_published"
    DUTY_NOT_ACCEPTED = "duty_not_accepted"
    TOO_FEW_REPRESENTATIVES = "too_few_representatives"
    TOO_MANY_REPRESENTATIVES = "too_many_representatives"
    EMPLOYER_OUTNUMBERS = "employer_outnumbers"
    UNEQUAL_NUMBERS = "unequal_numbers"
    TOO_MANY_OUTSIDERS = "too_many_outsiders"
    OUTSIDERS_NOT_ALLOWED = "outsiders_not_allowed"
    NOT_AN_OUTSIDER = "not_an_outsider"
    CHIEF_OUTSIDER = "chief_outsider"
    CHIEF_NOT_ON_LIST = "chief_not_on_list"
    CHIEF_NOT_IN_CHARGE = "chief_not_in_charge"
    CHIEF_NOT_UNION_HEAD = "chief_not_union_head"
    NOT_SECRET = "not_secret"
    ON_BOTH_SIDES = "on_both_sides"
    TWICE_ON_LIST = "twice_on_list"
    MANAGER_FOR_WORKERS = "manager_for_workers"
    UNION_STAFF_FOR_EMPLOYER = "union_staff_for_employer"
    COMPOSITION = "composition"
    NOT_A_REPRESENTATIVE = "not_a_representative"
    CHIEF_VACANT = "chief_vacant"
    CHIEF_DELEGATE_ADVISORY = "chief_delegate_advisory"
    DELEGATE_MAY_NOT_SIGN = "delegate_may_not_sign"
    # topics
    UNKNOWN_HEAD = "unknown_head"
    HEAD_TWICE = "head_twice"
    HEADS_UNANSWERED = "heads_unanswered"
    NOTHING_TO_NEGOTIATE = "nothing_to_negotiate"
    REASON_MISSING = "reason_missing"
    FEW_ANSWERS = "few_answers"
    TOPICS_NOT_READY = "topics_not_ready"
    OPINIONS_MISSING = "opinions_missing"
    # offer and reply
    OWN_OFFER_PENDING = "own_offer_pending"
    NO_OFFER = "no_offer"
    OFFER_NOT_SERVED = "offer_not_served"
    OFFER_ANSWERED = "offer_answered"
    NOT_OWN_OFFER = "not_own_offer"
    OWN_OFFER = "own_offer"
    ELECTRONIC_SERVICE_NOT_CONFIRMED = "electronic_service_not_confirmed"
    ELECTRONIC_SERVICE_IN_FORCE = "electronic_service_in_force"
    SERVICE_UNPROVED = "service_unproved"
    ALREADY_SERVED = "already_served"
    NOT_OWN_PAPER = "not_own_paper"
    TIME_NOT_SETTLED = "time_not_settled"
    PLACE_NOT_SETTLED = "place_not_settled"
    CONTENT_NOT_SETTLED = "content_not_settled"
    REPRESENTATIVES_NOT_NAMED = "representatives_not_named"
    NO_GROUND_TO_REFUSE = "no_ground_to_refuse"
    REPLY_AWAITED = "reply_awaited"
    REPLY_UNSERVED = "reply_unserved"
    REPLY_GIVEN = "reply_given"
    # preparation
    MATERIAL_OUTSTANDING = "material_outstanding"
    MATERIAL_LATE = "material_late"
    MATERIAL_DELIVERED = "material_delivered"
    MATERIAL_NOT_DELIVERED = "material_not_delivered"
    NOT_ASKING_SIDE = "not_asking_side"
    NOT_OWING_SIDE = "not_owing_side"
    UNASKED_MATERIAL_MISSING = "unasked_material_missing"
    GROUP_TWICE = "group_twice"
    GROUP_TOO_SMALL = "group_too_small"
    MEETING_NOT_SCHEDULED = "meeting_not_scheduled"
    MEETING_ONLINE_NOT_AGREED = "meeting_online_not_agreed"
    ONLINE_NOT_ALLOWED = "online_not_allowed"
    RECORDER_NOT_NAMED = "recorder_not_named"
    RECORDER_IS_REPRESENTATIVE = "recorder_is_representative"
    RECORDER_APPOINTED = "recorder_appointed"
    NOTICE_MISSING = "notice_missing"
    NOTICE_LATE = "notice_late"
    NOTICE_SENT = "notice_sent"
    # at the table
    NO_PROPOSAL = "no_proposal"
    PROPOSAL_GONE = "proposal_gone"
    OWN_PROPOSAL = "own_proposal"
    NOT_OWN_PROPOSAL = "not_own_proposal"
    PROPOSAL_NOT_ACCEPTED = "proposal_not_accepted"
    HEAD_ACCEPTED = "head_accepted"
    CLAUSE_NOT_AGREED = "clause_not_agreed"
    NO_QUESTION = "no_question"
    QUESTION_GONE = "question_gone"
    OWN_QUESTION = "own_question"
    NOT_IN_THE_CHAIR = "not_in_the_chair"
    NOT_ON_THE_AGENDA = "not_on_the_agenda"
    TOPIC_OPEN = "topic_open"
    NO_TOPIC_OPEN = "no_topic_open"
    NOT_AT_THE_TABLE = "not_at_the_table"
    NO_STRAW_POLL = "no_straw_poll"
    # meeting
    CLAUSE_UNKNOWN = "clause_unknown"
    CLAUSE_AGREED = "clause_agreed"
    CLAUSE_NOT_OWN = "clause_not_own"
    CLAUSE_CHANGED = "clause_changed"
    CLAUSE_CONFIRMED = "clause_confirmed"
    BELOW_MINIMUM_WAGE = "below_minimum_wage"
    BELOW_REGIONAL = "below_regional"
    QUOTA_TOO_HARD = "quota_too_hard"
    MEETING_DAY_NOT_COME = "meeting_day_not_come"
    ALREADY_CHECKED_IN = "already_checked_in"
    CHECK_IN_CODE_OVER = "check_in_code_over"
    CHIEFS_NOT_THERE = "chiefs_not_there"
    NO_MAJORITY_OF_SIDE = "no_majority_of_side"
    SESSION_OPEN = "session_open"
    NO_SESSION = "no_session"
    CHIEF_NOT_LATE_YET = "chief_not_late_yet"
    CHIEF_PRESENT = "chief_present"
    NO_CHIEF_ABSENT = "no_chief_absent"
    NEW_DAY_USED = "new_day_used"
    NEW_DAY_TOO_LATE = "new_day_too_late"
    NOT_ALL_SETTLED = "not_all_settled"
    OPEN_CLAUSES = "open_clauses"
    MINUTES_MISSING = "minutes_missing"
    MINUTES_CHANGED = "minutes_changed"
    MINUTES_CONFIRMED = "minutes_confirmed"
    MINUTES_UNSIGNED = "minutes_unsigned"
    AGREEMENT_REACHED = "agreement_reached"
    NO_FULL_AGREEMENT = "no_full_agreement"
    DRAFT_MISSING = "draft_missing"
    DRAFT_CHANGED = "draft_changed"
    DRAFT_FIXED = "draft_fixed"
    DRAFT_UNSIGNED = "draft_unsigned"
    DRAFT_UNCHANGED_AFTER_FAILURE = "draft_unchanged_after_failure"
    PLAN_NEEDED = "plan_needed"
    PLAN_FILED = "plan_filed"
    NO_FAILED_BALLOT = "no_failed_ballot"
    SUSPENSION_TOO_LONG = "suspension_too_long"
    SUSPENSION_ONLY_FORCE_MAJEURE = "suspension_only_force_majeure"
    LAY_STILL_TOO_LONG = "lay_still_too_long"
    SUSPENSION_PASSES_CAP = "suspension_passes_cap"
    DEADLOCK_DECLARED = "deadlock_declared"
    ROUNDS_MANY = "rounds_many"
    # congress
    DRAFT_NOT_SUBMITTED = "draft_not_submitted"
    DRAFT_SUBMITTED = "draft_submitted"
    CONGRESS_NOT_CONVENED = "congress_not_convened"
    CONGRESS_CONVENED = "congress_convened"
    TOO_MANY_FOR_GENERAL_MEETING = "too_many_for_general_meeting"
    METHOD_NOT_ADOPTED = "method_not_adopted"
    METHOD_ADOPTED = "method_adopted"
    SCRUTINEER_IS_CHIEF = "scrutineer_is_chief"
    MATERIALS_SHORT_NOTICE = "materials_short_notice"
    MATERIALS_SENT = "materials_sent"
    BALLOT_RECORDED = "ballot_recorded"
    BALLOT_UNATTESTED = "ballot_unattested"
    TOTAL_NOT_THE_ROLL = "total_not_the_roll"
    COVERED_UNKNOWN = "covered_unknown"
    COVERED_BALLOTS_MISSING = "covered_ballots_missing"
    DRAFT_NOT_ACCEPTED = "draft_not_accepted"
    NO_ACCEPTANCE_WANTED = "no_acceptance_wanted"
    NOT_PER_ENTERPRISE = "not_per_enterprise"
    UNDER_TEN_VOTERS = "under_ten_voters"
    QUORUM_ADVISED = "quorum_advised"
    MAJORITY_ADVISED = "majority_advised"
    # filing
    NOT_PASSED = "not_passed"
    NOT_WHAT_WAS_VOTED = "not_what_was_voted"
    ALREADY_SIGNED = "already_signed"
    NOT_SIGNED = "not_signed"
    SIGNING_REFUSED = "signing_refused"
    FILED = "filed"
    NOT_FILED = "not_filed"
    FILING_INCOMPLETE = "filing_incomplete"
    TERM_OVER = "term_over"
    TERM_OUT_OF_BOUNDS = "term_out_of_bounds"
    TERM_UNUSUAL = "term_unusual"
    TERM_TOO_LONG = "term_too_long"
    TERM_TOO_SHORT = "term_too_short"
    NOT_THIS_CHANNEL = "not_this_channel"
    NOT_RECEIVED = "not_received"
    RECEIVED = "received"
    NO_SUPPLEMENT_ASKED = "no_supplement_asked"
    SUPPLEMENT_ASKED = "supplement_asked"
    OBJECTED = "objected"
    NOT_OBJECTED = "not_objected"
    OBJECTION_LATE = "objection_late"
    CONFIRMATION_NOT_OPEN = "confirmation_not_open"
    ALREADY_DECLARED = "already_declared"
    CLERICAL_DIFFERS = "clerical_differs"
    REVIEW_RUNNING = "review_running"
    REVIEWER_IS_PARTY = "reviewer_is_party"
    # performance
    NOT_IN_FORCE = "not_in_force"
    PUBLISHED = "published"
    REPORTED = "reported"
    PROBLEM_ANSWERED = "problem_answered"
    NOT_PROTECTED = "not_protected"
    TRANSFER_WITHOUT_CONSENT = "transfer_without_consent"
    CHILD_NOT_DONE = "child_not_done"
    NOT_EXPIRED = "not_expired"
    # along the road
    GUIDANCE_OPEN = "guidance_open"
    NO_GUIDANCE = "no_guidance"
    INSTRUCTOR_MANDATED = "instructor_mandated"
    INSTRUCTOR_NOT_IN_POOL = "instructor_not_in_pool"
    INSTRUCTOR_NOT_NEUTRAL = "instructor_not_neutral"
    INSTRUCTOR_SERVED_BOTH = "instructor_served_both"
    INSTRUCTOR_ASKED = "instructor_asked"
    INSTRUCTOR_REFUSED = "instructor_refused"
    NO_INSTRUCTOR = "no_instructor"
    NOT_CALLED = "not_called"
    AUTHORITY_COORDINATES = "authority_coordinates"
    INVITED = "invited"
    NOT_INVITED = "not_invited"
    NO_GROUND_FOR_DISPUTE = "no_ground_for_dispute"
    DISPUTE_OPEN = "dispute_open"
    NO_DISPUTE = "no_dispute"
    UPPER_UNION_FIRST = "upper_union_first"
    APPLIED_LATE = "applied_late"
    EXTENSION_TOO_LONG = "extension_too_long"
    EXTENDED = "extended"
    OPINION_NEEDED = "opinion_needed"
    OPINION_ANSWERED = "opinion_answered"
    OPINION_RUNNING = "opinion_running"
    RECOMMENDED = "recommended"
    FACT_UNKNOWN = "fact_unknown"
    CONTESTED = "contested"
    NOT_CONTESTED = "not_contested"
    NOT_OWN_CONTEST = "not_own_contest"
    WITHDRAWAL_ASKED = "withdrawal_asked"
    NO_WITHDRAWAL = "no_withdrawal"
    OWN_WITHDRAWAL = "own_withdrawal"
    COORDINATION_NOT_FAILED = "coordination_not_failed"
    NOT_ENTERPRISE_CASE = "not_enterprise_case"
    CASE_IN_FORCE = "case_in_force"
    TWO_PERSONS_NEEDED = "two_persons_needed"


class Obstacle(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the way: hard blocks, advisory warns. `cure`: the seats that can remove it, on `side` if given."""

    reason: Reason
    level: Level = Level.HARD
    articles: tuple[str, ...] = ()
    facts: dict[str, str | int] = {}
    cure: tuple[Seat, ...] = ()
    side: Side | None = None
    by: date | None = None

    @property
    def hard(self) -> bool:
        return self.level is Level.HARD


class Refused(Exception):
    """A request the rules do not allow; carries all that stands in its way. Never a bug, never half done."""

    def __init__(self, obstacles: Sequence[Obstacle]) -> None:
        self.obstacles = tuple(obstacles)
        super().__init__(", ".join(o.reason for o in self.obstacles))


def no(
    reason: Reason,
    *articles: str,
    level: Level = Level.HARD,
    cure: tuple[Seat, ...] = (),
    side: Side | None = None,
    by: date | None = None,
    **facts: str | int,
) -> Obstacle:
    """An obstacle in one line, as the rules write them."""
    return Obstacle(reason=reason, level=level, articles=articles, facts=facts, cure=cure, side=side, by=by)


def refuse(*obstacles: Obstacle) -> NoReturn:
    """Refuse a request."""
    raise Refused(obstacles)
