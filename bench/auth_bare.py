"""The product with nobody at the door: who asks, what he sees and how fast he may are looked up once and then believed.

Everything else is the product: uvicorn, the shield, the front, parsing, the writer, the answer.
`python -m bench.auth_bare FOLDER`.
"""

from __future__ import annotations

import asyncio
import dataclasses
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import uvloop

from bench.http_case import settings_of
from cloudnego import logs
from cloudnego.core.commands import Command
from cloudnego.core.vocabulary import Member
from cloudnego.identity.sessions import Who
from cloudnego.main import House, build
from cloudnego.serving import serve, settle_memory
from cloudnego.web import commands
from cloudnego.web.app import front_of
from cloudnego.web.auth import Doorkeeper
from cloudnego.web.cases import Found, find_to_ask
from cloudnego.web.site import Site


class Waving(Doorkeeper):
    """Lets everybody in whom the real one let in once."""

    def __init__(self, real: Doorkeeper) -> None:
        self.__dict__.update(real.__dict__)
        self._real = real
        self._waved: dict[str, Who] = {}

    async def who(self, method: str, scheme: str, headers: Mapping[str, str]) -> Who:
        token = headers["authorization"]
        found = self._waved.get(token)
        if found is None:
            found = self._waved[token] = await self._real.who(method, scheme, headers)
        return found


_FOUND: dict[tuple[str, str], Found] = {}


async def found_before(site: Site, who: Who, case_id: str, acting_as: str | None) -> Found:
    """What was found for this person in this case the first time."""
    known = _FOUND.get((who.person, case_id))
    if known is None:
        known = _FOUND[who.person, case_id] = await find_to_ask(site, who, case_id, acting_as)
    return known


async def member_before(_site: Site, _who: Who, found: Found, _command: Command, _acting_as: str | None) -> Member:
    """Who he was found to be, whatever he asks."""
    return found.member


def _nothing(*_: object) -> None:
    return None


def bare(house: House) -> House:
    """The house without its door: no look at session, pace, scope, grade, office, mandate, seat, side or stream."""
    site = dataclasses.replace(house.site, doorkeeper=Waving(house.site.doorkeeper))
    believed = {"find_to_ask": found_before, "acting": member_before, "needed_for": _nothing, "check_scope": _nothing}
    for name, instead in believed.items():
        setattr(commands, name, instead)  # they are not the module's own, but what it calls
    return dataclasses.replace(house, site=site, front=front_of(site, house.figures, time.monotonic))


def main() -> None:
    """Serve as the product does."""
    settings = settings_of(Path(sys.argv[1]))
    logs.configure(settings.log_level)
    house = bare(build(settings))
    settle_memory()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(house, lambda url: print(f"ready {url}", flush=True)))


if __name__ == "__main__":
    main()
