"""Papers of the meeting: data list, sign-in, minutes, suspension (HZ 25-27)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cloudnego.core import events as e
from cloudnego.core.commands import TermFact
from cloudnego.core.vocabulary import Side
from cloudnego.papers.facts import Block, Facts, Fields, Sign, Signs, Table
from cloudnego.papers.letters import planned
from cloudnego.papers.parts import amount, bench_of, chief_signs, law, persons, plan_fields, sheet
from cloudnego.papers.pen import Pen, blank_day, material, side_said, word
from cloudnego.papers.sources import Source, day_of, words
from cloudnego.ports import Recorded


def materials(source: Source, pen: Pen) -> Iterator[Facts]:
    """D8: what was asked for, given, received, waived, and when (HZ 25)."""
    asked, given = source.entries(e.MaterialsRequested), source.entries(e.MaterialDelivered)
    if not asked and not given:
        return
    rows: list[tuple[str | None, ...]] = []
    later = source.entries(e.MaterialAcknowledged, e.MaterialWaived, e.MaterialDeclined)
    for one in asked:
        request = one.event
        assert isinstance(request, e.MaterialsRequested)
        for at, item in enumerate(request.items):
            came = next((x for x in given if getattr(x.event, "material", None) == item.id), None)
            ends = [x for x in later if getattr(x.event, "material", None) == item.id]
            rows.append(
                (
                    words(request, f"items.{at}.title") or pen.cell(material(item.code)), item.period,
                    pen.label("secret" if item.secret else "plain"),
                    f"{pen.cell(side_said(request.side))}\n{day_of(one)}",
                    None if came is None else str(day_of(came)),
                    "\n".join(f"{pen.label(x.event.type)} {day_of(x)}" for x in ends) or None,
                )
            )  # fmt: skip
    for one in given:
        came_unasked = one.event
        if isinstance(came_unasked, e.MaterialDelivered) and not came_unasked.asked:
            rows.append(
                (pen.cell(material(came_unasked.code)), None, None, pen.label("unasked"), str(day_of(one)), None)
            )
    head = tuple(pen.label(f"columns.{key}") for key in ("item", "period", "secret", "asked", "given", "received"))
    blocks: list[Block] = [
        pen.text("opens", law=law(source, source.law.pack.materials.cite)),
        Table(head=head, widths=(6, 3, 2, 4, 4, 4), rows=tuple(rows)),
        pen.text("terms", "small"),
        chief_signs(source, pen, Side.WORKER, Side.EMPLOYER, seal=False),
    ]
    yield sheet(source, pen, ("D8", "all"), blocks, day_of((asked + given)[-1]))


def sessions(source: Source) -> list[tuple[Recorded, tuple[Recorded, ...], tuple[Recorded, ...]]]:
    """Each session: its opening, what came before it, and what belongs to it."""
    starts = [n for n, one in enumerate(source.events) if isinstance(one.event, e.MeetingStarted)]
    ends = [*starts[1:], len(source.events)][: len(starts)]
    return [(source.events[n], source.events[:n], source.events[n:end]) for n, end in zip(starts, ends, strict=True)]


def sign_in(source: Source, pen: Pen) -> Iterator[Facts]:
    """D9: each representative, when he came, and where he signs."""
    for start, before, _ in sessions(source):
        opened = start.event
        assert isinstance(opened, e.MeetingStarted)
        on = day_of(start)
        came = {
            one.event.person: one for one in source.entries(e.CheckedIn)
            if isinstance(one.event, e.CheckedIn) and day_of(one) == on
        }  # fmt: skip
        rows: list[tuple[str | None, ...]] = []
        for side in Side:
            bench = bench_of(source, side, before)
            for rep in bench.reps:
                here = came.get(rep.person)
                mode = here.event.mode.value if here is not None and isinstance(here.event, e.CheckedIn) else None
                rows.append(
                    (
                        pen.cell(side_said(side)), source.name(rep.person),
                        pen.label("chief" if rep.person == bench.chief else "member"),
                        None if here is None else f"{here.at:%H:%M}",
                        None if mode is None else pen.cell(word("Mode", mode)), None,
                    )
                )  # fmt: skip
        head = tuple(pen.label(f"columns.{key}") for key in ("side", "name", "role", "time", "mode", "signature"))
        blocks: list[Block] = [
            Fields(rows=((pen.label("session"), str(opened.session)), *plan_fields(pen, planned(before)))),
            Table(head=head, widths=(3, 5, 3, 3, 3, 5), rows=tuple(rows)),
            Signs(rows=(Sign(role=pen.label("recorder"), name=source.name(_recorder(before))),)),
        ]
        yield sheet(source, pen, ("D9", f"session-{opened.session}"), blocks, on)


def minutes(source: Source, pen: Pen) -> Iterator[Facts]:
    """D10: what each side said of each head, what is agreed, what is not, as laid before both chiefs (HZ 26)."""
    for start, before, during in sessions(source):
        opened = start.event
        laid = [n for n, one in enumerate(during) if isinstance(one.event, e.MinutesWritten)]
        assert isinstance(opened, e.MeetingStarted)
        if not laid:
            continue
        written, so_far = during[laid[-1]], (*before, *during[: laid[-1]])
        note = written.event
        assert isinstance(note, e.MinutesWritten)
        blocks = [
            Fields(rows=_held(source, pen, start, before, during)),
            pen.heading("topics_title"),
            _positions(source, pen, so_far),
            pen.heading("decisions"),
            Fields(rows=_decided(pen, note, during)),
            *_noted(source, pen, during[: laid[-1]]),
            chief_signs(source, pen, Side.WORKER, Side.EMPLOYER, seal=False),
            Signs(rows=_others(source, pen, so_far, opened.present)),
        ]
        yield sheet(source, pen, ("D10", f"session-{opened.session}"), blocks, day_of(start), n=opened.session)


def suspension(source: Source, pen: Pen) -> Iterator[Facts]:
    """D11: why the talks lie still, how long, and when they go on, with the worker chief's consent (HZ 27)."""
    days = 0
    for one in source.entries(e.SuspensionNamed, e.TalksResumed):
        match one.event:
            case e.TalksResumed(days=used):
                days += used
            case e.SuspensionNamed(agreed=True) as named:
                first = day_of(one)
                rows = (
                    (pen.label("reason"), words(named, "reason")),
                    (pen.label("span"), pen.cell(pen.said("from_until", first=blank_day(first),
                                                          last=blank_day(named.until_on)))),
                    (pen.label("days"), str(days + (named.until_on - first).days)),
                )  # fmt: skip
                blocks: list[Block] = [
                    pen.text("opens", law=law(source, source.law.pack.suspension.cite)),
                    Fields(rows=rows),
                    pen.heading("next"),
                    Fields(rows=plan_fields(pen, named.next)),
                    pen.text("consents"),
                    chief_signs(source, pen, Side.WORKER, Side.EMPLOYER),
                ]
                yield sheet(source, pen, ("D11", f"{one.stream.value}.{one.seq}"), blocks, first)
            case _:
                pass


