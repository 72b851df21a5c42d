"""Opening a case: either side may (HZ 24); and entering a contract that was made before the platform."""

from __future__ import annotations

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.acts import said
from cloudnego.core.calendar import window_opens
from cloudnego.core.moment import Moment, Register
from cloudnego.core.pack import Level
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.vocabulary import Kind, Scope, Seat

CHILDREN = (Kind.RENEWAL, Kind.AMENDMENT, Kind.TERMINATION)


def not_open_yet(m: Moment) -> Obstacle | None:
    return no(Reason.NOTHING_NEW) if m.case.opened else None


def on_the_register(m: Moment) -> Obstacle | None:
    """An enterprise record is enough; who opens must act for one of its sides."""
    if m.register is None:
        return no(Reason.NOT_PARTY_TO_ENTERPRISE, cure=(Seat.TOWN_UNION,))
    return None if m.side is not None else no(Reason.NOT_PARTY_TO_ENTERPRISE, "HZ 24")


def upper_union_only_without_union(m: Moment, command: c.OpenCase) -> Obstacle | None:
    """未建立工会的企业 (HZ 18; ZJ 8): the local union opens where there is no union; else the two sides do (HZ 24)."""
    outside = m.seats.isdisjoint({Seat.UNION, Seat.HR, Seat.LEGAL_REPRESENTATIVE})
    if not outside or command.scope is not Scope.ENTERPRISE:
        return None
    if not _register(m).has_union and not m.seats.isdisjoint({Seat.TOWN_UNION, Seat.DISTRICT_UNION}):
        return None
    return no(Reason.NOT_PARTY_TO_ENTERPRISE, "HZ 24", cure=(Seat.UNION, Seat.HR))


def no_offer_open(m: Moment, command: c.OpenCase) -> Obstacle | None:
    """A second live case of the same sides and scope is refused only while an offer is open between them."""
    register = _register(m)
    if command.kind in CHILDREN or not register.open_offers:
        return None
    return no(Reason.OFFER_OPEN_ELSEWHERE, "HZ 24", n=len(register.open_offers))


def one_case_a_year(m: Moment, command: c.OpenCase) -> Obstacle | None:
    """One case a year is the rule of thumb; HZ 23 and ZJ 20 allow talks inside a year."""
    if command.kind in CHILDREN or not _register(m).this_year:
        return None
    return no(Reason.CASE_THIS_YEAR, "HZ 23", "ZJ 20", level=Level.ADVISORY, year=command.wage_year)


def child_of_a_contract(m: Moment, command: c.OpenCase) -> Obstacle | None:
    """Changes, endings and renewals go by the same procedure, as child cases of a contract in force (HZ 37-39)."""
    if command.kind is Kind.REGISTERED:
        return no(Reason.PARENT_NEEDED)
    if command.kind not in CHILDREN:
        return no(Reason.PARENT_NEEDED) if command.parent else None
    if command.parent is None or m.other is None or m.other.opened is None:
        return no(Reason.PARENT_NEEDED, "HZ 39")
    if m.other.opened.enterprise != command.enterprise:
        return no(Reason.PARENT_NEEDED, "HZ 39")
    if m.other.filing.in_force_from is None or m.other.ending is not None:
        return no(Reason.PARENT_NOT_IN_FORCE, "HZ 39")
    if command.kind is not Kind.RENEWAL and command.cause is None:
        return no(Reason.CAUSE_NEEDED, "HZ 37", "HZ 38")
    # HZ 38 ¶2: 一方提出变更或者解除…要求的，应当提供相关证明材料并说明理由
    if command.cause not in (None, c.Cause.AGREED) and command.evidence is None:
        return no(Reason.EVIDENCE_MISSING, "HZ 38", day=m.today.isoformat())
    return None


def renewal_in_its_window(m: Moment, command: c.OpenCase) -> Obstacle | None:
    """期满前九十日内，任何一方均可向对方提出重新签订或者续订的要求 (HZ 23 ¶2)."""
    row = m.law.pack.timers.get("renewal_window")
    expires = m.other.filing.expires_on if m.other else None
    if command.kind is not Kind.RENEWAL or row is None or expires is None:
        return None
    opens = window_opens(m.law.calendar, expires, row.n, row.unit).latest
    if opens is None or m.today >= opens:
        return None
    return no(Reason.RENEWAL_EARLY, *row.cite, level=Level.ADVISORY, opens=opens.isoformat())


