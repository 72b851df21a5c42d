"""Imports whose rows are one act: the wage table a side delivers to a case."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from cloudnego.core.commands import DeliverMaterial
from cloudnego.eventlog.batch import Also
from cloudnego.eventlog.judge import Answer, told
from cloudnego.identity.sessions import Who
from cloudnego.importing.reading import Found, Row
from cloudnego.importing.targets import Run, Verdict, any_refused, refused
from cloudnego.ports import Asked, Receipt
from cloudnego.web.acting import may_ask
from cloudnego.web.auth import ACTING_AS
from cloudnego.web.cases import find
from cloudnego.web.commands import ASKS, Carrier
from cloudnego.web.errors import Problem
from cloudnego.web.import_contracts import of_rules
from cloudnego.web.site import Site

_WAITS_S: Final = 60.0  # for the loop, which may have ended meanwhile


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

        def also(connection: Connection, answers: Sequence[Answer]) -> None:
            run.finish(connection, _as(told(answers[0]).repeated, rows))

        run.wrote(0)
        wrong, repeated = self._now(self._delivered(_table_of(rows), also))
        return [refused(wrong) for _ in rows] if wrong is not None else _as(repeated, rows)

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

    async def _delivered(self, table: dict[str, Any], also: Also) -> tuple[Found | None, bool]:
        """What stood in the way, and whether it had been delivered before. `also` is written with it."""
        site, loop = self._site, asyncio.get_running_loop()

        async def together(asked: Asked) -> Receipt:
            return told((await site.threads.run(lambda: site.log.ask_together([asked], loop, keep=True, also=also)))[0])

        body = msgspec.json.encode({"code": "wage_table", "wage_table": table})
        key = f"import.{sha256(body).hexdigest()}"
        headers = {"content-type": "application/json", "idempotency-key": key}
        headers |= {ACTING_AS: self._acting_as} if self._acting_as is not None else {}
        try:
            answer = await Carrier(site, together).ask(ASKS["deliver-material"], self._case, self._who, headers, body)
        except Problem as no:
            said = no.document()
            if said.get("obstacles"):
                return of_rules(said["obstacles"][0]), False
            return Found("case_unknown" if no.code == "not_found" else "rules"), False
        return None, answer.status_code == 200


def _as(repeated: bool, rows: Sequence[Row]) -> list[Verdict]:
    return [Verdict("same" if repeated else "new")] * len(rows)


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
