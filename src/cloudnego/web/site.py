"""What the HTTP handlers need, put together by `main`: the world of the cases, the people, and the limits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlalchemy import Engine

from cloudnego.audit.desk import Audit
from cloudnego.core.pack import Pack
from cloudnego.eventlog.districts import Districts
from cloudnego.eventlog.log import SqlLog
from cloudnego.files.store import FileStore
from cloudnego.identity.clocks import Clocks
from cloudnego.identity.consents import Consents
from cloudnego.identity.factors import Factors
from cloudnego.identity.hooks import Hooks
from cloudnego.identity.notices import Notices
from cloudnego.identity.outside import Outside
from cloudnego.identity.passwords import Passwords
from cloudnego.identity.portals import Portals
from cloudnego.identity.prepared import PreparedActs
from cloudnego.identity.resets import Resets
from cloudnego.identity.roster import NewId
from cloudnego.identity.sessions import Sessions
from cloudnego.identity.views import Views
from cloudnego.live.rooms import Rooms
from cloudnego.notify.outbox import Outbox
from cloudnego.papers.store import PaperStore
from cloudnego.polls.desk import Polls
from cloudnego.polls.rounds import Rounds
from cloudnego.ports import World
from cloudnego.scoring.score import Item, items_of
from cloudnego.signing.papers import Signing
from cloudnego.surveys.store import Surveys
from cloudnego.web.auth import Doorkeeper
from cloudnego.web.met import Meetings
from cloudnego.web.room_codes import RoomCodes
from cloudnego.web.stir import Stir
from cloudnego.web.threads import Threads
from cloudnego.web.tickets import TicketOffice
from cloudnego.web.tries import Tries
from cloudnego.web.watch import Watch

_EXPORTERS = 2  # audit files made at once: each takes a core for as long as its case is long


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one request may cost."""

    body_max_bytes: int
    file_max_bytes: int
    allow_sandboxes: bool
    sandboxes_max: int
    practice_days: int
    score_file: Path | None = None
    keeps: Mapping[str, int] = field(default_factory=dict)  # days by the name of what is kept
    score_items: tuple[Item, ...] = field(init=False)

    def __post_init__(self) -> None:
        """The weights are read once, at the start. Raises `BadWeights`."""
        object.__setattr__(self, "score_items", items_of(self.score_file))


@dataclass(frozen=True, kw_only=True)
class Site:
    """Handed to every handler; nothing in it changes but what it remembers: in `homes` the districts of the cases seen
    so far, in `meetings` who somebody is in them, which `views` were noted, what is `cited` for what holds cases up."""

    world: World
    log: SqlLog
    districts: Districts
    clocks: Clocks
    engine: Engine
    sessions: Sessions
    notices: Notices
    passwords: Passwords
    factors: Factors
    audit: Audit
    resets: Resets
    pins: Passwords
    doorkeeper: Doorkeeper
    portals: Portals
    consents: Consents
    prepared: PreparedActs
    hooks: Hooks
    outbox: Outbox
    public_url: str
    tries: Tries
    outside: Outside
    rooms: Rooms
    tickets: TicketOffice
    room_codes: RoomCodes
    polls: Polls
    rounds: Rounds
    ballots_to: str | None
    watch: Watch
    threads: Threads
    files: FileStore
    signing: Signing
    surveys: Surveys
    cells: Threads
    couriers: Threads
    new_id: NewId
    now_s: Callable[[], int]
    default_pack: Pack
    run_timers: Callable[[str], Awaitable[int]]
    health: Callable[[], dict[str, bool]]
    limits: Limits
    exporters: Threads = field(default_factory=lambda: Threads(_EXPORTERS, "exporter"))
    importers: Threads = field(default_factory=lambda: Threads(1, "importer"))
    homes: dict[str, str] = field(default_factory=dict)
    meetings: Meetings = field(default_factory=Meetings)
    views: Views = field(default_factory=Views)
    stir: Stir = field(default_factory=Stir)
    cited: dict[tuple[str, str, str], tuple[str, ...]] = field(default_factory=dict)

    @property
    def papers(self) -> PaperStore:
        """The register of papers, and what lies in it."""
        return self.signing.papers

    def today(self, district: str) -> date:
        """The day in a district, by its own clock. Raises NoDistrict."""
        return self.world.clock(district).date()

    def clock_s(self, district: str) -> int:
        """The clock of a district in whole seconds."""
        return int(self.world.clock(district).timestamp())

    def default_district(self) -> str:
        """Where somebody signs in who names no district: the first live one, else the first that is nobody's practice.
        Blocks."""
        found = sorted(self.districts.all(), key=lambda one: (one.kind != "live", one.ends_s is not None, one.id))
        return found[0].id if found else ""
