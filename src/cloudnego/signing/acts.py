"""The canonical act: what the key on somebody's own device signs when he signs, offers or replies (docs/AUDIT.md).

The text says of which log and case it is, who acts, the facts as they enter the log, and the id of the command, so that
a signature stands for one act alone and is good for no other. What people wrote freely is not in it: words may have to
be erased, and a signature over them would let anyone who has it try out short ones.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Final

import msgspec

from cloudnego.audit.devices import Devices
from cloudnego.audit.notes import PUBLIC_BYTES, SIGNATURE_BYTES, verified
from cloudnego.audit.verify import ACT, ACTS
from cloudnego.core.commands import Command
from cloudnego.eventlog.leaf import canonical, command_id

SIGNED: Final = {
    "sign_contract": "contract_signed",
    "sign_draft": "draft_signed",
    "confirm_minutes": "minutes_confirmed",
    "sign_minutes": "minutes_signed",
    "send_offer": "offer_sent",
    "reply": "reply_sent",
}
"""Commands a device may sign, and the event each becomes, whose facts in `verify.ACTS` are the command's own."""

_WORDS: Final = {"topics": {"__all__": {"reason", "demand", "basis"}}}


class NotSigned(Exception):
    """No signature of one of this person's keys over this act."""


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """Where and by whom an act is done: the name of the log, the case, the person, and the command's key of its own."""

    log: str
    case: str
    person: str
    key: str


def said(act: Act, command: Command) -> bytes:
    """The bytes that are signed. Raises NotSigned for a command no device signs."""
    event = SIGNED.get(command.type)
    if event is None:
        raise NotSigned
    fields = set(ACTS[event].split())
    facts = command.model_dump(mode="json", include=fields, exclude=_WORDS, exclude_none=True)
    return ACT + canonical(
        {
            "actor": act.person,
            "case": act.case,
            "command": command_id(act.person, act.key),
            "facts": facts,
            "log": act.log,
            "type": event,
        }
    )


def over_paper(log: str, case: str, person: str, paper: str, facts_hash: str) -> bytes:
    """The bytes that are signed of an office's paper: which, and the SHA-256 of its facts. What is signed is no act of
    the log: it stands beside the file that bears it, and is good for this paper alone."""
    facts = {"facts_hash": facts_hash, "paper": paper}
    return ACT + canonical({"actor": person, "case": case, "facts": facts, "log": log, "type": "paper_signed"})


def checked(devices: Devices, act: Act, command: Command, sig: str) -> str:
    """The signature as it stands in the leaf: base64 of key and signature. Blocks. Raises NotSigned."""
    return checked_text(devices, act.person, said(act, command), sig)


def checked_text(devices: Devices, person: str, text: bytes, sig: str) -> str:
    """The same of a text that was put together before."""
    if not devices.good(person, signed_over(text, sig)):
        raise NotSigned
    return sig


def signed_over(text: bytes, sig: str) -> bytes:
    """The public key whose signature over a text this is. Raises NotSigned."""
    try:
        raw = b64decode(sig, validate=True)
    except ValueError:
        raise NotSigned from None
    public, signature = raw[:PUBLIC_BYTES], raw[PUBLIC_BYTES:]
    whole = len(raw) == PUBLIC_BYTES + SIGNATURE_BYTES and b64encode(raw).decode() == sig
    if not whole or not verified(public, text, signature):
        raise NotSigned
    return public


def signed_by(sig: str) -> bytes:
    """The public key in a leaf's signature."""
    return b64decode(sig)[:PUBLIC_BYTES]
