"""What workers say, name, elect and vote, as pictures: `make shots` takes these too.

Two towns: in the first the workers name candidates and elect, in the second they are asked for opinions, and their
general meeting votes.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cloudnego.core import commands as c
from cloudnego.core.vocabulary import Office
from cloudnego.walk.client import API, Api
from tests.browser.looks import both, here, in_large_english, windows
from tests.browser.person import DESKTOP, PHONE, Person
from tests.browser.played import Town, town_of, up_to
from tests.browser.voted import Meeting, Vote, on_the_roster, opened

ANSWERS: Final = 38
DEPARTMENTS: Final = ("磨床一车间", "装配二车间", "质量检验与计量管理部", "仓储物流科")
POSTS: Final = ("一线操作", "技术检验", "行政后勤")
WRITTEN: Final = (
    "夜班补贴多年没有变过，请按次发，并写清楚从哪个月起发。",
    "工时定额去年改了两次，没有先跟我们商量。希望改之前公示七天，让做这个活的人先试一个班，再定下来。",
    "食堂夜班没有热饭",
    "高温津贴按天发，不要按月平摊",
)
OWN_WORDS: Final = "在车间干了十一年，想把夜班补贴和工时定额谈清楚。\n当选以后每个月到各班组走一趟。"
ON_PAPER: Final = 4
BOXED: Final = 6


class Paused(Meeting):
    """The story of the meeting; before some acts something else is done and looked at."""

    before: dict[type[c.Command], Callable[[], None]]
    survey: str  # that was opened on the way

    def act(self, who: str, kind: type[c.Command], /, **wish: Any) -> None:
        first = self.before.pop(kind, None)
        if first is not None:
            first()
            self.catches_up()
        super().act(who, kind, **wish)


async def _paused(town: Town, ends: type[c.Command], before: dict[type[c.Command], Callable[[Paused], Any]]) -> Paused:
    """Up to an act; `before`: what is looked at on the way, each a coroutine of the table."""
    loop = asyncio.get_running_loop()
    made: list[Paused] = []

    class Here(Paused):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            made.append(self)
            self.before = {kind: self._looking(one) for kind, one in before.items()}

        def _looking(self, one: Callable[[Paused], Any]) -> Callable[[], None]:
            return lambda: asyncio.run_coroutine_threadsafe(one(self), loop).result()

    await up_to(town, ends, of=Here)
    return made[0]


# --- naming and electing ----------------------------------------------------------------------------------------------


async def _elects(town: Town, folder: Path) -> None:
    voters = await asyncio.to_thread(on_the_roster, town)
    table = await _paused(town, c.RecordElection, {c.ProposeCandidates: lambda at: _names(town, at, folder)})
    vote = await asyncio.to_thread(opened, town, table, voters, c.OpenElection, electorate="all_workers")
    chair, worker = [await town.window(town.by_role(one)) for one in ("union_chair", "worker")]
    case = f"/c/{vote.case}"
    await both(worker, "/", folder, "election-home")
    await both(worker, f"{case}/candidates", folder, "election-candidates-runs")
    await both(worker, f"/p/{vote.poll}", folder, "election-ballot")
    await both(chair, f"{case}/reps", folder, "election-union-reps")
    await both(chair, f"{case}/poll/{vote.poll}", folder, "election-union-poll")
    async with in_large_english(worker):
        await both(worker, f"{case}/candidates", folder, "election-candidates-large-english")
        await both(worker, f"/p/{vote.poll}", folder, "election-ballot-large-english")
    for who in vote.voters[1:11]:
        await asyncio.to_thread(vote.http, who, "c1,c2")
    await asyncio.to_thread(vote.closes)
    await both(worker, f"/p/{vote.poll}", folder, "election-result")
    await both(chair, f"{case}/poll/{vote.poll}", folder, "election-union-result")
    await both(worker, f"{case}/candidates", folder, "election-candidates-after")
    await both(chair, f"{case}/reps", folder, "election-union-reps-after")
    table.catches_up()
    for who in table.case.election.scrutineers[:2]:
        await asyncio.to_thread(table.act, who, c.AttestElection)
    await both(worker, f"{case}/candidates", folder, "election-candidates-confirmed")


async def _names(town: Town, table: Paused, folder: Path) -> None:
    """Nominations: before anybody stands, named, standing, on the union's list."""
    sandbox, case = town.sandbox, str(table.record.case)
    union, namer, stands = [town.by_role(one) for one in ("union_chair", "worker", "worker_representative")]
    chair, worker, named = [await town.window(one) for one in (union, namer, stands)]
    at, page = f"/negotiations/{case}/nominations", f"/c/{case}/nominations"
    await both(chair, page, folder, "nominations-union-before")
    until = (sandbox.now + timedelta(days=6)).date().isoformat()

    def ask(who: str, path: str, body: dict[str, Any]) -> Any:
        return sandbox.ask(who, path, body, f"{path}{who}")

    await asyncio.to_thread(ask, union, at, {"seats": 4, "until": until})
    await asyncio.to_thread(ask, namer, f"{at}/named", {"name": sandbox.people[stands].name})
    await both(named, page, folder, "nominations-asked")
    await asyncio.to_thread(ask, stands, f"{at}/own", {"stands": True, "post": "磨床班组长", "words": OWN_WORDS})
    await both(worker, page, folder, "nominations-worker")
    await both(chair, page, folder, "nominations-union")
    (row,) = (await asyncio.to_thread(sandbox.look, union, at))["desk"]["rows"]
    await asyncio.to_thread(ask, union, f"{at}/{row['id']}/words", {"shown": True})
    await asyncio.to_thread(ask, union, f"{at}/{row['id']}/listing", {"listed": True, "marks": ["front_line"]})
    await both(chair, page, folder, "nominations-union-listed")
    async with in_large_english(chair):
        await both(chair, page, folder, "nominations-union-large-english")


