"""What the table of verdicts speaks of by `$name`: everything of the first case that has an id of its own, made once.
So whoever may gets it, and all others the bytes of what does not exist."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha256
from typing import Final

from sqlmodel import Session, col, select

from cloudnego.audit.tables import DeviceKey
from cloudnego.core.vocabulary import Office, Side, Stream
from cloudnego.exporting.audience import Audience
from cloudnego.exporting.case import Order
from cloudnego.exporting.jobs import Exports
from cloudnego.files.kinds import FileKind
from cloudnego.files.store import NewFile
from cloudnego.identity import election_objections
from cloudnego.identity.calendar_links import CalendarLinks
from cloudnego.identity.clients import Grant, NewClient
from cloudnego.identity.congress import Sitting, comment, comments, hide
from cloudnego.identity.consents import Wanted
from cloudnego.identity.court_orders import OrderPaper, request
from cloudnego.identity.delegate_rolls import freeze, object_to, post
from cloudnego.identity.delegates import NewDelegate, end, enter
from cloudnego.identity.factor_tables import FactorReset, Passkey
from cloudnego.identity.grades import Grade
from cloudnego.identity.hold_tables import Erasure
from cloudnego.identity.holds import HoldAt, set_hold
from cloudnego.identity.hooks import NewHook
from cloudnego.identity.invitations import NewInvitation, invite
from cloudnego.identity.nominations import moderate, nominate, open_call, stand
from cloudnego.identity.register import enterprise
from cloudnego.identity.roster import Roster
from cloudnego.identity.sessions import token_hash
from cloudnego.identity.store import reading, writing
from cloudnego.identity.tables import Membership, SignIn
from cloudnego.identity.workers import NewWorker, add_workers
from cloudnego.importing.jobs import Imports
from cloudnego.importing.jobs import Order as ImportOrder
from cloudnego.importing.mapping import Mapping
from cloudnego.importing.sheets import ImportKind
from cloudnego.main import House
from cloudnego.papers.facts import Facts, Text, number_of
from cloudnego.surveys.questionnaire import Answer, QuestionKind, Questionnaire, SurveyQuestion
from cloudnego.surveys.store import Given, NewOpinion, NewSurvey, Written, opinion_id
from cloudnego.web.examples import request_of

Named = Callable[[str], str]
"""The id of a person of the first case, by his kind."""

BACK_AT: Final = "https://portal.example/back"
KEY: Final = {
    "kty": "EC", "crv": "P-256", "kid": "k1", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
}  # fmt: skip
"""The public key of RFC 7517, appendix A.1."""

VERIFIER: Final = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
WANTED: Final = Wanted(
    enterprise="A", redirect_uri=BACK_AT, scopes=frozenset({"cases"}), state=None,
    challenge="E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
)  # fmt: skip
"""What the program asks of a person, with the challenge and verifier of RFC 7636, appendix B."""


def everything_made(house: House, district: str, case: str, named: Named) -> dict[str, str]:
    """All of it, by the names the table calls it."""
    return {
        **_of_people(house, district, named),
        **_of_the_roll(house, district, named),
        **_nominated(house, district, case, named),
        **_of_the_congress(house, district, case, named),
        **_of_accounts(house, district, named),
        **_of_programs(house, district, case, named),
        "file": _file(house, district, case, named),
        "paper": _paper(house, district, case, named),
        "order": _order(house, district, case, named),
        **_kept(house, district, case, named),
        **_survey(house, district, case, named),
        "case": case,
    }


def _of_people(house: House, district: str, named: Named) -> dict[str, str]:
    """A worker's membership, an office in the union of A, a line of A's roster, an invitation to its union."""
    site, by = house.site, named("union_admin")
    with writing(site.engine) as session:
        entry = enterprise(session, district, "A")
        assert entry is not None, "the enterprise of the first case"
        roster = Roster(session, district, site.new_id, site.now_s(), by)
        line = add_workers(session, roster, entry, [NewWorker("0001", "名册上的人")])[0]
        wanted = NewInvitation(organisation="UA", name="受邀的人", office=Office.UNION)
        invited, _ = invite(
            session, district, wanted, new_id=site.new_id, by=by, now_s=site.now_s(), lasts_s=30 * 86_400
        )
        worker, seat = _held(session, named("worker"), "A"), _held(session, by, "UA")
    return {"membership": worker, "seat": seat, "line": line.id, "invitation": invited.id}


def _of_the_roll(house: House, district: str, named: Named) -> dict[str, str]:
    """Delegates of A's congress: one on the frozen roll to whom a worker objects, one who was ended."""
    site, day = house.site, date(2026, 3, 2)
    with writing(site.engine) as session:
        entry = enterprise(session, district, "A")
        assert entry is not None, "the enterprise of the first case"
        roster = Roster(session, district, site.new_id, site.now_s(), named("union_admin"))
        lines = add_workers(session, roster, entry, [NewWorker(f"000{n}", f"代表{n}") for n in (2, 3, 4)])
        new = [NewDelegate(worker=one.id, manager=False, woman=True, dispatched=False, since=day) for one in lines[:2]]
        there, ended = enter(session, roster, "A", new, None)
        end(session, roster, "A", ended.id, "调离")
        post(session, roster, "A", day + timedelta(days=7), day)
        freeze(session, roster, "A", reason="换届", term_until=None, today=day + timedelta(days=8))
        worker = Roster(session, district, site.new_id, site.now_s(), named("worker"))
        objection = object_to(session, worker, "A", there.id, "已调离岗位", at_s=0)
        assert objection is not None
    made = {"delegate": there.id, "ended_delegate": ended.id, "objection": objection}
    return {**made, "line_of_no_delegate": lines[2].id}


