"""Notices to phones: by a gateway for text messages, or the robot of a WeCom or DingTalk group that calls by number.

Each is one POST over HTTPS, or by plain HTTP to a relay on this very machine, put together from a file of the
operator's; by the rules of everything that leaves the house (`identity.outward`): looked up and looked at anew each
time, no redirects, nothing of what is answered is kept but whether it was taken. On such a screen others look on: it
says how many messages wait and where, never of what.
"""

from __future__ import annotations

import asyncio
import hmac
from base64 import b64encode
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote_plus

import msgspec
from sqlmodel import Session, col, select

from cloudnego.identity.factor_tables import PhoneNumber
from cloudnego.identity.outward import Answered, Away, NotThere, Outward, Question, checked
from cloudnego.identity.phones import Phones
from cloudnego.identity.providers import secret_in
from cloudnego.notify.channels import Letter, NotNow
from cloudnego.notify.tables import NoticeChoice
from cloudnego.texts import Actionable, Said, fill

_TAKEN: Final = range(200, 300)
_CHINA: Final = "+86"
_MILLI: Final = 1000
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,30}$")]


class ChannelsWrong(Actionable):
    """The file of channels is not there, or not as it should be."""


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What every channel has. `key_file`: what it knows us by (a bearer token; a robot's `access_token` or `key`).
    `inner`: the operator says that it lies in a network of his own."""

    name: Name
    label: Said
    url: str
    key_file: str | None = None
    inner: bool = False


class PostEntry(_Entry, frozen=True, kw_only=True, tag="post"):
    """A gateway of one's own: any JSON, in which `{to}` (`+` and digits), `{text}` and `{id}` are filled in."""

    body: dict[str, Any]


class WeComEntry(_Entry, frozen=True, kw_only=True, tag="wecom"):
    """The robot of a WeCom group (企业微信群机器人): it calls a member of the group by his number."""


class DingTalkEntry(_Entry, frozen=True, kw_only=True, tag="dingtalk"):
    """The robot of a DingTalk group (钉钉群机器人). `sign_file`: the secret of the mode 加签, if the robot has it."""

    sign_file: str | None = None


class ChannelsFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    channels: tuple[PostEntry | WeComEntry | DingTalkEntry, ...]


class PhoneChannel:
    """One of them. Blocking, for ten seconds at most."""

    def __init__(
        self, entry: PostEntry | WeComEntry | DingTalkEntry, folder: Path, phones: Phones, now_s: Callable[[], int]
    ) -> None:
        """Raises ProvidersWrong where a secret is not there or open to others, NotThere."""
        checked(entry.url, loopback=True)
        self.name: Final = entry.name
        self.label: Final = entry.label
        self._entry: Final = entry
        self._key: Final = _secret(folder, entry.key_file)
        self._sign: Final = _secret(folder, entry.sign_file) if isinstance(entry, DingTalkEntry) else None
        self._phones: Final = phones
        self._now_s: Final = now_s

    def chosen(self, choice: NoticeChoice) -> bool:
        """Whether he wants this one."""
        return choice.text == self.name

    def reached(self, session: Session, people: Collection[str]) -> frozenset[str]:
        """Who has given a phone: a code went there and came back."""
        return frozenset(session.exec(select(PhoneNumber.person).where(col(PhoneNumber.person).in_(sorted(people)))))

    def address(self, person: str) -> str | None:
        """His phone, `+` and digits."""
        return self._phones.number_of(person)

    def send(self, to: str, letter: Letter) -> None:
        """Hand it over. Raises NotNow: no gateway says in one way that a phone is gone for good."""
        try:
            answered = asyncio.run(Outward(loopback=True).ask(self.question(to, letter)))
        except Away as wrong:
            raise NotNow(str(wrong)) from None
        if answered.status not in _TAKEN:
            raise NotNow(f"status {answered.status}")
        if not isinstance(self._entry, PostEntry) and answered.document.get("errcode") != 0:
            raise NotNow(f"errcode {_code(answered)}")

    def failed(self, person: str, to: str, now_s: int) -> bool:
        """Never: see `send`."""
        raise AssertionError(person, to, now_s)

    def question(self, to: str, letter: Letter) -> Question:
        """The one POST it takes."""
        entry, phone = self._entry, to.removeprefix(_CHINA)
        match entry:
            case PostEntry():
                facts = {"to": to, "text": letter.short, "id": letter.id}
                headers = {"Authorization": f"Bearer {self._key}"} if self._key is not None else {}
                return self._post({}, _filled(entry.body, facts), headers, mute=True)
            case WeComEntry():
                text = {"content": letter.short, "mentioned_mobile_list": [phone]}
                return self._post(self._keyed("key"), {"msgtype": "text", "text": text}, {})
            case DingTalkEntry():
                at = {"atMobiles": [phone], "isAtAll": False}
                body = {"msgtype": "text", "text": {"content": f"{letter.short} @{phone}"}, "at": at}
                return self._post(self._keyed("access_token") | self._signed(), body, {})

    def _post(
        self, query: Mapping[str, str], body: Mapping[str, Any], headers: Mapping[str, str], *, mute: bool = False
    ) -> Question:
        added = "&".join(f"{name}={quote_plus(value)}" for name, value in query.items())
        glue = "&" if "?" in self._entry.url else "?"
        url = f"{self._entry.url}{glue}{added}" if added else self._entry.url
        return Question(
            url=url, method="POST", send="json", fields=body, headers=headers, inner=self._entry.inner, mute=mute
        )

    def _keyed(self, name: str) -> dict[str, str]:
        return {name: self._key} if self._key is not None else {}

    def _signed(self) -> dict[str, str]:
        """DingTalk's 加签: HMAC-SHA256 over time and secret, good for an hour."""
        if self._sign is None:
            return {}
        at = str(self._now_s() * _MILLI)
        signature = hmac.digest(self._sign.encode(), f"{at}\n{self._sign}".encode(), "sha256")
        return {"timestamp": at, "sign": b64encode(signature).decode()}


def channels_in(file: Path, phones: Phones, now_s: Callable[[], int]) -> list[PhoneChannel]:
    """The channels of a file. Raises ChannelsWrong, ProvidersWrong."""
    try:
        read = msgspec.json.decode(file.read_bytes(), type=ChannelsFile)
    except OSError:
        raise ChannelsWrong("channels_missing", file=file) from None
    except msgspec.MsgspecError as wrong:  # it names the member and what it should be, not what stands there
        raise ChannelsWrong("channels_wrong", file=file, why=wrong) from None
    names = [one.name for one in read.channels]
    if len({*names, "mail"}) != len(names) + 1:
        raise ChannelsWrong("channels_wrong", file=file, why="name")
    try:
        return [PhoneChannel(one, file.parent, phones, now_s) for one in read.channels]
    except NotThere as wrong:
        raise ChannelsWrong("channels_wrong", file=file, why=wrong) from None


def _secret(folder: Path, name: str | None) -> str | None:
    return secret_in(folder / name) if name is not None else None


def _filled(tree: Any, facts: Mapping[str, str]) -> Any:
    """A tree of JSON with the places in its texts filled in."""
    if isinstance(tree, dict):
        return {name: _filled(one, facts) for name, one in tree.items()}
    if isinstance(tree, list):
        return [_filled(one, facts) for one in tree]
    return fill(tree, facts) if isinstance(tree, str) else tree


def _code(answered: Answered) -> str:
    """What a robot says with a refusal: its number alone."""
    code = answered.document.get("errcode")
    return str(code) if isinstance(code, int) else "none"
