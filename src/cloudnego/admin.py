"""`cloudnego admin`: the first district and its first official, people and organisations, sandboxes, verified packs."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final, TypeVar

import typer
from rich.prompt import Prompt
from rich.table import Table
from sqlalchemy import Engine

from cloudnego import import_admin, notice_admin, portal_admin, witness_admin
from cloudnego.breakglass import court_order_app
from cloudnego.console import CannotBe, DistrictName, asked_for, out, tell, the_district
from cloudnego.core.pack import Pack
from cloudnego.core.vocabulary import Id, Message, Office, Side
from cloudnego.eventlog.districts import Districts, NoDistrict
from cloudnego.housekeeping import keys_app, retention_app, texts_app
from cloudnego.identity.custody import Custody
from cloudnego.identity.ending import end_sandbox
from cloudnego.identity.founding import Place, found
from cloudnego.identity.kinds import OrganisationKind
from cloudnego.identity.letters import Letters
from cloudnego.identity.passwords import Passwords, check_strength
from cloudnego.identity.register import Entry, add_enterprise
from cloudnego.identity.roster import NewMembership, NewPerson, Roster, RosterError, organisations, people
from cloudnego.identity.sessions import held_by
from cloudnego.identity.store import reading, writing
from cloudnego.identity.tables import Person
from cloudnego.law import DEFAULT_PACK, load_pack, pack_texts, shipped_calendar, shipped_pack
from cloudnego.main import install, looked_into, new_id, now, now_s
from cloudnego.settings import Settings
from cloudnego.web.bodies import EnterpriseBody, Name, OrganisationBody, PersonBody, RegionCode

T = TypeVar("T")


def _part(help_: str) -> typer.Typer:
    return typer.Typer(help=help_, no_args_is_help=True, add_completion=False)


app = _part("只有运维人员能办的事：区、人员、组织、规则包。 What only an operator may do: districts, people, packs.")
person_app = _part("人员和账号。 People and their accounts.")
organisation_app = _part("区内的组织。 Organisations of a district.")
membership_app = _part("人员在组织中的任职。 What people are in organisations.")
sandbox_app = _part("沙盒：没有效力、时钟可以拨快的区。 Sandboxes: districts without effect.")
for name, part in (
    ("person", person_app), ("organisation", organisation_app), ("membership", membership_app),
    ("sandbox", sandbox_app), ("keys", keys_app), ("portal", portal_admin.app),
    ("court-order", court_order_app), ("texts", texts_app), ("retention", retention_app),
    ("witness", witness_admin.app),
):  # fmt: skip
    app.add_typer(part, name=name)
app.command("bounces", help="读取退信，停用收不到的邮箱。 Read mails that came back.")(notice_admin.bounces)
app.command("import", help="导入表格。 Import a table of rows.")(import_admin.import_rows)

PasswordFile = Annotated[
    Path | None,
    typer.Option(help="从文件的第一行读密码，- 为标准输入。 Read it from the first line; - is standard input."),
]
ThePerson = Annotated[str, typer.Argument(help="人员编号。 Id of the person.")]


class DistrictWords(Message):
    """What a district is called. Words typed here obey the same rules as those that come in over HTTP."""

    district: Id
    name: Name
    region: RegionCode


@contextmanager
def opened(settings: Settings) -> Iterator[tuple[Engine, Districts]]:
    """The database and its districts, for a short command beside a running service."""
    with looked_into(settings) as (engine, ring):
        yield engine, Districts(engine, ring)


def _somebody_types() -> bool:
    return sys.stdin.isatty()


def _read_password(file: Path | None, login: str) -> str:
    """From the file, from standard input, or asked for twice. Raises WeakPassword, CannotBe."""
    if file is None:
        if not _somebody_types():
            raise CannotBe("no_password")
        first = Prompt.ask(asked_for("password", login=login), password=True, console=out)
        if first != Prompt.ask(asked_for("again"), password=True, console=out):
            raise CannotBe("passwords_differ")
    elif str(file) == "-":
        first = typer.get_text_stream("stdin").readline().rstrip("\n")
    else:
        first = file.read_text(encoding="utf-8").partition("\n")[0]
    check_strength(first, login)
    return first


def _hash(settings: Settings, password: str) -> str:
    passwords = Passwords(memory_kib=settings.password_memory_kib, at_once=1)
    try:
        return passwords.hash(password)
    finally:
        passwords.close()


def _write(district: str | None, work: Callable[[Roster], T]) -> T:
    with opened(Settings()) as (engine, districts):
        chosen = the_district(districts, district)
        with writing(engine) as session:
            return work(Roster(session, chosen.id, new_id, now_s(), "operator"))


@app.command(
    help="开通第一个正式的区，并登记首位工作人员。只能办一次。 Make the first live district and its first official. "
    "Refuses the second time."
)
def init(
    *,
    district: Annotated[str, typer.Option(help="区的编号。 Id of the district.")] = "xiaoshan",
    name: Annotated[str, typer.Option(help="区的名称。 Its name.")] = "萧山区",
    region: Annotated[str, typer.Option(help="行政区划代码 GB/T 2260。 Its GB/T 2260 code.")] = "330109",
    pack: Annotated[str, typer.Option(help="新案件使用的规则包。 Rule pack of new cases.")] = DEFAULT_PACK,
    verified_by: Annotated[str, typer.Option(help="规则包的核对人。 Who compared the pack with the texts.")] = "",
    official: Annotated[str, typer.Option(help="首位工作人员的姓名。 Name of the first official.")] = "",
    login: Annotated[str, typer.Option(help="首位工作人员的登录名。 How the first official signs in.")] = "",
    password_file: PasswordFile = None,
) -> None:
    """Make the first live district and its first official. Refuses the second time."""
    settings, law = Settings(), _pack_in_force(pack, verified_by)
    words = DistrictWords(district=district, name=name, region=region)
    install(settings)
    with opened(settings) as (engine, districts):
        if any(one.kind == "live" for one in districts.all()):
            raise CannotBe("founded_already")
        who = _person(_typed("official", official), login=_typed("login", login), password_file=password_file)
        first = NewPerson(name=who.name, login=who.login, password_hash=_hash(settings, who.password or ""))
        with writing(engine) as session:
            roster = Roster(session, words.district, new_id, now_s(), "operator")
            founded = found(roster, words.name, (Place(words.region, words.name, words.name),), first)
        districts.make(words.district, words.name, "live", law, shipped_calendar())
    tell("founded", district=words.district, name=words.name, pack=law.id, version=law.version)
    union = founded.district_union
    tell("first_official", official=who.name, login=who.login, person=founded.person, union=union)
    if law.verified_by is None:
        tell("unverified")


READ_HERE: Final = frozenset({"cn", "cn-zhejiang", "cn-hangzhou"})
"""Packs that may be set in force as they ship; their texts are read with the product. For the others somebody of the
district says that the copies are the law there."""


def _verified(pack: str, by: str) -> Pack:
    """A shipped pack with the name of whoever compared it with the texts. Raises CannotBe."""
    if re.search(r"[\x00-\x1f\"\\]", by) or not by.strip():
        raise CannotBe("bad_name")
    kept = [line for line in pack_texts()[pack].splitlines() if not line.startswith("verified_")]
    lines = [*kept, f'verified_by: "{by.strip()}"', f'verified_at: "{now().date().isoformat()}"', ""]
    return load_pack(pack, {**pack_texts(), pack: "\n".join(lines)})


def _typed(key: str, given: str) -> str:
    """What was given, or what is typed now."""
    try:
        return given or Prompt.ask(asked_for(key), console=out)
    except EOFError:
        raise CannotBe("bad_name") from None


def _pack(wanted: str) -> Pack:
    if wanted not in pack_texts():
        raise CannotBe("no_pack", pack=wanted, packs=", ".join(sorted(pack_texts())))
    return shipped_pack(wanted)


def _pack_in_force(wanted: str, verified_by: str) -> Pack:
    pack = _pack(wanted)
    if not verified_by and wanted not in READ_HERE:
        raise CannotBe("pack_unverified", pack=wanted)
    return _verified(wanted, verified_by) if verified_by else pack


def _person(name: str, *, login: str | None = None, password_file: Path | None = None) -> PersonBody:
    """A person in words that may be kept, with the password of the account if there is to be one."""
    PersonBody(name=name, login=login, password=login and "0123456789")  # before anybody types a password
    password = _read_password(password_file, login) if login is not None else None
    return PersonBody(name=name, login=login, password=password)


@app.command(
    "verify-pack",
    help="记下谁把本区的规则包与法规原文核对过；新案件使用核对过的版本。 Record that somebody compared the district's "
    "pack with the texts; new cases pin the verified version.",
)
def verify_pack(
    by: Annotated[str, typer.Option(help="核对人。 Who compared the pack with the texts.")],
    district: DistrictName = None,
) -> None:
    """Record that somebody compared the district's pack with the texts; new cases pin the verified version."""
    with opened(Settings()) as (_, districts):
        chosen = the_district(districts, district)
        pack = _verified(chosen.pack, by)
        districts.adopt(chosen.id, pack=pack)
    tell("verified", district=chosen.id, pack=pack.id, version=pack.version, by=pack.verified_by)


