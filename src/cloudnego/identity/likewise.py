"""A provider that only speaks something like OAuth 2 (DingTalk, WeCom, 浙里办): put together from the settings.

Two questions, each with its own address, fields and headers; places in braces are filled in. Where such a provider
knows no PKCE, what keeps a stolen code from being used is only that `state` belongs to one browser: OPERATIONS says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Literal

import httpx2
import msgspec

from cloudnego.identity.attempts import Attempt, Refused
from cloudnego.identity.outward import Outward, Question, checked
from cloudnego.texts import fill

_WORTH: Final = re.compile(r"[\x21-\x7e]{1,4096}")
_SUBJECT: Final = re.compile(r"[\x21-\x7e]{1,255}")
_PLACE: Final = re.compile(r"\{([a-z_]+)\}")
_GOING: Final = frozenset({"client_id", "returns_to", "state", "challenge"})
_EXCHANGED: Final = _GOING | {"secret", "verifier", "code"}
_ASKING: Final = _EXCHANGED | {"worth"}
Scalar = str | int | bool | None


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question to the provider. Places in its texts: `client_id`, `returns_to`, `state`, `challenge`; `secret`,
    `verifier` and `code` where we ask ourselves; and after the exchange `worth`."""

    url: str
    method: Literal["GET", "POST"] = "GET"
    send: Literal["query", "form", "json"] = "query"
    fields: dict[str, str] = {}
    headers: dict[str, str] = {}


class Likewise(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How it is spoken to. `…_at`: names on the way to a value in the answer, such as `["data", "unionId"]`.

    `good`: what a member of each answer must be where the provider says with status 200 that it failed.
    """

    authorize: Step
    code_field: str = "code"
    exchange: Step
    worth_at: tuple[str, ...] = ("access_token",)
    who: Step
    subject_at: tuple[str, ...]
    good: dict[str, Scalar] = {}


class UnknownPlace(ValueError):
    """A text has a place in braces that nothing fills there: the secret must not go out with the browser."""


class LikewiseProvider:
    """One such provider, and us as its client. Raises `NotThere`, `UnknownPlace`."""

    def __init__(self, outward: Outward, how: Likewise, *, client_id: str, secret: str, inner: bool = False) -> None:
        for step, places in ((how.authorize, _GOING), (how.exchange, _EXCHANGED), (how.who, _ASKING)):
            checked(step.url, loopback=outward.loopback)
            if unknown := _named(step) - places:
                raise UnknownPlace(min(unknown))
        self._outward = outward
        self._how = how
        self._own = {"client_id": client_id, "secret": secret}
        self._inner = inner

    async def address(self, attempt: Attempt) -> str:
        """Where the browser goes."""
        step = self._how.authorize
        places = {**_of(attempt), "client_id": self._own["client_id"]}
        return str(httpx2.URL(step.url).copy_merge_params(_filled(step.fields, places)))

    async def exchange(self, attempt: Attempt, came_with: Mapping[str, str]) -> str:
        """The access token for the code. Raises `Refused`, `Away`."""
        code = came_with.get(self._how.code_field, "")
        found = _at(
            await self._ask(self._how.exchange, {**_of(attempt), **self._own, "code": code}), self._how.worth_at
        )
        if not isinstance(found, str) or not _WORTH.fullmatch(found):
            raise Refused("no_token")
        return found

    async def who(self, attempt: Attempt, came_with: Mapping[str, str], worth: str) -> str:
        """The name under which the provider knows whose token that is. Raises `Refused`, `Away`."""
        code = came_with.get(self._how.code_field, "")
        places = {**_of(attempt), **self._own, "code": code, "worth": worth}
        found = _at(await self._ask(self._how.who, places), self._how.subject_at)
        subject = str(found) if type(found) is int else found
        if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
            raise Refused("no_subject")
        return subject

    async def _ask(self, step: Step, places: Mapping[str, str]) -> dict[str, Any]:
        question = Question(
            url=step.url,
            method=step.method,
            send=step.send,
            fields=_filled(step.fields, places),
            headers=_filled(step.headers, places),
            inner=self._inner,
        )
        answered = await self._outward.ask(question)
        if answered.status != 200:
            raise Refused("status")
        if any(name in answered.document and answered.document[name] != want for name, want in self._how.good.items()):
            raise Refused("not_good")
        return answered.document


def _of(attempt: Attempt) -> dict[str, str]:
    return {
        "returns_to": attempt.returns_to,
        "state": attempt.state,
        "challenge": attempt.challenge,
        "verifier": attempt.verifier,
    }


def _named(step: Step) -> set[str]:
    return {place for text in (*step.fields.values(), *step.headers.values()) for place in _PLACE.findall(text)}


def _filled(texts: Mapping[str, str], places: Mapping[str, str]) -> dict[str, str]:
    return {name: fill(text, places) for name, text in texts.items()}


def _at(document: Any, way: tuple[str, ...]) -> Any:
    for name in way:
        if not isinstance(document, dict):
            return None
        document = document.get(name)
    return document
