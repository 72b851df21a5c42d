"""The log in memory: the same judging and sealing, nothing on disk. For tests and walks, never for a district."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, Literal

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cloudnego.core.calendar import Calendar
from cloudnego.core.events import Event
from cloudnego.core.moment import Law
from cloudnego.core.overview import Overview
from cloudnego.core.pack import Pack
from cloudnego.core.sight import caucus_side, seated
from cloudnego.core.state import EMPTY_CAUCUS, Caucus, Negotiation
from cloudnego.core.vocabulary import Side, Stream
from cloudnego.eventlog import overviews, rollup, tally
from cloudnego.eventlog.bells import LocalBell
from cloudnego.eventlog.cockpit import counted, figures
from cloudnego.eventlog.districts import District, DistrictExists, LiveClock, NoDistrict
from cloudnego.eventlog.fold import Case, new_caucus
from cloudnego.eventlog.gist import gist_of
from cloudnego.eventlog.judge import Answer, Judge, Missing, Pin, fact_of, other_case, told
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.leaf import case_id
from cloudnego.eventlog.seal import Sealed, Sealer, event_of, leaf_of, recorded
from cloudnego.ports import (
    Asked,
    Cockpit,
    Counts,
    Cut,
    Filter,
    Gist,
    Listed,
    NoCase,
    Page,
    Receipt,
    Recorded,
    Standing,
    Within,
)


class MemoryDistricts:
    """What `Districts` does, in memory."""

    def __init__(self) -> None:
        self._found: Final[dict[str, District]] = {}
        self._packs: Final[dict[tuple[str, str], Pack]] = {}
        self._calendars: Final[dict[str, Calendar]] = {}

    def make(self, id_: str, name: str, kind: Literal["live", "sandbox"], pack: Pack, calendar: Calendar) -> District:
        if id_ in self._found:
            raise DistrictExists("district_exists", district=id_)
        self.keep(pack=pack, calendar=calendar)
        made = District(
            id=id_,
            name=name,
            kind=kind,
            clock_offset_s=0,
            pack=pack.id,
            pack_version=pack.version,
            calendar=calendar.version,
        )
        self._found[id_] = made
        return made

    def all(self) -> list[District]:
        return [self._found[id_] for id_ in sorted(self._found)]

    def get(self, id_: str) -> District:
        if id_ not in self._found:
            raise NoDistrict("no_district", district=id_)
        return self._found[id_]

    def _put(self, id_: str, **change: Any) -> District:
        changed = self._found[id_] = msgspec.structs.replace(self.get(id_), **change)
        return changed

    def move_clock(self, id_: str, offset_s: int) -> District:
        if self.get(id_).kind != "sandbox":
            raise LiveClock(id_)
        return self._put(id_, clock_offset_s=offset_s)

    def adopt(self, id_: str, *, pack: Pack | None = None, calendar: Calendar | None = None) -> District:
        self.keep(pack=pack, calendar=calendar)
        change: dict[str, str] = {}
        if pack is not None:
            change |= {"pack": pack.id, "pack_version": pack.version}
        if calendar is not None:
            change["calendar"] = calendar.version
        return self._put(id_, **change)

    def keep(self, *, pack: Pack | None = None, calendar: Calendar | None = None) -> None:
        if pack is not None:
            self._packs[pack.id, pack.version] = pack
        if calendar is not None:
            self._calendars[calendar.version] = calendar

    def law(self, pin: Pin) -> Law:
        pack, version, calendar = pin
        return Law(pack=self._packs[pack, version], calendar=self._calendars[calendar])


class MemoryLog:
    """`EventLog` in memory. Each command is judged as it is asked, so nobody ever waits or is told `Busy`."""

    def __init__(self, ring: Keyring | None = None) -> None:
        self.ring: Final = ring or Keyring.seeded("memory")
        self.bell: Final = LocalBell()
        self.districts: Final = MemoryDistricts()
        self._keys: Final[dict[str, AESGCM]] = {}
        self._secrets: Final[dict[str, bytes]] = {}
        self._sealer: Final = Sealer(self.ring.dice, self._key)
        self._judge: Final = Judge(self._sealer, self.districts.law)
        self._cases: Final[dict[str, Case]] = {}
        self._rows: Final[dict[str, list[Sealed]]] = {}
        self._epochs: Final[dict[tuple[str, Stream], int]] = {}

    def close(self) -> None:
        """Nothing is held."""

    def _key(self, stream: str) -> AESGCM:
        if stream not in self._keys:
            self._keys[stream] = AESGCM(self.ring.new(stream)[0])
        return self._keys[stream]

    def _secret(self, district: str) -> bytes:
        if district not in self._secrets:
            self._secrets[district] = self.ring.new(f"district {district}")[0]
        return self._secrets[district]

    # --- asking ---------------------------------------------------------------------------------------------------

    async def ask(self, asked: Asked) -> Receipt:
        return self.ask_now(asked)

    def ask_now(self, asked: Asked) -> Receipt:
        """`ask` without a loop."""
        answer = self._answer(asked)
        case = self._cases.get(answer.case) if isinstance(answer, Receipt) else None
        if case is not None and case.dirty:
            case.overview = overviews.of_case(case, self.districts.law)
            moved = dict(case.grown())
            case.clean()
            self.bell.ring(moved)
        return told(answer)

    def _answer(self, asked: Asked) -> Answer:
        try:
            district = self.districts.get(asked.district)
        except NoDistrict:
            return Missing()
        secret = self._secret(district.id)
        if asked.command.opens is not (asked.case is None):
            return Missing()
        opening = asked.case is None
        name = asked.case or case_id(secret, asked.by.person, asked.key)
        case = self._cases.get(name) or (Case(name, district.id) if opening else None)
        if case is None or case.district != district.id:
            return Missing()
        other = self._cases.get(other_case(asked) or "")
        side = caucus_side(case.joint.state, asked.by, asked.command)
        if side is not None and side not in case.caucuses:
            case.caucuses[side] = new_caucus(side)
        answer = self._judge.judge(
            asked,
            case,
            side,
            secret=secret,
            default_pin=(district.pack, district.pack_version, district.calendar),
            other=None if other is None or other.district != case.district else other.joint.state,
            fact=self._fact(asked, name),
            into=self._rows.setdefault(name, []),
        )
        if case.joint.size:
            self._cases[name] = case
        return answer

    def _fact(self, asked: Asked, case: str) -> Event | None:
        place = fact_of(asked)
        row = next((r for r in self._rows.get(case, ()) if place == (Stream(r.stream), r.seq)), None)
        return None if row is None else event_of(row, leaf_of(row), with_words=False)

    def erase(self, case: str, stream: Stream, seqs: frozenset[int]) -> int:
        """Delete the words of entries; returns how many had any."""
        if case not in self._cases:
            raise NoCase(case)
        erased = 0
        rows = self._rows[case]
        for place, row in enumerate(rows):
            if row.stream == stream.value and row.seq in seqs and row.words is not None:
                rows[place] = row._replace(words=None, words_salt=None)
                erased += 1
        if erased:
            self._epochs[case, stream] = self._epochs.get((case, stream), 1) + 1
        return erased

    # --- reading --------------------------------------------------------------------------------------------------

    def state(self, case: str) -> Negotiation | None:
        found = self._cases.get(case)
        return None if found is None else found.joint.state

    def caucus(self, case: str, side: Side) -> Caucus | None:
        found = self._cases.get(case)
        if found is None:
            return None
        return found.caucuses[side].state if side in found.caucuses else EMPTY_CAUCUS

    def district(self, case: str) -> str | None:
        found = self._cases.get(case)
        return None if found is None else found.district

    def versions(self, case: str) -> dict[Stream, tuple[int, int]]:
        found = self._cases.get(case)
        if found is None:
            return {}
        sizes = {stream: size for fold in found.folds() for stream, size in fold.sizes.items()}
        return {stream: (self._epochs.get((case, stream), 1), sizes.get(stream, 0)) for stream in Stream}

    def rows(self, case: str) -> tuple[Sealed, ...]:
        """All rows of a case in the order they were written: what a database would hold."""
        return tuple(self._rows.get(case, ()))

    def read(
        self, case: str, streams: frozenset[Stream], after: Mapping[Stream, int] | None = None, limit: int = 256
    ) -> list[Recorded]:
        after = after or {}
        found = [r for r in self._rows.get(case, ()) if r.stream in streams and r.seq > after.get(Stream(r.stream), 0)]
        return [recorded(self._sealer.plain(row)) for row in found[:limit]]

    def gist(self, case: str, streams: frozenset[Stream]) -> Gist:
        return gist_of(self._sealer.plain(row) for row in self._rows.get(case, ()) if row.stream in streams)

    def law(self, pack: str, pack_version: str, calendar: str) -> Law:
        return self.districts.law((pack, pack_version, calendar))

    def _listed(self, district: str) -> list[Listed]:
        return [
            Listed(case=case.id, overview=case.overview)
            for case in self._cases.values()
            if case.district == district and case.overview is not None
        ]

    def due(self, district: str, today: date, limit: int = 1000) -> list[str]:
        found = [
            (one.overview.next_due, one.case)
            for one in self._listed(district)
            if one.overview.next_due is not None and one.overview.next_due <= today
        ]
        return [case for _, case in sorted(found)[:limit]]

    def cases(self, wanted: Filter, cursor: str | None = None, limit: int = 50) -> Page:
        found = [one for one in self._listed(wanted.district) if _fits(one, wanted)]
        if wanted.without is not None:
            found = [one for one in found if not self._in_reach(one, wanted.without)]
        rows = sorted((one for one in found if self._in_reach(one, wanted.within)), key=_order(wanted))
        if cursor is not None:
            after = _key_of(overviews.read_cursor(cursor))
            rows = [one for one in rows if _order(wanted)(one) > after]
        listed = tuple(rows[:limit])
        more = len(rows) > limit
        return Page(rows=listed, cursor=overviews.cursor_after(listed[-1], by_due=wanted.by_due) if more else None)

    def _in_reach(self, one: Listed, reach: Within | None) -> bool:
        if reach is None:
            return True
        row, seats = one.overview, seated(self._cases[one.case].joint.state)
        organisations = {row.enterprise, row.worker_organ, row.employer_organ, *row.covers}
        return (
            (reach.region is not None and _in_region(row, reach.region))
            or bool(organisations & reach.parties)
            or (reach.person in seats and (seats[reach.person] or not reach.progress))
        )

    def cockpit(self, cut: Cut) -> Cockpit:
        inside = [one.overview for one in self._listed(cut.district) if _in_cut(one.overview, cut)]
        sums = rollup.sums((cut.district, None, row) for row in inside)
        return figures([(*cell[1:-1], *values) for cell, values in sums.items() if cell[1] != "cross"])

    def counts(self, cut: Cut) -> Counts:
        changes = [
            (cut.district, None, one.overview) for one in self._listed(cut.district) if _in_cut(one.overview, cut)
        ]
        cells = rollup.sums(changes).items()
        by_year: dict[tuple[Any, ...], list[int]] = {}
        for cell, values in cells:
            if cell[1] != "cross":
                key = (*cell[1:5], cell[7])
                by_year[key] = [a + b for a, b in zip(by_year.get(key, [0] * len(values)), values, strict=True)]
        tallied: dict[tuple[str, str, int], int] = {}
        for found, cases in tally.sums(changes).items():
            at = (found[1], found[2], found[6])
            tallied[at] = tallied.get(at, 0) + cases
        return counted([(*key, *v) for key, v in by_year.items()], [(*key, n) for key, n in tallied.items()])

    def standings(self, district: str, since: date) -> list[Standing]:
        return [
            Standing(row.enterprise, row.covers, row.wage_year, row.in_force_from, row.expires_on, row.ending)
            for _, row in sorted((one.case, one.overview) for one in self._listed(district))
            if row.wage_year >= since.year or (row.expires_on is not None and row.expires_on >= since)
        ]

    def happened(self, cut: Cut, first: date, last: date) -> dict[str, int]:
        rows = [one.overview for one in self._listed(cut.district)]
        inside = [row for row in rows if cut.region is None or _in_region(row, cut.region)]
        return {
            name: sum(1 for row in inside if first <= (getattr(row, column) or date.max) <= last)
            for name, column in overviews.HAPPENED.items()
        }


def _key_of(place: overviews.Place) -> tuple[bool, int, str]:
    """What falls due comes first, by its day; then the latest opened."""
    day = place.day.toordinal()
    return (not place.dated, day if place.dated else -day, place.case)


def _order(wanted: Filter) -> Callable[[Listed], tuple[bool, int, str]]:
    return lambda one: _key_of(overviews.place_of(one, by_due=wanted.by_due))


def _fits(one: Listed, wanted: Filter) -> bool:
    row = one.overview
    searched = (one.case, row.enterprise, row.external_ref or "", row.worker_organ, row.employer_organ)
    return (
        all(getattr(wanted, name) in (None, getattr(row, name)) for name in overviews.SAME)
        and (wanted.region is None or _in_region(row, wanted.region))
        and (wanted.live is None or (row.ending is None) is wanted.live)
        and (wanted.enterprises is None or row.enterprise in wanted.enterprises)
        and (not wanted.text or any(wanted.text.lower() in part.lower() for part in searched))
        and (wanted.late is None or wanted.late in row.late.split())
        and (wanted.expires_by is None or _ends_by(row, wanted.expires_by))
        and (wanted.overlay is None or wanted.overlay in row.overlays.split())
        and (wanted.calls is None or not wanted.calls.isdisjoint({row.light, row.turn_seat, *row.overlays.split()}))
    )


def _ends_by(row: Overview, day: date) -> bool:
    in_force = row.in_force_from is not None and row.ending is None
    return in_force and row.expires_on is not None and row.expires_on <= day


def _in_region(row: Overview, code: str) -> bool:
    return row.region.startswith(code) or row.town.startswith(code)


def _in_cut(row: Overview, cut: Cut) -> bool:
    return (
        (cut.wage_year is None or row.wage_year == cut.wage_year)
        and (row.town or row.region).startswith(cut.region or "")
        and row.industry.startswith(cut.industry or "")
        and (cut.size_band is None or row.size_band == cut.size_band)
    )
