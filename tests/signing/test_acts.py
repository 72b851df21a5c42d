"""What is signed with the key on one's own device is one act and no other, and the audit file says with which key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cloudnego.audit import fast, verify
from cloudnego.audit.export import Confirmed, Signer
from cloudnego.audit.notes import verified
from cloudnego.core import commands as c
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.leaf import canonical
from cloudnego.eventlog.log import SqlLog
from cloudnego.main import House
from cloudnego.signing.acts import SIGNED, Act, over_paper, said
from tests.audit.device import Device, text_of
from tests.audit.given import KEY, exported
from tests.audit.page import Page
from tests.audit.spoiling import Forger
from tests.eventlog.conftest import migrated_sqlite, quiet
from tests.eventlog.given import asked, make_district, rehearsed
from tests.web.granted import Looking, Standing, clock, look, people, still
from tests.web.played import rehearsed as acted
from tests.web.played import write

__all__ = ["clock", "look", "migrated_sqlite", "people", "quiet", "still"]

PLAY = "plain"
ROOT = Path(__file__).resolve().parents[2]


def secret(person: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(sha256(f"device of {person}".encode()).digest())


def public(person: str) -> bytes:
    return secret(person).public_key().public_bytes_raw()


def sig_of(act: Act, command: c.Command) -> str:
    return text_of(public(act.person) + secret(act.person).sign(said(act, command)))


@pytest.fixture(scope="module")
def file(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[bytes]:
    """A whole case in which everything a device may sign is signed with one, and nothing in ink."""
    place = tmp_path_factory.mktemp("signed")
    (place / "log.sqlite3").write_bytes(migrated_sqlite.read_bytes())
    log = SqlLog(f"sqlite:///{place / 'log.sqlite3'}", Keyring.seeded("signed"))
    make_district(log)
    case, who = None, set[str]()
    with log.bulk() as pen:
        for number, one in enumerate(rehearsed(PLAY).played):
            found = asked(one, case, f"k{number}", register=rehearsed(PLAY).register)
            if one.command.type in SIGNED and case is not None:
                command = one.command.model_copy(update={"evidence": None})
                act = Act(log=KEY.name, case=case, person=one.by.person, key=found.key)
                found = msgspec.structs.replace(found, command=command, sig=sig_of(act, command))
                who.add(one.by.person)
            case = pen.ask(found).case
    assert case is not None
    signers = [Signer(person, public(person), "2026-01-01", None) for person in who]
    yield exported(log, case, place / "audit.zip", found=Confirmed(signers=signers))
    log.close()


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with Page() as made:
        yield made


def found_in(file: bytes, tmp_path: Path, page: Page) -> list[Any]:
    """What the verifiers find; the three of them the same, but for how Python and JavaScript say a ValueError."""
    path = tmp_path / "audit.zip"
    path.write_bytes(file)
    found = verify.verify(path, [])
    assert verify.verify(path, [], (), fast.entries) == found
    assert [row[:3] for row in page.verify(path)] == [row[:3] for row in found]
    return found


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "ed25519", verified)


def test_an_act_is_written_as_a_browser_writes_it() -> None:
    act = Act(log="log.example", case="n1", person="p1", key="k1")
    topics = (
        c.Topic(head="T3", answer=c.Answer.NEGOTIATE, asked_rate="7", reason="物价"),
        c.Topic(head="T1", answer=c.Answer.KEEP),
    )
    plan = c.Plan(day=date(2026, 3, 20), time="14:00", place="三楼")
    browsers = (ROOT / "frontend/src/tools/log/log.test.ts").read_text("utf-8")
    for command in (c.SignContract(document_hash="a" * 64), c.SendOffer(plan=plan, topics=topics)):
        text = said(act, command).decode()
        assert text.partition("\n")[0] == "cloudnego act 1"
        assert text.partition("\n")[2] in browsers
    paper = over_paper("log.example", "n1", "p1", "d-2026-n1-D17-1", "a" * 64)  # the pages' tests hold the same
    told = f'"facts":{{"facts_hash":"{"a" * 64}","paper":"d-2026-n1-D17-1"}},"log":"log.example","type":"paper_signed"'
    assert paper.decode() == f'cloudnego act 1\n{{"actor":"p1","case":"n1",{told}}}'


def test_every_act_that_was_signed_is_named_with_its_key(file: bytes, tmp_path: Path, page: Page) -> None:
    found = found_in(file, tmp_path, page)
    assert [row for row in found if row[0] < 9] == []
    told = {row[1]: row[3] for row in found if "signed with device key" in row[3]}
    leaves = [leaf for leaf in Forger(file).leaves if leaf.type in verify.ACTS]
    assert {leaf.type for leaf in leaves} >= {"contract_signed", "minutes_confirmed", "offer_sent", "reply_sent"}
    marks = {leaf.actor: sha256(public(leaf.actor)).hexdigest()[:8] for leaf in leaves}
    assert told == {
        f"{leaf.stream.partition('/')[2]}/{leaf.seq}": f"signed with device key {marks[leaf.actor]}" for leaf in leaves
    }
    assert not any("not confirmed with a device key" in row[3] for row in found)


def test_who_has_the_key_of_the_log_alone_invents_no_act(file: bytes, tmp_path: Path, page: Page) -> None:
    """The act of another, another text under the signature, the signature on another entry: each is named; without a
    signature it says that there is none."""

    def spoilt(at: int, **change: object) -> Forger:
        forger = Forger(file)
        forger.put(at, **change)
        return forger

    leaves = Forger(file).leaves
    signed = [at for at, leaf in enumerate(leaves) if leaf.sig is not None]
    first, last = signed[0], next(at for at in signed if leaves[at].type == "contract_signed")
    other = Forger(file)
    other.body(last, str(other.bodies[last]["body"]).replace('"document_hash":"', '"document_hash":"0', 1))
    for forger, at in (
        (other, last),
        (spoilt(last, actor="w9"), last),
        (spoilt(last, command_id=leaves[first].command_id), last),
        (spoilt(last, sig=leaves[first].sig), last),
        (spoilt(0, sig=leaves[first].sig), 0),
        (spoilt(last, sig=text_of(public("impostor") + secret("impostor").sign(b"any"))), last),
    ):
        rows = [row for row in found_in(forger.signed(keep=False), tmp_path, page) if row[0] == 0]
        assert [row[1].partition(" ")[0] for row in rows] == [f"bodies.jsonl:{at + 1}"], rows
    rows = found_in(spoilt(last, sig=None).signed(keep=False), tmp_path, page)
    assert [row for row in rows if row[0] == 0] == []
    assert sum("not confirmed with a device key" in row[3] for row in rows) == 1


async def test_a_chief_signs_with_his_device_what_was_voted_and_nothing_else(
    look: Looking, still: House, clock: Standing
) -> None:
    acts = acted()
    number = next(n for n, one in enumerate(acts) if isinstance(one.command, c.SignContract))
    case = await write(still, acts[:number])
    clock.at = acts[number].at
    person, command = acts[number].by.person, acts[number].command
    assert isinstance(command, c.SignContract)
    client, path = look(person), f"/api/v1/negotiations/{case}/sign-contract"
    device = await Device(client, "any").register()

    async def ask(voted: str, signed: str, key: str = "k", sig: str | None = None) -> tuple[int, str, list[str]]:
        act = Act(log=still.site.audit.devices.name, case=case, person=person, key=key)
        made = device.secret.sign(said(act, c.SignContract(document_hash=signed)))
        header = text_of(device.public + made) if sig is None else sig
        headers = {"Idempotency-Key": "k", "Device-Signature": header}
        answer = await client.post(path, json={"document_hash": voted}, headers=headers)
        told = answer.json()
        return answer.status_code, told.get("code", ""), [one["reason"] for one in told.get("obstacles", ())]

    voted, other = command.document_hash, "0" * 64
    wrong: tuple[int, str, list[str]] = (422, "device_signature_wrong", [])
    assert await ask(voted, other) == wrong
    assert await ask(voted, voted, key="another act") == wrong
    assert await ask(voted, voted, sig="AAAA") == wrong
    assert await ask(voted, voted, sig=text_of(public("w9") + bytes(64))) == wrong
    status, _, reasons = await ask(other, other)
    assert (status, reasons) == (409, ["not_what_was_voted"])
    assert (await client.delete(f"/api/v1/me/device-keys/{device.key}")).status_code == 204
    assert await ask(voted, voted) == wrong
    device = await Device(client, "new").register()
    assert (await ask(voted, voted))[0] == 201
    assert (await ask(voted, voted))[0] == 200


async def test_a_key_signs_nothing_while_the_agreement_is_not_in_force(
    look: Looking, still: House, clock: Standing
) -> None:
    acts = acted()
    number = next(n for n, one in enumerate(acts) if isinstance(one.command, c.SignContract))
    case = await write(still, acts[:number])
    clock.at = acts[number].at
    person, command = acts[number].by.person, acts[number].command
    client, path = look(person), f"/api/v1/negotiations/{case}/sign-contract"
    device = await Device(client, "any").register()
    other = look("w0" if person == "e0" else "e0")  # the agreement is of both
    revoke = f"/api/v1/negotiations/{case}/revoke-electronic-service"
    assert (await other.post(revoke, json={})).status_code == 201
    bare = command.model_copy(update={"evidence": None})
    act = Act(log=still.site.audit.devices.name, case=case, person=person, key="k")
    headers = {"Idempotency-Key": "k", "Device-Signature": text_of(device.public + device.secret.sign(said(act, bare)))}
    answer = await client.post(path, json=bare.model_dump(mode="json", exclude_none=True), headers=headers)
    (obstacle,) = answer.json()["obstacles"]
    assert obstacle["reason"] == "electronic_service_not_confirmed"
    assert obstacle["articles"] == ["ESL 3", "ESL 13"]
    answer = await client.post(path, json=bare.model_dump(mode="json", exclude_none=True))
    assert [one["reason"] for one in answer.json()["obstacles"]] == ["evidence_missing"]


def _papers(forger: Forger, hashed: str, signature: dict[str, str]) -> None:
    """A contract and the file of it that bears a signature, in a file that is signed anew by the log."""
    contents = {
        "c-D14-1": {"blocks": [{"block": "text", "text": f"文本哈希 {hashed}。"}], "doc": "D14"},
        "c-D14S-1": {"doc": "D14S", "file": sha256(b"%PDF c-D14-1").hexdigest(), "signatures": [signature]},
    }
    rows = []
    for number, facts in contents.items():
        files = {"json": canonical(facts), "pdf": f"%PDF {number}".encode()}
        forger.files.update({f"papers/{number}.{kind}": content for kind, content in files.items()})
        hashes = {kind: sha256(content).hexdigest() for kind, content in files.items()}
        rows.append({"erased": False, "files": hashes, "number": number})
    for name in ("papers/D6-1.json", "papers/D6-1.pdf"):
        forger.files.pop(name, None)
    forger.files["papers/register.json"] = canonical(rows)


def test_what_stands_on_a_paper_is_what_an_entry_says(file: bytes, tmp_path: Path, page: Page) -> None:
    """Its hash of a text is one that an entry names, and its signatures are of devices that signed the entry: whoever
    has the key of the log prints no other. Where words were erased, a hash may have stood there, and it says so."""
    leaves = Forger(file).leaves
    at = next(n for n, leaf in enumerate(leaves) if leaf.type == "contract_signed")
    entry = f"{leaves[at].stream.partition('/')[2]}/{leaves[at].seq}"
    voted = msgspec.json.decode(Forger(file).bodies[at]["body"])["facts"]["document_hash"]
    mark = sha256(public(leaves[at].actor)).hexdigest()[:8]
    right = {"entry": entry, "mark": mark, "person": leaves[at].actor}
    other = {"a hash": ("0" * 64, right), "a hash of one more": (f"{voted}0", right)}
    other |= {what: (voted, {**right, what: "x"}) for what in right}
    wrongs = {}
    for what, (hashed, signature) in {"nothing": (voted, right), **other}.items():
        forger = Forger(file)
        _papers(forger, hashed, signature)
        found = found_in(forger.signed(keep=True), tmp_path, page)
        wrongs[what] = [row[1] for row in found if row[0] < 9]
        if what == "nothing":
            assert any(row[1] == "papers/c-D14-1.json" and voted_in(row[3], forger) == voted for row in found)
    assert wrongs == {
        "nothing": [], "a hash": ["papers/c-D14-1.json"], "a hash of one more": [],
        **{what: ["papers/c-D14S-1.json"] for what in right},
    }  # fmt: skip
    forger = Forger(file)
    _papers(forger, "0" * 64, right)
    erased = next(row for row in forger.bodies if row["words"] is not None)
    erased |= {"words": None, "words_salt": None}
    found = found_in(forger.signed(keep=True), tmp_path, page)
    assert [row[0] for row in found if row[1] == "papers/c-D14-1.json"] == [9]


def voted_in(said: str, forger: Forger) -> str:
    """The hash of a contract in the entry that a line of the report names."""
    stream, _, seq = said.rpartition(" ")[2].partition("/")
    for leaf, row in zip(forger.leaves, forger.bodies, strict=True):
        if leaf.stream.endswith(f"/{stream}") and leaf.seq == int(seq):
            facts = msgspec.json.decode(row["body"])["facts"]
            return str(facts.get("document_hash", facts.get("draft_hash")))
    return ""


def test_a_file_lies_under_its_own_hash(file: bytes, tmp_path: Path, page: Page) -> None:
    """Evidence names it by that."""
    for content, wrong in ((b"scan", []), (b"another", [f"files/{sha256(b'scan').hexdigest()}"])):
        forger = Forger(file)
        forger.files[f"files/{sha256(b'scan').hexdigest()}"] = content
        found = found_in(forger.signed(keep=True), tmp_path, page)
        assert [row[1] for row in found if row[0] < 9] == wrong


async def test_a_delegate_signs_with_his_own_device_as_far_as_his_mandate_goes(
    look: Looking, still: House, clock: Standing
) -> None:
    """受托的协商代表 signs the contract only where his letter says so (N2004 20, 23), with a key of his own."""
    acts = acted()
    number = next(n for n, one in enumerate(acts) if isinstance(one.command, c.SignContract))
    case = await write(still, acts[:number])
    clock.at = acts[number].at
    chief, command = acts[number].by.person, acts[number].command
    assert isinstance(command, c.SignContract)
    delegate, path = f"{chief[0]}1", f"/api/v1/negotiations/{case}"
    device = await Device(look(delegate), "delegate").register()
    bare = c.SignContract(document_hash=command.document_hash)

    async def signs(key: str) -> tuple[int, list[str]]:
        act = Act(log=still.site.audit.devices.name, case=case, person=delegate, key=key)
        made = text_of(device.public + device.secret.sign(said(act, bare)))
        headers = {"Idempotency-Key": key, "Device-Signature": made}
        answer = await look(delegate).post(
            f"{path}/sign-contract", json={"document_hash": bare.document_hash}, headers=headers
        )
        return answer.status_code, [one["reason"] for one in answer.json().get("obstacles", ())]

    async def delegates(**more: object) -> None:
        body = {"person": delegate, "until_on": "2027-12-31", "evidence": {"sha256": 64 * "a"}, **more}
        answer = await look(chief).post(f"{path}/delegate-chief", json=body)
        assert answer.status_code == 201, answer.text

    assert await signs("k0") == (409, ["not_your_seat"])
    await delegates()
    assert "delegate_may_not_sign" in (await signs("k1"))[1]
    await delegates(may_sign=True)
    assert (await signs("k2"))[0] == 201
    signing = (await look(chief).get(f"{path}/signing")).json()
    (contract,) = [one["text"] for one in signing["rows"] if one["text"]["what"] == "contract"]
    (hand,) = [one for one in contract["hands"] if one["state"] == "signed"]
    assert (hand["how"], hand["person"], hand["mark"]) == ("device", delegate, sha256(device.public).hexdigest()[:8])
