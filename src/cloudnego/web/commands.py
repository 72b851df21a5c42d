"""Commands over HTTP: one prebuilt door per command class, found by the last part of the path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from pydantic import TypeAdapter, ValidationError
from starlette.responses import Response

from cloudnego.core.commands import (
    COMMANDS,
    CheckIn,
    Command,
    CoverEnterprise,
    OpenBallot,
    OpenCase,
    RegisterContract,
    VoidPoll,
)
from cloudnego.core.moment import Named, Register
from cloudnego.core.pack import Pack
from cloudnego.core.polls import meant
from cloudnego.core.procedure import PLACES
from cloudnego.core.refusals import Obstacle, Reason, Refused, no
from cloudnego.core.sight import streams_of
from cloudnego.core.vocabulary import Member, Seat, Stream
from cloudnego.handle import Way, handle
from cloudnego.identity.grades import needed_for
from cloudnego.identity.sessions import Who
from cloudnego.ports import Busy, KeyReused, NoCase, Receipt
from cloudnego.signing.acts import Act, NotSigned, checked
from cloudnego.web.acting import acting, may_ask
from cloudnego.web.auth import ACTING_AS
from cloudnego.web.cases import Found, Pinned, find_to_ask, pinned_by
from cloudnego.web.drawing import drawn_for, let_go
from cloudnego.web.errors import Problem, malformed, obstacle_as_said
from cloudnego.web.openings import in_room, named_in, opening_of, register_for_covering
from cloudnego.web.poll_sight import runs_it
from cloudnego.web.proving import insist
from cloudnego.web.scopes import check_scope, refuse_binding
from cloudnego.web.site import Site
from cloudnego.web.wire import check_json

PREFIX: Final = "/api/v1/negotiations"
SIGNATURE: Final = "device-signature"
_KEY: Final = re.compile(r"[\x21-\x7e]{1,128}")
_BUSY_S: Final = 1
_HOLD_VOTES: Final = frozenset({Seat.UNION, Seat.COVERED_UNION})


def kebab(command_type: str) -> str:
    """`send_offer` as a path says it: `send-offer`."""
    return command_type.replace("_", "-")


def asked_by_people(kind: type[Command]) -> bool:
    """Whether anyone but the clock may ask it; what only the clock asks has no address."""
    return bool(PLACES[kind].ask.by - {Seat.CLOCK})


class Ask:
    """One command's door: parses its words strictly and nothing else."""

    def __init__(self, kind: type[Command]) -> None:
        self.kind = kind
        self.name: str = kind.model_fields["type"].default
        self._validate = TypeAdapter(kind).validate_json

    def parse(self, headers: Mapping[str, str], body: bytes) -> Command:
        """Bytes → command. Raises `Problem` 415 or 422."""
        check_json(dict(headers), body)
        try:
            return self._validate(body, strict=True)
        except ValidationError as wrong:
            raise malformed(wrong.errors(include_url=False, include_input=False)) from None


OPENINGS: Final = {"": Ask(OpenCase), "/register-contract": Ask(RegisterContract)}
"""Commands that open a case, by the path after the prefix."""

ASKS: Final = {kebab(name): Ask(kind) for name, kind in COMMANDS.items() if not kind.opens and asked_by_people(kind)}
"""All other commands people may ask, by the last part of the path."""


