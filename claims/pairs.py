"""Non-interference in pairs: one seeded history run twice, differing only in what this observer must not see.

Everything he receives (status, headers, bodies, lengths, errors, ids, cursors, tags, in its order) must be the same to
the byte, also while the others' acts are in the writer's queue together with his. Nobody has to guess through which
channel a secret might leak. Several watch one history: a pair is one history with one of them.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from random import Random
from typing import Any, Final, NamedTuple

from starlette.types import ASGIApp

from claims.hidden import SECRETS, Doing, hidden_from
from claims.listening import Ear, quiet
from claims.telling import Came, Teller
from claims.town import DISTRICT, FIRMS, TOLD, Twin, Twins, case_of, story, tokens, told_of, twins
from claims.watching import (
    LISTS,
    LOOKS,
    OF_PROGRAMS,
    OF_THE_FIRM,
    TERMS,
    UNNOTED,
    Ask,
    Half,
    Watcher,
    all_at_once,
    difference,
    first_other,
    get,
)
from cloudnego.chooser import fill
from cloudnego.core import commands as c
from cloudnego.core.moment import Moment
from cloudnego.core.sight import next_for
from cloudnego.core.state import EMPTY_CAUCUS
from cloudnego.core.vocabulary import Side
from cloudnego.web.commands import kebab
from cloudnego.web.cursors import cursor_of
from tests.secrecy.ground import ABOVE, person
from tests.secrecy.wire import Said

LOT: Final = 50  # histories on one pair of houses; what earlier ones left behind must not tell anything either
WATCHING: Final = 4  # observers of one history at most, each of another kind: with each of them it makes a pair
LISTENING: Final = 0.35  # of the histories: those who watch sit in the room of the case, too
PROGRAMS: Final = 0.15  # of the lists that are looked at: what there is of a firm's programs
SECRETLY: Final = 0.5
"""How often there is something hidden beside what the houses differ in anyway."""

_ABOVE = tuple(one for one in ABOVE if one != "operator")
OBSERVERS: Final[dict[str, tuple[str, ...]]] = {
    "worker": (
        "employer_chief", "employer_chief", "employer_rep", "hr", "portal", "worker", "union_admin", "instructor",
        *_ABOVE,
    ),
    "employer": ("worker_chief", "worker_chief", "worker_rep", "worker", "hr", "portal", "instructor", *_ABOVE),
    "table": (
        "worker", "congress_delegate", "hr", "portal", "union_admin", "authority", "town_union", "district_union",
    ),
    "papers": ("worker",),
}  # fmt: skip
"""Who looks, by what is hidden in his own firm's case. A whole case of another firm is hidden from all of them."""

_ACTORS: Final = {
    "worker": ("worker_chief", "worker_rep"), "employer": ("employer_chief", "employer_rep"),
    "table": ("worker_chief", "employer_chief"), "papers": ("worker_chief", "employer_chief", "worker_rep"),
    "case": ("worker_chief", "employer_chief", "hr", "union_admin"),
}  # fmt: skip
_WORDS: Final = (c.RecordOpinions, c.DraftTopicSheet)
_CAUCUS: Final = (*_WORDS, c.CallInstructor, c.EndCall)
_UNCALLED: Final = ("W4", "M2", "T1", "T2", "K1", "K2")
"""Firms where nobody calls the instructor into a caucus: there he looks, and sees none of it."""

_HIDDEN: Final[dict[str, tuple[type[c.Command], ...]]] = {
    "worker": _CAUCUS,
    "employer": (c.DraftTopicSheet, c.CallInstructor, c.EndCall),
    "table": (*_CAUCUS, c.MakeProposal, c.MakeProposal),
    "papers": (*_CAUCUS, c.MakeProposal, c.PutClause, c.RequestMaterials, c.DeliverMaterial, c.RaiseProblem),
}
"""What the houses differ in; in `case` it is whatever may be asked."""

_ENDS: Final = {"withdraw_case", "consent_to_withdrawal", "end_talks", "merge_into_regional", "cover_enterprise"}
_KEEP: Final = frozenset({"portal", "hr", "employer_chief", "district_union"})
"""Who is told by webhooks, or keeps those who are."""

