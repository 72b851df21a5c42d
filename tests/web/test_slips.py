"""The workers' roster and its slips: who keeps them, how a worker comes in, and what the employer never learns."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from cloudnego.identity.slips import ALPHABET, new_code, read_code, trivial
from cloudnego.main import build, install
from tests.web.conftest import API, Town, client_of, settings_for
from tests.web.served import serving

PIN = "728104"
CODE = re.compile(r'<p class="code">([0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5})</p>')


def place(town: Town, rest: str = "workers", firm: str = "firm") -> str:
    return f"{API}/enterprises/{town.ids[firm]}/{rest}"


async def listed(town: Town, count: int, by: str = "firm.chair", firm: str = "firm") -> list[dict[str, Any]]:
    body = {"workers": [{"number": f"A-{n:04}", "name": f"职工{n}"} for n in range(1, count + 1)]}
    answer = await town[by].post(place(town, firm=firm), json=body)
    assert answer.status_code == 201, answer.text
    rows: list[dict[str, Any]] = answer.json()["rows"]
    return rows


async def printed(town: Town, by: str = "firm.chair", firm: str = "firm", **body: Any) -> list[str]:
    answer = await town[by].post(place(town, "slips", firm), json=body)
    assert answer.status_code == 201, answer.text
    return CODE.findall(answer.text)


async def by_slip(town: Town, code: str, pin: str = PIN, **more: Any) -> httpx2.Response:
    body = {"code": code, "pin": pin, "district": town.district, "door": "bearer", **more}
    return await town.door.post(f"{API}/session/slip", json=body)


async def test_the_union_keeps_the_roster_by_number(town: Town) -> None:
    rows = await listed(town, 5)
    assert [row["number"] for row in rows] == [f"A-000{n}" for n in range(1, 6)]
    first = (await town["firm.chair"].get(place(town), params={"limit": 3})).json()
    rest = (await town["firm.chair"].get(place(town), params={"limit": 3, "cursor": first["next"]})).json()
    assert [row["number"] for row in first["rows"] + rest["rows"]] == [f"A-000{n}" for n in range(1, 6)]
    assert rest["next"] is None
    found = (await town["firm.chair"].get(place(town), params={"text": "A-0004"})).json()["rows"]
    assert [row["name"] for row in found] == ["职工4"]
    taken = await town["firm.chair"].post(
        place(town), json={"workers": [{"number": "B-1", "name": "甲"}, {"number": "A-0002", "name": "乙"}]}
    )
    assert (taken.status_code, taken.json()["code"]) == (409, "number_taken")
    assert len((await town["firm.chair"].get(place(town))).json()["rows"]) == 5, "all or none"


async def test_who_is_a_worker_already_is_not_made_twice(town: Town) -> None:
    known = {"number": "A-1", "name": "别名", "person": town.ids["firm.worker"]}
    made = (await town["firm.chair"].post(place(town), json={"workers": [known]})).json()["rows"]
    assert (made[0]["person"], made[0]["name"]) == (town.ids["firm.worker"], "firm.worker")
    for person in (town.ids["firm.worker"], town.ids["other.worker"], "p-nobody"):
        again = await town["firm.chair"].post(
            place(town), json={"workers": [{**known, "number": "A-2", "person": person}]}
        )
        assert (again.status_code, again.json()["code"]) == (422, "person_unknown")


async def test_for_everybody_else_there_is_no_roster(town: Town) -> None:
    """The same 404 as for an enterprise that does not exist, whether there are workers and slips or not."""
    rows = await listed(town, 1)
    await printed(town)
    for who in ("firm.hr", "firm.boss", "firm.worker", "other.chair", "authority", "town", "admin"):
        nowhere = await town[who].get(f"{API}/enterprises/o-nowhere/workers")
        for path in (place(town), place(town, "slip-prints")):
            answer = await town[who].get(path)
            assert (answer.status_code, answer.content) == (404, nowhere.content)
        for path, body in ((place(town), {"workers": [{"number": "1", "name": "甲"}]}), (place(town, "slips"), {})):
            answer = await town[who].post(path, json=body)
            assert (answer.status_code, answer.content) == (404, nowhere.content)
        answer = await town[who].delete(place(town, f"workers/{rows[0]['id']}"))
        assert (answer.status_code, answer.content) == (404, nowhere.content)


async def test_hr_sees_no_difference_when_workers_come_in(town: Town) -> None:
    async def seen() -> list[bytes]:
        paths = (f"{API}/regions", f"{API}/enterprises", f"{API}/organisations", f"{API}/negotiations",
                 place(town, ""), f"{API}/organisations/{town.ids['firm']}/members")  # fmt: skip
        answers = [await town["firm.hr"].get(path.rstrip("/")) for path in paths]
        assert {one.status_code for one in answers} == {200}
        return [one.content for one in answers]

    before = await seen()
    await listed(town, 2)
    codes = await printed(town)
    assert (await by_slip(town, codes[0], pin_again=PIN)).status_code == 201
    assert await seen() == before


async def test_where_there_is_no_union_the_towns_keeps_the_roster(town: Town) -> None:
    gone = await town["town"].patch(place(town, "").rstrip("/"), json={"has_union": False, "union_organisation": None})
    assert gone.status_code == 200
    await listed(town, 2, by="town")
    assert len(await printed(town, by="town")) == 2
    assert (await town["firm.chair"].get(place(town))).status_code == 404


async def test_who_is_hr_too_does_not_keep_it(town: Town) -> None:
    union = (await town["firm.chair"].get(f"{API}/me")).json()["memberships"][0]["organisation"]
    await town.person(
        "both", {"organisation": town.ids["firm"], "office": "hr"}, {"organisation": union, "office": "union"}
    )
    await town.person("deputy", {"organisation": union, "office": "union", "mandate_scope": "send_offer keep_roster"})
    answer = await town["both"].get(place(town))
    assert (answer.status_code, answer.json()["code"]) == (409, "employers_office")
    assert (await town["deputy"].get(place(town))).status_code == 200
    answer = await town["deputy"].post(place(town, "slips"), json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "mandate_does_not_cover")


async def test_the_first_use_binds_the_slip_to_a_pin(town: Town) -> None:
    await listed(town, 2)
    code, other = await printed(town)
    fresh = await by_slip(town, code)
    assert (fresh.status_code, fresh.json()["code"]) == (409, "pin_to_be_chosen")
    differs = await by_slip(town, code, pin_again="728105")
    assert (differs.status_code, differs.json()["code"]) == (422, "pins_differ")
    simple = await by_slip(town, code, pin="123456", pin_again="123456")
    assert (simple.status_code, simple.json()["code"]) == (422, "weak_pin")
    first = await by_slip(town, code, pin_again=PIN)
    assert first.status_code == 201, first.text
    kindly = code.lower().replace("0", "o").replace("1", "l").replace("-", " ")
    again = await by_slip(town, kindly)
    assert (again.status_code, again.json()["me"]["name"]) == (201, "职工1")
    wrong = await by_slip(town, code, pin="728105")
    unknown = await by_slip(town, "ZZZZZ-ZZZZZ")
    assert (wrong.status_code, wrong.content) == (401, unknown.content)
    assert (await by_slip(town, other, pin_again=PIN)).json()["me"]["name"] == "职工2"


async def test_wrong_pins_lock_the_slip_and_no_other_and_an_unknown_code_alike(town: Town) -> None:
    await listed(town, 2)
    code, other = await printed(town)
    assert (await by_slip(town, code, pin_again=PIN)).status_code == 201
    for tried in (code, "ZZZZZ-ZZZZZ"):
        statuses = [(await by_slip(town, tried, pin="728105")).status_code for _ in range(7)]
        assert statuses == [401] * 6 + [429]
    assert (await by_slip(town, code)).status_code == 429, "the right PIN has to wait too"
    assert (await by_slip(town, other, pin_again=PIN)).status_code == 201


async def test_a_lost_slip_is_printed_anew_and_the_old_one_opens_nothing(town: Town) -> None:
    rows = await listed(town, 2)
    code, _ = await printed(town)
    entered = await by_slip(town, code, pin_again=PIN)
    worker = await town.enter("lost", entered.json()["token"])
    one = [rows[0]["id"]]
    there = await town["firm.chair"].post(place(town, "slips"), json={"workers": one})
    assert (there.status_code, there.json()["code"]) == (409, "slip_there")
    nobody = await town["firm.chair"].post(place(town, "slips"), json={})
    assert (nobody.status_code, nobody.json()["code"]) == (422, "nothing_to_print")
    stranger = await town["firm.chair"].post(place(town, "slips"), json={"workers": ["w-nobody"]})
    assert (stranger.status_code, stranger.json()["code"]) == (422, "worker_unknown")
    (new,) = await printed(town, workers=one, why="lost", remark="本人报失")
    assert (await worker.get(f"{API}/me")).status_code == 401, "whoever found it is out"
    assert (await by_slip(town, code)).status_code == 401
    assert (await by_slip(town, new)).json()["code"] == "pin_to_be_chosen"
    log = (await town["firm.chair"].get(place(town, "slip-prints"))).json()["rows"]
    assert sorted((row["slips"], row["why"], row["remark"], row["printed_by_name"]) for row in log) == [
        (1, "lost", "本人报失", "firm.chair"),
        (2, "first", None, "firm.chair"),
    ]


async def test_who_is_struck_off_the_roster_is_out(town: Town) -> None:
    rows = await listed(town, 1)
    (code,) = await printed(town)
    entered = await by_slip(town, code, pin_again=PIN)
    worker = await town.enter("struck", entered.json()["token"])
    assert (await worker.get(f"{API}/me")).status_code == 200
    assert (await town["firm.chair"].delete(place(town, f"workers/{rows[0]['id']}"))).status_code == 204
    assert (await town["firm.chair"].delete(place(town, f"workers/{rows[0]['id']}"))).status_code == 404
    assert (await worker.get(f"{API}/me")).status_code == 401
    assert (await by_slip(town, code)).status_code == 401
    assert await listed(town, 1), "the number is free again"


async def test_a_worker_sees_the_notices_of_his_enterprise_and_no_more(town: Town) -> None:
    await listed(town, 1)
    (code,) = await printed(town)
    own, foreign = await town.open_case(), await town.open_case("other")
    worker = await town.enter("slip", (await by_slip(town, code, pin_again=PIN)).json()["token"])
    found = (await worker.get(f"{API}/negotiations")).json()["rows"]
    assert [row["id"] for row in found] == [own]
    case = (await worker.get(f"{API}/negotiations/{own}")).json()
    assert (case["me"]["streams"], case["me"]["side"], case["state"]) == (["notice"], "worker", None)
    for rest in ("timeline", "deadlines", "next", "draft"):
        assert (await worker.get(f"{API}/negotiations/{own}/{rest}")).status_code == 200
        assert (await worker.get(f"{API}/negotiations/{foreign}/{rest}")).status_code == 404
    assert (await worker.post(f"{API}/negotiations/{own}/check-in", json={})).status_code == 409


async def test_neither_codes_nor_pins_lie_in_the_database(town: Town) -> None:
    await listed(town, 3)
    codes = await printed(town)
    assert len(codes) == 3
    await by_slip(town, codes[0], pin_again=PIN)
    with town.house.site.engine.connect() as connection:
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        dump = "\n".join(str(connection.execute(text(f'SELECT * FROM "{name}"')).all()) for name in names)
    assert "A-0001" in dump
    for code in codes:
        assert code not in dump
        assert code.replace("-", "") not in dump
    assert f"'{PIN}'" not in dump


async def test_the_sheet_is_a_page_without_script_that_holds_eight_to_an_a4(town: Town) -> None:
    body = {"workers": [{"number": "<b>1", "name": "<script>alert(1)</script>"}]}
    assert (await town["firm.chair"].post(place(town), json=body)).status_code == 201
    await listed(town, 9)
    answer = await town["firm.chair"].post(place(town, "slips"), json={})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert "style-src 'self'" in answer.headers["content-security-policy"]
    page = answer.text
    assert (page.count('<section class="sheet">'), page.count('<article class="slip">')) == (2, 10)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert " style=" not in page
    assert re.findall(r'(?:href|src)="([^"]+)"', page) == ["/slips.css"]
    style = await town.door.get("/slips.css")
    assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "size: A4" in style.text


def test_codes_are_fifty_bits_and_read_kindly() -> None:
    codes = {new_code() for _ in range(1000)}
    assert len(codes) == 1000
    assert set("".join(codes)) == set(ALPHABET)
    assert read_code("o1Li0-abcde") == "01110ABCDE"


@pytest.mark.parametrize(
    "pin", ["000000", "123456", "654321", "890123", "121212", "123123", "112233", "123321", "111112", "445566"]
)
def test_what_everybody_tries_first_is_no_pin(pin: str) -> None:
    assert trivial(pin)


def test_most_pins_are_good() -> None:
    assert sum(trivial(f"{pin:06}") for pin in range(0, 1_000_000, 7)) < 1_000_000 / 7 * 0.03


# --- many at once --------------------------------------------------------------------------------------------------


async def _people(client: httpx2.AsyncClient, count: int) -> tuple[str, list[str]]:
    """A sandbox with one enterprise and a roster of `count`; the district and the codes of all."""
    opened = (await client.post(f"{API}/sandbox", json={})).json()
    entry = {"login": opened["login"], "password": opened["password"], "district": opened["district"], "door": "bearer"}
    token = (await client.post(f"{API}/session", json=entry)).json()["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    firm = {"name": "大厂", "credit_code": "TEST-BIG", "address": "演示路 1 号", "region": "330109", "industry": "C34"}
    made = (await client.post(f"{API}/enterprises", json=firm, headers=bearer)).json()["id"]
    rows = {"workers": [{"number": f"{n:04}", "name": f"职工{n}"} for n in range(count)]}
    added = await client.post(f"{API}/enterprises/{made}/workers", json=rows, headers=bearer)
    assert added.status_code == 201, added.text
    page = await client.post(f"{API}/enterprises/{made}/slips", json={}, headers=bearer)
    return opened["district"], CODE.findall(page.text)


async def _many(url: str, count: int) -> None:
    limits = httpx2.Limits(max_connections=100)
    patient = httpx2.Timeout(60, pool=None)  # they queue for a hundred sockets as long as the machine takes
    async with httpx2.AsyncClient(base_url=url, limits=limits, timeout=patient) as client:
        district, codes = await _people(client, count)
        assert len(set(codes)) == count

        async def enter(code: str) -> tuple[int, str]:
            body = {"code": code, "pin": PIN, "pin_again": PIN, "district": district, "door": "bearer"}
            answer = await client.post(f"{API}/session/slip", json=body)
            return answer.status_code, answer.json().get("me", {}).get("name", answer.text)

        entered = await asyncio.gather(*[enter(code) for code in codes])
        assert {status for status, _ in entered} == {201}, [said for status, said in entered if status != 201][:3]
        assert len({name for _, name in entered}) == count


@pytest.mark.slow
@pytest.mark.timeout(300)  # three commits each, on a machine that may be busy
@pytest.mark.parametrize("workers", [100, pytest.param(500, marks=pytest.mark.whole)])
def test_all_workers_of_one_address_come_in_and_none_is_refused(tmp_path: Path, workers: int) -> None:
    """Real sockets, one address, the paces and budgets of the settings as they ship; only the hashes are cheap."""
    paces = {"asks_per_second": 20.0, "asks_burst": 200}
    with serving(settings_for(tmp_path / "data", **paces)) as served:
        asyncio.run(_many(served.url, workers))


@pytest.mark.postgres
async def test_of_two_first_uses_at_once_one_binds_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    await _race(tmp_path, postgres_url)


async def test_of_two_first_uses_at_once_one_binds(tmp_path: Path) -> None:
    await _race(tmp_path, None)


async def _race(place: Path, url: str | None) -> None:
    settings = settings_for(place / "data", **({"database_url": url} if url else {}))
    install(settings)
    house = build(settings)
    try:
        async with client_of(house) as client:
            district, codes = await _people(client, 3)

            async def enter(code: str, pin: str) -> tuple[int, str]:
                body = {"code": code, "pin": pin, "pin_again": pin, "district": district, "door": "bearer"}
                return (await client.post(f"{API}/session/slip", json=body)).status_code, pin

            for code in codes:
                both = await asyncio.gather(*[enter(code, pin) for pin in ("728104", "390417", "518206", "604973")])
                assert sorted(status for status, _ in both) == [201, 401, 401, 401]
                bound = next(pin for status, pin in both if status == 201)
                assert (await enter(code, bound))[0] == 201
    finally:
        house.close()
