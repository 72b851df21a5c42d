"""A canary in every confidential field: whoever it is not for meets it nowhere, neither in an answer nor in a file."""

from __future__ import annotations

import asyncio
import re
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote, unquote

import pytest
import structlog
from prometheus_client import generate_latest
from sqlalchemy import update
from sqlmodel import SQLModel

from cloudnego import logs
from cloudnego.core.commands import words_of
from cloudnego.core.vocabulary import Step
from cloudnego.eventlog.backup import backup
from cloudnego.eventlog.database import writing as writing_rows
from cloudnego.identity.factor_tables import MailAddress, PhoneNumber
from cloudnego.identity.grades import Grade
from cloudnego.identity.inbox import MessageKind
from cloudnego.identity.sessions import token_hash
from cloudnego.identity.store import writing
from cloudnego.stories import STORIES
from tests.secrecy.canaries import FOUND, canary, every_word_field, listed, rows, telling, text_columns
from tests.secrecy.ground import DISTRICT, KINDS, Ground, person, prepared
from tests.secrecy.made import BACK_AT, VERIFIER, WANTED
from tests.secrecy.matrix import Run, endpoints, sees
from tests.secrecy.matrix import _who as persons
from tests.secrecy.wire import Request, Said, ask, bearing, json_body
from tests.web.documented import document_of
from tests.web.played import rehearsed as rehearsed_acts

STEP: Final = Step.PERFORMANCE
LOOKING: Final = tuple((kind, "member") for kind in KINDS) + tuple(
    (kind, membership)
    for kind in ("worker_chief", "employer_chief", "district_union", "auditor")
    for membership in ("other_side", "other_case", "other_district", "none")
)
FILES: Final = {"worker": "worker_rep", "employer": "employer_rep", "table": "recorder"}
"""A file in each of these streams, and who lays it there."""

PHONE: Final = "13900000077"
UNSHOWN: Final[set[str]] = set()
"""Canaries that somebody might meet and nobody does."""


class Planted(NamedTuple):
    """The ground, who may meet which canary, which stand in a caucus alone, the secrets nobody may meet, and what
    everybody received."""

    ground: Ground
    readers: dict[str, frozenset[tuple[str, str]]]
    caucuses: list[str]
    secrets: dict[str, str]
    received: dict[tuple[str, str], list[tuple[str, Said]]]
    logged: str
    left: Path


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    told, left, story = tmp_path_factory.mktemp("told") / "log", tmp_path_factory.mktemp("left"), telling(STEP)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(left))
        patch.setattr(tempfile, "tempdir", None)
        with prepared(STEP, story) as ground, told.open("w+") as out:
            structlog.configure(logger_factory=structlog.PrintLoggerFactory(out))
            planting = _Planting(ground)
            try:
                received = asyncio.run(_played(planting))
            finally:
                out.flush()
                logs.configure("info")
                structlog.reset_defaults()
            readers = _of_streams(story.where) | planting.readers
            caucuses = [text for text, streams in story.where.items() if all(one.is_caucus for one in streams)]
            yield Planted(ground, readers, caucuses, planting.secrets, received, told.read_text(), left)


async def _played(planting: _Planting) -> dict[tuple[str, str], list[tuple[str, Said]]]:
    await planting.all()
    return {one: await _everything(planting.ground, planting.paths, *one) for one in LOOKING}


def _of_streams(where: dict[str, set[Any]]) -> dict[str, frozenset[tuple[str, str]]]:
    """Who sees one of the streams in which a word stands."""
    return {
        text: frozenset(one for one in LOOKING if sees(*one, STEP) & {stream.value for stream in streams})
        for text, streams in where.items()
    }


def _in_rows(ground: Ground) -> dict[str, frozenset[tuple[str, str]]]:
    """Canaries where they lie in the clear, written into the rows themselves."""
    found = {}
    with writing_rows(ground.house.site.engine).begin() as connection:
        for field, row in rows().items():
            name, _, column = field.partition(".")
            table, id_ = SQLModel.metadata.tables[name], ground.made.get(row.id.removeprefix("$"), row.id)
            done = connection.execute(update(table).where(table.c[row.column] == id_).values({column: row.text}))
            assert done.rowcount > 0, f"no row for {field}"
            found[row.text] = persons(row.who)
    return found


