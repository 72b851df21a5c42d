"""The closed lists of identity: kinds of organisations, the offices each may hold, and who stands above whom."""

from __future__ import annotations

from enum import StrEnum

from cloudnego.core.vocabulary import Office, Side


class OrganisationKind(StrEnum):
    """What an organisation is."""

    DISTRICT_UNION = "district_union"
    TOWN_UNION = "town_union"
    ENTERPRISE = "enterprise"
    ENTERPRISE_UNION = "enterprise_union"
    AUTHORITY = "authority"
    EMPLOYERS_BODY = "employers_body"
    AUDITOR = "auditor"
    OPERATOR = "operator"


OFFICES: dict[OrganisationKind, frozenset[Office]] = {
    OrganisationKind.DISTRICT_UNION: frozenset({Office.DISTRICT_UNION}),
    OrganisationKind.TOWN_UNION: frozenset({Office.TOWN_UNION}),
    OrganisationKind.ENTERPRISE: frozenset({Office.WORKER, Office.HR, Office.LEGAL_REPRESENTATIVE, Office.PORTAL}),
    OrganisationKind.ENTERPRISE_UNION: frozenset({Office.UNION, Office.WORKER}),
    OrganisationKind.AUTHORITY: frozenset({Office.AUTHORITY}),
    OrganisationKind.EMPLOYERS_BODY: frozenset({Office.EMPLOYERS_BODY}),
    OrganisationKind.AUDITOR: frozenset({Office.AUDITOR}),
    OrganisationKind.OPERATOR: frozenset({Office.OPERATOR}),
}
"""Which offices a membership in an organisation of this kind may carry."""

REGIONAL = frozenset(
    {Office.DISTRICT_UNION, Office.TOWN_UNION, Office.AUTHORITY, Office.EMPLOYERS_BODY, Office.AUDITOR}
)
"""Offices that reach every case of their region; all others reach only cases their organisation is party to."""

SIDES: dict[Office, Side] = {
    Office.WORKER: Side.WORKER,
    Office.UNION: Side.WORKER,
    Office.HR: Side.EMPLOYER,
    Office.LEGAL_REPRESENTATIVE: Side.EMPLOYER,
}
"""The side an office belongs to by itself. A union of the area or an employers' body has one only as a party."""


def side_suits(office: Office, side: Side) -> bool:
    """Whether a membership of this office may stand on this side: a manager is a worker on the employer's."""
    return office is Office.WORKER or SIDES.get(office, side) is side


def covers(upper: str, lower: str) -> bool:
    """Whether region `upper` is `lower` or lies above it: codes of the GB/T 2260 tree begin with those above them."""
    return lower.startswith(upper)