_IN_NOTICE: Final = (c.Urge, c.RecordReference, c.RevokeElectronicService, c.ConfirmElectronicService)
"""What everybody sees and what nothing said at the table changes."""


class Broken(NamedTuple):
    """A pair in which an observer received something else."""

    seed: int
    lot: int
    observer: str
    hides: str
    what: str

    def __str__(self) -> str:
        return f"seed {self.seed} (lot from {self.lot}), {self.observer} who must not see {self.hides}: {self.what}"


class Tally:
    """What many pairs were."""

    def __init__(self) -> None:
        self.histories = 0
        self.pairs = 0
        self.received = 0
        self.frames = 0
        self.told = 0
        self.observers: Counter[str] = Counter()
        self.hidden: Counter[str] = Counter()
        self.secrets: Counter[str] = Counter()
        self.broken: list[Broken] = []

    def merge(self, other: Tally) -> None:
        self.histories += other.histories
        self.pairs += other.pairs
        self.received += other.received
        self.frames += other.frames
        self.told += other.told
        self.observers += other.observers
        self.hidden += other.hidden
        self.secrets += other.secrets
        self.broken += other.broken

    def summary(self) -> dict[str, Any]:
        return {
            "histories": self.histories, "pairs": self.pairs, "received": self.received, "frames": self.frames,
            "told": self.told, "observers": dict(self.observers), "hidden": dict(self.hidden),
            "secrets": dict(self.secrets),
        }  # fmt: skip


def _command(who: str, case: str, command: c.Command, key: str) -> Ask:
    body = command.model_dump_json(exclude_none=True).encode()
    path = f"/negotiations/{case}/{kebab(command.type)}"
    return Ask(who, "POST", path, body, (("idempotency-key", key),))


