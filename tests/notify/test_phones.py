"""Notices to phones: what a gateway and the robots of WeCom and DingTalk are told, and whatever can go wrong."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlmodel import select

from cloudnego.identity.factor_tables import PhoneNumber
from cloudnego.identity.inbox import MessageKind
from cloudnego.identity.providers import ProvidersWrong
from cloudnego.identity.store import reading, writing
from cloudnego.notify.channels import Letter, NotNow
from cloudnego.notify.outbox import State
from cloudnego.notify.phones import ChannelsWrong, PhoneChannel, channels_in
from cloudnego.notify.tables import Dispatch, NoticeChoice
from cloudnego.ports import CHINA
from tests.identity.gateways import Shop, shop
from tests.notify.conftest import HOME, Place
from tests.web.played import DISTRICT

NOON = datetime(2026, 3, 3, 12, tzinfo=CHINA)
NUMBER = "+8613900000077"
BODY = {"body": {"id": "{id}", "to": "{to}", "text": "{text}"}}
LABEL = {"zh": "手机", "en": "Phone"}


@pytest.fixture
def gateway() -> Iterator[Shop]:
    with shop() as made:
        made.body = b'{"errcode":0,"errmsg":"ok"}'
        yield made


def secret(folder: Path, name: str, text: str) -> str:
    file = folder / name
    file.write_text(text)
    file.chmod(0o600)
    return name


def channel(place: Place, folder: Path, **entry: Any) -> PhoneChannel:
    """The one channel of a file, open in the house; `e0` has a phone and wants it."""
    file = folder / "channels.json"
    file.write_text(json.dumps({"channels": [{"name": "phone", "label": LABEL} | entry]}))
    (made,) = channels_in(file, place.site.factors.phones, place.site.now_s)
    place.site.outbox.open(made)
    custody = place.site.factors.custody
    with writing(place.site.engine) as session:
        session.merge(NoticeChoice(person="e0", district=DISTRICT, mail=False, text="phone", changed_s=0))
        session.add(
            PhoneNumber(
                person="e0", district=DISTRICT, digest="d", proves=False, made_s=0,
                sealed=custody.seal(DISTRICT, NUMBER, "phone", "e0"),
            )
        )  # fmt: skip
    place.clock.at = NOON
    place.site.factors.inbox.tell(DISTRICT, "e0", MessageKind.PASSWORD_CHANGED)
    return made


def state(place: Place) -> str:
    with reading(place.site.engine) as session:
        return session.exec(select(Dispatch.state)).one()


async def test_a_gateway_is_told_what_its_operator_wrote(place: Place, gateway: Shop, tmp_path: Path) -> None:
    body = {"Mobile": "{to}", "deep": [{"Content": "{text}", "Out": "{id}"}], "n": 1}
    channel(place, tmp_path, kind="post", url=gateway.url, key_file=secret(tmp_path, "key", "sesame"), body=body)
    await place.crier.round()
    (taken,) = gateway.taken
    text = taken["deep"][0]["Content"]
    assert (taken["Mobile"], taken["n"]) == (NUMBER, 1)
    assert f"{HOME}/messages" in text
    assert "密码" not in text, "of what it is about nothing is said"
    assert gateway.headers[0]["authorization"] == "Bearer sesame"
    assert state(place) == State.SENT


async def test_the_robot_of_wecom_calls_by_number(place: Place, gateway: Shop, tmp_path: Path) -> None:
    made = channel(place, tmp_path, kind="wecom", url=gateway.url, key_file=secret(tmp_path, "key", "k-1&2"))
    await place.crier.round()
    (taken,) = gateway.taken
    assert taken["msgtype"] == "text"
    assert taken["text"]["mentioned_mobile_list"] == ["13900000077"]
    assert parse_qs(urlsplit(made.question(NUMBER, _letter()).url).query) == {"key": ["k-1&2"]}
    assert state(place) == State.SENT


async def test_the_robot_of_dingtalk_is_signed_to(place: Place, gateway: Shop, tmp_path: Path) -> None:
    """By the formula of DingTalk's own documentation, computed here anew."""
    made = channel(
        place, tmp_path, kind="dingtalk", url=gateway.url, key_file=secret(tmp_path, "token", "t0ken"),
        sign_file=secret(tmp_path, "sign", "SECabc"),
    )  # fmt: skip
    await place.crier.round()
    (taken,) = gateway.taken
    assert taken["at"] == {"atMobiles": ["13900000077"], "isAtAll": False}
    said = parse_qs(urlsplit(made.question(NUMBER, _letter()).url).query)
    at = str(int(NOON.timestamp()) * 1000)
    expected = b64encode(hmac.new(b"SECabc", f"{at}\nSECabc".encode(), "sha256").digest()).decode()
    assert said == {"access_token": ["t0ken"], "timestamp": [at], "sign": [expected]}


