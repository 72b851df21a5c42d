"""What there is to sign in a case, read off its entries: which papers, whose signature, how and when, or refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Final, Literal

import msgspec

from cloudnego.audit.logkey import mark_of
from cloudnego.core import events as e
from cloudnego.core.vocabulary import SIDES, Side, Stream
from cloudnego.eventlog.leaf import decode
from cloudnego.papers.contract import passed_drafts
from cloudnego.papers.sources import Source, words
from cloudnego.ports import CHINA, Recorded
from cloudnego.signing.acts import signed_by
from cloudnego.signing.offices import STAMPED, OfficePaper, PaperSignature, Role

What = Literal["offer", "reply", "minutes", "draft", "contract", "opinion", "agreement"]
How = Literal["device", "ink", "platform"]
"""A key on one's own device; ink, entered with the scan; on the platform alone, which is no signature."""


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody other than who entered a scan compared it: whether it shows the signatures, and why not."""

    person: str
    side: Side | None
    shows: bool
    at: datetime
    reason: str | None


class Hand(msgspec.Struct, frozen=True, kw_only=True):
    """One place on a paper: of a side's chief, or on an office's paper also of whoever reviewed for the authority and
    of each coordinator, who are of no side; of these `person` also says whose place it is while it is open. `state`:
    what became of it; `how`, `person`, `entry` ("stream/seq"), `at` and the `mark` of the device's key where it is
    signed or refused; `reason`: why it was refused, if that was said; of what was signed in ink `scan`: the SHA-256 of
    the scan, `entered_by`: who entered it, where that is another, and `checked`: what those found, the first first, who
    compared the scan with it."""

    side: Side | None
    state: Literal["open", "signed", "refused"]
    role: Role = "chief"
    how: How | None = None
    person: str | None = None
    entry: str | None = None
    at: datetime | None = None
    mark: str | None = None
    reason: str | None = None
    scan: str | None = None
    entered_by: str | None = None
    checked: tuple[Compared, ...] = ()


class ToSign(msgspec.Struct, frozen=True, kw_only=True):
    """One text that is signed. `hash`: what a signature is over: of an office's paper the SHA-256 of its facts, once it
    is made; None for offer and reply, which are signed as they are sent. `doc` and `about`: its paper."""

    what: What
    doc: str
    about: str
    hash: str | None
    hands: tuple[Hand, ...]


_TABLE: Final = frozenset({Stream.NOTICE, Stream.TABLE})
_FILING: Final = frozenset({Stream.NOTICE, Stream.FILING})


def to_sign(source: Source, seen: frozenset[Stream]) -> tuple[ToSign, ...]:
    """All texts of the case that are signed, the latest first, for who sees these streams."""
    found: list[ToSign] = []
    if seen >= _TABLE:
        found += [*_letters(source), *_minutes(source), *_drafts(source)]
    if seen >= _FILING:
        found += _contracts(source)
    compared = _compared(source)
    return tuple(msgspec.structs.replace(one, hands=tuple(_with(hand, compared) for hand in one.hands))
                 for one in reversed(found))  # fmt: skip


def _compared(source: Source) -> dict[str, tuple[Compared, ...]]:
    """By the entry ("stream/seq"), what was found of its scan."""
    found: dict[str, tuple[Compared, ...]] = {}
    for one in source.entries(e.ScanChecked):
        assert isinstance(one.event, e.ScanChecked)
        at, event = one.event.fact.replace(".", "/"), one.event
        said = Compared(person=one.actor, side=event.side, shows=event.shows, at=one.at, reason=words(event, "reason"))
        found[at] = (*found.get(at, ()), said)
    return found


def _with(hand: Hand, compared: dict[str, tuple[Compared, ...]]) -> Hand:
    checked = compared.get(hand.entry or "", ())
    return msgspec.structs.replace(hand, checked=checked) if checked else hand


def of_office(one: OfficePaper, hash_: str | None, signed: Sequence[PaperSignature]) -> ToSign:
    """The same of an office's paper. `hash_`: of its facts, where it was made; `signed`: what stands on it."""
    hands = []
    for place in one.places:
        hand = next((each for each in signed if each.fills(place)), None)
        open_ = Hand(side=place.side, role=place.role, state="open", person=place.person)
        hands.append(open_ if hand is None else _of_paper(hand))
    return ToSign(what=one.what, doc=one.doc, about=one.about, hash=hash_, hands=tuple(hands))


