"""The audit file of a case with its tables, as the command line makes it and checks it again."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Final

import msgspec
import pytest
from typer.testing import CliRunner

from cloudnego.__main__ import app
from cloudnego.audit import verify
from cloudnego.audit.logkey import LogKey
from cloudnego.core.deadlines import deadlines
from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.log import SqlLog
from cloudnego.exporting.audience import Audience
from cloudnego.exporting.case import House, Order, export_case, house_on
from cloudnego.identity.factor_tables import Reminder
from cloudnego.identity.store import writing
from cloudnego.papers.facts import Facts
from cloudnego.ports import NoCase
from tests.audit.given import STREAMS, contents, packed
from tests.audit.page import Page
from tests.eventlog.conftest import migrated_sqlite, quiet
from tests.eventlog.given import DISTRICT, loaded, make_district

__all__ = ["migrated_sqlite", "quiet"]

KEY: Final = "master.key"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exporting")


@pytest.fixture(scope="module")
def log(place: Path, migrated_sqlite: Path) -> Iterator[SqlLog]:
    (place / "cloudnego.sqlite3").write_bytes(migrated_sqlite.read_bytes())
    log = SqlLog(f"sqlite:///{place / 'cloudnego.sqlite3'}", Keyring.create(place / "keys" / KEY))
    LogKey.create(place / "keys" / "log.key", None)
    make_district(log)
    yield log
    log.close()


@pytest.fixture(scope="module")
def case(log: SqlLog) -> str:
    return loaded(log, ("plain", ""))[0]


@pytest.fixture
def house(log: SqlLog, place: Path) -> House:
    return house_on(log.engine, log.ring, LogKey.open(place / "keys" / "log.key"), lambda: 0)


def order(case: str, audience: Audience) -> Order:
    return Order(case, audience, "operator", "=1+1", "2026-11-29T16:00:00+08:00", "cloudnego 0")


def table(files: dict[str, bytes], name: str) -> list[list[str]]:
    return list(csv.reader(StringIO(files[f"tables/{name}.csv"].decode("utf-8-sig"), newline="")))


def test_each_audience_is_the_one_of_its_seat() -> None:
    assert {one.value: one.streams for one in Audience} == STREAMS


@pytest.mark.parametrize("audience", Audience)
def test_a_file_has_its_tables_and_holds(
    house: House, log: SqlLog, case: str, tmp_path: Path, audience: Audience
) -> None:
    target, told = tmp_path / "a.zip", list[int]()
    count = export_case(house, order(case, audience), target, told.append)
    versions = log.versions(case)
    assert count == sum(versions[stream][1] for stream in audience.streams)
    assert sum(told) >= count
    assert max(told) < count / 2, "of a small case, too, one sees how far it is"
    assert [found for found in verify.verify(target, []) if found[0] < 9] == []
    files = contents(target.read_bytes())
    timeline = table(files, "timeline")
    assert len(timeline) == count + 1
    assert {row[0] for row in timeline[1:]} == {stream.value for stream in audience.streams}
    assert {row[4] for row in timeline}.isdisjoint({row[5] for row in timeline[1:]}), "events have their names"
    terms = table(files, "deadlines")
    state = log.state(case)
    assert state is not None
    assert state.opened is not None
    running = deadlines(state, log.law(state.opened.pack, state.opened.pack_version, state.calendar))
    assert len(terms) - 1 == sum(one.stream in audience.streams for one in running)
    assert any(one.stream is Stream.TABLE for one in running), "or this shows nothing"
    assert ("tables/access.csv" in files) == (audience is not Audience.AUTHORITY)
    assert table(files, "mandates")[0][0] == "授权"


def test_the_unions_file_says_how_often_those_who_had_not_acted_were_reminded_and_no_other_does(
    house: House, log: SqlLog, case: str, tmp_path: Path
) -> None:
    """提醒 is told in counts, and only of this case."""
    with writing(log.engine) as session:
        for about in (f"congress {case} 1", "congress another 1"):
            session.add(Reminder(about=about, number=1, district="d", by="u", at_s=0, told=3, delivered=2, opened=1))
    for audience in Audience:
        export_case(house, order(case, audience), target := tmp_path / f"{audience}.zip", lambda _: None)
        files = contents(target.read_bytes())
        assert ("tables/reminders.csv" in files) == (audience is Audience.UNION)
        if audience is Audience.UNION:
            assert table(files, "reminders")[1:] == [
                [f"congress {case} 1", "1", "1970-01-01 08:00:00", "u", "3", "2", "1"]
            ]


SPOILT: dict[str, tuple[str, bytes, bytes]] = {
    "a paper": ("papers/D6.pdf", b"%PDF", b"%PDG"),
    "the facts of a paper": ("papers/D6.json", b"2026", b"2027"),
    "an erasure that was none": ("papers/register.json", b'"erased":true', b'"erased":false'),
    "a number": ("papers/register.json", b"D6-1", b"D6-2"),
    "what stood under a leaf": ("district/notice.json", b"size", b"sizf"),
    "another place": ("district/notice.json", b'"index":', b'"index":1'),
    "another root": ("district/notice.json", b'root\\":\\"', b'root\\":\\"0'),
    "the head of the district": ("district/head.txt", b"\n2\n", b"\n3\n"),
}


def _paper(case: str, doc: str) -> Facts:
    return Facts(
        doc=doc, about="", layout="letter", title="要约", title_en=None, district=DISTRICT, case=case, enterprise=None,
        credit_code=None, wage_year=2026, pack="", day=None, sandbox=True, blocks=(),
    )  # fmt: skip


def test_papers_and_the_log_of_the_district_are_in_it_and_are_checked(
    house: House, log: SqlLog, tmp_path: Path
) -> None:
    """By the program and by the page; what is erased stays named, and each audience has the papers of its streams."""
    case = loaded(log, ("plain", ""))[0]
    for doc, streams in (("D6", {Stream.NOTICE}), ("D7", {Stream.FILING}), ("D4", {Stream.WORKER})):
        house.papers.keep(_paper(case, doc), frozenset(streams), "p", lambda number: b"%PDF" + number.encode())
    house.papers.forget(case, frozenset({Stream.FILING}))
    before = tmp_path / "before.zip"
    export_case(house, order(case, Audience.AUTHORITY), before, lambda _: None)
    assert {found[1] for found in verify.verify(before, []) if "district/" in found[1]} == {
        "district/filing.json", "district/notice.json",
    }  # fmt: skip
    assert house.logs.tick(DISTRICT) == 2
    target = tmp_path / "a.zip"
    export_case(house, order(case, Audience.AUTHORITY), target, lambda _: None)
    files = contents(target.read_bytes())
    assert files["report.pdf"].startswith(b"%PDF-")
    (number,) = (name[7:-4] for name in files if name.startswith("papers/") and name.endswith(".pdf"))
    register = json.loads(files["papers/register.json"])
    assert [(one["doc"], one["erased"]) for one in register] == [("D6", False), ("D7", True)]
    assert json.loads(files["keys.json"])["logs"][0]["since"] is not None
    found = verify.verify(target, [])
    assert [one for one in found if one[0] < 9] == []
    assert (9, f"papers/{register[1]['number']}.pdf", *verify.ERASED) in found
    with Page() as page:
        assert page.verify(target) == found
        for what, (place, old, new) in SPOILT.items():
            spoilt, name = dict(files), place.replace("D6", number)
            spoilt[name] = spoilt[name].replace(old, new, 1)
            assert spoilt != files, what
            (tmp_path / "b.zip").write_bytes(packed(spoilt))
            named = verify.verify(tmp_path / "b.zip", [])[0]
            assert named[0] < 2, what
            assert page.verify(tmp_path / "b.zip")[0][:2] == named[:2], what
    export_case(house, order(case, Audience.UNION), tmp_path / "c.zip", lambda _: None)
    union = json.loads(contents((tmp_path / "c.zip").read_bytes())["papers/register.json"])
    assert sorted(one["doc"] for one in union) == ["D4", "D6", "D7"]


def test_a_paper_made_while_the_file_is_written_waits_for_the_next(house: House, log: SqlLog, tmp_path: Path) -> None:
    """It may speak of an entry that is later than those in the file, which would then not hold."""
    case = loaded(log, ("plain", "meanwhile"))[0]

    def told(_done: int) -> None:
        facts = msgspec.structs.replace(_paper(case, "D14"), title="f" * 64)
        house.papers.keep(facts, frozenset({Stream.NOTICE}), "p", lambda number: b"%PDF" + number.encode())

    for number, papers in ((1, 0), (2, 1)):
        export_case(house, order(case, Audience.AUTHORITY), target := tmp_path / f"{number}.zip", told)
        register = json.loads(contents(target.read_bytes())["papers/register.json"])
        assert len(register) == papers
        assert [found[1] for found in verify.verify(target, []) if found[0] < 9] == [
            f"papers/{one['number']}.json" for one in register
        ]


def test_nothing_is_left_of_a_file_that_could_not_be_made(house: House, tmp_path: Path) -> None:
    with pytest.raises(NoCase):
        export_case(house, order("n0", Audience.UNION), tmp_path / "a.zip", lambda _: None)
    assert list(tmp_path.iterdir()) == []


def test_the_command_line_makes_and_checks_it(
    log: SqlLog, case: str, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUDNEGO_DATA_DIR", str(place))
    monkeypatch.setenv("CLOUDNEGO_DATABASE", f"sqlite:///{place / 'cloudnego.sqlite3'}")
    monkeypatch.setenv("CLOUDNEGO_MASTER_KEY", str(place / "keys" / KEY))
    run, file = CliRunner(), str(tmp_path / "a.zip")
    made = run.invoke(app, ["export", case, "--for", "union", "--out", file])
    assert made.exit_code == 0, made.output
    checked = run.invoke(app, ["verify", file])
    assert (checked.exit_code, checked.stdout.splitlines()[-1]) == (0, "成立 HOLDS")
    assert run.invoke(app, ["verify", file, "--held", file]).exit_code == 0
    spoilt = Path(file).read_bytes()
    (tmp_path / "b.zip").write_bytes(spoilt[:-1])
    assert run.invoke(app, ["verify", str(tmp_path / "b.zip")]).exit_code == 1
    assert run.invoke(app, ["verify", str(tmp_path / "c.zip")]).exit_code == 2
    for words, said in (
        (["export", "n0", "--for", "union", "--out", f"{file}2"], "no case n0"),
        (["export", case, "--for", "press", "--out", f"{file}2"], "for press"),
        (["export", case, "--for", "union", "--out", file], "a.zip"),
    ):
        refused = run.invoke(app, words)
        assert refused.exit_code == 1
        assert said in refused.stderr
