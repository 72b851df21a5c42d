"""Papers with certificate signatures as another program judges them: poppler's `pdfsig` shares no line with ours."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cloudnego.papers.press import PLACE_HEIGHT, PLACE_WIDTH, Press
from cloudnego.signing.authority import Authority
from cloudnego.signing.provider import Internal, Place, Signatory
from tests.papers.made import papers_of, source_of

LINK: Final = "https://talks.example/register/0"
KINDS: Final = ("D10", "D14")
"""Papers with a place for each chief."""
_SIDES: Final = ("worker", "employer")
_VALID: Final = "Signature is Valid."


class Misjudged(AssertionError):
    """The other program finds a signature bad that is good, or a changed file good."""


def signed(kind: str) -> bytes:
    """A paper of the plain story, signed for both chiefs."""
    press, now = Press(), datetime.now(UTC)
    provider = Internal(lambda: authority)
    authority = Authority.fresh("log.example", now)
    facts = next(one for one in papers_of(source_of()) if one.doc == kind)
    pdf = press.printed(facts, "n-1", LINK)
    for spot, side in zip(press.spots(facts, "n-1", LINK), _SIDES, strict=False):
        corner = (round(spot.x), round(spot.y))
        place = Place(spot.page, (*corner, corner[0] + PLACE_WIDTH, corner[1] + PLACE_HEIGHT))
        who = Signatory("p1", "王芳", "首席代表", side, "filing/1", "1f0c8e2a")
        pdf = provider.sign(pdf, who, place, seen=press.stamp(["王芳 已签署", provider.label]), now=now)
    return pdf


def judged(program: str, file: Path) -> list[bool]:
    """For each signature in a file, whether it is valid. Certificates are not looked at: nobody knows their root."""
    done = subprocess.run((program, "-nocert", file), check=False, capture_output=True, text=True)
    return [said == _VALID for said in re.findall(r"Signature Validation: (.*)", done.stdout)]


def check(program: str, folder: Path) -> int:
    """Two signatures on each paper hold, and none does once a byte of the paper is another. Returns how many were
    judged; raises Misjudged."""
    count = 0
    for kind in KINDS:
        good = signed(kind)
        at = good.index(b"stream") + 40
        for name, content, wanted in (
            ("good", good, [True, True]),
            ("flipped", good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :], [False, False]),
        ):
            file = folder / f"{kind}-{name}.pdf"
            file.write_bytes(content)
            found = judged(program, file)
            if found != wanted:
                raise Misjudged(f"{kind}, {name}: pdfsig says {found}")
            count += len(found)
    return count
