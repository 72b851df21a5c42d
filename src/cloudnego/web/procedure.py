"""The procedure and the packs as anyone may read them: the nine steps, who may ask what, terms and articles."""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated, Any, Final

import msgspec
from fastapi import Path, Query
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.asks import Place
from cloudnego.core.commands import Command
from cloudnego.core.pack import Level, Pack, Text2, Unit
from cloudnego.core.procedure import PLACES
from cloudnego.core.vocabulary import STEPS, Mode, Seat, Side, Step, Stream
from cloudnego.law import PackError, pack_texts, shipped_pack
from cloudnego.web.account import TheSite
from cloudnego.web.answers import plain, tagged
from cloudnego.web.commands import PREFIX, asked_by_people, kebab
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem

router = Endpoints(prefix="/api/v1", tags=["procedure"])

_CITED: Final = re.compile(r"\b([A-Z]+[0-9]*) ([0-9]+)")
_OPEN: Final[dict[str, Any]] = {"tagged": True, "open_to_all": True, "always": ("defect",)}  # no database is asked
PackId = Annotated[str, Path(pattern=r"^[a-z0-9\-]{1,40}$")]
PackQuery = Annotated[str | None, Query(pattern=r"^[a-z0-9\-]{1,40}$")]


class AskDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that may be asked: by which seats, from which step to which, at which address.

    `sees`: its words name things of this stream, so only who sees it is asked.
    """

    command: str
    path: str
    summary: str
    by: tuple[Seat, ...]
    side: Side | None
    sees: Stream | None
    binding: bool
    on_paper: bool
    first: Step
    last: Step
    articles: tuple[str, ...]


class StepDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One of the nine steps. `asks`: those that begin to be open in it."""

    number: int
    code: Step
    mode: Mode
    name: Text2
    asks: tuple[AskDocument, ...]


class TimerDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One statutory term: `n` units from the fact `start` until the fact `until`."""

    name: str
    label: Text2
    start: str
    until: str
    n: int
    unit: Unit
    before: bool
    level: Level
    articles: tuple[str, ...]


class PackDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A pack's head. `verified_by` is null until somebody in the district compared it with the text."""

    id: str
    version: str
    name: Text2
    based_on: tuple[str, ...]
    text_date: str | None
    verified_by: str | None
    verified_at: str | None


class ProcedureDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The nine steps under one pack."""

    pack: PackDocument
    steps: tuple[StepDocument, ...]
    timers: tuple[TimerDocument, ...]


class Packs(msgspec.Struct, frozen=True, kw_only=True):
    """The packs this server ships; `default` is the one a district gets that names none."""

    default: str
    packs: tuple[PackDocument, ...]


class PackWhole(msgspec.Struct, frozen=True, kw_only=True):
    """A pack with every row: value, level, articles. `rows` as in the source."""

    pack: PackDocument
    rows: dict[str, Any]


def _head(pack: Pack) -> PackDocument:
    return PackDocument(**{name: getattr(pack, name) for name in PackDocument.__struct_fields__})


def _ask(kind: type[Command], place: Place, pack: Pack) -> AskDocument:
    name = kind.model_fields["type"].default
    said = " ".join((kind.__doc__ or "").split())
    cited = [f"{source} {article}" for source, article in _CITED.findall(said) if source in pack.sources]
    opening = {"open_case": PREFIX, "register_contract": f"{PREFIX}/register-contract"}
    return AskDocument(
        command=name,
        path=opening.get(name, f"{PREFIX}/{{id}}/{kebab(name)}"),
        summary=said,
        by=tuple(sorted(place.ask.by)),
        side=place.ask.side,
        sees=place.ask.sees,
        binding=kind.binding,
        on_paper=place.ask.on_paper and "on_paper" in kind.model_fields,
        first=place.first,
        last=place.last,
        articles=tuple(dict.fromkeys(cited)),
    )


def _asks(step: Step, pack: Pack) -> tuple[AskDocument, ...]:
    return tuple(
        _ask(kind, place, pack) for kind, place in PLACES.items() if place.first is step and asked_by_people(kind)
    )


@cache
def procedure_of(pack_id: str) -> ProcedureDocument:
    """The nine steps under a shipped pack. Raises `PackError`."""
    pack = shipped_pack(pack_id)
    rows = {row.code: row for row in pack.steps}
    steps = tuple(
        StepDocument(
            number=rows[step].number,
            code=step,
            mode=rows[step].mode,
            name=rows[step].name,
            asks=_asks(step, pack),
        )
        for step in STEPS
    )
    timers = tuple(
        TimerDocument(
            name=timer.name,
            label=timer.label,
            start=timer.start,
            until=timer.until,
            n=timer.n,
            unit=timer.unit,
            before=timer.before,
            level=timer.level,
            articles=timer.cite,
        )
        for timer in pack.timers.values()
    )
    return ProcedureDocument(pack=_head(pack), steps=steps, timers=timers)


@router.get("/procedure", **described("procedure", ProcedureDocument, codes=("not_found", "malformed"), **_OPEN))
async def procedure(request: Request, site: TheSite, pack: PackQuery = None) -> Response:
    """The nine steps, who may ask what in them, and the terms that run: of the default pack or of another."""
    try:
        return tagged(request, procedure_of(pack or site.default_pack.id))
    except PackError:
        raise Problem("not_found") from None


@router.get("/packs", **described("packs", Packs, **_OPEN))
async def packs(request: Request, site: TheSite) -> Response:
    """The packs this server ships."""
    found = tuple(_head(shipped_pack(pack_id)) for pack_id in sorted(pack_texts()))
    return tagged(request, Packs(default=site.default_pack.id, packs=found))


@router.get("/packs/{pack_id}", **described("pack", PackWhole, codes=("not_found", "malformed"), **_OPEN))
async def one_pack(request: Request, pack_id: PackId) -> Response:
    """One pack, every value with its level and its articles."""
    try:
        pack = shipped_pack(pack_id)
    except PackError:
        raise Problem("not_found") from None
    return tagged(request, PackWhole(pack=_head(pack), rows=plain(pack)))
