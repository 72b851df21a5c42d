"""The routers of the modules that have endpoints."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends
from starlette.requests import Request

from cloudnego.web.scopes import check_scope


async def within_scope(request: Request) -> None:
    """A portal comes to no endpoint but those its scopes open."""
    who = request.scope.get("who")
    if who is not None:
        check_scope(who, request.scope["route"].operation_id)


class Endpoints(APIRouter):
    """A router whose every endpoint asks for the scope first; the application takes no other kind, so none can forget.

    An application takes the routes of these as they are. FastAPI's `include_router` would make each of them anew for
    each application, at its first requests (a quarter of a second), and would look for each request's route twice.
    """

    def __init__(self, **more: Any) -> None:
        super().__init__(dependencies=[Depends(within_scope)], **more)
