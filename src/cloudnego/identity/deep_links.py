"""Links that a portal makes for its own users: where in our pages they lead, who made them, until when; signed by us.

Everything stands in the link itself, under a MAC whose keys follow from the master keys: every node knows them, and an
old one goes with its master key. Nothing is written down, and nothing is granted: whoever follows it comes in as
himself, by one of the ways there are, and sees what he sees anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from cloudnego.identity.handed_out import closed, opened


class DeepLink(msgspec.Struct, frozen=True, array_like=True):
    """What a link says. `place` is a name of `PLACES`, `names` what stands in its path; `enterprise`: for which the
    client made it; `provider`: by which its user comes in; `audience`: the installation, by its own address."""

    place: str
    names: dict[str, str]
    client: str
    enterprise: str | None
    provider: str | None
    district: str
    audience: str
    until_s: int


PLACES: Final[Mapping[str, str]] = {
    "home": "/",
    "todo": "/todo",
    "cases": "/cases",
    "messages": "/messages",
    "case": "/c/{case}",
    "act": "/c/{case}/do/{act}",
    "draft": "/c/{case}/prepared/{draft}",
    "topics": "/c/{case}/topics",
    "offer": "/c/{case}/offer",
    "materials": "/c/{case}/materials",
    "room": "/c/{case}/room",
    "meeting": "/c/{case}/meeting",
    "clauses": "/c/{case}/clauses",
    "congress": "/c/{case}/congress",
    "vote": "/c/{case}/poll/{poll}",
    "sign": "/c/{case}/sign",
    "filing": "/c/{case}/filing",
    "performance": "/c/{case}/performance",
    "papers": "/c/{case}/papers",
    "timeline": "/c/{case}/timeline",
    "survey": "/s/{case}/{survey}",
}
"""The places of our pages by name. A link names one of these and never an address, so it can lead nowhere else."""


def names_in(place: str) -> frozenset[str]:
    """What has to be named for a place."""
    return frozenset(one.partition("}")[0] for one in PLACES[place].split("{")[1:])


def path_of(link: DeepLink) -> str:
    """The path a link leads to. What stands in it has the shape of an id, whoever made the link."""
    return PLACES[link.place].format_map(link.names)


class Sealer:
    """Signs links, and reads those it signed. `keys`: the newest first; an older one still reads while it is there."""

    def __init__(self, keys: Callable[[], Sequence[bytes]]) -> None:
        self._keys: Final = keys

    def close(self, link: DeepLink) -> str:
        """For after the `#` of an address: what stands there no server and no proxy logs."""
        return closed(self._keys(), link)

    def open(self, token: str, audience: str, now_s: int) -> DeepLink | None:
        """The link, if we signed it, for this installation, and its time is not up."""
        link = opened(self._keys(), token, DeepLink)
        if link is None or link.place not in PLACES or names_in(link.place) != link.names.keys():
            return None
        return link if link.audience == audience and now_s < link.until_s else None
