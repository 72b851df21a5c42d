"""What a request may not do, whoever sends it: come from another page, set what it has no field for, act a second time,
or outlive the session it came with."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from typing import Any, Final

import pytest
from sqlmodel import SQLModel

from cloudnego.core.vocabulary import Step
from cloudnego.eventlog.database import sqlite_file
from cloudnego.identity.grades import Grade
from tests.secrecy.ground import DISTRICT, KINDS, MEMBERSHIPS, Ground, person, prepared, rehearsed
from tests.secrecy.matrix import Cell, Endpoint, Run, body_of, endpoints, table, wanted
from tests.secrecy.wire import Request, Said, ask, bearing, json_body
from tests.web.documented import document_of

API: Final = "/api/v1"
OPEN: Final = ("sign_in", "open_sandbox")
UNSAFE: Final = ("POST", "PUT", "PATCH", "DELETE")


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with prepared(Step.PREPARATION) as made:
        yield made


def unsafe(ground: Ground) -> list[Endpoint]:
    """Every operation below the API's prefix that changes something."""
    found = endpoints(document_of(ground.house)).values()
    return [one for one in found if one.method in UNSAFE and one.path.startswith(f"{API}/")]


def written(ground: Ground) -> str:
    """A fingerprint of every row of every table, but for when a session was last seen: that is noted of whoever looks
    five minutes after he came, and a run may have taken longer."""
    file = sqlite_file(ground.house.site.engine)
    assert file is not None
    with closing(sqlite3.connect(":memory:")) as copy:
        with closing(sqlite3.connect(file)) as live:
            live.backup(copy)
        copy.execute("UPDATE sign_in SET seen_s = 0")
        return sha256("\n".join(copy.iterdump()).encode()).hexdigest()


# --- from other pages ---------------------------------------------------------------------------------------------

FOREIGN: Final[tuple[dict[str, str], ...]] = (
    {},
    {"origin": "null"},
    {"origin": "http://test.evil.example"},
    {"origin": "http://eviltest"},
    {"origin": "http://test:8080"},
    {"origin": "https://test"},
    {"origin": "http://test@evil.example"},
    {"origin": "http://test/", "referer": "http://test/"},
    {"origin": "http://sub.test"},
    {"origin": "http://TEST.", "referer": "http://test/"},
)
"""What a foreign page's browser, or an old one, may say of where it comes from."""


async def test_no_unsafe_request_from_another_page_is_taken(ground: Ground) -> None:
    who = person("worker_chief", "member")
    cookie = ground.house.site.sessions.open(DISTRICT, who, who, "cookie", proof=Grade.PASSKEY)
    shown = (("cookie", f"{ground.house.site.doorkeeper.cookie}={cookie}"),)
    before, taken, document = written(ground), [], document_of(ground.house)
    for endpoint in unsafe(ground):
        if document["paths"][endpoint.path][endpoint.method.lower()].get("security") == []:
            continue  # asked without a session, it has none to abuse; where it opens one, its own tests ask from where
        path = endpoint.at({**Run(ground)._params, "case_id": ground.case})
        for foreign in ({"x-cloudnego": "1", **one} for one in FOREIGN):
            said = await ask(ground.house.front, Request(endpoint.method, path, b"{}", "", (*shown, *foreign.items())))
            if (said.status, said.code) != (403, "cross_site"):
                taken.append((endpoint.name, foreign, said.status, said.code))
        without = (*shown, ("origin", "http://test"))
        said = await ask(ground.house.front, Request(endpoint.method, path, b"{}", "", without))
        if (said.status, said.code) != (403, "cross_site"):
            taken.append((endpoint.name, dict(without), said.status, said.code))
    assert taken == []
    assert written(ground) == before


async def test_a_request_from_our_own_page_is_taken(ground: Ground) -> None:
    who = person("worker_chief", "member")
    cookie = ground.house.site.sessions.open(DISTRICT, who, who, "cookie", proof=Grade.PASSKEY)
    own = (
        ("cookie", f"{ground.house.site.doorkeeper.cookie}={cookie}"), ("origin", "http://test"), ("x-cloudnego", "1"),
    )  # fmt: skip
    path = f"{API}/negotiations/{ground.case}/make-proposal"
    said = await ask(ground.house.front, Request("POST", path, b"{}", "", own))
    assert said.code == "malformed"


