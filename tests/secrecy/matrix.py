"""The authorization matrix: every endpoint × actor kind × membership × step, held against the reviewed `verdicts.yaml`.

`python -m tests.secrecy.matrix` prints the cells run and failed. Endpoints come from the OpenAPI document.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

import yaml

from claims.listening import Ear
from cloudnego.chooser import fill
from cloudnego.core import commands as c
from cloudnego.core.vocabulary import STEPS, Step
from cloudnego.web.examples import request_of
from tests.secrecy.ground import KINDS, MEMBERSHIPS, Ground, person, prepared, rehearsed
from tests.secrecy.wire import Request, Said, ask, bearing, json_body
from tests.web.documented import document_of

TABLE: Final = Path(__file__).with_name("verdicts.yaml")


class _Nowhere(dict[str, str]):
    """Whatever a path asks for, nothing of that name exists."""

    def __missing__(self, name: str) -> str:
        return "nowhere"


NOWHERE: Final = _Nowhere(case_id="n" + 32 * "f")

_METHODS: Final = ("get", "post", "put", "patch", "delete")
_AMONG_CASES: Final = frozenset(
    {
        "list_cases",
        "export_cases",
        "export_deadlines",
        "create_calendar_link",
        "cockpit",
        "get_waiting",
        "open_case",
        "register_contract",
        "list_court_orders",
        "confirm_court_order",
        "live_ticket",
    }
)
"""What looks into cases without one in its path."""

AT_THE_TABLE: Final = "at the table"

_ROOMS_AT: Final = (Step.TOPICS, Step.MEETING)
_NOT_THERE: Final = 4404

_OF_THE_ASKER: Final = {"not_your_seat", "not_in_this_step", "case_closed"}


class Endpoint(NamedTuple):
    """One operation of the API."""

    name: str
    method: str
    path: str

    def at(self, params: Mapping[str, str]) -> str:
        """Its path with these parameters."""
        return self.path.format_map(params)


class Cell(NamedTuple):
    """One question of the matrix."""

    endpoint: str
    kind: str
    membership: str
    step: Step


class Failure(NamedTuple):
    """A cell whose answer was not the one the table wants."""

    cell: Cell
    wanted: str
    got: str

    def __str__(self) -> str:
        where = f"{self.cell.endpoint} × {self.cell.kind} × {self.cell.membership} × {self.cell.step}"
        return f"{where}: wanted {self.wanted}, got {self.got}"


@cache
def table() -> dict[str, Any]:
    """The reviewed table."""
    found: dict[str, Any] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return found


def endpoints(document: Mapping[str, Any]) -> dict[str, Endpoint]:
    """Every operation of the document, by its id."""
    return {
        one["operationId"]: Endpoint(one["operationId"], method.upper(), path)
        for path, item in document["paths"].items()
        for method, one in item.items()
        if method in _METHODS
    }


def rows() -> set[str]:
    """Every endpoint the table knows."""
    return {*table()["cases"], *table()["looks"].split(), *table()["elsewhere"]}


# --- what the table wants -----------------------------------------------------------------------------------------


def _within(span: str, step: Step) -> bool:
    first, _, last = str(span).partition("-")
    return int(first) <= step.number <= int(last or first)


def _at(value: Any, step: Step) -> frozenset[str]:
    """Words that may change by step."""
    if isinstance(value, Mapping):
        value = next(words for span, words in value.items() if _within(span, step))
    return frozenset(value.split())


@cache
def _who(words: str) -> frozenset[tuple[str, str]]:
    """Kinds and memberships that a list of who means."""
    named = {"alive": MEMBERSHIPS[:-1], "here": MEMBERSHIPS[:2], "": MEMBERSHIPS}
    found = set()
    for word in words.split():
        name, _, chosen = word.partition("@")
        members = named.get(chosen) or tuple(chosen.split("+"))
        assert set(members) <= set(MEMBERSHIPS), f"no such membership: {word}"
        kinds = table()["groups"].get(name, name).split()
        assert set(kinds) <= set(KINDS), f"no such kind: {word}"
        found |= {(kind, one) for kind in kinds for one in members}
    return frozenset(found)


def _those(words: Any, step: Step) -> frozenset[tuple[str, str]]:
    """The same of a list that may change by step."""
    return _who(" ".join(sorted(_at(words, step))))


def role_of(kind: str, membership: str) -> str | None:
    """As what he counts in the case that is asked about; None: as nothing."""
    if membership == "member":
        return kind
    across = table()["actors"][kind].get("across")
    return str(across) if membership == "other_side" and across is not None else None


def sees(kind: str, membership: str, step: Step) -> frozenset[str]:
    """The streams of the case he should see."""
    role = role_of(kind, membership)
    return frozenset() if role is None or role == "ambiguous" else _at(table()["actors"][role]["sees"], step)


@cache
def _of_portals(name: str) -> str | None:
    """What of a program may be asked there at all: the row of `portals` that has the endpoint."""
    return next((str(row) for row, names in table()["portals"].items() if name in names.split()), None)


def _open_to_all(name: str) -> bool:
    row = table()["elsewhere"].get(name, {})
    return any(("stranger", "none") in _those(words, Step.PREPARATION) for words in row.values())


def wanted(cell: Cell) -> str:
    """The verdict of a cell. A program is its enterprise's alone: in another's case it is of neither side."""
    if cell.kind != "portal" or _open_to_all(cell.endpoint):
        return _of_people(cell)
    if cell.membership == "none":
        return "anonymous"
    row = _of_portals(cell.endpoint)
    if row is None:
        return "never"
    if cell.membership == "other_side":
        cell = cell._replace(membership="other_case")
    return "binding" if row == "prepare" and cell.membership == "member" else _of_people(cell)


def _of_people(cell: Cell) -> str:
    if cell.endpoint in table()["elsewhere"]:
        return _elsewhere(cell)
    if cell.kind == "stranger":
        return "anonymous"
    role = role_of(cell.kind, cell.membership)
    if role == "ambiguous":
        return "ambiguous"
    if not sees(cell.kind, cell.membership, cell.step) or role is None:
        return "hidden"
    if cell.endpoint not in table()["cases"]:
        return "200"
    return _in_case(str(table()["cases"][cell.endpoint]), table()["actors"][role], cell.step)


def _in_case(row: str, actor: Mapping[str, Any], step: Step) -> str:
    span, _, rest = row.partition(" by ")
    seats, *limits = rest.split(", ")
    if not _within(span, step):
        return "step"
    within = {f"{actor.get('side')} side"} | ({AT_THE_TABLE} if "table" in _at(actor["sees"], step) else set())
    return "may" if within.issuperset(limits) and not _at(actor["is"], step).isdisjoint(seats.split()) else "seat"


def _elsewhere(cell: Cell) -> str:
    row = table()["elsewhere"][cell.endpoint]
    for verdict, words in row.items():
        if (cell.kind, cell.membership) in _those(words, cell.step):
            return str(verdict)
    return "anonymous" if cell.kind == "stranger" else "hidden"


# --- what is asked and answered -----------------------------------------------------------------------------------

_FILLERS: Final = (
    "worker_chief", "employer_chief", "hr", "union_admin", "congress_delegate", "recorder", "authority",
    "district_union", "instructor", "worker",
)  # fmt: skip


def body_of(endpoint: Endpoint, step: Step) -> bytes | None:
    """What is sent: words that suit the case where its chooser finds some, else the example of the API."""
    if endpoint.method in ("GET", "DELETE"):
        return None
    if endpoint.name in table()["bodies"]:
        return json_body(_plain(table()["bodies"][endpoint.name]))
    kind = c.COMMANDS.get(endpoint.name)
    if kind is not None:
        scene = rehearsed("member", step)
        for who in _FILLERS:
            try:
                command = fill(scene.moment(person(who, "member")), kind, Random(3), scene.cast)
            except (LookupError, ValueError, AssertionError, TypeError, AttributeError):
                continue
            return command.model_dump_json(exclude_none=True).encode()
    return json_body(_plain(request_of(endpoint.name) or {}))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value if _json(value) else str(value)


def _json(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool)


ASKED_OF_THEM: Final = 0.15
_SPARED: Final = frozenset({"hidden", "step"})
"""For whom there is no case, and what is out of its steps: at the meeting all are asked, elsewhere some."""


class Run:
    """The cells of one step, asked one after the other; what is carried out is undone before the next."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.document = document_of(ground.house)
        self.failures: list[Failure] = []
        self.cells = 0
        self.spared = 0
        self.entered = 0
        self.answers: Counter[str] = Counter()
        self._absent: dict[tuple[str, str], Said] = {}
        self._params = {name: ground.made.get(str(value)[1:], str(value)) for name, value in table()["params"].items()}

    async def all(self, *, every: bool, seed: int = 0) -> None:
        """Ask the cells of the step. `every`: all there are, also of endpoints that are asked once, at another step;
        else of the many that are alike at every step only some, but for the meeting: `make matrix` asks them all."""
        dice, spare = Random(f"{seed} {self.ground.step}"), not every and self.ground.step is not Step.MEETING
        for endpoint in endpoints(self.document).values():
            if endpoint.name not in rows():
                continue
            if not (every or self.ground.step in steps_of(endpoint)):
                continue
            body = self._named(body_of(endpoint, self.ground.step))
            for cell in cells(endpoint.name, self.ground.step):
                if spare and wanted(cell) in _SPARED and dice.random() > ASKED_OF_THEM:
                    self.spared += 1
                else:
                    await self._one(cell, endpoint, body)

    async def rooms(self) -> None:
        """The room of the case, whoever gave one the ticket: who sees the case hears his streams and no other,
        everybody else what is said where there is no case."""
        for cell in cells("live", self.ground.step):
            token = self.ground.tokens.get(person(cell.kind, cell.membership))
            ear = Ear(self.ground.house, self.ground.house.front, token, self.ground.case)
            await ear.open()
            await ear.close()
            lets_in = wanted(cell._replace(endpoint="get_case")) == "200"
            streams = sees(cell.kind, cell.membership, cell.step) if lets_in else frozenset[str]()
            heard, code = ear.begins(), ear.closed()
            self.entered += 1
            if heard.keys() != streams or (not lets_in and code != _NOT_THERE) or not ear.streams() <= streams:
                self.failures.append(Failure(cell, f"{sorted(streams)}", f"{sorted(heard)}, {code}, {ear.streams()}"))
        self.ground.undo(people=False)

    def _named(self, body: bytes | None) -> bytes | None:
        """A body with the ids of what it calls `$name`."""
        for name, id_ in self.ground.made.items():
            body = body and body.replace(f'"${name}"'.encode(), f'"{id_}"'.encode())
        return body

    async def _one(self, cell: Cell, endpoint: Endpoint, body: bytes | None) -> None:
        verdict = wanted(cell)
        request = self._request(cell, endpoint, body, {**self._params, "case_id": self.ground.case})
        said = await ask(self.ground.house.front, request)
        if said.status < 300 and endpoint.method != "GET":
            self.ground.undo(people=endpoint.name not in c.COMMANDS)
        self.cells += 1
        self.answers[verdict if said.status >= 300 else f"{verdict} {said.status}"] += 1
        wrong = await self._wrong(cell, endpoint, body, verdict, said)
        if wrong:
            self.failures.append(Failure(cell, verdict, wrong))

    def _request(self, cell: Cell, endpoint: Endpoint, body: bytes | None, params: Mapping[str, str]) -> Request:
        token = self.ground.tokens.get(person(cell.kind, cell.membership))
        return Request(endpoint.method, endpoint.at(params), body, "", bearing(token))

    async def _wrong(self, cell: Cell, endpoint: Endpoint, body: bytes | None, verdict: str, said: Said) -> str:
        """What is wrong with an answer, or nothing."""
        if verdict == "hidden":
            return _differs(said, await self._not_there(cell, endpoint, body))
        if not agrees(verdict, said):
            return f"{said.status} {said.code} {' '.join(said.reasons)}".strip()
        return self._shown(cell, said) if verdict == "200" else ""

    async def _not_there(self, cell: Cell, endpoint: Endpoint, body: bytes | None) -> Said:
        """The answer to the same request about what does not exist; if it names nothing, about no endpoint."""
        key = (endpoint.name, cell.membership)
        if key not in self._absent:
            elsewhere = None if body is None else body.replace(b'"enterprise": "A"', b'"enterprise": "nowhere"')
            elsewhere = elsewhere and elsewhere.replace(self.ground.case.encode(), NOWHERE["case_id"].encode())
            request = self._request(cell, endpoint, elsewhere, NOWHERE)
            if "{" not in endpoint.path and elsewhere == body:
                request = request._replace(path="/api/v1/nothing")
            self._absent[key] = await ask(self.ground.house.front, request)
        return self._absent[key]

    def _shown(self, cell: Cell, said: Said) -> str:
        """Of what reads a case: whether it shows these streams and no other."""
        streams = sees(cell.kind, cell.membership, cell.step)
        if cell.endpoint == "get_case":
            found = said.document
            shown = {frozenset(found["me"]["streams"]), frozenset(one for one in found["versions"])}
            strange = [one for one in shown if not one <= streams] or frozenset(found["me"]["streams"]) != streams
            return f"shows {sorted(map(sorted, shown))}, not {sorted(streams)}" if strange else ""
        if cell.endpoint == "get_timeline":
            shown_in = {one["stream"] for one in said.document["rows"]}
            return "" if shown_in <= streams else f"shows events of {sorted(shown_in - streams)}"
        return ""


