"""The product with nobody at the door: who asks, what he sees and how fast he may are looked up once and then believed.

Everything else is the product: uvicorn, the front, parsing, the writer, the answer. `python -m bench.auth_bare FOLDER`.
"""

from __future__ import annotations

import asyncio
import dataclasses
import sys
from collections.abc import Mapping
from pathlib import Path

import uvloop

from bench.http_case import settings_of
from cloudnego import logs
from cloudnego.identity.sessions import Who
from cloudnego.main import House, build
from cloudnego.serving import serve, settle_memory
from cloudnego.web import commands
from cloudnego.web.app import Measured, application
from cloudnego.web.auth import Doorkeeper
from cloudnego.web.cases import Found, find_to_ask
from cloudnego.web.front import Front
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


def bare(house: House) -> House:
    """The house without its door: no look at session, pace, shield, address, grade, office, seat or stream."""
    site = dataclasses.replace(house.site, doorkeeper=Waving(house.site.doorkeeper))
    for name, instead in (("find_to_ask", found_before), ("needed_for", lambda _: None)):
        setattr(commands, name, instead)  # they are not the module's own, but what it calls
    front = Measured(Front(site, application(site)), house.figures, lambda: 0.0)
    return dataclasses.replace(house, site=site, front=front)


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
