"""Papers for those who edit, as LibreOffice opens them: every word that the paper says is in what it reads."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

from cloudnego.papers.word import EDITABLE, written
from tests.papers.made import papers_of, said_in, source_of

AS: Final = {"txt": "txt:Text (encoded):UTF8", "pdf": "pdf"}


class Unread(AssertionError):
    """A file that LibreOffice does not open, or in which it does not find what was written."""


def converted(program: str, files: list[Path], kind: str) -> list[Path]:
    """Each file as LibreOffice saves it again, beside it. Raises Unread when one is missing."""
    folder = files[0].parent
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    asked: tuple[str | Path, ...] = ("--headless", "--convert-to", AS[kind], "--outdir", folder, *files)
    done = subprocess.run((program, profile, *asked), check=False, capture_output=True, text=True, timeout=300)
    found = [one.with_suffix(f".{kind}") for one in files]
    if lacking := [one.name for one in found if not one.exists()]:
        raise Unread(f"LibreOffice makes nothing of {lacking}: {done.stdout[-300:]}{done.stderr[-300:]}")
    return found


def check(program: str, folder: Path) -> int:
    """Returns how many passages of the contract, its draft, an offer, a reply and minutes were found; raises Unread."""
    facts = {one.doc: one for one in papers_of(source_of()) if one.doc in EDITABLE}
    files = [folder / f"{doc}.docx" for doc in sorted(facts)]
    for file in files:
        file.write_bytes(written(facts[file.stem], "n-1"))
    count = 0
    for read in converted(program, files, "txt"):
        told = "".join(read.read_text(encoding="utf-8-sig").split())
        wanted = ["".join(passage.split()) for passage in said_in(facts[read.stem])]
        if lost := [passage for passage in wanted if passage not in told]:
            raise Unread(f"{read.stem}: LibreOffice does not read {lost[:3]}")
        count += len(wanted)
    return count