# --- parts of the minutes -----------------------------------------------------------------------------------------


def _recorder(before: Sequence[Recorded]) -> str | None:
    named = (one.event for one in reversed(before))
    return next((x.person for x in named if isinstance(x, e.RecorderNamed) and x.agreed), None)


def _held(
    source: Source, pen: Pen, start: Recorded, before: Sequence[Recorded], during: Sequence[Recorded]
) -> tuple[tuple[str, str | None], ...]:
    opened, plan = start.event, planned(before)
    assert isinstance(opened, e.MeetingStarted)
    seated = [rep.person for side in Side for rep in bench_of(source, side, before).reps]
    absent = [one for one in seated if one not in opened.present]
    shown = [one.event for one in before if isinstance(one.event, e.MaterialDelivered)]
    given = "、".join(pen.cell(material(code)) for code in sorted({one.code for one in shown}))
    agenda = next((x.event.heads for x in reversed(during) if isinstance(x.event, e.AgendaSet)), ())
    ends = [one for one in during if isinstance(one.event, e.MeetingAdjourned | e.MinutesWritten)]
    chair = pen.label("chair_both") if opened.chair is None else pen.cell(side_said(opened.chair))
    return (
        (pen.label("day"), pen.cell(blank_day(day_of(start)))),
        (pen.label("from_to"), f"{start.at:%H:%M} — " + (f"{ends[-1].at:%H:%M}" if ends else "")),
        (pen.label("plan.place"), None if plan is None else plan.place),
        (pen.label("plan.mode"), pen.cell(word("Mode", opened.mode.value))),
        (pen.label("chair"), chair),
        (pen.label("recorder"), source.name(_recorder(before))),
        *((pen.label("present", side=side_said(side)), persons(source, _of_side(source, side, before, opened.present)))
          for side in Side),
        (pen.label("absent"), persons(source, absent) or pen.label("nobody")),
        (pen.label("agenda"), "、".join(pen.cell(source.head(code)) for code in agenda) or None),
        (pen.label("shown"), given or pen.label("nothing")),
    )  # fmt: skip


