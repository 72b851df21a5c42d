"""The dossier of a filing: what is to be handed in and what is there, every time it was filed, and what the authority
said of it (HZ 40; ZJ 34; N2004 42-47). Made of the streams that the authority sees too, and of nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from cloudnego.core import events as e
from cloudnego.core.commands import DraftClauseFact
from cloudnego.core.pack import FilingItem, Level, Text2
from cloudnego.core.redline import ClauseChange, redline
from cloudnego.core.steps.filing import EMPLOYER_SEATS
from cloudnego.core.vocabulary import Seat, Stream
from cloudnego.papers.contract import passed_drafts, wordings
from cloudnego.papers.kinds import Possible
from cloudnego.papers.sources import Source, day_of, words
from cloudnego.papers.store import Paper
from cloudnego.ports import Recorded
from cloudnego.texts import Said, say

OF: Final = frozenset({Stream.NOTICE, Stream.FILING})
"""What a dossier is made of."""

_FILED_AS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "contract": (("D14", ""),),
    "explanation": (("D16", ""),),
    "course_statement": (("D16", ""),),
    "resolution": (("D13", "resolution-"), ("D13", "counts-")),
    "passage_report": (("D13", "resolution-"), ("D13", "counts-")),
    "rep_list": (("D1", ""), ("D2", "")),
    "rep_details": (("D1", ""),),
    "parties_and_reps": (("D1", ""), ("D2", "")),
    "offer_and_reply": (("D6", ""), ("D7", "")),
}
"""Which papers of ours an item of a pack is: kind, and how what it is about begins. A licence is nobody's to print."""

_OF_THE_DRAFT: Final = frozenset({"D13", "D14", "D16"})
"""Kinds there is one of for every draft that was passed: only the one of the last is filed."""

COVER: Final = "D15"
LETTER: Final = "D17"


class ItemState(StrEnum):
    """Whether an item is there. `handed_in`: with a paper the platform makes of the facts; `from_paper`: as paper or
    scan; `ready`: it can be handed in as it is; `missing`: it has to be brought."""

    HANDED_IN = "handed_in"
    FROM_PAPER = "from_paper"
    READY = "ready"
    MISSING = "missing"


class FiledPaper(Struct, frozen=True, kw_only=True):
    """A paper of the platform that belongs to an item. `number`, `sha256`: once it was made of these very facts."""

    doc: str
    about: str
    kind: Said
    facts_hash: str
    number: str | None
    sha256: str | None


class DossierItem(Struct, frozen=True, kw_only=True):
    """One thing that is to be handed in. `asked`: the authority asked for it and still waits."""

    code: str
    name: Text2
    level: Level
    articles: tuple[str, ...]
    state: ItemState
    asked: bool
    cure: tuple[Seat, ...]
    papers: tuple[FiledPaper, ...]


class Supplement(Struct, frozen=True, kw_only=True):
    """The authority asked for more. `given`: what came since, with its days; `left`: what it still waits for."""

    asked_on: date
    items: tuple[str, ...]
    reason: str | None
    given: tuple[tuple[date, tuple[str, ...]], ...] = ()
    left: tuple[str, ...] = ()


class Objected(Struct, frozen=True, kw_only=True):
    """A clause that was objected to, with the article; `head` is null where the draft has no such clause."""

    clause: str
    head: str | None
    article: str


class Objection(Struct, frozen=True, kw_only=True):
    """The authority objected. `external`: on paper; `served_on`: the day it reached the sides; `letter`: its opinion as
    the platform prints it."""

    fact: str
    on: date
    served_on: date | None
    external: bool
    clauses: tuple[Objected, ...]
    opinion: str | None
    letter: FiledPaper | None = None


class Filed(Struct, frozen=True, kw_only=True):
    """One time it was filed. `by`: who handed it in; `evidence`: SHA-256 of the scan, where there is one."""

    n: int
    on: date
    by: str
    from_paper: bool
    evidence: str | None
    channel: str
    items: tuple[str, ...]
    copies: int
    term_from: date
    expires_on: date
    draft_hash: str | None
    received_on: date | None = None
    receipt_no: str | None = None
    received_by: str | None = None
    supplements: tuple[Supplement, ...] = ()
    objection: Objection | None = None


class InForce(Struct, frozen=True, kw_only=True):
    """That it is in force: by an opinion without objection, by silence, or as both sides declared."""

    why: str
    from_day: date
    until: date


