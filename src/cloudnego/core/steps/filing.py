"""Step 8: both chiefs sign what was voted; it is filed; fifteen days without objection put it in force (HZ 28, 40)."""

from __future__ import annotations

from datetime import date, timedelta

from cloudnego.core import clauses as texts
from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core import papers
from cloudnego.core.acts import dated, day_of, of_side, of_signature
from cloudnego.core.calendar import add_working_days, moved
from cloudnego.core.deadlines import running
from cloudnego.core.moment import Moment, Standing
from cloudnego.core.pack import Level, Unit
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.sheets import unanswered
from cloudnego.core.vocabulary import Seat, Side, Step, Stream

EMPLOYER_SEATS = (Seat.HR, Seat.CHIEF)
LAST_YEAR = 2099
"""As far as days go anywhere in the product."""


def in_force(s: Standing) -> Obstacle | None:
    """Step 8 ends when the contract is in force; what it waits for until then, in order."""
    f = s.case.filing
    if f.in_force_from:
        return None
    if f.objected_on:
        return no(Reason.OBJECTED, "HZ 40", cure=(Seat.CHIEF,))
    if f.signed_last is None:
        side = Side.WORKER if f.signed.worker is None else Side.EMPLOYER
        return no(Reason.NOT_SIGNED, "HZ 28", cure=(Seat.CHIEF,), side=side)
    if f.filed_on is None:
        due = running(s.case, s.law, "file")
        by = due.latest if due else None
        return no(Reason.NOT_FILED, *s.law.pack.filing.cite, cure=EMPLOYER_SEATS, side=Side.EMPLOYER, by=by)
    if f.received_on is None:
        cure = (Seat.AUTHORITY,) if f.channel == "in_platform" else EMPLOYER_SEATS
        return no(Reason.NOT_RECEIVED, *s.law.pack.filing.cite, cure=cure)
    review = running(s.case, s.law, "review")
    return no(
        Reason.REVIEW_RUNNING, *s.law.pack.filing.cite, cure=(Seat.AUTHORITY,), by=review.latest if review else None
    )


# --- signing ------------------------------------------------------------------------------------------------------


def not_signed_by_own(m: Moment) -> Obstacle | None:
    return no(Reason.ALREADY_SIGNED) if m.case.filing.signed.of(m.own_side) else None


def no_objection_open(m: Moment) -> Obstacle | None:
    return no(Reason.OBJECTED, "HZ 40", cure=(Seat.CHIEF,)) if m.case.filing.objected_on else None


def mandate_covers_signing(m: Moment) -> Obstacle | None:
    """A delegate, or a mandated employer chief, signs only if the mandate says so."""
    bench = m.bench
    if bench.delegate == m.by.person != bench.chief and not bench.delegate_may_sign:
        return no(Reason.DELEGATE_MAY_NOT_SIGN, "N2004 20", cure=(Seat.CHIEF,), side=m.own_side)
    if not bench.may_sign:
        return no(Reason.DELEGATE_MAY_NOT_SIGN, "HZ 18", cure=(Seat.HR,), side=m.own_side)
    return None


def voted_on(m: Moment) -> date | None:
    return next((b.on for b in reversed(m.case.ballots) if b.result == "passed"), None)


def what_was_voted(m: Moment, command: c.SignContract) -> Obstacle | None:
    """通过后的工资专项集体合同，由双方首席代表签字 (HZ 28 ¶2): the document is the one voted on, by hash."""
    return None if command.document_hash == m.case.meeting.draft_hash else no(Reason.NOT_WHAT_WAS_VOTED, "HZ 28")


def sign_contract(m: Moment, command: c.SignContract) -> list[e.Event]:
    both = m.case.filing.signed.of(m.own_side.other) is not None
    person = m.bench.chief if command.on_paper else m.by.person
    return [
        e.ContractSigned(
            **of_signature(m, command, Stream.FILING), person=person or m.by.person,
            document_hash=command.document_hash, both=both,
        )
    ]  # fmt: skip


def not_refused(m: Moment) -> Obstacle | None:
    return no(Reason.SIGNING_REFUSED) if m.own_side in m.case.filing.refused else None


def refuse_to_sign(m: Moment, command: c.RefuseToSign) -> list[e.Event]:
    return [e.SigningRefused(**of_side(m, command))]


# --- handing in ---------------------------------------------------------------------------------------------------


