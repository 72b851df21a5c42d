"""Nominations before the workers elect their representatives, over HTTP: for the workers' side of a case alone. For the
employer's people, and for whoever stands above, there are none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.nominations import may_be_asked, may_stand, not_voted_yet, of_an_enterprise
from cloudnego.core.refusals import Obstacle
from cloudnego.core.vocabulary import Day, Message, Seat
from cloudnego.identity import nominations as kept
from cloudnego.identity.nomination_tables import Candidacy, NominationCall
from cloudnego.identity.roster import Roster
from cloudnego.identity.sessions import Who
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import answer, tagged
from cloudnego.web.bodies import Name, Title, parsed, visible
from cloudnego.web.cases import Found, pinned_law
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.enterprises import PathId
from cloudnego.web.errors import Problem, obstacle_as_said
from cloudnego.web.nomination_documents import NominationsDocument, enterprise_of, nominations_shown
from cloudnego.web.organisations import written
from cloudnego.web.queries import ActingAs, CaseId
from cloudnego.web.site import Site
from cloudnego.web.surveys import insider
from cloudnego.web.workers import Number

router = Endpoints(prefix="/api/v1", tags=["negotiations"])

Post = Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True), AfterValidator(visible)]


def _lines(text: str) -> str:
    """The text, if its lines are the only control characters in it."""
    for line in text.split("\n"):
        visible(line)
    return text


OwnWords = Annotated[
    str, StringConstraints(min_length=1, max_length=400, strip_whitespace=True), AfterValidator(_lines)
]
Mark = Literal["woman", "disabled", "dispatched", "front_line", "manager", "union_staff"]


class CallBody(Message):
    """How many representatives are to be chosen, and the last day of nominations."""

    seats: Annotated[int, Field(ge=1, le=60)]
    until: Day


class ColleagueBody(Message):
    """A colleague by his name as it stands on the roster; the number where several are called so."""

    name: Name
    number: Number | None = None


class StandBody(Message):
    """Whether you stand: with your post and what you say for yourself, or not."""

    stands: bool
    post: Post | None = None
    words: OwnWords | None = None


class ListingBody(Message):
    """Whether a candidate comes on the union's list; why, where he does not. `marks`: what the law asks of a list."""

    listed: bool
    marks: Annotated[tuple[Mark, ...], Field(max_length=6)] = ()
    reason: Title | None = None

    @model_validator(mode="after")
    def _says_why(self) -> ListingBody:
        if not self.listed and self.reason is None:
            raise ValueError("a refusal has its reason")
        return self


class WordsBody(Message):
    """Whether a candidate's own words may be read; why, where they may not."""

    shown: bool
    reason: Title | None = None

    @model_validator(mode="after")
    def _says_why(self) -> WordsBody:
        if not self.shown and self.reason is None:
            raise ValueError("a refusal has its reason")
        return self


_REFUSED: Final = (*OF_A_CASE, "refused")


# --- reading ----------------------------------------------------------------------------------------------------------


@router.get(
    "/negotiations/{case_id}/nominations",
    **described("get_nominations", NominationsDocument, codes=OF_A_CASE, tagged=True),
)
async def get_nominations(
    request: Request, site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None
) -> Response:
    """Whether nominations are asked for, who stands, your own; for the union what it makes its list of."""
    found = await insider(site, who, case_id, acting_as)
    return tagged(request, await site.threads.run(nominations_shown, site, who, found))


# --- for the roster's workers -----------------------------------------------------------------------------------------


@router.post(
    "/negotiations/{case_id}/nominations/named",
    **described(
        "nominate_colleague",
        NominationsDocument,
        body=ColleagueBody,
        status=201,
        codes=(
            *_REFUSED, "nomination_closed", "nomination_full", "nominated_already", "colleague_unknown",
            "colleague_several",
        ),
    ),
)  # fmt: skip
async def nominate_colleague(
    request: Request, site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None
) -> Response:
    """Put a colleague forward; he stands only if he consents, and is not told by whom."""
    found = await insider(site, who, case_id, acting_as)
    sent = parsed(request, ColleagueBody)

    def write(session: Session, roster: Roster) -> None:
        call = _open_call(session, who, found)
        person = kept.colleague(session, call, sent.name, sent.number)
        _fit(site, found, may_stand(found.standing(pinned_law(site, found.case)), person))
        kept.nominate(session, call, who.person, person, roster.new_id)

    return await _changed(site, who, found, write, 201)


@router.post(
    "/negotiations/{case_id}/nominations/own",
    **described(
        "stand_for_election",
        NominationsDocument,
        body=StandBody,
        codes=(*_REFUSED, "nomination_closed", "nomination_full"),
    ),
)
async def stand_for_election(
    request: Request, site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None
) -> Response:
    """Consent to being put forward, put yourself forward, change what you say for yourself, or stand no longer."""
    found = await insider(site, who, case_id, acting_as)
    sent = parsed(request, StandBody)

    def write(session: Session, roster: Roster) -> None:
        own = _own(session, roster, who, found, stands=sent.stands)
        if sent.stands:
            _fit(site, found, may_stand(found.standing(pinned_law(site, found.case)), who.person))
            kept.stand(own, sent.post, sent.words)
        else:
            kept.decline(own)
        session.add(own)

    return await _changed(site, who, found, write, 200)