class History:
    """One seeded history in two houses, and those who watch it."""

    def __init__(self, seed: int, halves: tuple[Half, Half], only: str | None = None) -> None:
        self.seed = seed
        self.halves = halves
        self.dice = Random(seed)
        self.firm = self.dice.choice(FIRMS)
        self.hides = self.firm.hides
        own = self.firm if self.hides != "case" else self.dice.choice([one for one in FIRMS if one.hides != "case"])
        kinds = [k for k in OBSERVERS[own.hides] if k != "instructor" or own.name in _UNCALLED]
        self.dice.shuffle(kinds)
        self._secrets = hidden_from(kinds[0], self.hides)  # and with the first watch those who see none of it either
        blind = [kind for kind in dict.fromkeys(kinds) if set(self._secrets) <= set(hidden_from(kind, self.hides))]
        self.watchers = [Watcher(kind, own.name) for kind in blind[:WATCHING]]
        self.case = case_of(self.firm)
        self.looked_at = case_of(own) if self.dice.random() < 0.7 else self.case
        self.hidden = 0
        self.only = only
        self.secrets: Counter[str] = Counter()
        self.ears: list[tuple[Ear, Ear]] = []
        self._speaking: list[tuple[Ear, Ear]] = []
        self._looks = UNNOTED if self.hides in ("worker", "employer") else LOOKS
        self._asked = 0
        self._tellers = [Teller(half.twin.house) for half in halves]
        self._begun = [{one.id: len(self._told(teller, one)) for one in self.watchers} for teller in self._tellers]

    # --- what is asked ------------------------------------------------------------------------------------------

    def _key(self, what: str) -> str:
        self._asked += 1
        return f"{what}-{self.seed}-{self._asked}"

    def _moment(self, half: Half, who: str, dice: Random) -> Moment | None:
        """The case as it stands in a house, with somebody of its story asking."""
        log, scene = half.twin.house.site.log, story(self.firm)
        case = log.state(self.case)
        if case is None or not case.live:
            return None
        by = scene.member(who)
        heads = {stream: size for stream, (_, size) in log.versions(self.case).items()}
        side = Side.EMPLOYER if who.startswith(("employer", "hr")) else Side.WORKER
        caucus = log.caucus(self.case, side) or EMPTY_CAUCUS
        at = half.twin.house.site.world.clock(DISTRICT)
        return Moment(case, at, scene.law, by, case_id=self.case, heads=heads, caucus=caucus, register=scene.register)

    def _filled(self, half: Half, who: str, kinds: Iterable[type[c.Command]], dice: Random, what: str) -> Ask | None:
        """The first of some commands that can be filled for somebody."""
        moment = self._moment(half, who, dice)
        if moment is None:
            return None
        for kind in kinds:
            try:
                command = fill(moment, kind, dice, story(self.firm).cast)
            except (LookupError, ValueError, AssertionError, TypeError, AttributeError):
                continue
            return _command(who, self.case, command, self._key(what))
        return None

    def _in_hiding(self, half: Half, dice: Random) -> Ask:
        """One act, or one look, that the observer must not see."""
        who = person(dice.choice(_ACTORS[self.hides]), self.firm.name)
        chance = dice.random()
        if chance < 0.25:
            return get(who, f"/negotiations/{self.case}{dice.choice(self._looks)}")
        if chance < 0.3:
            return Ask(who, "POST", f"/negotiations/{self.case}/sign-contract", b'{"draft_hash": "no"}')
        kinds = self._open(half, who, set()) if self.hides == "case" else list(_HIDDEN[self.hides])
        if self.firm.name in _UNCALLED:
            kinds = [one for one in kinds if one not in (c.CallInstructor, c.EndCall)]
        dice.shuffle(kinds)
        return self._filled(half, who, kinds, dice, f"h{dice.getrandbits(40)}") or get(
            who, f"/negotiations/{self.case}/next"
        )

    def _open(self, half: Half, who: str, without: set[str]) -> list[type[c.Command]]:
        moment = self._moment(half, who, self.dice)
        possible = next_for(moment) if moment is not None else ()
        return [c.COMMANDS[one.command] for one in possible if one.open and one.command not in without]

    def _in_sight(self) -> Ask | None:
        """An act that both houses see alike; filled once, from the first."""
        half, dice = self.halves[0], self.dice
        if self.hides == "case":
            return None
        if self.hides in ("table", "papers"):
            who = person(dice.choice(("worker_chief", "union_admin", "hr")), self.firm.name)
            return self._filled(half, who, dice.sample(_IN_NOTICE, len(_IN_NOTICE)), dice, "s")
        who = person(dice.choice(("worker_chief", "employer_chief", "hr", "union_admin", "worker_rep")), self.firm.name)
        kinds = self._open(half, who, _ENDS | {one.model_fields["type"].default for one in _CAUCUS})
        return self._filled(half, who, dice.sample(kinds, len(kinds)), dice, "s") if kinds else None

    def _observed(self, watcher: Watcher) -> Ask:
        """A request of the observer: a look, a list, an act of his own, or one that cannot be."""
        dice, who, case = self.dice, watcher.id, self.looked_at
        chance = dice.random()
        if chance < 0.35:
            path = f"/negotiations/{case}{self._look_of(watcher)}"
        elif chance < 0.6:
            path = self._list_for(watcher)
        elif chance < 0.7:
            foreign = dice.choice(("worker", "employer", "table", "filing"))
            path = f"/negotiations/{case}/timeline?cursor={cursor_of('timeline', {foreign: dice.randrange(3)})}"
        elif chance < 0.75 and watcher.next:
            path = f"/negotiations/{case}/timeline?cursor={watcher.next}"
        elif chance < 0.9:
            kind = dice.choice(list(c.COMMANDS.values()))
            asked = self._filled(self.halves[0], who, [kind], dice, "o") if not kind.opens else None
            return asked or Ask(
                who, "POST", f"/negotiations/{case}/{kebab(kind.model_fields['type'].default)}", b'{"x": 1}'
            )
        else:
            fact = f"{dice.choice(('worker', 'employer', 'table', 'notice'))}.{1 + dice.randrange(4)}"
            body = json.dumps({"fact": fact, "statement": "不符", "grounds": ["statement"]}).encode()
            return Ask(who, "POST", f"/negotiations/{case}/contest-fact", body, (("idempotency-key", self._key("o")),))
        tag = watcher.tags.get(path) if dice.random() < 0.5 else None
        return get(who, path, **{"if-none-match": tag} if tag else {})

    def _look_of(self, watcher: Watcher) -> str:
        return self.dice.choice([one for one in LOOKS if one not in watcher.not_asked])

    def _list_for(self, watcher: Watcher) -> str:
        if self.dice.random() < PROGRAMS:
            kind = "portal" if watcher.kind == "portal" else self.dice.choice(TOLD)
            return self.dice.choice(OF_PROGRAMS).format(told_of(kind, self.firm.name))
        spared = watcher.not_asked | ({TERMS} if watcher.kind in ABOVE else set())
        path = self.dice.choice([one for one in (*LISTS, *OF_THE_FIRM) if one not in spared])
        return path.format(self.firm.name)

    def _told(self, teller: Teller, watcher: Watcher) -> list[Came]:
        """What the webhook of who watches was told so far; of a person that is nothing."""
        return teller.lines.at(told_of("portal", watcher.firm).url) if watcher.kind == "portal" else []

    def told_to(self, watcher: Watcher) -> tuple[list[Came], list[Came]]:
        """What his webhook was told in this history, in either house."""
        begun = zip(self._tellers, self._begun, strict=True)
        here, there = (self._told(teller, watcher)[number[watcher.id] :] for teller, number in begun)
        return here, there

    # --- what happens ---------------------------------------------------------------------------------------------

    async def play(self) -> None:
        """The whole history: in each beat the hidden acts of each house are in flight while one observer asks."""
        if self.dice.random() < LISTENING:
            await self._listen()
        for watcher in self.watchers:
            step = timedelta(seconds=self.dice.randrange(1, 600))
            for half in self.halves:
                half.twin.clock.at += step
            asked, seen = self._observed(watcher), self._in_sight() if self.dice.random() < 0.6 else None
            heard = []
            for number, half in enumerate(self.halves):
                dice = Random(f"{self.seed} {self._asked} {number}")
                acts = [self._in_hiding(half, dice) for _ in range(dice.randrange(4) if self.only is None else 0)]
                self._sign(number, dice)
                heard.append(await self._at_once(half, acts, asked, dice, watcher))
            watcher.keep(asked, heard)
            if seen is not None:
                for half in self.halves:
                    await half.ask(seen)
        for watcher in self.watchers:
            await self._look(watcher)
        for half in self.halves:
            await quiet(half.twin.house)
        for ears in (*self.ears, *self._speaking):
            for ear in ears:
                await ear.close()

    async def _listen(self) -> None:
        """Everybody who watches sits in the room of the case, and so does somebody of the side that confers."""
        for watcher in self.watchers:
            self.ears.append(self._two_ears(watcher.id, self.looked_at))
        if self.hides in ("worker", "employer"):
            who = person(f"{self.hides}_chief", self.firm.name)
            self._speaking.append(self._two_ears(who, self.case))
        for ears in (*self.ears, *self._speaking):
            for ear in ears:
                await ear.open()

    def _two_ears(self, who: str, case: str) -> tuple[Ear, Ear]:
        one, two = (Ear(half.twin.house, half.app, half.tokens[who], case) for half in self.halves)
        return one, two

    def _sign(self, number: int, dice: Random) -> None:
        """A hand goes up in the caucus, or somebody types there."""
        for ears in self._speaking:
            if dice.random() < 0.7:
                kind, on = dice.choice(("hand", "typing")), dice.random() < 0.7
                ears[number].say(frame="signal", stream=self.hides, kind=kind, on=on)

    async def _at_once(self, half: Half, acts: list[Ask], asked: Ask, dice: Random, by: Watcher) -> Said:
        """Hidden acts, the observer's request and what webhooks are told in one turn of the loop, in any order."""
        place = dice.randrange(len(acts) + 1)
        secret = self._in_secret(half, dice)
        told: Said
        others = (secret, self._tell(half, by), *(half.ask(one) for one in acts))
        told, _, _, *answers = await all_at_once(place, half.ask(asked), *others)
        self.hidden += sum(one.status == 201 for one in answers)
        return told

    async def _tell(self, half: Half, *watchers: Watcher) -> None:
        """Let the webhooks of a house be told, where somebody watches to whom that is known."""
        if any(one.kind in _KEEP for one in watchers):
            await self._tellers[self.halves.index(half)].tell(frozenset({self.case, self.looked_at}))

    async def _in_secret(self, half: Half, dice: Random) -> None:
        """Something else that the observer must not see, in one house or both, or in none."""
        names = self._secrets if self.only is None else [one for one in self._secrets if one == self.only]
        if names and dice.random() < SECRETLY:
            name, who = dice.choice(names), person(dice.choice(_ACTORS[self.hides]), self.firm.name)
            doing = Doing(half.twin.house, half.app, half.tokens, self.firm, who, dice)
            self.secrets[name] += await SECRETS[name].do(doing)

    async def _look(self, watcher: Watcher) -> None:
        """What there is to see of the case afterwards, and one list."""
        for half in self.halves:
            await self._tell(half, watcher)
        case = f"/negotiations/{self.looked_at}"
        feed = ("/events",) if watcher.kind == "portal" else ()
        for path in (case, f"{case}/timeline", self._list_for(watcher), *feed):
            one = get(watcher.id, path)
            watcher.keep(one, [await half.ask(one) for half in self.halves])

    def broken(self, lot: int) -> Iterator[Broken]:
        """For each observer the first thing he received that was another in the other house."""
        for watcher in self.watchers:
            for first, second in zip(*watcher.heard, strict=True):
                if first != second:
                    what = f"{first.asked}: {difference(first.said, second.said)}"
                    yield Broken(self.seed, lot, watcher.id, self.hides, what)
                    break
        for watcher in self.watchers:
            here, there = self.told_to(watcher)
            if here != there:
                yield Broken(self.seed, lot, watcher.id, self.hides, f"what was told: {first_other(here, there)}")
        for watcher, ears in zip(self.watchers, self.ears, strict=False):  # nobody listens, or all do
            one, two = (ear.received() for ear in ears)
            strange = sorted(name for name in one.keys() | two.keys() if one.get(name) != two.get(name))
            if strange:
                what = f"frames of {strange}: {first_other(one.get(strange[0], []), two.get(strange[0], []))}"
                yield Broken(self.seed, lot, watcher.id, self.hides, what)