def signed_by_both(s: Standing) -> Obstacle | None:
    f = s.case.filing
    if f.signed_last:
        return None
    side = Side.WORKER if f.signed.worker is None else Side.EMPLOYER
    return no(Reason.NOT_SIGNED, "HZ 28", cure=(Seat.CHIEF,), side=side)


def employer_files(m: Moment) -> Obstacle | None:
    """由企业方…报送 (HZ 40)."""
    if m.side is Side.EMPLOYER:
        return None
    return no(Reason.NOT_YOUR_SEAT, *m.law.pack.filing.cite, cure=EMPLOYER_SEATS, side=Side.EMPLOYER)


def not_filed(m: Moment) -> Obstacle | None:
    return no(Reason.FILED) if m.case.filing.filed_on else None


def filed(s: Standing) -> Obstacle | None:
    if s.case.filing.filed_on:
        return None
    return no(Reason.NOT_FILED, *s.law.pack.filing.cite, cure=EMPLOYER_SEATS, side=Side.EMPLOYER)


def signed_on(m: Moment) -> date | None:
    return m.case.filing.signed_last


def complete(m: Moment, command: c.FileContract) -> Obstacle | None:
    """The same check the authority uses: each paper of the pack at its level."""
    row = m.law.pack.filing
    for level in (Level.HARD, Level.ADVISORY):
        left = [i.code for i in row.items if i.level is level and i.code not in command.items]
        if left:
            return no(Reason.FILING_INCOMPLETE, *row.cite, level=level, cure=EMPLOYER_SEATS, items=" ".join(left))
    return None


def term_fits(m: Moment, command: c.FileContract) -> Obstacle | None:
    """期限一般为一年 (HZ 23); a maximum of the pack at its level."""
    row = m.law.pack.term
    if row.max_months is not None and command.term_months > row.max_months:
        return no(Reason.TERM_TOO_LONG, *row.cite, level=row.level, months=command.term_months, most=row.max_months)
    if row.min_months is not None and command.term_months < row.min_months:
        return no(Reason.TERM_TOO_SHORT, *row.cite, level=row.level, months=command.term_months, least=row.min_months)
    if command.term_months != row.default_months:
        return no(
            Reason.TERM_UNUSUAL, *row.cite, level=Level.ADVISORY, months=command.term_months, usual=row.default_months
        )
    return None


def heads_unanswered(m: Moment, _: c.FileContract) -> Obstacle | None:
    """Unanswered heads of HZ 9 are a line of the filing checklist."""
    left = unanswered(m, m.case.answered_heads())
    row = m.law.pack.topics
    return no(Reason.HEADS_UNANSWERED, *row.cite, level=Level.ADVISORY, heads=" ".join(left)) if left else None


def _last_day(command: c.FileContract) -> date:
    return moved(command.term_from, command.term_months, Unit.MONTH) - timedelta(days=1)


def term_not_over(m: Moment, command: c.FileContract) -> Obstacle | None:
    """A term may have begun before it is signed, as the wage year has; it does not end before, nor beyond all days."""
    last, signed = _last_day(command), m.case.filing.signed_last
    if last.year > LAST_YEAR:
        return no(Reason.TERM_OUT_OF_BOUNDS, last=last.isoformat(), year=LAST_YEAR)
    return no(Reason.TERM_OVER, last=last.isoformat()) if signed and last <= max(signed, day_of(m, command)) else None


def file_contract(m: Moment, command: c.FileContract) -> list[e.Event]:
    return [
        e.ContractFiled(
            **of_side(m, command), channel=command.channel, items=command.items, copies=command.copies,
            term_from=command.term_from, expires_on=_last_day(command),
        )
    ]  # fmt: skip


# --- the authority's review ---------------------------------------------------------------------------------------


def in_platform(m: Moment) -> Obstacle | None:
    return None if m.case.filing.channel == "in_platform" else no(Reason.NOT_THIS_CHANNEL, *m.law.pack.filing.cite)


def outside(m: Moment) -> Obstacle | None:
    return None if m.case.filing.channel == "external_upload" else no(Reason.NOT_THIS_CHANNEL, *m.law.pack.filing.cite)


def not_received(m: Moment) -> Obstacle | None:
    return no(Reason.RECEIVED) if m.case.filing.received_on else None


def received(s: Standing) -> Obstacle | None:
    if s.case.filing.received_on:
        return None
    return no(Reason.NOT_RECEIVED, *s.law.pack.filing.cite, cure=(Seat.AUTHORITY, Seat.HR))


def not_in_force(m: Moment) -> Obstacle | None:
    return no(Reason.CASE_IN_FORCE, "HZ 40") if m.case.filing.in_force_from else None


