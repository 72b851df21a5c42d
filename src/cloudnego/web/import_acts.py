"""Imports whose rows are acts: contracts in force, each of which opens a case, and the wage table a side delivers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

import msgspec

from cloudnego.core.commands import DeliverMaterial, RegisterContract
from cloudnego.core.overview import Overview
from cloudnego.core.vocabulary import Evidence, EvidenceKind, Scope
from cloudnego.eventlog.judge import Answer, Later, Refusal
from cloudnego.identity.register import Entry, enterprises_by_code
from cloudnego.identity.sessions import Who
from cloudnego.identity.store import reading, writing
from cloudnego.importing.reading import Found, Row
from cloudnego.importing.targets import Run, Verdict, any_refused, chunks, refused
from cloudnego.ports import Asked, Broken, Busy, Filter, Receipt, Within
from cloudnego.web.acting import may_ask
from cloudnego.web.auth import ACTING_AS
from cloudnego.web.cases import find
from cloudnego.web.commands import ASKS, Carrier
from cloudnego.web.errors import Problem, obstacle_as_said
from cloudnego.web.openings import opening_now
from cloudnego.web.site import Site

_CASES_MAX: Final = 200
_TRIES: Final = 3
_WAITS_S: Final = 60.0  # for the loop, which may have ended meanwhile
_WITHOUT: Final = ("credit_code", "minimum_wage", "evidence")


class ContractsTarget:
    """Contracts in force, by enterprise and wage year: all that are new are registered in one transaction of the log.

    That the import is done is said in another right after it: killed in between, the same file is all `same`.
    """

    def __init__(self, site: Site, who: Who, loop: asyncio.AbstractEventLoop, acting_as: str | None, file: str) -> None:
        self._site: Final = site
        self._who: Final = who
        self._loop: Final = loop
        self._acting_as: Final = acting_as
        self._file: Final = file

    def run(self, rows: Sequence[Row], run: Run) -> list[Verdict]:
        with reading(self._site.engine) as session:
            known: dict[str, Entry] = {}
            for some in chunks(sorted({row.values["credit_code"] for row in rows})):
                known |= enterprises_by_code(session, self._who.district, some)
        found = []
        for row in rows:
            found.append(self._verdict(row, known.get(row.values["credit_code"])))
            run.told(1)
        for _ in range(_TRIES):
            asked = [place for place, one in enumerate(found) if one.status == "new"]
            keep = run.keep and (run.partial or not any_refused(found))
            answers = self._asked([found[place].plan for place in asked], keep=keep)
            for place, answer in zip(asked, answers, strict=True):
                if not isinstance(answer, Receipt):
                    found[place] = refused(self._no(answer))
            if not (run.keep and run.partial) or all(isinstance(one, Receipt) for one in answers):
                break
        if run.keep and (run.partial or not any_refused(found)):
            with writing(self._site.engine) as session:
                run.finish(session, found)
        return found

    def _asked(self, asks: list[Asked], *, keep: bool) -> list[Answer]:
        return self._site.log.ask_together(asks, self._loop, keep=keep) if asks else []

    def _verdict(self, row: Row, entry: Entry | None) -> Verdict:
        """What a row is before the rules have judged it; of an enterprise that is not his it is not told that it is."""
        unknown = Found("enterprise_unknown", "credit_code", {"shown": row.values["credit_code"]})
        if entry is None:
            return refused(unknown)
        command = self._command(row, entry)
        try:
            opening = opening_now(self._site, self._who, command, self._acting_as)
        except Problem as no:
            codes = {"acting_as_required": "acting_as_wanted", "mandate_does_not_cover": "mandate_does_not_cover"}
            return refused(Found(codes[no.code]) if no.code in codes else unknown)
        stands = self._standing(command)
        if stands is not None:
            return stands
        words = msgspec.json.encode([self._who.district, command.model_dump(mode="json", exclude={"evidence"})])
        return Verdict(
            "new",
            plan=Asked(
                district=self._who.district, case=None, command=command, by=opening.member,
                at=self._site.world.clock(self._who.district), key=f"import.{sha256(words).hexdigest()}",
                register=opening.register,
            ),
        )  # fmt: skip

    def _command(self, row: Row, entry: Entry) -> RegisterContract:
        facts = {name: value for name, value in row.values.items() if name not in _WITHOUT}
        scan = row.values.get("evidence")
        proof = Evidence(sha256=scan) if scan else Evidence(sha256=self._file, kind=EvidenceKind.FILE)
        return RegisterContract(
            enterprise=entry.id, evidence=proof, minimum_wage_fen=row.values.get("minimum_wage"), **facts
        )

    def _standing(self, command: RegisterContract) -> Verdict | None:
        """A contract of that enterprise and year that the platform has: the same, or another. None: there is none."""
        within = Within(parties=frozenset({command.enterprise}))
        wanted = Filter(district=self._who.district, within=within, wage_year=command.wage_year)
        for row in self._site.log.cases(wanted, None, _CASES_MAX).rows:
            one = row.overview
            if one.enterprise == command.enterprise and one.scope == Scope.ENTERPRISE.value and one.in_force_from:
                same = self._is(command, row.case, one)
                return Verdict("same") if same else refused(Found("contract_there", "wage_year", {"case": row.case}))
        return None

    def _is(self, command: RegisterContract, case: str, row: Overview) -> bool:
        state = self._site.log.state(case)
        wage = state.performance.minimum_wage_fen if state is not None else None
        stands = (row.in_force_from, row.expires_on, row.raise_rate, wage)
        return stands == (command.in_force_from, command.expires_on, command.raise_rate, command.minimum_wage_fen)

    def _no(self, answer: Answer) -> Found:
        """A refusal in words of the law the case would have been opened under. Raises Busy, Broken."""
        if isinstance(answer, Later):
            raise Busy(answer.retry_after)
        if not isinstance(answer, Refusal):
            raise Broken("an import was answered as no refusal is")
        home = self._site.districts.get(self._who.district)
        pack = self._site.world.law(home.pack, home.pack_version, home.calendar).pack
        return _of_rules(obstacle_as_said(answer.obstacles[0], pack))


def _of_rules(obstacle: Mapping[str, Any]) -> Found:
    return Found("rules", None, {"said": obstacle["sentence"], "cure": obstacle["way_out"]})


class WageTablesTarget:
    """A wage table: all rows are one, delivered to a case by the door its command has; the same again is `same`."""

    def __init__(
        self, site: Site, who: Who, loop: asyncio.AbstractEventLoop, acting_as: str | None, case_id: str
    ) -> None:
        self._site: Final = site
        self._who: Final = who
        self._loop: Final = loop
        self._acting_as: Final = acting_as
        self._case: Final = case_id

    def run(self, rows: Sequence[Row], run: Run) -> list[Verdict]:
        first = rows[0].values if rows else {}
        found = [
            Verdict("new") if self._like(row, first) else refused(Found("differs_from_first", self._where(row, first)))
            for row in rows
        ]
        if not rows or any_refused(found):
            return found
        if not run.keep:
            return found if self._now(self._possible()) else [refused(Found("rules")) for _ in rows]
        wrong, repeated = self._now(self._delivered(_table_of(rows)))
        if wrong is not None:
            return [refused(wrong) for _ in rows]
        found = [Verdict("same" if repeated else "new") for _ in rows]
        with writing(self._site.engine) as session:
            run.finish(session, found)
        return found

    def _now(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_WAITS_S)

    @staticmethod
    def _like(row: Row, first: Mapping[str, Any]) -> bool:
        return all(row.values[name] == first[name] for name in ("period", "source"))

    @staticmethod
    def _where(row: Row, first: Mapping[str, Any]) -> str:
        return next(name for name in ("period", "source") if row.values[name] != first[name])

    async def _possible(self) -> bool:
        """Whether it is his to deliver now at all."""
        try:
            found = await find(self._site, self._who, self._case, self._acting_as)
        except Problem:
            return False
        command = DeliverMaterial.model_construct()
        return await self._site.threads.run(may_ask, self._site, found, command, found.member)

    async def _delivered(self, table: dict[str, Any]) -> tuple[Found | None, bool]:
        """What stood in the way, and whether it had been delivered before."""
        body = msgspec.json.encode({"code": "wage_table", "wage_table": table})
        key = f"import.{sha256(body).hexdigest()}"
        headers = {"content-type": "application/json", "idempotency-key": key}
        headers |= {ACTING_AS: self._acting_as} if self._acting_as is not None else {}
        try:
            answer = await Carrier(self._site).ask(ASKS["deliver-material"], self._case, self._who, headers, body)
        except Problem as no:
            said = no.document()
            if said.get("obstacles"):
                return _of_rules(said["obstacles"][0]), False
            return Found("case_unknown" if no.code == "not_found" else "rules"), False
        return None, answer.status_code == 200


def _table_of(rows: Sequence[Row]) -> dict[str, Any]:
    return {
        "period": rows[0].values["period"],
        "source": rows[0].values["source"],
        "groups": [
            {
                "group": row.values["group"], "headcount": row.values["headcount"],
                "average_fen": row.values["average"], "lowest_fen": row.values["lowest"],
            }
            for row in rows
        ],
    }  # fmt: skip
