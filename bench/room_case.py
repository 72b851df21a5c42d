"""The installation that the room bench's own product serves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.http_case import Asker, prepare, settings_of
from bench.room import Scene
from cloudnego.eventlog.database import connect, writing
from cloudnego.identity.sessions import Sessions
from cloudnego.main import now_s
from tests.eventlog.given import DISTRICT


def installed(folder: Path, scenes: tuple[Scene, ...]) -> dict[str, list[dict[str, Any]]]:
    """An installation with a case and its chief for each room of each scene; each socket has a session of its own."""
    askers = iter(prepare(folder, sum(scene.rooms for scene in scenes)))
    settings = settings_of(folder)
    sessions = Sessions(
        writing(connect(settings.database)), now_s, idle_s=settings.session_idle_s, lasts_s=settings.session_lasts_s
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for scene in scenes:
        found[scene.name] = [_room(next(askers), scene.members, sessions) for _ in range(scene.rooms)]
    return found


def _room(asker: Asker, members: int, sessions: Sessions) -> dict[str, Any]:
    who = sessions.who(asker.token)
    assert who is not None
    more = [sessions.open(DISTRICT, who.person, who.person, "bearer") for _ in range(members - 1)]
    return {"name": asker.case, "members": members, "tokens": [asker.token, *more]}
