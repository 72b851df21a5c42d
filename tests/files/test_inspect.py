"""What may lie in a case, what may not, and what it costs to say no."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from cloudnego.files import cell, jail, pdfs
from cloudnego.files.inspect import inspected
from cloudnego.files.kinds import MEDIA, OF_TABLES, FileKind, FileRefused, Why, clean_name, declared
from tests.files import lawful
from tests.files.corpus import BAD, BOMBS, made

GOOD: dict[FileKind, Callable[[], bytes]] = {
    FileKind.PDF: lawful.pdf,
    FileKind.PNG: lawful.picture,
    FileKind.JPEG: lambda: lawful.picture("JPEG"),
    FileKind.XLSX: lawful.xlsx,
    FileKind.DOCX: lawful.docx,
    FileKind.CSV: lambda: lawful.CSV,
    FileKind.TXT: lambda: lawful.TXT,
}


@pytest.mark.parametrize("kind", FileKind)
def test_a_lawful_file_is_taken_as_it_is_and_a_picture_as_it_is_seen(kind: FileKind) -> None:
    content = GOOD[kind]()
    kept = inspected(content, kind)
    assert (kept == content) is not kind.is_picture
    assert inspected(kept, kind) == kept or kind is FileKind.JPEG, "what is kept could be taken again"


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_may_harm_is_turned_away_for_what_it_is(name: str) -> None:
    kind, why, _ = BAD[name]
    with pytest.raises(FileRefused) as no:
        inspected_or_damaged(made(name), kind)
    assert no.value.why is why


def inspected_or_damaged(content: bytes, kind: FileKind) -> bytes:
    """As a cell answers: what brings a library down is damaged."""
    answer = cell.work("look", kind.value, bytes(4) + content)
    if answer[:1] == b"-":
        raise FileRefused(Why(answer[1:].decode()))
    return answer[1:]


def test_every_reason_is_met() -> None:
    assert {why for _, why, _ in BAD.values()} == set(Why) - {Why.NAME} - OF_TABLES


_MEASURED = """
import re, sys, time
from cloudnego.files import cell
cell.confine()
sys.stdout.buffer.write(cell.work("look", sys.argv[1], sys.stdin.buffer.read()))
print(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1], time.process_time(), file=sys.stderr)
"""  # what `wait` says of memory is the parent's before the child became another program


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_its_reader_less_than_a_second_and_100_mebibytes(name: str) -> None:
    kind, why, _ = BAD[name]
    content = made(name)
    assert len(content) < 5 << 20, "it must be small to be a bomb"
    ran = subprocess.run(
        [sys.executable, "-c", _MEASURED, kind.value],
        input=bytes(4) + content, capture_output=True, check=True, env=jail._ENVIRONMENT,
    )  # fmt: skip
    answer, (kibibytes, seconds) = ran.stdout, ran.stderr.split()
    assert answer == b"-" + why.value.encode()
    assert float(seconds) < 1.0, "of one core, from the start of the process"
    assert int(kibibytes) < 100 * 1024


def test_a_file_that_ends_its_reader_is_refused_and_nothing_else_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(jail._ENVIRONMENT, "PYTHONHOME", "/nowhere")
    with pytest.raises(FileRefused) as no:
        jail.looked_at(lawful.TXT, FileKind.TXT)
    assert no.value.why is Why.BOMB


def test_a_reader_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jail, "WALL_S", 0.001)
    with pytest.raises(FileRefused) as no:
        jail.looked_at(lawful.TXT, FileKind.TXT)
    assert no.value.why is Why.BOMB


def test_a_cell_has_no_more_than_it_needs() -> None:
    """What a fault in a library could be used for is small: no secret in sight, no memory, no files without end."""
    tries = """
import os, sys
from cloudnego.files.cell import confine
confine()
def no(what):
    try:
        return int(what() == 0)
    except (MemoryError, OSError):
        return 1
