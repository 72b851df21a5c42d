"""Papers about people: roster, mandate, result of an election, publicity of the representatives (HZ 16-18)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from cloudnego.core import events as e
from cloudnego.core.commands import Rep
from cloudnego.core.vocabulary import FEW_VOTERS, ChiefIs, Side
from cloudnego.papers.facts import Block, Facts, Fields, Sign, Signs, Table
from cloudnego.papers.parts import Bench, bench_of, law, persons, sheet
from cloudnego.papers.pen import Pen, Two, blank_day, day, side_said, word
from cloudnego.papers.sources import Source, day_of, words

_COLUMNS = ("no", "name", "woman", "post", "worker", "role", "how", "mandate", "phone")
_WIDTHS = (2, 4, 2, 4, 5, 4, 4, 3, 4)


def roster(source: Source, pen: Pen) -> Iterator[Facts]:
    """D1: a side's representatives, with the statement of duty and secrecy they sign."""
    for side in Side:
        bench = bench_of(source, side)
        if not bench.reps:
            continue
        accepted = {one for x in source.every(e.DutyAccepted) if x.side is side for one in x.persons}
        signs = tuple(
            Sign(role=pen.label("rep"), name=source.name(one.person),
                 done=pen.label("accepted") if one.person in accepted else None)
            for one in bench.reps
        )  # fmt: skip
        blocks: list[Block] = [
            pen.text(
                "opens", law=law(source, source.law.pack.bench_for(source.opened.scope).cite), side=side_said(side)
            ),
            _reps(source, pen, bench),
            Fields(rows=(*_totals(pen, bench), (pen.label("public"), _span(pen, bench)))),
            pen.heading("duty_title"),
            pen.text("duty"),
            Signs(rows=signs),
        ]
        yield sheet(source, pen, ("D1", side.value), blocks, bench.on, side=side_said(side))


def publicity(source: Source, pen: Pen) -> Iterator[Facts]:
    """D27: the list as it is posted, and where to object (HZ 18 ¶4)."""
    for one in source.entries(e.ListPublished):
        public = one.event
        assert isinstance(public, e.ListPublished)
        until = source.events[: source.events.index(one) + 1]
        bench = bench_of(source, public.side, until)
        names = Table(
            head=tuple(pen.label(f"columns.{key}") for key in ("no", "name", "role")),
            widths=(2, 6, 5),
            rows=tuple((str(n), source.name(rep.person), pen.label(_role(bench, rep)))
                       for n, rep in enumerate(bench.reps, start=1)),
        )  # fmt: skip
        blocks: list[Block] = [
            pen.text("opens", law=law(source, source.law.pack.publicity.cite), side=side_said(public.side)),
            names,
            Fields(
                rows=(
                    (pen.label("public"), _span(pen, bench)),
                    (pen.label("place"), words(public, "place")),
                    (pen.label("object_to"), None),
                    (pen.label("object_phone"), None),
                )
            ),
            pen.text("object"),
            Signs(rows=(Sign(role=pen.label("posted_by"), name=source.organ(public.side), seal=True),)),
        ]
        about = f"{public.side.value}-{public.from_on}"
        yield sheet(source, pen, ("D27", about), blocks, day_of(one), side=side_said(public.side))


def mandate(source: Source, pen: Pen) -> Iterator[Facts]:
    """D2: a letter of mandate: of the employer's chief, of an outside representative, of who stands in for a chief."""
    employer = bench_of(source, Side.EMPLOYER)
    if employer.chief is not None and employer.chief_is is not ChiefIs.LEGAL_REPRESENTATIVE:
        yield _mandated(source, pen, Side.EMPLOYER, employer.chief, "scope_chief", sign=employer.may_sign,
                        head=employer.chief_is is ChiefIs.PERSON_IN_CHARGE, on=employer.on)  # fmt: skip
    for one in source.entries(e.OutsiderMandated, e.ChiefDelegated):
        match one.event:
            case e.OutsiderMandated(side=side, rep=rep):
                yield _mandated(source, pen, side, rep.person, "scope_outside", sign=False, head=None, on=day_of(one))
            case e.ChiefDelegated(side=side, person=person, may_sign=may_sign, until_on=until):
                yield _mandated(source, pen, side, person, "scope_delegate", sign=may_sign, head=None, on=day_of(one),
                                until=until)  # fmt: skip
            case _:
                pass


