"""What the law asks of a side's list of representatives: numbers, outsiders, chief, composition (HZ 16-18)."""

from __future__ import annotations

from cloudnego.core.commands import Rep
from cloudnego.core.moment import Moment, Standing
from cloudnego.core.pack import ChiefMandate
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.state import BenchState
from cloudnego.core.vocabulary import ChiefIs, Scope, Seat, Side


def organ(side: Side) -> Seat:
    return Seat.UNION if side is Side.WORKER else Seat.HR


def list_obstacles(s: Standing, side: Side) -> list[Obstacle]:
    """All that is wrong with one side's list, hard and advisory."""
    bench = s.case.benches.of(side)
    if bench.chief is None:
        return [no(Reason.LIST_MISSING, *s.law.pack.choosing.cite, cure=(organ(side),), side=side)]
    found = [
        _numbers(s, side, bench),
        _outsiders(s, side, bench),
        _chief(s, side, bench),
        outnumbering(s) if side is Side.EMPLOYER else None,
        *_composition(s, side, bench),
    ]
    return [o for o in found if o]


def _numbers(s: Standing, side: Side, bench: BenchState) -> Obstacle | None:
    # HZ 16: 每方代表人数为三至九名,规模以上企业参加工资集体协商的每方代表人数不得少于五名
    rule, n = s.law.pack.bench_for(s.case.scope), len(bench.seated)
    above = s.case.opened is not None and s.case.opened.above_scale and s.case.scope is Scope.ENTERPRISE
    field = "min_above_scale" if above and rule.min_above_scale else "min_per_side"
    least = getattr(rule, field)
    if n < least:
        return no(Reason.TOO_FEW_REPRESENTATIVES, *rule.of(field), cure=(organ(side),), side=side, n=n, least=least)
    if rule.max_per_side is not None and n > rule.max_per_side:
        return no(
            Reason.TOO_MANY_REPRESENTATIVES, *rule.of("max_per_side"), level=rule.max_level, cure=(organ(side),),
            side=side, n=n, most=rule.max_per_side,
        )  # fmt: skip
    return None


def _outsiders(s: Standing, side: Side, bench: BenchState) -> Obstacle | None:
    # HZ 17: 受委托的人数不得超过本方协商代表的三分之一
    rule, outside = s.law.pack.bench_for(s.case.scope), sum(r.outside for r in bench.seated)
    if not outside:
        return None
    if rule.outside_share is None:
        return no(Reason.OUTSIDERS_NOT_ALLOWED, *rule.of("outside_share"), cure=(organ(side),), side=side)
    if rule.outside_share.at_most(outside, len(bench.seated)):
        return None
    return no(
        Reason.TOO_MANY_OUTSIDERS,
        *rule.of("outside_share"),
        cure=(organ(side),),
        side=side,
        outside=outside,
        n=len(bench.seated),
    )


def _chief(s: Standing, side: Side, bench: BenchState) -> Obstacle | None:
    rule, chief = s.law.pack.bench_for(s.case.scope), bench.chief
    rep = next((r for r in bench.reps if r.person == chief), None)
    if chief in bench.vacant:
        return no(Reason.CHIEF_VACANT, *rule.cite, cure=(organ(side),), side=side)
    # N2004 23: 首席代表不得由非本单位人员代理
    if rule.outside_chief and rep and rep.outside:
        return no(
            Reason.CHIEF_OUTSIDER, *rule.of("outside_chief"), level=rule.outside_chief, cure=(organ(side),), side=side
        )
    return chief_by_right(s, side, bench.chief_is, manager=rep is not None and rep.manager)


_MANDATED: dict[ChiefMandate, frozenset[ChiefIs]] = {
    ChiefMandate.NOBODY: frozenset({ChiefIs.LEGAL_REPRESENTATIVE}),
    ChiefMandate.PERSON_IN_CHARGE: frozenset({ChiefIs.LEGAL_REPRESENTATIVE, ChiefIs.PERSON_IN_CHARGE}),
    ChiefMandate.MANAGER: frozenset({ChiefIs.LEGAL_REPRESENTATIVE, ChiefIs.PERSON_IN_CHARGE}),
    ChiefMandate.REPRESENTATIVE: frozenset(ChiefIs),
    ChiefMandate.ANYONE: frozenset(ChiefIs),
}


