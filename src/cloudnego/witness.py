"""`cloudnego witness`: the program of an office far from the service. It co-signs the log of a district, each time only
what goes on from the head it keeps itself; it needs no account, no database and no settings."""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Annotated, Any, Final

import httpx2
import msgspec
import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cloudnego.audit.logkey import mark_of
from cloudnego.audit.notes import Head, NoteError, cosigned, head_of, key_of, parse
from cloudnego.audit.trees import consistent
from cloudnego.console import CannotBe, tell
from cloudnego.eventlog.keys import make, replace
from cloudnego.main import now_s

_PATIENCE_S: Final = 30
_TAKEN: Final = 201


class Kept(msgspec.Struct, kw_only=True):
    """What the office keeps: the half of the key that nobody gets, the last head it believed with the keys that signed
    it, and how far it co-signed. `sent`: was on its way when it was last heard of; the answer may have been lost."""

    seed: bytes
    origin: str = ""
    size: int = 0
    root: bytes = b""
    note: str = ""
    keys: list[str] = []
    cosigned: int = 0
    sent: int = 0

    @property
    def secret(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def public(self) -> bytes:
        return self.secret.public_key().public_bytes_raw()


def witness(
    url: Annotated[str, typer.Argument(help="服务的地址。 Where the service is.")],
    *,
    key: Annotated[Path, typer.Option(help="密钥和记忆所在的文件；没有时新建。 Key and memory; made where it is not.")],
    district: Annotated[str, typer.Option(help="区的编号。 Id of the district.")],
) -> None:
    """Look at the head of the district's log once, and co-sign it if it goes on from the one that is kept."""
    if not key.exists():
        kept = Kept(seed=os.urandom(32))
        make(key, _written(kept))
        tell("witness_made", public=b64encode(kept.public).decode(), mark=mark_of(kept.public), file=key)
        return
    kept = _read(key)
    with httpx2.Client(base_url=url, timeout=_PATIENCE_S, trust_env=False) as client:
        once(client, key, kept, district)


def once(client: httpx2.Client, file: Path, kept: Kept, district: str) -> None:
    """One look. Raises CannotBe where there is no such log or it does not answer, and where it goes back: then what was
    shown lies beside the file, and the next look says the same again."""
    place = f"/api/v1/witnessed/{district}"
    shown = _asked(client, "GET", place, params={"since": kept.size} if kept.origin else {})
    head, first = _believed(kept, shown, district, file), not kept.keys
    if not head.size:
        tell("witness_nothing", district=district)
        return
    kept.origin, kept.size, kept.root, kept.note, kept.keys = head.origin, head.size, head.root, shown["note"], [
        *dict.fromkeys([*kept.keys, *shown["keys"]])
    ]  # fmt: skip
    before, kept.sent = kept.sent, head.size
    replace(file, _written(kept))  # before it is sent: what was sent can never be forgotten
    if first:
        tell("witness_first", keys=", ".join(mark_of(key_of(one).public) for one in kept.keys))
    if kept.cosigned < head.size:
        _send(client, place, kept, head, before)
    kept.cosigned = kept.sent = head.size
    replace(file, _written(kept))
    tell("witness_signed", origin=head.origin, size=head.size, root=b64encode(head.root).decode())


def _send(client: httpx2.Client, place: str, kept: Kept, head: Head, before: int) -> None:
    """Raises CannotBe."""
    answer = _cosigned(client, place, kept, head, kept.cosigned)
    if _said(answer).get("code") == "head_moved" and before > kept.cosigned:
        answer = _cosigned(client, place, kept, head, before)  # the answer to what was sent before was lost
    if answer.status_code != _TAKEN:
        raise _refused(answer)


def _cosigned(client: httpx2.Client, place: str, kept: Kept, head: Head, old_size: int) -> httpx2.Response:
    at_s = now_s()
    body = {
        "public": b64encode(kept.public).decode(), "old_size": old_size, "size": head.size,
        "root": b64encode(head.root).decode(), "at_s": at_s,
        "signature": b64encode(kept.secret.sign(cosigned(head.text, at_s))).decode(),
    }  # fmt: skip
    return _spoken(client, "POST", place, json=body)


def _believed(kept: Kept, shown: Any, district: str, file: Path) -> Head:
    """The head that was shown, if a key that is known signed it and it goes on from what is kept. Raises CannotBe."""
    head = _proved(kept, shown, district)
    if head is None:
        beside = file.with_name(file.name + ".alarm")
        replace(beside, msgspec.json.encode({"held": kept.note, "shown": shown}).decode())
        raise CannotBe("witness_alarm", file=beside)
    return head


def _proved(kept: Kept, shown: Any, district: str) -> Head | None:
    try:
        note = parse(shown["note"])
        head, keys = head_of(note.text), [key_of(one) for one in kept.keys or shown["keys"]]
        proof = [b64decode(one) for one in shown["proof"] or ()]
    except (NoteError, KeyError, TypeError, ValueError):
        return None
    signed = any(key.holds(note.text, line) for key in keys for line in note.signatures)
    if not kept.origin:
        return head if signed and head.origin.endswith(f"/{district}") else None
    goes_on = head.origin == kept.origin and consistent(kept.size, head.size, kept.root, head.root, proof)
    return head if signed and goes_on else None


def _asked(client: httpx2.Client, method: str, place: str, **more: Any) -> Any:
    answer = _spoken(client, method, place, **more)
    if answer.status_code != httpx2.codes.OK:
        raise _refused(answer)
    return _said(answer)


def _spoken(client: httpx2.Client, method: str, place: str, **more: Any) -> httpx2.Response:
    try:
        return client.request(method, place, **more)
    except (httpx2.TransportError, httpx2.InvalidURL) as wrong:
        raise CannotBe("witness_away", url=client.base_url, why=str(wrong) or type(wrong).__name__) from None


def _said(answer: httpx2.Response) -> Any:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _refused(answer: httpx2.Response) -> CannotBe:
    return CannotBe("witness_refused", status=answer.status_code, code=_said(answer).get("code", "—"))


def _written(kept: Kept) -> str:
    return msgspec.json.encode(kept).decode() + "\n"


def _read(file: Path) -> Kept:
    """Raises CannotBe."""
    if file.stat().st_mode & 0o077:
        raise CannotBe("witness_key_open", file=file)
    try:
        kept = msgspec.json.decode(file.read_bytes(), type=Kept)
        kept.secret  # noqa: B018  # a seed of another length is none
    except ValueError:
        raise CannotBe("witness_key_unreadable", file=file) from None
    return kept
