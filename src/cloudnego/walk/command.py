"""The command `cloudnego walk`: plays a story in a sandbox of a running server and says what became of it."""

from __future__ import annotations

import sys
from datetime import datetime
from random import Random
from typing import Annotated, Any, Final, Literal

import msgspec
import typer
from rich.console import Console

from cloudnego.core.vocabulary import Mode
from cloudnego.ports import CHINA
from cloudnego.stories import STORIES
from cloudnego.walk.client import Api, WalkFailed
from cloudnego.walk.people import settle
from cloudnego.walk.rail import Rail, explain
from cloudnego.walk.record import GATHERINGS_BEFORE, Record
from cloudnego.walk.sandbox import Sandbox
from cloudnego.walk.table import Table

START: Final = datetime(2026, 3, 2, 9, tzinfo=CHINA)
"""When a walk begins unless told otherwise. A story lasts up to fourteen months: from here on all its years are in the
calendars we ship, whatever the day today is."""

_DAY: Final = "%Y-%m-%d"

Story = Literal[
    "plain", "failed-ballot", "suspended", "objected", "employer-offer", "silent-enterprise", "regional"
]  # fmt: skip


def carry(url: str, story: str, record: Record, console: Console, *, start: datetime = START, seed: int = 1) -> None:
    """Carry a story through the server at `url`, writing into `record`. Raises `WalkFailed`, with the record filled so
    far."""
    with Api(url) as api:
        api.check()
        sandbox = Sandbox(api, start)
        rail = Rail(console, record)
        rail.began(api.url, sandbox)
        settled = settle(sandbox, regional=story == "regional")
        rail.peopled(len(sandbox.people))
        table = Table(sandbox, settled, Random(seed), record, rail)
        try:
            STORIES[story](table)
        except AssertionError as wrong:
            raise WalkFailed("lost", why=str(wrong)) from wrong
        finally:
            if record.case is not None:
                record.final = _final(table, record)
        rail.ended()
        wrong_end = record.wrong()
        if wrong_end is not None:
            raise WalkFailed(wrong_end, **record.final)


def _final(table: Table, record: Record) -> dict[str, Any]:
    """Where the case stands, as the server's own overview says it, and how its steps were held."""
    try:
        case, overview = table.case, table.overview
    except WalkFailed:  # the server is gone: what is known of the case is older than its last act
        return {}
    told = ("step", "round", "ending", "in_force_from", "expires_on", "raise_rate", "ballots", "gatherings")
    return {
        **{name: overview[name] for name in told},
        "gatherings_before": GATHERINGS_BEFORE,
        "steps_online": record.count(Mode.ONLINE),
        "steps_in_person": record.count(Mode.IN_PERSON),
        "opened_on": case.opened.opened_on.isoformat() if case.opened is not None else None,
        "today": table.today.isoformat(),
        "acts": len(record.acts),
        "people": len({act.by for act in record.acts}),
    }


def walk(
    url: Annotated[str, typer.Argument(help="服务器地址。 Where the server answers, such as http://127.0.0.1:8000.")],
    story: Annotated[Story, typer.Option(help="演哪一个故事。 What is to happen.")] = "plain",
    *,
    start: Annotated[
        datetime | None,
        typer.Option(
            formats=[_DAY],
            help="开始的日期，日历须够 14 个月，默认 2026-03-02。 The first day; 14 months need a calendar.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="换一个数，数据就不同。 Another seed, other figures.")] = 1,
    json: Annotated[bool, typer.Option("--json", help="只输出一份 JSON。 Print one JSON document.")] = False,
) -> None:
    """在运行中的服务器上，在自己的沙盒里走完一个案件，每件事由本人办理。

    Carry a whole case through a running server, each act by its own person, in a sandbox of its own.
    """
    record, failure = Record(story), None
    begins = start.replace(hour=9, tzinfo=CHINA) if start is not None else START
    try:
        carry(url, story, record, Console(quiet=json, soft_wrap=True), start=begins, seed=seed)
    except WalkFailed as wrong:
        failure = wrong
        record.final = {**record.final, "failed": {**wrong.said, "problem": wrong.problem}}
    if json:
        sys.stdout.write(msgspec.json.encode(record.document(ok=failure is None)).decode() + "\n")
    if failure is not None:
        explain(Console(stderr=True, soft_wrap=True), record, failure)
        raise typer.Exit(1)
