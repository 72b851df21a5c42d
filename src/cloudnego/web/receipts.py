"""Receipts of entries: as text that any program for C2SP proofs reads, and as a sheet to print and keep."""

from __future__ import annotations

from html import escape
from typing import Annotated, Final

import segno
from fastapi import Path
from starlette.responses import Response

from cloudnego.audit.checkpoints import NoSuchHead
from cloudnego.audit.receipts import Receipt, receipt
from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog.leaf import decode
from cloudnego.texts import catalogue, fill
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.cases import Found, find
from cloudnego.web.congress_papers import STYLE
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.district_log import StreamName
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.queries import ActingAs, CaseId
from cloudnego.web.sheets import POLICY
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1", tags=["negotiations"])

_TEXT: Final = "text/plain"
_HTML: Final = "text/html; charset=utf-8"
_MASK: Final = 0  # the chessboard
_QUIET: Final = 4  # ISO/IEC 18004 wants four modules of nothing around a code
EntryNumber = Annotated[str, Path(max_length=10)]


@router.get(
    "/negotiations/{case_id}/receipts/{stream}/{seq}",
    **described("get_receipt", None, codes=OF_A_CASE, gives=(_TEXT,)) | {"response_class": Response},
)
async def get_receipt(
    site: TheSite, who: SignedIn, case_id: CaseId, stream: StreamName, *, seq: EntryNumber, acting_as: ActingAs = None
) -> Response:
    """The receipt of one entry of a stream one sees."""
    found = await find(site, who, case_id, acting_as)
    made = await _made(site, found, stream, seq)
    kept = f'attachment; filename="{found.id}-{stream}-{seq}.tlog-proof"'
    return Response(
        made.text.encode(), 200, {"Cache-Control": "no-store", "Content-Type": _TEXT, "Content-Disposition": kept}
    )


@router.get(
    "/negotiations/{case_id}/receipts/{stream}/{seq}/sheet",
    **described("print_receipt", None, codes=OF_A_CASE, gives=(_HTML,)) | {"response_class": Response},
)
async def print_receipt(
    site: TheSite, who: SignedIn, case_id: CaseId, stream: StreamName, *, seq: EntryNumber, acting_as: ActingAs = None
) -> Response:
    """The same as a page to print: what was entered when, who confirmed it, and the receipt as a QR code."""
    found = await find(site, who, case_id, acting_as)
    made = await _made(site, found, stream, seq)
    page = await site.threads.run(page_of, made, site.clocks.district(found.district).kind == "sandbox")
    kept = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "Content-Type": _HTML}
    return Response(page.encode(), headers=kept)


async def _made(site: Site, found: Found, stream: str, seq: str) -> Receipt:
    # a stream there is not, one that is not his, and what is no number, are nothing alike
    if stream not in found.streams or not (seq.isascii() and seq.isdigit()):
        raise Problem("not_found")
    audit = site.audit
    try:
        return await site.threads.run(receipt, audit.checkpoints, audit.witnesses, found.id, Stream(stream), int(seq))
    except NoSuchHead:
        raise Problem("not_found") from None


# --- the sheet ------------------------------------------------------------------------------------------------------


def page_of(made: Receipt, sandbox: bool) -> str:
    """The page, Chinese first. All that stands on it is of the entry and of the head that is signed."""
    entry, head = decode(made.included.leaf), made.included.head
    rows = {
        "entry": (entry.stream, entry.stream),
        "seq": (str(entry.seq), str(entry.seq)),
        "what": _each(f"events.{entry.type}"),
        "at": (entry.at, entry.at),
        "commit": (entry.body_commit, entry.body_commit),
        "size": (str(head.size), str(head.size)),
        "root": (head.root.hex(), head.root.hex()),
        "confirmed": _confirmed(made),
    }
    table = "".join(
        f"<tr><th>{_said(f'receipt.{key}')}</th><td>{_pair(*value)}</td></tr>" for key, value in rows.items()
    )
    # any mask is read as well; to weigh all eight takes most of the time of a code this large
    code = segno.make(made.text, error="l", micro=False, mask=_MASK).svg_inline(
        border=_QUIET, omitsize=True, svgclass="code", lineclass=None
    )
    practice = f'<p class="sandbox">{_said("congress_paper.sandbox")}</p>' if sandbox else ""
    return "\n".join(
        (
            '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer">',
            f'<title>{_each("receipt.title")[0]}</title><link rel="stylesheet" href="{STYLE}"></head><body>',
            f"{practice}<h1>{_said('receipt.title')}</h1><table class='facts'>{table}</table>",
            f'<p>{_said("receipt.keep")}</p>{code}<pre class="hash">{escape(made.text)}</pre></body></html>',
        )
    )


def _confirmed(made: Receipt) -> tuple[str, str]:
    if not made.parties:
        return _each("receipt.nobody")
    said = []
    for language, joint in (("zh", "、"), ("en", ", ")):
        names = joint.join(catalogue(language)[f"receipt.parties.{party.value}"] for party in made.parties)
        said.append(fill(catalogue(language)["receipt.by"], {"sides": names}))
    return said[0], said[1]


def _each(key: str) -> tuple[str, str]:
    return catalogue("zh")[key], catalogue("en")[key]


def _said(key: str) -> str:
    return _pair(*_each(key))


def _pair(zh: str, en: str) -> str:
    """What is the same in both languages stands once."""
    return escape(zh) if zh == en else f'{escape(zh)} <span lang="en">{escape(en)}</span>'
