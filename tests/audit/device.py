"""A chief's device as a test has it: makes a key, keeps its heads, checks what it is shown, and only then co-signs."""

from __future__ import annotations

from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Any

import httpx2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cloudnego.audit.devices import registering
from cloudnego.audit.notes import Head, cosigned, head_of, key_of, parse
from cloudnego.audit.trees import consistent

API = "/api/v1"


def text_of(raw: bytes) -> str:
    return b64encode(raw).decode()


class Device:
    """One device of one person, at one server."""

    def __init__(self, client: httpx2.AsyncClient, seed: str) -> None:
        self.client = client
        self.secret = Ed25519PrivateKey.from_private_bytes(sha256(seed.encode()).digest())
        self.public = self.secret.public_key().public_bytes_raw()
        self.key = ""
        self.held: dict[str, Head] = {}
        self.cosigned: dict[str, int] = {}

    async def offer(self, label: str = "手机", **change: Any) -> httpx2.Response:
        """What comes of registering the key; `change` replaces fields of what is sent."""
        me = (await self.client.get(f"{API}/me")).json()
        log = (await self.client.get(f"{API}/me/device-keys")).json()["log"]
        proof = self.secret.sign(registering(log, me["district"]["id"], me["person"]))
        body = {"public": text_of(self.public), "label": label, "proof": text_of(proof)}
        return await self.client.post(f"{API}/me/device-keys", json=body | change)

    async def register(self) -> Device:
        answer = await self.offer()
        assert answer.status_code == 201, answer.text
        self.key = answer.json()["id"]
        assert key_of(answer.json()["vkey"]).public == self.public
        return self

    async def look(self, case: str) -> dict[str, dict[str, Any]]:
        """The heads as they are shown, each checked against the one that is held."""
        since = ",".join(f"{stream}:{head.size}" for stream, head in self.held.items())
        answer = await self.client.get(
            f"{API}/negotiations/{case}/checkpoints", params={"since": since} if since else {}
        )
        assert answer.status_code == 200, answer.text
        rows = {row["stream"]: row for row in answer.json()["rows"]}
        for stream, row in rows.items():
            note, keys = parse(row["note"]), [key_of(one) for one in row["keys"]]
            assert any(key.holds(note.text, line) for key in keys for line in note.signatures)
            head, held = head_of(note.text), self.held.get(stream)
            assert head.origin.endswith(f"/{case}/{stream}")
            if held is not None:
                proof = [b64decode(one) for one in row["proof"]]
                assert consistent(held.size, head.size, held.root, head.root, proof)
            self.held[stream] = head
        return rows

    def signed(self, stream: str, head: Head, at_s: int) -> dict[str, Any]:
        """A co-signature, as it is sent."""
        return {
            "stream": stream,
            "key": self.key,
            "old_size": self.cosigned.get(stream, 0),
            "size": head.size,
            "root": text_of(head.root),
            "at_s": at_s,
            "signature": text_of(self.secret.sign(cosigned(head.text, at_s))),
        }

    async def send(self, case: str, body: dict[str, Any]) -> httpx2.Response:
        return await self.client.post(f"{API}/negotiations/{case}/cosignatures", json=body)

    async def cosign(self, case: str, stream: str, at_s: int) -> dict[str, Any]:
        """Look, check, sign."""
        await self.look(case)
        answer = await self.send(case, self.signed(stream, self.held[stream], at_s))
        assert answer.status_code == 201, answer.text
        self.cosigned[stream] = self.held[stream].size
        found: dict[str, Any] = answer.json()
        return found
