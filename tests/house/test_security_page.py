"""docs/SECURITY.md covers ASVS 5.0: each row names its proof, says why there is none, or says where it is open."""

from __future__ import annotations

import re
from typing import Final

from tests.house.tree import page

CHAPTERS: Final = [f"V{number}" for number in range(1, 18)]
_PROOF: Final = re.compile(r"`tests/[\w/]+\.py(::\w+)?`|^n/a|^open: issue \d+")


def rows() -> list[list[str]]:
    """The cells of each row of the table."""
    table = page("docs/SECURITY.md").split("<!-- asvs -->\n", 1)[1].split("\n\n", 1)[0]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()[2:]]


def test_every_chapter_has_its_rows() -> None:
    assert list(dict.fromkeys(row[0].split(".")[0] for row in rows())) == CHAPTERS


def test_every_row_has_a_proof_or_says_why_there_is_none() -> None:
    assert [row[0] for row in rows() if len(row) != 5] == []
    assert [row[0] for row in rows() if not _PROOF.search(row[3])] == []
    assert [row[0] for row in rows() if row[3] == "n/a" and "n/a because" not in row[2]] == []


def test_every_section_of_level_two_is_named() -> None:
    """The sections of ASVS 5.0.0 that have requirements of level 1 or 2."""
    sections = {
        "V1": 5, "V2": 4, "V3": 5, "V4": 4, "V5": 4, "V6": 6, "V7": 6, "V8": 4, "V9": 2, "V10": 7, "V11": 6, "V12": 3,
        "V13": 4, "V14": 3, "V15": 4, "V16": 5,
    }  # fmt: skip
    named: set[str] = set()
    for first, *_ in rows():
        low, _, high = first.partition("–")
        chapter, _, number = low.partition(".")
        named |= {f"{chapter}.{n}" for n in range(int(number or 0), int(high.partition(".")[2] or number or 0) + 1)}
    left_out = {"V3.6", "V6.7", "V11.7"}  # level 3 alone
    wanted = {f"{chapter}.{n}" for chapter, most in sections.items() for n in range(1, most + 1)}
    wanted |= {"V3.7", "V6.8"}
    assert wanted - left_out - named == set()