# --- opinions ---------------------------------------------------------------------------------------------------------


async def _is_asked(town: Town, table: Paused, folder: Path) -> None:
    sandbox, case = town.sandbox, str(table.record.case)
    chair, worker = [await town.window(town.by_role(one)) for one in ("union_chair", "worker")]
    await both(chair, f"/c/{case}/opinions/new", folder, "survey-new")
    people = await asyncio.to_thread(_more_workers, town)
    survey = await asyncio.to_thread(_survey, town, case)
    here_ = f"/s/{case}/{survey}"
    await both(worker, "/", folder, "survey-home")
    await _fills_in(worker, here_, folder, "survey")
    async with in_large_english(worker):
        await both(worker, here_, folder, "survey-large-english")
    await asyncio.to_thread(_answers, town, case, survey, people)
    sandbox.ask(town.by_role("union_chair"), f"/negotiations/{case}/surveys/{survey}/reminders", {}, "reminded")
    await both(chair, f"/c/{case}/opinions", folder, "survey-runs")
    sandbox.ask(town.by_role("union_chair"), f"/negotiations/{case}/surveys/{survey}/close", {}, "closed")
    await asyncio.to_thread(_looks_through, town, case, survey)
    await both(chair, f"/c/{case}/opinions", folder, "survey-closed")
    await both(chair, f"/c/{case}/opinions/{survey}", folder, "survey-results")
    table.survey = survey
    await both(chair, f"/c/{case}/opinions/{survey}", folder, "survey-results-open", opened="details")
    await both(worker, f"/c/{case}/opinions/{survey}", folder, "survey-results-worker")
    await both(worker, "/o", folder, "opinion-followed")
    async with in_large_english(chair):
        await both(chair, f"/c/{case}/opinions/{survey}", folder, "survey-results-large-english", opened="details")