def branch_has_consent(m: Moment, command: c.OpenCase) -> Obstacle | None:
    """Branches negotiate with the legal representative's consent (ZJ 46 ¶2)."""
    if not _register(m).is_branch or command.evidence:
        return None
    return no(Reason.BRANCH_CONSENT_MISSING, "ZJ 46", cure=(Seat.LEGAL_REPRESENTATIVE,))


def covers_fit_the_scope(m: Moment, command: c.OpenCase | c.RegisterContract) -> Obstacle | None:
    # HZ 32, 34: an industry or region is spoken for by its union and its body of employers, never by one firm
    if (command.scope is Scope.ENTERPRISE) is _register(m).speaks_for_many:
        return no(Reason.SUBJECT_OF_OTHER_SCOPE, "HZ 30", "HZ 32", cure=(Seat.TOWN_UNION, Seat.EMPLOYERS_BODY))
    if command.scope is Scope.ENTERPRISE:
        return no(Reason.NOT_REGIONAL, "HZ 30") if command.covers else None
    if not command.covers:
        return no(Reason.NOBODY_COVERED, "HZ 30")
    known = {x.enterprise for x in _register(m).covers}
    return None if set(command.covers) <= known else no(Reason.COVERED_UNKNOWN, "HZ 30")


def _register(m: Moment) -> Register:
    assert m.register is not None
    return m.register


def _opened(m: Moment, command: c.OpenCase | c.RegisterContract, kind: Kind) -> e.CaseOpened:
    r = _register(m)
    chosen = set(command.covers)
    return e.CaseOpened(
        by_side=m.own_side, opened_on=m.today, scope=command.scope, kind=kind, wage_year=command.wage_year,
        enterprise=r.enterprise, region=r.region, town=r.town, industry=r.industry, headcount=r.headcount,
        above_scale=r.above_scale, has_union=r.has_union, women=r.women, disabled=r.disabled, dispatched=r.dispatched,
        worker_organ=r.worker_organ, employer_organ=r.employer_organ,
        covers=tuple(x for x in r.covers if x.enterprise in chosen),
        ballot_per_enterprise=isinstance(command, c.OpenCase) and command.ballot_per_enterprise,
        pack=m.law.pack.id, pack_version=m.law.pack.version, calendar=m.law.calendar.version,
        parent=command.parent if isinstance(command, c.OpenCase) else None,
        cause=command.cause if isinstance(command, c.OpenCase) else None,
        external_ref=command.external_ref, evidence=command.evidence, references=r.references,
        regional_rate=r.regional_rate, regional_minimum_fen=r.regional_minimum_fen,
        previous_expires_on=r.previous_expires_on, words=said(command),
    )  # fmt: skip


def open_case(m: Moment, command: c.OpenCase) -> list[e.Event]:
    return [_opened(m, command, command.kind)]


def days_in_order(m: Moment, command: c.RegisterContract) -> Obstacle | None:
    if not command.signed_on <= command.in_force_from <= command.expires_on:
        return no(
            Reason.DAYS_IN_WRONG_ORDER, first=command.in_force_from.isoformat(), last=command.expires_on.isoformat()
        )
    if command.in_force_from > m.today:
        return no(Reason.IN_THE_FUTURE, day=command.in_force_from.isoformat(), today=m.today.isoformat())
    return None


def register_contract(m: Moment, command: c.RegisterContract) -> list[e.Event]:
    return [
        _opened(m, command, Kind.REGISTERED),
        e.ContractRegistered(
            signed_on=command.signed_on, in_force_from=command.in_force_from, expires_on=command.expires_on,
            raise_rate=command.raise_rate, minimum_wage_fen=command.minimum_wage_fen,
            published_on=command.published_on, evidence=command.evidence,
        ),
    ]  # fmt: skip
