"""Failures by address: who keeps failing waits, who is right never does, and nobody can blame another's address."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from cloudnego.main import House, build
from cloudnego.web.errors import Problem, rounded
from cloudnego.web.oauth import counted_as
from cloudnego.web.tries import Failing, Tries, address_of
from tests.web.conftest import API, PASSWORD, Founded, settings_for
from tests.web.served import Served, serving

FEW = 3


@pytest.fixture
def strict(tmp_path: Path, founded: Founded) -> Iterator[House]:
    """A house where three failures of one address are enough."""
    shutil.copytree(founded.place, tmp_path / "data")
    made = build(settings_for(tmp_path / "data", failures_per_address=FEW))
    yield made
    made.close()


async def sign_in(house: House, address: str, login: str, password: str, district: str) -> httpx2.Response:
    transport = httpx2.ASGITransport(app=house.front, client=(address, 1))
    body = {"login": login, "password": password, "district": district, "door": "bearer"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.post(f"{API}/session", json=body)


async def test_an_address_that_keeps_failing_waits_and_no_other_does(strict: House, founded: Founded) -> None:
    tried = [await sign_in(strict, "192.0.2.1", f"nobody{n}", "wrong", founded.district) for n in range(FEW + 1)]
    assert [one.status_code for one in tried] == [401] * FEW + [429]
    assert (tried[-1].json()["code"], tried[-1].headers["retry-after"]) == ("too_fast", "600")
    assert (await sign_in(strict, "192.0.2.1", "firm.chair", PASSWORD, founded.district)).status_code == 429
    assert (await sign_in(strict, "192.0.2.2", "firm.chair", PASSWORD, founded.district)).status_code == 201


async def test_who_signs_in_rightly_is_never_counted(strict: House, founded: Founded) -> None:
    for _ in range(FEW * 3):
        assert (await sign_in(strict, "192.0.2.1", "firm.chair", PASSWORD, founded.district)).status_code == 201


async def test_what_is_open_without_proof_stays_open_to_an_address_that_failed(strict: House, founded: Founded) -> None:
    for number in range(FEW + 1):
        await sign_in(strict, "192.0.2.1", f"nobody{number}", "wrong", founded.district)
    transport = httpx2.ASGITransport(app=strict.front, client=("192.0.2.1", 1))
    bearer = {"Authorization": f"Bearer {founded.tokens['firm.worker']}"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.get(f"{API}/procedure")).status_code == 200
        assert (await client.get(f"{API}/me", headers=bearer)).status_code == 200, "his session is not his neighbour's"


@pytest.mark.parametrize(
    ("client", "address"),
    [
        (("192.0.2.1", 5), "192.0.2.1"),
        (("2001:db8:1:2:3:4:5:6", 5), "2001:db8:1:2::/64"),
        (("2001:db8:1:2::9", 5), "2001:db8:1:2::/64"),
        (("::ffff:192.0.2.1", 5), "192.0.2.1"),
        (("a socket", 0), ""),
        (None, ""),
    ],
)
def test_one_subscriber_is_one_address(client: Any, address: str) -> None:
    assert address_of({"client": client}) == address


def test_each_kind_of_name_has_a_count_of_its_own() -> None:
    tries = Tries(per_address=1, per_client=2, window_s=60)
    for kind in (Failing.ADDRESS, Failing.CLIENT):
        tries.failed(kind, "x")
    tries.check(Failing.CLIENT, "x")
    with pytest.raises(Problem):
        tries.check(Failing.ADDRESS, "x")
    tries.failed(Failing.CLIENT, "x")
    with pytest.raises(Problem):
        tries.check(Failing.CLIENT, "x")


def test_made_up_clients_of_one_address_fill_no_memory_and_touch_no_other_address() -> None:
    names = {counted_as(f"c{number}", "192.0.2.66") for number in range(20_000)}
    assert 900 < len(names) <= 1024
    assert names.isdisjoint(counted_as(f"c{number}", "192.0.2.1") for number in range(20_000))


def test_a_wait_is_said_on_a_coarse_scale() -> None:
    assert [rounded(s) for s in (0, 0.2, 1, 1.1, 3, 7, 29, 31, 61, 899, 3599, 3601, 9000)] == [
        1, 1, 1, 2, 5, 10, 30, 60, 120, 900, 3600, 7200, 10800,
    ]  # fmt: skip


# --- behind a proxy -----------------------------------------------------------------------------------------------


@pytest.fixture(params=["127.0.0.1", "192.0.2.200"])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Served, bool]]:
    """A real server that trusts, or does not trust, the proxy on this machine."""
    settings = settings_for(tmp_path / "data", failures_per_address=FEW, trusted_proxies=request.param)
    with serving(settings) as found:
        yield found, request.param == "127.0.0.1"


def test_what_a_stranger_forwards_is_not_believed(served: tuple[Served, bool]) -> None:
    """Behind our proxy each is who the proxy says, whatever he wrote before it; anybody else's word counts nothing."""
    found, trusted = served
    statuses = []
    for number in range(FEW + 2):
        headers = {"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.{number if trusted else 1}"}
        body = {"login": "nobody", "password": "wrong", "district": str(number), "door": "bearer"}
        statuses.append(httpx2.post(f"{found.url}{API}/session", json=body, headers=headers).status_code)
    assert statuses == ([401] * (FEW + 2) if trusted else [401] * FEW + [429] * 2)
    forged = {"X-Forwarded-For": "198.51.100.1, 203.0.113.0"}
    statuses = []
    for number in range(FEW + 1):
        body = {"login": "nobody", "password": "wrong", "district": f"x{number}", "door": "bearer"}
        statuses.append(httpx2.post(f"{found.url}{API}/session", json=body, headers=forged).status_code)
    assert statuses[-1] == 429, "a forged first hop does not make him another"