def filed_day(m: Moment) -> date | None:
    return m.case.filing.filed_on


def received_day(m: Moment) -> date | None:
    return m.case.filing.received_on


def reviewer_is_no_party(m: Moment) -> Obstacle | None:
    """Who sits for a side does not review it."""
    party = any(m.case.benches.of(side).has(m.by.person) for side in Side)
    return no(Reason.REVIEWER_IS_PARTY) if party else None


def receive_filing(m: Moment, command: c.ReceiveFiling) -> list[e.Event]:
    return [e.FilingReceived(**dated(m, command))]


def record_receipt(m: Moment, command: c.RecordReceipt) -> list[e.Event]:
    return [e.FilingReceived(**dated(m, command))]


def no_supplement_pending(m: Moment) -> Obstacle | None:
    return no(Reason.SUPPLEMENT_ASKED, cure=EMPLOYER_SEATS) if m.case.filing.supplement_asked else None


def request_supplement(m: Moment, command: c.RequestSupplement) -> list[e.Event]:
    return [e.SupplementRequested(**dated(m, command), items=command.items)]


def supplement_pending(m: Moment) -> Obstacle | None:
    return None if m.case.filing.supplement_asked else no(Reason.NO_SUPPLEMENT_ASKED)


def papers_asked_for(m: Moment, command: c.SupplyPapers) -> Obstacle | None:
    wanted = set(m.case.filing.supplement_asked)
    return None if wanted & set(command.items) else no(Reason.NO_SUPPLEMENT_ASKED, items=" ".join(sorted(wanted)))


def supply_papers(m: Moment, command: c.SupplyPapers) -> list[e.Event]:
    return [e.PapersSupplied(**of_side(m, command), items=command.items)]


def not_objected(m: Moment) -> Obstacle | None:
    return no(Reason.OBJECTED, "HZ 40") if m.case.filing.objected_on else None


def objected(s: Standing) -> Obstacle | None:
    return None if s.case.filing.objected_on else no(Reason.NOT_OBJECTED)


def objection_in_time(m: Moment, command: c.ObjectToContract | c.RecordObjection) -> Obstacle | None:
    """自收到…之日起十五日内未提出异议的…即行生效 (HZ 40): an objection of a later day is none."""
    known = [x.clause for x in command.clauses if x.clause not in m.case.clauses]
    if known:
        return no(Reason.CLAUSE_UNKNOWN, id=known[0])
    review = running(m.case, m.law, "review")
    if review and review.latest and _reached_them_on(m, command) > review.latest:
        return no(Reason.OBJECTION_LATE, *m.law.pack.filing.cite, by=review.latest)
    return None


def _reached_them_on(m: Moment, command: c.ObjectToContract | c.RecordObjection) -> date:
    """The day the opinion reached the sides; of one received outside, the day entered for it."""
    served = papers.served(m, command, command.service) if isinstance(command, c.ObjectToContract) else None
    return served.on if served else day_of(m, command)


def served_on_both(m: Moment, command: c.ObjectToContract) -> Obstacle | None:
    """《审查意见书》…送达双方协商代表 (N2004 45): on the platform only to sides that named it as theirs."""
    on = day_of(m, command)
    wrong = [papers.unproved(m, command.service, side, on, on) for side in Side]
    return next((o for o in wrong if o), None)


def object_to_contract(m: Moment, command: c.ObjectToContract) -> list[e.Event]:
    return [_objection(m, command, external=False)]


def record_objection(m: Moment, command: c.RecordObjection) -> list[e.Event]:
    """An objection dated in time but surfaced late sets the case back."""
    return [_objection(m, command, external=True)]


def _objection(m: Moment, command: c.ObjectToContract | c.RecordObjection, *, external: bool) -> e.Event:
    service = command.service if isinstance(command, c.ObjectToContract) else None
    return e.ContractObjected(
        **dated(m, command), clauses=command.clauses, paper=m.fresh(Stream.FILING), external=external,
        served=papers.served(m, command, service), withdraws_effect=m.case.step is Step.PERFORMANCE,
    )  # fmt: skip


def not_registered(m: Moment) -> Obstacle | None:
    return no(Reason.NOT_THIS_CHANNEL) if m.case.performance.registered else None