def _of_side(source: Source, side: Side, before: Sequence[Recorded], present: Sequence[str]) -> list[str]:
    seated = {rep.person for rep in bench_of(source, side, before).reps}
    return [one for one in present if one in seated]


def _positions(source: Source, pen: Pen, so_far: Sequence[Recorded]) -> Table:
    said: dict[tuple[str, Side], str] = {}
    clauses: dict[str, tuple[str, str | None]] = {}
    agreed: set[str] = set()
    for one in so_far:
        match one.event:
            case e.ProposalMade() as made:
                figure = amount(TermFact(head=made.head, rate=made.rate, fen=made.fen))
                parts = [pen.cell(figure)] if figure is not None else []
                parts += [text] if (text := words(made, "text")) else []
                said[made.head, made.side] = "\n".join(parts) or "—"
            case e.ClausePut(clause=clause, head=head) as put:
                clauses[clause] = (head, words(put, "prose"))
                agreed.discard(clause)
            case e.ClauseConfirmed(clause=clause, agreed=True):
                agreed.add(clause)
            case e.ClauseDropped(clause=clause):
                clauses.pop(clause, None)
            case e.ClauseReopened(clause=clause, both=True):
                agreed.discard(clause)
            case _:
                pass
    rows: list[tuple[str | None, ...]] = []
    for code in (one.code for one in source.heads):
        there = {name: text or pen.label("erased") for name, (of, text) in clauses.items() if of == code}
        texts = [text for name, text in there.items() if name in agreed]
        still = [text for name, text in there.items() if name not in agreed]
        mine = [said.get((code, side)) for side in (Side.WORKER, Side.EMPLOYER)]
        if there or any(mine):
            sides = (one or "—" for one in mine)
            rows.append((pen.cell(source.head(code)), *sides, "\n".join(texts) or "—", "\n".join(still) or "—"))
    keys = ("head", "worker", "employer", "agreed", "open")
    return Table(head=tuple(pen.label(f"positions.{key}") for key in keys), widths=(4, 4, 4, 5, 4), rows=tuple(rows))


def _decided(pen: Pen, note: e.MinutesWritten, during: Sequence[Recorded]) -> tuple[tuple[str, str | None], ...]:
    following = next((x.event.next for x in during if isinstance(x.event, e.MeetingAdjourned)), None)
    whole = "—" if note.result == "full_agreement" else None
    return (
        (pen.label("result"), pen.cell(word("result", note.result))),
        (pen.label("draft_hash"), note.draft_hash or "—"),
        (pen.label("minutes_hash"), note.minutes_hash),
        (
            pen.label("next"),
            whole if following is None else f"{following.day} {following.time} {following.place or ''}",
        ),
    )


def _noted(source: Source, pen: Pen, during: Sequence[Recorded]) -> tuple[Block, ...]:
    rows: list[tuple[str | None, ...]] = []
    for one in during:
        match one.event:
            case e.MinutesNoteAdded(line=line) as note:
                rows.append((pen.label("note"), "" if line is None else str(line), words(note, "text") or ""))
            case e.LineObjected(line=line, side=side) as no:
                rows.append((pen.label("objection", side=side_said(side)), str(line), words(no, "reason") or ""))
            case _:
                pass
    if not rows:
        return ()
    head = tuple(pen.label(f"notes.{key}") for key in ("what", "line", "text"))
    return (pen.heading("notes.title"), Table(head=head, widths=(3, 2, 10), rows=tuple(rows)))


def _others(source: Source, pen: Pen, so_far: Sequence[Recorded], present: Sequence[str]) -> tuple[Sign, ...]:
    chiefs = {bench_of(source, side, so_far).chief for side in Side}
    recorder = _recorder(so_far)
    signs = [Sign(role=pen.label("recorder"), name=source.name(recorder))]
    for side in Side:
        rest = [one for one in _of_side(source, side, so_far, present) if one not in chiefs and one != recorder]
        signs += [Sign(role=pen.label("rep", side=side_said(side)), name=source.name(one)) for one in rest]
    return tuple(signs)
