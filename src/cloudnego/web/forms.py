"""Forms and answers of OAuth 2.0: read strictly, and refused in the words of RFC 6749 §5.2, which is not our JSON."""

from __future__ import annotations

import base64
import binascii
import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_plus

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.web.described import DOCUMENTS, ON_STATUS, answered, headers

MEDIA_TYPE: Final = "application/x-www-form-urlencoded"
_FORM: Final = re.compile(rf"{MEDIA_TYPE} *(; *charset=\"?utf-?8\"?)?", re.IGNORECASE)
_FIELDS_MAX: Final = 20
_BODY_MAX: Final = 16_384
_NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_STATUS: Final = {"invalid_client": 401, "temporarily_unavailable": 429}

Form = Mapping[str, str]


class OAuthRefusal(msgspec.Struct, frozen=True, kw_only=True):
    """An error of these doors (RFC 6749 §5.2). `error_description`: for the developer of the client, in English."""

    error: str
    error_description: str


class OAuthError(Exception):
    """Ends an OAuth request with an error of the RFC; `why` is for the developer of the client, in English."""

    def __init__(self, error: str, why: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.why = why
        self.headers = dict(headers or {})
        if error == "invalid_client":
            self.headers.setdefault("WWW-Authenticate", 'Basic realm="cloudnego", charset="UTF-8"')

    def response(self) -> Response:
        """The answer on the wire."""
        refusal = OAuthRefusal(error=self.error, error_description=self.why)
        return said(refusal, _STATUS.get(self.error, 400), self.headers)


def said(document: msgspec.Struct, status: int = 200, headed: Mapping[str, str] | None = None) -> Response:
    """A JSON document that is nobody's to keep."""
    return Response(msgspec.json.encode(document), status, {**_NO_STORE, **(headed or {})}, "application/json")


def spoken(route: dict[str, Any], *errors: str, form: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What `described` says of a route, with these errors of the RFC; `form`: the schema of the fields it takes."""
    DOCUMENTS[OAuthRefusal.__name__] = OAuthRefusal
    by_status: defaultdict[int, list[str]] = defaultdict(list)
    for error in errors:
        by_status[_STATUS.get(error, 400)].append(error)
    for status, names in by_status.items():
        answer = route["responses"].setdefault(status, {"content": {}})
        answer["description"] = f"{answered(status)}_oauth"
        answer["content"]["application/json"] = _refusal(names)
        if status in ON_STATUS:
            answer["headers"] = headers(*ON_STATUS[status])
    if form is not None:
        route["openapi_extra"]["requestBody"] = {"required": True, "content": {MEDIA_TYPE: {"schema": form}}}
    return route


def _refusal(names: list[str]) -> dict[str, Any]:
    """The content of an answer that ends with one of these errors."""
    document = {"$ref": f"#/components/schemas/{OAuthRefusal.__name__}"}
    named = {"type": "object", "properties": {"error": {"enum": names}}}
    return {"schema": {"allOf": [document, named]}, "example": {"error": names[0], "error_description": "…"}}


async def form_of(request: Request) -> Form:
    """The fields of a form, each at most once (RFC 6749 §3.2); one without a value counts as not sent.

    Raises `OAuthError`.
    """
    if not _FORM.fullmatch(request.headers.get("content-type", "").strip()):
        raise OAuthError("invalid_request", "the body must be application/x-www-form-urlencoded in UTF-8")
    body = await request.body()  # the shield bounds what may come here
    if len(body) > _BODY_MAX:
        raise OAuthError("invalid_request", "the body is too long")
    return fields_of(body)


def fields_of(text: bytes) -> Form:
    """The same of a query or a body already read. Raises `OAuthError`."""
    try:
        pairs = parse_qsl(
            text.decode("ascii"), keep_blank_values=True, strict_parsing=bool(text), errors="strict",
            max_num_fields=_FIELDS_MAX,
        )  # fmt: skip
    except ValueError:
        raise OAuthError("invalid_request", "the form is malformed, or has too many fields") from None
    found = dict(pairs)
    if len(found) != len(pairs):
        raise OAuthError("invalid_request", "a parameter stands twice")
    if any(ord(letter) < 32 for value in found.values() for letter in value):
        raise OAuthError("invalid_request", "a parameter holds control characters")
    return {name: value for name, value in found.items() if value}


def basic_of(request: Request) -> tuple[str, str] | None:
    """Client id and secret of `Authorization: Basic`, each form-encoded within (RFC 6749 §2.3.1); None without it.
    What they may consist of is not looked at here. Raises `OAuthError`.
    """
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if not scheme:
        return None
    try:
        if scheme.casefold() != "basic":
            raise ValueError(scheme)
        client, colon, secret = base64.b64decode(value.strip(), validate=True).decode("ascii").partition(":")
    except (ValueError, binascii.Error):
        raise OAuthError("invalid_client", "the Authorization header is not Basic, or malformed") from None
    if not colon:
        raise OAuthError("invalid_client", "the Authorization header is malformed")
    return unquote_plus(client), unquote_plus(secret)


def asked_scopes(form: Form, granted: frozenset[str]) -> list[str]:
    """The scopes asked for, or all that were granted where none is named. Raises `OAuthError`."""
    asked = form["scope"].split(" ") if "scope" in form else sorted(granted)
    if not asked or not granted.issuperset(asked) or len(set(asked)) != len(asked):
        raise OAuthError("invalid_scope", "a scope that this client was not granted, or none at all")
    return sorted(asked)