def _nominated(house: House, district: str, case: str, named: Named) -> dict[str, str]:
    """Somebody of A's roster who stands, with words that the union let all read; and what a worker objects."""
    site = house.site
    day = site.today(district)
    with writing(site.engine) as session:
        entry = enterprise(session, district, "A")
        assert entry is not None, "the enterprise of the first case"
        roster = Roster(session, district, site.new_id, site.now_s(), named("union_admin"))
        line = add_workers(session, roster, entry, [NewWorker("0005", "候选人")])[0]
        call = open_call(
            session=session, roster=roster, case_id=case, enterprise="A", seats=5, until=day + timedelta(days=7),
            today=day,
        )  # fmt: skip
        row = nominate(session, call, line.person, line.person, site.new_id)
        stand(row, "班组长", "想把夜班补贴谈清楚")
        moderate(session, roster, row, shown=True, reason="已核对")
        objects = Roster(session, district, site.new_id, site.now_s(), named("worker"))
        objection = election_objections.object_to(session, objects, case, None, "计票时间没有提前告诉大家", at_s=0)
        return {"candidacy": row.id, "election_objection": objection}


def _of_the_congress(house: House, district: str, case: str, named: Named) -> dict[str, str]:
    """Two comments on the draft of the case, one of them hidden."""
    site, state = house.site, house.site.log.state(case)
    assert state is not None, "the first case"
    sitting = Sitting(district=district, case=case, round=state.round, sitting=state.congress.no_quorum)
    with writing(site.engine) as session:
        roster = Roster(session, district, site.new_id, site.now_s(), named("union_admin"))
        for text in ("夜班补贴写清楚", "张三有病"):
            comment(session, roster, sitting, named("congress_delegate"), text)
        session.flush()
        shown, hidden = (one.id for one in comments(session, sitting))
        hide(session, roster, sitting, hidden, "含有他人的病情")
    return {"comment": shown, "hidden_comment": hidden}


def _held(session: Session, who: str, organisation: str) -> str:
    return session.exec(
        select(Membership.id).where(Membership.person == who, Membership.organisation == organisation)
    ).one()


