"""Opinion collection at the doors: the workers' side asks and answers, and to the employer there is nothing."""

from __future__ import annotations

from typing import Any

from tests.web.conftest import API, PASSWORD, Town

CLOSES = "2026-03-09T18:00:00+08:00"
ASKS: dict[str, Any] = {
    "title": "今年协商，说说您的意见",
    "closes_at": CLOSES,
    "questions": [
        {"kind": "several", "text": "最想先谈什么？", "most": 2,
         "options": [{"text": "涨多少", "head": "T3"}, {"text": "夜班津贴", "head": "T5"}, {"text": "哪天发"}]},
        {"kind": "text", "text": "还有什么想说的？", "head": "T9"},
    ],
    "statements": ["夜班津贴应当按次发"],
    "departments": ["一车间", "二车间"],
}  # fmt: skip
SECRET = "请把二车间夜班的灯修好，已经暗了三个月"


def said(n: int, *, text: str | None = None) -> dict[str, Any]:
    opinions = [] if text is None else [{"question": 1, "text": text, "code": f"7K3M-9Q2R-T4VW-{n:04d}"}]
    return {"id": f"{n:032x}", "department": n % 2, "picks": [[0], []], "statements": ["agree"], "opinions": opinions}


async def asked(town: Town) -> tuple[str, str]:
    """A case and the address of the survey in it."""
    case = await town.open_case()
    answer = await town["firm.chair"].post(f"{API}/negotiations/{case}/surveys", json=ASKS)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"{API}/negotiations/{case}/surveys/{answer.json()['id']}"
    return case, answer.headers["Location"]


async def workers(town: Town, count: int) -> list[str]:
    names = [f"w{n}" for n in range(count)]
    for name in names:
        await town.person(name, {"organisation": town.ids["firm"], "office": "worker"})
    return names


async def closed(town: Town, survey: str) -> None:
    assert (await town["firm.chair"].post(f"{survey}/close", json={})).status_code == 204


async def test_a_worker_is_asked_answers_once_and_follows_what_he_wrote(town: Town) -> None:
    case, survey = await asked(town)
    chair, worker = town["firm.chair"], town["firm.worker"]
    (home,) = (await worker.get(f"{API}/me/surveys")).json()["rows"]
    assert (home["case"], home["may_answer"], home["answered"], home["returned"]) == (case, True, False, None)
    sent = said(1, text=SECRET)
    assert (await worker.post(f"{survey}/answers", json=sent)).status_code == 201
    assert (await worker.post(f"{survey}/answers", json=sent)).status_code == 201, "the reply was lost"
    again = await worker.post(f"{survey}/answers", json=said(2))
    assert (again.status_code, again.json()["code"]) == (409, "survey_answered")
    running = (await chair.get(survey)).json()
    assert (running["returned"], running["issued"], running["open"]) == (1, 2, True)
    for path in ("results", "opinions"):
        assert (await chair.get(f"{survey}/{path}")).json()["code"] == "survey_running"
    await closed(town, survey)
    assert (await worker.get(f"{API}/me/surveys")).json()["rows"] == []
    late = await chair.post(f"{survey}/answers", json=said(3))
    assert (late.status_code, late.json()["code"]) == (409, "survey_over")
    results = (await chair.get(f"{survey}/results")).json()
    assert (results["returned"], results["issued"], results["questions"][0]["tables"]) == (1, 2, [])
    (opinion,) = (await chair.get(f"{survey}/opinions")).json()["rows"]
    assert (opinion["text"], opinion["head"], opinion["decided"]) == (SECRET, "T9", None)
    steps = f"{survey}/opinions/{opinion['id']}/steps"
    lead = {"act": "topic", "to": "T5", "reason": "与夜班津贴一并谈"}
    assert (await chair.post(steps, json=lead)).json()["code"] == "opinion_waits"
    assert (await worker.get(f"{survey}/opinions")).json()["rows"] == []
    for step in (
        {"act": "redacted", "text": "请把夜班的灯修好", "reason": "去掉车间"},
        lead,
        {"act": "outcome", "to": "adopted", "reason": "企业已同意"},
    ):
        assert (await chair.post(steps, json=step)).status_code == 201, step
    assert [one["text"] for one in (await worker.get(f"{survey}/opinions")).json()["rows"]] == ["请把夜班的灯修好"]
    followed = (await town.door.post(f"{API}/opinions/follow", json={"code": "7k3m 9q2r t4vw 0001"})).json()
    assert [one["act"] for one in followed["steps"]] == ["redacted", "topic", "outcome"]
    assert (followed["text"], followed["received"]) == (SECRET, "2026-03-02")
    wrong = await town.door.post(f"{API}/opinions/follow", json={"code": "0" * 16})
    assert (wrong.status_code, wrong.json()["code"]) == (404, "opinion_unknown")


