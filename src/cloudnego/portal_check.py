"""`cloudnego portal-check`: plays a negotiation to a portal's webhook endpoint, and what strangers would send.

What goes out is what a webhook of ours sends (`web/feed.py`), signed as Standard Webhooks 1.0 lay down. What the
receiver does behind its answer nobody sees from here: that it kept an event once it was told twice, it must look up.
"""

from __future__ import annotations

import secrets
import time
from base64 import b64decode
from binascii import Error as NotBase64
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from random import Random
from typing import Annotated, Final, Literal, NamedTuple

import httpx2
import msgspec
import typer

from cloudnego.chooser import Cast
from cloudnego.console import CannotBe, complain, out, tell
from cloudnego.core.events import Event
from cloudnego.core.evolve import evolve
from cloudnego.core.moment import Law, Register, Standing
from cloudnego.core.overview import next_due
from cloudnego.core.state import EMPTY
from cloudnego.core.vocabulary import JOINT, Stream
from cloudnego.identity.hooks import signature
from cloudnego.law import DEFAULT_PACK, shipped_calendar, shipped_pack
from cloudnego.main import now_s
from cloudnego.ports import CHINA
from cloudnego.rehearsal import Rehearsal
from cloudnego.stories import STORIES
from cloudnego.texts import say
from cloudnego.web.answers import encode
from cloudnego.web.feed import EventDocument, EventFacts

BEGINS: Final = datetime(2026, 3, 2, 9, tzinfo=CHINA)  # from here on all days of the story are in the shipped calendars
TOLERANCE_S: Final = 300
"""How old, or how far ahead, a delivery may be: the five minutes of the libraries of Standard Webhooks."""

_OUTSIDE_S: Final = 2 * TOLERANCE_S
_LONG: Final = 60_000  # bytes; Standard Webhooks advise senders to stay below 20 KB, a receiver takes more
_GIVES_UP: Final = 3  # of the story: an endpoint that takes nothing is not asked for each event
_HOME: Final = "https://talks.example"
_GONE: Final = 410
_DEFECT: Final = 500
_CAST: Final = Cast(
    worker_bench=("w0", "w1", "w2", "w3", "w4"), employer_bench=("e0", "e1", "e2", "e3", "e4"), hr="hr",
    recorder="recorder", scrutineers=("s1", "s2", "s3"), spare_workers=("x1", "x2"), spare_employers=("y1", "y2"),
)  # fmt: skip
_REGISTER: Final = Register(
    enterprise="o-check", region="330109", town="330109102", industry="C17", headcount=180, above_scale=True,
    has_union=True, worker_organ="o-check-union", employer_organ="o-check", women=60,
)  # fmt: skip


class Patience(NamedTuple):
    """Seconds: what is slow, and after what nobody waits any more. Ours wait ten."""

    slow_s: float = 5.0
    whole_s: float = 10.0


class Delivery(NamedTuple):
    """What is posted: the bytes and their headers."""

    body: bytes
    headers: dict[str, str]


class Answer(NamedTuple):
    """`status`: None where none came in time."""

    status: int | None
    took_s: float

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Found(NamedTuple):
    """What one try came to; `wrong` is the key of what to mend, None where all is well."""

    check: str
    wrong: str | None
    facts: dict[str, object]


class Try(NamedTuple):
    """One delivery outside the story, and whether a receiver has to take it. `says`: what it is about."""

    says: str
    takes: bool
    delivery: Delivery


# --- what is sent -------------------------------------------------------------------------------------------------


def key_of(secret: str) -> bytes:
    """The bytes of a `whsec_…`, at least 24 (Standard Webhooks, Signature scheme). Raises CannotBe."""
    try:
        key = b64decode(secret.removeprefix("whsec_"), validate=True)
    except NotBase64:
        key = b""
    if not 24 <= len(key) <= 64:
        raise CannotBe("no_webhook_secret")
    return key


def delivery(key: bytes, id_: str, at_s: int, body: bytes) -> Delivery:
    """A delivery as ours are."""
    return Delivery(body, _headers(id_, at_s, signature(key, id_, at_s, body)))


def _headers(id_: str, at_s: int, marks: str) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "webhook-id": id_,
        "webhook-timestamp": str(at_s),
        "webhook-signature": marks,
    }


