"""Every answer that is not a yes: RFC 9457 problem documents, one table from what went wrong to its status."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import structlog
from pydantic_core import ErrorDetails
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.responses import Response

from cloudnego.core.pack import Pack
from cloudnego.core.refusals import Obstacle
from cloudnego.core.turns import curing
from cloudnego.logs import kinds_of, where
from cloudnego.sentences import said
from cloudnego.texts import Said, catalogue, fill, say

_log: Final = structlog.get_logger(__name__)

MEDIA_TYPE: Final = "application/problem+json"

STATUS: Final[Mapping[str, int]] = {
    "header_twice": 400,
    "not_signed_in": 401,
    "sign_in_failed": 401,
    "outside_refused": 401,
    "outside_not_linked": 401,
    "cross_site": 403,
    "step_up_needed": 403,
    "step_up_impossible": 403,
    "proof_failed": 403,
    "browsers_only": 403,
    "scope_missing": 403,
    "scope_not_yours": 403,
    "not_for_portals": 403,
    "binding_act": 403,
    "not_found": 404,
    "invitation_over": 404,
    "opinion_unknown": 404,
    "method_not_allowed": 405,
    "refused": 409,
    "one_side": 409,
    "mandate_does_not_cover": 409,
    "not_yours_to_appoint": 409,
    "employers_office": 409,
    "number_taken": 409,
    "slip_there": 409,
    "delegate_there": 409,
    "not_a_delegate": 409,
    "not_the_organiser": 409,
    "congress_not_yet": 409,
    "comments_closed": 409,
    "nobody_to_remind": 409,
    "paper_not_yet": 409,
    "paper_not_signed": 409,
    "no_place_on_paper": 409,
    "internal_certificate_not_agreed": 409,
    "papers_full": 409,
    "roll_full": 409,
    "roll_empty": 409,
    "not_posted": 409,
    "posting_runs": 409,
    "objections_wait": 409,
    "objected_already": 409,
    "delegates_left": 409,
    "reason_wanted": 409,
    "roll_unchanged": 409,
    "nomination_runs": 409,
    "nomination_closed": 409,
    "nomination_full": 409,
    "nominated_already": 409,
    "not_consented": 409,
    "no_words": 409,
    "objections_closed": 409,
    "pin_to_be_chosen": 409,
    "membership_exists": 409,
    "login_taken": 409,
    "account_exists": 409,
    "outside_taken": 409,
    "person_exists": 409,
    "organisation_exists": 409,
    "region_exists": 409,
    "instructor_exists": 409,
    "court_order_own": 409,
    "court_order_over": 409,
    "key_exists": 409,
    "too_many_prepared": 409,
    "too_many_webhooks": 409,
    "too_many_links": 409,
    "place_unknown": 422,
    "place_needs": 422,
    "provider_unknown": 422,
    "credit_code_taken": 409,
    "enterprise_changed": 409,
    "too_many_sandboxes": 409,
    "too_many_trials": 409,
    "app_exists": 409,
    "second_person_needed": 409,
    "too_many_passkeys": 409,
    "device_key_known": 409,
    "too_many_device_keys": 409,
    "not_a_witness": 409,
    "head_unknown": 409,
    "head_moved": 409,
    "device_clock_off": 409,
    "clock_goes_forward": 409,
    "text_changed": 409,
    "accepted_by_act": 409,
    "files_full": 409,
    "survey_too_late": 409,
    "survey_too_early": 409,
    "survey_asked_before": 409,
    "too_many_surveys": 409,
    "survey_over": 409,
    "survey_answered": 409,
    "survey_code_taken": 409,
    "survey_running": 409,
    "reminded_lately": 409,
    "opinion_unions_to_decide": 409,
    "opinion_waits": 409,
    "opinion_clause_gone": 409,
    "not_on_the_roll": 409,
    "ballot_issued": 409,
    "ballot_on_paper": 409,
    "poll_closed": 409,
    "poll_runs": 409,
    "not_a_teller": 409,
    "too_long": 413,
    "address_too_long": 414,
    "not_json": 415,
    "file_kind": 415,
    "file_refused": 422,
    "malformed": 422,
    "too_complex": 422,
    "bad_key": 422,
    "device_signature_wrong": 422,
    "bad_cursor": 422,
    "event_unknown": 422,
    "webhook_url": 422,
    "key_reused": 422,
    "acting_as_required": 422,
    "enterprise_required": 422,
    "weak_password": 422,
    "weak_pin": 422,
    "pins_differ": 422,
    "nothing_to_print": 422,
    "worker_unknown": 422,
    "posting_too_short": 422,
    "nomination_days": 422,
    "colleague_unknown": 422,
    "colleague_several": 422,
    "person_unknown": 422,
    "organisation_unknown": 422,
    "membership_unknown": 422,
    "client_unknown": 422,
    "bad_public_key": 422,
    "not_binding": 422,
    "bad_blinded": 422,
    "ballot_invalid": 422,
    "ballot_forged": 422,
    "count_impossible": 422,
    "region_unknown": 422,
    "office_does_not_suit": 422,
    "origin_not_yours": 422,
    "side_does_not_suit": 422,
    "upper_does_not_suit": 422,
    "nothing_to_change": 422,
    "survey_time": 422,
    "survey_head": 422,
    "opinion_clause": 422,
    "survey_answer_wrong": 422,
    "pack_unknown": 422,
    "means_missing": 422,
    "too_fast": 429,
    "quota_spent": 429,
    "locked_out": 429,
    "headers_too_long": 431,
    "defect": 500,
    "busy": 503,
    "outside_away": 503,
    "pool_away": 503,
    "not_ready": 503,
}
"""Status by code. A code is a promise of the API; its texts stand in the catalogue under `problems`."""


_WAITS: Final = (1, 2, 5, 10, 30, 60, 120, 300, 600, 900, 3600)


def rounded(seconds: float) -> int:
    """How long to wait, said on a coarse scale: the exact second would tell what others did, or what is counted."""
    return next((wait for wait in _WAITS if seconds <= wait), math.ceil(seconds / _WAITS[-1]) * _WAITS[-1])


class Problem(Exception):
    """Ends a request with a problem document. `obstacles`: as `obstacle_as_said` says them; `more`: members of its own
    (RFC 9457 §3.2)."""

    def __init__(
        self,
        code: str,
        *,
        facts: Mapping[str, object] | None = None,
        obstacles: Sequence[Mapping[str, Any]] = (),
        errors: Sequence[Mapping[str, object]] = (),
        more: Mapping[str, object] | None = None,
        retry_after_s: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.facts = dict(facts or {})
        self.obstacles = tuple(obstacles)
        self.errors = tuple(errors)
        self.more = dict(more or {})
        self.headers = dict(headers or {})
        if self.status == 401:  # RFC 9110 wants a challenge with every 401
            self.headers.setdefault("WWW-Authenticate", "Bearer")
        if retry_after_s is not None:
            wait = rounded(retry_after_s)
            self.headers["Retry-After"] = str(wait)
            self.facts.setdefault("seconds", wait)

    @property
    def status(self) -> int:
        return STATUS[self.code]

    def document(self) -> dict[str, Any]:
        """The body, as plain data."""
        found: dict[str, Any] = {
            "type": f"/problems/{self.code}",
            "title": fill(catalogue("en")[f"problems.{self.code}.title"], self.facts),
            "status": self.status,
            "code": self.code,
            "detail": say(f"problems.{self.code}.detail", self.facts),
        }
        if self.obstacles:
            found["obstacles"] = list(self.obstacles)
        if self.errors:
            found["errors"] = list(self.errors)
        return found | self.more


def problem_of(wrong: Exception) -> Problem:
    """What to answer for whatever went wrong.

    A database that does not answer is 503: nothing was recorded, or the same key finds what was. What it cannot hold (a
    text with a zero in it, a number beyond 63 bits: in an address or a cursor somebody made) was malformed. All else is
    a
    defect: the log gets where it happened, never what the exception says, for that may hold what people wrote.
    """
    if isinstance(wrong, Problem):
        return wrong
    if isinstance(wrong, OperationalError | InterfaceError | PoolTimeout):
        _log.warning("database_does_not_answer", error=kinds_of(wrong))
        return Problem("busy", retry_after_s=2)
    if isinstance(wrong, DataError):
        _log.warning("database_cannot_hold", error=kinds_of(wrong), where=where(wrong))
        return Problem("malformed")
    _log.error("defect", error=kinds_of(wrong), where=where(wrong))
    return Problem("defect")


def respond(problem: Problem) -> Response:
    """The answer on the wire."""
    body = json.dumps(problem.document(), ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, status_code=problem.status, media_type=MEDIA_TYPE, headers=problem.headers)


def obstacle_as_said(obstacle: Obstacle, pack: Pack) -> dict[str, Any]:
    """An obstacle of a case under this pack as the API says it: facts for machines, sentence and way out for people.

    Shape: `{reason, level, sentence{zh,en}, way_out{zh,en}, articles[], facts{}, cure[], acts[], side, by}`.
    """
    words = said(obstacle, pack)
    return {
        "reason": obstacle.reason.value,
        "level": obstacle.level.value,
        "sentence": words.sentence,
        "way_out": words.way_out,
        "articles": list(obstacle.articles),
        "facts": dict(obstacle.facts),
        "cure": sorted(seat.value for seat in obstacle.cure),
        "acts": curing(obstacle),
        "side": obstacle.side.value if obstacle.side is not None else None,
        "by": obstacle.by.isoformat() if obstacle.by is not None else None,
    }


def malformed(details: Iterable[ErrorDetails], *, at: str = "") -> Problem:
    """What pydantic found wrong, field by field, in both languages. What was sent is not repeated.

    `at`: where the fields lie ("query", …); shape of an error: `{at, code, message{zh,en}}`, `at` a JSON pointer.
    """
    errors = [
        {"at": _pointer(at, detail["loc"]), "code": detail["type"], "message": _field_message(detail)}
        for detail in details
    ]
    return Problem("malformed", errors=errors[:50])


def _pointer(at: str, path: Sequence[int | str]) -> str:
    parts = ([at] if at else []) + [str(part) for part in path]
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


def _field_message(detail: ErrorDetails) -> Said:
    kind = detail["type"] if f"fields.{detail['type']}" in catalogue("en") else "other"
    facts = {name: str(value) for name, value in detail.get("ctx", {}).items()}
    if "expected" in facts:  # pydantic joins the last two with an English word
        facts["expected"] = facts["expected"].replace(" or ", ", ")
    return say(f"fields.{kind}", facts)