async def test_to_everybody_but_the_workers_side_there_is_no_survey(town: Town) -> None:
    case, survey = await asked(town)
    await town["firm.worker"].post(f"{survey}/answers", json=said(1, text=SECRET))
    await closed(town, survey)
    nowhere = survey.rsplit("/", 1)[0] + "/v-nobody"
    for name in ("firm.boss", "firm.hr", "other.chair", "other.worker", "town", "authority", "admin", "auditor_less"):
        for last in ("", "/results", "/opinions"):
            there, none = await town[name].get(survey + last), await town[name].get(nowhere + last)
            assert (there.status_code, there.content) == (404, none.content), (name, last)
        for last, body in (("/answers", said(9)), ("/close", {}), ("/reminders", {})):
            there, none = (
                await town[name].post(survey + last, json=body),
                await town[name].post(nowhere + last, json=body),
            )
            assert (there.status_code, there.content) == (404, none.content), (name, last)
        listed = await town[name].get(f"{API}/negotiations/{case}/surveys")
        assert (listed.status_code, listed.json()["code"]) == (404, "not_found"), name
        assert (await town[name].get(f"{API}/me/surveys")).json()["rows"] == []
    worker = town["firm.worker"]
    assert (await worker.get(survey)).json()["returned"] is None, "a worker is not told how many"
    for answer in (
        await worker.get(f"{survey}/results"),
        await worker.post(f"{survey}/reminders", json={}),
        await worker.post(f"{survey}/close", json={}),
        await worker.post(f"{API}/negotiations/{case}/surveys", json=ASKS),
    ):
        assert answer.status_code == 404, "it is not his to organise"


async def test_whoever_is_of_the_employer_as_well_has_no_survey_in_any_capacity(town: Town) -> None:
    _, survey = await asked(town)
    firm = town.ids["firm"]
    await town.person("both", {"organisation": firm, "office": "worker"}, {"organisation": firm, "office": "hr"})
    assert (await town["both"].get(survey)).json()["code"] == "acting_as_required"
    held = (await town["both"].get(f"{API}/me")).json()["memberships"]
    for one in held:
        answer = await town["both"].get(survey, headers={"X-Acting-As": one["id"]})
        assert answer.status_code == 404, one["office"]
    assert (await town["firm.chair"].get(survey)).json()["issued"] == 2, "nor is he counted"


async def test_only_those_who_have_not_answered_are_reminded_and_the_close_comes_by_itself(town: Town) -> None:
    case, survey = await asked(town)
    chair, worker = town["firm.chair"], town["firm.worker"]
    await worker.post(f"{survey}/answers", json=said(1))
    told = await chair.post(f"{survey}/reminders", json={})
    assert (told.status_code, told.json()["told"]) == (201, 1)
    assert (await chair.post(f"{survey}/reminders", json={})).json()["code"] == "reminded_lately"
    (message,) = (await chair.get(f"{API}/me/inbox")).json()["rows"]
    assert ASKS["title"] in message["text"]["zh"]
    for name in ("firm.worker", "firm.boss", "firm.hr"):
        assert (await town[name].get(f"{API}/me/inbox")).json()["rows"] == [], name
    assert (await town["admin"].post(f"{API}/sandbox/clock", json={"days": 8})).status_code == 200
    (row,) = (await chair.get(f"{API}/negotiations/{case}/surveys")).json()["rows"]
    assert (row["open"], row["closes_at"], len(row["reminders"])) == (False, CLOSES, 1)
    assert (await chair.post(f"{survey}/reminders", json={})).json()["code"] == "survey_over"
    assert (await chair.get(f"{survey}/results")).status_code == 200