def _takes_effect(m: Moment, why: str, from_day: date) -> e.Event:
    f = m.case.filing
    assert f.expires_on is not None
    return e.ContractInForce.model_validate(
        {
            "why": why, "in_force_from": from_day, "expires_on": f.expires_on,
            "raise_rate": texts.raise_rate(m.case), "minimum_wage_fen": texts.minimum_fen(m.case),
        }
    )  # fmt: skip


def give_no_objection(m: Moment, command: c.GiveNoObjection) -> list[e.Event]:
    """In force at delivery of an opinion without objection (N2000 22), at the latest when silence would do it."""
    review, delivered = running(m.case, m.law, "review"), day_of(m, command)
    if review is None or review.latest is None or delivered <= review.latest:
        return [_takes_effect(m, "no_objection", delivered)]
    return [_takes_effect(m, "silence", review.latest + timedelta(days=1))]


def review_over(m: Moment) -> Obstacle | None:
    """Declared in force only after the last possible day."""
    if m.case.filing.confirmation_opened_on:
        return no(Reason.NOTHING_NEW)
    review = running(m.case, m.law, "review")
    if review is None or review.latest is None:
        return no(Reason.NOT_RECEIVED)
    return None if m.today > review.latest else no(Reason.NOT_DUE, by=review.latest)


def close_review(m: Moment, _: c.CloseReview) -> list[e.Event]:
    """Silence ends the review in the platform; outside it only opens the two sides' declarations."""
    review = running(m.case, m.law, "review")
    assert review is not None
    assert review.latest is not None
    from_day = review.latest + timedelta(days=1)
    if m.case.filing.channel == "in_platform":
        return [_takes_effect(m, "silence", from_day)]
    return [e.ConfirmationOpened(in_force_from=from_day)]


def confirmation_open(m: Moment) -> Obstacle | None:
    if m.case.filing.confirmation_opened_on is None:
        return no(Reason.CONFIRMATION_NOT_OPEN, *m.law.pack.filing.cite, cure=(Seat.CLOCK,))
    return None


def own_word_open(m: Moment) -> Obstacle | None:
    return no(Reason.ALREADY_DECLARED) if m.case.filing.declared.of(m.own_side) else None


def confirm_no_objection(m: Moment, command: c.ConfirmNoObjection) -> list[e.Event]:
    f = m.case.filing
    found: list[e.Event] = [e.NoObjectionConfirmed(**of_side(m, command))]
    if f.declared.of(m.own_side.other) is not None and f.would_be_in_force is not None:
        found.append(_takes_effect(m, "declared", f.would_be_in_force))
    return found


def silent_until(s: Standing) -> date | None:
    """The last day on which the silent side may still say that an objection came."""
    said_on = s.case.filing.declared.worker or s.case.filing.declared.employer
    return add_working_days(s.law.calendar, said_on, s.law.pack.filing.confirm_silence_wd) if said_on else None


def silence_over(m: Moment) -> Obstacle | None:
    last = silent_until(m)
    if last is None or m.today <= last:
        return no(Reason.NOT_DUE, by=last)
    return None


def close_confirmation(m: Moment, _: c.CloseConfirmation) -> list[e.Event]:
    from_day = m.case.filing.would_be_in_force
    assert from_day is not None
    return [_takes_effect(m, "declared", from_day)]


# --- after an objection -------------------------------------------------------------------------------------------


def _voice(m: Moment) -> str:
    if Seat.CHIEF in m.seats and m.side is not None:
        return m.side.value
    return "union_officer"


def clerical_word_open(m: Moment) -> Obstacle | None:
    return no(Reason.NOTHING_NEW) if _voice(m) in m.case.filing.clerical else None


def same_correction(m: Moment, command: c.NoteClerical) -> Obstacle | None:
    """All three name the same corrected text."""
    known = m.case.filing.clerical_hash if m.case.filing.clerical else None
    return None if known in (None, command.corrected_hash) else no(Reason.CLERICAL_DIFFERS)


def note_clerical(m: Moment, command: c.NoteClerical) -> list[e.Event]:
    """Clerical errors only: no new ballot, signing begins again on the corrected text."""
    who = _voice(m)
    complete_now = len(m.case.filing.clerical | {who}) == len(("worker", "employer", "union_officer"))
    return [
        e.ClericalNoted.model_validate({"who": who, "corrected_hash": command.corrected_hash, "complete": complete_now})
    ]


def return_to_table(m: Moment, command: c.ReturnToTable) -> list[e.Event]:
    """对提出异议的条款进行修订，重新报送 (HZ 40): back to the meeting, then a new ballot (LCL 51)."""
    return [e.ReturnedToTable(**of_side(m, command))]
