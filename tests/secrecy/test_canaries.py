"""A canary in every confidential field: whoever it is not for meets it nowhere, neither in an answer nor in a file."""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

import pytest
import structlog
from prometheus_client import generate_latest
from sqlmodel import col, update

from cloudnego import logs
from cloudnego.core import commands as c
from cloudnego.core.vocabulary import Step
from cloudnego.eventlog.backup import backup
from cloudnego.identity.sessions import token_hash
from cloudnego.identity.store import writing
from cloudnego.identity.tables import Account, Person
from cloudnego.web.commands import kebab
from tests.secrecy.ground import KINDS, Ground, person, prepared
from tests.secrecy.matrix import Run, endpoints, sees
from tests.secrecy.wire import Request, Said, ask, bearing, json_body
from tests.web.documented import document_of

WORKERS: Final = "canary-of-the-workers-caucus"
EMPLOYERS: Final = "canary-of-the-employers-caucus"
TABLE: Final = "canary-of-the-table"
PHONE: Final = "13900000077"
HASH: Final = "$argon2id$canary-of-a-password"
STREAMS: Final = {WORKERS: "worker", EMPLOYERS: "employer", TABLE: "table"}
LOOKING: Final = tuple((kind, "member") for kind in KINDS) + tuple(
    (kind, membership)
    for kind in ("worker_chief", "employer_chief", "district_union", "auditor")
    for membership in ("other_side", "other_case", "other_district", "none")
)


class Planted(NamedTuple):
    """The ground, the secrets of persons in it, and all that everybody received."""

    ground: Ground
    secrets: tuple[str, ...]
    received: dict[tuple[str, str], list[tuple[str, Said]]]
    logged: str


def _act(kind: type[c.Command], **words: object) -> tuple[str, bytes]:
    return kebab(kind.model_fields["type"].default), json_body(words)


def _sheet(demand: str) -> dict[str, object]:
    return {"topics": [{"head": "T2", "answer": "negotiate", "demand": demand}]}


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    told = tmp_path_factory.mktemp("told") / "log"
    with prepared(Step.PREPARATION) as ground, told.open("w+") as out:
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(out))
        try:
            secrets, received = asyncio.run(_played(ground))
        finally:
            out.flush()
            logs.configure("info")
            structlog.reset_defaults()
        yield Planted(ground, secrets, received, told.read_text())


async def _played(ground: Ground) -> tuple[tuple[str, ...], dict[tuple[str, str], list[tuple[str, Said]]]]:
    return await _plant(ground), {one: await _everything(ground, *one) for one in LOOKING}


async def _plant(ground: Ground) -> tuple[str, ...]:
    """Words in every stream through the doors, and what persons prove themselves with where it is kept."""
    clause = {"head": "T2", "values": [], "prose": TABLE}
    for kind, (path, body) in (
        ("worker_chief", _act(c.DraftTopicSheet, **_sheet(WORKERS))),
        ("employer_chief", _act(c.DraftTopicSheet, **_sheet(EMPLOYERS))),
        ("worker_chief", _act(c.MakeProposal, head="T3", rate="7.5", text=TABLE)),
        ("employer_chief", _act(c.PutClause, **clause)),
    ):
        token = ground.tokens[person(kind, "member")]
        await ask(ground.house.front, Request("POST", _path(ground, path), body, "", bearing(token)))
    site, who = ground.house.site, person("worker", "member")
    with writing(site.engine) as session:
        session.exec(update(Person).where(col(Person.id) == who).values(phone=PHONE))
        session.exec(update(Account).where(col(Account.person) == who).values(password_hash=HASH))
    known = site.sessions.who(ground.tokens[who])
    assert known is not None
    app = site.factors.apps.begin(known)
    letter = site.factors.letters.issue(known.district, ground.made["membership"], person("union_admin", "member"))
    return (HASH, app.secret, letter.code, ground.tokens[person("hr", "member")])


def _path(ground: Ground, last: str) -> str:
    return f"/api/v1/negotiations/{ground.case}/{last}"


async def _everything(ground: Ground, kind: str, membership: str) -> list[tuple[str, Said]]:
    """All somebody can look at, and what he is told when he asks for what he may not."""
    token, run, found = ground.tokens.get(person(kind, membership)), Run(ground), []
    for endpoint in endpoints(document_of(ground.house)).values():
        if endpoint.method == "GET":
            path = endpoint.at({**run._params, "case_id": ground.case})
            found.append((path, await ask(ground.house.front, Request("GET", path, None, "", bearing(token)))))
    for fact in ("worker.3", "employer.1", "table.2"):
        body = json_body({"fact": fact, "statement": "不符", "grounds": ["statement"]})
        path = _path(ground, "contest-fact")
        found.append((path, await ask(ground.house.front, Request("POST", path, body, "", bearing(token)))))
    for last in ("draft-topic-sheet", "sign-contract", "open-sesame"):
        path = _path(ground, last)
        found.append((path, await ask(ground.house.front, Request("POST", path, b'{"x": 1}', "", bearing(token)))))
    return found


def _holds(said: Said, canary: str) -> bool:
    return canary.encode() in said.body or any(canary.encode() in value for _, value in said.headers)


def test_words_of_a_stream_reach_those_who_see_it_and_nobody_else(planted: Planted) -> None:
    strange = [
        (kind, membership, canary, path)
        for (kind, membership), answers in planted.received.items()
        for canary, stream in STREAMS.items()
        for path, said in answers
        if _holds(said, canary) and stream not in sees(kind, membership, Step.PREPARATION)
    ]
    assert strange == []
    for canary, kind in ((WORKERS, "worker_rep"), (EMPLOYERS, "employer_rep"), (TABLE, "auditor")):
        assert any(_holds(said, canary) for _, said in planted.received[kind, "member"]), f"{kind} misses {canary}"


def test_what_a_person_proves_himself_with_reaches_nobody(planted: Planted) -> None:
    strange = [
        (kind, membership, path, secret)
        for (kind, membership), answers in planted.received.items()
        for path, said in answers
        for secret in (*planted.secrets, PHONE)
        if _holds(said, secret)
    ]
    assert strange == []


def test_nothing_is_logged_or_counted_of_what_was_said(planted: Planted) -> None:
    figures = generate_latest(planted.ground.house.figures.registry).decode()
    for canary in (*STREAMS, PHONE, *planted.secrets):
        assert canary not in planted.logged
        assert canary not in figures


def test_no_file_of_the_house_shows_a_caucus_or_a_secret(planted: Planted, tmp_path: Path) -> None:
    """The database with its write-ahead log, and every other file: a dump opens no caucus and no door."""
    site, data = planted.ground.house.site, planted.ground.house.settings.data_dir
    bundle = tmp_path / "backup.zip"
    backup(site.engine, bundle, made_at=datetime(2026, 1, 1, tzinfo=UTC), program="test", keys=[])
    with zipfile.ZipFile(bundle) as inside:
        files = {name: inside.read(name) for name in inside.namelist()}
    files |= {str(one): one.read_bytes() for one in data.rglob("*") if one.is_file()}
    hidden = (WORKERS, EMPLOYERS, *planted.secrets[1:])  # a password's hash is what is kept of it
    found = [(name, canary) for name, content in files.items() for canary in hidden if canary.encode() in content]
    assert found == []
    assert any(TABLE.encode() in content for content in files.values()), "nothing was planted"
    known = token_hash(planted.secrets[-1]).encode()
    assert any(known in content for content in files.values()), "a session is known by its hash alone"
