"""What stands across a copy somebody takes away: who takes it, when, and of which case it is."""

from __future__ import annotations

from cloudnego.identity.sessions import Who
from cloudnego.web.cases import Found
from cloudnego.web.site import Site


def mark_of(site: Site, found: Found, who: Who) -> str:
    """The mark, in one line."""
    sandbox = site.clocks.district(found.district).kind == "sandbox"
    return f"{who.signature} {found.at:%Y-%m-%d %H:%M} 案号 {found.id}" + (" 演示·无效力" if sandbox else "")
