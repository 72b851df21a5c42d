"""The composition root: settings → world → application. The machine's clock and dice enter here and nowhere else."""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any, Final, TypeVar

import structlog
from sqlalchemy import Engine
from sqlmodel import select
from starlette.types import ASGIApp

from cloudnego.audit.desk import Audit
from cloudnego.audit.district import DistrictLogs
from cloudnego.audit.logkey import LogKey
from cloudnego.audit.stamps import Stamps
from cloudnego.eventlog.database import connect, revision_of, sqlite_file
from cloudnego.eventlog.districts import Districts
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.log import SqlLog
from cloudnego.eventlog.tables import District
from cloudnego.files.store import FileStore
from cloudnego.identity.clients import Clients
from cloudnego.identity.clocks import Clocks
from cloudnego.identity.consents import Consents
from cloudnego.identity.factors import Factors, factors_of
from cloudnego.identity.hooks import Hooks
from cloudnego.identity.inbox import Inbox
from cloudnego.identity.notices import Notices
from cloudnego.identity.outside import Links, Outside, Seal
from cloudnego.identity.outward import Outward
from cloudnego.identity.passwords import Passwords
from cloudnego.identity.portals import Portals
from cloudnego.identity.prepared import PreparedActs
from cloudnego.identity.providers import providers_of
from cloudnego.identity.resets import Resets, chief_in_open_case
from cloudnego.identity.retention import KEPT, Retention
from cloudnego.identity.sessions import Sessions
from cloudnego.identity.token_keys import TokenKeys
from cloudnego.law import DEFAULT_PACK, shipped_pack
from cloudnego.live.rooms import Rooms
from cloudnego.logs import kinds_of
from cloudnego.notify.outbox import Outbox
from cloudnego.papers.press import Press
from cloudnego.papers.store import PaperStore
from cloudnego.places import migrations
from cloudnego.polls.desk import Polls
from cloudnego.polls.pool import Pool
from cloudnego.polls.rounds import Rounds
from cloudnego.ports import World
from cloudnego.reaching import gateway, mail_server, marks_of, outbox_of
from cloudnego.settings import Settings
from cloudnego.signing.authority import Authority
from cloudnego.signing.papers import Signing
from cloudnego.signing.stamping import stamper_of
from cloudnego.surveys.store import Surveys
from cloudnego.texts import Actionable
from cloudnego.timers import Timers
from cloudnego.web.app import front_of
from cloudnego.web.auth import Doorkeeper
from cloudnego.web.health import Figures
from cloudnego.web.live import frame_of
from cloudnego.web.pace import Pace
from cloudnego.web.papers import REGISTER
from cloudnego.web.room_codes import RoomCodes
from cloudnego.web.site import Limits, Site
from cloudnego.web.threads import Threads
from cloudnego.web.tickets import SharedTickets, TicketOffice, Tickets
from cloudnego.web.tries import Tries
from cloudnego.web.watch import Watch

_PIN_MEMORY_KIB: Final = 8_192  # a PIN is kept by its pepper and its lock; 25 ms each let a whole shift come in at once
_COURIERS: Final = 4  # texts under way at once: a gateway that hangs must not hold the threads that read
_PINS_WAITING_MAX: Final = 5_000  # a factory is one address, and its shift ends for all at the same minute

T = TypeVar("T")

_log = structlog.get_logger(__name__)


class NotMigrated(Actionable):
    """The tables are not those of this program, or there are none."""


def now() -> datetime:
    """The machine's time."""
    return datetime.now(UTC)


def now_s() -> int:
    """The same in whole seconds since 1970."""
    return int(time.time())


def new_id(prefix: str) -> str:
    """An opaque id: it tells nothing of when or in which order it was made."""
    return prefix + secrets.token_hex(8)


@dataclass(frozen=True, kw_only=True)
class House:
    """Everything, put together: what serves, what must be stopped."""

    settings: Settings
    site: Site
    front: ASGIApp
    timers: Timers
    figures: Figures
    retention: Retention

    def close(self) -> None:
        """Write what was taken on, then let everything go. Blocks."""
        self.site.threads.close(wait=True)  # first: a thread that still reads would keep its connection for good
        self.site.log.close()
        site = self.site
        for pool in (site.cells, site.couriers, site.exporters, site.importers, site.passwords, site.pins):
            pool.close()


