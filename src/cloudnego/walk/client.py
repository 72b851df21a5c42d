"""The server as the people of a walk reach it: one HTTP client, and every no kept as it was said."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final, Self

import httpx2
import msgspec

from cloudnego.texts import LANGUAGES, Said, catalogue, say

API: Final = "/api/v1"
_TRIES: Final = 6  # a busy server says when to come again; who is still sent away then is told so
_WAIT_MAX_S: Final = 30.0
_TIMEOUT_S: Final = 60.0
_NAMED: Final = ("command", "event", "step", "ending")  # facts whose names stand in the catalogue, in their plural


class WalkFailed(Exception):
    """The walk cannot go on. `key` names the sentence under `walk.failures`, `problem` is what the server answered."""

    def __init__(self, key: str, *, problem: Mapping[str, Any] | None = None, **facts: object) -> None:
        super().__init__(key)
        self.key = key
        self.problem = dict(problem) if problem is not None else None
        self.facts = facts

    @property
    def said(self) -> Said:
        """The sentence in both languages."""
        key = f"walk.failures.{self.key}"
        zh, en = ({**self.facts, **self._named(language)} for language in LANGUAGES)
        return Said(zh=say(key, zh)["zh"], en=say(key, en)["en"])

    def _named(self, language: str) -> dict[str, str]:
        """Commands, events, steps and endings by their names, not their codes."""
        texts = catalogue(language)
        keys = {name: f"{name}s.{self.facts[name]}" for name in _NAMED if name in self.facts}
        return {name: texts[key] for name, key in keys.items() if key in texts}


class Refusal(WalkFailed):
    """The server said no: `status` and its problem document."""

    def __init__(self, doing: str, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__("refused", problem=problem, doing=doing, status=status)
        self.status = status


class Api:
    """JSON in, JSON out. Whoever is sent away with 429 or 503 comes again when the server says, with the same key."""

    def __init__(self, url: str, pause: Callable[[float], None] = time.sleep) -> None:
        self.url = url.rstrip("/") if "://" in url else f"http://{url.rstrip('/')}"
        self._pause = pause
        try:
            place = httpx2.URL(self.url)
        except httpx2.InvalidURL:
            raise WalkFailed("no_address", url=url) from None
        if place.scheme not in ("http", "https") or not place.host or "%" in place.host:
            raise WalkFailed("no_address", url=url)
        self._client = httpx2.Client(base_url=place, timeout=_TIMEOUT_S, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        token: str | None = None,
        key: str | None = None,
        query: Mapping[str, str | int] | None = None,
    ) -> Any:
        """The document of a 2xx answer. Raises `Refusal` for any other, `WalkFailed` where nobody answers."""
        headers = {}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if key is not None:
            headers["Idempotency-Key"] = key
        tries = 1
        answer = self._send(method, API + path, json=body, headers=headers, params=query)
        while answer.status_code in (429, 503) and tries < _TRIES:
            self._pause(min(_WAIT_MAX_S, _seconds(answer.headers.get("Retry-After"))))
            answer = self._send(method, API + path, json=body, headers=headers, params=query)
            tries += 1
        document = _document(answer, self.url)
        if not answer.is_success:
            raise Refusal(f"{method} {API}{path}", answer.status_code, document)
        return document

    def _send(self, method: str, path: str, **words: Any) -> httpx2.Response:
        try:
            return self._client.request(method, path, **words)
        except httpx2.TimeoutException:
            raise WalkFailed("too_slow", url=self.url, seconds=int(_TIMEOUT_S)) from None
        except httpx2.TransportError as wrong:
            raise WalkFailed("unreachable", url=self.url, why=str(wrong) or type(wrong).__name__) from None

    def check(self) -> None:
        """Raises `WalkFailed` unless a CloudNego answers there."""
        try:
            found = self.call("GET", "/procedure")
        except Refusal as no:
            raise WalkFailed("no_api", url=self.url, status=no.status) from None
        if not isinstance(found, dict) or len(found.get("steps", ())) != 9:
            raise WalkFailed("no_api", url=self.url, status=200)


def _seconds(retry_after: str | None) -> float:
    return float(retry_after) if retry_after is not None and retry_after.isdigit() else 1.0


def _document(answer: httpx2.Response, url: str) -> Any:
    if not answer.content:
        return {}
    try:
        return msgspec.json.decode(answer.content)
    except msgspec.DecodeError:
        raise WalkFailed("no_api", url=url, status=answer.status_code) from None
