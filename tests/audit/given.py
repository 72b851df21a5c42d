"""Audit files to check and to spoil: a case of a rehearsal, its log key, and two chiefs whose devices co-sign."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cloudnego.audit.checkpoints import Checkpoints
from cloudnego.audit.district import DistrictLogs
from cloudnego.audit.export import Confirmed, Cosigned, Made, Source, Witness, write_export
from cloudnego.audit.logkey import LogKey
from cloudnego.audit.notes import WITNESS, Head, Key, cosigned
from cloudnego.audit.packing import Part, Parts, write
from cloudnego.audit.witnesses import Party
from cloudnego.core.vocabulary import JOINT, Side, Stream
from cloudnego.eventlog.leaf import canonical
from cloudnego.eventlog.log import SqlLog
from cloudnego.exporting.proving import proved_by, put_proofs
from tests.eventlog.given import DISTRICT

KEY: Final = LogKey.seeded("export")
AT_S: Final = 1_790_000_000
STREAMS: Final[Mapping[str, tuple[Stream, ...]]] = {
    "enterprise": (*JOINT, Stream.EMPLOYER),
    "union": (*JOINT, Stream.WORKER),
    "authority": (Stream.FILING, Stream.NOTICE),
    "auditor": JOINT,
}


@dataclass(frozen=True)
class Chief:
    """A device that co-signs for one side."""

    side: Side

    @property
    def secret(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(sha256(f"chief {self.side}".encode()).digest())

    @property
    def key(self) -> Key:
        public = self.secret.public_key().public_bytes_raw()
        return Key(f"log.example/witness/xiaoshan/{sha256(public).hexdigest()[:8]}", WITNESS, public)

    @property
    def streams(self) -> tuple[Stream, ...]:
        return (*JOINT, Stream.caucus(self.side))

    def witness(self) -> Witness:
        party = Party(self.side.value)
        return Witness(self.key.public, self.key.name, party, self.streams, "2026-03-02", None, "notice/3")

    def cosign(self, head: Head, at_s: int = AT_S) -> Cosigned:
        signature = self.secret.sign(cosigned(head.text, at_s))
        stream = Stream(head.origin.rpartition("/")[2])
        return Cosigned(stream, head.size, head.root, self.key.name, self.key.public, at_s, signature)


CHIEFS: Final = tuple(map(Chief, Side))


def made(case: str, audience: str = "union") -> Made:
    return Made(
        audience=audience, calendar="cn-2026", case=case, district="xiaoshan", kind="sandbox",
        made_at="2026-11-29T16:00:00+08:00", made_by="张三", pack="cn-hangzhou 1", purpose="审计",
        software="cloudnego 0",
    )  # fmt: skip


def confirmed(heads: Iterable[Head], chiefs: Iterable[Chief] = CHIEFS) -> Confirmed:
    """Each chief has co-signed each of these heads that he may."""
    some = tuple(chiefs)
    signed = [
        chief.cosign(head)
        for head in heads
        for chief in some
        if Stream(head.origin.rpartition("/")[2]) in chief.streams and head.size
    ]
    return Confirmed([chief.witness() for chief in some], signed)


def _put_paper(parts: Parts) -> None:
    """A paper that was made and one that was erased, in their register."""
    paper = {"json": b'{"doc":"D6"}', "pdf": b"%PDF-1.7 D6"}
    hashes = {kind: sha256(content).hexdigest() for kind, content in paper.items()}
    rows = [{"erased": number == "D6-2", "files": hashes, "number": number} for number in ("D6-1", "D6-2")]
    for kind, content in paper.items():
        parts.put(f"papers/D6-1.{kind}", content)
    parts.put("papers/register.json", canonical(rows))


def exported(log: SqlLog, case: str, target: Path, audience: str = "union", found: Confirmed | None = None) -> bytes:
    """An audit file of a case, co-signed at its last heads unless it is said otherwise."""
    heads = Checkpoints(log.engine, KEY).heads(case, STREAMS[audience])
    found = confirmed(heads.values()) if found is None else found
    logs = DistrictLogs(log.engine, log.districts, KEY, lambda: AT_S)
    logs.tick(DISTRICT)  # one leaf, at the first file: it has the cases that were there
    proved = proved_by(log.engine, logs, DISTRICT, case, STREAMS[audience])
    source, further = Source(log.engine, log.ring, KEY), (lambda parts: put_proofs(parts, proved), _put_paper)
    write_export(source, made(case, audience), STREAMS[audience], target, found, further=further)
    return target.read_bytes()


def contents(file: bytes) -> dict[str, bytes]:
    """The entries of a file by name, in their order."""
    with zipfile.ZipFile(BytesIO(file)) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


def packed(files: Mapping[str, bytes]) -> bytes:
    """A container over these entries, as an operator would make it."""
    out = BytesIO()
    write(
        out,
        (
            Part(name, len(content), zlib.crc32(content), sha256(content).hexdigest(), BytesIO(content))
            for name, content in files.items()
        ),
    )
    return out.getvalue()
