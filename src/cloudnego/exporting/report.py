"""The report of an audit file, for people: what the case is, who confirmed what, what happened when, what runs and is
due. It follows from the rest of the file and proves nothing by itself."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from sqlalchemy import Connection
from sqlmodel import col, select

from cloudnego.audit.export import Confirmed, Made, Reading
from cloudnego.audit.witnesses import Party, enough
from cloudnego.core.deadlines import Running
from cloudnego.core.events import CaseOpened, ScanChecked
from cloudnego.core.state import Scan
from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog.seal import Sealed, event_of, leaf_of
from cloudnego.identity.tables import Organisation, Person
from cloudnego.papers.facts import Block, Facts, Fields, Heading, Items, Table, Text
from cloudnego.papers.press import Press
from cloudnego.papers.store import Paper
from cloudnego.texts import catalogue, say

SHOWN: Final = 400
"""Entries of the timeline at its beginning, and as many at its end; all of them stand in the table beside it."""

_TEXTS: Final = "audit.report."
_AT_ONCE: Final = 500
_SIGNATURES: Final = frozenset({"minutes_confirmed", "minutes_signed", "draft_signed", "contract_signed"})
_HASH_LINE: Final = 32


class Outline:
    """Hears every entry on its way into the file, and keeps the first and the last of them."""

    def __init__(self) -> None:
        self._first: Final[list[tuple[str, ...]]] = []
        self._last: Final[deque[tuple[str, ...]]] = deque(maxlen=SHOWN)
        self._count = 0
        self.signed: Final[dict[str, str]] = {}
        """The type of each entry that may be a signature in ink, by its id."""
        self.compared: Final[dict[str, tuple[str, str]]] = {}
        """When and by whom the scan of an entry was compared at last."""

    def saw(self, stream: Stream, seq: int, row: Sealed) -> None:
        leaf = leaf_of(row)
        self._count += 1
        if leaf.type in _SIGNATURES:
            self.signed[f"{stream.value}.{seq}"] = leaf.type
        elif leaf.type == "scan_checked":
            checked = event_of(row, leaf, with_words=False)
            assert isinstance(checked, ScanChecked)
            self.compared[checked.fact] = (leaf.at, leaf.actor)
        line = (leaf.at, f"{stream.value}/{seq}", leaf.type, leaf.occurred_on or "", leaf.actor)
        if len(self._first) < SHOWN:
            self._first.append(line)
        else:
            self._last.append(line)

    @property
    def left_out(self) -> int:
        return self._count - len(self._first) - len(self._last)

    def rows(self) -> list[tuple[str, ...]]:
        """By time: at, place, type, day, actor."""
        return sorted([*self._first, *self._last], key=lambda line: (line[0], line[1] != "notice/1"))


def report(
    connection: Connection, press: Press, reading: Reading, made: Made, confirmed: Confirmed, *, outline: Outline,
    opened: CaseOpened, terms: Iterable[Running], papers: Sequence[Paper], scans: Mapping[str, Scan],
) -> bytes:  # fmt: skip
    """The PDF. Blocks for some tenths of a second."""
    rows = outline.rows()
    hands = {one.by for one in scans.values()} | {by for _, by in outline.compared.values()}
    names = _names(connection, {row[4] for row in rows} | {opened.enterprise, made.made_by} | hands)
    blocks: list[Block] = [
        _about(made, opened, names), _heading("streams"), _streams(reading, confirmed), _heading("timeline"),
        _timeline(rows, names, outline.left_out), *_terms(terms), *_papers(papers),
        *_scans(scans, outline, names), _heading("check"),
        Items(rows=tuple(_text(f"checks.{at}") for at in (1, 2, 3))),
    ]  # fmt: skip
    title = say(_TEXTS + "title")
    facts = Facts(
        doc="AUDIT", about=made.audience, layout="report", title=title["zh"], title_en=title["en"],
        district=made.district, case=made.case, enterprise=names.get(opened.enterprise), credit_code=None,
        wage_year=opened.wage_year, pack=made.pack, day=date.fromisoformat(made.made_at[:10]),
        sandbox=made.kind == "sandbox", blocks=tuple(blocks),
    )  # fmt: skip
    return press.printed(facts, f"{made.case}-{made.audience}", made.case)


def _text(key: str) -> Text:
    said = say(_TEXTS + key)
    return Text(text=said["zh"], en=said["en"])


def _heading(key: str) -> Heading:
    said = say(_TEXTS + key)
    return Heading(text=said["zh"], en=said["en"])


def _label(key: str) -> str:
    said = say(_TEXTS + key)
    return f"{said['zh']}\n{said['en']}"


def _head(*keys: str) -> tuple[str, ...]:
    return tuple(_label(f"heads.{key}") for key in keys)


def _about(made: Made, opened: CaseOpened, names: dict[str, str]) -> Fields:
    audience = say(f"{_TEXTS}audiences.{made.audience}")
    rows = (
        ("case", made.case), ("enterprise", names.get(opened.enterprise, opened.enterprise)),
        ("for", f"{audience['zh']} {audience['en']}"), ("made", f"{made.made_at[:19].replace('T', ' ')}"),
        ("by", names.get(made.made_by, made.made_by)), ("purpose", made.purpose or "—"), ("law", made.pack),
    )  # fmt: skip
    return Fields(rows=tuple((_label(f"heads.{key}"), value) for key, value in rows))


def _streams(reading: Reading, confirmed: Confirmed) -> Table:
    rows = []
    for stream, size in reading.sizes.items():
        far = confirmed.far(stream)
        told = catalogue("zh").get(f"streams.{stream.value}", stream.value)
        upto = [str(far.get(party, 0)) for party in Party]
        rows.append((told, str(size), _broken(reading.root(stream).hex()), *upto, str(enough(stream, far))))
    head = _head("stream", "size", "root", *(party.value for party in Party), "enough")
    return Table(head=head, widths=(4, 2, 7, 3, 3, 3, 3, 3), rows=tuple(rows))


def _broken(hash_: str) -> str:
    """A hash in lines that fit a cell."""
    return "\n".join(hash_[begin : begin + _HASH_LINE] for begin in range(0, len(hash_), _HASH_LINE))


def _timeline(rows: Sequence[tuple[str, ...]], names: dict[str, str], left_out: int) -> Table:
    called, found = catalogue("zh"), []
    for at, place, kind, day, actor in rows:
        found.append(
            (at[:16].replace("T", " "), place, called.get(f"events.{kind}", kind), day, names.get(actor, actor))
        )
    if left_out:
        found.insert(SHOWN, ("…", "", say(f"{_TEXTS}left_out", {"count": left_out})["zh"], "", ""))
    return Table(head=_head("at", "place", "what", "day", "who"), widths=(5, 4, 7, 4, 5), rows=tuple(found))


def _terms(terms: Iterable[Running]) -> list[Block]:
    called = catalogue("zh")
    rows = tuple(
        (
            called.get(f"timers.{one.timer}", one.timer), str(one.start_on), str(one.latest or "—"),
            str(one.met_on or "—"), " ".join(one.articles),
        )
        for one in terms
    )  # fmt: skip
    if not rows:
        return []
    return [_heading("terms"), Table(head=_head("term", "from", "until", "met", "article"), widths=(7, 4, 4, 4, 5),
                                     rows=rows)]  # fmt: skip


def _papers(papers: Sequence[Paper]) -> list[Block]:
    rows = tuple(
        (one.number, catalogue("zh").get(f"paper.titles.{one.doc}", one.doc), _broken(one.file_hash)) for one in papers
    )
    return [_heading("papers"), Table(head=_head("number", "kind", "sha256"), widths=(6, 5, 9), rows=rows)] * bool(rows)


def _scans(scans: Mapping[str, Scan], outline: Outline, names: dict[str, str]) -> list[Block]:
    """What was signed in ink: whose, who entered the scan, and whether somebody else compared it. Of streams that are
    not in the file nothing."""
    called, rows = catalogue("zh"), []
    for entry, scan in scans.items():
        if entry not in outline.signed:
            continue
        at, by = outline.compared.get(entry, ("", ""))
        found = {None: "scan_open", True: "scan_shows", False: "scan_shows_not"}[scan.shows]
        said = " ".join(part for part in (say(_TEXTS + found)["zh"], names.get(by, by), at[:10]) if part)
        kind = called[f"events.{outline.signed[entry]}"]
        rows.append(
            (entry.replace(".", "/"), kind, called[f"sides.{scan.side.value}"], names.get(scan.by, scan.by), said)
        )
    head = _head("place", "what", "side", "entered", "compared")
    return [_heading("scans"), Table(head=head, widths=(3, 6, 3, 4, 7), rows=tuple(rows))] * bool(rows)


def _names(connection: Connection, ids: set[str]) -> dict[str, str]:
    """Names of persons and organisations by id; ids are never shared between them."""
    found: dict[str, str] = {}
    wanted = sorted(ids)
    for begin in range(0, len(wanted), _AT_ONCE):
        some = wanted[begin : begin + _AT_ONCE]
        for one in (Person, Organisation):
            rows = connection.execute(select(col(one.id), col(one.name)).where(col(one.id).in_(some)))
            found |= {row.id: row.name for row in rows}
    return found
