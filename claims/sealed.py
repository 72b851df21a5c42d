"""Papers with certificate signatures as another program judges them: poppler's `pdfsig` shares no line with ours."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cloudnego.core import events as e
from cloudnego.papers.facts import Facts
from cloudnego.papers.press import PLACE_HEIGHT, PLACE_WIDTH, Press
from cloudnego.signing.authority import Authority
from cloudnego.signing.provider import Internal, Place, Signatory
from tests.papers.made import altered, papers_of, source_of

LINK: Final = "https://talks.example/register/0"
_CHIEFS: Final = ("chief-worker", "chief-employer")
FIELDS: Final = {"D10": _CHIEFS, "D14": _CHIEFS, "D17": ("reviewer-0",), "D22": (*_CHIEFS, "coordinator-2")}
"""By kind of paper, what the places to sign on it are called, in the order in which they stand."""
_VALID: Final = "Signature is Valid."


class Misjudged(AssertionError):
    """The other program finds a signature bad that is good, or a changed file good."""


def paper(kind: str) -> Facts:
    """Of the plain story, of one in which the authority objected, or of a coordination that ended with an agreement."""
    if kind == "D22":
        source = altered(source_of("silent-enterprise"), e.DisputeClosed, agreement=True)
        return next(one for one in papers_of(source) if one.doc == kind and one.about.startswith("closed-"))
    source = source_of("objected" if kind == "D17" else "plain")
    return next(one for one in papers_of(source) if one.doc == kind)


def signed(kind: str) -> bytes:
    """A paper, signed in all its places."""
    press, now = Press(), datetime.now(UTC)
    provider = Internal(lambda: authority)
    authority = Authority.fresh("log.example", now)
    facts = paper(kind)
    pdf = press.printed(facts, "n-1", LINK)
    for spot, field in zip(press.spots(facts, "n-1", LINK), FIELDS[kind], strict=False):
        corner = (round(spot.x), round(spot.y))
        place = Place(spot.page, (*corner, corner[0] + PLACE_WIDTH, corner[1] + PLACE_HEIGHT))
        who = Signatory("p1", "王芳", "首席代表", field, "filing/1", "1f0c8e2a")
        pdf = provider.sign(pdf, who, place, seen=press.stamp(["王芳 已签署", provider.label]), now=now)
    return pdf


def judged(program: str, file: Path) -> list[bool]:
    """For each signature in a file, whether it is valid. Certificates are not looked at: nobody knows their root."""
    done = subprocess.run((program, "-nocert", file), check=False, capture_output=True, text=True)
    return [said == _VALID for said in re.findall(r"Signature Validation: (.*)", done.stdout)]


def check(program: str, folder: Path) -> int:
    """All signatures on each paper hold, and none does once a byte of the paper is another. Returns how many were
    judged; raises Misjudged."""
    count = 0
    for kind, fields in FIELDS.items():
        good = signed(kind)
        at = good.index(b"stream") + 40
        for name, content, wanted in (
            ("good", good, [True] * len(fields)),
            ("flipped", good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :], [False] * len(fields)),
        ):
            file = folder / f"{kind}-{name}.pdf"
            file.write_bytes(content)
            found = judged(program, file)
            if found != wanted:
                raise Misjudged(f"{kind}, {name}: pdfsig says {found}")
            count += len(found)
    return count
