"""The log of a district is stamped once a day; the stamp is in the audit file, and whoever spoils it is found."""

from __future__ import annotations

import asyncio
import json
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from asn1crypto import tsp
from sqlalchemy import text
from typer.testing import CliRunner

from cloudnego.__main__ import app
from cloudnego.audit import verify
from cloudnego.audit.logkey import LogKey
from cloudnego.audit.stamps import EVERY_S, Stamped, Stamps, newest
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.leaf import canonical
from cloudnego.eventlog.log import SqlLog
from cloudnego.exporting.audience import Audience
from cloudnego.exporting.case import Order, export_case, house_on
from cloudnego.exporting.proving import stamp_in
from cloudnego.signing.authority import Authority
from cloudnego.signing.pades import Stamper
from cloudnego.signing.stamping import HttpStamps, InternalStamps, TokenWrong, checked
from tests.audit.given import contents, packed
from tests.eventlog.conftest import migrated_sqlite, quiet
from tests.eventlog.given import DISTRICT, loaded, make_district

__all__ = ["migrated_sqlite", "quiet"]

NOW = datetime(2026, 11, 29, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.fresh("log.example", NOW)


@contextmanager
def serving(authority: Authority) -> Iterator[str]:
    """A server of time stamps on this machine, as RFC 3161, 3.4 has it."""

    class Asked(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            answer = asyncio.run(Stamper(authority, NOW).async_request_tsa_response(tsp.TimeStampReq.load(raw)))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer.dump())

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Asked)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_token_is_over_its_text_and_says_who_gave_it(authority: Authority) -> None:
    with serving(authority) as url:
        for stamper in (HttpStamps(url), InternalStamps(lambda: authority, lambda: NOW)):
            made = stamper.stamp(b"a head")
            token = checked(made.token, b"a head")
            assert (token.at, token.trusted) == (NOW, False)
            assert "非依法设立" in made.issuer, "it says what it is"
            assert checked(made.token, b"a head", (authority.pem,)).trusted
            other = Authority.fresh("other", NOW)
            assert not checked(made.token, b"a head", (other.pem,)).trusted
            for wrong, said in ((made.token, b"another"), (made.token[:-1], b"a head"), (b"", b"a head")):
                with pytest.raises(TokenWrong):
                    checked(wrong, said)
    with pytest.raises(OSError):
        HttpStamps(url).stamp(b"a head")


class Silent:
    """A server that does not answer."""

    internal = False

    def stamp(self, message: bytes) -> Stamped:
        raise OSError(message)


def test_once_a_day_and_in_the_audit_file(authority: Authority, migrated_sqlite: Path, tmp_path: Path) -> None:
    place = tmp_path / "log.sqlite3"
    place.write_bytes(migrated_sqlite.read_bytes())
    log = SqlLog(f"sqlite:///{place}", Keyring.seeded("stamps"))
    make_district(log)
    case = loaded(log, ("plain", ""))[0]
    with log.engine.begin() as connection:
        connection.execute(text("UPDATE district SET kind = 'live'"))
    clock = [1_790_000_000]
    house = house_on(log.engine, log.ring, LogKey.seeded("stamps"), lambda: clock[0])
    house.logs.stamps = Stamps(log.engine, Silent, lambda: clock[0])
    assert house.logs.tick(DISTRICT) == 2, "who does not answer stops nothing"
    assert newest(log.engine, DISTRICT) is None
    house.logs.stamps = Stamps(log.engine, lambda: InternalStamps(lambda: authority, lambda: NOW), lambda: clock[0])
    sizes = []
    for _ in range(3):
        clock[0] += EVERY_S // 2
        house.logs.tick(DISTRICT)
        found = newest(log.engine, DISTRICT)
        assert found is not None
        sizes.append((found.size, found.internal))
    assert sizes == [(3, True), (3, True), (5, True)], "every other time, half a day being too soon"
    clock[0] += EVERY_S // 2
    house.logs.tick(DISTRICT)
    target = tmp_path / "a.zip"
    order = Order(case, Audience.AUTHORITY, "operator", "", "2026-11-29T16:00:00+08:00", "")
    export_case(house, order, target, lambda _: None)
    log.close()
    assert [one for one in verify.verify(target, []) if one[0] < 9] == []
    token = stamp_in(verify.Archive(target, verify.Report()), (authority.pem,))
    assert token is not None
    assert token.trusted
    run = CliRunner().invoke(app, ["verify", str(target)])
    assert (run.exit_code, "时间戳成立" in run.output) == (0, True), run.output
    files = contents(target.read_bytes())
    said = json.loads(files["district/stamp.json"])
    raw = bytearray(b64decode(said["token"]))
    raw[-1] ^= 1
    for change in ({"token": b64encode(raw).decode()}, {"proof": said["proof"][:-1]}, {"text": said["text"] + "x"}):
        spoilt = {**files, "district/stamp.json": canonical({**said, **change})}
        (tmp_path / "b.zip").write_bytes(packed(spoilt))
        with pytest.raises((TokenWrong, ValueError)):
            stamp_in(verify.Archive(tmp_path / "b.zip", verify.Report()))