def events(story: str = "plain") -> Iterator[EventDocument]:
    """The events of a whole negotiation, as a portal with the scope `table` is told of them, each as the case then
    stood."""
    law = Law(pack=shipped_pack(DEFAULT_PACK), calendar=shipped_calendar())
    scene = Rehearsal(law, _CAST, _REGISTER, BEGINS, Random(5))
    scene.case_id = f"check{secrets.token_hex(6)}"
    STORIES[story](scene)
    case, heads = EMPTY, Counter[Stream]()
    for played in scene.played:
        for event in played.events:
            heads[event.stream] += 1
            if event.stream in JOINT:
                case = evolve(case, event)
                yield _document(scene.case_id, event, heads[event.stream], Standing(case, played.at, law))


def _document(id_: str, event: Event, seq: int, stands: Standing) -> EventDocument:
    case, occurred = stands.case, getattr(event, "occurred_on", None)
    return EventDocument(
        id=f"{id_}.{event.stream.value}.{seq}", type=event.type, timestamp=stands.at.isoformat(timespec="microseconds"),
        data=EventFacts(
            type_version=event.type_version, case=id_, stream=event.stream, seq=seq, via="person",
            occurred_on=None if occurred is None else str(occurred), step=case.step.value if case.step else "",
            ending=case.ending.value if case.ending else None, deadline=next_due(case, stands.law), external_ref=None,
            seen_for=(_REGISTER.enterprise,), link=f"{_HOME}/api/v1/negotiations/{id_}", page=f"{_HOME}/c/{id_}",
        ),
    )  # fmt: skip


# --- what strangers send, and what a receiver has to put up with --------------------------------------------------


