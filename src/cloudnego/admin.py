"""`cloudnego admin`: the first district and its first official, people and organisations, sandboxes, verified packs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final, TypeVar

import typer
from rich.console import Console
from rich.prompt import Prompt
from rich.table import Table
from sqlalchemy import Engine

from cloudnego.core.pack import Pack
from cloudnego.core.vocabulary import Office, Side
from cloudnego.eventlog.districts import District, Districts
from cloudnego.identity.founding import Place, found
from cloudnego.identity.kinds import OrganisationKind
from cloudnego.identity.passwords import Passwords, check_strength
from cloudnego.identity.register import Entry, add_enterprise
from cloudnego.identity.roster import NewMembership, NewPerson, Roster, organisations, people
from cloudnego.identity.sessions import held_by
from cloudnego.identity.store import reading, writing
from cloudnego.law import DEFAULT_PACK, load_pack, pack_texts, shipped_calendar, shipped_pack
from cloudnego.main import install, looked_into, new_id, now, now_s
from cloudnego.settings import Settings

T = TypeVar("T")

app = typer.Typer(help="What only an operator may do: districts, people, organisations, packs.", no_args_is_help=True)
person_app = typer.Typer(help="People and their accounts.", no_args_is_help=True)
organisation_app = typer.Typer(help="Organisations of a district.", no_args_is_help=True)
membership_app = typer.Typer(help="What people are in organisations.", no_args_is_help=True)
sandbox_app = typer.Typer(help="Sandboxes: districts without effect, with a clock of their own.", no_args_is_help=True)
for name, part in (
    ("person", person_app),
    ("organisation", organisation_app),
    ("membership", membership_app),
    ("sandbox", sandbox_app),
):
    app.add_typer(part, name=name)

out = Console()

PasswordFile = Annotated[
    Path | None, typer.Option(help="Read the password from the first line of this file; `-` reads standard input.")
]
DistrictName = Annotated[str | None, typer.Option("--district", help="Which district; needed where there are several.")]


class CannotBe(Exception):
    """What was asked cannot be done; the message says why and what to do."""


@contextmanager
def opened(settings: Settings) -> Iterator[tuple[Engine, Districts]]:
    """The database and its districts, for a short command beside a running service."""
    with looked_into(settings) as (engine, ring):
        yield engine, Districts(engine, ring)


def _read_password(file: Path | None, login: str) -> str:
    """From the file, from standard input, or asked for twice. Raises WeakPassword, CannotBe."""
    if file is None:
        first = Prompt.ask(f"Password for {login} (at least 10 characters)", password=True, console=out)
        if first != Prompt.ask("Once more", password=True, console=out):
            raise CannotBe("the two passwords differ")
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


def _the_district(districts: Districts, wanted: str | None) -> District:
    known = districts.all()
    if wanted is not None:
        return districts.get(wanted)
    if len(known) != 1:
        raise CannotBe(f"name one of the districts with --district: {', '.join(one.id for one in known) or 'none yet'}")
    return known[0]


def _write(district: str | None, work: Callable[[Roster], T]) -> T:
    with opened(Settings()) as (engine, districts):
        chosen = _the_district(districts, district)
        with writing(engine) as session:
            return work(Roster(session, chosen.id, new_id, now_s(), "operator"))


@app.command()
def init(
    *,
    district: Annotated[str, typer.Option(help="Id of the district.")] = "xiaoshan",
    name: Annotated[str, typer.Option(help="Its name.")] = "萧山区",
    region: Annotated[str, typer.Option(help="Its GB/T 2260 code.")] = "330109",
    pack: Annotated[str, typer.Option(help="Rule pack of new cases.")] = DEFAULT_PACK,
    verified_by: Annotated[str, typer.Option(help="Who compared the pack with the texts.")] = "",
    official: Annotated[str, typer.Option(help="Name of the first official.")] = "",
    login: Annotated[str, typer.Option(help="How the first official signs in.")] = "",
    password_file: PasswordFile = None,
) -> None:
    """Make the first live district and its first official. Refuses the second time."""
    settings = Settings()
    install(settings)
    with opened(settings) as (engine, districts):
        if any(one.kind == "live" for one in districts.all()):
            raise CannotBe("there is a live district already; add people with `cloudnego admin person add`")
        if pack not in pack_texts():
            raise CannotBe(f"there is no pack {pack}; there are {', '.join(sorted(pack_texts()))}")
        if pack not in READ_HERE and not verified_by:
            raise CannotBe(
                f"the pack {pack} was made from copies of the texts that nobody of the district has compared with the"
                " ones in force: name who did with --verified-by"
            )
        official = official or Prompt.ask("Name of the first official", console=out)
        login = login or Prompt.ask("Sign-in name", console=out)
        hashed = _hash(settings, _read_password(password_file, login))
        law = _verified(pack, verified_by) if verified_by else shipped_pack(pack)
        with writing(engine) as session:
            roster = Roster(session, district, new_id, now_s(), "operator")
            founded = found(
                roster, name, (Place(region, name, name),), NewPerson(name=official, login=login, password_hash=hashed)
            )
        districts.make(district, name, "live", law, shipped_calendar())
    out.print(f"District [b]{district}[/] ({name}) is live under pack {law.id} {law.version}.")
    out.print(f"{official} signs in as [b]{login}[/]; person {founded.person}, union {founded.district_union}.")
    if law.verified_by is None:
        out.print("Nobody in the district has compared the pack with the texts yet: see `cloudnego admin verify-pack`.")


READ_HERE: Final = frozenset({"cn", "cn-zhejiang", "cn-hangzhou"})
"""Packs that may be set in force as they ship; their texts are read with the product. For the others somebody of the
district says that the copies are the law there."""


def _verified(pack: str, by: str) -> Pack:
    """A shipped pack with the name of whoever compared it with the texts. Raises CannotBe."""
    if re.search(r"[\x00-\x1f\"\\]", by) or not by.strip():
        raise CannotBe("the name is empty or has characters a name has not")
    kept = [line for line in pack_texts()[pack].splitlines() if not line.startswith("verified_")]
    lines = [*kept, f'verified_by: "{by.strip()}"', f'verified_at: "{now().date().isoformat()}"', ""]
    return load_pack(pack, {**pack_texts(), pack: "\n".join(lines)})


@app.command("verify-pack")
def verify_pack(
    by: Annotated[str, typer.Option(help="Who compared the pack with the texts.")],
    district: DistrictName = None,
) -> None:
    """Record that somebody compared the district's pack with the texts; new cases pin the verified version."""
    with opened(Settings()) as (_, districts):
        chosen = _the_district(districts, district)
        pack = _verified(chosen.pack, by)
        districts.adopt(chosen.id, pack=pack)
    out.print(f"{chosen.id}: new cases pin {pack.id} {pack.version}, verified by {pack.verified_by}.")


