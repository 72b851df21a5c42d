"""How somebody opens a window."""

from __future__ import annotations

from typing import Any, Protocol

from playwright.async_api import ViewportSize

from tests.browser.person import Person


class Enters(Protocol):
    """`await enters("chair", PHONE)`; further words go to the browser context."""

    async def __call__(self, name: str, size: ViewportSize = ..., /, **more: Any) -> Person: ...