class Confirmation(Struct, frozen=True, kw_only=True):
    """Review outside the platform is over: it is in force from `from_day` once both sides declare that no objection
    came; the days on which they did."""

    from_day: date
    worker: date | None = None
    employer: date | None = None


class Dossier(Struct, frozen=True, kw_only=True):
    """The whole file. `clauses`: of the draft that was passed last, with their words; `changes`: against the draft that
    was filed before, `compared_with` the day of that; empty where it was filed once."""

    items: tuple[DossierItem, ...]
    filings: tuple[Filed, ...]
    draft: e.DraftSubmitted | None
    signed_hash: str | None
    in_force: InForce | None
    confirmation: Confirmation | None
    changes: tuple[ClauseChange, ...]
    compared_with: date | None

    @property
    def open(self) -> Filed | None:
        """The filing that was not objected to."""
        last = self.filings[-1] if self.filings else None
        return last if last is not None and last.objection is None else None


def dossier(source: Source, can: Sequence[Possible], made: Sequence[Paper]) -> Dossier:
    """The dossier of a case. `can`, `made`: papers that can be made and that were, as far as its reader sees them."""
    narrowed = source.within(OF)
    drafts = [draft for draft, _, _ in passed_drafts(narrowed)]
    filings, behind = _filings(narrowed)
    last = drafts[-1] if drafts else None
    signed, force = _standing(narrowed)
    before = _before(filings, behind, last)
    found = Dossier(
        items=(), filings=tuple(filings), draft=last, signed_hash=signed, in_force=force,
        confirmation=_confirmation(narrowed),
        changes=redline(wordings(before[0]), wordings(last)) if before is not None and last is not None else (),
        compared_with=before[1] if before is not None else None,
    )  # fmt: skip
    row = source.law.pack.filing
    letters = {one.about: one for one in _letters(can, made)}
    found = replace(found, filings=tuple(_with_letter(one, letters) for one in found.filings))
    items = tuple(_item(one, row.cite, found, _papers(one.code, last, can, made)) for one in row.items)
    return replace(found, items=items)


def _standing(source: Source) -> tuple[str | None, InForce | None]:
    """The hash both signed, and that it is in force; an objection takes the effect, a new draft the signatures."""
    signed: str | None = None
    force: InForce | None = None
    for one in source.events:
        match one.event:
            case e.ContractSigned(document_hash=document, both=True):
                signed = document
            case e.ContractInForce() as it:
                force = InForce(why=it.why, from_day=it.in_force_from, until=it.expires_on)
            case e.ContractObjected():
                force = None
            case e.DraftSubmitted() | e.ClericalNoted(complete=True):
                signed = None
            case _:
                pass
    return signed, force


def _confirmation(source: Source) -> Confirmation | None:
    """The declarations of the filing that is open; an objection that surfaces after all ends them."""
    found: Confirmation | None = None
    for one in source.events:
        match one.event:
            case e.ConfirmationOpened(in_force_from=day):
                found = Confirmation(from_day=day)
            case e.NoObjectionConfirmed(side=side) if found is not None:
                found = replace(found, **{side.value: day_of(one)})
            case e.ContractObjected() | e.ContractFiled() | e.ContractInForce():
                found = None
            case _:
                pass
    return found


def _before(
    filings: Sequence[Filed], behind: Sequence[e.DraftSubmitted | None], last: e.DraftSubmitted | None
) -> tuple[e.DraftSubmitted, date] | None:
    """The draft that was filed before the last one, and when; None where what is filed is the first."""
    for filed, draft in zip(reversed(filings), reversed(behind), strict=True):
        if draft is not None and last is not None and draft.draft_hash != last.draft_hash:
            return draft, filed.on
    return None


def _papers(
    code: str, draft: e.DraftSubmitted | None, can: Sequence[Possible], made: Sequence[Paper]
) -> tuple[FiledPaper, ...]:
    wanted = _FILED_AS.get(code, ())
    ends = draft.draft_hash[:16] if draft is not None else ""
    found = []
    for one in can:
        facts = one.facts
        if not any(facts.doc == doc and facts.about.startswith(begins) for doc, begins in wanted):
            continue
        if facts.title_en is not None or (facts.doc in _OF_THE_DRAFT and not facts.about.endswith(ends)):
            continue  # the text in two languages is for reading: what is filed is Chinese
        found.append(_paper(one, made))
    return tuple(found)