class _Planting:
    """What is planted through the doors and stores that seal it, or say it once."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.site = ground.house.site
        self.readers: dict[str, frozenset[tuple[str, str]]] = {}
        self.secrets: dict[str, str] = {}
        self.paths: list[str] = []

    async def all(self) -> None:
        worker = person("worker", "member")
        with writing(self.site.engine) as session:
            session.add(MailAddress(person=worker, district=DISTRICT, address="-", made_s=1))
        second = self.site.sessions.open(DISTRICT, worker, worker, "bearer", proof=Grade.PASSKEY)
        await self._said_once()
        self._of_proofs(worker, second)
        self._of_programs()
        for stream, kind in FILES.items():
            await self._file(stream, kind)
        self.readers |= _in_rows(self.ground)

    async def _send(self, kind: str, method: str, path: str, body: bytes | None, **more: str) -> Said:
        path, _, query = path.partition("?")
        headers = bearing(self.ground.tokens.get(person(kind, "member")), **more)
        return await ask(self.ground.house.front, Request(method, f"/api/v1{path}", body, query, headers))

    async def _said_once(self) -> None:
        """Slips, an invitation, a one-time code, a program's secret; and what somebody typed into the wrong field."""
        slips = await self._send("town_union", "POST", "/enterprises/A/slips", json_body({"why": "first"}))
        (code,) = re.findall(rb'class="code">([^<]+)<', slips.body)[:1]
        invitation = json_body({"name": "受邀", "office": "union"})
        invited = await self._send("union_admin", "POST", "/organisations/UA/invitations", invitation)
        program = json_body({"name": "系统", "enterprise": "A", "scopes": ["cases"]})
        registered = await self._send("hr", "POST", "/portal-clients", program)
        sent = await self._send("worker", "POST", "/session/codes", json_body({"means": "inbox"}))
        assert {one.status for one in (slips, invited, registered)} == {201}, (slips, invited, registered)
        assert sent.status in (200, 202, 204), sent
        typed = {
            "login": "canary-of-a-typed-name",
            "password": canary("typed password"),
            "district": DISTRICT,
            "door": "bearer",
        }
        assert (await self._send("stranger", "POST", "/session", json_body(typed))).status == 401
        self.secrets |= {
            "slip": code.decode(), "invitation": invited.document["link"].partition("#")[2],
            "program": registered.document["secret"], "typed name": typed["login"], "typed password": typed["password"],
        }  # fmt: skip

    def _of_proofs(self, worker: str, token: str) -> None:
        known = self.site.sessions.who(token)
        assert known is not None
        told = [one for one in self.site.factors.inbox.of(known) if one.kind is MessageKind.CODE]
        letter = self.site.factors.letters.issue(
            DISTRICT, self.ground.made["membership"], person("union_admin", "member")
        )
        self.secrets |= {
            "session": token, "one-time code": told[0].facts["code"], "app": self.site.factors.apps.begin(known).secret,
            "letter": letter.code,
        }  # fmt: skip
        sealed = self.site.factors.phones.texts.custody.seal(DISTRICT, PHONE, "phone", worker)
        with writing(self.site.engine) as session:
            session.add(
                PhoneNumber(person=worker, district=DISTRICT, digest="-", sealed=sealed, proves=False, made_s=1)
            )
        self.secrets["phone"] = PHONE
        text = canary("inbox_message.body")
        self.site.factors.inbox.tell(DISTRICT, worker, MessageKind.RESET_ASKED, why=text)
        self.readers[text] = persons("worker@member")

    def _of_programs(self) -> None:
        client, by = self.site.portals.clients.get(self.ground.made["client"]), person("hr", "member")
        assert client is not None
        code = str(self.site.consents.decide(self.site.consents.ask(client, WANTED), by, yes=True))
        refresh = self.site.consents.exchange(client.id, code, BACK_AT, VERIFIER).refresh
        text = canary("prepared.sealed")
        words = json_body({"remark": text})
        draft = self.site.prepared.keep(DISTRICT, self.ground.case, client.id, "confirm_electronic_service", words)
        self.paths.append(f"/api/v1/negotiations/{self.ground.case}/prepared/{draft}")
        self.readers[text] = persons("employer_chief@member hr@member of_workers@other_side operator@other_side")
        self.secrets |= {"code of a consent": code, "refresh token": refresh}

    async def _file(self, stream: str, kind: str) -> None:
        name, content = canary(f"name of a file {stream}"), canary(f"content of a file {stream}")
        where = f"/negotiations/{self.ground.case}/files?stream={stream}&name={quote(name)}.txt"
        laid = await self._send(kind, "POST", where, content.encode(), content_type="text/plain")
        assert laid.status == 201, laid
        self.paths.append(f"/api/v1/negotiations/{self.ground.case}/files/{laid.document['id']}")
        seeing = frozenset(one for one in LOOKING if stream in sees(*one, STEP))
        self.readers |= {name: seeing, content: seeing}


async def _everything(ground: Ground, extra: list[str], kind: str, membership: str) -> list[tuple[str, Said]]:
    """All somebody can look at, and what he is told when he asks for what he may not."""
    token, run, found = ground.tokens.get(person(kind, membership)), Run(ground), []
    params = {**run._params, "case_id": ground.case}
    looks = [one.at(params) for one in endpoints(document_of(ground.house)).values() if one.method == "GET"]
    for path in (*looks, *extra):
        found.append((path, await ask(ground.house.front, Request("GET", path, None, "", bearing(token)))))
    fact = {"statement": "不符", "grounds": ["statement"]}
    bodies = [("contest-fact", json_body({"fact": one, **fact})) for one in ("worker.3", "employer.1", "table.2")]
    wrong = [(last, b'{"x": 1}') for last in ("draft-topic-sheet", "sign-contract", "open-sesame")]
    for last, body in (*bodies, *wrong):
        path = f"/api/v1/negotiations/{ground.case}/{last}"
        found.append((path, await ask(ground.house.front, Request("POST", path, body, "", bearing(token)))))
    return found


