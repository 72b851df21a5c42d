"""Papers of the congress: notice, voting method, ballot, tally, resolution (HZ 28; ZJDM 15).

Of under ten voters the counts stand on a paper only where it is made of the stream they stand in (`few`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial

from msgspec import Struct

from cloudnego.core import events as e
from cloudnego.core.elected import tied
from cloudnego.core.pack import Level, Majority
from cloudnego.core.vocabulary import FEW_VOTERS, Kind, Scope, Side
from cloudnego.papers.facts import Block, Choices, Facts, Fields, Items, Sign, Signs, Table, Text
from cloudnego.papers.parts import bench_of, law, persons, sheet
from cloudnego.papers.pen import Pen, Said, blank_day
from cloudnego.papers.sources import Source, day_of, words
from cloudnego.ports import Recorded


class Sitting(Struct, kw_only=True):
    """A draft before the congress, as far as it has come."""

    draft: e.DraftSubmitted
    submitted_on: date
    convened: e.CongressConvened | None = None
    convened_on: date | None = None
    method: e.VotingMethodAdopted | None = None
    method_on: date | None = None
    materials: e.CongressMaterialsSent | None = None
    counts: e.BallotRecorded | None = None
    counted_on: date | None = None
    result: str | None = None
    attested_on: date | None = None
    firms: dict[str, e.CoveredBallotRecorded] = {}

    @property
    def few(self) -> bool:
        """Its counts are not for all to see."""
        convened = self.convened is not None and self.convened.total < FEW_VOTERS
        return convened or (self.counts is not None and self.counts.few)

    @property
    def about(self) -> str:
        return self.draft.draft_hash[:16]


def sittings(source: Source) -> list[Sitting]:
    """One for each draft that was submitted, with the latest of what followed it."""
    found: list[Sitting] = []
    for one in source.events:
        now = found[-1] if found else None
        match one.event:
            case e.DraftSubmitted() as draft:
                found.append(Sitting(draft=draft, submitted_on=day_of(one)))
            case e.CongressConvened() as convened if now is not None:
                now.convened, now.convened_on = convened, day_of(one)
            case e.VotingMethodAdopted() as method if now is not None:
                now.method, now.method_on = method, day_of(one)
            case e.CongressMaterialsSent() as sent if now is not None:
                now.materials = sent
            case e.CoveredBallotRecorded() as by_itself if now is not None:
                now.firms[by_itself.enterprise] = by_itself
            case e.BallotRecorded() as counts if now is not None:
                now.counts, now.counted_on = counts, day_of(one)
            case e.BallotAttested(result=str() as result) if now is not None:
                now.result, now.attested_on = result, day_of(one)
            case _:
                pass
    return found


def notice(source: Source, pen: Pen) -> Iterator[Facts]:
    """D13: that the congress is convened, where and when, and what lies before it."""
    for one in sittings(source):
        called = one.convened
        if called is None:
            continue
        rows = (
            (pen.label("convened_by"), source.organ(Side.WORKER)),
            (pen.label("submitted"), pen.cell(blank_day(one.submitted_on))),
            (pen.label("day"), pen.cell(blank_day(called.day))),
            (pen.label("place"), words(called, "place")),
            (pen.label("total"), str(called.total)),
            (pen.label("quorum"), str(_words_of(source, one)["quorum"] or "—")),
            (pen.label("needed"), str(_words_of(source, one)["needed"])),
            (pen.label("draft"), one.draft.draft_hash),
        )
        explanation = words(one.materials, "explanation") if one.materials is not None else None
        blocks: list[Block] = [
            pen.text("notice.opens", law=law(source, source.law.pack.congress_for(source.opened.scope).cite),
                     **_words_of(source, one)),
            Fields(rows=rows),
            *((pen.heading("explanation"), Text(text=explanation)) if explanation is not None else ()),
            pen.text("notice.material", **_words_of(source, one)),
            Signs(rows=(Sign(role=pen.label("convened_by"), name=source.organ(Side.WORKER), seal=True),)),
        ]  # fmt: skip
        yield sheet(source, pen, ("D13", f"notice-{one.about}"), blocks, one.convened_on, title="notice.title")


def method(source: Source, pen: Pen) -> Iterator[Facts]:
    """D26: who votes, quorum, majority, how, who watches (ZJDM 15)."""
    for one in sittings(source):
        if one.convened is None:
            continue
        said = _words_of(source, one)
        mode = one.method.ballot if one.method is not None else "open"
        many = "electorate_each" if source.opened.ballot_per_enterprise else "electorate_many"
        keys = [
            many if source.many else "electorate",
            "quorum" if said["quorum"] else "no_quorum", "majority", "secret", f"mode_{mode}",
            "scrutineers" if one.method is not None else "elected_there", *(("code",) if mode != "paper" else ()),
            "count", "again",
        ]  # fmt: skip
        blocks: list[Block] = [
            Items(rows=tuple(pen.text(f"method.{key}", **said) for key in keys)),
            Fields(rows=((pen.label("adopted"), pen.cell(blank_day(one.method_on))),)),
            Signs(rows=(Sign(role=pen.label("chair")),)),
        ]
        yield sheet(source, pen, ("D26", one.about), blocks, one.method_on or one.convened_on, title="method.title")


def ballot(source: Source, pen: Pen) -> Iterator[Facts]:
    """D24: the paper each voter marks: the draft by its hash, three choices, and no name of a voter."""
    for one in sittings(source):
        blocks: list[Block] = [
            pen.text("ballot.question", **_words_of(source, one)),
            Choices(rows=tuple(pen.label(f"choices.{key}") for key in ("yes", "no", "abstain"))),
            pen.text("ballot.how", "small"),
            pen.text("draft_hash", "small", hash=one.draft.draft_hash),
        ]
        yield sheet(source, pen, ("D24", one.about), blocks, one.submitted_on, layout="ballot", title="ballot.title")


def _election_ballot(few: bool, source: Source, pen: Pen) -> Iterator[Facts]:
    """D24 of an election, one a round: who stands in it; without a union the whole list, yes or no (HZ 18 ¶1). Of under
    ten voters who tied shows in counts that are not for all to see, and so a later round is where they stand."""
    put: e.CandidatesProposed | None = None
    counted: e.ElectionRecorded | None = None
    for entry in source.entries(e.CandidatesProposed, e.ElectionRecorded, e.ElectionAttested):
        match entry.event:
            case e.CandidatesProposed() as put:
                if not few:
                    yield _election_sheet(source, pen, entry, _stand(source, pen, put, (), ()))
            case e.ElectionRecorded() as counted:
                pass
            case e.ElectionAttested(complete=True, settled=False) as word if put is not None and counted is not None:
                if (counted.total < FEW_VOTERS) is few:
                    blocks = _stand(source, pen, put, word.chosen, tied(counted, word.chosen))
                    yield _election_sheet(source, pen, entry, blocks)


election_ballot = partial(_election_ballot, False)
election_ballot_of_few = partial(_election_ballot, True)


def _election_sheet(source: Source, pen: Pen, entry: Recorded, blocks: list[Block]) -> Facts:
    about = ("D24", f"election-{entry.seq}")
    return sheet(source, pen, about, blocks, day_of(entry), layout="ballot", title="election.title")


def _stand(
    source: Source, pen: Pen, put: e.CandidatesProposed, chosen: Sequence[str], alone: Sequence[str]
) -> list[Block]:
    """What a voter marks: the chief, who sits by office, stands for no vote, nor does who is elected already."""
    opened = source.opened
    if not (opened.has_union and opened.scope is Scope.ENTERPRISE):
        return [
            pen.text("election.list", names=persons(source, [rep.person for rep in put.candidates])),
            Choices(rows=tuple(pen.label(f"choices.{key}") for key in ("yes", "no", "abstain"))),
            pen.text("ballot.how", "small"),
        ]
    away = {put.chief, *chosen}
    left = [rep.person for rep in put.candidates if rep.person not in away]
    names = [source.name(one) or one for one in left if one in alone or not alone]
    seats = min(put.seats - 1 - len(chosen), len(names))
    return [
        *((pen.text("election.run_off"),) if alone else ()),
        pen.text("election.question", seats=seats),
        *(Choices(rows=tuple(names[at : at + 3])) for at in range(0, len(names), 3)),
        pen.text("election.how", "small", seats=seats),
    ]


def _tally(few: bool, source: Source, pen: Pen) -> Iterator[Facts]:
    """D25: what was issued, returned, valid, spoiled and counted; before the count a sheet to fill by hand."""
    for one in sittings(source):
        if one.convened is None or one.few is not few:
            continue
        counts = one.counts
        keys = ("total", "present", "issued", "returned", "spoiled", "yes", "no", "abstain")
        known = {key: str(getattr(counts, key)) for key in keys} if counts is not None else {}
        known["total"] = str(one.convened.total if counts is None else counts.total)
        watching = one.method.scrutineers if one.method is not None else ()
        counting = one.method.counters if one.method is not None else ()
        signs = (
            *(Sign(role=pen.label("scrutineer"), name=source.name(x)) for x in watching or (None, None)),
            *(Sign(role=pen.label("counter"), name=source.name(x)) for x in counting or (None, None)),
            Sign(role=pen.label("chair")),
        )
        blocks: list[Block] = [
            Fields(rows=(*((pen.label(f"tally.{key}"), known.get(key)) for key in keys), (pen.label("time"), None))),
            *each_firm(source, pen, one),
            pen.text("tally.rule", **_words_of(source, one)),
            pen.text("tally.how", "small"),
            pen.text("draft_hash", "small", hash=one.draft.draft_hash),
            Signs(rows=signs),
        ]
        on = one.counted_on or one.convened.day
        yield sheet(source, pen, ("D25", one.about), blocks, on, title="tally.title")


def _resolution(few: bool, source: Source, pen: Pen) -> Iterator[Facts]:
    """D13: what was passed, by how many, and that it authorises the signature."""
    for one in sittings(source):
        if one.result != "passed" or one.convened is None:
            continue
        if few and not one.few:
            continue
        said = _words_of(source, one)
        each = source.opened.ballot_per_enterprise
        keys = ("opens_each" if each else "opens", "counts" if one.counts is not None else "carried", "passes",
                "authorises" if said["chief"] else "authorises_chief", "files")  # fmt: skip
        blocks: list[Block] = [
            *(pen.text(f"resolution.{key}", **said) for key in keys),
            *each_firm(source, pen, one),
            pen.text("draft_hash", "small", hash=one.draft.draft_hash),
            Fields(rows=((pen.label("watched_by"), persons(source, one.method.scrutineers if one.method else ())),)),
            pen.text("resolution.signed", "right", **said),
            pen.text("resolution.day", "right", **said),
        ]
        about = f"{'counts' if few else 'resolution'}-{one.about}"
        yield sheet(source, pen, ("D13", about), blocks, one.attested_on, title="resolution.title")


def each_firm(source: Source, pen: Pen, one: Sitting) -> tuple[Block, ...]:
    """The vote of each covered enterprise, where each votes by itself (HZ 33; ZJ 29). Counts of other streams are not
    told, and before the count the cells are to be filled by hand."""
    if not source.opened.ballot_per_enterprise:
        return ()
    untold = None if one.result is None else "—"
    rows: list[tuple[str | None, ...]] = []
    for firm in source.covered:
        voted = one.firms.get(firm.enterprise)
        told: tuple[str | None, ...] = (untold,) * 4
        if voted is not None:
            counts = (str(n) for n in (voted.total, voted.present, voted.yes))
            told = (*counts, pen.label("each.carried" if voted.passed else "each.fell"))
        rows.append((source.name(firm.enterprise), *told))
    head = tuple(pen.label(f"each.{key}") for key in ("enterprise", "total", "present", "yes", "passed"))
    return (pen.heading("each.title"), Table(head=head, widths=(9, 3, 3, 3, 3), rows=tuple(rows)))


tally = partial(_tally, False)
tally_of_few = partial(_tally, True)
resolution = partial(_resolution, False)
resolution_of_few = partial(_resolution, True)


def _words_of(source: Source, one: Sitting) -> dict[str, Said]:
    """What the sentences of a congress are filled with."""
    pack, opened = source.law.pack, source.opened
    rule = pack.congress_for(opened.scope)
    ending = opened.kind is Kind.TERMINATION and pack.rescission is not None
    passes: Majority = pack.rescission.vote if ending and pack.rescission is not None else rule.passes
    called = one.convened.total if one.convened is not None else 0
    total = one.counts.total if one.counts is not None else called
    hard = rule.quorum is not None and rule.quorum_level is Level.HARD
    form = one.convened.form if one.convened is not None else "delegates"
    pen = Pen("congress", english=False)
    said: dict[str, Said] = {
        "enterprise": source.subject,
        "firms": len(source.covered),
        "year": opened.wage_year,
        "total": total,
        "quorum": rule.quorum.needed(total) if rule.quorum is not None and hard else 0,
        "needed": passes.needed(total),
        "body": pen.said(f"bodies.{form}"),
        "members": pen.said(f"members.{form}"),
        "scrutineers": persons(source, one.method.scrutineers) if one.method is not None else None,
        "chief": source.name(bench_of(source, Side.WORKER).chief) or "",
        "day": blank_day(one.counted_on or (one.convened.day if one.convened is not None else None)),
    }
    counts = one.counts
    if counts is not None:
        said |= {one: getattr(counts, one) for one in ("present", "yes", "no", "abstain", "spoiled")}
    return said
