"""The whole district, generated: register, people, figures, and every case as it stands on its day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cloudnego.seedling.play import Script
from cloudnego.seedling.seed import Guest, Human, Seed, Told
from seeds.xiaoshan import people
from seeds.xiaoshan.beginnings import noted
from seeds.xiaoshan.careers import career
from seeds.xiaoshan.casting import Casting
from seeds.xiaoshan.figures import FIGURES
from seeds.xiaoshan.firms import Firm, all_firms
from seeds.xiaoshan.geography import PARK, PLACES
from seeds.xiaoshan.people import bodies, crew_of, roster, town_official
from seeds.xiaoshan.regional import down_2025, park_2018
from seeds.xiaoshan.telling import NOW, PACK, Teller

DISTRICT_ID: Final = "xiaoshan"
NAME: Final = "杭州市萧山区（演示）"
PASSWORD: Final = "yanshi-2026"  # one for all, said by `demo`; a sandbox has nothing to protect


def _who(casting: Casting) -> list[tuple[str, str, str, str]]:
    """Login, person, what he is, where to look."""
    session, due, counted = (casting.firm_of(key) for key in ("session", "due", "counted"))
    review, crew = casting.firm_of("declarations"), crew_of(session)
    at = f"{session.entry.name}，协商会议今天下午进行中"
    reply = f"{due.entry.name}，要约答复即将到期"
    ballot = f"{counted.entry.name}，表决票数待第二名监票人确认"
    declare = f"{review.entry.name}，区外审查期满，待双方声明"
    return [
        ("admin", people.ADMIN, "平台运维", "拨动沙盒时钟、增加人员"),
        ("district-union", people.OFFICIAL, "区总工会", "全区驾驶舱、全部案件进度"),
        ("authority", people.REVIEWER, "人社局审查员", "待收件、审查中、异议的合同"),
        ("coordinator", people.COORDINATOR, "人社局协调员", "争议协调处理"),
        ("employers-body", people.EMPLOYERS_OFFICER, "区企业联合会", "全区案件进度"),
        ("auditor", people.AUDITOR_PERSON, "审计", "全区记录，只读"),
        ("town-union", town_official(session.town.code), f"{session.town.zh}总工会", "本街镇案件、指导"),
        ("park-union", town_official(PARK.code), "园区工会联合会", "2018年信息港区域协商"),
        ("instructor", people.INSTRUCTORS[0], "协商指导员", "被派到的案件"),
        ("union-chair", crew.worker_bench[0], "工会主席、职工方首席代表", at),
        ("worker-rep", crew.worker_bench[1], "职工方协商代表", at),
        ("legal-rep", crew.employer_bench[0], "法定代表人、企业方首席代表", at),
        ("employer-rep", crew.employer_bench[1], "企业方协商代表", at),
        ("hr", crew.hr, "企业人力资源", at),
        ("recorder", crew.recorder, "记录员", at),
        ("scrutineer-1", crew.scrutineers[0], "监票人", at),
        ("scrutineer-2", crew.scrutineers[1], "监票人", at),
        ("worker", crew.spare_workers[0], "职工", at),
        ("legal-rep-2", crew_of(due).employer_bench[0], "法定代表人、企业方首席代表", reply),
        ("union-chair-2", crew_of(due).worker_bench[0], "工会主席、职工方首席代表", reply),
        ("scrutineer-3", crew_of(counted).scrutineers[1], "监票人", ballot),
        ("union-chair-3", crew_of(review).worker_bench[0], "工会主席、职工方首席代表", declare),
    ]


def _guests(humans: Sequence[Human], who: Sequence[tuple[str, str, str, str]]) -> tuple[Guest, ...]:
    names = {human.id: human.name for human in humans if human.login is not None}
    return tuple(Guest(login, names[person], is_zh, look) for login, person, is_zh, look in who)


def generate() -> Seed:
    """The seed; its cases are played when it is told to a script."""
    firms: tuple[Firm, ...] = all_firms()
    casting = Casting(firms)
    who = _who(casting)
    humans, posts = roster(firms, {person: login for login, person, _, _ in who})
    return Seed(
        district=DISTRICT_ID, name=NAME, pack=PACK, now=NOW, places=PLACES, bodies=bodies(firms),
        enterprises=tuple(firm.entry for firm in firms), humans=humans, posts=posts, figures=FIGURES,
        guests=_guests(humans, who), password=PASSWORD, enterprises_told=len(casting.roles),
        tell=lambda script, told: _tell(script, firms, casting, told),
    )  # fmt: skip


def _tell(script: Script, firms: tuple[Firm, ...], casting: Casting, told: Told) -> None:
    teller, begins = Teller(script), noted()
    park_2018(teller, firms)
    down_2025(teller, firms)
    for firm, plot, _ in casting.roles:
        career(teller, firm, plot, begins.get(firm.key))
        told(1)