def _of_paper(one: PaperSignature) -> Hand:
    return Hand(
        side=one.side, role=one.role, state="signed", how="device", person=one.person, entry=one.entry,
        at=datetime.strptime(one.at, STAMPED).replace(tzinfo=CHINA), mark=one.mark,
    )  # fmt: skip


def _letters(source: Source) -> Iterator[ToSign]:
    for one in source.entries(e.OfferSent, e.ReplySent):
        match one.event:
            case e.OfferSent(paper=paper):
                yield ToSign(what="offer", doc="D6", about=paper, hash=None, hands=(_hand(one),))
            case e.ReplySent(paper=paper):
                yield ToSign(what="reply", doc="D7", about=paper, hash=None, hands=(_hand(one),))
            case _:
                pass


def _minutes(source: Source) -> Iterator[ToSign]:
    laid = source.last(e.MinutesWritten)
    if laid is not None:
        signed = [one for one in source.entries(e.MinutesConfirmed) if _over(one) == laid.minutes_hash]
        about = f"session-{laid.session}"
        yield ToSign(what="minutes", doc="D10", about=about, hash=laid.minutes_hash, hands=_hands(signed))


def _drafts(source: Source) -> Iterator[ToSign]:
    """Where the text wants the draft signed before the vote, or somebody signed it."""
    signed = source.entries(e.DraftSigned)
    fixed = source.entries(e.DraftConfirmed, e.DraftStood)
    if fixed and (signed or source.law.pack.meeting.draft_signature is not None):
        wanted = _over(fixed[-1])
        hands = _hands([one for one in signed if _over(one) == wanted])
        yield ToSign(what="draft", doc="D12", about=(wanted or "")[:16], hash=wanted, hands=hands)


def _contracts(source: Source) -> Iterator[ToSign]:
    """What the congress passed; an objection or a new draft makes place for new signatures."""
    passed = list(passed_drafts(source))
    if not passed:
        return
    voted, on = passed[-1][1].draft_hash, passed[-1][2]
    rows = source.entries(e.ContractSigned, e.SigningRefused, e.ContractObjected)
    last = max((n for n, one in enumerate(rows) if isinstance(one.event, e.ContractObjected)), default=-1)
    hands = [one for one in rows[last + 1 :] if _of_contract(one, voted, on)]
    yield ToSign(what="contract", doc="D14", about=voted[:16], hash=voted, hands=_hands(hands))


def _of_contract(one: Recorded, voted: str, on: date) -> bool:
    match one.event:
        case e.ContractSigned(document_hash=signed):
            return signed == voted
        case e.SigningRefused():  # of an earlier text, if it was refused before this one passed
            return one.at.date() >= on
        case _:
            return False


def _over(one: Recorded) -> str | None:
    """The hash of the text that an entry is over."""
    match one.event:
        case (
            e.MinutesConfirmed(minutes_hash=found)
            | e.DraftConfirmed(draft_hash=found)
            | e.DraftStood(draft_hash=found)
            | e.DraftSigned(draft_hash=found)
        ):
            return found
        case _:
            return None


def _hands(signed: Sequence[Recorded]) -> tuple[Hand, ...]:
    by_side = {hand.side: hand for hand in map(_hand, signed)}
    return tuple(by_side.get(side, Hand(side=side, state="open")) for side in SIDES)


def _hand(one: Recorded) -> Hand:
    event = one.event
    assert isinstance(event, e.SideFact | e.ContractSigned | e.SigningRefused)
    refused = isinstance(event, e.SigningRefused)
    sig = decode(one.leaf).sig
    person = event.person if isinstance(event, e.ContractSigned) else one.actor
    how: How = "device" if sig is not None else "ink" if event.from_paper or event.evidence else "platform"
    return Hand(
        side=event.side,
        state="refused" if refused else "signed",
        how=how,
        person=person,
        entry=f"{one.stream.value}/{one.seq}",
        at=one.at,
        mark=None if sig is None else mark_of(signed_by(sig)),
        reason=words(event, "reason") if refused else None,
        scan=event.evidence.sha256 if how == "ink" and event.evidence is not None else None,
        entered_by=one.actor if how == "ink" and one.actor != person else None,
    )
