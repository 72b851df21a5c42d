"""Step 5: information is exchanged, the recorder named, the meeting set, positions made known (HZ 25, 26; ZJ 16)."""

from __future__ import annotations

from msgspec.structs import replace

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core import papers, plans, sheets
from cloudnego.core.acts import day_of, of_side
from cloudnego.core.calendar import after
from cloudnego.core.deadlines import running
from cloudnego.core.moment import Moment, Standing
from cloudnego.core.pack import Level, Unit
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.state import Material
from cloudnego.core.vocabulary import COUNT_MAX, Mode, Seat, Side, Stream

SMALLEST_GROUP = 5
"""Wage groups under five would show a person's pay; they are merged before they leave the employer's side."""
MERGED = "merged"


# --- information --------------------------------------------------------------------------------------------------


def request_materials(m: Moment, command: c.RequestMaterials) -> list[e.Event]:
    minted = m.fresh(Stream.TABLE)
    items = tuple(
        e.Requested(id=f"{minted}.{n}", code=i.code, period=i.period, secret=i.secret)
        for n, i in enumerate(command.items)
    )
    return [e.MaterialsRequested(**of_side(m, command), items=items)]


def names_a_material(m: Moment, command: c.DeliverMaterial) -> Obstacle | None:
    """What was asked is named by its id; what is given unasked by its code."""
    if (command.material is None) == (command.code is None):
        return no(Reason.VALUE_MISSING, field="material")
    if command.file is None and command.wage_table is None:
        return no(Reason.VALUE_MISSING, field="file")
    if command.material is None:
        return None
    known = m.case.materials.get(command.material)
    if known is None:
        return no(Reason.UNKNOWN_REFERENCE, id=command.material)
    if known.asked_by is m.side:
        return no(Reason.NOT_OWING_SIDE, *m.law.pack.materials.cite, side=known.asked_by.other)
    if day_of(m, command) < known.asked_on:
        return no(Reason.BEFORE_ITS_GROUND, day=day_of(m, command).isoformat(), ground=known.asked_on.isoformat())
    return no(Reason.MATERIAL_DELIVERED) if known.delivered_on else None


