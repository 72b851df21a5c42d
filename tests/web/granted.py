"""A house whose clock stands where a test puts it, with the people of the stories and an instructor in the pool."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from cloudnego.core.vocabulary import Office, Origin
from cloudnego.identity.pool import enter
from cloudnego.identity.roster import NewMembership, NewPerson, Roster
from cloudnego.identity.store import writing
from cloudnego.main import House, build, install
from tests.web.conftest import API, settings_for
from tests.web.played import BEGUN, DISTRICT, looking, rehearsed, settle, write

CASES = f"{API}/negotiations"
UP_TO_CLAUSES = 37  # step 5, with draft clauses on the table: each side may still write in its own stream

Looking = Callable[[str], httpx2.AsyncClient]


class Standing:
    """A clock that stands."""

    at: datetime = BEGUN

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The district of the stories, settled once, with `teacher` in the pool and `second` beside him."""
    place = tmp_path_factory.mktemp("people") / "data"
    install(settings_for(place))
    made = build(settings_for(place))
    settle(made)
    with writing(made.site.engine) as session:
        roster = Roster(session, DISTRICT, made.site.new_id, made.site.now_s(), "operator")
        for person in ("teacher", "second"):
            roster.add_person(NewPerson(name=f"人{person}", login=person, password_hash="-"), person)
            roster.add_membership(NewMembership(person=person, organisation="D1", office=Office.DISTRICT_UNION))
        span = (date(2026, 1, 1), None)
        enter(session, DISTRICT, "teacher", Origin.UNION, span, row_id="i1", by="district", now_s=1)
    made.close()
    return place


@pytest.fixture
def clock() -> Standing:
    return Standing()


@pytest.fixture
def still(tmp_path: Path, people: Path, clock: Standing) -> Iterator[House]:
    shutil.copytree(people, tmp_path / "data")
    made = build(settings_for(tmp_path / "data"), clock)
    yield made
    made.close()


@pytest.fixture
def look(still: House) -> Looking:
    return looking(still)


@pytest.fixture
async def case(still: House, clock: Standing) -> str:
    acts = rehearsed(until=UP_TO_CLAUSES)
    clock.at = acts[-1].at
    return await write(still, acts)


async def seen(client: httpx2.AsyncClient, path: str) -> Any:
    """What somebody reads there."""
    answer = await client.get(path if path.startswith(API) else f"{CASES}/{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def asked(client: httpx2.AsyncClient, case: str, act: str, **said: Any) -> httpx2.Response:
    """An act that was carried out."""
    answer = await client.post(f"{CASES}/{case}/{act}", json=said)
    assert answer.status_code == 201, answer.text
    return answer


async def refused(client: httpx2.AsyncClient, case: str, act: str, **said: Any) -> set[str]:
    """The reasons for which an act was refused."""
    answer = await client.post(f"{CASES}/{case}/{act}", json=said)
    assert answer.status_code == 409, answer.text
    return {one["reason"] for one in answer.json()["obstacles"]}