async def test_a_questionnaire_or_an_answer_that_does_not_fit_is_said_so(town: Town) -> None:
    case, survey = await asked(town)
    chair, worker = town["firm.chair"], town["firm.worker"]
    path = f"{API}/negotiations/{case}/surveys"
    wrong_head = ASKS | {"questions": [{"kind": "text", "text": "x", "head": "T99"}]}
    for body, code in (
        (ASKS | {"closes_at": "2026-03-02T09:30:00+08:00"}, "survey_time"),
        (ASKS | {"closes_at": "2027-03-02T09:30:00+08:00"}, "survey_time"),
        (wrong_head, "survey_head"),
        (ASKS | {"departments": ["a", "a"]}, "malformed"),
        (ASKS | {"questions": [{"kind": "choice", "text": "x"}]}, "malformed"),
        (ASKS | {"questions": [{"kind": "amount", "text": "x", "edges": [2, 1]}]}, "malformed"),
        (ASKS | {"questions": [{"kind": "scale", "text": "x", "most": 2}]}, "malformed"),
    ):
        answer = await chair.post(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, code), body
    changes: tuple[dict[str, Any], ...] = (
        {"picks": [[3], []]}, {"picks": [[0, 1, 2], []]}, {"picks": [[0]]}, {"statements": []}, {"department": 7},
        {"opinions": [{"question": 0, "text": "x", "code": "0" * 16}]},
    )  # fmt: skip
    for change in changes:
        answer = await worker.post(f"{survey}/answers", json=said(1) | change)
        assert (answer.status_code, answer.json()["code"]) == (422, "survey_answer_wrong"), change


async def test_no_word_of_it_lies_in_the_database_in_the_clear(town: Town) -> None:
    _, survey = await asked(town)
    await town["firm.worker"].post(f"{survey}/answers", json=said(1, text=SECRET))
    await closed(town, survey)
    data = b"".join(path.read_bytes() for path in town.house.settings.data_dir.glob("cloudnego.sqlite3*"))
    assert survey.rsplit("/", 1)[1].encode() in data
    for word in (SECRET, ASKS["title"], "夜班津贴应当按次发", "7K3M9Q2RT4VW0001"):
        assert word.encode() not in data, word
    assert PASSWORD.encode() not in data


async def test_what_was_told_is_not_asked_again_and_what_was_not_may_be(town: Town) -> None:
    """Two sums of one question, and who came to one of them alone: his answer is their difference."""
    case, survey = await asked(town)
    chair, path = town["firm.chair"], f"{API}/negotiations/{case}/surveys"
    other = ASKS | {"questions": [{"kind": "scale", "text": "最想先 谈什么"}], "statements": []}
    fresh = ASKS | {"questions": [{"kind": "scale", "text": "加班怎么算，满意吗？"}], "statements": []}
    running = await chair.post(path, json=other)
    assert (running.status_code, running.json()["code"]) == (409, "survey_asked_before")
    assert "最想先 谈什么" in running.json()["detail"]["zh"]
    assert (await chair.get(path)).json()["told"] == ["最想先谈什么？", "夜班津贴应当按次发"]
    assert (await town["firm.worker"].get(path)).json()["told"] == []
    await closed(town, survey)
    assert (await chair.get(path)).json()["told"] == [], "nobody answered: nothing is told"
    again = await chair.post(path, json=ASKS)
    assert again.status_code == 201, again.text
    for n, name in enumerate(await workers(town, 10)):
        assert (await town[name].post(f"{again.headers['Location']}/answers", json=said(n))).status_code == 201
    await closed(town, again.headers["Location"])
    for body in (other, ASKS | {"questions": fresh["questions"]}):  # the question, and the statement
        assert (await chair.post(path, json=body)).json()["code"] == "survey_asked_before", body
    assert (await chair.post(path, json=fresh)).status_code == 201