def merged(table: c.WageTable) -> tuple[c.WageTable, int]:
    """The table with every group under five merged into one of at least five; how many groups were merged.

    The average is weighted by headcount and rounded to the fen, the lowest is the lowest of all.
    """
    small = [g for g in table.groups if g.headcount < SMALLEST_GROUP]
    large = [g for g in table.groups if g.headcount >= SMALLEST_GROUP]
    if not small:
        return table, 0
    if sum(g.headcount for g in small) < SMALLEST_GROUP and large:
        least = min(large, key=lambda g: g.headcount)
        large.remove(least)
        small.append(least)
    heads = sum(g.headcount for g in small)
    whole = sum(g.average_fen * g.headcount for g in small)
    one = c.WageGroup(
        group=MERGED, headcount=heads, average_fen=(whole + heads // 2) // heads,
        lowest_fen=min(g.lowest_fen for g in small),
    )  # fmt: skip
    return c.WageTable(period=table.period, source=table.source, groups=(*large, one)), len(small)


def groups_have_names(_: Moment, command: c.DeliverMaterial) -> Obstacle | None:
    """Each group once; the name of the merged one is given by the merging alone."""
    names = [g.group for g in command.wage_table.groups] if command.wage_table else []
    twice = next((n for n in names if n == MERGED or names.count(n) > 1), None)
    return no(Reason.GROUP_TWICE, group=twice) if twice else None


def large_enough(_: Moment, command: c.DeliverMaterial) -> Obstacle | None:
    """A table of under five people in all cannot be merged into anything that hides them; nor can more than a count
    can hold be merged into one group."""
    if command.wage_table is None:
        return None
    heads = sum(g.headcount for g in command.wage_table.groups)
    if heads > COUNT_MAX:
        return no(Reason.COUNTS_DO_NOT_ADD_UP)
    return None if heads >= SMALLEST_GROUP else no(Reason.GROUP_TOO_SMALL, least=SMALLEST_GROUP)


def deliver_material(m: Moment, command: c.DeliverMaterial) -> list[e.Event]:
    known = m.case.materials.get(command.material or "")
    table, n = merged(command.wage_table) if command.wage_table else (None, 0)
    return [
        e.MaterialDelivered(
            **of_side(m, command), material=command.material or m.fresh(Stream.TABLE),
            code=known.item.code if known else command.code or "", asked=known is not None, file=command.file,
            wage_table=table, merged_groups=n,
        )
    ]  # fmt: skip


def can_decline(m: Moment, command: c.DeclineMaterial) -> Obstacle | None:
    """The side that owes it; what was given is not declined afterwards."""
    known = m.case.materials.get(command.material)
    if known is None:
        return no(Reason.UNKNOWN_REFERENCE, id=command.material)
    if known.asked_by is m.side:
        return no(Reason.NOT_OWING_SIDE, *m.law.pack.materials.cite, side=known.asked_by.other)
    if known.delivered_on:
        return no(Reason.MATERIAL_DELIVERED)
    return no(Reason.NOTHING_NEW) if known.declined else None


def decline_material(m: Moment, command: c.DeclineMaterial) -> list[e.Event]:
    """Takes no duty away: 另一方应当……如实提供 (HZ 25 ¶2)."""
    return [e.MaterialDeclined(**of_side(m, command), material=command.material)]


def _asked_by_me(m: Moment, name: str) -> tuple[Material | None, Obstacle | None]:
    known = m.case.materials.get(name)
    if known is None:
        return None, no(Reason.UNKNOWN_REFERENCE, id=name)
    if known.asked_by is not m.side:
        return known, no(Reason.NOT_ASKING_SIDE, *m.law.pack.materials.cite, side=known.asked_by)
    return known, None


def can_acknowledge(m: Moment, command: c.AcknowledgeMaterial) -> Obstacle | None:
    known, wrong = _asked_by_me(m, command.material)
    if wrong or known is None:
        return wrong
    if known.delivered_on is None:
        return no(Reason.MATERIAL_NOT_DELIVERED, side=known.asked_by.other)
    return no(Reason.NOTHING_NEW) if known.acknowledged else None


def acknowledge_material(m: Moment, command: c.AcknowledgeMaterial) -> list[e.Event]:
    return [e.MaterialAcknowledged(**of_side(m, command), material=command.material)]


def can_waive(m: Moment, command: c.WaiveMaterial) -> Obstacle | None:
    """The side that asked may waive; the late side has no say."""
    known, wrong = _asked_by_me(m, command.material)
    if wrong or known is None:
        return wrong
    return no(Reason.NOTHING_NEW) if known.waived else None


def waive_material(m: Moment, command: c.WaiveMaterial) -> list[e.Event]:
    return [e.MaterialWaived(**of_side(m, command), material=command.material)]


def outstanding(s: Standing) -> Obstacle | None:
    """另一方应当在举行工资集体协商会议的七个工作日前如实提供 (HZ 25 ¶2): given in time, or the asking side goes on."""
    late = None
    for name, material in s.case.materials.items():
        if not material.asked or material.waived:
            continue
        due = running(s.case, s.law, "materials", name)
        if material.delivered_on is None:
            return no(
                Reason.MATERIAL_OUTSTANDING, *s.law.pack.materials.cite, cure=(Seat.CHIEF, Seat.REPRESENTATIVE),
                side=material.asked_by.other, by=due.latest if due else None, code=material.item.code,
            )  # fmt: skip
        if due and due.latest and material.delivered_on > due.latest and (late is None or not late.hard):
            late = no(
                Reason.MATERIAL_LATE, *s.law.pack.materials.cite, level=due.level, cure=(Seat.CHIEF,),
                side=material.asked_by, by=due.latest, code=material.item.code,
            )  # fmt: skip
    return late


def owed_unasked(m: Moment) -> Obstacle | None:
    """Where a text wants information unasked (NB 17, SD 23, HA 23, CQ 20), its lack is shown, and blocks nothing."""
    row = m.law.pack.materials
    for side in Side:
        given = {x.item.code for x in m.case.materials.values() if x.delivered_on and x.asked_by is side.other}
        owed = row.unasked_by_each if side is Side.WORKER else (*row.unasked, *row.unasked_by_each)
        left = [code for code in owed if code not in given]
        if left:
            return no(
                Reason.UNASKED_MATERIAL_MISSING, *row.cite, level=Level.ADVISORY,
                cure=(Seat.CHIEF, Seat.REPRESENTATIVE), side=side, codes=" ".join(left),
            )  # fmt: skip
    return None


# --- time, place, recorder ----------------------------------------------------------------------------------------


def scheduled(s: Standing) -> Obstacle | None:
    if s.case.meeting.plan:
        return None
    return no(Reason.MEETING_NOT_SCHEDULED, "HZ 24", cure=(Seat.CHIEF,))


def no_agreement_yet(m: Moment) -> Obstacle | None:
    return no(Reason.AGREEMENT_REACHED) if m.case.meeting.agreement_on else None


def session_closed(m: Moment) -> Obstacle | None:
    return no(Reason.SESSION_OPEN) if m.case.meeting.open else None


def plan_is_new(m: Moment, command: c.ScheduleMeeting) -> Obstacle | None:
    if command.plan == m.case.meeting.named.of(m.own_side):
        return no(Reason.NOTHING_NEW)
    return plans.not_past(m, command, command.plan) or plans.venue_allowed(m, command.plan)


def time_for_papers(m: Moment, command: c.ScheduleMeeting) -> Obstacle | None:
    """A day so near that the last day of a notice or of a material asked for has passed already: said when it is named,
    while another can be (HZ 25, ZJ 16). Who is owed something decides on the day itself."""
    then = replace(m.case, meeting=replace(m.case.meeting, plan=command.plan))
    row = m.law.pack.meeting_notice
    owed = [
        ("materials", name, x.asked_by.other)
        for name, x in then.materials.items()
        if x.asked and not x.waived and x.delivered_on is None
    ]
    if row is not None and then.round == 1:
        owed += [
            ("meeting_notice", side.value, side)
            for side in Side
            if then.served_on(then.meeting.notices.of(side)) is None
        ]
    for timer, key, side in owed:
        due = running(then, m.law, timer, key)
        if due is not None and due.latest is not None and due.latest < m.today:
            return no(
                Reason.MEETING_TOO_SOON, *due.articles, level=Level.ADVISORY, cure=(Seat.CHIEF,), side=side,
                last=due.latest.isoformat(), day=command.plan.day.isoformat(),
            )  # fmt: skip
    return None


def schedule_meeting(m: Moment, command: c.ScheduleMeeting) -> list[e.Event]:
    """Set when both have named the same; each has named first what its own offer or reply said (HZ 24)."""
    meeting, other = m.case.meeting, m.own_side.other
    papers_said = [p.plan for p in (m.case.offer, m.case.reply) if p and p.side is other]
    fresh = m.case.round == 1 and meeting.plan is None and meeting.named.of(other) is None
    agreed = command.plan == (next(iter(papers_said), None) if fresh else meeting.named.of(other))
    return [e.MeetingPlanNamed(**of_side(m, command), plan=command.plan, agreed=agreed)]


def online_possible(m: Moment) -> Obstacle | None:
    row = m.law.pack.meeting
    if (row.venue if m.case.round == 1 else row.renegotiation) is not Mode.ONLINE:
        return no(Reason.ONLINE_NOT_ALLOWED)
    return no(Reason.NOTHING_NEW) if m.case.meeting.online.of(m.own_side) else None


def agree_online_meeting(m: Moment, command: c.AgreeOnlineMeeting) -> list[e.Event]:
    both = m.case.meeting.online.of(m.own_side.other)
    return [e.OnlineMeetingAgreed(**of_side(m, command), both=both)]


def something_late(m: Moment) -> Obstacle | None:
    """What one's own side asked for was, or still is, late."""
    own = [name for name, x in m.case.materials.items() if x.asked_by is m.side]
    if not own:
        return no(Reason.NOT_ASKING_SIDE, *m.law.pack.materials.cite, side=m.own_side.other)
    return None if any(_late_by(m, name) > 0 for name in own) else no(Reason.NOT_DUE)


def can_postpone(m: Moment, command: c.PostponeMeeting) -> Obstacle | None:
    """The asking side may put the meeting off by as many days as the material is late."""
    known, wrong = _asked_by_me(m, command.material)
    if wrong or known is None:
        return wrong
    return None if _late_by(m, command.material) > 0 else no(Reason.NOT_DUE, id=command.material)


def _late_by(m: Moment, name: str) -> int:
    """Calendar days between the last day of a material and its delivery, or today while it is still missing."""
    due = running(m.case, m.law, "materials", name)
    if due is None or due.latest is None or m.case.materials[name].waived:
        return 0
    return ((m.case.materials[name].delivered_on or m.today) - due.latest).days


def postpone_meeting(m: Moment, command: c.PostponeMeeting) -> list[e.Event]:
    plan = m.case.meeting.plan
    assert plan is not None
    days = _late_by(m, command.material)
    new = after(m.law.calendar, plan.day, days, Unit.DAY).latest or plan.day
    return [
        e.MeetingPostponed(
            **of_side(m, command), material=command.material, days=days, plan=plan.model_copy(update={"day": new})
        )
    ]


def notice_not_sent(m: Moment) -> Obstacle | None:
    return no(Reason.NOTICE_SENT) if m.case.meeting.notices.of(m.own_side) else None


def send_meeting_notice(m: Moment, command: c.SendMeetingNotice) -> list[e.Event]:
    return [
        e.MeetingNoticeSent(
            **of_side(m, command), paper=m.fresh(Stream.TABLE), topics=sheets.facts(command.topics),
            reps=tuple(r.person for r in m.bench.seated), served=papers.served(m, command, command.service),
        )
    ]  # fmt: skip


def notices_given(s: Standing) -> Obstacle | None:
    """双方应当在会议七日前将议题和协商代表通知对方 (ZJ 16 ¶2): a missing notice is hard, a late one advisory."""
    row = s.law.pack.meeting_notice
    if row is None or s.case.round > 1:
        return None
    late = None
    for side in Side:
        on, due = (
            s.case.served_on(s.case.meeting.notices.of(side)),
            running(s.case, s.law, "meeting_notice", side.value),
        )
        by = due.latest if due else None
        if on is None:
            return no(Reason.NOTICE_MISSING, *row.cite, level=row.level, cure=(Seat.CHIEF,), side=side, by=by)
        if by and on > by:
            late = no(Reason.NOTICE_LATE, *row.cite, level=Level.ADVISORY, cure=(Seat.CHIEF,), side=side, by=by)
    return late


def talks_not_reported(m: Moment) -> Obstacle | None:
    return no(Reason.NOTHING_NEW) if m.case.talks_reported_on else None


def report_talks(m: Moment, command: c.ReportTalks) -> list[e.Event]:
    """应当在协商开始五日前向上一级工会报告 (SD 24); elsewhere nobody must, and anybody may."""
    return [e.TalksReported(**of_side(m, command))]


def recorder_appointed(s: Standing) -> Obstacle | None:
    """双方首席代表应当共同指定一名非协商代表担任记录员 (HZ 26 ¶2)."""
    if s.case.meeting.recorder:
        return None
    row = s.law.pack.meeting
    return no(Reason.RECORDER_NOT_NAMED, *row.of("recorder"), level=row.recorder, cure=(Seat.CHIEF, Seat.TOWN_UNION))


def recorder_is_neutral(m: Moment, command: c.NameRecorder | c.ProposeRecorder) -> Obstacle | None:
    for side in Side:
        if any(r.person == command.person for r in m.case.benches.of(side).reps):
            return no(Reason.RECORDER_IS_REPRESENTATIVE, *m.law.pack.meeting.of("recorder"))
    return None


def recorder_is_new(m: Moment, command: c.NameRecorder) -> Obstacle | None:
    meeting = m.case.meeting
    if command.person in (meeting.recorder, meeting.recorder_named.of(m.own_side)):
        return no(Reason.NOTHING_NEW)
    return None


def name_recorder(m: Moment, command: c.NameRecorder) -> list[e.Event]:
    agreed = m.case.meeting.recorder_named.of(m.own_side.other) == command.person
    return [e.RecorderNamed(**of_side(m, command), person=command.person, agreed=agreed)]


def no_recorder_yet(m: Moment) -> Obstacle | None:
    return no(Reason.RECORDER_APPOINTED) if m.case.meeting.recorder else None


def proposal_is_new(m: Moment, command: c.ProposeRecorder) -> Obstacle | None:
    return no(Reason.NOTHING_NEW) if m.case.meeting.recorder_proposed == command.person else None


def propose_recorder(_: Moment, command: c.ProposeRecorder) -> list[e.Event]:
    return [e.RecorderProposed(person=command.person)]
