"""The papers of a congress, to print on A4 in black and white: voting method, ballot paper, tally sheet, resolution.

Made of facts of the case and nothing that is typed here. Of under ten voters the counts stand on a paper only for who
sees them in the case (`FEW_VOTERS`).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from html import escape
from importlib.resources import files
from typing import Any, Final, Literal

import msgspec
from starlette.responses import Response

from cloudnego.core.moment import Standing
from cloudnego.core.pack import Level
from cloudnego.core.state import Ballot
from cloudnego.core.steps.congress import majority
from cloudnego.core.vocabulary import FEW_VOTERS, Scope, Stream
from cloudnego.papers.pen import area
from cloudnego.texts import catalogue, fill
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.case_documents import named
from cloudnego.web.cases import Found, find, pinned_law
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.enterprises import PathId
from cloudnego.web.errors import Problem
from cloudnego.web.queries import ActingAs, CaseId
from cloudnego.web.sheets import POLICY
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1", tags=["negotiations"])
style = Endpoints()

STYLE: Final = "/papers.css"
_HTML: Final = "text/html; charset=utf-8"
_ON_A_SHEET: Final = 2
_COUNTED: Final = ("present", "issued", "returned", "spoiled", "yes", "no", "abstain")


class Paper(StrEnum):
    """Which paper (D26, D24, D25, D13)."""

    METHOD = "method"
    BALLOT = "ballot"
    TALLY = "tally"
    RESOLUTION = "resolution"


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on the papers. `ballot`: what the vote came to; `counts_shown`: whether he sees its counts. `voting`:
    whose congress votes: the enterprise's own, one of all enterprises covered, or each of them by itself."""

    enterprise: str
    year: int
    sandbox: bool
    draft_hash: str | None
    day: date | None
    form: str
    total: int
    quorum: int
    needed: int
    mode: str | None
    scrutineers: tuple[str, ...]
    chief: str | None
    ballot: Ballot | None
    counts_shown: bool
    firms: int = 0
    voting: Literal["own", "joint", "each"] = "own"


@router.get(
    "/negotiations/{case_id}/congress/papers/{paper}",
    **(
        described("print_congress_paper", None, codes=(*OF_A_CASE, "paper_not_yet"), gives=(_HTML,))
        | {"response_class": Response}
    ),
)
async def get_paper(
    site: TheSite, who: SignedIn, case_id: CaseId, paper: PathId, acting_as: ActingAs = None
) -> Response:
    """One of the papers as a page to print."""
    found = await find(site, who, case_id, acting_as)
    if paper not in {one.value for one in Paper}:
        raise Problem("not_found")
    page = page_of(Paper(paper), await site.threads.run(_facts, site, found))
    if page is None:
        raise Problem("paper_not_yet")
    kept = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "Content-Type": _HTML}
    return Response(page.encode(), headers=kept)


def _facts(site: Site, found: Found) -> Facts:
    case = found.case
    assert case.opened is not None, "a case that was found has been opened"
    standing: Standing = found.standing(pinned_law(site, case))
    rule, congress = standing.law.pack.congress_for(case.scope), case.congress
    ballot = next((one for one in reversed(case.ballots) if one.round == case.round), None)
    total = ballot.total if ballot is not None else congress.total
    chief = case.benches.worker.chief
    people = {*congress.scrutineers, *((chief,) if chief is not None else ())}
    names = named(site, found.district, people, {case.opened.enterprise, case.opened.worker_organ})
    union = names.get(case.opened.worker_organ, case.opened.worker_organ)
    many = case.scope is not Scope.ENTERPRISE
    each: Literal["each", "joint"] = "each" if case.opened.ballot_per_enterprise else "joint"
    hard = rule.quorum is not None and rule.quorum_level is Level.HARD
    return Facts(
        enterprise=area(case.scope, union).zh if many else names.get(case.opened.enterprise, case.opened.enterprise),
        firms=len(case.covers),
        voting=each if many else "own",
        year=case.opened.wage_year,
        sandbox=site.clocks.district(found.district).kind == "sandbox",
        draft_hash=case.meeting.draft_hash if congress.submitted_on is not None else None,
        day=ballot.on if ballot is not None else congress.day,
        form=congress.form or "delegates",
        total=total,
        quorum=rule.quorum.needed(total) if rule.quorum is not None and hard else 0,
        needed=majority(standing).needed(total),
        mode=congress.ballot_mode,
        scrutineers=tuple(names.get(one, one) for one in congress.scrutineers),
        chief=names.get(chief, chief) if chief is not None else None,
        ballot=ballot,
        counts_shown=not _few(ballot, total) or Stream.FILING in found.streams,
    )


def _few(ballot: Ballot | None, total: int) -> bool:
    return total < FEW_VOTERS or (ballot is not None and ballot.few)


# --- the pages ----------------------------------------------------------------------------------------------------


def page_of(paper: Paper, facts: Facts) -> str | None:
    """The page, or None as long as the case lacks what it says. Everything people wrote is escaped."""
    body = _body(paper, facts)
    if body is None:
        return None
    sandbox = f'<p class="sandbox">{_two_languages("sandbox")}</p>' if facts.sandbox else ""
    return "\n".join(
        (
            '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer">',
            f'<title>{_zh(f"{paper.value}.title")}</title><link rel="stylesheet" href="{STYLE}"></head><body>',
            f'<p class="hint">{_two_languages("hint")}</p>{sandbox}{body}</body></html>',
        )
    )