# --- people -------------------------------------------------------------------------------------------------------


@person_app.command("add", help="登记一个人；写明登录名的，同时开账号。 Add a person, with an account for a login.")
def add_person(
    name: Annotated[str, typer.Argument(help="姓名。 Name of the person.")],
    *,
    login: Annotated[str | None, typer.Option(help="登录名。 Give an account with this name.")] = None,
    password_file: PasswordFile = None,
    district: DistrictName = None,
) -> None:
    """Add a person, with an account if a login is given. Prints the id alone, for scripts."""
    who = _person(name, login=login, password_file=password_file)
    hashed = _hash(Settings(), who.password) if who.password is not None else None
    new = NewPerson(name=who.name, login=who.login, password_hash=hashed)
    out.print(_write(district, lambda roster: roster.add_person(new).id))


@person_app.command(
    "password",
    help="换一个密码，此人的登录、登录方式和委托书代码都失效。 Set a new password; all else that let him in ends.",
)
def set_password(person: ThePerson, password_file: PasswordFile = None, district: DistrictName = None) -> None:
    """Set a new password; all else that let the person in ends. It is the help desk of who has a single official."""
    hashed = _hash(Settings(), _read_password(password_file, person))
    _write(district, lambda roster: roster.set_password(person, hashed))
    tell("new_password", person=person)


