"""The mark on what is taken away: it is there, it can be read, and nothing of the maker goes with it."""

from __future__ import annotations

import csv
import zipfile
from io import BytesIO, StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops
from pypdf import PdfReader, PdfWriter

from cloudnego.files import jail
from cloudnego.files.inspect import inspected
from cloudnego.files.kinds import FileKind, FileRefused
from cloudnego.files.marks import marked
from cloudnego.files.sheets import safe_cell, table
from tests.files import lawful

MARK = "王小明 2026-03-02 09:00 案号 c8f3 & <1>"


@pytest.mark.parametrize("kind", [FileKind.PNG, FileKind.JPEG])
def test_a_picture_bears_the_mark_all_over_and_below(kind: FileKind) -> None:
    before = Image.open(BytesIO(lawful.picture(kind.value.upper(), (600, 400)))).convert("L")
    after = Image.open(BytesIO(marked(lawful.picture(kind.value.upper(), (600, 400)), kind, MARK))).convert("L")
    assert after.width == 600
    assert after.height > 410
    changed = ImageChops.difference(before, after.crop((0, 0, 600, 400))).point([0] * 20 + [255] * 236)
    for left in range(0, 600, 200):
        for top in range(0, 400, 200):
            assert changed.crop((left, top, left + 200, top + 200)).getbbox() is not None, (left, top)
    strip = after.crop((0, 400, 600, after.height))
    assert sum(strip.histogram()[:60]) > 50, "letters"
    assert sum(strip.histogram()[200:]) > 0.7 * strip.width * strip.height, "dark letters on white"


def test_another_name_is_another_picture() -> None:
    whole = lawful.picture(size=(600, 400))
    assert marked(whole, FileKind.PNG, MARK) != marked(whole, FileKind.PNG, MARK.replace("王", "李"))
    assert marked(whole, FileKind.PNG, MARK) == marked(whole, FileKind.PNG, MARK)


@pytest.mark.parametrize("size", [(1, 1), (40, 900), (900, 40)])
def test_a_picture_of_any_shape_can_be_marked(size: tuple[int, int]) -> None:
    assert Image.open(BytesIO(marked(lawful.picture(size=size), FileKind.PNG, MARK))).width == size[0]


def test_every_page_of_a_pdf_draws_the_mark_and_no_maker_is_named() -> None:
    writer = PdfWriter(clone_from=BytesIO(lawful.pdf(3, Author="SECRET", Title="SECRET")))
    writer.pages[1].rotate(90)
    made = marked(lawful.written(writer), FileKind.PDF, MARK)
    reader = PdfReader(BytesIO(made))
    assert b"SECRET" not in made
    assert not reader.metadata
    assert len(reader.pages) == 3
    for page in reader.pages:
        content = page.get_contents()
        assert content is not None
        drawn = content.get_data()
        assert drawn.count(b"/CloudNegoMark Do") > 8
        assert drawn.count(b"q") == drawn.count(b"Q"), "what the page shows and the mark do not reach each other"
        image = page["/Resources"]["/XObject"]["/CloudNegoMark"]  # type: ignore[index]
        assert set(image.get_data()) - {0, 255}, "there are letters"
    assert inspected(made, FileKind.PDF) == made


def test_what_was_deleted_from_a_pdf_in_a_later_version_is_not_in_the_copy() -> None:
    whole = lawful.pdf(Author="SECRET")
    writer = PdfWriter(BytesIO(whole), incremental=True)
    writer.metadata = None
    later = lawful.written(writer)
    assert b"SECRET" in later
    assert b"SECRET" not in marked(later, FileKind.PDF, MARK)


def test_a_document_begins_with_the_mark_and_names_no_author() -> None:
    with zipfile.ZipFile(BytesIO(marked(lawful.docx(), FileKind.DOCX, MARK))) as bundle:
        text = bundle.read("word/document.xml").decode()
        everything = b"".join(bundle.read(name) for name in bundle.namelist())
    assert text.index("王小明") < text.index("工资专项集体合同")
    assert "&amp; &lt;1&gt;" in text
    assert "李会计".encode() not in everything


