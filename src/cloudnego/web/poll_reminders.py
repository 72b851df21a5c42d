"""Reminders of a vote: to those alone whose line on the roll is open, a message to each, once a day at most."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.polls import ends
from cloudnego.core.vocabulary import Message
from cloudnego.identity.inbox import MessageKind
from cloudnego.polls.refused import NoPoll
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import answer
from cloudnego.web.bodies import parsed
from cloudnego.web.case_documents import names_of
from cloudnego.web.cases import find
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.documents import ReminderDocument
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.poll_sight import runs_it
from cloudnego.web.polls import PollId
from cloudnego.web.queries import ActingAs
from cloudnego.web.reminding import remind

router = Endpoints(prefix="/api/v1", tags=["polls"])


class RemindVotersBody(Message):
    """Nothing: whom it goes to follows from the roll."""


@router.post(
    "/polls/{poll}/reminders",
    **described(
        "remind_voters", ReminderDocument, body=RemindVotersBody, status=201,
        codes=(*OF_A_CASE, "poll_closed", "reminded_lately", "nobody_to_remind"),
    ),
)  # fmt: skip
async def remind_voters(
    request: Request, site: TheSite, who: SignedIn, poll: PollId, acting_as: ActingAs = None
) -> Response:
    """Remind those who have no ballot yet, by a message in the program; how many they were is answered, not who."""
    try:
        home = await site.threads.run(site.polls.home, poll)
    except NoPoll:
        raise Problem("not_found") from None
    found = await find(site, who, home.case, acting_as)
    if home.state == "prepared":
        raise Problem("not_found")
    opening = (await site.threads.run(site.rounds.history.opening, found.id, poll)).opening
    if not runs_it(found, who, opening.enterprise):
        raise Problem("not_found")
    parsed(request, RemindVotersBody)

    def tell() -> ReminderDocument:
        if home.state != "open" or found.at >= ends(opening, found.at):
            raise Problem("poll_closed")
        assert found.case.opened is not None, "a vote of it was opened"
        firm = opening.enterprise or found.case.opened.enterprise
        facts = {
            "enterprise": names_of(site, found, set(), {firm}).get(firm, ""),
            "until": f"{opening.closes_on.isoformat()} {opening.closes_at}",
        }
        silent = [person for person, state in site.polls.roll(poll) if state == "open"]
        return remind(site, found, poll, silent, MessageKind.POLL_REMINDER, **facts)

    return answer(await site.threads.run(tell), 201)
