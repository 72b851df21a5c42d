"""The report of an audit file says of each scan of ink whether somebody else compared it, and none of other streams."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from pypdf import PdfReader

from cloudnego.core.state import Scan
from cloudnego.core.vocabulary import Side
from cloudnego.eventlog.log import SqlLog
from cloudnego.exporting.audience import Audience
from cloudnego.exporting.case import House, export_case
from cloudnego.exporting.report import Outline, _scans
from cloudnego.papers.facts import Table
from tests.audit.given import contents
from tests.eventlog.conftest import migrated_sqlite, quiet
from tests.eventlog.given import loaded
from tests.exporting.test_case import house, log, order, place

__all__ = ["house", "log", "migrated_sqlite", "place", "quiet"]


def test_a_scan_is_told_with_who_entered_and_who_compared_it() -> None:
    scans = {
        "filing.1": Scan(side=Side.WORKER, by="w", shows=True),
        "filing.2": Scan(side=Side.EMPLOYER, by="e", shows=False),
        "filing.3": Scan(side=Side.EMPLOYER, by="e"), "table.9": Scan(side=Side.EMPLOYER, by="e"),
    }  # fmt: skip
    outline = Outline()
    outline.signed.update(dict.fromkeys(("filing.1", "filing.2", "filing.3"), "contract_signed"))
    outline.compared.update({"filing.1": ("2026-04-05T10:00", "e"), "filing.2": ("2026-04-06T10:00", "w")})
    blocks = _scans(scans, outline, {"w": "王某", "e": "陈某"})
    (table,) = [one for one in blocks if isinstance(one, Table)]
    assert [(row[0], row[3], row[4]) for row in table.rows] == [
        ("filing/1", "王某", "已由另一人核对，有所称的签名 陈某 2026-04-05"),
        ("filing/2", "陈某", "另一人核对后认为不符 王某 2026-04-06"),
        ("filing/3", "陈某", "尚未由另一人核对"),
    ]
    assert _scans({}, outline, {}) == []


def test_the_authority_reads_of_the_scans_it_has_and_of_no_minutes(house: House, log: SqlLog, tmp_path: Path) -> None:
    case = loaded(log, ("plain", ""))[0]
    target = tmp_path / "a.zip"
    export_case(house, order(case, Audience.AUTHORITY), target, lambda _: None)
    pages = PdfReader(BytesIO(contents(target.read_bytes())["report.pdf"])).pages
    told = "".join(one.extract_text() for one in pages).replace(" ", "").partition("纸面签名的扫描件")[2]
    assert "尚未由另一人核对" in told
    assert "filing/" in told
    assert "table/" not in told
