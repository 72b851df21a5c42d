"""Serving: sockets, uvicorn as we need it, what runs beside it, and how it all stops."""

from __future__ import annotations

import asyncio
import errno
import gc
import signal
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

import structlog
import uvicorn
import uvloop
from sqlalchemy import make_url
from starlette.types import ASGIApp

from cloudnego import logs
from cloudnego.eventlog.bells import CHANNEL, heard
from cloudnego.exporting.erasing import Stores, expire_ballots, expire_talk
from cloudnego.exporting.jobs import Exports
from cloudnego.identity.ending import end_overdue
from cloudnego.identity.retention import DAY_S
from cloudnego.live import elsewhere
from cloudnego.live.ear import listen
from cloudnego.live.elsewhere import Elsewhere
from cloudnego.live.frames import FRAME_MAX
from cloudnego.live.wire import Wire
from cloudnego.main import House, build
from cloudnego.settings import Settings
from cloudnego.texts import Actionable
from cloudnego.web.crier import Crier
from cloudnego.web.health import MetricsApp
from cloudnego.web.postman import Postman
from cloudnego.web.site import Site

_DRAIN_S: Final = 10  # how long answers under way may take once we are told to stop
_FIRST_TIDY_S: Final = 600  # when the start is over and people are being answered
_POLLS_S: Final = 600.0  # how long what a closed ballot leaves in the files stays there
_USAGE_S: Final = 10.0
_REFRESH_S: Final = 1.0  # how soon a sandbox clock moved on another node is seen on this one

LOOK_S: Final = 5.0  # how late a room is at most where a ring of another node was lost

_log: Final = structlog.get_logger(__name__)


class CannotListen(Actionable):
    """Nobody can listen there, or not we."""


class PortTaken(CannotListen):
    """Somebody else listens there."""