@cache
def newest() -> str:
    """The revision this program's migrations end with; their files begin with it, and follow one another."""
    return max(file.name.partition("_")[0] for file in (migrations() / "versions").glob("[0-9]*_*.py"))


def revision(engine: Engine) -> str | None:
    """The revision of the tables; None where there are none."""
    file = sqlite_file(engine)
    if file is not None and not file.exists():
        return None
    with engine.connect() as connection:
        return revision_of(connection)


def migrated(engine: Engine) -> bool:
    """Whether the tables are those of this program."""
    return revision(engine) == newest()


def _insist(engine: Engine) -> None:
    """Raises NotMigrated."""
    found = revision(engine)
    if found is None:
        raise NotMigrated("nothing_here", place=sqlite_file(engine) or engine.url.render_as_string(hide_password=True))
    if found != newest():
        raise NotMigrated("not_migrated")


def install(settings: Settings, told: Callable[[int], None] | None = None) -> tuple[str | None, str]:
    """Make what the first start needs, and bring the tables to this program: data directory, key, database. Returns
    the revision of the tables before and after; `told` hears of each case whose new rows are filled in.

    A key is made only where there is no installation yet: over an existing one a new key would open nothing.
    """
    from cloudnego.eventlog.migrating import migrate  # noqa: PLC0415 - see there

    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = connect(settings.database)
    try:
        before = revision(engine)
        migrate(settings.database, told=told)
        with engine.connect() as connection:
            begun = connection.execute(select(District.id).limit(1)).first() is not None
    finally:
        engine.dispose()
    if not begun and not settings.master_key.exists():
        Keyring.create(settings.master_key)
    if not settings.log_key.exists():  # also where an older program made the installation, which signed nothing
        LogKey.create(settings.log_key, settings.public_url)
    if not settings.seal_key.exists():
        Authority.create(settings.seal_key, LogKey.open(settings.log_key).name, now())
    return before, newest()


@contextmanager
def looked_into(settings: Settings) -> Iterator[tuple[Engine, Keyring]]:
    """The database and its keys for a short command beside a running service. Raises NotMigrated, KeyMissing."""
    engine = connect(settings.database)
    try:
        _insist(engine)
        ring = Keyring.open(settings.master_key)
        Districts(engine, ring).insist()
        yield engine, ring
    finally:
        engine.dispose()


def open_log(settings: Settings) -> SqlLog:
    """The log of this installation. Raises NotMigrated, KeyMissing, Owned, NotDurable."""
    with looked_into(settings) as (_, ring):
        pass
    return SqlLog(settings.database, ring, queue_max=settings.queue_max, budget_max=settings.queue_per_side_max)


def world_of(log: SqlLog, clock: Callable[[], datetime] = now) -> tuple[World, Clocks]:
    """The world of the cases on this log, and the clocks of its districts."""
    clocks = Clocks(log.districts, clock)
    return World(log=log, bell=log.bell, clock=clocks, ids=lambda: secrets.token_hex(16)), clocks