def chief_by_right(s: Standing, side: Side, chief_is: ChiefIs, *, manager: bool) -> Obstacle | None:
    """Whether the text admits such a chief. Who has no union, or bargains for an industry's firms, elects its own."""
    row = s.law.pack.choosing
    if side is Side.WORKER:
        # HZ 18 ¶1: 职工方首席代表由本企业工会主席或者工会负责人担任; HZ 32: 由行业工会或者区域工会负责人担任
        if chief_is is ChiefIs.UNION_HEAD or (s.case.scope is Scope.ENTERPRISE and not s.case.has_union):
            return None
        return no(
            Reason.CHIEF_NOT_UNION_HEAD,
            *row.of("worker_chief_is_union_head"),
            level=row.worker_chief_is_union_head,
            cure=(Seat.UNION,),
            side=side,
        )
    # HZ 18 ¶2: 首席代表由企业法定代表人或者其书面委托的本企业其他负责人担任
    allowed = chief_is in _MANDATED[row.chief_mandate] or (manager and row.chief_mandate is ChiefMandate.MANAGER)
    if allowed or s.case.scope is not Scope.ENTERPRISE:
        return None
    return no(
        Reason.CHIEF_NOT_IN_CHARGE, *row.of("chief_mandate"), level=row.chief_mandate_level, cure=(Seat.HR,), side=side
    )


def _numbers_of_both(s: Standing) -> tuple[int, int] | None:
    benches = s.case.benches
    if benches.worker.chief is None or benches.employer.chief is None:
        return None
    return len(benches.worker.seated), len(benches.employer.seated)


def outnumbering(s: Standing) -> Obstacle | None:
    """企业方的协商代表不得多于职工方的协商代表 (HZ 16): a fault of the employer's list alone, who can mend it."""
    rule, found = s.law.pack.bench_for(s.case.scope), _numbers_of_both(s)
    if found is None or rule.employer_at_most_worker is None or found[1] <= found[0]:
        return None
    return no(
        Reason.EMPLOYER_OUTNUMBERS, *rule.of("employer_at_most_worker"), level=rule.employer_at_most_worker,
        cure=(Seat.HR,), side=Side.EMPLOYER, worker=found[0], employer=found[1],
    )  # fmt: skip


def equal_numbers(s: Standing) -> Obstacle | None:
    """对等 (N2004 19): of both lists together, so it holds up no act of one side, only what both do."""
    rule, found = s.law.pack.bench_for(s.case.scope), _numbers_of_both(s)
    if found is None or rule.equal_numbers is None or found[0] == found[1] or outnumbering(s):
        return None
    side = Side.WORKER if found[0] < found[1] else Side.EMPLOYER
    return no(
        Reason.UNEQUAL_NUMBERS, *rule.of("equal_numbers"), level=rule.equal_numbers,
        cure=(organ(side), organ(side.other)), worker=found[0], employer=found[1],
    )  # fmt: skip


def composition_of(s: Standing, people: tuple[Rep, ...]) -> list[Obstacle]:
    """What the workers' list would lack of women, disabled, dispatched, front-line workers, or have of managers, if
    these people sat on it: said while it is put together."""
    return _composition(s, Side.WORKER, BenchState(reps=people)) if people else []


