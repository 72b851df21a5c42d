"""What a letter is known by outside: the address one unsubscribes at (RFC 8058), and the one it comes back to (VERP).

Both hold its name under our mark and nothing else: no person, no address, no case. Whoever has the letter has the mark,
and may do with it what its reader may: stop mail. Nobody can make one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from cloudnego.identity.handed_out import marked, unmarked

KEYS: Final = "notice"
"""What their keys are derived for."""

BELOW: Final = "/unsubscribe"
"""Where one unsubscribes: our page for who looks there, and the endpoint for who posts."""

PLACE: Final = "{letter}"
"""What stands in the setting for where mail comes back to, in place of a letter."""

_MARK: Final = re.compile(r"n[0-9a-f]{32}-[0-9a-f]{16}", re.IGNORECASE)


class Marks:
    """`keys`: the newest first; `home`: the address of the house; `returns`: the address mails come back to, with
    `{letter}` in it, if there is one."""

    def __init__(self, keys: Callable[[], Sequence[bytes]], home: str, returns: str | None) -> None:
        self._keys: Final = keys
        self.home: Final = home
        self._returns: Final = returns

    def leave(self, letter: str) -> str:
        """The address at which whoever has this letter stops mail."""
        return f"{self.home}{BELOW}/{marked(self._keys(), letter)}"

    def back(self, letter: str) -> str | None:
        """The address this letter comes back to; None: to whom it is from."""
        return self._returns.replace(PLACE, marked(self._keys(), letter)) if self._returns is not None else None

    def letter(self, mark: str) -> str | None:
        """The letter a mark is of, if we made it."""
        return unmarked(self._keys(), mark) if _MARK.fullmatch(mark) else None

    def letters(self, text: str) -> Iterator[str]:
        """The letters whose marks stand anywhere in a text."""
        found = (self.letter(mark) for mark in _MARK.findall(text))
        return (one for one in found if one is not None)