def _body(paper: Paper, facts: Facts) -> str | None:
    if facts.draft_hash is None:
        return None
    if paper is Paper.BALLOT:
        return _ballot(facts)
    if paper is Paper.RESOLUTION:
        return _resolution(facts) if facts.ballot is not None and facts.ballot.result == "passed" else None
    if not facts.total:
        return None
    return _method(facts) if paper is Paper.METHOD else _tally(facts)


def _head(paper: Paper, facts: Facts) -> str:
    key = f"{paper.value}.title"
    return f'<h1>{_zh(key)}<span class="en" lang="en">{_en(key)}</span></h1><p class="what">{_text("what", facts)}</p>'


def _ballot(facts: Facts) -> str:
    choices = "".join(f"<div>{_two_languages(f'choices.{one}')}<i></i></div>" for one in ("yes", "no", "abstain"))
    one = (
        f'<section class="paper">{_head(Paper.BALLOT, facts)}<p>{_text("ballot.question", facts)}</p>'
        f'<div class="choices">{choices}</div><p class="small">{_two_languages("ballot.how")}</p>'
        f'<p class="small">{_zh("draft")} <span class="hash">{escape(facts.draft_hash or "")}</span></p></section>'
    )
    return f'<main class="papers">{one * _ON_A_SHEET}</main>'


def _method(facts: Facts) -> str:
    voters = {"own": "electorate", "joint": "electorate_many", "each": "electorate_each"}
    lines = [voters[facts.voting], "quorum" if facts.quorum else "no_quorum", "majority", "secret"]
    lines += [
        f"mode_{facts.mode}" if facts.mode else "mode_open",
        "scrutineers" if facts.scrutineers else "elected_there",
    ]
    lines += ["code"] if facts.mode != "paper" else []
    said = "".join(f"<li>{_text(f'method.{one}', facts)}</li>" for one in (*lines, "count", "again"))
    return f"{_head(Paper.METHOD, facts)}<ol>{said}</ol>{_signs('adopted', 'chair')}"


def _tally(facts: Facts) -> str:
    ballot = facts.ballot if facts.counts_shown else None
    known: dict[str, int] = {"total": facts.total}
    if ballot is not None:
        known |= {one: getattr(ballot, one) for one in _COUNTED}
    rows = "".join(
        f"<tr><th>{_two_languages(f'tally.{one}')}</th><td>{known.get(one, '')}</td></tr>"
        for one in ("total", *_COUNTED)
    )
    who = [f"{_zh('scrutineer')} {escape(one)}" for one in facts.scrutineers] or [_zh("scrutineer")] * 2
    signs = "".join(f"<p>{one}</p>" for one in (*who, _zh("counter"), _zh("counter"), _zh("time"), _zh("chair")))
    return (
        f"{_head(Paper.TALLY, facts)}<table>{rows}</table><p>{_text('tally.rule', facts)}</p>"
        f'<p class="small">{_zh("draft")} <span class="hash">{escape(facts.draft_hash or "")}</span></p>'
        f'<p class="small">{_two_languages("tally.how")}</p><div class="signs">{signs}</div>'
    )


def _resolution(facts: Facts) -> str:
    opens = "resolution.opens_each" if facts.voting == "each" else "resolution.opens"
    counts = "resolution.counts" if facts.counts_shown else "resolution.carried"
    ends = "".join(
        f"<p>{_text(f'resolution.{one}', facts)}</p>"
        for one in ("passes", "authorises" if facts.chief else "authorises_chief", "files")
    )
    return (
        f'<main class="resolution">{_head(Paper.RESOLUTION, facts)}<p>{_text(opens, facts)}</p>'
        f"<p>{_text(counts, facts)}</p>{ends}"
        f'<p class="small">{_zh("draft")} <span class="hash">{escape(facts.draft_hash or "")}</span></p>'
        f'<div class="seal"><p>{_text("resolution.signed", facts)}</p>'
        f"<p>{_text('resolution.day', facts)}</p></div></main>"
    )


def _signs(*keys: str) -> str:
    return f'<div class="signs">{"".join(f"<p>{_zh(one)}</p>" for one in keys)}</div>'


def _text(key: str, facts: Facts) -> str:
    """A sentence with the facts in it, in Chinese; papers of a congress are Chinese (CQ 24)."""
    ballot = facts.ballot
    words: dict[str, Any] = {
        "enterprise": facts.enterprise,
        "firms": facts.firms,
        "year": facts.year,
        "total": facts.total,
        "quorum": facts.quorum,
        "needed": facts.needed,
        "body": catalogue("zh")[f"congress_paper.bodies.{facts.form}"],
        "members": catalogue("zh")[f"congress_paper.members.{facts.form}"],
        "scrutineers": "、".join(facts.scrutineers),
        "chief": facts.chief or "",
        "day": f"{facts.day.year}年{facts.day.month}月{facts.day.day}日" if facts.day is not None else "____年__月__日",
    }
    if ballot is not None and facts.counts_shown:
        words |= {one: getattr(ballot, one) for one in _COUNTED}
    return escape(fill(catalogue("zh")[f"congress_paper.{key}"], words))


def _zh(key: str) -> str:
    return escape(catalogue("zh")[f"congress_paper.{key}"])


def _en(key: str) -> str:
    return escape(catalogue("en")[f"congress_paper.{key}"])


def _two_languages(key: str) -> str:
    return f'{_zh(key)} <span lang="en">{_en(key)}</span>'


@style.get(STYLE, include_in_schema=False)
async def get_style() -> Response:
    """The stylesheet of the papers; open to all, it says nothing."""
    sheet = files(__package__).joinpath("papers.css").read_bytes()
    return Response(sheet, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})
