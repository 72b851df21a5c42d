"""A phone its owner gave: how it comes to count, what it opens and does not prove, and what nobody learns by it."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2
import pytest
import structlog
import structlog.testing
from sqlalchemy import Engine, text

from cloudnego import logs
from cloudnego.identity import codes
from cloudnego.identity.grades import Grade
from cloudnego.main import build, install
from cloudnego.web.tries import Tries
from tests.identity.gateways import SECRET, shop
from tests.web.conftest import API, PASSWORD, Founded, Town, client_of, settings_for
from tests.web.test_accounts import OURS
from tests.web.test_help_desk import begin_anew, proved
from tests.web.test_slips import PIN, _people, by_slip, listed, place, printed

NUMBER = "139 0000 0077"
AGAIN = "+86 13900000077"
OTHER = "138 0000 0078"
PHONE = f"{API}/me/phone"
ASK = f"{API}/session/phone/codes"
ENTER = f"{API}/session/phone"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a minute between two codes is another test's."""
    monkeypatch.setattr(codes, "_APART_S", 0)


class Texts:
    """What would have gone to phones: the sandbox shows it to its administrator."""

    def __init__(self, admin: httpx2.AsyncClient) -> None:
        self._admin = admin
        self._known: Counter[str] = Counter()

    async def all(self) -> Counter[str]:
        rows = (await self._admin.get(f"{API}/me/inbox")).json()["rows"]
        return Counter(row["facts"]["code"] for row in rows if row["kind"] == "sandbox_text")

    async def next(self) -> str:
        """The code that came since: the thread that sends it may still be at work."""
        for _ in range(500):
            found = await self.all()
            if new := found - self._known:
                self._known = found
                (code,) = new
                return code
            await asyncio.sleep(0.01)
        raise AssertionError("no text came")


def texts_of(town: Town) -> Texts:
    return Texts(town["admin"])


async def worker(town: Town) -> None:
    """`slip`: a worker who came in by slip and has nothing else."""
    await listed(town, 1)
    (code,) = await printed(town)
    entered = await by_slip(town, code, pin_again=PIN)
    await town.enter("slip", entered.json()["token"])
    town.ids["slip"] = entered.json()["me"]["person"]


async def give(town: Town, who: str, number: str = NUMBER, texts: Texts | None = None, **more: Any) -> None:
    """Give a phone and show the code that came there."""
    asked = await town[who].put(PHONE, json={"phone": number, **more})
    assert asked.status_code == 202, asked.text
    code = await (texts or texts_of(town)).next()
    shown = await town[who].post(f"{PHONE}/confirm", json={"phone": number, "code": code})
    assert shown.status_code == 204, shown.text


async def ask(town: Town, number: str = NUMBER) -> str:
    answer = await town.door.post(ASK, json={"phone": number, "district": town.district})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["attempt"])


async def enter(town: Town, attempt: str, code: str) -> httpx2.Response:
    return await town.door.post(ENTER, json={"attempt": attempt, "code": code, "door": "bearer"})


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def by_phone(town: Town, name: str, texts: Texts, number: str = NUMBER) -> dict[str, Any]:
    """Come in by phone as `name`."""
    attempt = await ask(town, number)
    answer = await enter(town, attempt, await texts.next())
    assert answer.status_code == 201, answer.text
    await town.enter(name, answer.json()["token"])
    found: dict[str, Any] = answer.json()["me"]
    return found


# --- giving it ----------------------------------------------------------------------------------------------------


async def test_a_worker_gives_his_phone_and_comes_in_by_it(town: Town) -> None:
    await worker(town)
    texts = texts_of(town)
    bare = await town["slip"].put(PHONE, json={"phone": NUMBER})
    assert (bare.status_code, bare.json()["code"]) == (403, "step_up_impossible")
    guessed = await town["slip"].put(PHONE, json={"phone": NUMBER, "password": "728105"})
    assert (guessed.status_code, guessed.json()["code"]) == (403, "proof_failed")
    assert await texts.all() == Counter(), "nobody's phone rings for a guess"
    asked = await town["slip"].put(PHONE, json={"phone": NUMBER, "password": PIN})
    assert (asked.status_code, asked.json()) == (202, {"attempt": None, "lasts_s": 300})
    code = await texts.next()
    assert (await town["slip"].get(PHONE)).json()["to"] is None, "it is not his before he has shown the code"
    for body in ({"phone": NUMBER, "code": wrong(code)}, {"phone": OTHER, "code": code}):
        failed = await town["slip"].post(f"{PHONE}/confirm", json=body)
        assert (failed.status_code, failed.json()["code"]) == (403, "proof_failed")
    assert (await town["slip"].post(f"{PHONE}/confirm", json={"phone": AGAIN, "code": code})).status_code == 204
    given = (await town["slip"].get(PHONE)).json()
    assert (given["to"], given["proves"]) == ("+86•••0077", False)
    me = await by_phone(town, "phone", texts)
    assert (me["person"], me["grade"], me["means"]) == (town.ids["slip"], "password", [])
    kinds = [one["kind"] for one in (await town["phone"].get(f"{API}/me/inbox")).json()["rows"]]
    assert kinds == ["factor_added"]