class Carrier:
    """Carries a command from the request to `handle` and the receipt back. `way`: as `handle` has it."""

    def __init__(self, site: Site, way: Way | None = None) -> None:
        self._site = site
        self._way = way

    async def open(self, ask: Ask, who: Who, headers: Mapping[str, str], body: bytes) -> Response:
        """A command that opens a case. Which enterprise it names is known only from its words, so it is parsed first;
        one that is not his to open a case for answers 404 like one that does not exist."""
        check_scope(who, ask.name)
        command = ask.parse(headers, body)
        key = self._key(headers)
        found = await opening_of(self._site, who, command, headers.get(ACTING_AS))
        receipt = await self._handled(who.district, None, None, (command, found.member, key, found.register, None))
        case = await self._site.threads.run(self._site.world.log.state, receipt.case)
        streams = streams_of(case, found.member) if case is not None else frozenset()
        pinned = pinned_by(case) if case is not None else None
        warnings = await self._said(receipt.warnings, who.district, pinned)
        return _answer(receipt, streams, warnings, location=f"{PREFIX}/{receipt.case}")

    async def ask(self, ask: Ask | None, case_id: str, who: Who, headers: Mapping[str, str], body: bytes) -> Response:
        """Any other command: find the case, whether there is such a command, whether it is surely he; then parse."""
        if ask is not None:
            check_scope(who, ask.name)
        found = await find_to_ask(self._site, who, case_id, headers.get(ACTING_AS))
        if ask is None:
            raise Problem("not_found")
        if who.portal is not None and ask.kind.binding:
            refuse_binding(self._site.public_url, case_id, ask.name)
        needed = needed_for(ask.kind)
        if needed is not None:
            await insist(self._site, who, needed)
        command = ask.parse(headers, body)
        key = self._key(headers)
        register, named = None, None
        if isinstance(command, CoverEnterprise):
            register = await self._site.threads.run(register_for_covering, self._site, found, command.enterprise)
        if isinstance(command, CheckIn):
            named = await in_room(self._site, who, case_id, command, headers.get(ACTING_AS))
        names = PLACES[ask.kind].ask.names
        if names is not None:
            named = await self._site.threads.run(named_in, self._site, found, getattr(command, names))
        member = await acting(self._site, who, found, command, headers.get(ACTING_AS))
        if PLACES[ask.kind].ask.draws or isinstance(command, VoidPoll):
            return await self._of_a_poll(found, who, command, member, key)
        sig = await self._signature(who, case_id, command, key, headers)
        streams, pinned = found.streams, pinned_by(found.case)
        del found  # the writer makes another state of it; whoever held this one to the end would have to clear it away
        receipt = await self._handled(who.district, case_id, pinned, (command, member, key, register, named), sig)
        return _answer(receipt, streams, await self._said(receipt.warnings, who.district, pinned))

    async def _of_a_poll(self, found: Found, who: Who, command: Command, member: Member, key: str) -> Response:
        """A vote is opened with what is drawn for it, if he may open one at all, or voided; roll and box follow. Of a
        covered enterprise that votes by itself neither is done by the union of another."""
        site, pinned, named = self._site, pinned_by(found.case), None
        whose = _enterprise_of(found, command)
        if whose is not None and found.seats & _HOLD_VOTES and not runs_it(found, who, whose):
            no_seat = (no(Reason.NOT_YOUR_SEAT, cure=(Seat.UNION,)),)
            raise Problem("refused", obstacles=await self._said(no_seat, found.district, pinned))
        if PLACES[type(command)].ask.draws and await site.threads.run(may_ask, site, found, command, member):
            named = await site.threads.run(drawn_for, site, found, command)
        try:
            receipt = await self._handled(found.district, found.id, pinned, (command, member, key, None, named))
        except Problem:
            await site.threads.run(let_go, site, named)
            raise
        if receipt.repeated:
            await site.threads.run(let_go, site, named)
        await site.rounds.of_case(found.district, found.id)
        return _answer(receipt, found.streams, await self._said(receipt.warnings, found.district, pinned))

    async def _signature(
        self, who: Who, case_id: str, command: Command, key: str, headers: Mapping[str, str]
    ) -> str | None:
        """The signature of a key on his own device over this act, if it came with one; it is said with the key of the
        command, which it is over. Raises `Problem` 422."""
        sig = headers.get(SIGNATURE)
        if sig is None:
            return None
        devices = self._site.audit.devices
        act = Act(log=devices.name, case=case_id, person=who.person, key=key)
        try:
            return await self._site.threads.run(checked, devices, act, command, sig)
        except NotSigned:
            raise Problem("device_signature_wrong") from None

    def _key(self, headers: Mapping[str, str]) -> str:
        key = headers.get("idempotency-key")
        if key is None:
            return self._site.world.ids()
        if not _KEY.fullmatch(key):
            raise Problem("bad_key")
        return key

    async def _handled(
        self,
        district: str,
        case_id: str | None,
        pinned: Pinned | None,
        words: tuple[Command, Member, str, Register | None, Named | None],
        sig: str | None = None,
    ) -> Receipt:
        try:
            return await handle(self._site.world, district, case_id, *words, sig=sig, way=self._way)
        except Refused as no:
            raise Problem("refused", obstacles=await self._said(no.obstacles, district, pinned)) from None
        except KeyReused:
            raise Problem("key_reused") from None
        except NoCase:
            raise Problem("not_found") from None
        except Busy as busy:
            raise Problem("busy", retry_after_s=busy.retry_after or _BUSY_S) from None

    async def _said(
        self, obstacles: tuple[Obstacle, ...], district: str, pinned: Pinned | None
    ) -> list[dict[str, Any]]:
        """Obstacles in the words of the pack the case pins, or would have pinned had it been opened."""
        if not obstacles:
            return []
        pack = await self._site.threads.run(_pack_of, self._site, district, pinned)
        return [obstacle_as_said(one, pack) for one in obstacles]


def _pack_of(site: Site, district: str, pinned: Pinned | None) -> Pack:
    if pinned is None:
        home = site.districts.get(district)
        pinned = home.pack, home.pack_version, home.calendar
    return site.world.law(*pinned).pack


def _enterprise_of(found: Found, command: Command) -> str | None:
    """The covered enterprise whose vote is opened or voided."""
    if isinstance(command, VoidPoll):
        poll = meant(found.case, command)
        return poll.enterprise if poll is not None else None
    return command.enterprise if isinstance(command, OpenBallot) else None


def _answer(
    receipt: Receipt, streams: frozenset[Stream], warnings: list[dict[str, Any]], location: str | None = None
) -> Response:
    """The receipt as this member may see it: entries of streams that do not exist for him are left out."""
    body = msgspec.json.encode(
        {
            "case": receipt.case,
            "entries": [one for one in receipt.entries if one.stream in streams],
            "warnings": warnings,
            "repeated": receipt.repeated,
        }
    )
    headers = {} if location is None else {"Location": location}
    return Response(body, 200 if receipt.repeated else 201, headers, "application/json")
