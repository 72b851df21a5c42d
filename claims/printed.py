"""Papers as other programs read them: qpdf of the structure, poppler of the fonts and of what the file says it is.

Whether it is what it says is judged by veraPDF (`claims/archival.py`)."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Final
from zipfile import ZipFile

from sqlmodel import Session, select

from cloudnego.audit.logkey import LogKey
from cloudnego.eventlog import tables
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.log import SqlLog
from cloudnego.exporting.audience import Audience
from cloudnego.exporting.case import Order, export_case, house_on
from cloudnego.papers.kinds import possible
from cloudnego.papers.press import Press
from tests.papers.made import ALL, source_of

LINK: Final = "https://talks.example/register/0"
STORIES: Final = ("regional", "plain", "objected", "suspended", "silent-enterprise", "employer-offer")


class Misprinted(AssertionError):
    """A paper that another program finds damaged, with a font that is not in it, or of another kind."""


def papers(folder: Path) -> list[Path]:
    """One file of each kind and language that the stories make."""
    press, made = Press(), dict[str, Path]()
    for story in STORIES:
        for one in possible(source_of(story), ALL):
            name = f"{one.facts.doc}-{'zh' if one.facts.title_en is None else 'en'}-{one.facts.layout}"
            if name not in made:
                made[name] = folder / f"{name}.pdf"
                made[name].write_bytes(press.printed(one.facts, "n-1", LINK))
    return list(made.values())


def reports(file: Path, folder: Path) -> list[Path]:
    """The report for people in the audit file of each audience, of a case in this database."""
    log, found = SqlLog(f"sqlite:///{file}", Keyring.seeded("outside")), list[Path]()
    try:
        house = house_on(log.engine, log.ring, LogKey.seeded("printed"), lambda: 0)
        with Session(log.engine) as session:
            case = session.exec(select(tables.Stream.case_id).order_by(tables.Stream.id)).first() or ""
        for audience in Audience:
            whole = folder / f"{audience}.zip"
            order = Order(case, audience, "operator", "printed", "2026-11-29T16:00:00+08:00", "cloudnego")
            export_case(house, order, whole, lambda _: None)
            found.append(folder / f"report-{audience}.pdf")
            with ZipFile(whole) as archive:
                found[-1].write_bytes(archive.read("report.pdf"))
    finally:
        log.close()
    return found


def _said(*command: str | Path) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise Misprinted(f"{' '.join(map(str, command))}: {(done.stderr or done.stdout)[:500]}")
    return done.stdout


def check(qpdf: str, files: list[Path]) -> int:
    """Every paper is whole, has all its fonts, says that it is PDF/A-2b, is of PDF 1.7, and has no program and no key.
    Returns how many there were; raises Misprinted."""
    for file in files:
        if "No syntax or stream encoding errors found" not in _said(qpdf, "--check", file):
            raise Misprinted(f"{file.name}: qpdf finds it damaged")
        fonts = [line.split() for line in _said("pdffonts", file).splitlines()[2:]]
        if not fonts or any(row[-5:-2] != ["yes", "yes", "yes"] for row in fonts):
            raise Misprinted(f"{file.name}: a font is not in the file, or does not say what its signs mean: {fonts}")
        told, meta = _said("pdfinfo", file), _said("pdfinfo", "-meta", file)
        for wanted in (r"PDF version:\s+1\.7", r"JavaScript:\s+no", r"Encrypted:\s+no", r"Tagged:\s+yes"):
            if re.search(wanted, told) is None:
                raise Misprinted(f"{file.name}: pdfinfo does not say {wanted}: {told}")
        if re.search('pdfaid:part(>|=")2', meta) is None or re.search('pdfaid:conformance(>|=")B', meta) is None:
            raise Misprinted(f"{file.name}: it does not say that it is PDF/A-2b")
    return len(files)