async def test_what_a_page_sends_for_one_person_is_not_done_as_another(ground: Ground) -> None:
    """A cookie is the browser's: in another tab it may have become somebody else's."""
    who = person("worker_chief", "member")
    cookie = ground.house.site.sessions.open(DISTRICT, who, who, "cookie", proof=Grade.PASSKEY)
    own = (
        ("cookie", f"{ground.house.site.doorkeeper.cookie}={cookie}"), ("origin", "http://test"), ("x-cloudnego", "1"),
    )  # fmt: skip
    path = f"{API}/negotiations/{ground.case}/make-proposal"
    for shown, code in ((who, "malformed"), (person("worker", "member"), "not_signed_in"), ("", "not_signed_in")):
        said = await ask(ground.house.front, Request("POST", path, b"{}", "", (*own, ("x-person", shown))))
        assert said.code == code, shown


@pytest.mark.parametrize(("door", "other"), [("cookie", "bearer"), ("bearer", "cookie")])
async def test_a_token_opens_only_the_door_it_was_made_for(ground: Ground, door: str, other: str) -> None:
    who = person("worker", "member")
    token = ground.house.site.sessions.open(DISTRICT, who, who, door)
    shown = bearing(token) if other == "bearer" else (("cookie", f"{ground.house.site.doorkeeper.cookie}={token}"),)
    said = await ask(ground.house.front, Request("GET", f"{API}/me", None, "", shown))
    assert (said.status, said.code) == (401, "not_signed_in")


# --- what has no field --------------------------------------------------------------------------------------------


def columns() -> list[str]:
    """Every column of every table there is."""
    return sorted({column.name for one in SQLModel.metadata.tables.values() for column in one.columns})


def _who_may(endpoint: Endpoint) -> str | None:
    """Somebody for whom the body is read at all."""
    if endpoint.name in table()["cases"]:
        return person("worker_chief", "member")
    for kind in KINDS[:-1]:
        for membership in MEMBERSHIPS:
            if wanted(Cell(endpoint.name, kind, membership, Step.PREPARATION)) in ("may", "200", "201", "204", "422"):
                return person(kind, membership)
    return None


def _fields(document: dict[str, Any], endpoint: Endpoint) -> set[str] | None:
    """The fields its body has; None where it has no JSON body, or that is a table, whose columns are its sheet's
    (tests/web/test_imports.py)."""
    operation = document["paths"][endpoint.path][endpoint.method.lower()]
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if schema is None or "$ref" not in schema:
        return None
    return set(document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]].get("properties", ()))


async def test_no_column_of_a_table_can_be_set_that_has_no_field(ground: Ground) -> None:
    document, run = document_of(ground.house), Run(ground)
    before, let_in, asked = written(ground), [], 0
    for endpoint in unsafe(ground):
        fields, who = _fields(document, endpoint), _who_may(endpoint)
        if fields is None or (who is None and endpoint.name not in OPEN):
            continue
        foreign = [name for name in columns() if name not in fields]
        body = json.loads(run._named(body_of(endpoint, Step.PREPARATION)) or b"{}")
        path, token = endpoint.at({**run._params, "case_id": ground.case}), ground.tokens[who] if who else None
        for first in range(0, len(foreign), 40):
            some = foreign[first : first + 40]
            request = Request(endpoint.method, path, json_body(body | dict.fromkeys(some, "x")), "", bearing(token))
            said = await ask(ground.house.front, request)
            refused = {one["at"].strip("/") for one in (said.document or {}).get("errors", ())}
            asked += len(some)
            if said.status != 422 or not (set(some) <= refused or len(refused) >= 50):
                let_in.append((endpoint.name, said.status, said.code, sorted(set(some) - refused)))
    assert let_in == []
    assert written(ground) == before
    assert asked > 5_000