def build(settings: Settings, clock: Callable[[], datetime] = now, log: SqlLog | None = None) -> House:
    """Put the house together on a migrated database, or on a log that is open. Raises what `open_log` raises, and
    ProvidersWrong."""
    log = log or open_log(settings)
    figures, threads = _figures(log), Threads(settings.worker_threads)
    world, clocks = world_of(log, clock)
    sessions = _sessions(log.engine, settings)
    factors, portals = _factors(log, settings), portals_of(log.engine, log.ring, settings)
    polls = Polls(log.engine, log.ring, None if settings.ballots_to else Pool(settings.data_dir / "pools"), now_s)
    rounds = Rounds(world, polls, threads.run, figures.asked)
    audit = _audit(log, settings)
    timers = _timers(world, log, threads, clocks, figures=figures, rounds=rounds, logs=audit.district)
    doorkeeper, rooms = _doorkeeper(sessions, portals, threads, settings), rooms_on(log, threads)
    site = Site(
        world=world,
        log=log,
        districts=log.districts,
        clocks=clocks,
        engine=log.engine,
        sessions=sessions,
        notices=Notices(log.engine),
        passwords=Passwords(memory_kib=settings.password_memory_kib, at_once=settings.password_hashes_at_once),
        factors=factors,
        audit=audit,
        resets=_resets(log, factors),
        pins=_pins(settings),
        doorkeeper=doorkeeper,
        rooms=rooms,
        tickets=_tickets(log, portals, threads),
        room_codes=RoomCodes(partial(log.ring.derived, "check in")),
        watch=Watch(doorkeeper, rooms),
        polls=polls,
        rounds=rounds,
        ballots_to=settings.ballots_to,
        portals=portals,
        consents=Consents(log.engine, new_id, now_s),
        prepared=PreparedActs(log.engine, factors.custody, new_id, now_s),
        hooks=Hooks(log.engine, factors.custody, new_id, now_s, Outward(loopback=settings.webhooks_loopback)),
        outbox=_outbox(log, settings, factors, figures, portals.issuer),
        public_url=portals.issuer,
        tries=_tries(settings),
        outside=_outside(log, settings, factors.inbox),
        threads=threads,
        files=FileStore(log.engine, log.ring),
        signing=_signing(log, settings, portals.issuer + REGISTER),
        surveys=Surveys(log.engine, log.ring),
        cells=Threads(settings.file_readers, "cell"),
        couriers=Threads(_COURIERS, "courier"),
        new_id=new_id,
        now_s=now_s,
        default_pack=shipped_pack(DEFAULT_PACK),
        run_timers=timers.of_district,
        health=lambda: _health(log, settings),
        limits=_limits(settings),
    )
    return House(
        settings=settings,
        site=site,
        front=front_of(site, figures, time.monotonic),
        timers=timers,
        figures=figures,
        retention=retention_of(log.engine, settings),
    )


def _figures(log: SqlLog) -> Figures:
    figures = Figures()
    figures.queue.set_function(lambda: log.waiting)
    return figures


def _timers(
    world: World, log: SqlLog, threads: Threads, clocks: Clocks, *, figures: Figures, rounds: Rounds, logs: DistrictLogs
) -> Timers:
    """The clock's asks, and beside them the log of the district and the polls that close."""

    async def beside(district: str) -> int:
        try:
            await threads.run(logs.tick, district)
        except Exception as wrong:  # it keeps no poll from being counted, and the next round tries again
            _log.error("district_log_not_written", error=kinds_of(wrong))
        return await rounds.of_district(district)

    return Timers(
        world, log.engine, threads, clocks.refresh, figures.asked, timed=figures.timers_lag.time, beside=beside
    )


def rooms_on(log: SqlLog, threads: Threads) -> Rooms:
    """The rooms of a process: told what it writes, and hearing its bell."""

    def run(work: Callable[..., T], *given: Any) -> Awaitable[T]:
        return threads.run(work, *given)

    rooms = Rooms(log, run, frame_of)
    rooms.opened = lambda loop: log.follow(loop, rooms.has, rooms.told)
    log.bell.listen(rooms.ring)
    return rooms


def _tickets(log: SqlLog, portals: Portals, threads: Threads) -> TicketOffice:
    """In memory, where one process has the database; else all nodes know each other's."""
    if log.store.sqlite:
        return Tickets(time.monotonic)
    spend = partial(portals.clients.spend, "live ticket")
    return SharedTickets(partial(log.ring.derived, "live ticket"), now_s, threads.run, spend)


def _sessions(engine: Engine, settings: Settings) -> Sessions:
    spans = {"idle_s": settings.session_idle_s, "lasts_s": settings.session_lasts_s}
    return Sessions(engine, now_s, proof_s=settings.proof_lasts_s, **spans)


def _factors(log: SqlLog, settings: Settings) -> Factors:
    return factors_of(
        log.engine,
        log.ring,
        new_id,
        now_s,
        mail=mail_server(settings),
        gateway=gateway(settings),
        domain=settings.passkey_domain,
    )


