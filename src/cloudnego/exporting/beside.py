"""What lies beside the entries: lists of votes that were counted, files that evidence names, papers and register."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from importlib.resources import files
from typing import Final

import msgspec

from cloudnego.audit.packing import Parts
from cloudnego.core.vocabulary import FEW_VOTERS, Stream
from cloudnego.eventlog.leaf import canonical, instant
from cloudnego.eventlog.seal import Sealed, leaf_of
from cloudnego.exporting.audience import Audience
from cloudnego.files.store import FileStore, Kept
from cloudnego.papers.store import Paper, PaperStore
from cloudnego.polls.desk import Polls
from cloudnego.ports import CHINA


class Ballots:
    """Hears the counts on their way into the file, and lays the lists beside them. Under ten voters a list may tell who
    voted what: it is in no file."""

    def __init__(self, parts: Parts, polls: Polls) -> None:
        self._parts: Final = parts
        self._polls: Final = polls
        self._counted: Final[list[str]] = []
        self.opened: Final[list[str]] = []

    def saw(self, _stream: Stream, _seq: int, row: Sealed) -> None:
        kind = leaf_of(row).type if row.body is not None and b'"poll' in row.body else ""
        if row.body is None or kind not in ("poll_opened", "poll_counted"):
            return
        facts = msgspec.json.decode(row.body)["facts"]
        if kind == "poll_opened":
            self.opened.append(facts["poll"])
        elif facts["total"] >= FEW_VOTERS:
            self._counted.append(facts["poll"])

    def put(self) -> None:
        for poll in self._counted:
            closing, found = self._polls.closing(poll), self._polls.listed(poll)
            self._parts.put(f"ballots/{poll}.json", canonical(closing.record()))
            if found or not closing.cast:  # a year after its contract the list is destroyed
                self._parts.put(f"ballots/{poll}.txt", found)
        self._parts.put("recount.py", files("cloudnego.polls").joinpath("recount.py").read_bytes())


def files_for(store: FileStore, case: str, audience: Audience) -> list[Kept]:
    """To a side the files it laid there itself, to who checks hashes all that it sees; none twice."""
    found = {
        one.facts.sha256: one
        for one in store.listed(case, audience.streams)
        if not one.facts.erased and (audience.side is None or one.side is audience.side)
    }
    return list(found.values())


def put_files(parts: Parts, store: FileStore, case: str, audience: Audience, told: Callable[[int], None]) -> None:
    """The files as they are kept, under the hash that evidence names."""
    for one in files_for(store, case, audience):
        parts.put(f"files/{one.facts.sha256}", store.content(one))
        told(1)


def put_papers(
    parts: Parts, store: PaperStore, known: Collection[str], order: tuple[str, Audience], told: Callable[[int], None]
) -> list[Paper]:
    """The papers made of nothing but what this audience sees of a case, as they were made, with their facts and their
    register: number, hashes and day stay there when the bytes of a paper were erased. `known`: those there were before
    the entries were read, for a later one may speak of what is in none of them. Raises PaperDamaged."""
    case, audience = order
    found, rows = [one for one in store.of_case(case, frozenset(audience.streams)) if one.number in known], []
    for one in found:
        rows.append(
            {
                "about": one.about, "at": instant(datetime.fromtimestamp(one.at_s, CHINA)), "by": one.by,
                "doc": one.doc, "erased": not one.size, "files": {"json": one.facts_hash, "pdf": one.file_hash},
                "number": one.number, "streams": sorted(one.streams),
            }
        )  # fmt: skip
        if one.size:
            facts, pdf = store.content(one)
            parts.put(f"papers/{one.number}.json", facts)
            parts.put(f"papers/{one.number}.pdf", pdf)
            told(1)
    parts.put("papers/register.json", canonical(rows))
    return found
