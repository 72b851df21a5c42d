"""Fills the words of an ask from the case as it stands: the same chooser drives walks, stories, seeds and load.

`fill` gives a payload that the rules accept when nothing hard stands before the ask; `wish` overrides single fields.
What the law does not fix (who is on which side, what is asked for) comes from a `Cast` and a seeded `Random`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any, Final

import msgspec

from cloudnego.core import clauses, instructors, positions
from cloudnego.core import commands as c
from cloudnego.core.calendar import add_working_days
from cloudnego.core.deadlines import running
from cloudnego.core.events import PollOption
from cloudnego.core.moment import Moment, acts_as_chief
from cloudnego.core.overlays import COORDINATING
from cloudnego.core.papers import in_force
from cloudnego.core.polls import ends
from cloudnego.core.state import EMPTY_CAUCUS, Clause
from cloudnego.core.steps.performance import places_to_publish
from cloudnego.core.steps.representatives import standing_now
from cloudnego.core.vocabulary import Member, Mode, Office, Scope, Seat, Side, Stream

Fields = dict[str, Any]

NAMES_OF_NOBODY: Final = (
    "陈立新", "周晓兰", "沈国平", "吴秋月", "俞建华", "高美芳", "来志强", "施文斌",
    "傅海燕", "孔令辉", "楼佳敏", "汤水根", "莫雪琴", "裘立峰", "田雨薇", "华正明",
    "金巧云", "韩卫东", "任静怡", "郑一鸣", "倪红梅", "洪学军", "章若琳", "谢长河",
)  # fmt: skip
"""For whoever peoples a sandbox."""


class Cast(msgspec.Struct, frozen=True, kw_only=True):
    """The people of a case by what they are; ids only. Benches name the chief first."""

    worker_bench: tuple[str, ...]
    employer_bench: tuple[str, ...]
    hr: str
    recorder: str
    scrutineers: tuple[str, ...]
    spare_workers: tuple[str, ...] = ()
    spare_employers: tuple[str, ...] = ()
    outsiders: tuple[str, ...] = ()
    instructor: str = "instructor"
    coordinators: tuple[str, ...] = ("coordinator",)
    town_union: str = "town"
    district_union: str = "district"
    authority: str = "authority"
    employers_body: str = "body"
    enterprises: tuple[str, ...] = ()
    asked_percent: str = "8"
    offered_percent: str = "6"
    agreed_percent: str = "7"
    minimum_fen: int = 300_000
    prose: dict[str, str] = {}  # what the clauses put so far say, by the hash of their text

    def bench(self, side: Side) -> tuple[str, ...]:
        return self.worker_bench if side is Side.WORKER else self.employer_bench

    def spare(self, side: Side) -> tuple[str, ...]:
        return self.spare_workers if side is Side.WORKER else self.spare_employers

    def members(self) -> dict[str, Member]:
        """Everybody who can ask, by person, with the offices of his membership."""
        found = {
            p: Member(person=p, offices=frozenset({Office.WORKER})) for p in (*self.worker_bench, *self.spare_workers)
        }
        for p in (self.recorder, *self.scrutineers):
            found[p] = Member(person=p, offices=frozenset({Office.WORKER}))
        found[self.worker_bench[0]] = Member(person=self.worker_bench[0], offices=frozenset({Office.UNION}))
        for p in (*self.employer_bench, *self.spare_employers):
            found[p] = Member(person=p, side=Side.EMPLOYER)
        first = self.employer_bench[0]
        found[first] = Member(person=first, side=Side.EMPLOYER, offices=frozenset({Office.LEGAL_REPRESENTATIVE}))
        found[self.hr] = Member(person=self.hr, side=Side.EMPLOYER, offices=frozenset({Office.HR}))
        offices = {
            self.town_union: Office.TOWN_UNION,
            self.district_union: Office.DISTRICT_UNION,
            self.authority: Office.AUTHORITY,
            self.employers_body: Office.EMPLOYERS_BODY,
        }
        found |= {p: Member(person=p, offices=frozenset({o})) for p, o in offices.items()}
        found |= {p: Member(person=p) for p in (self.instructor, *self.coordinators, *self.outsiders)}
        return found


def fill(
    m: Moment, kind: type[c.Command], dice: Random, cast: Cast, wish: Mapping[str, Any] | None = None
) -> c.Command:
    """A command of this kind for the one who asks in `m`. Raises LookupError where the case gives nothing to fill."""
    how = _FILLS.get(kind)
    if how is None and not can_fill(kind) and not wish:
        raise LookupError(f"the chooser has no words for {kind.__name__}")
    fields = how(m, dice, cast) if how else {}
    return kind.model_validate({**fields, **(wish or {})})


def can_fill(kind: type[c.Command]) -> bool:
    """Whether the chooser knows how to fill this kind; the clock's own asks need no words or come from `clock_asks`."""
    return kind in _FILLS or all(not f.is_required() for f in kind.model_fields.values())


# --- small things -------------------------------------------------------------------------------------------------


def sha(dice: Random) -> str:
    return f"{dice.getrandbits(256):064x}"


def scan(dice: Random) -> Fields:
    return {"sha256": sha(dice), "kind": "scan"}


def side_of_table(m: Moment) -> Side:
    return m.side or Side.WORKER


def working_day_after(m: Moment, n: int, start: date | None = None) -> date:
    """The n-th working day from a day on; plain days where no calendar reaches."""
    start = start or m.today
    return add_working_days(m.law.calendar, start, n) or start + timedelta(days=n)


def service(m: Moment, dice: Random, side: Side | None = None) -> Fields:
    """On the platform where the other side has confirmed it, else on paper with a signed receipt of today."""
    to = (side or side_of_table(m)).other
    if in_force(m.case, to, m.today):
        return {"via": "platform"}
    return _receipt_of_today(m, dice)


def _receipt_of_today(m: Moment, dice: Random) -> Fields:
    return {"via": "paper", "proof": "signed_receipt", "received_on": m.today, "evidence": scan(dice)}


def topics(m: Moment, cast: Cast, negotiate: Sequence[str] = ("T2", "T3", "T5")) -> list[Fields]:
    """A sheet that answers every head: some negotiated, the first piece-rate head not applicable, the rest kept."""
    found = []
    for head in m.law.pack.topics.heads:
        if head.code in negotiate:
            line: Fields = {
                "head": head.code,
                "answer": "negotiate",
                "demand": head.name.zh,
                "basis": "上年度经营情况与物价水平",
            }
            if head.code == "T3":
                percent = cast.asked_percent if m.side is Side.WORKER else cast.offered_percent
                line["asked_rate"] = percent
        elif head.code == "T1":
            line = {"head": head.code, "answer": "not_applicable", "reason": "本企业不实行计件工资"}
        else:
            line = {"head": head.code, "answer": "keep", "reason": "沿用上一份合同"}
        found.append(line)
    return found


