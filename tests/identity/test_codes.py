"""One-time codes: how long, how often, for which session, and how they travel, through a mail server that is one."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import Engine, text
from sqlmodel import select

from cloudnego.eventlog.districts import Districts
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.rewrap import rewrap, strays
from cloudnego.identity.codes import Codes, TooManyCodes
from cloudnego.identity.custody import CannotOpen, Custody
from cloudnego.identity.factor_tables import MailAddress
from cloudnego.identity.grades import Means
from cloudnego.identity.sending import Addresses, CannotSend, MailSender, MailServer, Parcel, masked
from cloudnego.identity.sessions import Sessions, Who
from cloudnego.identity.store import reading
from cloudnego.law import DEFAULT_PACK, shipped_calendar, shipped_pack
from tests.identity.conftest import D, Now, Town


class Tray:
    """A sender that keeps what it was given."""

    def __init__(self) -> None:
        self.parcels: list[Parcel] = []

    def reaches(self, person: str, session: str) -> str | None:
        return ""

    def send(self, parcel: Parcel) -> None:
        self.parcels.append(parcel)


@pytest.fixture
def tray() -> Tray:
    return Tray()


@pytest.fixture
def codes(engine: Engine, town: Town, custody: Custody, now: Now, tray: Tray) -> Codes:
    return Codes(engine, custody, town.new_id, now, {Means.MAIL: tray})


@pytest.fixture
def who(town: Town, sessions: Sessions) -> Who:
    found = sessions.who(sessions.open(D, "admin", town.founded.person, "cookie"))
    assert found is not None
    return found


def sent(codes: Codes, tray: Tray, who: Who) -> str:
    codes.send(who, Means.MAIL)
    return tray.parcels[-1].code


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_a_code_is_good_once_in_its_session(codes: Codes, tray: Tray, who: Who, sessions: Sessions, town: Town) -> None:
    code = sent(codes, tray, who)
    assert len(code) == 6
    other = sessions.who(sessions.open(D, "admin", town.founded.person, "cookie"))
    assert other is not None
    assert not codes.right(other, code)
    assert codes.right(who, code)
    assert not codes.right(who, code)


def test_a_code_is_good_for_five_minutes(codes: Codes, tray: Tray, who: Who, now: Now) -> None:
    code = sent(codes, tray, who)
    now.s += 299
    again = sent(codes, tray, who)
    assert code == again or not codes.right(who, code), "the newest alone"
    now.s += 300
    assert not codes.right(who, again)


def test_after_five_tries_the_right_code_is_wrong(codes: Codes, tray: Tray, who: Who) -> None:
    code = sent(codes, tray, who)
    assert not any(codes.right(who, wrong(code)) for _ in range(5))
    assert not codes.right(who, code)


def test_the_fifth_try_may_be_right(codes: Codes, tray: Tray, who: Who) -> None:
    code = sent(codes, tray, who)
    assert not any(codes.right(who, wrong(code)) for _ in range(4))
    assert codes.right(who, code)


def test_nobodys_mailbox_is_filled(codes: Codes, tray: Tray, who: Who, now: Now) -> None:
    for _ in range(10):
        sent(codes, tray, who)
        with pytest.raises(TooManyCodes):
            codes.send(who, Means.MAIL)
        now.s += 30
    with pytest.raises(TooManyCodes) as far:
        codes.send(who, Means.MAIL)
    now.s += far.value.wait_s
    codes.send(who, Means.MAIL)
    assert len(tray.parcels) == 11


def test_the_code_is_not_in_the_database(codes: Codes, tray: Tray, who: Who, engine: Engine) -> None:
    code = sent(codes, tray, who)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT digest, id FROM one_time_code")).all()
    assert code not in str(rows)
    assert len(rows[0].digest) == 64


def test_what_is_sealed_opens_for_what_it_was_sealed_for(custody: Custody) -> None:
    sealed = custody.seal(D, "秘密", "app", "p1")
    assert custody.open(D, sealed, "app", "p1") == "秘密"
    with pytest.raises(CannotOpen):
        custody.open(D, sealed, "app", "p2")


# --- by mail ------------------------------------------------------------------------------------------------------


class Postbox:
    """A mail server on loopback, as much of RFC 5321 as `smtplib` speaks; with a certificate it offers STARTTLS."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.port = 0
        self.said: list[str] = []
        self.letters: list[bytes] = []

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        encrypted = False
        while line := (await reader.readline()).decode().strip():
            word = line.split()[0].upper()
            self.said.append(word)
            if word == "EHLO":
                offer = b"250-here\r\n250-STARTTLS\r\n" if self._tls and not encrypted else b"250-here\r\n"
                writer.write(offer + b"250 8BITMIME\r\n")
            elif word == "STARTTLS" and self._tls is not None:
                writer.write(b"220 go\r\n")
                await writer.start_tls(self._tls)
                encrypted = True
            elif word == "DATA":
                writer.write(b"354 go\r\n")
                self.letters.append(await reader.readuntil(b"\r\n.\r\n"))
                writer.write(b"250 taken\r\n")
            elif word == "QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 fine\r\n")
        writer.close()

    @contextmanager
    def open(self) -> Iterator[Postbox]:
        loop = asyncio.new_event_loop()
        ready = threading.Event()
        stop = asyncio.Event()

        async def serve() -> None:
            async with await asyncio.start_server(self.meet, "127.0.0.1", 0) as server:
                self.port = server.sockets[0].getsockname()[1]
                ready.set()
                await stop.wait()

        thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
        thread.start()
        assert ready.wait(10)
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join(10)
            loop.close()