# --- a second time ------------------------------------------------------------------------------------------------


async def test_every_act_of_a_run_sent_again_changes_nothing(ground: Ground) -> None:
    """The requests of a step, word for word, key and all; then all of them once more, also by somebody else."""
    sent: list[Request] = []
    ground.undo(people=True)
    site, scene = ground.house.site, rehearsed("member", Step.MEETING)
    done = len(rehearsed("member", Step.PREPARATION).played)
    clock: Any = site.clocks._now
    for number, act in enumerate(scene.played[done:]):
        who = act.by.person
        token = ground.tokens.get(who)
        if token is None:
            continue
        clock.at = max(clock.at, act.at)
        path = f"{API}/negotiations/{ground.case}/{act.command.type.replace('_', '-')}"
        body = act.command.model_dump_json(exclude_none=True).encode()
        headers = bearing(token, idempotency_key=f"again-{number}")
        sent.append(Request("POST", path, body, "", headers))
        await ask(ground.house.front, sent[-1])
    assert len(sent) > 10
    before = _log_of(ground)
    answers = [await ask(ground.house.front, one) for one in sent]
    assert _log_of(ground) == before
    repeated = [one for one in answers if one.status == 200]
    assert all(one.document["repeated"] for one in repeated)
    assert len(repeated) >= 2, [(one.status, one.code, one.reasons) for one in answers]
    for kind, membership in (("worker", "member"), ("worker_chief", "other_case"), ("hr", "other_district")):
        thief = bearing(ground.tokens[person(kind, membership)])
        stolen = [one._replace(headers=(*thief, *one.headers[1:])) for one in sent]
        assert {(await ask(ground.house.front, one)).status for one in stolen} <= {403, 404, 409}
    assert _log_of(ground) == before


def _log_of(ground: Ground) -> str:
    file = sqlite_file(ground.house.site.engine)
    assert file is not None
    with closing(sqlite3.connect(file)) as live:
        rows = live.execute("SELECT * FROM leaf ORDER BY 1, 2, 3").fetchall()
        heads = live.execute("SELECT * FROM stream ORDER BY 1").fetchall()
        return sha256(repr((rows, heads)).encode()).hexdigest()


# --- after the session --------------------------------------------------------------------------------------------


async def _me(ground: Ground, token: str) -> Said:
    return await ask(ground.house.front, Request("GET", f"{API}/me", None, "", bearing(token)))


async def test_who_signed_out_or_was_put_out_acts_no_more(ground: Ground) -> None:
    ground.undo(people=True)
    who = person("union_admin", "member")
    token, path = ground.tokens[who], f"{API}/negotiations/{ground.case}"
    assert (await ask(ground.house.front, Request("GET", path, None, "", bearing(token)))).status == 200
    by = bearing(ground.tokens[person("town_union", "member")])
    assert (await ask(ground.house.front, Request("DELETE", f"{API}/organisations/UA", None, "", by))).status == 204
    after = await ask(ground.house.front, Request("GET", path, None, "", bearing(token)))
    assert after.code == "not_found", "his union is no more, and neither is what he was in it"
    assert (await ask(ground.house.front, Request("DELETE", f"{API}/session", None, "", bearing(token)))).status == 204
    assert (await _me(ground, token)).status == 401
    ground.undo(people=True)


async def test_a_session_an_attacker_knows_is_not_the_one_somebody_signs_in_to(ground: Ground) -> None:
    """Fixation: the cookie laid beforehand is not taken over, and dies."""
    site, who = ground.house.site, person("worker", "member")
    laid = site.sessions.open(DISTRICT, who, who, "bearer")
    proved = site.sessions.prove(laid, Grade.LETTER)
    site.doorkeeper.forget()
    assert proved not in (None, laid)
    assert (await _me(ground, laid)).status == 401, "the token from before the proof is worth nothing after it"
    assert (await _me(ground, str(proved))).status == 200
    fresh = site.sessions.open(DISTRICT, who, who, "bearer", replaces=proved)
    site.doorkeeper.forget()
    assert fresh != proved
    assert (await _me(ground, str(proved))).status == 401
