"""Is it alive, is it ready, and what it has been doing: for supervisors and Prometheus, without any content."""

from __future__ import annotations

from typing import Final

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from cloudnego.web.account import the_site
from cloudnego.web.answers import answer
from cloudnego.web.described import content, described
from cloudnego.web.endpoints import Endpoints

router = Endpoints(tags=["operation"])


class Alive(msgspec.Struct, frozen=True, kw_only=True):
    """The process answers."""

    alive: bool


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """`ready`: all of the others are so."""

    ready: bool
    database: bool
    tables: bool
    writer: bool
    queue: bool


_READY: Final = described("readyz", Ready, open_to_all=True, always=("defect",))
_READY["responses"][503] = {"description": "not_ready", "content": content("Ready")}


@router.get("/healthz", **described("healthz", Alive, open_to_all=True, always=("defect",)))
async def healthz() -> Response:
    """The process lives and its event loop turns."""
    return answer(Alive(alive=True))


@router.get("/readyz", **_READY)
async def readyz(request: Request) -> Response:
    """The tables are of this version, the database answers, the writer lives and its queue has room."""
    site = the_site(request)
    health = await site.threads.run(site.health)
    return answer(Ready(ready=all(health.values()), **health), 200 if all(health.values()) else 503)


class Figures:
    """Counters of this process. No label is a case, a side, a person or a district: such a number would be a leak."""

    def __init__(self) -> None:
        self.registry: Final = CollectorRegistry()
        self.requests: Final = Counter(
            "cloudnego_requests", "HTTP requests by status.", ["status"], registry=self.registry
        )
        self.seconds: Final = Histogram(
            "cloudnego_request_seconds",
            "Time to answer an HTTP request.",
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
        )
        self.queue: Final = Gauge("cloudnego_writer_queue", "Commands waiting for the writer.", registry=self.registry)
        self.clock_asks: Final = Counter(
            "cloudnego_clock_asks", "Asks of the clock by outcome.", ["outcome"], registry=self.registry
        )
        self.notices: Final = Counter(
            "cloudnego_notices", "Notices to people by channel and outcome.", ["channel", "outcome"],
            registry=self.registry,
        )  # fmt: skip
        self.timers_lag: Final = Gauge(
            "cloudnego_timers_lag_seconds", "How long the last round of timers took.", registry=self.registry
        )

    def asked(self, outcome: str) -> None:
        """Count one ask of the clock."""
        self.clock_asks.labels(outcome).inc()

    def told(self, channel: str, outcome: str) -> None:
        """Count one letter to somebody."""
        self.notices.labels(channel, outcome).inc()


class MetricsApp:
    """`/metrics` on its own port, and nothing else there."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        known = scope["path"] == "/metrics"
        body = generate_latest(self._figures.registry) if known else b"not found\n"
        response = Response(body, 200 if known else 404, media_type=CONTENT_TYPE_LATEST if known else "text/plain")
        await response(scope, receive, send)
