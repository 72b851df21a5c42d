"""A canary in every confidential field: whoever it is not for meets it nowhere, neither in an answer nor in a file."""

from __future__ import annotations

import asyncio
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

import pytest
import structlog
from prometheus_client import generate_latest
from pypdf import PdfReader

from cloudnego import logs
from cloudnego.audit.logkey import LogKey
from cloudnego.core.commands import words_of
from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog.backup import backup
from cloudnego.exporting.audience import Audience
from cloudnego.exporting.case import Order, export_case, house_on
from cloudnego.identity.sessions import token_hash
from cloudnego.stories import STORIES
from tests.secrecy.canaries import FOUND, every_word_field, listed, rows, telling, text_columns
from tests.secrecy.ground import Ground, person, prepared
from tests.secrecy.matrix import Run, endpoints, sees
from tests.secrecy.planting import LOOKING, STEP, Planting, found_in, hidden_of
from tests.secrecy.wire import Request, Said, ask, bearing, json_body
from tests.web.documented import document_of
from tests.web.played import rehearsed as rehearsed_acts

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
            planting = Planting(ground)
            try:
                received = asyncio.run(_played(planting))
            finally:
                out.flush()
                logs.configure("info")
                structlog.reset_defaults()
            readers = _of_streams(story.where) | planting.readers
            caucuses = [text for text, streams in story.where.items() if all(one.is_caucus for one in streams)]
            yield Planted(ground, readers, caucuses, planting.secrets, received, told.read_text(), left)


async def _played(planting: Planting) -> dict[tuple[str, str], list[tuple[str, Said]]]:
    await planting.all()
    return {one: await _everything(planting.ground, planting.paths, *one) for one in LOOKING}


def _of_streams(where: dict[str, set[Any]]) -> dict[str, frozenset[tuple[str, str]]]:
    """Who sees one of the streams in which a word stands."""
    return {
        text: frozenset(one for one in LOOKING if sees(*one, STEP) & {stream.value for stream in streams})
        for text, streams in where.items()
    }


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
    hidden = hidden_of(planted.readers, planted.caucuses, planted.secrets)
    assert found_in(files, hidden) == []
    in_the_clear = set().union(*(set(FOUND.findall(content)) for content in files.values()))
    assert {row.text.encode() for row in rows().values() if FOUND.match(row.text.encode())} <= in_the_clear, (
        "not planted"
    )
    known = token_hash(planted.secrets["session"]).encode()
    assert any(known in content for content in files.values()), "a session is known by its hash alone"


def _told(name: str, content: bytes) -> bytes:
    """What a reader meets: of a PDF its text, for its packed bytes have any six digits somewhere."""
    if not name.endswith(".pdf"):
        return content
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).encode()


@pytest.mark.parametrize(
    ("audience", "kind"),
    [("union", "worker_chief"), ("enterprise", "employer_chief"), ("authority", "authority"), ("auditor", "auditor")],
)
def test_an_audit_file_shows_its_audience_what_it_may_meet_and_no_more(
    planted: Planted, tmp_path: Path, audience: str, kind: str
) -> None:
    site = planted.ground.house.site
    house = house_on(site.engine, site.log.ring, LogKey.seeded("canaries"), site.now_s)
    order = Order(planted.ground.case, Audience(audience), "operator", "", "2026-11-29T16:00:00+08:00", "")
    export_case(house, order, tmp_path / "audit.zip", lambda _: None)
    with zipfile.ZipFile(tmp_path / "audit.zip") as bundle:
        files = {name: _told(name, bundle.read(name)) for name in bundle.namelist()}
    assert "report.pdf" in files
    met = {text.decode() for content in files.values() for text in FOUND.findall(content)}
    assert [text for text in met if (kind, "member") not in planted.readers.get(text, ())] == []
    assert [
        name for name, secret in planted.secrets.items() if any(secret.encode() in one for one in files.values())
    ] == []
    own = Stream.WORKER if audience == "union" else Stream.EMPLOYER
    assert any(text in met for text in planted.caucuses) == (own in Audience(audience).streams)


def test_what_the_readers_of_files_leave_behind_shows_nothing(planted: Planted) -> None:
    left = {str(one): one.read_bytes() for one in planted.left.rglob("*") if one.is_file()}
    assert [name for name, content in left.items() if FOUND.search(content)] == []
