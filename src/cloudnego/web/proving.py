"""Whether it is surely he: the check before a binding act, and what he is told to show where it is not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from starlette.requests import Request

from cloudnego.identity.factors import MeansHad
from cloudnego.identity.grades import PROVES, Grade
from cloudnego.identity.sessions import Who
from cloudnego.texts import say
from cloudnego.web.answers import plain
from cloudnego.web.documents import MeansDocument, StepUpDocument
from cloudnego.web.errors import Problem
from cloudnego.web.site import Site

WANTS: Final = ("step_up_needed", "step_up_impossible")
"""Codes of problems with which `insist` answers."""

STEP_UP: Final = "/api/v1/session/step-up"


async def insist(site: Site, who: Who, needed: Grade) -> None:
    """Raises `Problem` 403 unless a proof of this grade, shown in this session, still counts.

    It is asked after the case was found and before a word of the act is read: whose the case is not gets his 404, and
    nobody learns from the answer what the act would have met.
    """
    if who.grade(site.now_s()) >= needed:
        return
    had = await site.threads.run(means_of, site, who)
    will_do = [one for one in had if PROVES[one.means] >= needed]
    code = "step_up_needed" if will_do else "step_up_impossible"
    raise Problem(code, more={"step_up": step_up_document(needed, will_do)})


def step_up_document(needed: Grade, will_do: Iterable[MeansHad]) -> object:
    """What is needed, and the means of his that show it, as plain data."""
    return plain(StepUpDocument(needs=needed.word, means=as_said(will_do), at=STEP_UP))


def origins_of(request: Request, site: Site) -> list[str]:
    """Where a passkey of ours may be shown: our own pages on their domain, and where the operator says."""
    domain, host = site.factors.passkeys.domain, request.url.hostname or ""
    own = [f"{request.url.scheme}://{request.url.netloc}"]
    return [*site.doorkeeper.origins, *(own if domain is not None and f".{host}".endswith(f".{domain}") else [])]


def means_of(site: Site, who: Who) -> tuple[MeansHad, ...]:
    """What he has to prove himself with, in this session, today. Blocks."""
    return site.factors.had_by(who, site.today(who.district))


def as_said(had: Iterable[MeansHad]) -> tuple[MeansDocument, ...]:
    """Means as the API says them."""
    return tuple(
        MeansDocument(means=one.means, grade=PROVES[one.means].word, to=one.to, how=say(f"means.{one.means.value}", {}))
        for one in had
    )