def _composition(s: Standing, side: Side, bench: BenchState) -> list[Obstacle]:
    """Women, disabled, dispatched, front-line workers and managers, at the level the pack gives (HZ 18)."""
    rule, opened = s.law.pack.bench_for(s.case.scope), s.case.opened
    if opened is None:
        return []
    cure = (organ(side),)
    if side is Side.EMPLOYER:
        if rule.union_staff_for_employer and any(r.union_staff for r in bench.seated):
            staff = no(
                Reason.UNION_STAFF_FOR_EMPLOYER,
                *rule.of("union_staff_for_employer"),
                level=rule.union_staff_for_employer,
                cure=cure,
                side=side,
            )
            return [staff]
        return []
    found = []
    if rule.managers_for_workers and any(r.manager for r in bench.seated):
        found.append(
            no(
                Reason.MANAGER_FOR_WORKERS,
                *rule.of("managers_for_workers"),
                level=rule.managers_for_workers,
                cure=cure,
                side=side,
            )
        )
    groups = (
        ("women", rule.women, rule.women_when, opened.women, any(r.woman for r in bench.seated)),
        ("disabled", rule.disabled, rule.disabled_when, opened.disabled, any(r.disabled for r in bench.seated)),
        (
            "dispatched",
            rule.dispatched,
            rule.dispatched_when,
            opened.dispatched,
            any(r.dispatched for r in bench.seated),
        ),
    )
    for group, level, when, number, there in groups:
        many = number > 0 and (
            when.at_least(number, max(1, opened.headcount)) if when else 3 * number >= opened.headcount
        )
        if level and many and not there:
            found.append(no(Reason.COMPOSITION, *rule.of(group), level=level, cure=cure, side=side, group=group))
    front = sum(r.front_line for r in bench.seated)
    if rule.front_line and rule.front_line_share and not rule.front_line_share.at_least(front, len(bench.seated)):
        found.append(
            no(
                Reason.COMPOSITION,
                *rule.of("front_line"),
                level=rule.front_line,
                cure=cure,
                side=side,
                group="front_line",
            )
        )
    return found


def duty_accepted(s: Standing, side: Side) -> Obstacle | None:
    """The duties of HZ 19 and secrecy of HZ 21 are accepted by all who sit."""
    bench = s.case.benches.of(side)
    left = [r for r in bench.seated if r.person not in bench.accepted]
    return (
        no(Reason.DUTY_NOT_ACCEPTED, "HZ 19", "HZ 21", cure=(Seat.REPRESENTATIVE,), side=side, n=len(left))
        if left
        else None
    )


def published(s: Standing, side: Side) -> Obstacle | None:
    """协商代表产生后，应当公示 (HZ 18 ¶4)."""
    row, on = s.law.pack.publicity, s.case.benches.of(side).published_on
    if on is not None:  # never a coming day: `published_today_or_before`
        return None
    return no(Reason.LIST_NOT_PUBLISHED, *row.cite, level=row.level, cure=(organ(side),), side=side)


def ready(s: Standing, side: Side) -> Obstacle | None:
    """The first hard thing a side's list still lacks."""
    for obstacle in (*list_obstacles(s, side), published(s, side), duty_accepted(s, side)):
        if obstacle and obstacle.hard:
            return obstacle
    return None


def side_ahead_ready(s: Standing) -> Obstacle | None:
    """Step 1 ends with the list of the side that is ahead; the other may follow until preparation ends (HZ 24)."""
    missing = [ready(s, side) for side in Side]
    if None in missing:
        return None
    opener = s.case.opened.by_side if s.case.opened else Side.WORKER
    return missing[0] if opener is Side.WORKER else missing[1]


def own_list_ready(m: Moment) -> Obstacle | None:
    return ready(m, m.own_side)


def worker_list_ready(s: Standing) -> Obstacle | None:
    return ready(s, Side.WORKER)


def employer_list_ready(s: Standing) -> Obstacle | None:
    return ready(s, Side.EMPLOYER)


def warn_about_lists(m: Moment) -> Obstacle | None:
    """Advisory rules on either list, shown where the lists begin to matter."""
    return next((o for side in Side for o in list_obstacles(m, side) if not o.hard), None)


def both_sides_seated(s: Standing) -> Obstacle | None:
    """A side under its minimum, or without chief, can neither meet nor sign (HZ 16; N2004 31)."""
    for side in Side:
        bench = s.case.benches.of(side)
        for obstacle in (_numbers(s, side, bench), _chief(s, side, bench)):
            if obstacle and obstacle.hard:
                return obstacle
    return None
