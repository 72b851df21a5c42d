"""A portal prepares what binds; who may do it reads the draft and does it himself; to nobody else is there one."""

from __future__ import annotations

from typing import Any

from tests.web.conftest import API, Town
from tests.web.portals import portal

WORDS = {"reason": "企业情况有变，提请撤回本次协商。"}


async def prepared(town: Town) -> tuple[str, Any, Any]:
    """A case, the portal, and the draft of the enterprise's withdrawal."""
    case, door = await town.open_case(by="boss"), await portal(town)
    answer = await door.post(f"{API}/negotiations/{case}/prepared", json={"command": "withdraw_case", "words": WORDS})
    assert answer.status_code == 201, answer.text
    return case, door, answer.json()


async def test_the_person_reads_the_draft_and_does_the_act_himself(town: Town) -> None:
    case, door, made = await prepared(town)
    path = f"{API}/negotiations/{case}/prepared/{made['id']}"
    assert made["link"] == f"{town.house.site.public_url}/negotiations/{case}/prepared/{made['id']}"
    (listed,) = (await town["firm.boss"].get(f"{API}/negotiations/{case}/prepared")).json()["rows"]
    assert (listed["command"], listed["words"]) == ("withdraw_case", None)
    draft = (await town["firm.boss"].get(path)).json()
    assert (draft["words"], draft["portal"]) == (WORDS, made["portal"])
    act = f"{API}/negotiations/{case}/withdraw-case"
    assert (await door.post(act, json=draft["words"])).json()["code"] == "binding_act"
    assert (await town["firm.boss"].post(act, json=draft["words"])).json()["code"] == "step_up_needed"
    await town.step_up("firm.boss")
    done = await town["firm.boss"].post(act, json=draft["words"])
    assert done.status_code == 201, done.text
    events = (await town["firm.boss"].get(f"{API}/negotiations/{case}/timeline")).json()["rows"]
    assert [(one["actor"], one["via"]) for one in events][-1] == (town.ids["firm.boss"], "person")
    assert (await town["firm.boss"].delete(path)).status_code == 204
    assert (await door.get(path)).status_code == 404


async def test_to_everybody_else_there_is_no_draft(town: Town) -> None:
    case, door, made = await prepared(town)
    other_portal = await portal(town, "cases", "prepare")
    for name in ("firm.chair", "firm.worker", "town", "authority", "admin"):
        assert (await town[name].get(f"{API}/negotiations/{case}/prepared")).json() == {"rows": []}, name
    assert (await other_portal.get(f"{API}/negotiations/{case}/prepared")).json() == {"rows": []}
    for name, client in (
        *((one, town[one]) for one in ("firm.chair", "other.boss", "town", "authority")),
        ("p", other_portal),
    ):
        for method in ("GET", "DELETE"):
            mine = await client.request(method, f"{API}/negotiations/{case}/prepared/{made['id']}")
            none = await client.request(method, f"{API}/negotiations/{case}/prepared/d-nobody")
            assert (mine.status_code, mine.content) == (404, none.content), (name, method)
    assert (await door.get(f"{API}/negotiations/{case}/prepared/{made['id']}")).status_code == 200


async def test_people_prepare_nothing_and_only_what_binds_is_prepared(town: Town) -> None:
    case, door = await town.open_case(by="boss"), await portal(town)
    path = f"{API}/negotiations/{case}/prepared"
    sent = {"command": "withdraw_case", "words": WORDS}
    assert (await town["firm.boss"].post(path, json=sent)).status_code == 404
    for command in ("request_guidance", "issue_opinion", "note_deadline", "no_such_act", "open_case"):
        answer = await door.post(path, json={"command": command, "words": {}})
        assert (answer.status_code, answer.json()["code"]) == (422, "not_binding"), command
    wrong = await door.post(path, json={"command": "withdraw_case", "words": {"unknown": 1}})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "malformed")
    narrow = await portal(town, "cases")
    assert (await narrow.post(path, json=sent)).json()["code"] == "scope_missing"


async def test_a_client_has_a_bounded_number_of_drafts_in_a_case(town: Town) -> None:
    case, door, _ = await prepared(town)
    sent = {"command": "withdraw_case", "words": WORDS}
    codes = [(await door.post(f"{API}/negotiations/{case}/prepared", json=sent)).status_code for _ in range(20)]
    assert codes == [201] * 19 + [409]


async def test_no_word_of_a_draft_lies_in_the_database(town: Town) -> None:
    _, _, made = await prepared(town)
    data = b"".join(path.read_bytes() for path in town.house.settings.data_dir.glob("cloudnego.sqlite3*"))
    assert made["id"].encode() in data
    assert WORDS["reason"].encode() not in data
