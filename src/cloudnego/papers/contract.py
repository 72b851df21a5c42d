"""The wage contract: the draft before the vote and the text that both chiefs sign, word for word as it was agreed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, Final

from msgspec import Struct
from pydantic import TypeAdapter

from cloudnego.core import events as e
from cloudnego.core.commands import Value
from cloudnego.core.redline import Wording, redline
from cloudnego.core.vocabulary import Side
from cloudnego.core.wordings import Told, lying
from cloudnego.papers.facts import Block, Facts, Fields, Items, Redlined, Run, Sign, Signs, Table, Text
from cloudnego.papers.parts import bench_of, chief_signs, covered, law, sheet
from cloudnego.papers.pen import Pen, blank_day, called, side_said, value
from cloudnego.papers.sources import Source, day_of, words


class Clause(Struct, frozen=True, kw_only=True):
    """A clause with its prose; None where it was erased."""

    head: str
    values: tuple[Value, ...]
    prose: str | None


def laid(source: Source, pen: Pen) -> Iterator[Facts]:
    """D12 as the clauses lie on the table, for who sits at it: agreed or not."""
    entries = source.entries(e.ClausePut, e.ClauseDropped)
    told = [Told(one.seq, one.at, one.actor, one.event) for one in entries]
    lay = lying(told, [head.code for head in source.heads])
    if not lay:
        return
    clauses = [Clause(head=one.head, values=tuple(one.values), prose=one.prose) for one in lay]
    agreed = source.last(e.MinutesWritten)
    blocks = _body(source, pen, clauses, agreed.draft_hash if agreed is not None else None)
    yield sheet(
        source, pen, ("D12", "table"), [pen.text("at_the_table", "small"), *blocks], day_of(entries[-1]), title="draft"
    )


def submitted(source: Source, pen: Pen) -> Iterator[Facts]:
    """D12 as it was submitted to the congress, for all who vote on it."""
    for one in source.entries(e.DraftSubmitted):
        draft = one.event
        assert isinstance(draft, e.DraftSubmitted)
        blocks = _body(source, pen, _of(draft), draft.draft_hash)
        yield sheet(source, pen, ("D12", draft.draft_hash[:16]), blocks, day_of(one), title="draft")


def contract(source: Source, pen: Pen) -> Iterator[Facts]:
    """D14: what the congress passed, to be signed by both chiefs (HZ 28)."""
    for draft, passed, on in passed_drafts(source):
        blocks = [
            *_body(source, pen, _of(draft), draft.draft_hash),
            pen.heading("passing"),
            pen.text("passed", day=blank_day(on), hash=passed.draft_hash[:16]),
            chief_signs(source, pen, Side.WORKER, Side.EMPLOYER),
        ]
        yield sheet(source, pen, ("D14", draft.draft_hash[:16]), blocks, on)


def changes(source: Source, pen: Pen) -> Iterator[Facts]:
    """D12 against the draft the congress had before: what was taken out and put in, clause by clause."""
    drafts = source.entries(e.DraftSubmitted)
    for before, after in pairwise(drafts):
        old, new = before.event, after.event
        assert isinstance(old, e.DraftSubmitted) and isinstance(new, e.DraftSubmitted)  # noqa: PT018 - no test
        if old.draft_hash == new.draft_hash:
            continue
        blocks: list[Block] = [pen.text("changes_how", "small")]
        for row in redline(wordings(old), wordings(new)):
            if row.how == "same":
                continue
            blocks.append(pen.over(source.head(row.head_now or row.head_was or "")))
            blocks.append(pen.text(f"changes.{row.how}", "small"))
            if row.words is not None:
                blocks.append(Redlined(runs=tuple(Run(how=one.kind, text=one.text) for one in row.words)))
            values = tuple(
                (pen.cell(called(one.name)), _said(pen, one.before), _said(pen, one.after))
                for one in row.values if one.how != "same"
            )  # fmt: skip
            if values:
                head = tuple(pen.label(f"changes.{key}") for key in ("name", "was", "now"))
                blocks.append(Table(head=head, widths=(4, 4, 4), rows=values))
        blocks += [
            pen.text("changes.from", "small", hash=old.draft_hash),
            pen.text("changes.to", "small", hash=new.draft_hash),
        ]
        yield sheet(
            source, pen, ("D12", f"changes-{new.draft_hash[:16]}"), blocks, day_of(after), title="changes.title"
        )


def wordings(draft: e.DraftSubmitted) -> list[Wording]:
    return [
        Wording(clause=one.clause, head=one.head, values=tuple(one.values),
                prose=words(draft, f"clauses.{at}.prose"))
        for at, one in enumerate(draft.clauses)
    ]  # fmt: skip


def _said(pen: Pen, told: dict[str, Any] | None) -> str:
    """The value of a clause, as the comparison tells it."""
    return "—" if told is None else pen.cell(value(_VALUE.validate_python(told)))


_VALUE: Final = TypeAdapter[Value](Value)


class Passed(Struct, frozen=True, kw_only=True):
    """That a congress passed a draft."""

    draft_hash: str


def passed_drafts(source: Source) -> Iterator[tuple[e.DraftSubmitted, Passed, date]]:
    """Every draft that was passed, with the day two scrutineers had attested it."""
    draft: e.DraftSubmitted | None = None
    for one in source.events:
        match one.event:
            case e.DraftSubmitted() as new:
                draft = new
            case e.BallotAttested(result="passed") if draft is not None:
                yield draft, Passed(draft_hash=draft.draft_hash), day_of(one)
            case _:
                pass


def _of(draft: e.DraftSubmitted) -> list[Clause]:
    return [
        Clause(head=one.head, values=tuple(one.values), prose=words(draft, f"clauses.{at}.prose"))
        for at, one in enumerate(draft.clauses)
    ]


def _body(source: Source, pen: Pen, clauses: Sequence[Clause], draft_hash: str | None) -> list[Block]:
    of_many = "_many" if source.many else ""
    blocks: list[Block] = [
        Fields(
            rows=(
                (pen.label(f"party_employer{of_many}"), source.organ(Side.EMPLOYER)),
                *(() if source.many else ((pen.label("address"), source.firm.address),)),
                (pen.label("chief_employer"), source.name(bench_of(source, Side.EMPLOYER).chief)),
                (pen.label(f"party_worker{of_many}"), source.organ(Side.WORKER)),
                (pen.label("chief_worker"), source.name(bench_of(source, Side.WORKER).chief)),
            )
        ),
        pen.text("opens", law=law(source, source.law.pack.topics.cite), year=source.opened.wage_year),
    ]
    for number, head in enumerate(source.heads, start=1):
        blocks.append(pen.over(pen.said("article", n=number, head=source.head(head.code))))
        found = [one for one in clauses if one.head == head.code]
        blocks += [Text(text=one.prose) if one.prose is not None else pen.text("erased") for one in found]
        if not found:
            blocks.append(pen.text("silent"))
    blocks += [pen.heading("by_law.title"), pen.text("by_law.note", "small")]
    says = [
        pen.text(f"{key}.says", n=source.law.pack.filing.copies)
        for key in ("dispute", "supervision", "effect", "copies")
    ]
    blocks.append(Items(rows=tuple(says)))
    rows = _values(source, pen, clauses)
    if rows:
        heads = tuple(pen.label(f"values.{one}") for one in ("head", "name", "value"))
        blocks += [pen.heading("values.title"), Table(head=heads, widths=(5, 4, 4), rows=rows)]
    blocks += covered(source, pen)
    blocks.append(pen.heading("annexes.title"))
    blocks.append(Fields(rows=((pen.label("annexes.posts"), None), (pen.label("annexes.quotas"), None))))
    blocks.append(pen.text("version", "small", hash=draft_hash))
    return [*blocks, pen.text("chinese_prevails", "small")] if pen.english else blocks


def _values(source: Source, pen: Pen, clauses: Sequence[Clause]) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (pen.cell(source.head(one.head)), pen.cell(called(v.name)), pen.cell(value(v)))
        for one in clauses
        for v in one.values
    )


def confirmed(source: Source, pen: Pen) -> Iterator[Facts]:
    """D0: that a side names the platform as its receiving system, and how acts are signed (ESL 3, 11, 13)."""
    for one in source.entries(e.ElectronicServiceConfirmed):
        said = one.event
        assert isinstance(said, e.ElectronicServiceConfirmed)
        organ, code = source.organ(said.side), None if source.many else source.firm.credit_code
        first: list[Block] = [
            Fields(
                rows=(
                    (pen.label("party"), organ),
                    (pen.label("code"), code if said.side is Side.EMPLOYER else None),
                    (pen.label("span"), pen.cell(pen.said("from_until", first=blank_day(said.from_on),
                                                          last=blank_day(said.until_on)))),
                    (pen.label("addresses"), None),
                )
            ),
            pen.heading("service_title"),
            *(pen.text(f"service_{key}") for key in ("system", "time", "revoke", "paper")),
            pen.heading("signing_title"),
            *(pen.text(f"signing_{key}") for key in ("grades", "internal", "ink", "force")),
            Signs(rows=(Sign(role=pen.label("party_signs"), name=organ, seal=True),)),
        ]  # fmt: skip
        yield sheet(source, pen, ("D0", f"{one.stream.value}.{one.seq}"), first, day_of(one), side=side_said(said.side))