Plant = Callable[[Twin, ASGIApp], ASGIApp]
"""What a test puts before the application, to see a leak caught."""


def run(first: int, count: int, plant: Plant | None = None, only: str | None = None, houses: Twins = twins) -> Tally:
    """`count` histories from seed `first` on, in lots; `only`: of all that is hidden this alone."""
    tally = Tally()
    for lot in range(first, first + count, LOT):
        asyncio.run(_lot(lot, min(LOT, first + count - lot), tally, plant, only=only, had=houses))
    return tally


async def _lot(first: int, count: int, tally: Tally, plant: Plant | None, *, only: str | None, had: Twins) -> None:
    with had() as houses:
        halves = [
            Half(one, plant(one, one.house.front) if plant is not None else one.house.front, tokens()) for one in houses
        ]
        for seed in range(first, first + count):
            history = History(seed, (halves[0], halves[1]), only)
            await history.play()
            tally.histories += 1
            tally.pairs += len(history.watchers)
            tally.received += sum(2 * len(one.heard[0]) for one in history.watchers)
            tally.frames += sum(len(told) for ears in history.ears for ear in ears for told in ear.received().values())
            tally.told += sum(len(told) for one in history.watchers for told in history.told_to(one))
            tally.observers.update(one.kind for one in history.watchers)
            tally.hidden[history.hides] += history.hidden
            tally.secrets += history.secrets
            tally.broken += history.broken(first)