def meeting_plan(m: Moment, dice: Random, days: int = 12) -> Fields:
    """The plan on the table, or a working day ahead that leaves room for notices and materials."""
    for known in (
        m.case.meeting.named.of(side_of_table(m).other),
        m.case.reply.plan if m.case.reply else None,
        m.case.offer.plan if m.case.offer else None,
    ):
        if known is not None and known.day >= m.today and m.case.meeting.plan is None:
            return {**known.model_dump(), "place": known.place or _PLACE}
    plan = m.case.meeting.plan
    day = working_day_after(m, days + dice.randrange(3))
    return {
        "day": day,
        "time": plan.time if plan else "14:00",
        "place": (plan and plan.place) or _PLACE,
        "mode": plan.mode if plan else _mode(m),
    }


_PLACE = "企业三楼会议室"


def _mode(m: Moment) -> Mode:
    online = m.case.meeting.online
    return Mode.ONLINE if online.worker and online.employer else Mode.IN_PERSON


def next_plan(m: Moment, days: int = 3) -> Fields:
    """A plan some working days on, in the mode of the one that stands."""
    plan = m.case.meeting.plan
    assert plan is not None
    return {**plan.model_dump(), "day": working_day_after(m, days)}


def rep(person: str, n: int, **more: Any) -> Fields:
    return {"person": person, "woman": n % 2 == 1, "front_line": n % 3 != 0, **more}


def _pick(dice: Random, found: Sequence[Any]) -> Any:
    if not found:
        raise LookupError("nothing in the case to choose from")
    return found[dice.randrange(len(found))]


# --- representatives ----------------------------------------------------------------------------------------------