@person_app.command(
    "letter",
    help="出具授权委托书代码，随委托书交给本人；原来的随即失效。 Print the code of a mandate letter; the old one dies.",
)
def print_letter(
    person: ThePerson,
    *,
    membership: Annotated[str | None, typer.Option(help="哪一个任职。 For which membership; else the oldest.")] = None,
    district: DistrictName = None,
) -> None:
    """The code of a mandate letter: the first official has nobody else who could print him one. Prints it alone."""
    with looked_into(Settings()) as (engine, ring):
        chosen = the_district(Districts(engine, ring), district).id
        letters = Letters(engine, Custody(engine, ring), new_id, now_s)
        held = letters.memberships_of(chosen, person)
        wanted = membership if membership is not None else next(iter(held), None)
        if wanted is None or wanted not in held:
            raise CannotBe("no_membership", person=person)
        out.print(letters.issue(chosen, wanted, "operator").code)


@person_app.command("list", help="区内所有人员、登录名和任职。 Everybody, with sign-in names and memberships.")
def list_people(district: DistrictName = None) -> None:
    """Everybody in a district, with sign-in names and memberships."""
    table = Table("编号 id", "姓名 name", "登录名 login", "任职 offices")
    with opened(Settings()) as (engine, districts), reading(engine) as session:
        for person, login in people(session, the_district(districts, district).id):
            held = ", ".join(f"{one.office} @ {one.organisation_name}" for one in held_by(session, person.id))
            table.add_row(person.id, person.name, login or "", held)
    out.print(table)


# --- organisations ------------------------------------------------------------------------------------------------


@organisation_app.command(
    "add",
    help="登记组织；企业按统一社会信用代码进入名册。 Add an organisation; an enterprise goes into the register.",
)
def add_organisation(
    kind: Annotated[OrganisationKind, typer.Argument(help="类型。 Its kind.")],
    name: Annotated[str, typer.Argument(help="名称。 Its name.")],
    region: Annotated[str, typer.Argument(help="所在区域的代码，新镇街加 --place。 Code of the place.")],
    *,
    upper: Annotated[
        str | None, typer.Option(help="上级工会，或企业工会所在的企业。 The union above, or a union's enterprise.")
    ] = None,
    place: Annotated[str | None, typer.Option(help="还没有登记的镇街的名称。 Name of a town that is new here.")] = None,
    credit_code: Annotated[str | None, typer.Option(help="企业：统一社会信用代码。 Enterprises: credit code.")] = None,
    industry: Annotated[str, typer.Option(help="企业：行业代码 GB/T 4754。 Enterprises: such as C1761.")] = "C",
    address: Annotated[str | None, typer.Option(help="企业：地址。 Enterprises: address.")] = None,
    district: DistrictName = None,
) -> None:
    """Add an organisation; an enterprise goes into the register with its credit code. Prints the id alone."""
    entry = None
    if kind is OrganisationKind.ENTERPRISE:
        if credit_code is None or address is None:
            raise CannotBe("enterprise_needs")
        words = EnterpriseBody(name=name, credit_code=credit_code, address=address, region=region, industry=industry)
        known = words.model_dump(include={"name", "credit_code", "address", "region", "industry"})
        entry = Entry(id="", **known)
    else:
        name = OrganisationBody(kind=kind, name=name, region=region, upper=upper).name
    with opened(Settings()) as (engine, districts), writing(engine) as session:
        chosen = the_district(districts, district).id
        roster = Roster(session, chosen, new_id, now_s(), "operator")
        if place is not None:
            roster.add_region(region, place, place)
        if entry is not None:
            made = add_enterprise(session, roster, chosen, entry).id
        else:
            made = roster.add_organisation(kind, name, region, upper).id
    out.print(made)