def _of_accounts(house: House, district: str, named: Named) -> dict[str, str]:
    """A worker's letter, second session and passkey; and the reset of the workers' chief that waits for a second."""
    site, worker = house.site, named("worker")
    with reading(site.engine) as session:
        membership = _held(session, worker, "A")
    letter = site.factors.letters.issue(district, membership, named("union_admin"))
    token = site.sessions.open(district, worker, worker, "bearer", proof=Grade.PASSWORD)
    with writing(site.engine) as session:
        second = session.exec(select(SignIn.id).where(col(SignIn.token_hash) == token_hash(token))).one()
        session.add(
            FactorReset(
                id="r1", district=district, person=named("worker_chief"), why="手机丢失", asked_by="somebody",
                asked_s=site.now_s(), two_persons=True,
            )
        )  # fmt: skip
        session.add(
            Passkey(
                id="p1", district=district, person=worker, credential="AA", public_key="AA", sign_count=0, name="手机",
                made_s=site.now_s(),
            )
        )  # fmt: skip
        session.add(
            DeviceKey(
                id="k1", district=district, person=worker, public=district.encode(), label="手机", since_s=site.now_s()
            )
        )
    public = b64decode(request_of("cosign_district")["public"])
    site.audit.devices.let_program(district, "authority", public, "人社局见证")
    him = site.sessions.who(token)
    assert him is not None, "he just came in"
    calendar, _ = CalendarLinks(site.engine, site.new_id, site.now_s).make(him, None, None)
    return {
        "calendar": calendar.id,
        "watched": district,
        "letter": letter.id,
        "reset": "r1",
        "session": second,
        "passkey": "p1",
        "device": "k1",
    }


def _of_programs(house: House, district: str, case: str, named: Named) -> dict[str, str]:
    """A program of A with a key, the draft it left, what it asks of a person, and what one let it do."""
    site, by = house.site, named("hr")
    new = NewClient(
        name="人力资源系统", redirect_uris=(BACK_AT,), grants=(Grant("A", frozenset({"cases", "prepare"})),)
    )
    client_id, _ = site.portals.clients.register(district, new, by)
    site.portals.clients.add_key(client_id, dict(KEY))
    client = site.portals.clients.get(client_id)
    assert client is not None, "it was just registered"
    waiting, let = site.consents.ask(client, WANTED), site.consents.ask(client, WANTED)
    code = site.consents.decide(let, by, yes=True)
    site.consents.exchange(client_id, str(code), BACK_AT, VERIFIER)
    words = b'{"channel": "platform"}'
    draft = site.prepared.keep(district, case, client_id, "confirm_electronic_service", words)
    told = NewHook(
        district=district, client=client_id, enterprise="A", scopes=frozenset({"cases"}), url="https://127.0.0.1/hook",
        types=frozenset(), cases=frozenset(), place=0, by=client_id,
    )  # fmt: skip
    hook = site.hooks.make(told).id
    return {"client": client_id, "request": waiting, "consent": let, "draft": draft, "hook": hook}


def _file(house: House, district: str, case: str, named: Named) -> str:
    """A file in the workers' own stream."""
    site, content = house.site, "会商记录".encode()
    new = NewFile(
        id=site.new_id("f") + site.new_id(""), case=case, stream=Stream.WORKER, side=Side.WORKER, name="会商.txt",
        kind=FileKind.TXT, received_sha256=sha256(content).hexdigest(), by=named("worker_chief"),
        at=site.world.clock(district).replace(microsecond=0),
    )  # fmt: skip
    return site.files.keep(new, content)[0].id


def _paper(house: House, district: str, case: str, named: Named) -> str:
    """A paper of the workers' own stream."""
    facts = Facts(
        doc="D5", about="worker", layout="letter", title="议题清单", title_en=None, district=district, case=case,
        enterprise="某厂", credit_code=None, wage_year=2026, pack="cn-hangzhou 1", day=date(2026, 3, 2), sandbox=True,
        blocks=(Text(text="本方的底线"),),
    )  # fmt: skip
    streams = frozenset({Stream.NOTICE, Stream.WORKER})
    pdf = house.site.papers.press.printed(facts, number_of(facts, 1), "https://talks.example/register/0")
    return house.site.papers.keep(facts, streams, named("worker_chief"), lambda _: pdf)[0].number


