"""The cast of a walk: fictitious firms, unions, offices and people, entered in a sandbox as an administrator would."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import msgspec

from cloudnego.chooser import NAMES_OF_NOBODY, Cast
from cloudnego.core.vocabulary import Office
from cloudnego.identity.kinds import OrganisationKind
from cloudnego.walk.sandbox import Sandbox

_FIRMS = (
    ("云帆精密机械", "C34", 186), ("青禾家纺", "C17", 94), ("江澜羽绒", "C19", 58), ("钱湾五金", "C33", 41),
    ("蜀山印染", "C17", 127),
)  # fmt: skip
"""Names that no firm bears, industry, workers."""


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """Who plays, about whom the case is, and who looks on: an auditor, who sees all three joint streams."""

    cast: Cast
    subject: str
    auditor: str


class _Area(msgspec.Struct, frozen=True, kw_only=True):
    """What both kinds of cases have: the place, its union, the people of the offices."""

    town: str
    town_union: str
    names: Iterator[str]
    offices: dict[str, str]
    auditor: str


def settle(sandbox: Sandbox, *, regional: bool) -> Settled:
    """Make the people of a case of one enterprise, or of a region with several."""
    area = _area(sandbox)
    return _region(sandbox, area) if regional else _enterprise(sandbox, area)


def _area(sandbox: Sandbox) -> _Area:
    district, town = sandbox.founded["places"][:2]
    names, f = iter(NAMES_OF_NOBODY), sandbox.founded
    town_union = sandbox.organisation(OrganisationKind.TOWN_UNION, "城厢街道总工会", town)
    audit = sandbox.organisation(OrganisationKind.AUDITOR, "云帆演示区审计室", district)
    people = {
        "town_union": (town_union, Office.TOWN_UNION),
        "district_union": (f["district_union"], Office.DISTRICT_UNION),
        "authority": (f["authority"], Office.AUTHORITY),
        "employers_body": (f["employers_body"], Office.EMPLOYERS_BODY),
    }
    offices = {role: sandbox.person(role, next(names), [held]) for role, held in people.items()}
    offices["instructor"] = sandbox.person("instructor", next(names), [people["district_union"]])
    sandbox.pooled(offices["district_union"], offices["instructor"])
    offices["coordinator"] = sandbox.person("coordinator", next(names), [people["authority"]])
    auditor = sandbox.person("auditor", next(names), [(audit, Office.AUDITOR)])
    return _Area(town=town, town_union=town_union, names=names, offices=offices, auditor=auditor)


def _firm(sandbox: Sandbox, area: _Area, n: int) -> str:
    """An entry whose credit code no authority could have given."""
    name, industry, workers = _FIRMS[n]
    heads = {"year": sandbox.now.year, "total": workers, "women": workers * 2 // 5, "front_line": workers * 3 // 4}
    return sandbox.enterprise(
        {
            "name": f"萧山{name}有限公司（演示）", "credit_code": f"DEMO-{n + 1:04d}", "address": f"演示路{n + 1}号",
            "region": area.town, "industry": industry, "has_congress": True, "headcount": [heads],
        }
    )  # fmt: skip


def _cast(area: _Area, **people: object) -> Cast:
    offices = {name: who for name, who in area.offices.items() if name != "coordinator"}
    return msgspec.convert({**offices, "coordinators": [area.offices["coordinator"]], **people}, Cast)


def _enterprise(sandbox: Sandbox, area: _Area) -> Settled:
    firm = _firm(sandbox, area, 0)
    union = sandbox.give_union(firm, "云帆精密机械有限公司工会（演示）", area.town)

    def of_firm(role: str, office: Office) -> str:
        return sandbox.person(role, next(area.names), [(firm, office)])

    chair = sandbox.person("union_chair", next(area.names), [(union, Office.UNION)])
    workers = [of_firm("worker_representative", Office.WORKER) for _ in range(3)]
    employers = [of_firm("legal_representative", Office.LEGAL_REPRESENTATIVE)]
    employers += [of_firm("employer_representative", Office.HR) for _ in range(3)]
    cast = _cast(
        area,
        worker_bench=[chair, *workers],
        employer_bench=employers,
        hr=of_firm("hr", Office.HR),
        recorder=of_firm("recorder", Office.WORKER),
        scrutineers=[of_firm("scrutineer", Office.WORKER) for _ in range(2)],
        spare_workers=[of_firm("worker", Office.WORKER)],
    )
    return Settled(cast=cast, subject=firm, auditor=area.auditor)


def _region(sandbox: Sandbox, area: _Area) -> Settled:
    """The union of the town and the employers' body of the district speak for many firms (HZ 30-35)."""
    firms = [_firm(sandbox, area, n) for n in range(len(_FIRMS))]
    places = count()

    def of_some_firm(role: str, office: Office) -> str:
        return sandbox.person(role, next(area.names), [(firms[next(places) % len(firms)], office)])

    chair = sandbox.person("town_union_chair", next(area.names), [(area.town_union, Office.TOWN_UNION)])
    body = (sandbox.founded["employers_body"], Office.EMPLOYERS_BODY)
    cast = _cast(
        area,
        worker_bench=[chair, *(of_some_firm("worker_representative", Office.WORKER) for _ in range(3))],
        employer_bench=[of_some_firm("legal_representative", Office.LEGAL_REPRESENTATIVE) for _ in range(4)],
        hr=sandbox.person("employers_body", next(area.names), [body]),
        recorder=of_some_firm("recorder", Office.WORKER),
        scrutineers=[of_some_firm("scrutineer", Office.WORKER) for _ in range(2)],
        spare_workers=[of_some_firm("worker", Office.WORKER)],
        enterprises=firms,
    )
    return Settled(cast=cast, subject=area.town_union, auditor=area.auditor)
