"""THE ONE WAY IN: every door stamps a command here and hands it to the log."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from cloudnego.core.commands import Command
from cloudnego.core.moment import Named, Register
from cloudnego.core.vocabulary import Member
from cloudnego.ports import Asked, Receipt, World

Way = Callable[[Asked], Awaitable[Receipt]]


async def handle(  # noqa: PLR0917 - the one function every door calls reads best in the order of the sentence
    world: World,
    district: str,
    case: str | None,
    command: Command,
    by: Member,
    key: str,
    register: Register | None = None,
    named: Named | None = None,
    sig: str | None = None,
    way: Way | None = None,
) -> Receipt:
    """Carry out one command for one member, whichever door it came in by; `case` None opens one. `way`: how it gets to
    the writer, where something is to be written with it.

    Raises Refused, Busy, KeyReused, NoCase or Broken.
    """
    at = world.clock(district)
    asked = Asked(
        district=district, case=case, command=command, by=by, at=at, key=key, register=register, named=named, sig=sig
    )
    return await (way or world.log.ask)(asked)