async def _drafts(town: Town, table: Paused, folder: Path) -> None:
    """The sheet, beside what was named most."""
    chair = await town.window(town.by_role("union_chair"))
    for path, name in (("topics", "demands-topics"), ("do/draft_topic_sheet", "demands-sheet")):
        await both(chair, f"/c/{table.record.case}/{path}", folder, name)


def _survey(town: Town, case: str) -> str:
    heads = [("高温、夜班、食宿这些津贴和补贴", "T4"), ("每月多少钱", "T3"), ("加班怎么算", "T5"), ("奖金怎么分", "T4")]
    options = [{"text": text, "head": head} for text, head in heads]
    ways = [{"text": "按次发"}, {"text": "按月发"}, {"text": "都可以，写清楚就行"}]
    questions = [
        {"kind": "several", "text": "今年最应该谈哪几件事？", "options": options, "most": 3},
        {"kind": "amount", "text": "您觉得每月应当涨多少？", "head": "T3", "edges": [10000, 30000, 50000, 100000]},
        {"kind": "scale", "text": "对加班工资的算法满意吗？", "head": "T5"},
        {"kind": "choice", "text": "夜班补贴按什么发？", "options": ways},
        {"kind": "text", "text": "还有什么想说的？"},
    ]  # fmt: skip
    now = town.sandbox.now
    body = {
        "title": f"{now.year} 年工资集体协商征集意见", "closes_at": (now + timedelta(days=9)).isoformat(),
        "questions": questions, "statements": ["夜班津贴应当按次发", "工时定额改动以前要公示七天"],
        "departments": DEPARTMENTS, "posts": POSTS,
    }  # fmt: skip
    at = f"/negotiations/{case}/surveys"
    return str(town.sandbox.ask(town.by_role("union_chair"), at, body, "asked")["id"])


def _more_workers(town: Town) -> list[str]:
    firm = town.settled.subject
    return [town.sandbox.person("voter", f"答卷人{n:02d}", [(firm, Office.WORKER)]) for n in range(ANSWERS)]


def _answers(town: Town, case: str, survey: str, people: list[str]) -> None:
    """Three departments of a size and one of three people; the third post is small, too."""
    for n, who in enumerate(people):
        department = 3 if n > ANSWERS - 4 else n % 3
        said = [{"question": 4, "text": WRITTEN[n % len(WRITTEN)], "code": f"{n:016d}"}] if n < 2 * len(WRITTEN) else []
        body = {
            "id": f"{n:032x}", "department": department, "post": (0, 0, 0, 1, 1, 2)[n % 6],
            "picks": [[0, 1 + n % 2], [(n * 7) % 5 if n % 9 else 4], [n % 4], [n % 2], []],
            "statements": ["agree" if n % 3 else "disagree", "agree"], "opinions": said,
        }  # fmt: skip
        town.sandbox.ask(who, f"/negotiations/{case}/surveys/{survey}/answers", body, f"answer{n}")


def _looks_through(town: Town, case: str, survey: str) -> None:
    """One published and led on, one redacted, one hidden; the others wait."""
    union, at = town.by_role("union_chair"), f"/negotiations/{case}/surveys/{survey}/opinions"
    rows = town.sandbox.look(union, at)["rows"]
    steps = [
        (0, {"act": "published", "reason": "与协商有关"}),
        (0, {"act": "topic", "reason": "与津贴一并谈", "to": "T4"}),
        (1, {"act": "redacted", "reason": "隐去他人姓名", "text": "工时定额改动以前希望公示七天。"}),
        (2, {"act": "hidden", "reason": "含有他人的病情"}),
    ]
    for n, (which, step) in enumerate(steps):
        town.sandbox.ask(union, f"{at}/{rows[which]['id']}/steps", step, f"step{n}")


