"""Break-glass: an operator asks, an official of the authority confirms over HTTP, both sides read of it, one file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner

from cloudnego import breakglass
from cloudnego.core.vocabulary import Office
from cloudnego.identity.court_orders import ASKED_FOR_S, CONFIRMED_FOR_S
from cloudnego.identity.kinds import OrganisationKind
from cloudnego.identity.roster import NewMembership, NewPerson, Roster
from cloudnego.identity.store import writing
from cloudnego.main import House
from tests.web.conftest import API
from tests.web.granted import Looking, case, clock, look, people, seen, still
from tests.web.played import DISTRICT

__all__ = ["case", "clock", "look", "people", "still"]

ORDERS = f"{API}/court-orders"
ORDER_NO = "（2026）浙0109民调令1号"


class Desk:
    """The operator's command line, beside the running house."""

    def __init__(self, still: House, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CLOUDNEGO_DATA_DIR", str(still.settings.data_dir))
        self.house = still
        self.scan = place / "order.pdf"
        self.scan.write_bytes(b"the scan of the order")
        with writing(still.site.engine) as session:
            roster = Roster(session, DISTRICT, still.site.new_id, still.site.now_s(), "operator")
            roster.add_organisation(OrganisationKind.OPERATOR, "运维", "330109", None, "O1")
            for person, office in (("operator", Office.OPERATOR), ("reviewer", Office.AUTHORITY)):
                roster.add_person(NewPerson(name=f"人{person}", login=person, password_hash="-"), person)
                where = "O1" if office is Office.OPERATOR else "A1"
                roster.add_membership(NewMembership(person=person, organisation=where, office=office))

    def request(self, case: str, *, side: str = "worker", by: str = "operator") -> Any:
        return self._run(
            "request", "--case", case, "--side", side, "--order-no", ORDER_NO, "--court", "演示人民法院",
            "--ordered-on", "2026-03-01", "--scan", str(self.scan), "--by", by,
        )  # fmt: skip

    def export(self, order: str, to: Path, by: str = "operator") -> Any:
        return self._run("export", order, "--to", str(to), "--by", by)

    def _run(self, *words: str) -> Any:
        return CliRunner().invoke(breakglass.court_order_app, list(words))


@pytest.fixture
def desk(still: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(still, tmp_path, monkeypatch)


def why(result: Any) -> str:
    """The key of what the operator was told."""
    return str(getattr(result.exception, "key", result.output))


async def confirmed(client: httpx2.AsyncClient, order: str) -> httpx2.Response:
    return await client.post(f"{ORDERS}/{order}/confirm")


async def told(client: httpx2.AsyncClient, case: str) -> list[dict[str, Any]]:
    rows = (await seen(client, f"{case}/timeline?limit=200"))["rows"]
    return [one for one in rows if one["type"] == "court_order_recorded"]


async def test_an_official_of_another_area_or_of_a_side_is_not_the_second_person(
    desk: Desk, look: Looking, case: str, still: House
) -> None:
    """The authority above the case, and neither of its sides: to all others of the authority there is no such order."""
    with writing(still.site.engine) as session:
        roster = Roster(session, DISTRICT, still.site.new_id, still.site.now_s(), "operator")
        roster.add_organisation(OrganisationKind.AUTHORITY, "别处", "330109103", None, "A9")
        for person, held in (("neighbour", ("A9",)), ("partisan", ("A1", "E1"))):
            roster.add_person(NewPerson(name=person, login=person, password_hash="-"), person)
            for where in held:
                office = Office.HR if where == "E1" else Office.AUTHORITY
                roster.add_membership(NewMembership(person=person, organisation=where, office=office))
    order = desk.request(case).output.strip()
    for who in ("neighbour", "partisan"):
        absent = await confirmed(look(who), "k-none")
        answer = await confirmed(look(who), order)
        assert (answer.status_code, answer.content) == (404, absent.content), who
        assert await seen(look(who), ORDERS) == {"rows": [], "names": {}}
    assert [one["id"] for one in (await seen(look("reviewer"), ORDERS))["rows"]] == [order]
    assert (await confirmed(look("reviewer"), order)).status_code == 200


async def test_two_persons_open_one_stream_and_both_sides_have_read_of_it_before(
    desk: Desk, look: Looking, case: str, tmp_path: Path
) -> None:
    order = desk.request(case).output.strip()
    to = tmp_path / "out.jsonl"
    assert why(desk.export(order, to)) == "order_unconfirmed"
    assert not to.exists()
    (row,) = (await seen(look("authority"), ORDERS))["rows"]
    assert (row["id"], row["paper"]["side"], row["confirmed_by"]) == (order, "worker", None)
    assert (await confirmed(look("authority"), order)).status_code == 200
    for who in ("w1", "e1", "auditor"):
        (event,) = await told(look(who), case)
        assert event["facts"]["side"] == "worker"
        assert (event["facts"]["requested_by"], event["facts"]["confirmed_by"]) == ("operator", "authority")
    for who in ("w9", "town", "hr", "authority"):
        assert await told(look(who), case) == [], "it stands where the two sides look"
    assert desk.export(order, to).exit_code == 0
    lines = [json.loads(line) for line in to.read_text("utf-8").splitlines()]
    assert lines
    assert {line["stream"] for line in lines} == {"worker"}
    assert to.stat().st_mode & 0o777 == 0o600
    ours = (await seen(look("w1"), f"{case}/views"))["court_orders"]
    assert [(one["order"], one["by"]) for one in ours] == [(order, "operator")]
    assert (await seen(look("e1"), f"{case}/views"))["court_orders"] == []
    assert why(desk.export(order, to)) != "0", "no file is written over"


async def test_nobody_confirms_his_own_and_no_other_office_learns_that_there_is_one(
    desk: Desk, look: Looking, case: str
) -> None:
    order = desk.request(case).output.strip()
    for who in ("w0", "e0", "district", "town", "auditor", "stranger", "operator"):
        assert (await look(who).get(ORDERS)).status_code == 404
        assert (await confirmed(look(who), order)).status_code == 404
    with writing(desk.house.site.engine) as session:
        roster = Roster(session, DISTRICT, desk.house.site.new_id, 1, "operator")
        roster.add_membership(NewMembership(person="operator", organisation="A1", office=Office.AUTHORITY))
    desk.house.site.doorkeeper.forget()
    own = await confirmed(look("operator"), order)
    assert (own.status_code, own.json()["code"]) == (409, "court_order_own")
    assert (await confirmed(look("authority"), "k-none")).status_code == 404
    assert (await confirmed(look("authority"), order)).status_code == 200
    assert (await confirmed(look("authority"), order)).status_code == 200, "said again it is the same"
    other = await confirmed(look("reviewer"), order)
    assert (other.status_code, other.json()["code"]) == (409, "court_order_over")
    assert len(await told(look("w1"), case)) == 1


async def test_a_request_and_a_confirmed_order_expire(
    desk: Desk, look: Looking, case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = desk.house.site.now_s()
    monkeypatch.setattr(breakglass, "now_s", lambda: begun)
    old, order = (desk.request(case).output.strip() for _ in range(2))
    assert (await confirmed(look("authority"), order)).status_code == 200
    monkeypatch.setattr(breakglass, "now_s", lambda: desk.house.site.now_s() + CONFIRMED_FOR_S)
    assert why(desk.export(order, tmp_path / "late")) == "order_expired"
    monkeypatch.setattr(breakglass, "now_s", lambda: begun - ASKED_FOR_S)
    stale = desk.request(case).output.strip()
    late = await confirmed(look("authority"), stale)
    assert (late.status_code, late.json()["code"]) == (409, "court_order_over")
    assert (await confirmed(look("authority"), old)).status_code == 200


async def test_only_an_operator_asks_and_takes_out_and_only_of_his_district(
    desk: Desk, look: Looking, case: str, tmp_path: Path
) -> None:
    assert why(desk.request(case, by="authority")) == "not_an_operator"
    assert why(desk.request("n-none")) == "order_for_no_case"
    order = desk.request(case, side="employer").output.strip()
    assert (await confirmed(look("authority"), order)).status_code == 200
    assert why(desk.export(order, tmp_path / "a", by="district")) == "not_an_operator"
    assert why(desk.export("k-none", tmp_path / "b")) == "no_such_order"
    assert desk.export(order, tmp_path / "c").exit_code == 0
    assert {json.loads(line)["stream"] for line in (tmp_path / "c").read_text("utf-8").splitlines()} <= {"employer"}