def agrees(verdict: str, said: Said) -> bool:
    """Whether an answer is one the verdict allows."""
    if verdict == "anonymous":
        return said.status == 401 and said.code == "not_signed_in"
    if verdict == "never":
        return said.status == 403 and said.code == "not_for_portals"
    if verdict == "binding":
        return said.status == 403 and said.code == "binding_act" and "/negotiations/" in said.document.get("link", "")
    if verdict == "ambiguous":
        return said.status == 422 and said.code == "acting_as_required"
    if verdict == "seat":
        return said.status == 409 and "not_your_seat" in said.reasons
    if verdict == "step":
        return said.status == 409 and "not_in_this_step" in said.reasons
    if verdict == "open":
        return said.status not in (403, 404, 405) and said.code != "not_signed_in" and said.status < 500
    if verdict == "may":
        asked = said.status in (200, 201, 202, 204, 409, 422) and said.code not in ("malformed", "acting_as_required")
        return asked and _OF_THE_ASKER.isdisjoint(said.reasons)
    return said.status == int(verdict)


_OWN_COUNT: Final = frozenset({b"ratelimit", b"ratelimit-policy"})
"""Of what quota a portal has how much left: one less with each request of its own, whatever it asks."""


def _differs(said: Said, absent: Said) -> str:
    if said.but_for(_OWN_COUNT) == absent.but_for(_OWN_COUNT) and said.status == 404:
        return ""
    return f"{said.status} {said.code} of {len(said.body)} bytes, where what does not exist answers {absent.status}"