# --- people -------------------------------------------------------------------------------------------------------


@person_app.command("add")
def add_person(
    name: Annotated[str, typer.Argument(help="Name of the person.")],
    *,
    phone: Annotated[str | None, typer.Option()] = None,
    login: Annotated[str | None, typer.Option(help="Give an account with this name.")] = None,
    password_file: PasswordFile = None,
    district: DistrictName = None,
) -> None:
    """Add a person, with an account if a login is given."""
    hashed = _hash(Settings(), _read_password(password_file, login)) if login is not None else None
    new = NewPerson(name=name, phone=phone, login=login, password_hash=hashed)
    made = _write(district, lambda roster: roster.add_person(new).id)
    out.print(made)


@person_app.command("password")
def set_password(
    person: Annotated[str, typer.Argument(help="Id of the person.")],
    password_file: PasswordFile = None,
    district: DistrictName = None,
) -> None:
    """Set a new password; every session of the person ends."""
    hashed = _hash(Settings(), _read_password(password_file, person))
    _write(district, lambda roster: roster.set_password(person, hashed))
    out.print(f"{person} has a new password; all sessions are over.")


@person_app.command("list")
def list_people(district: DistrictName = None) -> None:
    """Everybody in a district, with sign-in names and memberships."""
    table = Table("id", "name", "login", "offices")
    with opened(Settings()) as (engine, districts), reading(engine) as session:
        for person, login in people(session, _the_district(districts, district).id):
            held = ", ".join(f"{one.office} @ {one.organisation_name}" for one in held_by(session, person.id))
            table.add_row(person.id, person.name, login or "", held)
    out.print(table)


# --- organisations ------------------------------------------------------------------------------------------------


