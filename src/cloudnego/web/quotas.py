"""The quota of a portal: counted at the door, said in every answer, refused when it is used up.

The headers are those of draft-ietf-httpapi-ratelimit-headers-10. What is left says how often the client asked itself,
and nothing of anybody else.
"""

from __future__ import annotations

from typing import Final

from starlette.types import Message, Scope, Send

from cloudnego.identity.hooks import Hook
from cloudnego.identity.sessions import Who
from cloudnego.identity.usage import DAY_S, OWNERS, User
from cloudnego.web.errors import Problem
from cloudnego.web.site import Site

_NO: Final = 400


def user_of(who: Who) -> User | None:
    """As whom somebody's requests are counted; None: not at all. A person who acts through a client is his own."""
    if who.portal is None or who.lets is not None:
        return None
    return User(who.portal.client, who.portal.enterprise, OWNERS in who.portal.scopes)


def user_for(hook: Hook) -> User:
    """As whom it is counted what a webhook is told."""
    return User(hook.client, hook.enterprise, OWNERS in hook.scopes)


async def metered(site: Site, scope: Scope) -> None:
    """Count a request of a portal. Raises `Problem` 429 where it has used its quota up."""
    user, usage = user_of(scope["who"]), site.portals.usage
    if user is None:
        return
    if not usage.known(user):
        await site.threads.run(usage.know, user)
    quota = usage.take(user)
    if quota.left < 0:
        scope["limited"] = True
        raise Problem("quota_spent", facts={"quota": quota.per_day}, retry_after_s=quota.lasts_s)


def counting(site: Site, scope: Scope, send: Send) -> Send:
    """A `send` that says the quota in the answers to a portal, and counts those that are no yes."""
    user = user_of(scope["who"]) if "who" in scope else None
    if user is None:
        return send
    usage = site.portals.usage

    async def counted(message: Message) -> None:
        if message["type"] == "http.response.start":
            if message["status"] >= _NO and "limited" not in scope:
                usage.erred(user)
            quota = usage.left(user)
            said = (
                (b"ratelimit-policy", b'"day";q=%d;w=%d' % (quota.per_day, DAY_S)),
                (b"ratelimit", b'"day";r=%d;t=%d' % (quota.left, quota.lasts_s)),
            )
            message["headers"] = [*message["headers"], *said]
        await send(message)

    return counted
