"""Papers with certificate signatures: which signatures of devices a paper bears, and the file they are appended to.

A paper is signed in the PDF for who signed the same text with the key on his own device, and for nobody else: of what
the sides sign the entry in the log comes first, of an office's papers the signature is of the paper itself. Each state
of the signatures is a paper of its own in the register, so that it answers for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple

import msgspec
import rfc8785

from cloudnego.audit.logkey import mark_of
from cloudnego.core import events as e
from cloudnego.core.vocabulary import Side, Stream
from cloudnego.eventlog.leaf import decode
from cloudnego.papers.facts import Facts
from cloudnego.papers.press import PLACE_HEIGHT, PLACE_WIDTH, Spot
from cloudnego.papers.sources import Source
from cloudnego.papers.store import Paper, PaperStore
from cloudnego.ports import CHINA, Recorded
from cloudnego.signing.acts import signed_by
from cloudnego.signing.authority import Authority
from cloudnego.signing.offices import DOCS, STAMPED, OfficePaper, PaperSignature, office_papers
from cloudnego.signing.provider import Internal, Place, Provider, Signatory
from cloudnego.texts import Said, say

SIGNED: Final = "S"
"""What the kind of a paper ends with that bears certificate signatures: D14 becomes D14S."""

BOTH: Final = frozenset({"D10", "D14"})
"""Papers with a place for each chief, the workers' first; the others have one place, of the side that sent them."""

_KINDS: Final[dict[str, type[e.Event]]] = {
    "D6": e.OfferSent,
    "D7": e.ReplySent,
    "D10": e.MinutesConfirmed,
    "D14": e.ContractSigned,
}
_TRIES: Final = 5


class OneSignature(msgspec.Struct, frozen=True, kw_only=True):
    """A signature on a paper: whose, by which entry ("stream/seq") of what time (RFC 3339, to the minute), under which
    key of a device (its mark)."""

    side: Side
    person: str
    entry: str
    at: str
    mark: str


class SignedFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a signed file is made of: the paper, the file the last signature was put on, and all signatures: of entries
    of the log, or with a proof of their own, of an office's paper (`hands`)."""

    doc: str
    about: str
    district: str
    case: str
    wage_year: int
    paper: str
    file: str
    signatures: tuple[OneSignature, ...]
    hands: tuple[PaperSignature, ...] = ()

    @property
    def canonical(self) -> bytes:
        """RFC 8785."""
        return rfc8785.dumps(msgspec.to_builtins(self))

    @property
    def hash(self) -> str:
        return sha256(self.canonical).hexdigest()


def acts_on(source: Source, paper: Paper) -> list[tuple[OneSignature, Stream]]:
    """What was signed with a device's key of the text this paper has, in the order of the log; one of each side."""
    kind = _KINDS.get(paper.doc)
    found: dict[Side, tuple[OneSignature, Stream]] = {}
    for one in source.entries(kind) if kind is not None else ():
        sig = decode(one.leaf).sig if _is_of(source, paper, one) else None
        if sig is not None:
            side: Side = one.event.side  # type: ignore[attr-defined]  # every kind above is the act of a side
            entry, mark = f"{one.stream.value}/{one.seq}", mark_of(signed_by(sig))
            at = one.at.astimezone(CHINA).strftime(STAMPED)
            found[side] = OneSignature(side=side, person=one.actor, entry=entry, at=at, mark=mark), one.stream
    return list(found.values())


def _is_of(source: Source, paper: Paper, one: Recorded) -> bool:
    """Whether an entry signed what this paper says."""
    match one.event:
        case e.ContractSigned(document_hash=voted):
            return voted.startswith(paper.about)
        case e.MinutesConfirmed(minutes_hash=laid):
            return paper.about in {f"session-{x.session}" for x in source.every(e.MinutesWritten)
                                   if x.minutes_hash == laid}  # fmt: skip
        case e.OfferSent(paper=sent) | e.ReplySent(paper=sent):
            return sent == paper.about
        case _:
            return False


class _Drawn(NamedTuple):
    """What is put into the PDF of one signature: on which line, under which name, in what role."""

    line: int
    field: str
    role: Said
    one: OneSignature | PaperSignature


