"""Imports of contracts in force, each of which opens a case: one row for that of one enterprise, and for that of an
industry or a region one row for each enterprise it covers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from cloudnego.core.commands import RegisterContract
from cloudnego.core.overview import Overview
from cloudnego.core.vocabulary import Evidence, EvidenceKind, Scope
from cloudnego.eventlog.judge import Answer, Later, Refusal
from cloudnego.identity.organisations import Speakers, speakers
from cloudnego.identity.register import Entry, Reach, enterprises_by_code
from cloudnego.identity.sessions import Who
from cloudnego.identity.store import reading, writing
from cloudnego.importing.reading import Found, Row
from cloudnego.importing.targets import LeftOut, Run, Verdict, any_refused, chunks, refused
from cloudnego.ports import Asked, Broken, Busy, Filter, Listed, Receipt, Within
from cloudnego.web.enterprises import READERS, reach_of
from cloudnego.web.errors import Problem, obstacle_as_said
from cloudnego.web.openings import opening_now
from cloudnego.web.site import Site

CONTRACTS_MAX: Final = 1_000
COVERED_MAX: Final = 500
"""Of one contract, as its command has it."""

_PAGE: Final = 200
_TRIES: Final = 3
_NAMES: Final = ("scope", "party", "wage_year", "external_ref")
_WITHOUT: Final = ("credit_code", "minimum_wage", "evidence", "party")


class _Contract(NamedTuple):
    """One contract: the places of its rows among all, and the first of them, which says what it is."""

    places: tuple[int, ...]
    row: Row

    @property
    def scope(self) -> Scope:
        return _scope(self.row)


class _Known(NamedTuple):
    """What the register has of those that are named: by code, and by name or id; `reach`: what of it he sees; `firsts`:
    the first row of an enterprise and year."""

    firms: Mapping[str, Entry]
    speakers: Speakers
    reach: Reach
    firsts: Mapping[tuple[str, int], int]


class ContractsTarget:
    """Contracts in force: all that are new are registered in one transaction of the log, which also says that the
    import is done."""

    def __init__(self, site: Site, who: Who, loop: asyncio.AbstractEventLoop, acting_as: str | None, file: str) -> None:
        self._site: Final = site
        self._who: Final = who
        self._loop: Final = loop
        self._acting_as: Final = acting_as
        self._file: Final = file

    def run(self, rows: Sequence[Row], run: Run) -> list[Verdict]:
        contracts, known = _contracts(rows), self._known(rows)
        made: list[list[Verdict]] = []
        for number, one in enumerate(contracts):
            of_it = [rows[place] for place in one.places]
            wrong = self._wrong(of_it, known, number, run.left_out)
            made.append(_spread(wrong, of_it) if wrong else self._verdicts(of_it, known))
            run.told(len(of_it))

        def said() -> list[Verdict]:
            places = {place: one for made_of, of in zip(made, contracts, strict=True)
                      for place, one in zip(of.places, made_of, strict=True)}  # fmt: skip
            return [places[place] for place in range(len(rows))]

        def also(connection: Connection, _answers: Sequence[Answer]) -> None:
            run.finish(connection, said())

        for _ in range(_TRIES):
            keep = run.keep and (run.partial or not any_refused(said()))
            asked = [number for number, one in enumerate(made) if one[0].plan is not None]
            asks: list[Asked] = [made[number][0].plan for number in asked]
            if not asks:
                if keep:
                    with writing(self._site.engine) as session:
                        run.finish(session.connection(), said())
                break
            if keep:
                run.wrote(0)
            answers = self._site.log.ask_together(asks, self._loop, keep=keep, also=also)
            for number, answer in zip(asked, answers, strict=True):
                if not isinstance(answer, Receipt):
                    of_it = [rows[place] for place in contracts[number].places]
                    made[number] = _spread({of_it[0].number: self._no(answer)}, of_it)
            if not (run.keep and run.partial) or all(isinstance(one, Receipt) for one in answers):
                break
        else:  # the rules said no to others each time: ask again
            raise Busy(1)
        return said()

    # --- what each is -----------------------------------------------------------------------------------------------

    def _known(self, rows: Sequence[Row]) -> _Known:
        reach = reach_of(self._who, READERS, self._site)
        with reading(self._site.engine) as session:
            firms: dict[str, Entry] = {}
            for some in chunks(sorted({row.values["credit_code"] for row in rows})):
                firms |= enterprises_by_code(session, self._who.district, some)
            named = {row.values["party"] for row in rows if "party" in row.values}
            bodies = speakers(session, self._who.district, named)
        firsts: dict[tuple[str, int], int] = {}
        for row in rows:
            if _scope(row) is Scope.ENTERPRISE:
                firsts.setdefault(_own(row), row.number)
        return _Known(firms, bodies, reach, firsts)

    def _wrong(self, rows: Sequence[Row], known: _Known, number: int, left_out: Sequence[LeftOut]) -> dict[int, Found]:
        """What is wrong with rows of one contract, by their numbers. What is out of his reach is not told to be."""
        if number >= CONTRACTS_MAX:
            return {rows[0].number: Found("too_many_contracts", facts={"most": CONTRACTS_MAX})}
        first = rows[0]
        many = _scope(first) is not Scope.ENTERPRISE
        if not many and "party" in first.values:
            return {first.number: Found("party_of_many", "party")}
        if not many and known.firsts[_own(first)] != first.number:
            return {first.number: Found("twice", "wage_year", {"row": known.firsts[_own(first)]})}
        wrong: dict[int, Found] = {}
        for row in rows:
            code = row.values["credit_code"]
            entry = known.firms.get(code)
            if entry is None or (many and not known.reach.holds(entry.id, entry.region)):
                wrong[row.number] = Found("enterprise_unknown", "credit_code", {"shown": code})
            elif (name := _differing(row, first)) is not None:
                wrong[row.number] = Found("differs_within_contract", name, {"row": first.number})
        if many and not wrong:
            no = _no_speaker(first, known.speakers)
            if no is None and len(rows) > COVERED_MAX:
                no = Found("too_many_covered", "credit_code", {"most": COVERED_MAX})
            if no is None:
                lost = next((row for row, found in left_out if _may_be_of(row, found, first)), None)
                no = Found("row_of_it_wrong", None, {"row": lost.number}) if lost is not None else None
            if no is not None:
                wrong[first.number] = no
        return wrong

    def _verdicts(self, rows: Sequence[Row], known: _Known) -> list[Verdict]:
        """What a contract is before the rules have judged it; the plan to register it is with its first row."""
        command = self._command(rows, known)
        try:
            opening = opening_now(self._site, self._who, command, self._acting_as)
        except Problem as no:
            return _spread({rows[0].number: _not_his(no, rows[0])}, rows)
        stands = self._standing(command)
        if stands is not None:
            same = self._is(command, stands.case, stands.overview)
            there = Found("contract_there", "wage_year", {"case": stands.case})
            return [Verdict("same")] * len(rows) if same else _spread({rows[0].number: there}, rows)
        words = msgspec.json.encode([self._who.district, command.model_dump(mode="json", exclude={"evidence"})])
        asked = Asked(
            district=self._who.district, case=None, command=command, by=opening.member,
            at=self._site.world.clock(self._who.district), key=f"import.{sha256(words).hexdigest()}",
            register=opening.register,
        )  # fmt: skip
        return [Verdict("new", plan=asked), *[Verdict("new")] * (len(rows) - 1)]

    def _command(self, rows: Sequence[Row], known: _Known) -> RegisterContract:
        values, scope = rows[0].values, _scope(rows[0])
        facts = {name: value for name, value in values.items() if name not in _WITHOUT}
        scan = values.get("evidence")
        proof = Evidence(sha256=scan) if scan else Evidence(sha256=self._file, kind=EvidenceKind.FILE)
        firms = [known.firms[row.values["credit_code"]].id for row in rows]
        many = scope is not Scope.ENTERPRISE
        return RegisterContract(
            enterprise=known.speakers[values["party"]][0] if many else firms[0], evidence=proof,
            minimum_wage_fen=values.get("minimum_wage"), covers=tuple(sorted(firms)) if many else (), **facts
        )  # fmt: skip

    def _standing(self, command: RegisterContract) -> Listed | None:
        """A contract the platform has for these: of that year and scope, of the one enterprise, or of the same body for
        some of the same enterprises. The very same before any other."""
        found: list[Listed] = []
        within = Within(parties=frozenset({command.enterprise}))
        wanted = Filter(
            district=self._who.district, within=within, wage_year=command.wage_year, scope=command.scope.value
        )
        cursor: str | None = None
        while True:
            page = self._site.log.cases(wanted, cursor, _PAGE)
            found += [one for one in page.rows if _about(command, one.overview)]
            cursor = page.cursor
            if cursor is None:
                break
        found.sort(key=lambda one: not self._is(command, one.case, one.overview))
        return found[0] if found else None

    def _is(self, command: RegisterContract, case: str, row: Overview) -> bool:
        state = self._site.log.state(case)
        wage = state.performance.minimum_wage_fen if state is not None else None
        stands = (row.in_force_from, row.expires_on, row.raise_rate, wage, frozenset(row.covers))
        said = (command.in_force_from, command.expires_on, command.raise_rate, command.minimum_wage_fen)
        return stands == (*said, frozenset(command.covers))

    def _no(self, answer: Answer) -> Found:
        """A refusal in words of the law the case would have been opened under. Raises Busy, Broken."""
        if isinstance(answer, Later):
            raise Busy(answer.retry_after)
        if not isinstance(answer, Refusal):
            raise Broken("an import was answered as no refusal is")
        home = self._site.districts.get(self._who.district)
        pack = self._site.world.law(home.pack, home.pack_version, home.calendar).pack
        return of_rules(obstacle_as_said(answer.obstacles[0], pack))


def of_rules(obstacle: Mapping[str, Any]) -> Found:
    """A refusal by the rules, in their words."""
    return Found("rules", None, {"said": obstacle["sentence"], "cure": obstacle["way_out"]})


def _scope(row: Row) -> Scope:
    return Scope(row.values.get("scope", Scope.ENTERPRISE.value))


def _own(row: Row) -> tuple[str, int]:
    return row.values["credit_code"], row.values["wage_year"]


def _contracts(rows: Sequence[Row]) -> list[_Contract]:
    """Rows by contract, in the order of the file: of an industry or region those that name the same one are one."""
    places: dict[tuple[Any, ...], list[int]] = {}
    for place, row in enumerate(rows):
        one = _scope(row) is Scope.ENTERPRISE
        name: tuple[Any, ...] = (place,) if one else tuple(row.values.get(name) for name in _NAMES)
        places.setdefault(name, []).append(place)
    return [_Contract(tuple(some), rows[some[0]]) for some in places.values()]


def _differing(row: Row, first: Row) -> str | None:
    """The first column in which a row of a contract says something else of it."""
    names = dict.fromkeys((*first.values, *row.values))
    return next((one for one in names if one != "credit_code" and row.values.get(one) != first.values.get(one)), None)


def _no_speaker(row: Row, known: Speakers) -> Found | None:
    name = row.values.get("party")
    if name is None:
        return Found("missing", "party")
    ids = known.get(name, ())
    if not ids:
        return Found("party_unknown", "party", {"shown": name})
    return Found("party_of_several", "party", {"shown": name}) if len(ids) > 1 else None


def _may_be_of(row: Row, found: Sequence[Found], first: Row) -> bool:
    """Whether a row that cannot be read may belong to this contract: then it would cover too few."""
    unread = {one.field for one in found if one.field not in row.values}
    return all(name in unread or row.values.get(name) == first.values.get(name) for name in _NAMES)


def _spread(wrong: Mapping[int, Found], rows: Sequence[Row]) -> list[Verdict]:
    """All rows of a contract are refused where one is; of the others it is said which."""
    one = min(wrong)
    return [
        refused(wrong[row.number] if row.number in wrong else Found("row_of_it_wrong", None, {"row": one}))
        for row in rows
    ]


def _not_his(no: Problem, row: Row) -> Found:
    """Of an enterprise, or a body, that is not his it is not told that it is one."""
    if no.code == "acting_as_required":
        return Found("acting_as_wanted")
    if no.code == "mandate_does_not_cover":
        return Found("mandate_does_not_cover")
    if "party" in row.values:
        return Found("party_unknown", "party", {"shown": row.values["party"]})
    return Found("enterprise_unknown", "credit_code", {"shown": row.values["credit_code"]})


def _about(command: RegisterContract, row: Overview) -> bool:
    """Whether a case is of a contract in force that may be the one that is to be registered."""
    if row.enterprise != command.enterprise or row.in_force_from is None:
        return False
    named = command.external_ref is not None and row.external_ref == command.external_ref
    return command.scope is Scope.ENTERPRISE or named or not frozenset(command.covers).isdisjoint(row.covers)