@pytest.mark.parametrize("empty", [False, True])
def test_every_sheet_of_a_workbook_ends_with_the_mark(empty: bool) -> None:
    parts = lawful.xlsx_parts()
    sheet = str(parts["xl/worksheets/sheet1.xml"])
    if empty:
        parts["xl/worksheets/sheet1.xml"] = sheet[: sheet.index("<sheetData>")] + "<sheetData/></worksheet>"
    made = marked(lawful.zipped(parts), FileKind.XLSX, MARK)
    with zipfile.ZipFile(BytesIO(made)) as bundle:
        text = bundle.read("xl/worksheets/sheet1.xml").decode()
    row = 1 if empty else 2
    assert f'<row r="{row}"><c r="A{row}" t="inlineStr"><is><t>【王小明' in text
    assert inspected(made, FileKind.XLSX) == made


def test_a_document_without_a_place_for_the_mark_is_not_taken_in_the_first_place() -> None:
    parts = lawful.docx_parts()
    text = str(parts["word/document.xml"])
    parts["word/document.xml"] = text.replace("<w:body>", "<w:b>").replace("</w:body>", "</w:b>")
    with pytest.raises(FileRefused):
        jail.looked_at(lawful.zipped(parts), FileKind.DOCX)


def test_a_text_and_a_table_begin_with_the_mark() -> None:
    assert marked(lawful.TXT, FileKind.TXT, MARK).decode("utf-8-sig").startswith(f"【{MARK}】\r\n")
    rows = list(csv.reader(StringIO(marked(lawful.CSV, FileKind.CSV, MARK).decode("utf-8-sig"), newline="")))
    assert rows == [[f"【{MARK}】"], ["姓名", "部门", "月工资"], ["王小明", "一车间", "4200"]]


def test_a_table_somebody_laid_down_calculates_nothing_when_it_is_taken_away() -> None:
    harm = "a;b\r\n=cmd|' /C calc'!A0;-5\r\n\"+1+1\";＝1\r\n".encode()
    rows = list(csv.reader(StringIO(marked(harm, FileKind.CSV, MARK).decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[2:] == [["'=cmd|' /C calc'!A0", "-5"], ["'+1+1", "'＝1"]]


def test_through_the_jail_a_mark_comes_back() -> None:
    assert jail.marked(lawful.TXT, FileKind.TXT, MARK) == marked(lawful.TXT, FileKind.TXT, MARK)


@settings(max_examples=60)
@given(st.lists(st.lists(st.text(), min_size=1, max_size=4), min_size=1, max_size=4))
def test_no_cell_of_any_text_reads_as_a_formula_and_every_cell_comes_back(rows: list[list[str]]) -> None:
    whole = table(rows)
    assert whole.startswith(b"\xef\xbb\xbf")
    back = list(csv.reader(StringIO(whole.decode("utf-8-sig"), newline="")))
    cells = [cell for row in rows for cell in row]
    found = [cell for row in back for cell in row] if any(cells) else cells
    assert len(found) == len(cells)
    for was, cell in zip(cells, found, strict=True):
        assert cell in (was.replace("\0", ""), "'" + was.replace("\0", ""))
        if not _is_number(cell):
            assert cell.lstrip(" \u3000\u00a0")[:1] not in tuple("=+-@＝＋－＠\t\r\n"), cell


def _is_number(cell: str) -> bool:
    return cell.removesuffix("%").lstrip("+-").replace(".", "", 1).isdecimal()


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"), ("+86 139", "'+86 139"), ("-", "'-"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"), ("＝1", "'＝1"), (" =1", "' =1"),
        ("\u200b=1", "'\u200b=1"), ("-5", "-5"), ("+3.20", "+3.20"),
        ("7.5%", "7.5%"), ("-1e5", "'-1e5"), ("-1-1", "'-1-1"), ("", ""), ("a=b", "a=b"), ("a\0=", "a="), ("\0=", "'="),
        ("330109", "330109"), ("91330109MA2B0000XX", "91330109MA2B0000XX"),
    ],
)  # fmt: skip
def test_a_cell_is_text_or_a_plain_number(cell: str, safe: str) -> None:
    assert safe_cell(cell) == safe
