"""Every operation says which scope a portal needs for it, or that it is never for portals; nothing is open unsaid."""

from __future__ import annotations

from fastapi.routing import APIRoute

from cloudnego.core.commands import COMMANDS
from cloudnego.identity.sessions import Through, Who
from cloudnego.main import House
from cloudnego.web.app import application
from cloudnego.web.commands import ASKS, OPENINGS
from cloudnego.web.endpoints import within_scope
from cloudnego.web.errors import Problem
from cloudnego.web.scopes import SCOPES, PortalScope, check_scope
from tests.web.documented import document_of


def asked(scopes: frozenset[str] | None, operation: str) -> str | None:
    through = None if scopes is None else Through(client="c", name="系统", enterprise="o", scopes=scopes)
    who = Who(person="c", name="系统", district="d", door="portal", held=(), portal=through)
    try:
        check_scope(who, operation)
    except Problem as no:
        return no.code
    return None


def test_every_operation_stands_in_the_table(house: House) -> None:
    operations = {
        one["operationId"]: one.get("security") != []
        for methods in document_of(house)["paths"].values()
        for one in methods.values()
    }
    closed = {name for name, is_closed in operations.items() if is_closed}
    assert closed - SCOPES.keys() == set(), "say in web/scopes.py whether a portal may ask it"
    assert SCOPES.keys() - operations.keys() - COMMANDS.keys() == set(), "rows of operations that are gone"


def test_every_endpoint_asks_for_the_scope_before_anything_else(house: House) -> None:
    routes = {getattr(route, "path", ""): route for route in application(house.site).routes}
    routes.pop("/openapi.json")
    assert len(routes) > 70
    asking = [path for path, one in routes.items() if isinstance(one, APIRoute) and _asks_first(one)]
    assert routes.keys() - set(asking) == set()


def _asks_first(route: APIRoute) -> bool:
    return route.dependant.dependencies[0].call is within_scope


def test_what_binds_is_never_a_portals_to_do() -> None:
    for name in {ask.name for ask in (*ASKS.values(), *OPENINGS.values())}:
        binding = COMMANDS[name].binding
        assert SCOPES[name] is not PortalScope.ACT or not binding, name
        assert SCOPES[name] is not PortalScope.OPEN or not binding, name


def test_a_scope_opens_its_own_operations_and_no_other() -> None:
    everything = frozenset(PortalScope)
    for operation, scope in SCOPES.items():
        assert asked(None, operation) is None, "people are not asked for scopes"
        assert asked(everything, operation) == (None if scope is not None else "not_for_portals")
        if scope is not None:
            assert asked(everything - {scope}, operation) == "scope_missing"
            assert asked(frozenset({scope}), operation) is None


def test_what_has_no_row_is_refused() -> None:
    assert asked(frozenset(PortalScope), "somebody_added_this_yesterday") == "not_for_portals"