def _paper(one: Possible, made: Sequence[Paper]) -> FiledPaper:
    facts = one.facts
    paper = next((each for each in made if each.facts_hash == facts.hash), None)
    return FiledPaper(
        doc=facts.doc, about=facts.about, kind=say(f"paper.titles.{facts.doc}"), facts_hash=facts.hash,
        number=paper.number if paper is not None and paper.size else None,
        sha256=paper.file_hash if paper is not None else None,
    )  # fmt: skip


def _letters(can: Sequence[Possible], made: Sequence[Paper]) -> list[FiledPaper]:
    """The opinions of the authority; each is about the event that gave it."""
    return [_paper(one, made) for one in can if one.facts.doc == LETTER]


def _with_letter(one: Filed, letters: Mapping[str, FiledPaper]) -> Filed:
    if one.objection is None or one.objection.fact not in letters:
        return one
    return replace(one, objection=replace(one.objection, letter=letters[one.objection.fact]))


def _item(one: FilingItem, cite: tuple[str, ...], file: Dossier, papers: tuple[FiledPaper, ...]) -> DossierItem:
    filed = file.open
    handed_in = filed is not None and one.code in filed.items
    asked = filed is not None and any(one.code in more.left for more in filed.supplements)
    if handed_in and not asked:
        state = ItemState.HANDED_IN if papers else ItemState.FROM_PAPER
    else:
        state = ItemState.READY if papers and not asked else ItemState.MISSING
    there = state in (ItemState.HANDED_IN, ItemState.FROM_PAPER)
    return DossierItem(
        code=one.code, name=one.name, level=one.level, articles=cite, state=state, asked=asked,
        cure=() if there else EMPLOYER_SEATS, papers=papers,
    )  # fmt: skip


def _filings(source: Source) -> tuple[list[Filed], list[e.DraftSubmitted | None]]:
    """Every filing, oldest first, and the draft behind each."""
    found: list[Filed] = []
    behind: list[e.DraftSubmitted | None] = []
    draft: e.DraftSubmitted | None = None
    for one in source.events:
        if isinstance(one.event, e.DraftSubmitted):
            draft = one.event
        elif isinstance(one.event, e.ContractFiled):
            found.append(_filed(one, one.event, len(found) + 1, draft))
            behind.append(draft)
        elif found:
            found[-1] = _went_on(found[-1], one, behind[-1])
    return found, behind


def _filed(one: Recorded, event: e.ContractFiled, n: int, draft: e.DraftSubmitted | None) -> Filed:
    return Filed(
        n=n, on=day_of(one), by=one.actor, from_paper=event.from_paper,
        evidence=event.evidence.sha256 if event.evidence is not None else None, channel=event.channel,
        items=event.items, copies=event.copies, term_from=event.term_from, expires_on=event.expires_on,
        draft_hash=draft.draft_hash if draft is not None else None,
    )  # fmt: skip


def _went_on(filed: Filed, one: Recorded, draft: e.DraftSubmitted | None) -> Filed:
    """What an event does to the filing it came after."""
    match one.event:
        case e.FilingReceived() as received:
            return replace(
                filed, received_on=day_of(one), receipt_no=words(received, "receipt_no"), received_by=one.actor
            )
        case e.SupplementRequested() as asked:
            more = Supplement(asked_on=day_of(one), items=asked.items, reason=words(asked, "reason"), left=asked.items)
            return replace(filed, supplements=(*filed.supplements, more))
        case e.PapersSupplied() as given:
            items = (*filed.items, *(code for code in given.items if code not in filed.items))
            return replace(filed, items=items, supplements=_given(filed.supplements, day_of(one), given.items))
        case e.ContractObjected() as no:
            heads = _heads(draft.clauses if draft is not None else ())
            clauses = tuple(Objected(clause=x.clause, head=heads.get(x.clause), article=x.article) for x in no.clauses)
            objection = Objection(
                fact=f"{one.stream.value}.{one.seq}", on=day_of(one),
                served_on=no.served.on if no.served is not None else None, external=no.external,
                clauses=clauses, opinion=words(no, "opinion"),
            )  # fmt: skip
            return replace(filed, objection=objection)
        case _:
            return filed


def _given(asked: tuple[Supplement, ...], on: date, items: tuple[str, ...]) -> tuple[Supplement, ...]:
    return tuple(
        replace(one, given=(*one.given, (on, items)), left=tuple(code for code in one.left if code not in items))
        if set(one.left) & set(items) else one
        for one in asked
    )  # fmt: skip


def _heads(clauses: Sequence[DraftClauseFact]) -> dict[str, str]:
    return {one.clause: one.head for one in clauses}