def _met(said: Said) -> set[str]:
    """The canaries of an answer, also those in its headers."""
    headers = " ".join(unquote(value.decode("latin-1")) for _, value in said.headers).encode()
    return {one.decode() for one in FOUND.findall(said.body + b" " + headers)}


def _holds(said: Said, text: str) -> bool:
    return text.encode() in said.body or any(text.encode() in value for _, value in said.headers)


# --- which fields there are ---------------------------------------------------------------------------------------


def test_every_field_that_people_write_into_has_a_canary() -> None:
    """You add a field of words? The story tells it, or canaries.yaml says why not; then it is looked for everywhere."""
    told, all_of_them = telling(STEP).fields, every_word_field()
    assert all_of_them - told - listed("not_told") == set(), "words without a canary"
    assert listed("not_told") - (all_of_them - told) == set(), "fields that are told, or are none"


def test_every_column_of_text_has_a_canary_or_is_no_secret() -> None:
    """You add a column? Say in canaries.yaml who may meet a canary in it, or that it is plain."""
    columns, plain = text_columns(), listed("plain") | listed("sealed")
    assert columns - plain - rows().keys() == set(), "columns without a canary"
    assert plain - columns == set(), "columns that are none"


@pytest.mark.parametrize("story", sorted(STORIES.keys() - {"regional"}))  # which needs an area, not a firm
def test_a_word_stands_in_the_words_of_an_event_and_nowhere_else(story: str) -> None:
    """In no fact and in no state, which others are shown: whatever the story."""
    for act in rehearsed_acts(story):
        words = set(words_of(act.command).values())
        for event in act.events:
            facts = event.model_dump_json(exclude={"words"})
            assert not [one for one in words if len(one) > 8 and one in facts], (act.command.type, event.type)


# --- who meets one ------------------------------------------------------------------------------------------------


def test_a_canary_reaches_those_it_is_for_and_nobody_else(planted: Planted) -> None:
    met = {one: {text for _, said in answers for text in _met(said)} for one, answers in planted.received.items()}
    strange = [(*one, text) for one, texts in met.items() for text in texts if one not in planted.readers.get(text, ())]
    assert strange == []
    missed = {text for text, for_whom in planted.readers.items() if for_whom and text.startswith("[canary")}
    missed -= set().union(*met.values())
    assert missed == UNSHOWN, "nobody meets these, or somebody does: is it looked for in the right place?"


def test_what_a_person_proves_himself_with_reaches_nobody(planted: Planted) -> None:
    strange = [
        (kind, membership, path, name)
        for (kind, membership), answers in planted.received.items()
        for path, said in answers
        for name, secret in planted.secrets.items()
        if _holds(said, secret)
    ]
    assert strange == []


def test_nothing_is_logged_or_counted_of_what_was_said(planted: Planted) -> None:
    figures = generate_latest(planted.ground.house.figures.registry)
    assert FOUND.findall(figures) == FOUND.findall(planted.logged.encode()) == []
    for secret in planted.secrets.values():
        assert secret not in planted.logged
        assert secret.encode() not in figures


def test_no_file_of_the_house_shows_a_caucus_or_a_secret(planted: Planted, tmp_path: Path) -> None:
    """The database with its write-ahead log, a backup, every other file: a dump opens no caucus, no file, no door."""
    site, data = planted.ground.house.site, planted.ground.house.settings.data_dir
    bundle = tmp_path / "backup.zip"
    backup(site.engine, bundle, made_at=datetime(2026, 1, 1, tzinfo=UTC), program="test", keys=[])
    with zipfile.ZipFile(bundle) as inside:
        files = {name: inside.read(name) for name in inside.namelist()}
    files |= {str(one): one.read_bytes() for one in data.rglob("*") if one.is_file()}
    assert found_in(files, planted) == []
    in_the_clear = set().union(*(set(FOUND.findall(content)) for content in files.values()))
    assert {row.text.encode() for row in rows().values() if FOUND.match(row.text.encode())} <= in_the_clear, (
        "not planted"
    )
    known = token_hash(planted.secrets["session"]).encode()
    assert any(known in content for content in files.values()), "a session is known by its hash alone"


def test_what_the_readers_of_files_leave_behind_shows_nothing(planted: Planted) -> None:
    left = {str(one): one.read_bytes() for one in planted.left.rglob("*") if one.is_file()}
    assert [name for name, content in left.items() if FOUND.search(content)] == []


def hidden_of(planted: Planted) -> list[str]:
    """What no dump shows: the words of a caucus alone, files, messages, drafts, and what opens a door."""
    sealed = [
        text
        for text in planted.readers
        if "of a file" in text or text.removeprefix("[canary ")[:-1] in listed("sealed")
    ]
    assert len(planted.caucuses) > 6, planted.caucuses
    assert len(sealed) > 7, sealed
    return [*planted.caucuses, *sealed, *planted.secrets.values()]


def found_in(files: dict[str, bytes], planted: Planted) -> list[tuple[str, str]]:
    """Where something shows that should not."""
    return [(name, text) for name, content in files.items() for text in hidden_of(planted) if text.encode() in content]