class Signing:
    """Signs papers of one store by one provider. Blocks."""

    def __init__(
        self,
        papers: PaperStore,
        authority: Callable[[], Authority],
        now: Callable[[], datetime],
        link: str,
        provider: Provider | None = None,
    ) -> None:
        """`authority`: of the installation, opened when it is first asked; `link`: where the register is; `provider`:
        a licensed one in place of the built-in."""
        self.provider: Final[Provider] = Internal(authority) if provider is None else provider
        self._authority: Final = authority
        self._link: Final = link
        self.papers: Final = papers
        self._now: Final = now

    def root(self) -> bytes:
        """The root of the internal certificates, as PEM. Raises SealKeyMissing."""
        return self._authority().pem

    def of(self, paper: Paper, seen: frozenset[Stream]) -> tuple[Paper, SignedFacts] | None:
        """The newest signed file of a paper, and what it is made of."""
        return max(self._files(paper, seen), key=lambda one: one[0].seq, default=None)

    def hands(self, paper: Paper, seen: frozenset[Stream]) -> list[PaperSignature]:
        """The signatures of an office's paper, one in each place, as they came: also one whose file was made in the
        very moment in which another's was, and which the newest file lacks."""
        files = sorted(self._files(paper, seen), key=lambda one: one[0].seq)
        found = {one.place: one for _, facts in reversed(files) for one in facts.hands}
        return sorted(found.values(), key=lambda one: one.at)

    def signed(
        self, source: Source, paper: Paper, seen: frozenset[Stream], by: str, own: PaperSignature | None = None
    ) -> tuple[Paper, bool] | None:
        """The file of a paper with all signatures it can bear, `own` among them, and whether it is new; None where
        there are none. Raises PapersFull."""
        was, is_new = None, False
        for _ in range(_TRIES):  # who signs in the same moment makes a file without this one: another has both
            was = self.of(paper, seen)
            acts = acts_on(source, paper)
            bears = {one.side for one in was[1].signatures} if was is not None else set[Side]()
            wanted: list[OneSignature | PaperSignature] = [one for one, _ in acts if one.side not in bears]
            if paper.doc in DOCS:
                filled = {one.place for one in was[1].hands} if was is not None else set[object]()
                hands = {one.place: one for one in (*((own,) if own else ()), *self.hands(paper, seen))}
                wanted += [one for place, one in hands.items() if place not in filled]
            if not wanted:
                break
            self._keep(source, paper, was, wanted, (paper.streams | {stream for _, stream in acts}, by))
            is_new = True
        return None if was is None else (was[0], is_new)

    def _files(self, paper: Paper, seen: frozenset[Stream]) -> list[tuple[Paper, SignedFacts]]:
        rows = [one for one in self.papers.of_case(paper.case, seen) if one.about == paper.number and one.size]
        return [
            (one, msgspec.json.decode(self.papers.content(one)[0], type=SignedFacts))
            for one in rows
            if one.doc == paper.doc + SIGNED
        ]

    def _keep(
        self,
        source: Source,
        paper: Paper,
        was: tuple[Paper, SignedFacts] | None,
        wanted: list[OneSignature | PaperSignature],
        kept: tuple[frozenset[Stream], str],
    ) -> None:
        """Enter the file with these signatures put on the one before. `kept`: the streams it is of, and by whom."""
        canonical, plain = self.papers.content(paper)
        printed = msgspec.json.decode(canonical, type=Facts)
        base, there, hands = (paper, (), ()) if was is None else (was[0], was[1].signatures, was[1].hands)
        facts = SignedFacts(
            doc=paper.doc + SIGNED, about=paper.number, district=paper.district, case=paper.case,
            wage_year=printed.wage_year, paper=paper.number, file=base.file_hash,
            signatures=(*there, *(one for one in wanted if isinstance(one, OneSignature))),
            hands=(*hands, *(one for one in wanted if isinstance(one, PaperSignature))),
        )  # fmt: skip
        pdf = plain if was is None else self.papers.content(base)[1]

        def sealed(_number: str) -> bytes:
            whole = pdf
            for drawn, place in self._placed(printed, paper, _drawn(source, paper, wanted)):
                whole = self._one(whole, source, drawn, place)
            return whole

        self.papers.keep(facts, kept[0], kept[1], sealed)

    def _placed(self, facts: Facts, paper: Paper, wanted: Iterable[_Drawn]) -> Iterator[tuple[_Drawn, Place]]:
        spots = self.papers.press.spots(facts, paper.number, f"{self._link}/{facts.hash}")
        for one in wanted:
            spot = spots[one.line] if one.line < len(spots) else _at_the_foot(one.line)
            low = round(spot.y)
            yield one, Place(spot.page, (round(spot.x), low, round(spot.x + PLACE_WIDTH), low + PLACE_HEIGHT))

    def _one(self, pdf: bytes, source: Source, drawn: _Drawn, place: Place) -> bytes:
        one, now, role = drawn.one, self._now(), drawn.role["zh"]
        name = source.name(one.person) or one.person
        said = say("signing.seen", {"name": name, "at": one.at, "mark": one.mark, "entry": one.entry})
        seen = self.papers.press.stamp([*said["zh"].split("\n"), self.provider.label])
        who = Signatory(one.person, name, role, drawn.field, one.entry, one.mark)
        return self.provider.sign(pdf, who, place, seen=seen, now=now)


def _at_the_foot(line: int) -> Spot:
    """Of the first page, where an office's template has no line for it: two beside each other, the next above."""
    return Spot(page=0, x=72 + line % 2 * (PLACE_WIDTH + 20), y=60 + line // 2 * (PLACE_HEIGHT + 4))


def office_paper(source: Source, paper: Paper) -> OfficePaper | None:
    """What of an office's a paper is, if it is one that can be signed."""
    found = (one for one in office_papers(source) if (one.doc, one.about) == (paper.doc, paper.about))
    return next(found, None)


def _drawn(source: Source, paper: Paper, wanted: Iterable[OneSignature | PaperSignature]) -> Iterator[_Drawn]:
    of = office_paper(source, paper)
    for one in wanted:
        if isinstance(one, OneSignature):
            line = list(Side).index(one.side) if paper.doc in BOTH else 0
            yield _Drawn(line, f"chief-{one.side}", _chief(one.side), one)
        elif of is not None:
            line = next(n for n, place in enumerate(of.places) if one.fills(place))
            role = _chief(one.side) if one.side is not None else say(f"signing.{one.role}")
            field = f"chief-{one.side}" if one.side is not None else f"{one.role}-{line}"
            yield _Drawn(line, field, role, one)


def _chief(side: Side) -> Said:
    return say("signing.role", {"side": say(f"sides.{side}")["zh"]})
