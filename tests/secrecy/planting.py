"""Planting canaries: into rows, through the doors and stores that seal, and what is said once and never again."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final
from unittest import mock
from urllib.parse import quote

from sqlalchemy import update
from sqlmodel import SQLModel

from cloudnego.core.vocabulary import Step as CaseStep
from cloudnego.eventlog.database import writing as writing_rows
from cloudnego.identity import codes
from cloudnego.identity.factor_tables import PhoneNumber
from cloudnego.identity.grades import Grade
from cloudnego.identity.inbox import MessageKind
from cloudnego.identity.store import writing
from cloudnego.surveys.opinions import OpinionAct, Step, take_step
from cloudnego.surveys.questionnaire import Answer, QuestionKind, Questionnaire, SurveyQuestion
from cloudnego.surveys.store import Given, NewOpinion, NewSurvey, Written, opinion_id
from tests.secrecy.canaries import canary, listed, rows
from tests.secrecy.ground import DISTRICT, KINDS, Ground, person
from tests.secrecy.made import BACK_AT, VERIFIER, WANTED
from tests.secrecy.matrix import _who as persons
from tests.secrecy.matrix import sees
from tests.secrecy.wire import Request, Said, ask, bearing, json_body

STEP: Final = CaseStep.PERFORMANCE
LOOKING: Final = tuple((kind, "member") for kind in KINDS) + tuple(
    (kind, membership)
    for kind in ("worker_chief", "employer_chief", "district_union", "auditor")
    for membership in ("other_side", "other_case", "other_district", "none")
)
FILES: Final = {"worker": "worker_rep", "employer": "employer_rep", "table": "recorder"}
"""A file in each of these streams, and who lays it there."""

PHONE: Final = "13900000077"
MAIL: Final = "canary.of.a.mail@example.com"


def _in_rows(ground: Ground) -> dict[str, frozenset[tuple[str, str]]]:
    """Canaries where they lie in the clear, written into the rows themselves."""
    found = {}
    with writing_rows(ground.house.site.engine).begin() as connection:
        for field, row in rows().items():
            name, _, column = field.partition(".")
            table, id_ = SQLModel.metadata.tables[name], ground.made.get(row.id.removeprefix("$"), row.id)
            done = connection.execute(update(table).where(table.c[row.column] == id_).values({column: row.text}))
            assert done.rowcount > 0, f"no row for {field}"
            found[row.text] = persons(row.who)
    return found


class Planting:
    """What is planted through the doors and stores that seal it, or say it once."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.site = ground.house.site
        self.readers: dict[str, frozenset[tuple[str, str]]] = {}
        self.secrets: dict[str, str] = {}
        self.paths: list[str] = []

    async def all(self) -> None:
        worker = person("worker", "member")
        second = self.site.sessions.open(DISTRICT, worker, worker, "bearer", proof=Grade.PASSKEY)
        await self._said_once()
        self._of_proofs(worker, second)
        self._of_programs()
        self._of_surveys()
        for stream, kind in FILES.items():
            await self._file(stream, kind)
        self.readers |= _in_rows(self.ground)

    async def _send(self, kind: str, method: str, path: str, body: bytes | None, **more: str) -> Said:
        path, _, query = path.partition("?")
        headers = bearing(self.ground.tokens.get(person(kind, "member")), **more)
        return await ask(self.ground.house.front, Request(method, f"/api/v1{path}", body, query, headers))

    async def _said_once(self) -> None:
        """Slips, an invitation, a one-time code, a program's secret; and what somebody typed into the wrong field."""
        slips = await self._send("town_union", "POST", "/enterprises/A/slips", json_body({"why": "first"}))
        (code,) = re.findall(rb'class="code">([^<]+)<', slips.body)[:1]
        invitation = json_body({"name": "受邀", "office": "union"})
        invited = await self._send("union_admin", "POST", "/organisations/UA/invitations", invitation)
        program = json_body({"name": "系统", "enterprise": "A", "scopes": ["cases"]})
        registered = await self._send("hr", "POST", "/portal-clients", program)
        # Six digits stand somewhere in a megabyte of hashes once in twenty runs; what is looked for must be itself.
        with mock.patch.object(codes, "DIGITS", 24):
            sent = await self._send("worker", "POST", "/session/codes", json_body({"means": "inbox"}))
        assert {one.status for one in (slips, invited, registered)} == {201}, (slips, invited, registered)
        assert sent.status in (200, 202, 204), sent
        typed = {
            "login": "canary-of-a-typed-name",
            "password": canary("typed password"),
            "district": DISTRICT,
            "door": "bearer",
        }
        assert (await self._send("stranger", "POST", "/session", json_body(typed))).status == 401
        self.secrets |= {
            "slip": code.decode(), "invitation": invited.document["link"].partition("#")[2],
            "program": registered.document["secret"], "typed name": typed["login"], "typed password": typed["password"],
        }  # fmt: skip

    def _of_proofs(self, worker: str, token: str) -> None:
        known = self.site.sessions.who(token)
        assert known is not None
        told = [one for one in self.site.factors.inbox.of(known) if one.kind is MessageKind.CODE]
        letter = self.site.factors.letters.issue(
            DISTRICT, self.ground.made["membership"], person("union_admin", "member")
        )
        self.secrets |= {
            "session": token, "one-time code": told[0].facts["code"], "app": self.site.factors.apps.begin(known).secret,
            "letter": letter.code,
        }  # fmt: skip
        sealed = self.site.factors.phones.texts.custody.seal(DISTRICT, PHONE, "phone", worker)
        with writing(self.site.engine) as session:
            session.add(
                PhoneNumber(person=worker, district=DISTRICT, digest="-", sealed=sealed, proves=False, made_s=1)
            )
        self.site.factors.addresses.set(DISTRICT, worker, MAIL)
        self.secrets |= {"phone": PHONE, "mail": MAIL}
        text = canary("inbox_message.body")
        self.site.factors.inbox.tell(DISTRICT, worker, MessageKind.RESET_ASKED, why=text)
        self.readers[text] = persons("worker@member")

    def _of_programs(self) -> None:
        client, by = self.site.portals.clients.get(self.ground.made["client"]), person("hr", "member")
        assert client is not None
        code = str(self.site.consents.decide(self.site.consents.ask(client, WANTED), by, yes=True))
        refresh = self.site.consents.exchange(client.id, code, BACK_AT, VERIFIER).refresh
        text = canary("prepared.sealed")
        words = json_body({"remark": text})
        draft = self.site.prepared.keep(DISTRICT, self.ground.case, client.id, "confirm_electronic_service", words)
        self.paths.append(f"/api/v1/negotiations/{self.ground.case}/prepared/{draft}")
        self.readers[text] = persons("employer_chief@member hr@member of_workers@other_side operator@other_side")
        self.secrets |= {"code of a consent": code, "refresh token": refresh}

    def _of_surveys(self) -> None:
        """A closed survey: its title for the workers' side, what was written and why it was kept back for its union."""
        surveys, clock_s = self.site.surveys, int(self.site.world.clock(DISTRICT).timestamp())
        text = SurveyQuestion(kind=QuestionKind.TEXT, text="还想说什么？")
        asked = Questionnaire(title=canary("survey.asked"), questions=(text,))
        surveys.open(
            NewSurvey(
                id="v2", district=DISTRICT, case=self.ground.case, enterprise="A", by="somebody", closes_s=clock_s + 9,
                since_s=self.site.now_s(), issued=9, asked=asked,
            )
        )  # fmt: skip
        kept = surveys.get(self.ground.case, "v2")
        assert kept is not None, "it was just opened"
        wrote = Written(question=0, head=None, text=canary("survey_opinion.sealed"))
        code = "0123456789ABCDEF"
        given = Given(id=32 * "d", answer=Answer(picks=((),)), opinions=(NewOpinion(code=code, said=wrote),))
        surveys.answer(kept, "somebody", given, clock_s)
        surveys.settle(kept, clock_s, 9, now=True)
        why = canary("survey_opinion_step.sealed")
        take_step(
            surveys, kept, opinion_id(code), Step(act=OpinionAct.HIDDEN, by="somebody", on="2026-03-02", reason=why)
        )
        self.paths.append(f"/api/v1/negotiations/{self.ground.case}/surveys/v2/opinions")
        workers = "worker@member congress_delegate@member worker_rep@member worker_chief@member union_admin@member"
        across = "recorder@member employer_chief@other_side"
        deciders = persons("worker_chief@member union_admin@member")
        self.readers |= {asked.title: persons(f"{workers} {across}"), wrote.text: deciders, why: deciders}
        self.secrets |= {"code of an opinion": code}

    async def _file(self, stream: str, kind: str) -> None:
        name, content = canary(f"name of a file {stream}"), canary(f"content of a file {stream}")
        where = f"/negotiations/{self.ground.case}/files?stream={stream}&name={quote(name)}.txt"
        laid = await self._send(kind, "POST", where, content.encode(), content_type="text/plain")
        assert laid.status == 201, laid
        self.paths.append(f"/api/v1/negotiations/{self.ground.case}/files/{laid.document['id']}")
        seeing = frozenset(one for one in LOOKING if stream in sees(*one, STEP))
        self.readers |= {name: seeing, content: seeing}


def hidden_of(readers: Collection[str], caucuses: list[str], secrets: dict[str, str]) -> list[str]:
    """What no dump shows: the words of a caucus alone, files, messages, drafts, and what opens a door."""
    kept = {canary(one) for one in listed("sealed")}
    sealed = [text for text in readers if "of a file" in text or text in kept]
    assert len(caucuses) > 6, caucuses
    assert len(sealed) > 7, sealed
    return [*caucuses, *sealed, *secrets.values()]


def found_in(files: dict[str, bytes], hidden: list[str]) -> list[tuple[str, str]]:
    """Where something shows that should not."""
    return [(name, text) for name, content in files.items() for text in hidden if text.encode() in content]
