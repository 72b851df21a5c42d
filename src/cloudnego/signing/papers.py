"""Papers with certificate signatures: which acts of the log a paper bears, and the file they are appended to.

A paper is signed in the PDF for who signed the same text with the key on his own device, and for nobody else: the entry
in the log comes first. Each state of the signatures is a paper of its own in the register, so that it answers for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import Final

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
from cloudnego.signing.provider import Internal, Place, Provider, Signatory
from cloudnego.texts import say

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


class OneSignature(msgspec.Struct, frozen=True, kw_only=True):
    """A signature on a paper: whose, by which entry ("stream/seq") of what time (RFC 3339, to the minute), under which
    key of a device (its mark)."""

    side: Side
    person: str
    entry: str
    at: str
    mark: str


class SignedFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a signed file is made of: the paper, the file the last signature was put on, and all signatures."""

    doc: str
    about: str
    district: str
    case: str
    wage_year: int
    paper: str
    file: str
    signatures: tuple[OneSignature, ...]

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
            at = f"{one.at.astimezone(CHINA):%Y-%m-%d %H:%M}"
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
        rows = [one for one in self.papers.of_case(paper.case, seen) if one.about == paper.number and one.size]
        rows = [one for one in rows if one.doc == paper.doc + SIGNED]
        if not rows:
            return None
        last = max(rows, key=lambda one: one.seq)
        return last, msgspec.json.decode(self.papers.content(last)[0], type=SignedFacts)

    def signed(self, source: Source, paper: Paper, seen: frozenset[Stream], by: str) -> tuple[Paper, bool] | None:
        """The file of a paper with all signatures it can bear, and whether it is new; None where there are none.
        Raises PapersFull."""
        acts = acts_on(source, paper)
        was = self.of(paper, seen)
        base, there = (paper, ()) if was is None else (was[0], was[1].signatures)
        wanted = [one for one, _ in acts if one.side not in {each.side for each in there}]
        if not wanted:
            return None if was is None else (was[0], False)
        canonical, plain = self.papers.content(paper)
        printed = msgspec.json.decode(canonical, type=Facts)
        facts = SignedFacts(
            doc=paper.doc + SIGNED, about=paper.number, district=paper.district, case=paper.case,
            wage_year=printed.wage_year, paper=paper.number, file=base.file_hash, signatures=(*there, *wanted),
        )  # fmt: skip
        pdf = plain if was is None else self.papers.content(base)[1]

        def sealed(_number: str) -> bytes:
            whole = pdf
            for one, place in self._placed(printed, paper, wanted):
                whole = self._one(whole, source, one, place)
            return whole

        return self.papers.keep(facts, paper.streams | {stream for _, stream in acts}, by, sealed)

    def _placed(self, facts: Facts, paper: Paper, wanted: list[OneSignature]) -> Iterator[tuple[OneSignature, Place]]:
        spots = self.papers.press.spots(facts, paper.number, f"{self._link}/{facts.hash}")
        for one in wanted:
            at = list(Side).index(one.side) if paper.doc in BOTH else 0
            spot = spots[at] if at < len(spots) else Spot(page=0, x=72 + at * (PLACE_WIDTH + 20), y=60)
            low = round(spot.y)
            yield one, Place(spot.page, (round(spot.x), low, round(spot.x + PLACE_WIDTH), low + PLACE_HEIGHT))

    def _one(self, pdf: bytes, source: Source, one: OneSignature, place: Place) -> bytes:
        now, role = self._now(), say("signing.role", {"side": say(f"sides.{one.side}")["zh"]})["zh"]
        name = source.name(one.person) or one.person
        said = say("signing.seen", {"name": name, "at": one.at, "mark": one.mark, "entry": one.entry})
        seen = self.papers.press.stamp([*said["zh"].split("\n"), self.provider.label])
        who = Signatory(one.person, name, role, one.side.value, one.entry, one.mark)
        return self.provider.sign(pdf, who, place, seen=seen, now=now)