def _mandated(source: Source, pen: Pen, side: Side, person: str, scope: str, **known: object) -> Facts:
    head, sign, until, on = known["head"], known["sign"], known.get("until"), known["on"]
    yes_no = {True: pen.label("yes"), False: pen.label("no"), None: pen.label("no")}
    from_on, until_on = blank_day(on), blank_day(until)  # type: ignore[arg-type]
    rows: tuple[tuple[str, str | None], ...] = (
        (pen.label("principal"), source.organ(side)),
        (pen.label("agent"), source.name(person)),
        (pen.label("id"), None),
        (pen.label("position"), None),
        (pen.label("is_head"), yes_no[head] if side is Side.EMPLOYER else "—"),  # type: ignore[index]
        (pen.label("scope"), pen.label(scope)),
        (pen.label("may_sign"), yes_no[bool(sign)]),
        (pen.label("term"), pen.cell(pen.said("from_until", first=from_on, last=until_on))),
        (pen.label("limits"), None),
    )
    blocks: list[Block] = [
        pen.text("opens", law=law(source, source.law.pack.bench.cite), year=source.opened.wage_year),
        Fields(rows=rows),
        pen.text("binds"),
        Signs(
            rows=(
                Sign(role=pen.label("principal_signs"), name=source.organ(side), seal=True),
                Sign(role=pen.label("agent_accepts"), name=source.name(person)),
            )
        ),
    ]
    return sheet(source, pen, ("D2", f"{side.value}-{person}"), blocks, on)  # type: ignore[arg-type]


def _elected(few: bool, source: Source, pen: Pen) -> Iterator[Facts]:
    """D3: the counts of each round and who is elected, for the scrutineers and the chair to sign (HZ 18; ZJDM 15)."""
    for one in source.entries(e.ElectionRecorded):
        held = one.event
        assert isinstance(held, e.ElectionRecorded)
        if (held.total < FEW_VOTERS) is not few:
            continue
        before = source.events[: source.events.index(one)]
        proposed = next((x.event for x in reversed(before) if isinstance(x.event, e.CandidatesProposed)), None)
        scrutineers = proposed.scrutineers if isinstance(proposed, e.CandidatesProposed) else ()
        approval, secret = held.form == "approval_of_list", f"，{pen.label('secret')}" if held.secret else ""
        rows: tuple[tuple[str, str | None], ...] = (
            (pen.label("electorate"), pen.cell(word("electorate", held.electorate))),
            (pen.label("total"), str(held.total)),
            (pen.label("present"), str(held.present)),
            (pen.label("quorum"), pen.label("yes" if held.quorum else "no")),
            (
                pen.label("method"),
                pen.cell(word("form", held.form)) + secret,
            ),
            (pen.label("round"), str(held.round)),
            (pen.label("needed"), str(held.needed)),
            (pen.label("spoiled"), str(held.spoiled)),
            *(((pen.label("approvals"), str(held.approvals)),) if approval else ()),
            (pen.label("elected"), persons(source, held.elected) or "—"),
        )
        votes = Table(
            head=tuple(pen.label(f"votes.{key}") for key in ("no", "name", "votes", "elected")),
            widths=(2, 6, 3, 3),
            rows=tuple(
                (str(n), source.name(x.person), str(x.votes), pen.label("yes" if x.person in held.elected else "no"))
                for n, x in enumerate(held.votes, start=1)
            ),
        )
        signs = [Sign(role=pen.label("scrutineer"), name=source.name(x)) for x in scrutineers]
        blocks: list[Block] = [
            pen.text("opens", law=law(source, source.law.pack.choosing.cite)), Fields(rows=rows),
            *((votes,) if held.votes else ()),
            Signs(rows=(*signs, Sign(role=pen.label("counter")), Sign(role=pen.label("chair")))),
        ]  # fmt: skip
        yield sheet(source, pen, ("D3", f"{one.stream.value}.{one.seq}"), blocks, day_of(one))


elected = partial(_elected, False)
elected_by_few = partial(_elected, True)


def _reps(source: Source, pen: Pen, bench: Bench) -> Table:
    rows: list[tuple[str | None, ...]] = []
    for n, rep in enumerate(bench.reps, start=1):
        own = "own_many" if source.many else "own"
        kind = "outside" if rep.outside else "dispatched" if rep.dispatched else own
        made = None if bench.by is None else pen.label("mandated" if rep.outside else bench.by)
        rows.append(
            (str(n), source.name(rep.person), pen.label("a_woman") if rep.woman else None, None, pen.label(kind),
             pen.label(_role(bench, rep)), made, None if rep.outside else "—", None)
        )  # fmt: skip
    return Table(head=tuple(pen.label(f"columns.{key}") for key in _COLUMNS), widths=_WIDTHS, rows=tuple(rows))


def _role(bench: Bench, rep: Rep) -> str:
    return "chief" if rep.person == bench.chief else "member"


def _totals(pen: Pen, bench: Bench) -> tuple[tuple[str, str | None], ...]:
    counts = {
        "count": len(bench.reps),
        "outside_count": sum(one.outside for one in bench.reps),
        "women": sum(one.woman for one in bench.reps),
        "front_line": sum(one.front_line for one in bench.reps),
    }
    return tuple((pen.label(f"totals.{key}"), str(n)) for key, n in counts.items())


def _span(pen: Pen, bench: Bench) -> str | None:
    if bench.published is None:
        return None
    first, last = (day(one) or Two("", "") for one in bench.published)
    return pen.cell(pen.said("from_until", first=first, last=last))