NOT_TAKEN = (
    ("post", 500, b""), ("post", 404, b""), ("post", 302, b""), ("wecom", 200, b'{"errcode":45009}'),
    ("dingtalk", 200, b'{"errcode":310000}'), ("wecom", 200, b"<p>"), ("wecom", 200, b"[]"),
)  # fmt: skip


@pytest.mark.parametrize(("kind", "status", "body"), NOT_TAKEN)
def test_what_was_not_taken_is_told_apart(gateway: Shop, tmp_path: Path, kind: str, status: int, body: bytes) -> None:
    file = tmp_path / "channels.json"
    entry = {"kind": kind, "name": "phone", "label": LABEL, "url": gateway.url} | (BODY if kind == "post" else {})
    file.write_text(json.dumps({"channels": [entry]}))
    phones: Any = None
    (made,) = channels_in(file, phones, lambda: 0)
    gateway.status, gateway.body = status, body
    with pytest.raises(NotNow) as wrong:
        made.send(NUMBER, _letter())
    assert NUMBER not in str(wrong.value)
    gateway.status, gateway.body = 200, b'{"errcode":0}'
    made.send(NUMBER, _letter())


async def test_what_was_not_taken_is_sent_again_under_the_same_name(
    place: Place, gateway: Shop, tmp_path: Path
) -> None:
    channel(place, tmp_path, kind="post", url=gateway.url, **BODY)
    gateway.status = 503
    await place.crier.round()
    assert state(place) == State.WAITING
    gateway.status = 200
    place.clock.at += timedelta(seconds=100)
    await place.crier.round()
    assert state(place) == State.SENT
    assert len(gateway.taken) == 2
    assert len({one["id"] for one in gateway.taken}) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "fax"}, {"kind": "post", "name": "mail"}, {"kind": "post", "name": "A b"},
        {"kind": "post", "url": "http://sms.example/x"}, {"kind": "post", "url": "https://u:p@sms.example"},
        {"kind": "wecom", "more": 1}, {"kind": "post", "label": {"zh": "手机"}},
    ],
)  # fmt: skip
def test_a_file_that_is_wrong_is_refused_at_the_start(tmp_path: Path, wrong: dict[str, Any]) -> None:
    phones: Any = None
    file = tmp_path / "channels.json"
    entry = (
        {"name": "phone", "label": LABEL, "url": "https://sms.example/x"}
        | (BODY if wrong["kind"] == "post" else {})
        | wrong
    )
    file.write_text(json.dumps({"channels": [entry]}))
    with pytest.raises(ChannelsWrong):
        channels_in(file, phones, lambda: 0)
    with pytest.raises(ChannelsWrong):
        channels_in(tmp_path / "none.json", phones, lambda: 0)


def test_a_secret_that_others_may_read_is_refused(place: Place, tmp_path: Path) -> None:
    (tmp_path / secret(tmp_path, "key", "sesame")).chmod(0o644)
    with pytest.raises(ProvidersWrong):
        channel(place, tmp_path, kind="post", url="https://sms.example/x", key_file="key", **BODY)


@pytest.mark.parametrize("where", ["https://169.254.169.254/x", "https://[::1]/x", "https://10.0.0.1/x"])
def test_a_gateway_that_leads_inside_is_not_asked(tmp_path: Path, where: str) -> None:
    file = tmp_path / "channels.json"
    file.write_text(json.dumps({"channels": [{"kind": "post", "name": "phone", "label": LABEL, "url": where} | BODY]}))
    phones: Any = None
    (made,) = channels_in(file, phones, lambda: 0)
    with pytest.raises(NotNow):
        made.send(NUMBER, _letter())


def _letter() -> Letter:
    return Letter(id="n1", at_s=0, subject="s", lines=(), foot="f", short="s", leave="l", stop="s", language="zh")