@organisation_app.command("list", help="区内所有组织。 All organisations of a district.")
def list_organisations(district: DistrictName = None) -> None:
    """All organisations of a district."""
    table = Table("编号 id", "类型 kind", "名称 name", "区域 region", "上级 upper")
    with opened(Settings()) as (engine, districts), reading(engine) as session:
        for row in organisations(session, the_district(districts, district).id):
            table.add_row(row.id, row.kind, row.name, row.region, row.upper or "")
    out.print(table)


# --- memberships --------------------------------------------------------------------------------------------------


@membership_app.command("add", help="登记某人在某组织的任职。 Make somebody a member of an organisation.")
def add_membership(
    person: ThePerson,
    organisation: Annotated[str, typer.Argument(help="组织编号。 Id of the organisation.")],
    office: Annotated[Office, typer.Argument(help="职务。 The office.")],
    *,
    side: Annotated[
        Side | None, typer.Option(help="所属一方，职务本身没有时才写。 Only where the office has none by itself.")
    ] = None,
    mandate: Annotated[str | None, typer.Option(help="委托书编号。 Reference of the paper that mandates.")] = None,
    district: DistrictName = None,
) -> None:
    """Make somebody a member of an organisation. Prints the id alone, for scripts."""
    new = NewMembership(person=person, organisation=organisation, office=office, side=side, mandate=mandate)
    out.print(_write(district, lambda roster: roster.add_membership(new).id))


@membership_app.command("end", help="终止任职，下一次请求起生效。 End a membership now.")
def end_membership(
    membership: Annotated[str, typer.Argument(help="任职编号。 Id of the membership.")], district: DistrictName = None
) -> None:
    """End a membership now; the next request no longer has it."""
    _write(district, lambda roster: roster.end_membership(membership))
    tell("membership_ended", membership=membership)


@membership_app.command("list", help="某人的任职。 What somebody is, in which organisation, on which side.")
def list_memberships(person: ThePerson) -> None:
    """What somebody is, in which organisation, on which side."""
    table = Table("编号 id", "组织 organisation", "职务 office", "一方 side", "委托 mandate")
    with opened(Settings()) as (engine, _), reading(engine) as session:
        if session.get(Person, person) is None:
            raise RosterError("person_unknown", person=person)
        for one in held_by(session, person):
            table.add_row(one.membership, one.organisation_name, one.office, one.side or "", one.mandate or "")
    out.print(table)


# --- sandboxes ----------------------------------------------------------------------------------------------------


@sandbox_app.command("create", help="建立沙盒区，管理员登录名为 admin。 Make a sandbox with an administrator `admin`.")
def create_sandbox(
    name: Annotated[str, typer.Option(help="名称。 Its name.")] = "沙盒 sandbox",
    pack: Annotated[str, typer.Option(help="规则包。 Its rule pack.")] = DEFAULT_PACK,
    region: Annotated[
        str, typer.Option(help="行政区划代码 GB/T 2260。 GB/T 2260 code of the district it plays.")
    ] = "330109",
    password_file: PasswordFile = None,
) -> None:
    """Make a sandbox district with an administrator `admin`. Prints the id alone, for scripts."""
    settings, law = Settings(), _pack(pack)
    words = DistrictWords(district="sandbox", name=name, region=region)
    hashed = _hash(settings, _read_password(password_file, "admin"))
    with opened(settings) as (engine, districts):
        district = new_id("s")
        with writing(engine) as session:
            roster = Roster(session, district, new_id, now_s(), "operator")
            first = NewPerson(name="沙盒管理员", login="admin", password_hash=hashed)
            found(roster, words.name, (Place(words.region, words.name, words.name),), first)
        districts.make(district, words.name, "sandbox", law, shipped_calendar())
    out.print(district)


@sandbox_app.command("end", help="结束一个沙盒区，此后谁也进不去。 End a sandbox; nobody comes in again.")
def end_district(district: Annotated[str, typer.Argument(help="沙盒区的编号，见 list。 Its id, see list.")]) -> None:
    """End a sandbox; a live district has no end. Raises NoDistrict."""
    with opened(Settings()) as (engine, _), writing(engine) as session:
        if not end_sandbox(session, district, now_s()):
            raise NoDistrict("no_sandbox", district=district)
    tell("sandbox_ended", district=district)


@sandbox_app.command("list", help="所有的区，正式的和沙盒。 All districts, live and sandbox.")
def list_districts() -> None:
    """All districts, live and sandbox."""
    table = Table("编号 id", "名称 name", "种类 kind", "规则包 pack", "日历 calendar", "时钟快 clock ahead")
    with opened(Settings()) as (_, districts):
        for one in districts.all():
            ahead = f"{one.clock_offset_s // 86_400} d" if one.kind == "sandbox" else ""
            table.add_row(one.id, one.name, one.kind, f"{one.pack} {one.pack_version}", one.calendar, ahead)
    out.print(table)