def _own(session: Session, roster: Roster, who: Who, found: Found, *, stands: bool) -> Candidacy:
    """The candidacy of who asks, made where nominations are open. Raises `Problem` where it is too late for that."""
    call = kept.call_of(session, found.district, found.id)
    if call is None or not kept.on_roster(session, enterprise_of(found), who.person):
        raise Problem("not_found")
    own, proposed = kept.mine(session, call, who.person), bool(found.case.election.candidates)
    if own is None:
        if not stands:
            raise Problem("not_found")
        return kept.nominate(session, _open_call(session, who, found), who.person, who.person, roster.new_id)
    if proposed and not (stands and own.stands):  # only what he says for himself changes after that
        raise Problem("nomination_closed")
    return own


def _open_call(session: Session, who: Who, found: Found) -> NominationCall:
    """The call that runs, for a worker of the roster. Raises `Problem`."""
    call = kept.call_of(session, found.district, found.id)
    if call is None or not kept.on_roster(session, enterprise_of(found), who.person):
        raise Problem("not_found")
    if found.at.date() > call.until or found.case.election.candidates:
        raise Problem("nomination_closed")
    return call


# --- for the union ----------------------------------------------------------------------------------------------------


@router.post(
    "/negotiations/{case_id}/nominations",
    **described(
        "open_nominations",
        NominationsDocument,
        body=CallBody,
        status=201,
        codes=(*_REFUSED, "nomination_runs", "nomination_days"),
    ),
)
async def open_nominations(
    request: Request, site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None
) -> Response:
    """Ask the workers whom they put forward, until a day."""
    found = await for_union(site, who, case_id, acting_as)
    sent, standing = parsed(request, CallBody), found.standing(pinned_law(site, found.case))
    if not of_an_enterprise(standing):
        raise Problem("not_found")
    _fit(site, found, may_be_asked(standing))

    def write(session: Session, roster: Roster) -> None:
        kept.open_call(
            session=session, roster=roster, case_id=found.id, enterprise=enterprise_of(found), seats=sent.seats,
            until=sent.until, today=found.at.date(),
        )  # fmt: skip

    return await _changed(site, who, found, write, 201)


@router.post(
    "/negotiations/{case_id}/nominations/{candidacy_id}/listing",
    **described("list_candidate", NominationsDocument, body=ListingBody, codes=(*_REFUSED, "not_consented")),
)
async def list_candidate(
    *, request: Request, site: TheSite, who: SignedIn, case_id: CaseId, candidacy_id: PathId, acting_as: ActingAs = None
) -> Response:
    """Put a candidate on the union's list, or leave him out with the reason; both are logged."""
    found = await for_union(site, who, case_id, acting_as)
    sent, standing = parsed(request, ListingBody), found.standing(pinned_law(site, found.case))
    _fit(site, found, not_voted_yet(standing))

    def write(session: Session, roster: Roster) -> None:
        row = _candidacy(session, found, candidacy_id)
        if sent.listed:
            _fit(site, found, may_stand(standing, row.person))
        kept.enlist(
            session=session, roster=roster, row=row, listed=sent.listed, marks=" ".join(sorted(set(sent.marks))),
            reason=sent.reason,
        )  # fmt: skip

    return await _changed(site, who, found, write, 200)


@router.post(
    "/negotiations/{case_id}/nominations/{candidacy_id}/words",
    **described("moderate_words", NominationsDocument, body=WordsBody, codes=(*OF_A_CASE, "no_words")),
)
async def moderate_words(
    *, request: Request, site: TheSite, who: SignedIn, case_id: CaseId, candidacy_id: PathId, acting_as: ActingAs = None
) -> Response:
    """Let everybody read what a candidate says for himself, or hold it back with the reason; both are logged."""
    found = await for_union(site, who, case_id, acting_as)
    sent = parsed(request, WordsBody)

    def write(session: Session, roster: Roster) -> None:
        row = _candidacy(session, found, candidacy_id)
        kept.moderate(session, roster, row, shown=sent.shown, reason=sent.reason)

    return await _changed(site, who, found, write, 200)


# --- finding and saying -----------------------------------------------------------------------------------------------


async def for_union(site: Site, who: Who, case_id: str, acting_as: str | None) -> Found:
    """The case, for the workers' union. Raises `Problem` 404."""
    found = await insider(site, who, case_id, acting_as)
    if Seat.UNION not in found.seats:
        raise Problem("not_found")
    return found


def _candidacy(session: Session, found: Found, candidacy_id: str) -> Candidacy:
    call = kept.call_of(session, found.district, found.id)
    row = kept.candidacy(session, call, candidacy_id) if call is not None else None
    if row is None:
        raise Problem("not_found")
    return row


def _fit(site: Site, found: Found, obstacle: Obstacle | None) -> None:
    """Raises `Problem` 409 with what the law has against it."""
    if obstacle is not None:
        pack = pinned_law(site, found.case).pack
        raise Problem("refused", obstacles=[obstacle_as_said(obstacle, pack)])


async def _changed(
    site: Site, who: Who, found: Found, write: Callable[[Session, Roster], None], status: int
) -> Response:
    """One change, answered with all that its maker sees of the nominations."""
    await site.threads.run(written, site, who, write)
    return answer(await site.threads.run(nominations_shown, site, who, found), status)