@organisation_app.command("add")
def add_organisation(
    kind: Annotated[OrganisationKind, typer.Argument()],
    name: Annotated[str, typer.Argument()],
    region: Annotated[str, typer.Argument(help="Code of the place; a new town is named with --place.")],
    *,
    upper: Annotated[str | None, typer.Option(help="The union above, or an enterprise union's enterprise.")] = None,
    place: Annotated[str | None, typer.Option(help="Name of a town that is not in the tree yet.")] = None,
    credit_code: Annotated[str | None, typer.Option(help="Enterprises: 统一社会信用代码.")] = None,
    industry: Annotated[str, typer.Option(help="Enterprises: GB/T 4754, such as C1761.")] = "C",
    address: Annotated[str, typer.Option(help="Enterprises.")] = "",
    district: DistrictName = None,
) -> None:
    """Add an organisation; an enterprise goes into the register with its credit code."""
    if kind is OrganisationKind.ENTERPRISE and credit_code is None:
        raise CannotBe("an enterprise needs --credit-code")
    with opened(Settings()) as (engine, districts), writing(engine) as session:
        chosen = _the_district(districts, district).id
        roster = Roster(session, chosen, new_id, now_s(), "operator")
        if place is not None:
            roster.add_region(region, place, place)
        if credit_code is not None and kind is OrganisationKind.ENTERPRISE:
            entry = Entry(id="", name=name, credit_code=credit_code, address=address, region=region, industry=industry)
            made = add_enterprise(session, roster, chosen, entry).id
        else:
            made = roster.add_organisation(kind, name, region, upper).id
    out.print(made)


@organisation_app.command("list")
def list_organisations(district: DistrictName = None) -> None:
    """All organisations of a district."""
    table = Table("id", "kind", "name", "region", "upper")
    with opened(Settings()) as (engine, districts), reading(engine) as session:
        for row in organisations(session, _the_district(districts, district).id):
            table.add_row(row.id, row.kind, row.name, row.region, row.upper or "")
    out.print(table)


# --- memberships --------------------------------------------------------------------------------------------------


@membership_app.command("add")
def add_membership(
    person: Annotated[str, typer.Argument(help="Id of the person.")],
    organisation: Annotated[str, typer.Argument(help="Id of the organisation.")],
    office: Annotated[Office, typer.Argument()],
    *,
    side: Annotated[Side | None, typer.Option(help="Only where the office has none by itself.")] = None,
    mandate: Annotated[str | None, typer.Option(help="Reference of the paper that gives the mandate.")] = None,
    district: DistrictName = None,
) -> None:
    """Make somebody a member of an organisation."""
    new = NewMembership(person=person, organisation=organisation, office=office, side=side, mandate=mandate)
    out.print(_write(district, lambda roster: roster.add_membership(new).id))


@membership_app.command("end")
def end_membership(membership: Annotated[str, typer.Argument()], district: DistrictName = None) -> None:
    """End a membership now; the next request no longer has it."""
    _write(district, lambda roster: roster.end_membership(membership))
    out.print(f"{membership} is over.")


@membership_app.command("list")
def list_memberships(person: Annotated[str, typer.Argument(help="Id of the person.")]) -> None:
    """What somebody is, in which organisation, on which side."""
    table = Table("id", "organisation", "office", "side", "mandate")
    with opened(Settings()) as (engine, _), reading(engine) as session:
        for one in held_by(session, person):
            table.add_row(one.membership, one.organisation_name, one.office, one.side or "", one.mandate or "")
    out.print(table)


# --- sandboxes ----------------------------------------------------------------------------------------------------


@sandbox_app.command("create")
def create_sandbox(
    name: Annotated[str, typer.Option()] = "沙盒 sandbox",
    pack: Annotated[str, typer.Option()] = DEFAULT_PACK,
    region: Annotated[str, typer.Option(help="GB/T 2260 code of the district it plays.")] = "330109",
    password_file: PasswordFile = None,
) -> None:
    """Make a sandbox district with an administrator `admin`."""
    settings = Settings()
    hashed = _hash(settings, _read_password(password_file, "admin"))
    with opened(settings) as (engine, districts):
        district = new_id("s")
        with writing(engine) as session:
            roster = Roster(session, district, new_id, now_s(), "operator")
            first = NewPerson(name="沙盒管理员", login="admin", password_hash=hashed)
            found(roster, name, (Place(region, name, name),), first)
        districts.make(district, name, "sandbox", shipped_pack(pack), shipped_calendar())
    out.print(district)


@sandbox_app.command("list")
def list_districts() -> None:
    """All districts, live and sandbox."""
    table = Table("id", "name", "kind", "pack", "calendar", "clock ahead")
    with opened(Settings()) as (_, districts):
        for one in districts.all():
            ahead = f"{one.clock_offset_s // 86_400} d" if one.kind == "sandbox" else ""
            table.add_row(one.id, one.name, one.kind, f"{one.pack} {one.pack_version}", one.calendar, ahead)
    out.print(table)