async def test_a_browser_comes_in_only_from_our_own_pages(town: Town) -> None:
    await town.step_up("firm.chair")
    texts = texts_of(town)
    await give(town, "firm.chair", texts=texts)
    body = {"attempt": await ask(town), "code": await texts.next()}
    assert (await town.door.post(ENTER, json=body)).json()["code"] == "cross_site"
    assert (await town.door.post(ENTER, json=body, headers=OURS)).json()["token"] is None
    assert (await town.door.get(f"{API}/me")).json()["person"] == town.ids["firm.chair"]


async def test_who_has_other_means_shows_one_before_he_gives_a_phone(town: Town) -> None:
    await town.letter("firm.chair")
    answer = await town["firm.chair"].put(PHONE, json={"phone": NUMBER, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (403, "step_up_needed")


async def test_a_number_is_whose_who_showed_it_last(town: Town) -> None:
    texts = texts_of(town)
    await town.sign_in("elsewhere", "firm.worker", PASSWORD)
    await give(town, "firm.worker", texts=texts, password=PASSWORD)
    assert (await town["elsewhere"].get(f"{API}/me")).status_code == 401, (
        "another door, and all who came in by the first"
    )
    await give(town, "firm.hr", AGAIN, texts=texts, password=PASSWORD)
    assert (await town["firm.worker"].get(PHONE)).json()["to"] is None
    told = [one["kind"] for one in (await town["firm.worker"].get(f"{API}/me/inbox")).json()["rows"]]
    assert sorted(told) == ["factor_added", "factor_removed"]
    assert (await by_phone(town, "phone", texts))["person"] == town.ids["firm.hr"]
    await give(town, "firm.hr", OTHER, texts=texts, password=PASSWORD)
    attempt = await ask(town)
    assert (await enter(town, attempt, "000000")).status_code == 401, "the number he had opens nothing"
    assert (await by_phone(town, "phone", texts, OTHER))["person"] == town.ids["firm.hr"]


async def test_what_is_no_number_is_refused(town: Town) -> None:
    none = ("1390000007", "139000000777", "23900000077", "+0 555 123 4567", "+49", "+8612", "0049 12", "139x0000077")
    for number in none:
        answer = await town["firm.worker"].put(PHONE, json={"phone": number, "password": PASSWORD})
        assert (answer.status_code, answer.json()["code"]) == (422, "malformed"), number


# --- what it proves -----------------------------------------------------------------------------------------------


async def test_a_phone_given_after_a_step_up_proves_but_not_in_a_session_it_opened(town: Town) -> None:
    await town.step_up("firm.chair")
    texts = texts_of(town)
    await give(town, "firm.chair", texts=texts)
    await by_phone(town, "phone", texts)
    await town.sign_in("desk", "firm.chair", PASSWORD)
    assert {one["means"] for one in (await town["phone"].get(f"{API}/me")).json()["means"]} == {"inbox", "letter"}
    refused = await town["phone"].post(f"{API}/session/codes", json={"means": "phone"})
    assert refused.json()["code"] == "means_missing", "a stolen phone would vouch for itself"
    means = (await town["desk"].get(f"{API}/me")).json()["means"]
    assert {one["means"]: one["to"] for one in means}["phone"] == "+86•••0077"
    assert (await town["desk"].post(f"{API}/session/codes", json={"means": "phone"})).status_code == 202
    proof = {"means": "phone", "code": await texts.next()}
    shown = await town["desk"].post(f"{API}/session/step-up", json=proof)
    assert (shown.status_code, shown.json()["grade"]) == (200, "code")


async def test_a_phone_given_with_a_password_alone_proves_nothing(town: Town) -> None:
    texts = texts_of(town)
    await give(town, "firm.worker", texts=texts, password=PASSWORD)
    assert (await town["firm.worker"].get(f"{API}/me")).json()["means"] == []
    answer = await town["firm.worker"].post(f"{API}/session/codes", json={"means": "phone"})
    assert answer.json()["code"] == "means_missing"


async def test_the_code_that_shows_whose_a_phone_is_proves_nothing_else(town: Town) -> None:
    texts = texts_of(town)
    await town["firm.worker"].put(PHONE, json={"phone": NUMBER, "password": PASSWORD})
    proof = {"means": "phone", "code": await texts.next()}
    for means in ("phone", "mail", "inbox"):
        answer = await town["firm.worker"].post(f"{API}/session/step-up", json={**proof, "means": means})
        assert answer.json()["code"] == "proof_failed"


async def test_who_came_by_slip_shows_a_letter_with_his_pin(town: Town) -> None:
    """A chief whose only account is his slip: nobody knows a password of his."""
    await worker(town)
    letter = await town.letter("slip")
    for pin, status in (("728105", 403), (PIN, 200)):
        proof = {"means": "letter", "code": letter, "password": pin}
        assert (await town["slip"].post(f"{API}/session/step-up", json=proof)).status_code == status
    changed = await town["slip"].put(f"{API}/me/password", json={"current": PIN, "new": "a staple of another colour"})
    assert changed.status_code in (401, 403), "a PIN is no password"


# --- the code -----------------------------------------------------------------------------------------------------


async def test_a_code_is_good_once_in_its_attempt_and_for_five_tries(town: Town) -> None:
    texts = texts_of(town)
    await give(town, "firm.worker", texts=texts, password=PASSWORD)
    attempt = await ask(town)
    code = await texts.next()
    strangers = await ask(town)
    await texts.next()
    refused = [
        await enter(town, strangers, code),
        await enter(town, attempt, wrong(code)),
        await enter(town, 43 * "x", code),
    ]
    assert {(one.status_code, one.content) for one in refused} == {(401, refused[0].content)}
    assert (await enter(town, attempt, code)).status_code == 201, "a stranger who asks too does not shut him out"
    assert (await enter(town, attempt, code)).status_code == 401
    attempt = await ask(town)
    code = await texts.next()
    assert {(await enter(town, attempt, wrong(code))).status_code for _ in range(5)} == {401}
    assert (await enter(town, attempt, code)).status_code == 401


def rows(engine: Engine) -> list[Any]:
    """What is known of codes, but for what is drawn or differs by phone."""
    with engine.connect() as connection:
        query = (
            "SELECT person, means, tries, spent, expires_s - made_s, length(session), length(phone) FROM one_time_code"
        )
        return [tuple(row) for row in connection.execute(text(query))]


async def test_whether_anybody_has_a_number_is_not_to_be_told(town: Town) -> None:
    """The same answer and the same row; only then, in a thread nobody waits for, is somebody looked up."""
    texts = texts_of(town)
    await give(town, "firm.worker", texts=texts, password=PASSWORD)
    before = len(rows(town.house.site.engine))
    answers = []
    for number in (NUMBER, OTHER):
        answers.append(await town.door.post(ASK, json={"phone": number, "district": town.district}))
        attempt = answers[-1].json()["attempt"]
        assert (await enter(town, attempt, "000000")).json()["code"] == "sign_in_failed"
    known, unknown = answers
    assert (known.status_code, len(known.content)) == (unknown.status_code, len(unknown.content))
    assert dict(known.headers) == dict(unknown.headers)
    found = rows(town.house.site.engine)[before:]
    assert len(found) == 2
    assert len(set(found)) == 1
    await texts.next()
    assert sum((await texts.all()).values()) == 2, "one to give it, one to come in; none to a number nobody has"


async def test_a_phone_gets_ten_an_hour_and_half_of_them_by_one_address(town: Town) -> None:
    """Alike whether anybody has it."""
    await give(town, "firm.worker", NUMBER, password=PASSWORD)

    async def asked(number: str, address: str) -> int:
        transport = httpx2.ASGITransport(app=town.house.front, client=(address, 1))
        async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
            return (await client.post(ASK, json={"phone": number, "district": town.district})).status_code

    for number, left in ((NUMBER, 4), (OTHER, 5)):  # one code went to the first when it was given
        assert [await asked(number, "192.0.2.1") for _ in range(6)] == [202] * 5 + [429]
        assert [await asked(number, "192.0.2.2") for _ in range(left)] == [202] * left
        assert await asked(number, "192.0.2.3") == 429


async def test_two_codes_are_half_a_minute_apart(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "_APART_S", 30)
    await ask(town)
    again = await town.door.post(ASK, json={"phone": NUMBER, "district": town.district})
    assert (again.status_code, again.json()["code"]) == (429, "too_fast")
    await ask(town, OTHER)


async def test_a_shift_of_one_address_asks_and_nobody_is_refused(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The failures after which an address waits elsewhere, and more, are nothing here."""
    texts = texts_of(town)
    await give(town, "firm.worker", texts=texts, password=PASSWORD)
    few = Tries(per_address=3, per_client=3, window_s=600)
    monkeypatch.setattr(town.house.site.tries, "_most", few._most)
    for number in range(20):
        attempt = await ask(town, f"137 0000 {number:04}")
        assert (await enter(town, attempt, "000000")).status_code == 401
    assert (await by_phone(town, "phone", texts))["person"] == town.ids["firm.worker"]


# --- losing it ----------------------------------------------------------------------------------------------------


async def test_it_is_forgotten_at_will_and_whoever_came_by_it_is_out(town: Town) -> None:
    texts = texts_of(town)
    await give(town, "firm.worker", texts=texts, password=PASSWORD)
    await by_phone(town, "phone", texts)
    assert (await town["firm.worker"].delete(PHONE)).status_code == 204
    assert (await town["firm.worker"].delete(PHONE)).status_code == 204
    assert (await town["phone"].get(PHONE)).status_code == 401
    assert (await town["firm.worker"].get(PHONE)).json() == {"to": None, "given_at": None, "proves": False}
    with town.house.site.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM phone_number")).scalar() == 0


async def test_a_lost_slip_takes_the_phone_with_it(town: Town) -> None:
    """Whoever found it may have given one of his own."""
    await worker(town)
    texts = texts_of(town)
    await give(town, "slip", texts=texts, password=PIN)
    attempt = await ask(town)
    code = await texts.next()
    (row,) = (await town["firm.chair"].get(place(town))).json()["rows"]
    await printed(town, workers=[row["id"]], why="lost")
    assert (await enter(town, attempt, code)).status_code == 401


async def test_who_is_struck_off_the_roster_has_no_phone_here(town: Town) -> None:
    await worker(town)
    texts = texts_of(town)
    await give(town, "slip", texts=texts, password=PIN)
    attempt = await ask(town)
    code = await texts.next()
    (row,) = (await town["firm.chair"].get(place(town))).json()["rows"]
    assert (await town["firm.chair"].delete(place(town, f"workers/{row['id']}"))).status_code == 204
    assert (await enter(town, attempt, code)).status_code == 401


async def test_a_reset_takes_phone_and_slip(town: Town) -> None:
    await worker(town)
    texts = texts_of(town)
    await give(town, "slip", texts=texts, password=PIN)
    attempt = await ask(town)
    code = await texts.next()
    await proved(town, "town")
    body = {"person": town.ids["slip"], "why": "手机和凭条被人拿走"}
    done = await town["town"].post(f"{API}/resets", json=body)
    assert done.status_code == 201, done.text
    assert (await enter(town, attempt, code)).status_code == 401
    assert (await begin_anew(town, "slip", done.json()["code"])).status_code == 401
    (new,) = await printed(town)
    assert (await by_slip(town, new, pin_again=PIN)).status_code == 201, "a new slip lets him in again"


# --- who else learns of it ----------------------------------------------------------------------------------------


async def test_a_number_lies_nowhere_in_the_clear(town: Town, tmp_path: Path) -> None:
    told = tmp_path / "log"
    digits = "13900000077"
    with told.open("w+") as out:
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(out))
        try:
            texts = texts_of(town)
            await give(town, "firm.worker", texts=texts, password=PASSWORD)
            await by_phone(town, "phone", texts)
            town.house.site.factors.phones.deliver(town.district, f"+86{digits}", "305172")
        finally:
            logs.configure("info")
            structlog.reset_defaults()
    assert digits not in told.read_text()
    files = [one for one in town.house.settings.data_dir.rglob("*") if one.is_file()]
    assert [one.name for one in files if digits.encode() in one.read_bytes()] == []
    for who in ("firm.chair", "firm.hr", "firm.boss", "town", "admin"):
        for path in ("/me", "/me/inbox", "/enterprises", f"/organisations/{town.ids['firm']}/members"):
            assert digits not in (await town[who].get(API + path)).text


async def test_a_text_that_did_not_leave_is_one_line_without_number_or_code(town: Town) -> None:
    with structlog.testing.capture_logs() as told:
        town.house.site.factors.phones.deliver("nowhere", "+8613900000077", "305172")
    assert told == [{"event": "text_not_sent", "why": "NoResultFound", "log_level": "warning"}]


# --- a live district, with a gateway that is one ------------------------------------------------------------------


async def test_in_a_live_district_the_text_goes_to_the_gateway(tmp_path: Path, founded: Founded) -> None:
    shutil.copytree(founded.place, tmp_path / "data")
    with shop() as gateway:
        house = build(settings_for(tmp_path / "data", text_url=gateway.url, text_secret=SECRET))
        with house.site.engine.begin() as connection:
            connection.execute(text("UPDATE district SET kind = 'live'"))
        house.site.clocks.refresh()
        try:
            bearer = {"Authorization": f"Bearer {founded.tokens['firm.worker']}"}
            async with client_of(house) as client:
                body = {"phone": NUMBER, "password": PASSWORD}
                assert (await client.put(PHONE, json=body, headers=bearer)).status_code == 202
                confirmed = {"phone": NUMBER, "code": gateway.wait()["code"]}
                assert (await client.post(f"{PHONE}/confirm", json=confirmed, headers=bearer)).status_code == 204
                gateway.hangs.clear()
                asked = await client.post(ASK, json={"phone": NUMBER})
                assert asked.status_code == 202, "nobody waits for the gateway"
                gateway.hangs.set()
                entry = {"attempt": asked.json()["attempt"], "code": gateway.wait()["code"], "door": "bearer"}
                assert (await client.post(ENTER, json=entry)).status_code == 201
                gateway.status = 500
                failed = await client.put(PHONE, json=body, headers=bearer)
                assert (failed.status_code, failed.json()["code"]) == (422, "means_missing")
        finally:
            house.close()


async def test_where_no_texts_are_sent_there_is_no_such_door(tmp_path: Path, founded: Founded) -> None:
    shutil.copytree(founded.place, tmp_path / "data")
    house = build(settings_for(tmp_path / "data"))
    with house.site.engine.begin() as connection:
        connection.execute(text("UPDATE district SET kind = 'live'"))
    try:
        async with client_of(house, headers={"Authorization": f"Bearer {founded.tokens['firm.worker']}"}) as client:
            assert (await client.put(PHONE, json={"phone": NUMBER, "password": PASSWORD})).status_code == 404
            for district in (None, "nowhere"):
                answer = await client.post(ASK, json={"phone": NUMBER, "district": district})
                assert answer.status_code == 404
    finally:
        house.close()


@pytest.mark.parametrize("on", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def test_of_two_that_show_one_code_at_once_one_comes_in(
    tmp_path: Path, on: str, request: pytest.FixtureRequest
) -> None:
    url = {"database_url": request.getfixturevalue("postgres_url")} if on == "postgresql" else {}
    settings = settings_for(tmp_path / "data", **url)
    install(settings)
    house = build(settings)
    try:
        async with client_of(house) as client:
            district, (slip,) = await _people(client, 1)
            admin = house.site.sessions.open(
                district, "admin", _admin(house.site.engine, district), "bearer", proof=Grade.PASSWORD
            )
            entry = {"code": slip, "pin": PIN, "pin_again": PIN, "district": district, "door": "bearer"}
            token = (await client.post(f"{API}/session/slip", json=entry)).json()["token"]
            bearer = {"Authorization": f"Bearer {token}"}
            async with client_of(house, headers={"Authorization": f"Bearer {admin}"}) as inbox:
                texts = Texts(inbox)
                given = await client.put(PHONE, json={"phone": NUMBER, "password": PIN}, headers=bearer)
                assert given.status_code == 202, given.text
                body = {"phone": NUMBER, "code": await texts.next()}
                assert (await client.post(f"{PHONE}/confirm", json=body, headers=bearer)).status_code == 204
                asked = (await client.post(ASK, json={"phone": NUMBER, "district": district})).json()
                proof = {"attempt": asked["attempt"], "code": await texts.next(), "door": "bearer"}
            both = await asyncio.gather(*[client.post(ENTER, json=proof) for _ in range(4)])
            assert sorted(one.status_code for one in both) == [201, 401, 401, 401]
    finally:
        house.close()


def _admin(engine: Engine, district: str) -> str:
    with engine.connect() as connection:
        query = text("SELECT person FROM membership WHERE office = 'operator' AND district = :district")
        return str(connection.execute(query, {"district": district}).scalar_one())
