"""The press: the same facts the same bytes, every character drawn or named, and nothing read as markup."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from msgspec.structs import replace
from pypdf import PdfReader

from cloudnego.papers.facts import Facts, Text
from cloudnego.papers.glyphs import shown
from cloudnego.papers.press import Press
from tests.papers.made import papers_of, source_of

LINK = "https://talks.example/register/0"
PRESS = Press()


def an_offer() -> Facts:
    return next(one for one in papers_of(source_of()) if one.doc == "D6")


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).replace("\n", "")


def test_the_same_facts_give_the_same_bytes_and_others_give_others() -> None:
    facts = an_offer()
    once = PRESS.printed(facts, "n-1", LINK)
    assert Press().printed(facts, "n-1", LINK) == once
    assert PRESS.printed(replace(facts, enterprise="另一家"), "n-1", LINK) != once
    assert PdfReader(BytesIO(once)).metadata.creation_date_raw == "D:20260302000000Z"  # type: ignore[union-attr]
    assert b"<pdfaid:part>2</pdfaid:part>" in once


def test_a_paper_bears_its_number_its_hash_and_that_it_is_for_practice() -> None:
    facts = an_offer()
    told = text_of(PRESS.printed(facts, "played-2026-c1-D6-1", LINK))
    for one in ("played-2026-c1-D6-1", facts.hash, "91330109MA2B1C2D3X", "演示·无效力", "王䶮㛃"):
        assert one in told, one
    assert "None" not in told


def test_what_people_wrote_is_text_and_never_markup() -> None:
    wrote = '#panic("x") *a* $b$ <c> @d // e \\ `f` [g] 䶮㛃𠅤龘'
    told = text_of(PRESS.printed(replace(an_offer(), blocks=(Text(text=wrote),)), "n-1", LINK))
    assert wrote.replace(" ", "") in told.replace(" ", "")


def test_a_wide_space_is_a_space_and_the_dot_within_a_name_begins_no_line() -> None:
    contract = next(one for one in papers_of(source_of()) if one.doc == "D14")
    assert "〔U+" not in text_of(PRESS.printed(contract, "n-1", LINK))
    names = "阿卜杜热合曼·买买提明·艾合买提江" * 6
    paper = replace(an_offer(), blocks=tuple(Text(text=names[at:]) for at in range(17) if names[at] != "·"))
    pages = PdfReader(BytesIO(PRESS.printed(paper, "n-1", LINK))).pages
    begun = [line.strip() for page in pages for line in page.extract_text().splitlines()]
    assert any(line.endswith("·") for line in begun)
    assert not [line for line in begun if line.startswith("·")]


def test_what_the_font_lacks_is_named_and_what_hides_is_shown() -> None:
    assert shown("王😀\u202e䶮\u200b") == "王〔U+1F600〕〔U+202E〕䶮〔U+200B〕"
    PRESS.printed(replace(an_offer(), enterprise="ئۇيغۇر 😀 \ue000"), "n-1", LINK)  # PDF/A would refuse it


def test_an_office_restyles_by_a_file_and_touches_no_code(tmp_path: Path) -> None:
    (tmp_path / "letter.typ").write_text(
        '#import "common.typ": *\n#show: sheet\n#labels.number 某区总工会专用\n#blocks'
    )
    assert "某区总工会专用" in text_of(Press(tmp_path).printed(an_offer(), "n-1", LINK))