def steps_of(endpoint: Endpoint) -> tuple[Step, ...]:
    """The steps at which an endpoint is asked in every run: what reads no case stands at no step, and is asked once."""
    return STEPS if "{case_id}" in endpoint.path or endpoint.name in _AMONG_CASES else (Step.MEETING,)


def cells(endpoint: str, step: Step) -> Iterator[Cell]:
    """The cells of one endpoint at a step; a stranger has no membership."""
    for kind in KINDS:
        for membership in MEMBERSHIPS if kind != "stranger" else ("none",):
            yield Cell(endpoint, kind, membership, step)


def run(step: Step, *, every: bool = False, seed: int = 0) -> Run:
    """The cells of a step; see `Run.all`."""
    with prepared(step) as ground:
        made = Run(ground)
        asyncio.run(made.all(every=every, seed=seed))
        if every or step in _ROOMS_AT:
            asyncio.run(made.rooms())
        return made


def main() -> int:
    """Run every cell of every step; says how many, and names those that failed."""
    began, failures, total, answers = time.monotonic(), list[Failure](), 0, Counter[str]()
    wanted_steps = [one for one in STEPS if not sys.argv[1:] or one.value in sys.argv[1:]]
    for step in wanted_steps:
        made = run(step, every=True)
        failures += made.failures
        total += made.cells
        answers += made.answers
    for one in failures:
        print(one)
    print(", ".join(f"{name}: {count}" for name, count in sorted(answers.items())))
    print(f"matrix: {total} cells run, {len(failures)} failed, {time.monotonic() - began:.0f} s")
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
