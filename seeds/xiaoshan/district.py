"""The whole district, generated: register, people, figures, and every case as it stands on its day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from cloudnego.seedling.seed import Guest, Human, Seed, Told, law_of
from seeds.xiaoshan import people, voting
from seeds.xiaoshan.beginnings import noted
from seeds.xiaoshan.careers import career
from seeds.xiaoshan.casting import Casting
from seeds.xiaoshan.figures import FIGURES
from seeds.xiaoshan.firms import Firm, all_firms, opaque
from seeds.xiaoshan.geography import PARK, PLACES, TILES
from seeds.xiaoshan.people import bodies, crew_of, roster, town_official
from seeds.xiaoshan.regional import down_2025, park_2018
from seeds.xiaoshan.telling import NOW, PACK, TODAY, Teller, name_of

DISTRICT_ID: Final = "xiaoshan"
NAME: Final = "杭州市萧山区（演示）"
PASSWORD: Final = "yanshi-2026"  # one for all, said by `demo`; a sandbox has nothing to protect


LETTER: Final = "YANSH-12026"  # the code on everybody's mandate letter, for the same reason


VOTER: Final = 25  # of the delegates one who is nothing more


class Visitor(NamedTuple):
    """Whom one may sign in as: the name to sign in with, who he is, where to look."""

    login: str
    person: str
    zh: str
    en: str
    look: str


def _visitors(casting: Casting) -> list[Visitor]:
    session, due, counted, declaring, votes = (
        casting.firm_of(key) for key in ("session", "due", "counted", "declarations", voting.PLOT)
    )  # fmt: skip
    crew, town = crew_of(session), session.town
    area = "全区 · the whole district"
    at = f"{session.entry.name}：协商会议正在进行 · in session now"
    reply = f"{due.entry.name}：要约答复即将到期 · a reply is due"
    ballot = f"{counted.entry.name}：票数待监票人确认 · counts to be attested"
    silence = f"{declaring.entry.name}：区外审查期满待声明 · to declare that no objection came"
    poll = f"{votes.entry.name}：职工代表正在投票 · delegates vote on the draft now"
    chair = "工会主席、职工方首席代表"
    legal = "法定代表人、企业方首席代表"
    return [
        Visitor("district-union", people.OFFICIAL, "区总工会", "district union", area),
        Visitor("authority", people.REVIEWER, "人社局审查员", "labour authority, reviews filings", area),
        Visitor("coordinator", people.COORDINATOR, "人社局协调员", "labour authority, coordinates disputes", area),
        Visitor("employers-body", people.EMPLOYERS_OFFICER, "区企业联合会", "employers' body", area),
        Visitor("auditor", people.AUDITOR_PERSON, "审计", "auditor", area),
        Visitor("admin", people.ADMIN, "平台运维，可拨动时钟", "operator, moves the clock", area),
        Visitor("town-union", town_official(town.code), f"{town.zh}总工会", "town union", town.zh),
        Visitor("instructor", people.INSTRUCTORS[0], "协商指导员", "instructor", "被派到的案件 · where he was sent"),
        Visitor("park-union", town_official(PARK.code), "园区工会联合会", "park union", "信息港 2018 · the park"),
        Visitor("union-chair", crew.worker_bench[0], chair, "union chair, workers' chief", at),
        Visitor("worker-rep", crew.worker_bench[1], "职工方协商代表", "workers' representative", at),
        Visitor("worker", crew.spare_workers[0], "职工", "worker", at),
        Visitor("legal-rep", crew.employer_bench[0], legal, "employer's chief", at),
        Visitor("employer-rep", crew.employer_bench[1], "企业方协商代表", "employer's representative", at),
        Visitor("hr", crew.hr, "人力资源", "HR", at),
        Visitor("recorder", crew.recorder, "记录员", "recorder", at),
        Visitor("scrutineer-1", crew.scrutineers[0], "监票人", "scrutineer", at),
        Visitor("scrutineer-2", crew.scrutineers[1], "监票人", "scrutineer", at),
        Visitor("legal-rep-2", crew_of(due).employer_bench[0], legal, "employer's chief", reply),
        Visitor("union-chair-2", crew_of(due).worker_bench[0], chair, "union chair, workers' chief", reply),
        Visitor("scrutineer-3", crew_of(counted).scrutineers[1], "监票人", "scrutineer", ballot),
        Visitor(
            "voter", opaque("p", votes.key, "w", VOTER), "职工代表，有一票等您", "delegate with a vote to cast", poll
        ),
        Visitor("union-chair-4", crew_of(votes).worker_bench[0], "工会主席，办理表决", "union chair, runs it", poll),
        Visitor("union-chair-3", crew_of(declaring).worker_bench[0], chair, "union chair, workers' chief", silence),
    ]


def _guests(humans: Sequence[Human], visitors: Sequence[Visitor]) -> tuple[Guest, ...]:
    names = {human.id: human.name for human in humans if human.login is not None}
    return tuple(Guest(one.login, names[one.person], one.zh, one.en, one.look) for one in visitors)


def generate() -> Seed:
    """The seed; its cases are played when it is told to a script."""
    firms: tuple[Firm, ...] = all_firms()
    casting = Casting(firms)
    visitors = _visitors(casting)
    humans, posts = roster(firms, {one.person: one.login for one in visitors})
    votes = casting.firm_of(voting.PLOT)
    name, roll = name_of(votes, TODAY.year), voting.roll_of(votes, law_of(PACK).pack)
    return Seed(
        district=DISTRICT_ID, name=NAME, pack=PACK, now=NOW, places=PLACES, tiles=TILES, bodies=bodies(firms),
        enterprises=tuple(firm.entry for firm in firms), humans=humans, posts=posts, figures=FIGURES,
        pool=people.INSTRUCTORS, rolls=(roll,), voting=name,
        guests=_guests(humans, visitors), password=PASSWORD, letter=LETTER, enterprises_told=len(casting.roles),
        tell=lambda script, told: _tell(Teller(script, {name: voting.as_recorded(roll)}), firms, casting, told),
    )  # fmt: skip


def _tell(teller: Teller, firms: tuple[Firm, ...], casting: Casting, told: Told) -> None:
    begins = noted()
    park_2018(teller, firms)
    down_2025(teller, firms)
    for firm, plot, _ in casting.roles:
        career(teller, firm, plot, begins.get(firm.key))
        told(1)