@pytest.fixture
def addresses(engine: Engine, custody: Custody, now: Now) -> Addresses:
    return Addresses(engine, custody, now)


@pytest.fixture
def address(addresses: Addresses, town: Town) -> str:
    addresses.set(D, town.founded.person, "zhou.xl@example.com")
    return "zhou.xl@example.com"


def letter(town: Town) -> Parcel:
    return Parcel(D, town.founded.person, "i1", "305172", town.now() + 300)


def test_a_code_is_mailed(addresses: Addresses, town: Town, address: str) -> None:
    with Postbox().open() as box:
        server = MailServer(host="127.0.0.1", port=box.port, sender="cloudnego@example.com", tls="none")
        sender = MailSender(addresses, server)
        assert sender.reaches(town.founded.person, "i1") == "z•••@example.com"
        sender.send(letter(town))
    read = message_from_bytes(box.letters[0], policy=policy.default)
    assert (read["To"], read["From"]) == (address, "cloudnego@example.com")
    assert "305172" in read.get_content()
    assert "305172" not in str(read["Subject"]), "a locked phone shows the subject"


@pytest.mark.usefixtures("address")
def test_a_server_that_cannot_encrypt_gets_no_code(addresses: Addresses, town: Town) -> None:
    with Postbox().open() as box:
        sender = MailSender(addresses, MailServer(host="127.0.0.1", port=box.port, sender="a@example.com"))
        with pytest.raises(CannotSend):
            sender.send(letter(town))
    assert box.letters == []
    assert "MAIL" not in box.said


@pytest.mark.usefixtures("address")
@pytest.mark.parametrize("trusted", [True, False])
def test_the_certificate_is_checked(
    addresses: Addresses, town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool
) -> None:
    context, authority = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority) if trusted else "/dev/null")
    with Postbox(context).open() as box:
        sender = MailSender(addresses, MailServer(host="127.0.0.1", port=box.port, sender="a@example.com"))
        if trusted:
            sender.send(letter(town))
        else:
            with pytest.raises(CannotSend):
                sender.send(letter(town))
    assert len(box.letters) == int(trusted)


@pytest.mark.usefixtures("address")
def test_nobody_there_is_no_defect(addresses: Addresses, town: Town) -> None:
    with Postbox().open() as box:
        port = box.port
    sender = MailSender(addresses, MailServer(host="127.0.0.1", port=port, sender="a@example.com", tls="none"))
    with pytest.raises(CannotSend):
        sender.send(letter(town))


def test_who_has_no_address_is_not_reached(addresses: Addresses, town: Town) -> None:
    sender = MailSender(addresses, MailServer(host="127.0.0.1", port=1, sender="a@example.com"))
    assert sender.reaches(town.founded.person, "i1") is None
    with pytest.raises(CannotSend):
        sender.send(letter(town))


def test_an_address_or_a_number_is_shown_to_its_owner_alone() -> None:
    assert masked("zhou.xl@example.com") == "z•••@example.com"
    assert masked("+8613900000077") == "+86•••0077"


def test_an_address_lies_sealed_for_its_owner(addresses: Addresses, town: Town, custody: Custody) -> None:
    person, longest = town.founded.person, f"{'z' * 64}@{'e' * 180}"  # as `bodies.MailTo` lets in
    sealed = []
    for address in ("zhou.xl@example.com", longest):
        addresses.set(D, person, address)
        with reading(town.engine) as session:
            (row,) = session.exec(select(MailAddress)).all()
        assert address not in str(row.model_dump())
        assert addresses.of(person) == address
        sealed.append(row.sealed)
    (column,) = (one for one in MailAddress.__table__.columns if one.name == "sealed")  # type: ignore[attr-defined]
    assert len(sealed[1]) <= column.type.length
    with pytest.raises(CannotOpen):
        custody.open(D, sealed[1], "mail", "p2")


def test_an_address_opens_when_the_master_key_that_it_was_sealed_under_is_gone(
    engine: Engine, town: Town, now: Now, tmp_path: Path
) -> None:
    """It lies under the district's key, which is wrapped anew."""
    ring = Keyring.create(tmp_path / "master.key")
    Districts(engine, ring).make(D, "萧山区", "live", shipped_pack(DEFAULT_PACK), shipped_calendar())
    Addresses(engine, Custody(engine, ring), now).set(D, town.founded.person, "zhou.xl@example.com")
    (old,) = ring.marks
    ring.add()
    rewrap(engine, ring)
    assert strays(engine, old) == []
    ring.drop(old)
    later = Custody(engine, Keyring.open(tmp_path / "master.key"))
    assert Addresses(engine, later, now).of(town.founded.person) == "zhou.xl@example.com"


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's certificate for loopback, and the file of whoever signed it: itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a mail server of the tests")])
    began = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(began)
        .not_valid_after(began + timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file, secret = folder / "certificate.pem", folder / "key.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, secret)
    return context, file