def tries(key: bytes, some: Sequence[EventDocument], at_s: int) -> Iterator[Try]:
    """What comes after the story. `some`: its events, the first of which was delivered long before the last."""
    first, last = some[0], some[-1]
    body, other = encode(last), b"".join((key[:-1], bytes([key[-1] ^ 1])))
    good = delivery(key, last.id, at_s, body)
    right, wrong = (signature(one, last.id, at_s, body) for one in (key, other))
    yield Try("again", takes=True, delivery=good)
    yield Try("late_again", takes=True, delivery=delivery(key, first.id, at_s, encode(first)))
    yield Try("rotation", takes=True, delivery=Delivery(body, _headers(last.id, at_s, f"{wrong} {right}")))
    yield Try("other_version", takes=True, delivery=Delivery(body, _headers(last.id, at_s, f"v1a,AAAA {right}")))
    new: tuple[tuple[str, dict[str, object]], ...] = (
        ("unknown_type", {"type": "type_of_tomorrow"}),
        ("unknown_field", {"later": {"field": 1}}),
    )
    for says, more in new:
        yield Try(says, takes=True, delivery=_new(key, last, says, at_s, more))
    yield Try("long", takes=True, delivery=_new(key, last, "long", at_s, {"padding": "长" * (_LONG // 3)}))
    yield Try("other_key", takes=False, delivery=Delivery(body, _headers(last.id, at_s, wrong)))
    changed = body.replace(last.type.encode(), last.type.upper().encode(), 1)
    yield Try("changed_body", takes=False, delivery=Delivery(changed, good.headers))
    yield Try("changed_id", takes=False, delivery=Delivery(body, _headers(f"{last.id}0", at_s, right)))
    yield Try("changed_time", takes=False, delivery=Delivery(body, _headers(last.id, at_s + 1, right)))
    for says, then_s in (("old", at_s - _OUTSIDE_S), ("ahead", at_s + _OUTSIDE_S)):
        yield Try(says, takes=False, delivery=delivery(key, f"{last.id}.{says}", then_s, body))
    yield Try("unsigned", takes=False, delivery=Delivery(body, {"Content-Type": "application/json"}))
    yield Try("no_mark", takes=False, delivery=Delivery(body, _headers(last.id, at_s, "v1,")))


def _new(key: bytes, last: EventDocument, id_: str, at_s: int, more: dict[str, object]) -> Delivery:
    """An event that has not been told before, with more in it."""
    document = {**msgspec.to_builtins(last), "id": f"{last.id}.{id_}", **more}
    return delivery(key, document["id"], at_s, msgspec.json.encode(document))


# --- asking -------------------------------------------------------------------------------------------------------


class Endpoint:
    """The address that is asked: no redirect followed, no proxy used, and of an answer only its status read."""

    def __init__(self, url: str, patience: Patience) -> None:
        try:
            place = httpx2.URL(url)
        except httpx2.InvalidURL:
            raise CannotBe("no_webhook_url", url=url) from None
        if place.scheme not in ("http", "https") or not place.host:
            raise CannotBe("no_webhook_url", url=url)
        self._url: Final = place
        self._client: Final = httpx2.Client(timeout=patience.whole_s, trust_env=False, follow_redirects=False)

    def post(self, one: Delivery) -> Answer:
        """Raises CannotBe where nobody listens."""
        began = time.monotonic()
        try:
            with self._client.stream("POST", self._url, content=one.body, headers=one.headers) as answer:
                return Answer(answer.status_code, time.monotonic() - began)
        except httpx2.ConnectError as wrong:
            raise CannotBe("webhook_away", url=self._url, why=str(wrong) or type(wrong).__name__) from None
        except httpx2.TransportError:
            return Answer(None, time.monotonic() - began)

    def close(self) -> None:
        self._client.close()


def check(
    endpoint: Endpoint,
    key: bytes,
    now_s: Callable[[], int],
    patience: Patience,
    story: Sequence[EventDocument],
) -> Iterator[Found]:
    """Tell the story, then all that must be taken and all that must not. Raises CannotBe."""
    told, slowest, failed = 0, 0.0, list[tuple[str, str]]()
    for one in story:
        answer = endpoint.post(delivery(key, one.id, now_s(), encode(one)))
        slowest = max(slowest, answer.took_s)
        wrong = _not_taken(answer)
        told += wrong is None
        if wrong is not None:
            failed.append((one.id, wrong))
            if len(failed) == _GIVES_UP:
                break
    facts: dict[str, object] = {"told": told, "events": len(story), "first": failed[0][0] if failed else ""}
    yield Found("story", failed[0][1] if failed else None, facts)
    slow = slowest > patience.slow_s
    seconds: dict[str, object] = {"seconds": f"{slowest:.1f}", "most": f"{patience.slow_s:g}"}
    yield Found("quick", "slow" if slow else None, seconds)
    if told:  # who takes nothing refuses what is false as well, and that says nothing
        yield from (_judged(one, endpoint.post(one.delivery)) for one in tries(key, story, now_s()))


def _not_taken(answer: Answer) -> str | None:
    """What is wrong about an answer to what was to be taken."""
    if answer.taken:
        return None
    if answer.status is None:
        return "no_answer"
    if 300 <= answer.status < 400:
        return "redirects"
    return "gone" if answer.status == _GONE else "not_taken"


def _judged(one: Try, answer: Answer) -> Found:
    facts: dict[str, object] = {"status": answer.status or "–"}
    if one.takes:
        wrong = _not_taken(answer)
        return Found(one.says, None if wrong is None else one.says if wrong == "not_taken" else wrong, facts)
    if answer.taken:
        return Found(one.says, one.says, facts)
    stumbles = answer.status is None or answer.status >= _DEFECT
    return Found(one.says, "stumbles" if stumbles else None, facts)


# --- the command --------------------------------------------------------------------------------------------------

Story = Literal["plain", "failed-ballot", "suspended", "objected", "employer-offer", "silent-enterprise"]


def portal_check(
    url: Annotated[str, typer.Argument(help="企业系统接收事件的地址。 Where the portal takes its webhooks.")],
    *,
    secret: Annotated[
        str,
        typer.Option(
            prompt="whsec_…",
            hide_input=True,
            envvar="CLOUDNEGO_WEBHOOK_SECRET",
            help="接收方核对签名用的密钥，不写就会问。 The secret it checks signatures with; else it is asked for.",
        ),
    ],
    story: Annotated[Story, typer.Option(help="播放哪一个故事。 What is to happen.")] = "plain",
) -> None:
    """用一场完整的协商检查企业系统的接收地址：没有问题为 0，有问题为 1，无法检查为 2。

    Check a portal's endpoint with a whole negotiation: 0 if nothing is wrong, 1 if something is, 2 if it cannot be
    checked.
    """
    patience = Patience()
    wrong, checks = 0, 0
    try:
        key, endpoint = key_of(secret), Endpoint(url, patience)
        some = tuple(events(story))
        tell("portal_check_begins", url=url, events=len(some))
        for one in check(endpoint, key, now_s, patience, some):
            checks += 1
            wrong += one.wrong is not None
            _show(one)
        endpoint.close()
    except CannotBe as no:
        complain([no.said])
        raise typer.Exit(2) from None
    tell("portal_check_wrong" if wrong else "portal_check_right", wrong=wrong, checks=checks)
    if wrong:
        raise typer.Exit(1)


def _show(one: Found) -> None:
    title = say(f"portal_check.checks.{one.check}", one.facts)
    mark = "[green]✓[/]" if one.wrong is None else "[red]✗[/]"
    out.print(f"{mark} {title['zh']} · {title['en']}", highlight=False, soft_wrap=True)
    if one.wrong is not None:
        mend = say(f"portal_check.mend.{one.wrong}", one.facts)
        out.print(f"    {mend['zh']}\n    {mend['en']}", highlight=False, soft_wrap=True)
