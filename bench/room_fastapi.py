"""The peer of the room bench with storage: a SQLModel commit for each event, in a thread, and then a loop of sends."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from bench.http_peer import Desk, make_proposal
from cloudnego.core.commands import MakeProposal


def application(folder: Path) -> FastAPI:
    """The peer on the installation in `folder`."""
    app, desk = FastAPI(), Desk(folder)
    members: dict[str, set[WebSocket]] = defaultdict(set)

    def write(case: str, token: str, words: str) -> None:
        command, who = MakeProposal.model_validate_json(words), desk.who(token)
        assert who is not None
        key = json.loads(words)["text"][:9]
        with Session(desk.engine) as session:
            make_proposal(case_id=case, command=command, desk=desk, who=who, session=session, idempotency_key=key)

    @app.websocket("/{case}")
    async def room(socket: WebSocket, case: str) -> None:
        token = socket.headers["authorization"].removeprefix("Bearer ")
        await socket.accept()
        members[case].add(socket)
        try:
            while True:
                words = await socket.receive_text()
                await run_in_threadpool(write, case, token, words)
                for one in tuple(members[case]):
                    await one.send_text(words)
        except WebSocketDisconnect:
            members[case].discard(socket)

    return app
