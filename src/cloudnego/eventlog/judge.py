"""Judging one command on what is known of its case, and sealing what follows: the same for every store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeAlias

from cloudnego.core.commands import AdoptCalendar, Command
from cloudnego.core.decide import Decision, decide
from cloudnego.core.events import Event
from cloudnego.core.moment import Law, Moment
from cloudnego.core.procedure import PLACES
from cloudnego.core.refusals import Obstacle, Refused
from cloudnego.core.road import place_of
from cloudnego.core.state import Negotiation
from cloudnego.core.vocabulary import Side, Stream
from cloudnego.eventlog.codec import asked_of
from cloudnego.eventlog.fold import Case, Fold, Kept
from cloudnego.eventlog.leaf import asked_mac, command_id, instant
from cloudnego.eventlog.seal import Asking, Sealed, Sealer
from cloudnego.ports import CHINA, Asked, Broken, Busy, Entry, KeyReused, NoCase, Receipt


class Refusal(NamedTuple):
    """Refused by the rules."""

    obstacles: tuple[Obstacle, ...]


class Reused(NamedTuple):
    """The key stands for another command."""


class Missing(NamedTuple):
    """No such case in this district."""


class Later(NamedTuple):
    """Not written; the same may be asked again."""

    retry_after: int = 1


class Defect(NamedTuple):
    """Judging it raised something that is no refusal."""

    what: str


Answer: TypeAlias = Receipt | Refusal | Reused | Missing | Later | Defect
"""Answers travel between threads as values: an exception object shared by a batch would grow its traceback."""

Pin: TypeAlias = tuple[str, str, str]
"""Pack, its version, and the version of the calendar."""


def told(answer: Answer) -> Receipt:
    """The receipt, or the exception that the answer stands for."""
    match answer:
        case Receipt():
            return answer
        case Refusal(obstacles):
            raise Refused(obstacles)
        case Reused():
            raise KeyReused("this Idempotency-Key was used for another command")
        case Missing():
            raise NoCase("no such case")
        case Later(retry_after):
            raise Busy(retry_after)
        case Defect(what):
            raise Broken(what)


def pin_of(case: Negotiation) -> Pin | None:
    """The law a case is judged by; None before it is opened."""
    opened = case.opened
    return None if opened is None else (opened.pack, opened.pack_version, case.calendar)


def other_case(asked: Asked) -> str | None:
    """The one other case this ask is judged by: its row in the table says which field of the command names it."""
    reads = PLACES[type(asked.command)].ask.reads
    named: Any = None if reads is None else getattr(asked.command, reads)
    return named if isinstance(named, str) else None


def is_caucus(asked: Asked) -> bool:
    """Whether the command writes a side's own stream."""
    return PLACES[type(asked.command)].ask.writes == "caucus"


def fact_of(asked: Asked) -> tuple[Stream, int] | None:
    """Where the one event stands that this ask speaks of, if its row in the table says that it speaks of one."""
    about = PLACES[type(asked.command)].ask.about
    return None if about is None else place_of(getattr(asked.command, about))


class Judge:
    """Judges and seals. It changes the folds it is given; whoever cannot commit them must drop them."""

    def __init__(self, sealer: Sealer, law: Callable[[Pin], Law]) -> None:
        self._sealer: Final = sealer
        self._law: Final = law

    def judge(
        self,
        asked: Asked,
        case: Case,
        side: Side | None,
        *,
        secret: bytes,
        default_pin: Pin,
        other: Negotiation | None,
        fact: Event | None = None,
        into: list[Sealed],
    ) -> Answer:
        """Judge one command and append the rows that follow from it to `into`.

        `side` names the caucus it writes; None: the joint streams. `secret` is the district's. `fact`: see `fact_of`.
        """
        own: Fold[Any] = case.joint if side is None else case.caucuses[side]
        identity = command_id(asked.by.person, asked.key)
        mac = asked_mac(secret, asked_of(asked.command))
        was = own.kept.get(identity)
        if was is not None:
            if was.asked is not None and was.asked != mac:
                return Reused()
            return Receipt(case=case.id, entries=was.entries, warnings=was.warnings, repeated=True)
        at = asked.at.astimezone(CHINA)
        if own.at is not None and own.at > at:
            at = own.at
        pin = pin_of(case.joint.state) or default_pin
        try:
            moment = Moment(
                case.joint.state,
                at,
                self._law(pin),
                asked.by,
                case_id=case.id,
                heads=case.joint.sizes if side is None else {**case.joint.sizes, **own.sizes},
                roots=case.joint.root,
                caucus=None if side is None else own.state,
                register=asked.register,
                other=other,
                new_law=self._new_law(pin, asked.command),
                fact=fact,
                named=asked.named,
                signed=asked.sig is not None,
            )
            decision = decide(moment, asked.command)
        except Refused as no:
            return Refusal(no.obstacles)
        except Exception as wrong:  # a defect must not take its batch along; it is answered as one
            return Defect(f"{asked.command.type}: {type(wrong).__name__}: {wrong}")
        streams = [event.stream for event in decision.events]
        if not streams or not own.sizes.keys() >= set(streams):
            return Defect(f"{asked.command.type}: events in {sorted(set(streams))}, not in {sorted(own.sizes)}")
        asking = Asking(asked.district, case.id, instant(at), asked.by, identity, mac, decision.warnings, asked.sig)
        entries = self._write(asking, decision, streams, own, into)
        own.state = decision.after if side is None else decision.caucus_after
        own.at = at
        own.kept[identity] = Kept(mac, entries, decision.warnings)
        return Receipt(case=case.id, entries=entries, warnings=decision.warnings)

    def _new_law(self, pin: Pin, command: Command) -> Law | None:
        """The law with the calendar that a command wants to adopt; None if it wants none, or one we do not have."""
        if not isinstance(command, AdoptCalendar):
            return None
        try:
            return self._law((pin[0], pin[1], command.calendar))
        except KeyError:
            return None

    def _write(
        self, asking: Asking, decision: Decision, streams: list[Stream], own: Fold[Any], into: list[Sealed]
    ) -> tuple[Entry, ...]:
        entries = []
        for number, (event, stream) in enumerate(zip(decision.events, streams, strict=True)):
            row = self._sealer.seal(asking, event, stream, own.sizes[stream] + 1, first=number == 0)
            into.append(row)
            entries.append(Entry(stream, own.add(stream, row.hash, asking.at), event.type))
        return tuple(entries)