def _order(house: House, district: str, case: str, named: Named) -> str:
    """A court's order for the workers' stream, which waits for its second person."""
    site = house.site
    paper = OrderPaper(
        case=case, side=Side.WORKER, order_no="（2026）浙0109民初1号", court="区人民法院", ordered_on=date(2026, 3, 1),
        scan_sha256=64 * "c",
    )  # fmt: skip
    with writing(site.engine) as session:
        return request(session, district, paper, row_id=site.new_id("k"), by=named("operator"), now_s=site.now_s()).id


def _kept(house: House, district: str, case: str, named: Named) -> dict[str, str]:
    """A hold, an audit file that the auditor asked for, and the record that somebody's words were erased."""
    site, made = house.site, {name: house.site.new_id(name[0]) for name in ("hold", "export", "erasure")}
    hold = HoldAt(
        id=made["hold"], case=case, reason="仲裁", set_by=named("authority"), set_s=site.now_s(), until_on=None,
        lifted_by=None, lifted_s=None,
    )  # fmt: skip
    order = Order(case, Audience.AUDITOR, "", "查核", "2026-03-02T09:00:00+08:00", "")
    Exports(site.engine, site.log.ring, site.now_s).begin(made["export"], district, named("auditor"), order, 1)
    made["import"] = _import(house, district, named)
    erasure = Erasure(
        id=made["erasure"], district=district, case_id=case, of=named("worker_rep"), reason="本人请求",
        at_s=site.now_s(), entries=1, files=0, papers=0,
    )  # fmt: skip
    with writing(site.engine) as session:
        session.add(erasure)
        set_hold(session, district, hold)
    return made


def _import(house: House, district: str, named: Named) -> str:
    """An import of the town's union that has not begun to read."""
    site = house.site
    order = ImportOrder(
        kind=ImportKind.ROSTERS, district=district, person=named("town_union"), about="", content=b"x", format="csv",
        mapping=Mapping(), dry_run=True, partial=False,
    )  # fmt: skip
    return Imports(site.engine, site.log.ring, site.now_s).begin(site.new_id("x"), order)[0].id


CODE: Final = "7K3M9Q2RT4VWXY5Z"
WROTE: Final = "请把夜班的灯修好"


def _survey(house: House, district: str, case: str, named: Named) -> dict[str, str]:
    """A survey that runs, answered by somebody who is nobody here, and what he wrote. It runs on for years: where the
    clock of the district is turned on, whoever looks first closes it."""
    site = house.site
    clock_s, years_s = int(site.world.clock(district).timestamp()), 3_650 * 86_400
    asked = Questionnaire(
        title="今年谈什么",
        questions=(
            SurveyQuestion(kind=QuestionKind.SCALE, text="满意吗？"),
            SurveyQuestion(kind=QuestionKind.TEXT, text="还想说什么？"),
        ),
    )
    new = NewSurvey(
        id="v1", district=district, case=case, enterprise="A", by=named("union_admin"), closes_s=clock_s + years_s,
        since_s=site.now_s() + years_s, issued=9, asked=asked,
    )  # fmt: skip
    site.surveys.open(new)
    kept = site.surveys.get(case, "v1")
    assert kept is not None, "it was just opened"
    wrote = NewOpinion(code=CODE, said=Written(question=1, head=None, text=WROTE))
    site.surveys.answer(
        kept, "somebody", Given(id=32 * "e", answer=Answer(picks=((1,), ())), opinions=(wrote,)), clock_s
    )
    closes = site.world.clock(district) + timedelta(days=7)
    return {"survey": "v1", "opinion": opinion_id(CODE), "closes": closes.isoformat(timespec="seconds")}
