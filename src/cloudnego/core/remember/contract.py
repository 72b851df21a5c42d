"""Signing, filing, effect and performance."""

from __future__ import annotations

from msgspec.structs import replace as put

from cloudnego.core import events as e
from cloudnego.core.remember.how import on, with_ink
from cloudnego.core.state import (
    Filing,
    Negotiation,
)

# --- filing -----------------------------------------------------------------------------------------------------------


@on(e.ContractSigned)
def _(case: Negotiation, event: e.ContractSigned) -> Negotiation:
    signed = case.filing.signed.having(event.side, event.occurred_on)
    return put(
        with_ink(case, event),
        filing=put(
            case.filing,
            signed=signed,
            document_hash=event.document_hash,
            refused=case.filing.refused - {event.side},
        ),
    )


@on(e.SigningRefused)
def _(case: Negotiation, event: e.SigningRefused) -> Negotiation:
    return put(case, filing=put(case.filing, refused=case.filing.refused | {event.side}))


@on(e.ContractFiled)
def _(case: Negotiation, event: e.ContractFiled) -> Negotiation:
    filing = put(
        case.filing,
        channel=event.channel,
        filed_on=event.occurred_on,
        items=event.items,
        term_from=event.term_from,
        expires_on=event.expires_on,
    )
    return put(case, filing=filing)


@on(e.FilingReceived)
def _(case: Negotiation, event: e.FilingReceived) -> Negotiation:
    return put(case, filing=put(case.filing, received_on=event.occurred_on))


@on(e.SupplementRequested)
def _(case: Negotiation, event: e.SupplementRequested) -> Negotiation:
    return put(case, filing=put(case.filing, supplement_asked=event.items, supplement_on=event.occurred_on))


@on(e.PapersSupplied)
def _(case: Negotiation, event: e.PapersSupplied) -> Negotiation:
    filing = case.filing
    waited = (event.occurred_on - filing.supplement_on).days if filing.supplement_on else 0
    return put(
        case,
        filing=put(
            filing,
            items=(*filing.items, *(i for i in event.items if i not in filing.items)),
            supplement_asked=tuple(i for i in filing.supplement_asked if i not in event.items),
            supplement_days=filing.supplement_days + max(0, waited),
        ),
    )


@on(e.ContractObjected)
def _(case: Negotiation, event: e.ContractObjected) -> Negotiation:
    filing = put(
        case.filing,
        objected=tuple(c.clause for c in event.clauses),
        objected_on=event.occurred_on,
        refile=case.filing.refile + 1,
        ended_on=event.occurred_on,
        in_force_from=None,
        confirmation_opened_on=None,
    )
    case = put(case, filing=filing)
    if event.withdraws_effect:  # what is signed anew is published and reported anew
        performance = put(case.performance, published_on=None, published_at=frozenset(), reported_on=None)
        return put(case, performance=performance)
    return case


@on(e.ConfirmationOpened)
def _(case: Negotiation, event: e.ConfirmationOpened) -> Negotiation:
    filing = put(case.filing, confirmation_opened_on=event.in_force_from, would_be_in_force=event.in_force_from)
    return put(case, filing=filing)


@on(e.NoObjectionConfirmed)
def _(case: Negotiation, event: e.NoObjectionConfirmed) -> Negotiation:
    declared = case.filing.declared.having(event.side, event.occurred_on)
    return put(case, filing=put(case.filing, declared=declared))


@on(e.ClericalNoted)
def _(case: Negotiation, event: e.ClericalNoted) -> Negotiation:
    filing = put(case.filing, clerical=case.filing.clerical | {event.who}, clerical_hash=event.corrected_hash)
    if event.complete:  # signing begins anew on the corrected text
        filing = Filing(refile=filing.refile, document_hash=event.corrected_hash)
        return put(case, filing=filing, meeting=put(case.meeting, draft_hash=event.corrected_hash))
    return put(case, filing=filing)


@on(e.ContractInForce)
def _(case: Negotiation, event: e.ContractInForce) -> Negotiation:
    return put(
        case,
        filing=put(
            case.filing,
            in_force_from=event.in_force_from,
            expires_on=event.expires_on,
            ended_on=event.in_force_from,
        ),
        performance=put(case.performance, raise_rate=event.raise_rate, minimum_wage_fen=event.minimum_wage_fen),
    )


# --- performance ------------------------------------------------------------------------------------------------------


@on(e.ContractPublished)
def _(case: Negotiation, event: e.ContractPublished) -> Negotiation:
    performance = put(
        case.performance,
        published_on=case.performance.published_on or event.occurred_on,
        published_at=case.performance.published_at | frozenset(event.enterprises),
    )
    return put(case, performance=performance)


@on(e.ReportedToUpperUnion)
def _(case: Negotiation, event: e.ReportedToUpperUnion) -> Negotiation:
    return put(case, performance=put(case.performance, reported_on=event.occurred_on))


@on(e.PerformanceReported)
def _(case: Negotiation, event: e.PerformanceReported) -> Negotiation:
    return put(
        case, performance=put(case.performance, reports={**case.performance.reports, event.period: event.occurred_on})
    )


@on(e.PerformancePublished)
def _(case: Negotiation, event: e.PerformancePublished) -> Negotiation:
    publications = {**case.performance.publications, event.period: event.occurred_on}
    return put(case, performance=put(case.performance, publications=publications))


@on(e.ProblemRaised)
def _(case: Negotiation, event: e.ProblemRaised) -> Negotiation:
    problems = {**case.performance.problems, event.problem: False}
    return put(case, performance=put(case.performance, problems=problems))


@on(e.ProblemAnswered)
def _(case: Negotiation, event: e.ProblemAnswered) -> Negotiation:
    problems = {**case.performance.problems, event.problem: True}
    return put(case, performance=put(case.performance, problems=problems))


@on(e.ExternalCaseRecorded)
def _(case: Negotiation, event: e.ExternalCaseRecorded) -> Negotiation:
    return put(case, performance=put(case.performance, external=case.performance.external + 1))
