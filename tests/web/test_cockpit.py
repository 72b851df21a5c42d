"""The district's screen: what cases really did, of the reader's area alone, and nothing that is of few."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx2
import msgspec
import pytest

from claims.walks import register
from cloudnego.core.moment import Register
from cloudnego.eventlog.log import SqlLog
from cloudnego.identity.register import Entry, Heads, add_enterprise
from cloudnego.identity.roster import Roster
from cloudnego.identity.store import writing
from cloudnego.main import build, install
from cloudnego.ports import Asked, Counts, Cut, Receipt
from cloudnego.web.small_cells import LEAST, Measure, hidden, hidden_by, shows
from tests.web.conftest import API, settings_for
from tests.web.granted import Standing
from tests.web.played import DISTRICT, looking, rehearsed, settle

Looking = Callable[[str], httpx2.AsyncClient]
BIG, SMALL, MIDDLE = "330109102", "330109103", "330109104"
FIRMS: Final = {BIG: 7, SMALL: 2, MIDDLE: 5}
"""How many enterprises of each place begin a case; in the big one the first goes to its end."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A district with cases in three places."""
    place = tmp_path_factory.mktemp("cockpit") / "data"
    install(settings_for(place))
    house = build(settings_for(place))
    settle(house)
    with writing(house.site.engine) as session:
        roster = Roster(session, DISTRICT, house.site.new_id, house.site.now_s(), "operator")
        roster.add_region(MIDDLE, MIDDLE, MIDDLE)
        for town, count in FIRMS.items():
            for number in range(count):
                entry = Entry(
                    id=f"F{town[-1]}{number}", name=f"{town}{number}厂", credit_code=f"F-{town}-{number}", address="-",
                    region=town, industry="C1761", has_union=number != 1, headcount=(Heads(year=2026, total=100),),
                )  # fmt: skip
                add_enterprise(session, roster, DISTRICT, entry)
    assert isinstance(house.site.log, SqlLog)
    with house.site.log.bulk() as pen:
        for town, count in FIRMS.items():
            for number in range(count):
                _play(pen.ask, f"F{town[-1]}{number}", town, whole=(town, number) == (BIG, 0))
    house.close()
    return place


def _play(ask: Callable[[Asked], Receipt], firm: str, town: str, *, whole: bool) -> None:
    known: Register = msgspec.structs.replace(register(Random(5)), enterprise=firm, town=town)
    case = None
    for number, act in enumerate(rehearsed()[: None if whole else 1]):
        command = act.command
        if case is None:
            command = command.model_copy(update={"enterprise": firm})
        asked = Asked(
            district=DISTRICT, case=case, command=command, by=act.by, at=act.at, key=f"{firm}-{number}",
            register=known if case is None else None, named=act.named,
        )  # fmt: skip
        case = ask(asked).case


@pytest.fixture
def look(tmp_path: Path, made: Path) -> Iterator[Looking]:
    shutil.copytree(made, tmp_path / "data")
    house = build(settings_for(tmp_path / "data"), Standing())
    yield looking(house)
    house.close()