def _roll(m: Moment, dice: Random, _: Cast) -> Fields:
    workers = max(1, m.case.opened.headcount if m.case.opened else 100)
    delegates = min(workers, m.law.pack.delegates.minimum(workers) or max(3, workers // 10))
    if m.case.roll:
        delegates = min(workers, delegates + 1 + dice.randrange(3))
    return {
        "delegates": delegates, "workers": workers, "managers": delegates // 10, "women": delegates // 3,
        "term_until": m.today + timedelta(days=700), "roll_hash": sha(dice), "reason": "名册公示后核定",
    }  # fmt: skip


def _size(m: Moment, cast: Cast) -> int:
    rule = m.law.pack.bench_for(m.case.scope)
    least = rule.min_per_side
    if m.case.opened and m.case.opened.above_scale and m.case.scope is Scope.ENTERPRISE:
        least = max(least, rule.min_above_scale or 0)
    return max(least, min(len(cast.worker_bench), rule.max_per_side or len(cast.worker_bench)))


def _candidates(m: Moment, dice: Random, cast: Cast) -> Fields:
    size = _size(m, cast)
    seated = {r.person for r in m.case.benches.employer.reps}
    people = [p for p in cast.worker_bench if p not in seated][:size]
    balloted = m.case.has_union and m.case.scope is Scope.ENTERPRISE
    extra = [p for p in cast.spare_workers if p not in seated][:1] if balloted and dice.random() < 0.5 else []
    return {
        "candidates": [rep(p, n) for n, p in enumerate((*people, *extra))], "chief": people[0], "seats": len(people),
        "chief_is": "union_head" if m.case.has_union or m.case.scope is not Scope.ENTERPRISE else "other",
        "scrutineers": list(cast.scrutineers[:2]),
    }  # fmt: skip


def _election(m: Moment, dice: Random, _: Cast) -> Fields:
    election, roll = m.case.election, m.case.roll
    total = roll.delegates if roll else max(3, m.case.opened.headcount if m.case.opened else 30)
    electorate = "delegates" if roll else "all_workers"
    present = total - dice.randrange(1 + total // 10)
    spoiled = dice.randrange(2) if present > 10 else 0
    base: Fields = {
        "held": "dispersed", "total": total, "present": present, "spoiled": spoiled, "evidence": scan(dice),
        "electorate": electorate, "secret": True,
    }  # fmt: skip
    if not (m.case.has_union and m.case.scope is Scope.ENTERPRISE):
        return {**base, "form": "approval_of_list", "approvals": present - spoiled}
    open_seats = election.seats - 1 - len(election.chosen)
    names = standing_now(m)
    votes = [
        {"person": p, "votes": max(0, present - spoiled - n) if n < open_seats else total // 5}
        for n, p in enumerate(names)
    ]
    return {**base, "form": "ballot", "votes": votes}


def _appoint(m: Moment, _: Random, cast: Cast) -> Fields:
    side = side_of_table(m)
    seated = {r.person for r in m.case.benches.of(side.other).reps}
    people = [p for p in cast.bench(side) if p not in seated]
    if side is Side.EMPLOYER:  # never more than the worker side, never fewer than the pack asks
        worker = len(m.case.benches.worker.seated) or _size(m, cast)
        people = people[: max(_size(m, cast), min(worker, len(people)))] if worker >= _size(m, cast) else people
        people = people[:worker]
    reps = [rep(p, n, manager=side is Side.EMPLOYER) for n, p in enumerate(people)]
    return {"reps": reps, "chief": people[0], "chief_is": _by_right(side)}


def _by_right(side: Side) -> str:
    return "union_head" if side is Side.WORKER else "legal_representative"


def _outsider(m: Moment, dice: Random, cast: Cast) -> Fields:
    taken = {r.person for side in Side for r in m.case.benches.of(side).reps}
    return {"rep": rep(_pick(dice, [p for p in cast.outsiders if p not in taken]), 0, outside=True, front_line=False)}


def _duty(m: Moment, dice: Random, _: Cast) -> Fields:
    bench = m.bench
    if bench.has(m.by.person) and m.by.person not in bench.accepted:
        return {"persons": [m.by.person]}
    return {"persons": [r.person for r in bench.seated if r.person not in bench.accepted], "evidence": scan(dice)}


def _publish_list(m: Moment, _: Random, __: Cast) -> Fields:
    return {"from_on": m.today, "until_on": m.today + timedelta(days=5), "place": "厂务公开栏"}


# --- topics, offer, reply -----------------------------------------------------------------------------------------


def _opinions(m: Moment, dice: Random, _: Cast) -> Fields:
    issued = max(1, m.case.opened.headcount if m.case.opened else 50)
    return {
        "held": "dispersed", "issued": issued, "returned": max(1, issued * (55 + dice.randrange(40)) // 100),
        "heads": ["T3", "T5", "T2"], "digest": "多数职工关注年度调薪幅度与加班工资。",
    }  # fmt: skip


def _sheet(m: Moment, dice: Random, cast: Cast) -> Fields:
    heads = ["T2", "T3", "T5"] if m.caucus is None or not m.caucus.sheet else ["T3", _pick(dice, ["T4", "T6", "T8"])]
    return {"topics": topics(m, cast, heads)}


def _ready(m: Moment, _: Random, __: Cast) -> Fields:
    return {"held": "dispersed"} if m.side is Side.WORKER else {}


def _d0(m: Moment, dice: Random, _: Cast) -> Fields:
    return {"from_on": m.today, "until_on": m.today + timedelta(days=730), "evidence": scan(dice)}


def _offer(m: Moment, dice: Random, cast: Cast) -> Fields:
    return {
        "plan": meeting_plan(m, dice, 15), "topics": topics(m, cast), "service": service(m, dice),
        "basis": "依据本年度企业经济效益、居民消费价格和工资指导线",
    }  # fmt: skip


def _serve(m: Moment, dice: Random, _: Cast) -> Fields:
    waiting = [name for name, p in m.case.papers.items() if p.served is None and p.side is m.side]
    proof = {
        "via": "paper",
        "proof": "ems",
        "received_on": m.today,
        "evidence": scan(dice),
        "tracking": "EMS 1234567890",
    }
    return {"paper": _pick(dice, waiting), "service": proof}


def _reply(m: Moment, dice: Random, cast: Cast) -> Fields:
    assert m.case.offer is not None
    plan = m.case.offer.plan
    base: Fields = {
        "outcome": "accepted", "topics": topics(m, cast), "service": service(m, dice),
        "reason": "同意就所列议题开展协商",
    }  # fmt: skip
    if plan.day < working_day_after(m, 9):
        return {
            **base,
            "outcome": "accepted_with_changes",
            "plan": {**plan.model_dump(), "day": working_day_after(m, 12)},
        }
    return {**base, "plan": plan.model_dump()}


# --- preparation --------------------------------------------------------------------------------------------------


def _request(m: Moment, dice: Random, _: Cast) -> Fields:
    year = str(m.today.year - 1)
    items = [("wage_table", "各岗位上年度平均工资"), ("accounts", "上年度利润表"), ("labour_cost", "人工成本总额")]
    if m.side is Side.EMPLOYER:
        items = [("survey", "行业工资水平依据"), ("opinions", "职工意见汇总")]
    code, title = _pick(dice, items)
    return {"items": [{"code": code, "period": year, "secret": code == "accounts", "title": title}]}


def wage_table(dice: Random, headcount: int, year: int) -> Fields:
    """A table by post group that adds up to the headcount; small groups are merged by the rule, not here."""
    base, groups, left = 420_000 + dice.randrange(120_000), [], max(6, headcount)
    for name, share in (("assembly", 45), ("machining", 25), ("logistics", 15), ("quality", 10), ("office", 5)):
        n = max(1, left * share // 100)
        average = base * (90 + dice.randrange(35)) // 100
        groups.append({"group": name, "headcount": n, "average_fen": average, "lowest_fen": average * 7 // 10})
    return {"period": str(year), "source": "payroll", "groups": groups}


def _deliver(m: Moment, dice: Random, _: Cast) -> Fields:
    owed = [n for n, x in m.case.materials.items() if x.asked_by is not m.side and x.delivered_on is None]
    headcount = m.case.opened.headcount if m.case.opened else 50
    table = wage_table(dice, headcount, m.today.year - 1) if m.side is Side.EMPLOYER else None
    named: Fields = {"material": owed[0]} if owed else {"code": "accounts"}
    return {**named, "file": sha(dice), "wage_table": table}


def _mine(m: Moment) -> list[str]:
    return [n for n, x in m.case.materials.items() if x.asked_by is m.side and x.asked]


def _acknowledge(m: Moment, dice: Random, _: Cast) -> Fields:
    given = {n: x for n, x in m.case.materials.items() if x.asked_by is m.side and x.delivered_on}
    found = [n for n, x in given.items() if not x.acknowledged]
    return {"material": _pick(dice, found)}


def _waive(m: Moment, dice: Random, _: Cast) -> Fields:
    return {"material": _pick(dice, [n for n in _mine(m) if not m.case.materials[n].waived])}


def _postpone(m: Moment, dice: Random, _: Cast) -> Fields:
    late = []
    for name in _mine(m):
        due, material = running(m.case, m.law, "materials", name), m.case.materials[name]
        if due and due.latest and not material.waived and (material.delivered_on or m.today) > due.latest:
            late.append(name)
    return {"material": _pick(dice, late)}


def _schedule(m: Moment, dice: Random, _: Cast) -> Fields:
    named, own = m.case.meeting.named, m.case.meeting.named.of(side_of_table(m))
    other = named.of(side_of_table(m).other)
    if other is not None and other != own and other.day >= m.today:
        return {"plan": other.model_dump()}
    settled = m.case.reply.plan if m.case.reply else None
    if m.case.meeting.plan is None and settled and settled.day >= m.today and m.case.round == 1:
        placed = settled if settled.place else settled.model_copy(update={"place": _PLACE})
        if placed != own:
            return {"plan": placed.model_dump()}
    day = working_day_after(m, 10 + dice.randrange(4))
    if own is not None and day == own.day:  # naming the same plan again would say nothing new
        day = working_day_after(m, 1, day)
    return {"plan": {**meeting_plan(m, dice, 10), "day": day, "mode": _mode(m)}}


def _notice(m: Moment, dice: Random, cast: Cast) -> Fields:
    return {"topics": topics(m, cast), "service": service(m, dice)}


def _recorder(m: Moment, _: Random, cast: Cast) -> Fields:
    meeting, side = m.case.meeting, side_of_table(m)
    known = (meeting.recorder, meeting.recorder_named.of(side))
    choices = (meeting.recorder_named.of(side.other), meeting.recorder_proposed, cast.recorder)
    choice = next((one for one in choices if one is not None and one not in known), None)
    if choice is None:
        raise LookupError("the recorder is named already")
    return {"person": choice}


def _propose_recorder(m: Moment, _: Random, cast: Cast) -> Fields:
    return {"person": cast.recorder if m.case.meeting.recorder_proposed != cast.recorder else cast.instructor}


def _proposal(m: Moment, dice: Random, cast: Cast) -> Fields:
    first = cast.asked_percent if m.side is Side.WORKER else cast.offered_percent
    made = [p for p in m.case.proposals if p[0] is m.side and p[1] == "T3"]
    rate = first if not made else cast.agreed_percent
    heads = ("T3", *_negotiated(m), *sorted(m.law.pack.topics.codes))
    head = next((h for h in heads if h not in _accepted(m)), None)
    if head is None:
        raise LookupError("all heads are accepted in principle")
    answers = _open_of(m, side_of_table(m).other)
    return {"head": head, "rate": rate, "text": f"第{len(made) + 1}轮意见", "answers": answers[0] if answers else None}


def _negotiated(m: Moment) -> list[str]:
    return sorted(m.case.negotiated_heads() or m.law.pack.topics.codes)


def _accepted(m: Moment) -> set[str]:
    return {head for one in m.case.positions.values() if one.accepted for head in one.heads}


def _open_of(m: Moment, side: Side) -> list[str]:
    """Proposals of a side that stand and are not accepted."""
    return [name for name, one in m.case.positions.items() if one.side is side and not one.accepted]


def _package(m: Moment, dice: Random, cast: Cast) -> Fields:
    free = [head for head in sorted(m.law.pack.topics.codes) if head not in _accepted(m)]
    if len(free) < 2:
        carried = [line for one in m.case.positions.values() if one.accepted for line in one.lines if _figure(line)]
        terms = [{"head": head, "rate": cast.agreed_percent} for head in free] + [
            {"head": line.head, "rate": line.rate, "fen": line.fen} for line in carried
        ]
        if len(terms) < 2:
            raise LookupError("no two heads are left to put together")
        return {"terms": terms[:3]}
    given, *heads = dice.sample(free, min(len(free), dice.choice((2, 3))))
    return {
        "terms": [{"head": head, "rate": cast.agreed_percent, "text": "几项合并考虑"} for head in heads],
        "given": [{"head": given, "text": "相应调整考核办法"}],
    }


def _figure(line: c.TermFact) -> bool:
    return (line.rate, line.fen) != (None, None)


def _hold(m: Moment, dice: Random, _: Cast) -> Fields:
    names = [name for name in _open_of(m, side_of_table(m).other) if not m.case.positions[name].held]
    return {"proposal": _pick(dice, names), "reason": "本方内部商议后再答复"}


def _withdraw_proposal(m: Moment, dice: Random, _: Cast) -> Fields:
    return {"proposal": _pick(dice, _open_of(m, side_of_table(m)))}


def _accept(m: Moment, dice: Random, _: Cast) -> Fields:
    theirs = _open_of(m, side_of_table(m).other)
    return {"proposal": _pick(dice, [name for name in theirs if not positions.against_what_is_accepted(m, name)])}


def _take_back(m: Moment, dice: Random, _: Cast) -> Fields:
    names = [name for name, one in m.case.positions.items() if one.accepted]
    return {"proposal": _pick(dice, names), "reason": "情况有变化，须再商议"}


_CLAUSES: dict[str, tuple[list[Fields], str]] = {
    "T1": ([], "劳动定额由双方另行测定。"),
    "T2": ([{"kind": "fen", "name": "minimum_wage", "fen": 300_000}], "本企业最低工资标准为每月叁仟元整。"),
    "T3": ([{"kind": "rate", "name": "raise", "rate": "7"}], "各岗位年度平均工资在上年基础上调整。"),
    "T4": ([{"kind": "count", "name": "pay_day", "count": 15}], "每月十五日前以银行转账方式支付上月工资。"),
    "T5": ([{"kind": "rate", "name": "overtime", "rate": "150"}], "加班工资按法定标准执行，夜班津贴另计。"),
}


def _clause(m: Moment, dice: Random, cast: Cast) -> Fields:
    """A clause for a head that has none yet; else, in a later round, a new wording of one."""
    have = {cl.head for cl in m.case.clauses.values()}
    left = sorted(m.case.negotiated_heads() - have) or [h for h in ("T4",) if h not in have]
    open_ones = [name for name, one in sorted(m.case.clauses.items()) if one.agreed_in != m.case.round]
    again = _pick(dice, open_ones) if not left and open_ones else None
    head = m.case.clauses[again].head if again else next(iter(left), "T4")
    values, prose = _CLAUSES.get(head, ([], "双方按协商一致的办法执行。"))
    return {
        "clause": again, "head": head, "values": [_worded(v, cast) for v in values],
        "prose": prose if again is None else f"{prose}（第{m.case.round}轮修订{dice.randrange(1000)}）",
    }  # fmt: skip


def _worded(value: Fields, cast: Cast) -> Fields:
    if value["name"] == clauses.RAISE:
        return {**value, "rate": cast.agreed_percent}
    return {**value, "fen": cast.minimum_fen} if value["name"] == clauses.MINIMUM else value


def _drop(m: Moment, dice: Random, _: Cast) -> Fields:
    free = [n for n, x in m.case.clauses.items() if x.side is m.side and x.agreed_in != m.case.round]
    return {"clause": _pick(dice, free)}


def _unconfirmed(m: Moment, clause: Clause) -> bool:
    return m.side not in clause.confirmed


def _confirm_clause(m: Moment, dice: Random, _: Cast) -> Fields:
    name = _pick(dice, [n for n, x in m.case.clauses.items() if _unconfirmed(m, x)])
    return {"clause": name, "text_hash": m.case.clauses[name].text_hash}


def _reopen(m: Moment, dice: Random, _: Cast) -> Fields:
    names = [n for n, x in m.case.clauses.items() if x.agreed and side_of_table(m) not in x.reopening]
    name = _pick(dice, names)
    return {"clause": name, "text_hash": m.case.clauses[name].text_hash}


# --- the talk -----------------------------------------------------------------------------------------------------


def _decline(m: Moment, dice: Random, _: Cast) -> Fields:
    owed = [
        name for name, x in m.case.materials.items()
        if x.asked and x.asked_by is not m.side and not x.delivered_on and not x.declined
    ]  # fmt: skip
    return {"material": _pick(dice, owed), "reason": "本方没有这份资料"}


def _answer_question(m: Moment, dice: Random, _: Cast) -> Fields:
    theirs = [name for name, side in m.case.questions.items() if side is not m.side]
    return {"question": _pick(dice, theirs), "text": "按上年度实际人数测算。"}


def _agenda(m: Moment, dice: Random, _: Cast) -> Fields:
    heads = _negotiated(m)
    if tuple(heads) == m.case.meeting.agenda:
        heads = heads[::-1] if len(heads) > 1 else sorted(m.law.pack.topics.codes)
    return {"heads": heads}


def _call_topic(m: Moment, dice: Random, _: Cast) -> Fields:
    return {"head": _pick(dice, list(m.case.meeting.agenda) or sorted(m.case.negotiated_heads()))}


def _floor(m: Moment, dice: Random, _: Cast) -> Fields:
    seated = [r.person for side in Side for r in m.case.benches.of(side).seated]
    there = [one for one in seated if one in m.case.meeting.confirmed]
    return {"person": _pick(dice, [one for one in (*there, *m.case.invited) if one != m.case.meeting.floor])}


def _straw(m: Moment, dice: Random, _: Cast) -> Fields:
    name, poll = _pick(dice, sorted((m.caucus or EMPTY_CAUCUS).straws.items()))
    was = poll.cast.get(m.by.person)
    return {"poll": name, "choice": _pick(dice, [n for n in range(1, poll.choices + 1) if n != was])}


def _close_straw(m: Moment, dice: Random, _: Cast) -> Fields:
    return {"poll": _pick(dice, sorted((m.caucus or EMPTY_CAUCUS).straws))}


# --- meeting, congress --------------------------------------------------------------------------------------------


def _check_in(m: Moment, _: Random, __: Cast) -> Fields:
    return {"mode": m.case.meeting.plan.mode if m.case.meeting.plan else Mode.IN_PERSON}


def _confirm_check_in(m: Moment, _: Random, __: Cast) -> Fields:
    people = [r.person for side in Side for r in m.case.benches.of(side).seated]
    return {"persons": [p for p in people if p not in m.case.meeting.confirmed] or people}


def _absent(m: Moment, _: Random, __: Cast) -> Fields:
    """A side none of whose people at the table acts as its chief: a delegate of the chief does."""
    meeting, benches = m.case.meeting, m.case.benches
    here = [s for s in Side if any(acts_as_chief(benches.of(s), one, m.today) for one in meeting.confirmed)]
    return {"side": next((s for s in Side if s is not meeting.absent and s not in here), Side.EMPLOYER)}


def _new_day(m: Moment, dice: Random, _: Cast) -> Fields:
    """Some days on; where they have gone by, the choice was made in time and is entered late."""
    plan = m.case.meeting.plan
    assert plan is not None
    day, last = working_day_after(m, 3, plan.day), working_day_after(m, m.law.pack.meeting.postponed_max_wd, plan.day)
    if m.today > last:
        return {"plan": {**plan.model_dump(), "day": day}, "occurred_on": plan.day, "evidence": scan(dice)}
    return {"plan": {**plan.model_dump(), "day": max(m.today, day)}}


def _adjourn(m: Moment, _: Random, __: Cast) -> Fields:
    return {"next": next_plan(m, 3)}


def _line(m: Moment, dice: Random) -> int:
    last = m.heads.get(Stream.TABLE, 0)
    return dice.randint(min(max(m.case.meeting.first_line, 1), last), last)


def _note(m: Moment, dice: Random, _: Cast) -> Fields:
    """An open objection is answered before anything else is written."""
    answers = next(iter(m.case.meeting.line_objections), None)
    said = "双方核对后，以该行所记为准。" if answers else "中场休息十分钟后继续。"
    return {"answers": answers, "line": None if answers or dice.random() < 0.5 else _line(m, dice), "text": said}


def _object(m: Moment, dice: Random, _: Cast) -> Fields:
    own = {x.line for x in m.case.meeting.line_objections.values() if x.side is m.side}
    first, last = max(m.case.meeting.first_line, 1), m.heads.get(Stream.TABLE, 0)
    return {
        "line": _pick(dice, [n for n in range(first, last + 1) if n not in own]),
        "reason": "记载与发言不符，请核对。",
    }


def _withdraw_objection(m: Moment, dice: Random, _: Cast) -> Fields:
    found = m.case.meeting.line_objections.items()
    return {"objection": _pick(dice, [name for name, x in found if x.side is m.side])}


def _minutes(m: Moment, dice: Random, __: Cast) -> Fields:
    settled = not clauses.unsettled_heads(m.case) and not clauses.open_clauses(m.case) and bool(m.case.clauses)
    again = m.case.back_because == "failed" and not m.case.meeting.plan_filed
    same = m.case.round > 1 and clauses.draft_hash(m.case) == m.case.failed_draft
    result = "full_agreement" if settled and not again and not same else "partial"
    return {"result": result, "minutes_hash": sha(dice), "text": "会议如实记录双方意见与达成一致的条款。"}


def _confirm_minutes(m: Moment, dice: Random, _: Cast) -> Fields:
    return {"minutes_hash": m.case.meeting.minutes_hash, "evidence": scan(dice)}


def _sign_minutes(m: Moment, dice: Random, _: Cast) -> Fields:
    meeting = m.case.meeting
    there = [r.person for r in m.bench.seated if r.person in meeting.confirmed - meeting.minutes_signed]
    return {"minutes_hash": meeting.minutes_hash, "persons": there, "evidence": scan(dice)}


def _draft(m: Moment, dice: Random, _: Cast) -> Fields:
    return {"draft_hash": m.case.meeting.draft_hash, "file": sha(dice)}


def _sign_draft(m: Moment, dice: Random, _: Cast) -> Fields:
    return {"draft_hash": m.case.meeting.draft_hash, "evidence": scan(dice)}


def _submit(m: Moment, _: Random, cast: Cast) -> Fields:
    """The draft with its text; whoever has not read a clause cannot hand it in."""
    clauses = [
        {
            "clause": name, "head": clause.head, "values": [v.model_dump() for v in clause.values],
            "prose": cast.prose[clause.text_hash],
        }
        for name, clause in sorted(m.case.clauses.items())
        if clause.agreed
    ]  # fmt: skip
    return {"draft_hash": m.case.meeting.draft_hash, "clauses": clauses}


def _amendments(m: Moment, _: Random, __: Cast) -> Fields:
    return {"clauses": sorted(m.case.clauses)[:1], "plan": "建议提高一线岗位调整幅度，明确夜班津贴。"}


def _convene(m: Moment, _: Random, __: Cast) -> Fields:
    roll, opened = m.case.roll, m.case.opened
    total = roll.delegates if roll else max(3, opened.headcount if opened else 30)
    if m.case.opened and m.case.opened.ballot_per_enterprise:
        total = sum(x.headcount for x in m.case.covers) or total
    days = 2 if m.case.round > 1 else 8
    return {"day": working_day_after(m, days), "form": "delegates", "held": "dispersed", "total": total}


def _method(_: Moment, dice: Random, cast: Cast) -> Fields:
    return {"ballot": "both", "scrutineers": list(cast.scrutineers[:2]), "counters": [], "evidence": scan(dice)}


def _acceptance(m: Moment, dice: Random, _: Cast) -> Fields:
    left = [x.enterprise for x in m.case.covers if x.enterprise not in m.case.congress.accepted]
    return {"enterprise": _pick(dice, left), "draft_hash": m.case.meeting.draft_hash, "evidence": scan(dice)}


def _covered_ballot(m: Moment, dice: Random, cast: Cast) -> Fields:
    """Of a firm that has not voted, then of one that votes anew; firms that accept the draft first (SH 28)."""
    congress, voting = m.case.congress, {one.enterprise for one in m.case.polls.values()}
    may = [x for x in m.case.covers if x.enterprise in congress.accepted] or list(m.case.covers)
    may = [x for x in may if x.enterprise not in voting]
    one = _pick(dice, [x for x in may if x.enterprise not in congress.covered] or may)
    total = max(2, one.headcount)
    yes = total - dice.randrange(1 + total // 4)
    return {
        "enterprise": one.enterprise, "secret": True, "total": total, "present": total, "yes": yes,
        "scrutineers": list(cast.scrutineers[:2]), "evidence": scan(dice),
    }  # fmt: skip


def _ballot(m: Moment, dice: Random, _: Cast) -> Fields:
    total = m.case.congress.total
    present = total - dice.randrange(1 + total // 12)
    no, abstain = dice.randrange(1 + total // 10), dice.randrange(1 + total // 12)
    yes = present - no - abstain
    if m.case.opened and m.case.opened.ballot_per_enterprise:
        yes = sum(x.yes for x in m.case.congress.covered.values())
        present, no, abstain = total, total - yes, 0
    return ballot(m, dice, present=present, yes=yes, no=no, abstain=abstain)


def ballot(m: Moment, dice: Random, *, present: int, yes: int, no: int, abstain: int = 0) -> Fields:
    """The counts of a ballot whose papers add up."""
    papers = yes + no + abstain
    return {
        "draft_hash": m.case.meeting.draft_hash, "secret": True, "present": present,
        "issued": max(papers, min(present, papers)), "returned": papers, "yes": yes, "no": no, "abstain": abstain,
        "spoiled": 0, "evidence": scan(dice),
    }  # fmt: skip


def _open_election(m: Moment, _: Random, __: Cast) -> Fields:
    tomorrow = m.today + timedelta(days=1)
    return {"electorate": "delegates" if m.case.roll else "all_workers", "closes_on": tomorrow, "closes_at": "18:00"}


def _open_ballot(m: Moment, dice: Random, _: Cast) -> Fields:
    """Of all, or of a covered enterprise that has not voted and does not vote now."""
    tomorrow = m.today + timedelta(days=1)
    fields = {"draft_hash": m.case.meeting.draft_hash, "closes_on": tomorrow, "closes_at": "18:00"}
    if m.case.opened is None or not m.case.opened.ballot_per_enterprise:
        return fields
    congress, voting = m.case.congress, {one.enterprise for one in m.case.polls.values()}
    may = [x.enterprise for x in m.case.covers if x.enterprise in congress.accepted] or [
        x.enterprise for x in m.case.covers
    ]
    left = [name for name in may if name not in congress.covered and name not in voting]
    return {**fields, "enterprise": _pick(dice, left), "electorate": "all_workers"}


def _count_poll(m: Moment, dice: Random, cast: Cast) -> Fields:
    """Of the vote that closes first: a few stay away, a few take a paper, most agree; now and then a vote fails."""
    poll = min(m.case.polls.values(), key=lambda one: (ends(one, m.at), one.id), default=None)
    if poll is None:
        raise LookupError("no vote runs")
    took_paper = dice.randrange(1 + poll.roll // 10)
    papers = took_paper - dice.randrange(1 + took_paper // 3)
    spoiled = dice.randrange(1 + papers // 4)
    issued = poll.roll - took_paper - dice.randrange(1 + poll.roll // 10)
    boxed = issued - dice.randrange(1 + issued // 20)
    carries = dice.random() < 0.8
    box, urn = (_split(poll.options, n, dice, carries=carries) for n in (boxed, papers - spoiled))
    return {
        "poll": poll.id, "poll_hash": sha(dice), "issued": issued, "took_paper": took_paper, "cast": boxed,
        "papers": papers, "spoiled": spoiled,
        "counts": [{"choice": name, "votes": votes + urn[name]} for name, votes in box.items()],
        "urn": [{"choice": name, "votes": votes} for name, votes in urn.items()] if papers else [],
        "tellers": list(cast.scrutineers[:2]) if papers else [], "list_hash": sha(dice), "roll_hash": sha(dice),
    }  # fmt: skip


def _split(options: Sequence[PollOption], ballots: int, dice: Random, *, carries: bool) -> dict[str, int]:
    """Votes by choice: of words one a ballot; of candidates as many as there are seats, so each may have them all."""
    if any(one.person for one in options):
        most = ballots if carries else ballots // 3
        return {one.choice: most - dice.randrange(1 + most // 8) if one.person else 0 for one in options}
    against, undecided = dice.randrange(1 + ballots // 5), dice.randrange(1 + ballots // 8)
    agree = ballots - against - undecided
    yes, no = (agree, against) if carries else (against, agree)
    return {"yes": yes, "no": no, "abstain": undecided}


def _attest(_: Moment, __: Random, ___: Cast) -> Fields:
    return {"correct": True}


# --- filing, performance ------------------------------------------------------------------------------------------


def _sign(m: Moment, dice: Random, _: Cast) -> Fields:
    return {"document_hash": m.case.meeting.draft_hash, "evidence": scan(dice)}


def _file(m: Moment, dice: Random, _: Cast) -> Fields:
    items = [i.code for i in m.law.pack.filing.items]
    return {
        "channel": "in_platform" if dice.random() < 0.8 else "external_upload", "items": items,
        "copies": m.law.pack.filing.copies, "term_from": m.today.replace(day=1),
        "term_months": m.law.pack.term.default_months,
    }  # fmt: skip


def _receipt(m: Moment, dice: Random, _: Cast) -> Fields:
    return {"receipt_no": f"{m.today.year}-{dice.randrange(10_000):04d}", "evidence": scan(dice)}


def _supplement(_: Moment, __: Random, ___: Cast) -> Fields:
    return {"items": ["explanation"], "reason": "请补充协商经过说明"}


def _supply(m: Moment, __: Random, ___: Cast) -> Fields:
    return {"items": list(m.case.filing.supplement_asked)}


def _objection(m: Moment, dice: Random, _: Cast) -> Fields:
    clause = _pick(dice, sorted(m.case.clauses))
    found: Fields = {
        "clauses": [{"clause": clause, "article": "N2004 44"}], "opinion": "请核对该条款的计算口径。",
        "evidence": scan(dice),
    }  # fmt: skip
    if Office.AUTHORITY not in m.by.offices:  # one that came in time and surfaced late
        review = running(m.case, m.law, "review")
        last = review.latest if review and review.latest else m.today
        return {**found, "occurred_on": min(m.today, last)}
    both = all(in_force(m.case, side, m.today) for side in Side)
    return {**found, "service": {"via": "platform"} if both else _receipt_of_today(m, dice)}


def _clerical(m: Moment, dice: Random, _: Cast) -> Fields:
    return {"corrected_hash": m.case.filing.clerical_hash or sha(dice)}


def _publish(m: Moment, dice: Random, _: Cast) -> Fields:
    left = sorted(places_to_publish(m))
    return {"place": "厂务公开栏", "enterprises": left, "evidence": scan(dice)}


def _report(m: Moment, _: Random, __: Cast) -> Fields:
    results = [{"clause": n, "result": "full"} for n in sorted(m.case.clauses)]
    return {"period": _new_period(m, m.case.performance.reports), "results": results, "remark": "各项条款均已履行。"}


def _new_period(m: Moment, known: Mapping[str, date]) -> str:
    return f"{m.today.year}-{len(known) + 1}"


def _publish_performance(m: Moment, _: Random, __: Cast) -> Fields:
    return {"period": _new_period(m, m.case.performance.publications), "place": "厂务公开栏"}


def _problem(m: Moment, dice: Random, _: Cast) -> Fields:
    clause = _pick(dice, [*sorted(m.case.clauses), None])
    return {"clause": clause, "problem": "本月夜班津贴尚未按合同发放。"}


def _answer_problem(m: Moment, dice: Random, _: Cast) -> Fields:
    open_now = [n for n, done in m.case.performance.problems.items() if not done]
    return {"problem": _pick(dice, open_now), "answer": "已于次月补发。"}


def _external(_: Moment, dice: Random, __: Cast) -> Fields:
    return {"forum": _pick(dice, ["mediation", "arbitration", "lawsuit"]), "reference": "（2026）劳调字第12号"}


def _transfer(m: Moment, dice: Random, _: Cast) -> Fields:
    person = _pick(dice, [r.person for r in m.case.benches.worker.seated])
    return {"person": person, "change": "transfer", "consented": True, "reason": "本人申请调岗"}


# --- along the road -----------------------------------------------------------------------------------------------


def _leave(m: Moment, dice: Random, _: Cast) -> Fields:
    others = [r.person for r in m.bench.seated if r.person != m.bench.chief]
    person = m.by.person if m.bench.has(m.by.person) else _pick(dice, others)
    return {"person": person, "reason": "工作调动", "evidence": scan(dice)}


def _replace(m: Moment, dice: Random, cast: Cast) -> Fields:
    bench, side = m.bench, side_of_table(m)
    taken = {r.person for s in Side for r in m.case.benches.of(s).reps} | {m.case.meeting.recorder} | set(bench.was)
    old = next(iter(bench.vacant), None) or _pick(dice, [r.person for r in bench.reps])
    new = _pick(dice, [p for p in cast.spare(side) if p not in taken])
    return {
        "old": old, "rep": rep(new, 1), "as_chief": bench.chief == old,
        "chief_is": _by_right(side), "service": service(m, dice),
        "evidence": scan(dice),
    }  # fmt: skip


def _delegate(m: Moment, dice: Random, _: Cast) -> Fields:
    inside = [r.person for r in m.bench.seated if r.person != m.bench.chief and not r.outside]
    until = m.today + timedelta(days=10 + dice.randrange(20))
    return {"person": _pick(dice, inside), "until_on": until, "may_sign": True, "evidence": scan(dice)}


def _suspend(m: Moment, dice: Random, _: Cast) -> Fields:
    other = m.case.suspension.named.of(side_of_table(m).other)
    if other is not None and other[0] >= m.today:
        return {"until_on": other[0], "next": other[1].model_dump(), "reason": "等待年度审计结果"}
    row = m.law.pack.suspension
    left = row.max_days - m.case.suspension.used_days if row.max_days is not None else 9
    until = m.today + timedelta(days=max(1, min(left, 3 + dice.randrange(6))))
    plan = m.case.meeting.plan
    base = plan.model_dump() if plan else meeting_plan(m, dice)
    return {"until_on": until, "next": {**base, "day": working_day_after(m, 1, until)}, "reason": "等待年度审计结果"}


def _invite(m: Moment, _: Random, cast: Cast) -> Fields:
    """The district's union while it guides, else the employers' body; again the union where that sits there already."""
    both = (cast.district_union, cast.employers_body)
    first = both if m.case.guidance else both[::-1]
    free = [p for p in first if p not in m.case.invited]
    return {"person": (*free, *first)[0]}


def _guest(m: Moment, dice: Random, _: Cast) -> Fields:
    return {"person": _pick(dice, [p for p, how in m.case.invited.items() if how == m.side])}


def _ask_for(m: Moment, dice: Random, cast: Cast) -> Fields:
    """Somebody of the pool who is free; the same may be asked for again after he was released."""
    known = m.case.instructors
    taken = {p for p, one in known.items() if one.ended != "released"}
    free = [p for p in (cast.instructor, *cast.outsiders) if p not in taken]
    found = [p for p in free if not instructors.stands_for_a_side(m.case, p)]
    return {"person": _pick(dice, found), "topic": "请从指导员库中选派，协助双方协商"}


def _send(m: Moment, dice: Random, cast: Cast) -> Fields:
    """Who was asked for by name comes first; under a guidance anybody of the pool."""
    named = [p for p, side in instructors.wishes(m.case) if p is not None and instructors.may_send(m, side)]
    return {"person": _pick(dice, named) if named else cast.instructor}


def _refuse_instructor(m: Moment, dice: Random, _: Cast) -> Fields:
    return {"person": _pick(dice, instructors.refusable(m)), "reason": "该指导员曾为另一方提供服务"}


def _call(m: Moment, dice: Random, _: Cast) -> Fields:
    there = [p for p, how in m.case.invited.items() if how == "instructor"]
    return {"person": _pick(dice, there), "lasts_minutes": dice.choice((60, 90, 1440, 4320))}


def _end_call(m: Moment, dice: Random, _: Cast) -> Fields:
    caucus, now_s = m.caucus or EMPTY_CAUCUS, int(m.at.timestamp())
    return {"person": _pick(dice, [p for p in caucus.called if instructors.looks_in(caucus, p, now_s)])}


def _say_inside(m: Moment, dice: Random, _: Cast) -> Fields:
    """A guest names the side that he hopes has called him in; a bench has its own."""
    into = dice.choice(tuple(Side)) if instructors.serves_both(m.case, m.by) else None
    return {"text": "我们先对一下底线。", "into": into}


def _accept_dispute(_: Moment, __: Random, cast: Cast) -> Fields:
    return {"coordinators": list(cast.coordinators)}


def _advance(m: Moment, _: Random, __: Cast) -> Fields:
    known = m.case.dispute.reached if m.case.dispute else None
    return {"reached": COORDINATING[0 if known is None else min(COORDINATING.index(known) + 1, len(COORDINATING) - 1)]}


def _close_dispute(_: Moment, dice: Random, __: Cast) -> Fields:
    return {"agreement": dice.random() < 0.7, "evidence": scan(dice)}


def _urge(m: Moment, dice: Random, _: Cast) -> Fields:
    by = {"about": "reply", "by_on": m.today + timedelta(days=7)} if running(m.case, m.law, "reply") else {}
    return {"channel": "letter", "demand": "请尽快予以书面答复。", **by, "service": service(m, dice, Side.WORKER)}


def _opinion(m: Moment, dice: Random, _: Cast) -> Fields:
    said = {"facts": "要约书送达后逾期未予书面答复。", "demand": "请书面答复要约，并商定协商的时间、地点。"}
    return {"article": "HZ 24", **said, "service": service(m, dice, Side.WORKER)}


def _answer_opinion(m: Moment, dice: Random, _: Cast) -> Fields:
    waiting = [n for n, o in m.case.opinions.items() if o.answered_on is None and o.served_on]
    return {"opinion": _pick(dice, waiting), "outcome": "will_correct", "answer": "将于十日内安排协商。"}


def _recommend(m: Moment, dice: Random, _: Cast) -> Fields:
    grounds = {
        n: "unanswered" if o.answered_on is None else "refused" if o.outcome == "refused" else "not_corrected"
        for n, o in m.case.opinions.items()
        if not o.recommended and (o.answered_on is not None or _term_over(m, n))
    }
    name = _pick(dice, sorted(grounds))
    return {"opinion": name, "ground": grounds[name], "facts": "企业收到监督意见书后未予整改。"}


def _term_over(m: Moment, name: str) -> bool:
    term = running(m.case, m.law, "opinion_answer", name)
    return term is not None and term.latest is not None and m.today > term.latest


def _contest(m: Moment, dice: Random, _: Cast) -> Fields:
    size = max((n for s, n in m.heads.items() if s.value == "notice"), default=0)
    free = [f"notice.{n}" for n in range(1, size + 1) if f"notice.{n}" not in m.case.contested]
    return {"fact": _pick(dice, free), "statement": "本方对该记录的日期有不同意见。", "says_on": m.today}


def _withdraw_contest(m: Moment, dice: Random, _: Cast) -> Fields:
    return {"fact": _pick(dice, [f for f, contest in m.case.contested.items() if m.side in contest.sides])}


def _check_scan(m: Moment, dice: Random, _: Cast) -> Fields:
    apart = {entry: scan for entry, scan in m.case.scans.items() if scan.by != m.by.person}
    if not m.seats & {Seat.UNION, Seat.SCRUTINEER}:
        apart = {entry: scan for entry, scan in apart.items() if scan.side is not m.side}
    seen = sorted(entry for entry, scan in apart.items() if Stream(entry.partition(".")[0]) in m.streams)
    entry = _pick(dice, [one for one in seen if apart[one].shows is None] or seen)
    shows = apart[entry].shows is False or (apart[entry].shows is None and dice.random() < 0.9)
    return {"scan": entry, "shows": shows, **({} if shows else {"reason": "第二页缺少一方的签名。"})}


def _reference(m: Moment, dice: Random, _: Cast) -> Fields:
    return {
        "kind": _pick(dice, ["guideline_lower", "guideline_benchmark", "guideline_upper", "cpi"]),
        "period": str(m.today.year),
        "rate": str(1 + dice.randrange(8)), "source": "演示值，非官方数据",
    }  # fmt: skip


def _cover(m: Moment, dice: Random, cast: Cast) -> Fields:
    known = {x.enterprise for x in m.case.covers}
    return {"enterprise": _pick(dice, [x for x in cast.enterprises if x not in known])}


_REASON = {"reason": "双方另有安排"}

_FILLS: dict[type[c.Command], Callable[[Moment, Random, Cast], Fields]] = {
    c.RecordDelegateRoll: _roll, c.ProposeCandidates: _candidates, c.RecordElection: _election,
    c.AttestElection: _attest, c.AppointRepresentatives: _appoint, c.MandateOutsider: _outsider, c.AcceptDuty: _duty,
    c.PublishList: _publish_list, c.RecordOpinions: _opinions, c.DraftTopicSheet: _sheet, c.DeclareTopicsReady: _ready,
    c.ConfirmElectronicService: _d0, c.SendOffer: _offer, c.ServePaper: _serve, c.Reply: _reply,
    c.RequestMaterials: _request, c.DeliverMaterial: _deliver, c.AcknowledgeMaterial: _acknowledge,
    c.WaiveMaterial: _waive, c.PostponeMeeting: _postpone, c.ScheduleMeeting: _schedule, c.SendMeetingNotice: _notice,
    c.NameRecorder: _recorder, c.ProposeRecorder: _propose_recorder, c.MakeProposal: _proposal, c.PutClause: _clause,
    c.MakePackage: _package, c.HoldProposal: _hold, c.WithdrawProposal: _withdraw_proposal,
    c.AcceptInPrinciple: _accept, c.TakeBackAcceptance: _take_back, c.ReopenClause: _reopen,
    c.DeclineMaterial: _decline,
    c.SendMessage: lambda m, d, k: {"text": "请大家看一下这份测算。"},
    c.AskQuestion: lambda m, d, k: {"text": "人工成本按哪一年的人数测算？"}, c.AnswerQuestion: _answer_question,
    c.SetAgenda: _agenda, c.OpenTopic: _call_topic, c.GiveFloor: _floor,
    c.CloseTopic: lambda m, d, k: {"outcome": d.choice(("settled", "put_off"))},
    c.SendCaucusMessage: _say_inside,
    c.OpenStrawPoll: lambda m, d, k: {"question": "接受七个点吗？", "choices": [{"text": "接受"}, {"text": "再谈"}]},
    c.CastStraw: _straw, c.CloseStrawPoll: _close_straw,
    c.DropClause: _drop, c.ConfirmClause: _confirm_clause, c.CheckIn: _check_in, c.ConfirmCheckIn: _confirm_check_in,
    c.NoteChiefAbsent: _absent, c.ChooseNewDay: _new_day, c.AdjournMeeting: _adjourn, c.WriteMinutes: _minutes,
    c.AddMinutesNote: _note, c.ObjectToLine: _object, c.WithdrawLineObjection: _withdraw_objection,
    c.ConfirmMinutes: _confirm_minutes, c.SignMinutes: _sign_minutes, c.ConfirmDraft: _draft,
    c.FileAmendmentPlan: _amendments, c.SubmitDraft: _submit, c.SignDraft: _sign_draft,
    c.ConveneCongress: _convene, c.AdoptVotingMethod: _method, c.RecordAcceptance: _acceptance,
    c.RecordCoveredBallot: _covered_ballot,
    c.OpenElection: _open_election, c.OpenBallot: _open_ballot, c.CountPoll: _count_poll,
    c.VoidPoll: lambda m, d, k: {"poll": _pick(d, list(m.case.polls)), "reason": "表决开启有误，作废重开"},
    c.RecordBallot: _ballot, c.AttestBallot: _attest, c.SignContract: _sign, c.FileContract: _file,
    c.RecordReceipt: _receipt, c.RequestSupplement: _supplement, c.SupplyPapers: _supply,
    c.ObjectToContract: _objection, c.RecordObjection: _objection, c.NoteClerical: _clerical,
    c.PublishContract: _publish, c.ReportPerformance: _report,
    c.PublishPerformance: _publish_performance, c.RaiseProblem: _problem,
    c.AnswerProblem: _answer_problem,
    c.RecordExternalCase: _external, c.ReportTransfer: _transfer, c.LeaveBench: _leave,
    c.ReplaceRepresentative: _replace, c.DelegateChief: _delegate, c.Suspend: _suspend,
    c.RequestGuidance: lambda m, d, k: {"topic": "请派指导员协助协商"},
    c.AskForInstructor: _ask_for, c.AssignInstructor: _send, c.RefuseInstructor: _refuse_instructor,
    c.ReleaseInstructor: lambda m, d, k: {"person": _pick(d, instructors.releasable(m))},
    c.CallInstructor: _call, c.EndCall: _end_call,
    c.InviteToTable: _invite, c.EndInvitation: _guest,
    c.ApplyForCoordination: lambda m, d, k: {"facts": "双方就调整幅度未能达成一致。"}, c.AcceptDispute: _accept_dispute,
    c.AdvanceCoordination: _advance,
    c.ExtendDispute: lambda m, d, k: {"days": 10, "reason": "案情复杂"}, c.CloseDispute: _close_dispute, c.Urge: _urge,
    c.IssueOpinion: _opinion, c.AnswerOpinion: _answer_opinion, c.IssueRecommendation: _recommend,
    c.CheckScan: _check_scan,
    c.ContestFact: _contest, c.WithdrawContest: _withdraw_contest, c.WithdrawCase: lambda m, d, k: dict(_REASON),
    c.EndTalks: lambda m, d, k: dict(_REASON), c.RecordReference: _reference, c.CoverEnterprise: _cover,
}  # fmt: skip
