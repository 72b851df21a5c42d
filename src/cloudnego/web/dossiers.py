"""The dossier of a filing over HTTP: for who files it, who is bound by it and who reviews it; and as one file to take
to an authority outside the platform."""

from __future__ import annotations

import zipfile
from collections.abc import Collection, Iterator
from datetime import date
from io import BytesIO
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core import clauses as texts
from cloudnego.core.commands import DraftClauseFact
from cloudnego.core.deadlines import running
from cloudnego.core.events import Reference
from cloudnego.core.moment import Law
from cloudnego.core.pack import Text2
from cloudnego.core.redline import ClauseChange
from cloudnego.core.sight import moment_of
from cloudnego.core.state import Clause
from cloudnego.core.steps.filing import silent_until
from cloudnego.core.vocabulary import Side, Stream
from cloudnego.files.sheets import table
from cloudnego.papers.assembly import Sitting, sittings
from cloudnego.papers.dossier import COVER, OF, Confirmation, Dossier, DossierItem, Filed, InForce, ItemState, dossier
from cloudnego.papers.kinds import possible
from cloudnego.papers.parts import bench_of
from cloudnego.papers.pen import blank_day
from cloudnego.papers.sources import Source
from cloudnego.papers.store import Paper
from cloudnego.texts import Said, say
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import tagged
from cloudnego.web.case_documents import names_of
from cloudnego.web.case_views import deadline_document
from cloudnego.web.cases import Found, find, pinned_law
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.documents import DeadlineDocument, ObstacleDocument
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem, obstacle_as_said
from cloudnego.web.papers import source_of
from cloudnego.web.queries import ActingAs, CaseId
from cloudnego.web.site import Site
from cloudnego.web.viewing import noted, shown_of_paper

ZIP: Final = "application/zip"
_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
_BESIDE: Final = {
    texts.RAISE: ("guideline_lower", "guideline_benchmark", "guideline_upper", "regional_raise"),
    texts.MINIMUM: ("minimum_wage", "regional_minimum"),
}
"""Which reference values lie beside a clause, by the value it has."""

router = Endpoints(prefix="/api/v1", tags=["negotiations"])


class DossierReference(msgspec.Struct, frozen=True, kw_only=True):
    """A reference value of the case that lies beside a clause."""

    kind: str
    period: str
    fen: int | None
    rate: str | None
    source: str


class DossierClause(msgspec.Struct, frozen=True, kw_only=True):
    """A clause as it was passed; `prose` is null where it was erased. `notes`: what the law of the case says against
    it; `references`: what it is held against; `objected`: with which article it was objected to when filed last."""

    clause: str
    head: str
    values: tuple[dict[str, Any], ...]
    prose: str | None
    notes: tuple[ObstacleDocument, ...]
    references: tuple[DossierReference, ...]
    objected: str | None


class DossierCheck(msgspec.Struct, frozen=True, kw_only=True):
    """Something the platform has looked at. `ok`: null where it cannot be said yet, or is for people to judge."""

    code: str
    ok: bool | None
    sentence: Said
    articles: tuple[str, ...]


class DossierDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The dossier. `seen`: whether the reader sees the filing; who does not reads what has to be filed, and no more.

    `review`: the authority's days as they run; `supplement_stops`: whether they stand still while it waits for papers;
    `note`: what of that is the platform's reading. `confirmation`: where it is reviewed outside, the words of both
    sides that no objection came; who says nothing for `silence_wd` working days, until `silent_until`, is taken to
    agree. `changes`: against what was filed before, on `compared_with`.
    """

    today: date
    seen: bool
    items: tuple[DossierItem, ...]
    filings: tuple[Filed, ...]
    checks: tuple[DossierCheck, ...]
    clauses: tuple[DossierClause, ...]
    draft_hash: str | None
    changes: tuple[ClauseChange, ...]
    compared_with: date | None
    review: DeadlineDocument | None
    file_by: DeadlineDocument | None
    supplement_stops: bool
    copies: int
    note: Text2 | None
    in_force: InForce | None
    confirmation: Confirmation | None
    silent_until: date | None
    silence_wd: int
    names: dict[str, str]


@router.get(
    "/negotiations/{case_id}/dossier", **described("get_dossier", DossierDocument, codes=OF_A_CASE, tagged=True)
)
async def get_dossier(
    request: Request, site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None
) -> Response:
    """What has to be filed and what is there, every filing with what the authority said, and what was checked."""
    found = await find(site, who, case_id, acting_as)
    return tagged(request, await site.threads.run(_document, site, found))


@router.get(
    "/negotiations/{case_id}/dossier-file",
    **described("get_dossier_file", None, codes=OF_A_CASE, gives=(ZIP,)),
)
async def get_dossier_file(site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None) -> Response:
    """The dossier as one file: its papers as PDF, as far as they were made, and a list of what has to be brought."""
    found = await find(site, who, case_id, acting_as)
    if Stream.FILING not in found.streams:
        raise Problem("not_found")
    content, papers = await site.threads.run(_file, site, found)
    headers = {"Content-Disposition": f'attachment; filename="{found.id}-dossier.zip"', "Cache-Control": "no-store"}
    shown = [one for paper in papers for one in shown_of_paper(found, paper)]
    return await noted(site, who, found, shown, Response(content, 200, headers, ZIP))


# --- the document -------------------------------------------------------------------------------------------------


def _document(site: Site, found: Found) -> DossierDocument:
    law, seen = pinned_law(site, found.case), Stream.FILING in found.streams
    source = source_of(site, found)
    if not seen:  # what he sees says nothing of what was filed
        source = msgspec.structs.replace(source, events=())
    can = list(possible(source, found.streams)) if seen else []
    file = dossier(source, can, site.papers.of_case(found.id, found.streams) if seen else [])
    persons = {one for filed in file.filings for one in (filed.by, filed.received_by) if one is not None}
    row = law.pack.filing
    return DossierDocument(
        today=found.at.date(), seen=seen, items=file.items, filings=file.filings,
        checks=tuple(_checks(found, law, source, file)) if seen else (),
        clauses=_clauses(found, law, file),
        draft_hash=file.draft.draft_hash if file.draft is not None else None,
        changes=file.changes, compared_with=file.compared_with,
        review=_term(found, law, "review") if seen else None, file_by=_term(found, law, "file") if seen else None,
        supplement_stops=row.supplement_stops, copies=row.copies, note=row.note, in_force=file.in_force,
        confirmation=file.confirmation,
        silent_until=silent_until(found.standing(law)) if file.confirmation is not None else None,
        silence_wd=row.confirm_silence_wd,
        names=names_of(site, found, persons, set()) if persons else {},
    )  # fmt: skip


def _term(found: Found, law: Law, timer: str) -> DeadlineDocument | None:
    term = running(found.case, law, timer)
    return None if term is None else deadline_document(found, law, term)


def _clauses(found: Found, law: Law, file: Dossier) -> tuple[DossierClause, ...]:
    draft = file.draft
    if draft is None:
        return ()
    words = draft.words or {}
    last = file.filings[-1].objection if file.filings else None
    against = {one.clause: one.article for one in last.clauses} if last is not None else {}
    return tuple(
        DossierClause(
            clause=one.clause, head=one.head,
            values=tuple(value.model_dump(mode="json") for value in one.values),
            prose=words.get(f"clauses.{place}.prose"), notes=tuple(_notes(found, law, one)),
            references=tuple(_beside(found, one)), objected=against.get(one.clause),
        )
        for place, one in enumerate(draft.clauses)
    )  # fmt: skip


def _notes(found: Found, law: Law, one: DraftClauseFact) -> Iterator[ObstacleDocument]:
    """What the law says against a clause: the very rules it met at the table."""
    m = moment_of(found.standing(law), found.member)
    clause = Clause(head=one.head, side=Side.EMPLOYER, values=one.values, text_hash="")
    for rule in (texts.above_the_floor, texts.above_the_regional, texts.quota_within_reach):
        obstacle = rule(m, clause)
        if obstacle is not None:
            yield msgspec.convert(obstacle_as_said(obstacle, law.pack), ObstacleDocument)


def _beside(found: Found, one: DraftClauseFact) -> Iterator[DossierReference]:
    """The latest of each kind, as the case holds it: that stands where all see it."""
    kinds = [kind for value in one.values for kind in _BESIDE.get(value.name, ())]
    for kind in dict.fromkeys(kinds):
        known: list[Reference] = [ref for ref in found.case.references if ref.kind == kind]
        if known:
            ref = max(known, key=lambda each: each.period)
            yield DossierReference(kind=kind, period=ref.period, fen=ref.fen, rate=ref.rate, source=ref.source)


# --- what was checked ---------------------------------------------------------------------------------------------


def _checks(found: Found, law: Law, source: Source, file: Dossier) -> Iterator[DossierCheck]:
    if file.draft is None:
        return
    pack, narrowed = law.pack, source.within(OF)
    sitting = next((one for one in reversed(sittings(narrowed)) if one.result == "passed"), None)
    signed = None if file.signed_hash is None else file.signed_hash == file.draft.draft_hash
    yield _check("signed", signed, pack.congress_for(found.case.scope).cite, hash=file.draft.draft_hash[:8].upper())
    if sitting is not None and sitting.counts is not None:
        yield _ballot(pack.congress_for(found.case.scope).cite, sitting)
    for side in Side:
        bench = bench_of(narrowed, side)
        outside = sum(rep.outside for rep in bench.reps)
        yield _check(
            f"bench_{side.value}", None, pack.bench_for(found.case.scope).cite, n=len(bench.reps), outside=outside
        )
    hard = [one for one in file.items if one.state is ItemState.MISSING and one.level == "hard"]
    names = {language: "、".join(getattr(one.name, language) for one in hard) for language in ("zh", "en")}
    yield _check("complete", not hard, pack.filing.cite, n=len(file.items), left=names)
    filed, term = file.open, running(found.case, law, "file")
    if filed is not None and term is not None and term.latest is not None:
        yield _check("in_time", filed.on <= term.latest, term.articles, on=_day(filed.on), latest=_day(term.latest))
    known = {one.head for one in file.draft.clauses}
    left = [one for one in pack.topics.heads if one.code not in known]
    heads = {language: "、".join(getattr(one.name, language) for one in left) for language in ("zh", "en")}
    yield _check("heads", None if left else True, pack.topics.cite, n=len(pack.topics.heads), left=heads)


def _day(on: date) -> dict[str, str]:
    return dict(zip(("zh", "en"), blank_day(on), strict=True))


def _ballot(cite: tuple[str, ...], sitting: Sitting) -> DossierCheck:
    counts = sitting.counts
    assert counts is not None
    return _check(
        "ballot", True, cite,
        total=counts.total, present=counts.present, yes=counts.yes, needed=counts.needed,
    )  # fmt: skip


def _check(code: str, ok: bool | None, articles: tuple[str, ...], /, **facts: object) -> DossierCheck:
    """`facts` in both languages, where a fact is a mapping of them."""
    word = {True: "yes", False: "no", None: "open"}[ok]
    key = f"dossier.checks.{code}.{word}"
    of = {
        language: {name: fact[language] if isinstance(fact, dict) else fact for name, fact in facts.items()}
        for language in ("zh", "en")
    }
    sentence = Said(zh=say(key, of["zh"])["zh"], en=say(key, of["en"])["en"])
    return DossierCheck(code=code, ok=ok, sentence=sentence, articles=articles)


# --- the file -----------------------------------------------------------------------------------------------------


_COLUMNS: Final = ("n", "item", "how", "file", "number", "sha256")


def _file(site: Site, found: Found) -> tuple[bytes, list[Paper]]:
    """The zip, and the papers in it."""
    source = source_of(site, found)
    can, made = list(possible(source, found.streams)), site.papers.of_case(found.id, found.streams)
    file = dossier(source, can, made)
    covers = {one.facts.hash for one in can if one.facts.doc == COVER}
    whole = {one.facts_hash: one for one in made if one.size}
    rows: list[tuple[object, ...]] = [tuple(say(f"dossier.index.{key}")["zh"] for key in _COLUMNS)]
    papers: list[Paper] = []
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as bundle:
        for n, (code, name, hashes) in enumerate(_contents(file, covers)):
            for one in (whole[each] for each in hashes if each in whole):
                at = f"{n:02}-{code}-{one.doc}-{one.seq}.pdf"
                _write(bundle, at, site.papers.content(one)[1])
                rows.append((n, name, say("dossier.index.here")["zh"], at, one.number, one.file_hash))
                papers.append(one)
            if not any(each in whole for each in hashes):
                rows.append((n, name, say(f"dossier.index.{'to_make' if hashes else 'on_paper'}")["zh"], "", "", ""))
        _write(bundle, "index.csv", table(rows))
    return out.getvalue(), papers


def _contents(file: Dossier, covers: Collection[str]) -> Iterator[tuple[str, str, list[str]]]:
    """Code and name of each item, and the hashes of the facts of its papers; first the form."""
    yield "form", say("paper.titles.D15")["zh"], sorted(covers)
    for item in file.items:
        yield item.code.replace("_", "-"), item.name.zh, [one.facts_hash for one in item.papers]


def _write(bundle: zipfile.ZipFile, name: str, content: bytes) -> None:
    """The same bytes make the same file, whenever it is packed."""
    bundle.writestr(zipfile.ZipInfo(name, _LONG_AGO), content)