async def shown(client: httpx2.AsyncClient, path: str = "", **query: Any) -> dict[str, Any]:
    answer = await client.get(f"{API}/cockpit{path}", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_it_counts_what_the_cases_really_did(look: Looking) -> None:
    whole = await shown(look("district"))
    total = whole["total"]
    assert (total["cases"], total["enterprises"], total["headcount"]) == (14, 14, 14 * 180)
    assert (total["steps_done"], total["steps_online"], total["gatherings"], total["saved"]) == (9, 8, 1, 3)
    assert (total["rated"], total["balloted"]) == (1, 1)
    outcomes = ("rate_sum", "mean_raise", "passed_first", "ballot_roll", "ballot_present", "turnout")
    assert {total[name] for name in outcomes} == {None}, "what came out of one contract is that contract's"
    assert (total["agreed"], total["agreed_rate"]) == (1, "7.1"), "谈成率 is agreed cases in percent of all"
    assert whole["by_step"]["representatives"]["cases"] == 13
    assert whole["by_year"]["2026"] == total
    assert sum(one["cases"] for one in whole["stuck"]) == 13
    assert {(one["reason"], one["side"]) for one in whole["stuck"]} == {("list_missing", "worker")}
    assert [one["articles"] for one in whole["stuck"]] == [["HZ 18", "ZJ 10", "ZJDM 15", "N2004 20"]]


async def test_a_cell_of_few_is_hidden_and_another_with_it_so_that_no_difference_gives_it_back(look: Looking) -> None:
    whole = await shown(look("district"))
    assert whole["by_place"] == {BIG: whole["by_place"][BIG], SMALL: None, MIDDLE: None}
    assert whole["by_place"][BIG]["cases"] == 7
    for place in (SMALL, MIDDLE):
        assert (await shown(look("district"), region=place))["total"] is None
    assert (await shown(look("district"), region=BIG))["total"]["cases"] == 7
    coverage = await shown(look("district"), "/coverage")
    assert coverage["by_place"][SMALL] is None


async def test_what_came_out_is_in_no_row_that_says_how_far_cases_are(look: Looking) -> None:
    whole = await shown(look("district"))
    for row in (*whole["by_step"].values(), *whole["by_ending"].values()):
        assert row.keys().isdisjoint({"rated", "rate_sum", "ballot_roll", "ballot_present", "balloted", "passed_first"})
    assert whole["raises"].keys() >= {"below_lower", "above_upper"}
    assert {n for n in (*whole["raises"].values(), *whole["minima"].values()) if n} == set()


async def test_an_office_sees_the_figures_of_its_area_alone(look: Looking) -> None:
    town = await shown(look("town"))
    assert town["total"] == (await shown(look("district"), region=BIG))["total"]
    assert (await look("town").get(f"{API}/cockpit", params={"region": SMALL})).status_code == 404
    assert (await shown(look("town"), region="33"))["total"] == town["total"]
    assert (await shown(look("elsewhere")))["total"] is None


@pytest.mark.parametrize("who", ["w1", "e0", "hr", "w9"])
async def test_it_is_for_the_offices_of_the_area(look: Looking, who: str) -> None:
    for path in ("", "/coverage", "/report/2026-03", "/export.csv"):
        assert (await look(who).get(f"{API}/cockpit{path}")).status_code == 404


async def test_coverage_is_of_all_enterprises_whether_they_began_or_not(look: Looking) -> None:
    found = (await shown(look("district"), "/coverage"))["total"]
    assert (found["enterprises"], found["with_union"]) == (16, 11)
    assert (found["workers"], found["begun"], found["not_begun"]) == (1400, 14, 2)
    assert (found["in_force"], found["established"]) == (0, "0.0"), "the one contract has not begun in March"


async def test_the_table_and_the_report_say_what_the_screen_says(look: Looking) -> None:
    client = look("district")
    screen = await shown(client, wage_year=2026)
    report = await shown(client, "/report/2026-03")
    assert report["cockpit"] == screen
    assert report["coverage"] == await shown(client, "/coverage")
    assert report["happened"]["opened"] == 14
    for month in ("2026-13", "2026", "march"):
        assert (await client.get(f"{API}/cockpit/report/{month}")).status_code == 404
    answer = await client.get(f"{API}/cockpit/export.csv", params={"wage_year": 2026})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    names = rows[1][2:]
    total = dict(zip(names, rows[2][2:], strict=True))
    assert total == {name: "" if n is None else str(n) for name, n in screen["total"].items()}
    assert ["镇街", SMALL, "不足5家"] in [row[:3] for row in rows]


async def test_lists_show_what_the_figures_count(look: Looking) -> None:
    whole = await shown(look("district"))
    one = whole["stuck"][0]
    rows: list[Any] = []
    query = {"stuck": one["reason"], "turn_side": one["side"], "limit": 200}
    answer = await look("district").get(f"{API}/negotiations", params=query)
    rows += answer.json()["rows"]
    assert len(rows) == one["cases"]
    assert (await look("district").get(f"{API}/negotiations", params={"late": "reply"})).json()["rows"] == []
    assert (await look("district").get(f"{API}/negotiations", params={"expires_within": 90})).json()["rows"] == []


# --- the rule of small cells --------------------------------------------------------------------------------------


def test_no_sum_of_hidden_cells_is_of_few() -> None:
    dice = Random(7)
    for _ in range(300):
        cells = {f"{number}": dice.choice((0, 1, 2, 4, 5, 6, 30)) for number in range(dice.randrange(1, 7))}
        few = hidden(cells)
        assert few >= {key for key, count in cells.items() if count < LEAST}
        left = sum(cells[key] for key in few)
        assert not few or left >= LEAST or few == cells.keys()


def counted(places: dict[str, int], cut: Cut) -> Counts:
    """A district that has nothing but places: as many enterprises began as voted as agreed on a raise."""
    inside = {key: n for key, n in places.items() if cut.region is None or key.startswith(cut.region)}
    own = {"all": {"": sum(inside.values())}, "place": inside, "industry": {}, "size": {}, "year": {}}
    return Counts(by_year={}, enterprises=own, rated=own, balloted=own, tallies={})


@pytest.mark.parametrize("measure", ["enterprises", "rated", "balloted"])
def test_no_cut_along_an_axis_gives_a_hidden_cell_back_by_one_subtraction(measure: Measure) -> None:
    """Of any district: what is shown, subtracted from what is shown, is of five or more enterprises or of nothing."""
    dice = Random(11)
    for _ in range(60):
        places = {f"33{number}": dice.choice((0, 1, 3, 5, 6, 8)) for number in range(1, 6)}
        counts = partial(counted, places)
        few = hidden_by(counts(Cut(district="d")), measure, "place")
        sets = [frozenset({key}) for key in places if key not in few]
        sets += [frozenset({key}) for key in places if shows(Cut(district="d", region=key), counts, measure)]
        if shows(Cut(district="d"), counts, measure):
            whole = frozenset(places)
            for size in range(len(sets) + 1):
                for some in combinations(set(sets), size):
                    rest = whole - frozenset[str]().union(*some)
                    left = sum(places[key] for key in rest)
                    assert not rest or not few & rest or left >= LEAST or left == 0


def test_along_two_axes_every_cut_is_of_five_and_no_line_of_it_gives_a_hidden_cell_back() -> None:
    """What holds of two cuts at once: each figure alone, and what one screen leaves out. Lines of different screens
    put together can give a cell back, as 0025 says: who may cut finds each of its cases in his list."""
    dice = Random(13)
    for _ in range(40):
        table = {(place, trade): dice.choice((0, 1, 3, 5, 7, 9)) for place in "1234" for trade in "CDE"}

        def counts(cut: Cut, table: dict[tuple[str, str], int] = table) -> Counts:
            inside = {at: n for at, n in table.items() if cut.region in (None, at[0]) and cut.industry in (None, at[1])}
            places = {place: sum(n for at, n in inside.items() if at[0] == place) for place, _ in inside}
            trades = {trade: sum(n for at, n in inside.items() if at[1] == trade) for _, trade in inside}
            own = {"all": {"": sum(inside.values())}, "place": places, "industry": trades, "size": {}, "year": {}}
            return Counts(by_year={}, enterprises=own, rated=own, balloted=own, tallies={})

        for (place, trade), count in table.items():
            cut = Cut(district="d", region=place, industry=trade)
            assert count >= LEAST or not shows(cut, counts)
            for line in (Cut(district="d", region=place), Cut(district="d", industry=trade)):
                axis = "industry" if line.region else "place"
                cells = counts(line).enterprises[axis]
                left = sum(cells[key] for key in hidden_by(counts(line), "enterprises", axis))
                assert not shows(line, counts) or left == 0 or left >= LEAST
