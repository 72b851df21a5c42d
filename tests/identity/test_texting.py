"""Codes by text, through a gateway that is a real HTTP server: what it is told, and whatever can go wrong with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine, text, update
from sqlmodel import col

from cloudnego.eventlog.tables import District
from cloudnego.identity import outward
from cloudnego.identity.custody import Custody
from cloudnego.identity.inbox import Inbox
from cloudnego.identity.sending import CannotSend
from cloudnego.identity.store import writing
from cloudnego.identity.texting import Gateway, Texts
from cloudnego.settings import Settings
from tests.identity.conftest import D, Town
from tests.identity.gateways import SECRET, Shop, shop

NUMBER = "+8613900000077"


@pytest.fixture
def gateway() -> Iterator[Shop]:
    with shop() as made:
        yield made


def texts(engine: Engine, custody: Custody, town: Town, gateway: Shop | None) -> Texts:
    known = Gateway(url=gateway.url, secret=SECRET) if gateway is not None else None
    return Texts(engine, custody, Inbox(engine, custody, town.new_id, town.now), known)


def as_sandbox(engine: Engine) -> None:
    with writing(engine) as session:
        session.exec(update(District).where(col(District.id) == D).values(kind="sandbox"))


def test_the_gateway_is_told_a_number_a_code_and_a_sentence(
    engine: Engine, custody: Custody, town: Town, gateway: Shop
) -> None:
    texts(engine, custody, town, gateway).send(D, NUMBER, "305172")
    (taken,) = gateway.taken
    assert set(taken) == {"to", "code", "text", "text_en"}, "nothing of who it is or of any case"
    assert (taken["to"], taken["code"]) == (NUMBER, "305172")
    assert "305172" in taken["text"]
    assert "305172" in taken["text_en"]
    assert gateway.headers[0]["authorization"] == f"Bearer {SECRET}"
    assert gateway.headers[0]["content-type"] == "application/json"


@pytest.mark.parametrize("status", [200, 202, 204])
def test_what_the_gateway_says_besides_its_status_is_not_read(
    engine: Engine, custody: Custody, town: Town, gateway: Shop, status: int
) -> None:
    gateway.status, gateway.body = status, b"" if status == 204 else b"<p>thank you"
    texts(engine, custody, town, gateway).send(D, NUMBER, "305172")


@pytest.mark.parametrize("status", [302, 401, 429, 500])
def test_a_gateway_that_does_not_take_it_is_not_asked_again(
    engine: Engine, custody: Custody, town: Town, gateway: Shop, status: int
) -> None:
    gateway.status = status
    with pytest.raises(CannotSend) as wrong:
        texts(engine, custody, town, gateway).send(D, NUMBER, "305172")
    assert len(gateway.taken) == 1
    assert "305172" not in str(wrong.value)
    assert NUMBER not in str(wrong.value)


def test_a_gateway_that_hangs_is_left_alone(
    engine: Engine, custody: Custody, town: Town, gateway: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outward, "_WHOLE_S", 0.2)
    gateway.hangs.clear()
    with pytest.raises(CannotSend):
        texts(engine, custody, town, gateway).send(D, NUMBER, "305172")


def test_nobody_there_is_no_defect(engine: Engine, custody: Custody, town: Town) -> None:
    with shop() as gone:
        pass
    with pytest.raises(CannotSend):
        texts(engine, custody, town, gone).send(D, NUMBER, "305172")


def test_without_a_gateway_no_texts_are_offered_but_in_a_sandbox(engine: Engine, custody: Custody, town: Town) -> None:
    made = texts(engine, custody, town, None)
    assert not made.offered(D)
    assert not made.offered("nowhere")
    with pytest.raises(CannotSend):
        made.send(D, NUMBER, "305172")
    as_sandbox(engine)
    assert made.offered(D)


def test_a_sandbox_sends_nothing_and_tells_its_operator(
    engine: Engine, custody: Custody, town: Town, gateway: Shop
) -> None:
    as_sandbox(engine)
    texts(engine, custody, town, gateway).send(D, NUMBER, "305172")
    assert gateway.taken == []
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT person, kind, body FROM inbox_message")).all()
    assert [(row.person, row.kind) for row in rows] == [(town.founded.person, "sandbox_text")]
    assert "305172" not in rows[0].body


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://texts.example/send", True),
        ("http://127.0.0.1:8081/send", True),
        ("http://localhost/send", True),
        ("http://texts.example/send", False),
        ("http://127.0.0.1.example/send", False),
        ("ftp://texts.example/send", False),
    ],
)
def test_codes_do_not_travel_in_the_clear(url: str, good: bool) -> None:
    if good:
        assert Settings(text_url=url).text_url == url
        return
    with pytest.raises(ValidationError):
        Settings(text_url=url)