async def _fills_in(worker: Person, path: str, folder: Path, name: str) -> None:
    """Each screen of the questionnaire, from the first to its send."""
    page = worker.page
    for size, window in (("phone", PHONE), ("desk", DESKTOP)):
        await page.set_viewport_size(window)
        await page.goto(worker.url + path)
        await worker._settles()
        for n in range(9):
            if await page.locator("label.pick input").count():
                await page.locator("label.pick").first.click()
            elif await page.locator("textarea").count():
                await page.locator("textarea").fill(WRITTEN[1])
            await worker.shot(folder, f"{size}-{name}-{n}")
            if n < 8:
                await page.locator("footer.foot button").last.click()
                await worker._settles()


# --- the meeting and its vote -----------------------------------------------------------------------------------------


async def _meets(town: Town, table: Paused, folder: Path) -> None:
    """The congress before it is convened: materials, comments, receipts."""
    case = f"/c/{table.record.case}/congress"
    for role in ("union_chair", "worker", "legal_representative"):
        await both(await town.window(town.by_role(role)), case, folder, f"congress-{role}")
    await _is_led_to_a_clause(town, table, folder)


async def _is_led_to_a_clause(town: Town, table: Paused, folder: Path) -> None:
    """The draft lies before the workers: what was published is in one of its clauses, as whoever has the code sees."""
    union, case = town.by_role("union_chair"), str(table.record.case)
    at = f"/negotiations/{case}/surveys/{table.survey}/opinions"
    listed = await asyncio.to_thread(town.sandbox.look, union, at)
    row = next(one for one in listed["rows"] if one["decided"] == "published")
    step = {"act": "clause", "to": listed["clauses"][0]["clause"], "reason": "夜班补贴按次发，写进这一条"}
    await asyncio.to_thread(town.sandbox.ask, union, f"{at}/{row['id']}/steps", step, "clause")
    chair, worker = [await town.window(town.by_role(one)) for one in ("union_chair", "worker")]
    await both(chair, f"/c/{case}/opinions/{table.survey}", folder, "opinion-in-a-clause", opened="details")
    await chair.page.get_by_role("button", name="写进条款").first.click()
    await here(chair, folder, "opinion-to-a-clause")
    codes = {hashlib.sha256(f"opinion\0{n:016d}".encode()).hexdigest(): f"{n:016d}" for n in range(ANSWERS)}
    await both(worker, f"/o#{codes[row['id']]}", folder, "opinion-followed-to-a-clause")


async def _votes(town: Town, folder: Path) -> None:
    voters = await asyncio.to_thread(on_the_roster, town)
    looked: dict[type[c.Command], Callable[[Paused], Any]] = {
        c.RecordOpinions: lambda at: _is_asked(town, at, folder),
        c.DraftTopicSheet: lambda at: _drafts(town, at, folder),
        c.ConveneCongress: lambda at: _meets(town, at, folder),
    }
    table = await _paused(town, c.RecordBallot, looked)
    chair = await town.window(town.by_role("union_chair"))
    case = f"/c/{table.record.case}"
    await both(chair, f"{case}/do/open-ballot", folder, "vote-open-form")
    await both(chair, f"{case}/congress", folder, "vote-congress-ready")
    vote = await asyncio.to_thread(opened, town, table, voters)
    worker = await town.window(town.by_role("worker"))
    poll, strikes = f"{case}/poll/{vote.poll}", f"/polls/{vote.poll}/papers"
    await both(worker, "/", folder, "vote-home")
    await both(worker, f"/p/{vote.poll}", folder, "vote-ballot")
    await both(worker, f"/p/{vote.poll}?kiosk=1", folder, "vote-kiosk")
    await worker.page.get_by_label("赞成", exact=True).check()
    await worker.page.locator("footer.go button").click()
    await here(worker, folder, "vote-sheet")
    for one in vote.voters[-ON_PAPER:]:
        await asyncio.to_thread(_posts, town, town.by_role("union_chair"), strikes, {"person": one})
    for n, who in enumerate(vote.voters[:BOXED]):
        await asyncio.to_thread(vote.http, who, "no" if n == 1 else "yes")
    await both(chair, poll, folder, "vote-union-runs")
    await both(chair, f"{case}/congress", folder, "vote-congress-runs")
    await _is_counted(town, table, vote, folder)