print(no(lambda: bytes(600 << 20)), "cloudnego.settings" in sys.modules, sorted(os.environ.keys() - {"LC_CTYPE"}))
sys.stdout.flush()
os.write(int(sys.argv[1]), bytes(65 << 20))
os.write(int(sys.argv[1]), b"and more")
"""
    kept = os.memfd_create("kept")
    ran = subprocess.run(
        [sys.executable, "-c", tries, str(kept)],
        capture_output=True, text=True, check=False, env=jail._ENVIRONMENT, pass_fds=(kept,),
    )  # fmt: skip
    assert ran.stdout == "1 False ['LC_ALL', 'PYTHONDONTWRITEBYTECODE', 'PYTHONPATH']\n", ran.stderr
    assert ran.returncode != 0
    assert os.fstat(kept).st_size == cell.MADE_MAX, "not a byte more"
    os.close(kept)


def test_through_the_jail_a_photograph_loses_all_but_what_is_seen_and_stands_upright() -> None:
    before = lawful.photo()
    assert b"SECRET" in before
    after = jail.looked_at(before, FileKind.JPEG)
    assert b"SECRET" not in after
    image = Image.open(BytesIO(after))
    assert image.size == (200, 320), "the orientation is in the pixels now"
    assert not image.getexif()
    assert image.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_through_the_jail_a_bad_file_has_its_reason() -> None:
    with pytest.raises(FileRefused) as no:
        jail.looked_at(BAD["a PDF that starts programs"][2](), FileKind.PDF)
    assert no.value.why is Why.ACTIVE


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_png_of_any_depth_is_redrawn(mode: str) -> None:
    out = BytesIO()
    Image.new(mode, (30, 20)).save(out, "PNG")
    assert Image.open(BytesIO(inspected(out.getvalue(), FileKind.PNG))).mode in ("L", "RGB", "RGBA")


def test_a_pdf_with_too_many_objects_or_pages_is_not_gone_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdfs, "PAGES_MAX", 2)
    inspected(lawful.pdf(2), FileKind.PDF)
    with pytest.raises(FileRefused):
        inspected(lawful.pdf(3), FileKind.PDF)
    monkeypatch.setattr(pdfs, "OBJECTS_MAX", 3)
    with pytest.raises(FileRefused):
        inspected(lawful.pdf(2), FileKind.PDF)


def test_a_link_people_may_click_is_no_harm() -> None:
    there = lawful.relation("hyperlink", "https://www.gov.cn/", ' TargetMode="External"')
    parts = lawful.docx_parts() | {"word/_rels/document.xml.rels": lawful.relations(there)}
    inspected(lawful.zipped(parts), FileKind.DOCX)


@pytest.mark.parametrize(
    ("name", "media", "kind"),
    [
        ("工资表.xlsx", MEDIA[FileKind.XLSX], FileKind.XLSX),
        ("IMG_1.JPG", "image/jpeg", FileKind.JPEG),
        ("a.csv", "text/csv; charset=utf-8", FileKind.CSV),
        ("a.b.pdf", "application/octet-stream", FileKind.PDF),
        ("a.exe", "application/octet-stream", Why.KIND),
        ("a", "application/pdf", Why.KIND),
        ("a.svg", "image/svg+xml", Why.KIND),
        ("a.pdf", "text/html", Why.KIND),
        ("a.pdf", "image/png", Why.MISMATCH),
        ("a.docm", MEDIA[FileKind.DOCX], Why.KIND),
    ],
)
def test_name_and_type_say_the_same_kind_or_nothing_is_taken(name: str, media: str, kind: FileKind | Why) -> None:
    try:
        found: FileKind | Why = declared(name, media)
    except FileRefused as no:
        found = no.why
    assert found is kind


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        ".htaccess",
        "a/b.pdf",
        "..\\b.pdf",
        "a\nb.pdf",
        "a\0.pdf",
        "a\u202efdp.exe",
        "a\u200b.pdf",
        "x" * 121,
        'a".pdf',
    ],
)
def test_what_is_no_plain_name_is_no_name(name: str) -> None:
    with pytest.raises(FileRefused) as no:
        clean_name(name)
    assert no.value.why is Why.NAME


def test_a_name_is_kept_in_one_form() -> None:
    assert clean_name(" é工资.pdf ") == "é工资.pdf"
