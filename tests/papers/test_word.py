"""A paper as DOCX: all that the facts say, in parts Word reads, and the same bytes each time."""

from __future__ import annotations

import re
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from msgspec.structs import replace

from cloudnego.papers.facts import Facts, Redlined, Run, Text
from cloudnego.papers.word import EDITABLE, written
from tests.papers.made import papers_of, said_in, source_of

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def read(facts: Facts) -> str:
    """The text of the file, every part of which is XML."""
    with ZipFile(BytesIO(written(facts, "n-1"))) as package:
        roots = {name: ElementTree.fromstring(package.read(name)) for name in package.namelist()}
    return "".join(one.text or "" for one in roots["word/document.xml"].iter(f"{W}t"))


@pytest.mark.parametrize("doc", sorted(EDITABLE))
def test_a_docx_says_all_that_the_paper_says(doc: str) -> None:
    facts = next(one for one in papers_of(source_of()) if one.doc == doc)
    told = read(facts)
    assert [text for text in said_in(facts) if text.replace("\n", "") not in told] == []
    assert written(facts, "n-1") == written(facts, "n-1")
    assert written(facts, "n-1") != written(facts, "n-2")


def test_what_is_no_xml_is_named_and_what_looks_like_xml_is_text() -> None:
    facts = next(one for one in papers_of(source_of()) if one.doc == "D6")
    assert "<b>&amp;〔U+FFFF〕䶮" in read(replace(facts, blocks=(Text(text="<b>&amp;\uffff䶮"),)))


def test_a_long_title_breaks_before_its_year_and_signatures_stay_with_what_they_are_under() -> None:
    facts = next(one for one in papers_of(source_of("regional")) if one.doc == "D14")
    with ZipFile(BytesIO(written(facts, "n-1"))) as package:
        document, footer = (package.read(f"word/{name}.xml").decode() for name in ("document", "footer1"))
    assert re.search(r"区域</w:t><w:br/><w:t [^>]*>2026", document)
    lines = re.findall(r"<w:p>.*?</w:p>", document[document.rindex("<w:tbl>") :])
    signing = [line for line in lines if "首席代表" in line or "签名" in line][-4:]
    assert ["keepNext" in line for line in signing] == [True, True, True, False]
    assert footer.count('<w:sz w:val="15"/>') == footer.count("<w:r>")


def test_changes_are_marked_and_chinese_has_its_font() -> None:
    facts = next(one for one in papers_of(source_of()) if one.doc == "D12")
    runs = (Run(how="del", text="七"), Run(how="ins", text="八"))
    with ZipFile(BytesIO(written(replace(facts, blocks=(Redlined(runs=runs),)), "n-1"))) as package:
        document, styles = package.read("word/document.xml").decode(), package.read("word/styles.xml").decode()
    assert '<w:strike/></w:rPr><w:t xml:space="preserve">七' in document
    assert '<w:u w:val="single"/></w:rPr><w:t xml:space="preserve">八' in document
    assert 'w:eastAsia="宋体"' in styles