async def _is_counted(town: Town, table: Paused, vote: Vote, folder: Path) -> None:
    chair, worker = [await town.window(town.by_role(one)) for one in ("union_chair", "worker")]
    case, tellers = f"/c/{vote.case}", table.case.congress.scrutineers[:2]
    teller = await town.window(tellers[0])
    ends = datetime.fromisoformat(town.sandbox.look(town.by_role("union_chair"), f"/polls/{vote.poll}")["closes_at"])
    await asyncio.to_thread(town.sandbox.move, ends + timedelta(seconds=30))
    await both(teller, f"{case}/poll/{vote.poll}", folder, "vote-teller")
    counts = {"counts": {"yes": 2, "no": 1, "abstain": 0}, "spoiled": 1}
    for who in tellers:
        await asyncio.to_thread(_posts, town, who, f"/polls/{vote.poll}/paper-counts", counts)
    await both(teller, f"{case}/poll/{vote.poll}", folder, "vote-teller-counted")
    await asyncio.to_thread(vote.closes)
    await both(worker, f"/p/{vote.poll}", folder, "vote-result")
    await both(chair, f"{case}/poll/{vote.poll}", folder, "vote-union-result")
    await both(chair, f"{case}/congress", folder, "vote-congress-counted")
    async with in_large_english(chair):
        await both(chair, f"{case}/poll/{vote.poll}", folder, "vote-union-result-large-english")
    table.catches_up()
    for who in tellers:
        await asyncio.to_thread(table.act, who, c.AttestBallot)
    await both(chair, f"{case}/congress", folder, "vote-congress-attested")
    for paper in ("method", "ballot", "tally", "resolution"):
        await _paper(chair, f"/negotiations/{vote.case}/congress/papers/{paper}", folder, f"paper-{paper}")
    await _is_posted(town, folder)


async def _is_posted(town: Town, folder: Path) -> None:
    """A roll of delegates, posted."""
    firm, union = town.settled.subject, town.by_role("union_chair")
    chair, worker = [await town.window(town.by_role(one)) for one in ("union_chair", "worker")]
    await both(chair, f"/office/roster/{firm}", folder, "roster")
    rows = (await asyncio.to_thread(town.sandbox.look, union, f"/enterprises/{firm}/workers"))["rows"]
    since = "2026-01-05"
    lines = [{"worker": one["id"], "since": since, "woman": n % 3 == 0} for n, one in enumerate(rows)]
    until = (town.sandbox.now + timedelta(days=7)).date().isoformat()
    for path, body in (("delegates", {"delegates": lines}), ("delegate-posting", {"until": until})):
        await asyncio.to_thread(town.sandbox.ask, union, f"/enterprises/{firm}/{path}", body, path)
    await both(chair, f"/office/roster/{firm}/delegates", folder, "delegates")
    await both(worker, f"/roll/{firm}", folder, "roll-worker")
    async with in_large_english(worker):
        await both(worker, f"/roll/{firm}", folder, "roll-worker-large-english")


async def _paper(person: Person, path: str, folder: Path, name: str) -> None:
    await person.page.set_viewport_size({"width": 794, "height": 1123})  # A4
    await person.page.goto(f"{person.url}{API}{path}")
    await person.page.emulate_media(media="print")
    await person.shot(folder, name)
    await person.page.emulate_media(media="screen")


def _posts(town: Town, who: str, path: str, body: dict[str, Any]) -> None:
    with Api(town.url) as api:
        api.call("POST", path, body, token=town.sandbox._token(who))


async def voices(url: str, folder: Path) -> None:
    """Take them all."""
    async with windows(url) as enters:
        async with town_of(url, enters) as town:
            await _elects(town, folder)
        async with town_of(url, enters) as town:
            await _votes(town, folder)
