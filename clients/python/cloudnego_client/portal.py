"""How a portal comes in: a token by its id and secret (RFC 6749 §4.4), renewed in time; and what to do with a no."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import TypeVar

import httpx

from .client import AuthenticatedClient
from .models.problem_document import ProblemDocument

T = TypeVar("T")
_EARLY_S = 30.0


class Refused(Exception):
    """The answer was a problem. `problem.code` is for programs, `problem.detail` for people."""

    def __init__(self, problem: ProblemDocument) -> None:
        super().__init__(f"{problem.status} {problem.code}: {problem.detail.en}")
        self.problem = problem


class NoToken(Exception):
    """No token was given for this id and secret."""


class Token(httpx.Auth):
    """Fetches a token when there is none, or it ends soon, or it is refused; then the request goes out with it."""

    requires_response_body = True

    def __init__(self, url: str, client: str, secret: str) -> None:
        self._ask = httpx.Request(
            "POST",
            url,
            data={"grant_type": "client_credentials", "client_id": client, "client_secret": secret},
        )
        self._token = ""
        self._until = 0.0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if time.monotonic() >= self._until:
            yield from self._fetch()
        request.headers["Authorization"] = f"Bearer {self._token}"
        answer = yield request
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            yield from self._fetch()
            request.headers["Authorization"] = f"Bearer {self._token}"
            yield request

    def _fetch(self) -> Generator[httpx.Request, httpx.Response, None]:
        answer = yield self._ask
        if answer.status_code != httpx.codes.OK:
            raise NoToken(f"{answer.status_code} {answer.text[:200]}")
        given = answer.json()
        self._token = given["access_token"]
        self._until = time.monotonic() + float(given["expires_in"]) - _EARLY_S


def connect(url: str, client: str, secret: str, *, enterprise: str | None = None) -> AuthenticatedClient:
    """A client for the portal. `enterprise`: for which of several it asks; `*` for all, where an operation takes that."""
    headers = {} if enterprise is None else {"Cloudnego-Enterprise": enterprise}
    token = Token(f"{url.rstrip('/')}/oauth/token", client, secret)
    return AuthenticatedClient(base_url=url, token="", headers=headers, httpx_args={"auth": token})


def done(answer: T | ProblemDocument | None) -> T:
    """The answer itself. Raises `Refused` where it was a problem."""
    if isinstance(answer, ProblemDocument):
        raise Refused(answer)
    if answer is None:
        raise TypeError("a status that the operation does not promise")
    return answer
