"""`cloudnego demo`: the demonstration district in a folder of its own, served on this machine alone."""

from __future__ import annotations

import asyncio
from itertools import groupby
from pathlib import Path
from typing import Annotated, Final

import typer
import uvloop
from pydantic import SecretStr
from sqlmodel import Session, select

from cloudnego import logs
from cloudnego.console import out, progress
from cloudnego.core.commands import OpenBallot
from cloudnego.core.polls import OPEN_MOST
from cloudnego.core.vocabulary import Office
from cloudnego.handle import handle
from cloudnego.identity.clients import Grant, NewClient
from cloudnego.identity.sessions import Held, Who, held_by
from cloudnego.identity.store import reading
from cloudnego.identity.tables import Account
from cloudnego.main import House, build, install, now_s
from cloudnego.seedling.load import load, loaded
from cloudnego.seedling.seed import Seed, shipped
from cloudnego.serving import bind, serve
from cloudnego.settings import Settings
from cloudnego.web.cases import Found
from cloudnego.web.drawing import drawn_for
from cloudnego.web.met import meet

SEED: Final = "xiaoshan"
PORTAL: Final = "人力资源系统（演示） HR system (demo)"
HOST: Final = "127.0.0.1"


def demo(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="端口，0 为任一空闲端口。 Where it answers; 0 takes a free port.")
    ] = 8000,
    data: Annotated[Path, typer.Option(help="所有内容写入这个文件夹。 The folder everything is written to.")] = Path(
        "cloudnego-demo"
    ),
    database: Annotated[
        str | None, typer.Option(help="postgresql://…，不写则用文件夹里的 SQLite。 Without it SQLite in the folder.")
    ] = None,
) -> None:
    """在单独的文件夹里载入演示区并提供服务。 Load the demonstration district into a folder of its own, and serve it.

    初次启动会建立密钥和数据库，演一遍 161 家虚构企业几年的协商，需要一些时间；
    再次启动时接着上次的样子。删除文件夹就从头开始。

    The first start makes keys and tables and plays some years of 161 enterprises that do not exist, which takes some
    seconds; later starts find it as it was left. Delete the folder to begin anew.
    """
    held = bind(HOST, port)  # whoever has the port is named before the work, not after it
    port = held.getsockname()[1]  # our tokens and links say where we answer, so a free one is chosen now
    held.close()
    settings = _settings(port, data, database)
    logs.configure(settings.log_level)
    install(settings)
    seed = shipped(SEED)
    house = build(settings)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            voting = _load(house, seed)
            if voting is not None:
                runner.run(_open_vote(house, seed, voting))
            portal = _portal(house, seed)
        except BaseException:
            house.close()
            raise
        runner.run(serve(house, lambda url: _announce(seed, url, portal)))


def _settings(port: int, data: Path, database: str | None) -> Settings:
    """A demonstration obeys its options alone: what the environment says is for a real service."""
    return Settings.model_construct(
        data_dir=data,
        database_url=SecretStr(database) if database is not None else None,
        host=HOST,
        port=port,
        cookie_secure=False,
        passkey_domain="localhost",  # browsers give none to a number
        allow_sandboxes=True,
    )


def _load(house: House, seed: Seed) -> str | None:
    """Load it if it is not there yet; then the case whose congress is to vote."""
    log = house.site.log
    if loaded(log, seed.district):
        return None
    with progress("企业 enterprises", seed.enterprises_told) as told:
        script = load(log, seed, password_hash=house.site.passwords.hash(seed.password), now_s=now_s(), told=told)
    house.site.clocks.refresh()
    assert script is not None, "it was not there"
    return next(case for case, name in script.names.items() if name == seed.voting)


async def _open_vote(house: House, seed: Seed, case: str) -> None:
    """The union opens the ballot, for as long as one may be open: a visitor comes when he comes."""
    site, keeper = house.site, seed.rolls[0].keeper
    at, state = site.world.clock(seed.district), site.log.state(case)
    assert state is not None, "the seed has told it"
    with reading(site.engine) as session:
        who = Who(person=keeper, name="", district=seed.district, door="demo", held=held_by(session, keeper))
    met = meet(who, state, None, at.date())
    assert met is not None, "it is the chair of its union"
    command = OpenBallot.model_validate(
        {"draft_hash": state.meeting.draft_hash, "closes_on": at.date() + OPEN_MOST, "closes_at": "09:00"}
    )
    named = drawn_for(site, Found.of(case, who, state, met, at), command)
    await handle(site.world, seed.district, case, command, met.member, f"vote-{case}", None, named)
    await site.rounds.of_case(seed.district, case)


def _portal(house: House, seed: Seed) -> tuple[str, str]:
    """A client of the first guest's enterprise that has a personnel office here, with another secret at each start."""
    site, clients = house.site, house.site.portals.clients
    with reading(site.engine) as session:
        offices = [one for guest in seed.guests for one in _held(session, seed.district, guest.login)]
    enterprise = next(one.organisation for one in offices if one.office is Office.HR)
    there = [one.id for one in clients.of(seed.district, [enterprise]) if one.name == PORTAL]
    if not there:
        scopes = frozenset({"cases", "table", "register", "open", "act", "prepare"})
        new = NewClient(name=PORTAL, grants=(Grant(enterprise, scopes),))
        return clients.register(seed.district, new, "demo")
    secret = clients.renew_secret(there[0])
    clients.end_secrets(there[0])
    return there[0], secret


def _held(session: Session, district: str, login: str) -> tuple[Held, ...]:
    query = select(Account.person).where(Account.district == district, Account.login == login)
    person = session.exec(query).first()
    return () if person is None else held_by(session, person)


def _announce(seed: Seed, url: str, portal: tuple[str, str]) -> None:
    """Where to look and whom to sign in as; the last line says that it answers."""
    out.print(f"\n[b]{seed.name}[/] · sandbox district `{seed.district}` · {seed.now:%Y-%m-%d}", highlight=False)
    out.print(f"密码 password: [b]{seed.password}[/]", highlight=False)
    out.print(f"授权委托书代码 code on the mandate letters: [b]{seed.letter}[/]", highlight=False)
    for look, guests in groupby(seed.guests, key=lambda guest: guest.look):
        out.print(f"\n[b]{look}[/]", highlight=False, soft_wrap=True)
        for guest in guests:
            out.print(f"  {guest.login:<16}{guest.name}  {guest.zh} · {guest.en}", highlight=False, soft_wrap=True)
    out.print("\n[b]企业接入的系统 a portal, for POST /oauth/token[/]", highlight=False)
    out.print(f"  id {portal[0]}  secret {portal[1]}", highlight=False, soft_wrap=True)
    out.print()
    for what, where in (
        ("打开网页登录 open the pages and sign in", "/"),
        ("区级总览 the district, as its union", "/district"),
        ("办公室 the office, as a union", "/office"),
        ("九个步骤 the nine steps", "/api/v1/procedure"),
        ("接口 the API, for people", "/api-docs"),
        ("接口 the API, for programs", "/openapi.json"),
        ("登录 sign in: POST", "/api/v1/session"),
        ("办有约束力的事之前 before a binding act: POST", "/api/v1/session/step-up"),
        ("手机验证码 codes to phones, none is sent: as admin, GET", "/api/v1/me/inbox"),
    ):
        out.print(f"  {what}  {url}{where}", highlight=False, soft_wrap=True)
    typer.echo(f"ready {url}")