def _resets(log: SqlLog, factors: Factors) -> Resets:
    """The help desk, which asks the log who is chief in an open case."""
    is_chief = partial(chief_in_open_case, log.engine, log.state)
    return Resets(log.engine, factors.custody, factors.inbox, new_id, now_s, is_chief=is_chief)


def _signing(log: SqlLog, settings: Settings, register: str) -> Signing:
    papers = PaperStore(log.engine, log.ring, now_s, Press(settings.papers_templates))
    return Signing(papers, cache(partial(Authority.open, settings.seal_key)), now, register)


def _audit(log: SqlLog, settings: Settings) -> Audit:
    audit = Audit(log.engine, log.districts, LogKey.open(settings.log_key), new_id, now_s, heights=settings.log_heights)
    stamper = partial(stamper_of, settings.timestamp_url, partial(Authority.open, settings.seal_key), now)
    audit.district.stamps = Stamps(log.engine, stamper, now_s)
    return audit


def _outbox(log: SqlLog, settings: Settings, factors: Factors, figures: Figures, home: str) -> Outbox:
    """Raises ChannelsWrong, ProvidersWrong."""
    marks = marks_of(settings, log.ring, home)
    return outbox_of(settings, factors, marks, Outbox(log.engine, now_s, figures.told), now_s)


def _limits(settings: Settings) -> Limits:
    names = ("body_max_bytes", "file_max_bytes", "allow_sandboxes", "sandboxes_max", "practice_days", "score_file")
    days = [name for name in type(settings).model_fields if name.startswith("keep_")]
    keeps = {name.removeprefix("keep_").removesuffix("_days"): getattr(settings, name) for name in days}
    return Limits(**{name: getattr(settings, name) for name in names}, keeps=keeps)


def portals_of(engine: Engine, ring: Keyring, settings: Settings) -> Portals:
    """The clients of this installation; where nobody said how the world reaches it, it is reached where it listens."""
    here, most = settings.public_url or f"http://{settings.host}:{settings.port}", settings.portal_asks_per_day
    return Portals(engine, Clients(engine, new_id, now_s), TokenKeys(engine, ring, now_s), now_s, here, most=most)


def _doorkeeper(sessions: Sessions, portals: Portals, threads: Threads, settings: Settings) -> Doorkeeper:
    pace = Pace(time.monotonic, per_second=settings.asks_per_second, burst=settings.asks_burst)
    return Doorkeeper(
        sessions,
        threads,
        pace,
        time.monotonic,
        secure=settings.cookie_secure,
        origins=settings.public_origins,
        portals=portals,
    )


def _outside(log: SqlLog, settings: Settings, inbox: Inbox) -> Outside:
    """Raises ProvidersWrong."""
    links, seal = Links(log.engine, now_s, inbox), Seal(partial(log.ring.derived, "outside"))
    if settings.outside_file is None:
        return Outside(links=links, seal=seal)
    outward = Outward(loopback=settings.outside_loopback)
    site, providers = providers_of(settings.outside_file, outward, now_s, time.monotonic)
    return Outside(links=links, seal=seal, site=site, providers=providers)


def retention_of(engine: Engine, settings: Settings) -> Retention:
    """What is kept how long in this installation. Raises BelowFloor."""
    names = [one.name for one in KEPT if f"keep_{one.name}_days" in type(settings).model_fields]
    return Retention(engine, {name: getattr(settings, f"keep_{name}_days") for name in names})


def _tries(settings: Settings) -> Tries:
    per = {"per_address": settings.failures_per_address, "per_client": settings.failures_per_client}
    return Tries(window_s=settings.failures_window_s, **per)


def _pins(settings: Settings) -> Passwords:
    memory_kib = min(settings.password_memory_kib, _PIN_MEMORY_KIB)
    return Passwords(memory_kib=memory_kib, at_once=2, waiting_max=_PINS_WAITING_MAX)


def _health(log: SqlLog, settings: Settings) -> dict[str, bool]:
    try:
        tables = migrated(log.engine)
    except Exception:  # whatever the database says: it is not there for us
        return {"database": False, "tables": False, "writer": log.alive, "queue": True}
    return {"database": True, "tables": tables, "writer": log.alive, "queue": log.waiting < settings.queue_max}