NOT_HERE: Final = {errno.EADDRNOTAVAIL: "no_such_address", errno.EACCES: "port_forbidden"}


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises PortTaken, CannotListen."""
    family, place = socket.AF_INET6 if ":" in host else socket.AF_INET, f"{host}:{port}"
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as wrong:
        listening.close()
        if wrong.errno == errno.EADDRINUSE:
            raise PortTaken("port_taken", place=place) from None
        key = "no_such_host" if isinstance(wrong, socket.gaierror) else NOT_HERE.get(wrong.errno or 0, "cannot_listen")
        code = errno.errorcode.get(wrong.errno or 0, type(wrong).__name__)
        raise CannotListen(key, place=host if key == "no_such_host" else place, code=code) from None
    return listening


def url_of(listening: socket.socket) -> str:
    """The address as a browser takes it."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def server_config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """uvicorn as we need it: no Date or Server header, which would tell when and what; small frames; no deflate."""
    return uvicorn.Config(
        app,
        http="httptools",
        ws=Wire,
        ws_max_size=FRAME_MAX,  # uvicorn's own default is 16 MiB
        ws_per_message_deflate=False,
        date_header=False,
        server_header=False,
        access_log=False,
        log_config=None,
        log_level="warning",  # what it says at info is said by `ready`
        lifespan="off",
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=_DRAIN_S,
    )


class Server(uvicorn.Server):
    """uvicorn without its signal handling: it would end the process before what was taken on is written."""

    def __init__(self, config: uvicorn.Config, answering: Callable[[], None]) -> None:
        super().__init__(config)
        self._answering = answering

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._answering()


async def serve(house: House, ready: Callable[[str], None], stop: asyncio.Event | None = None) -> None:
    """Serve until SIGINT, SIGTERM or `stop`; then take nothing more on, answer what was taken on, close the house.

    `ready` is called once, with the URL, when requests are answered. Raises PortTaken, CannotListen.
    """
    settings = house.settings
    stop = stop or asyncio.Event()
    if threading.current_thread() is threading.main_thread():
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
    servers: list[Server] = []
    tasks: list[asyncio.Task[None]] = []
    try:
        if settings.metrics_port is not None:
            metrics = bind(settings.metrics_host, settings.metrics_port)
            servers.append(_start(MetricsApp(house.figures), metrics, settings, tasks, lambda: None))
        listening = bind(settings.host, settings.port)
        url = url_of(listening)
        servers.append(_start(house.front, listening, settings, tasks, lambda: ready(url)))
        tasks += [asyncio.create_task(one) for one in (*_beside(house), _wait_for(stop))]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)  # told to stop, or something ended by itself
    finally:
        house.site.stir.end()
        for server in servers:
            server.should_exit = True
        _, late = await asyncio.wait(tasks[: len(servers)], timeout=_DRAIN_S + 5) if servers else (set(), set())
        for task in {*late, *tasks[len(servers) :]}:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.to_thread(house.close)


async def _wait_for(stop: asyncio.Event) -> None:
    await stop.wait()


def _start(
    app: ASGIApp,
    listening: socket.socket,
    settings: Settings,
    tasks: list[asyncio.Task[None]],
    answering: Callable[[], None],
) -> Server:
    server = Server(server_config(app, settings), answering)
    tasks.append(asyncio.create_task(server.serve(sockets=[listening])))
    return server


def _beside(house: House) -> list[Coroutine[Any, Any, None]]:
    """What runs beside the server: the timers, and on PostgreSQL hearing and seeing what other nodes do."""
    settings, site = house.settings, house.site
    found: list[Coroutine[Any, Any, None]] = [house.timers.forever(settings.timers_every_s), _tidy(house)]
    found += [_tidy_polls(site), Postman(site).forever(), Crier(site).forever(), _note_usage(site)]
    if site.engine.dialect.name == "postgresql":
        dsn = make_url(settings.database).set(drivername="postgresql").render_as_string(hide_password=False)
        found += [listen(dsn, CHANNEL, heard, site.log.bell.ring), _refresh(site), _look_about(site)]
        beside = Elsewhere(site.rooms, partial(site.log.ring.derived, "presence"), site.threads.run, _notice(site))
        found += [listen(dsn, elsewhere.CHANNEL, beside.heard, beside.take), beside.forever()]
    return found


async def _tidy(house: House) -> None:
    """Once a day, first soon after the start: delete what is past its time, put practices away. Several nodes may do it
    at once."""
    wait_s, site = _FIRST_TIDY_S, house.site
    while True:
        await asyncio.sleep(wait_s)
        wait_s = DAY_S
        try:
            gone = await house.site.threads.run(house.retention.sweep, house.site.now_s())
            stores = Stores(site.engine, site.log.ring, site.files, site.papers, _exports(site))
            gone["talk"] = await site.threads.run(
                expire_talk, stores, house.settings.keep_talk_days, site.new_id, site.now_s()
            )
            gone["ballots"] = await site.threads.run(
                expire_ballots, site.engine, stores.exports, house.settings.keep_ballots_days, site.new_id, site.now_s()
            )
            site.log.bell.ring({})  # nothing has grown, but who has the words on his screen is to look again
            gone["sandboxes"] = await house.site.threads.run(end_overdue, house.site.engine, house.site.now_s())
        except Exception as wrong:
            _log.error("not_tidied", error=logs.kinds_of(wrong))
        else:
            _log.info("tidied", **gone)


async def _tidy_polls(site: Site) -> None:
    """What polls leave that are over, or were never opened. Where none is, this costs a look."""
    while True:
        await asyncio.sleep(_POLLS_S)
        try:
            await site.threads.run(site.polls.tidy, site.now_s())
        except Exception as wrong:
            _log.error("polls_not_tidied", error=logs.kinds_of(wrong))


async def _note_usage(site: Site) -> None:
    """How much portals were used is added up in the database, and so reaches other nodes."""
    usage = site.portals.usage
    try:
        while True:
            await asyncio.sleep(_USAGE_S)
            try:
                await site.threads.run(usage.note)
            except Exception as wrong:  # it is noted with what comes
                _log.error("usage_not_noted", error=logs.kinds_of(wrong))
    finally:
        await asyncio.to_thread(usage.note)


def _exports(site: Site) -> Exports:
    return Exports(site.engine, site.log.ring, site.now_s)


def _notice(site: Site) -> Callable[[str], None]:
    """Tells other nodes who is here. What it gives blocks."""
    quick = site.engine.execution_options(isolation_level="AUTOCOMMIT")

    def notify(payload: str) -> None:
        with quick.connect() as connection:
            connection.exec_driver_sql("SELECT pg_notify(%s, %s)", (elsewhere.CHANNEL, payload))

    return notify


async def _look_about(site: Site) -> None:
    """Whatever became of the bell: now and then every room looks by itself how far its case is."""
    while True:
        await asyncio.sleep(LOOK_S)
        site.rooms.ring({})


async def _refresh(site: Site) -> None:
    while True:
        await asyncio.sleep(_REFRESH_S)
        try:
            await site.threads.run(site.clocks.refresh)
        except Exception as wrong:
            _log.error("districts_not_read", error=logs.kinds_of(wrong))


def run(settings: Settings, ready: Callable[[str], None]) -> None:
    """Build the house and serve until told to stop: what `cloudnego serve` and `cloudnego demo` do. Blocks.

    Raises NotMigrated, KeyMissing, Owned, NotDurable, PortTaken, CannotListen.
    """
    logs.configure(settings.log_level)
    house = build(settings)
    settle_memory()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(house, ready))


def settle_memory() -> None:
    """What was made up to now stays for good: the garbage collector need not go through it again and again.

    It looks after every 10,000 new objects instead of every 700: what is made for a command is freed without it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
