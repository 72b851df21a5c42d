"""Asking others: only https to the world, never inside, never long, never round a corner."""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address

import pytest

from cloudnego.identity import outward as module
from cloudnego.identity.outward import ANSWER_MAX, Answered, Away, NotThere, Outward, Question, checked, may_be_asked
from tests.identity.forging import Forger, forging

WORLD = ("8.8.8.8", "223.5.5.5", "2606:4700::1111", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::808:808")
PRIVATE = ("10.0.0.1", "172.16.3.4", "192.168.1.1", "fd12:3456::1", "::ffff:10.0.0.1", "64:ff9b::a00:1")
NEVER = (
    "127.0.0.1", "127.255.0.1", "0.0.0.0", "169.254.169.254", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fec0::1", "ff02::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::1", "2002:a9fe:a9fe::1", "100.64.0.1",
)  # fmt: skip


@pytest.mark.parametrize("address", WORLD)
def test_an_address_of_the_world_may_be_asked(address: str) -> None:
    assert may_be_asked(ip_address(address))


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_only_where_the_operator_said_so(address: str) -> None:
    assert not may_be_asked(ip_address(address))
    assert may_be_asked(ip_address(address), inner=True)


@pytest.mark.parametrize("address", NEVER)
def test_this_machine_its_links_and_what_is_reserved_never(address: str) -> None:
    assert not may_be_asked(ip_address(address))
    assert not may_be_asked(ip_address(address), inner=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://provider.example/", "ftp://provider.example/", "https://", "https:///x", "//provider.example", "x",
        "https://user@provider.example/", "https://user:word@provider.example/", "https://provider.example/#x",
        "https://provider.example/\r\nx", "https://provider.example/ x", "https://身份.example/", "",
        "http://127.0.0.1.evil.example/", "http://localhost.evil.example/", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_what_is_no_https_address_is_not_asked(url: str) -> None:
    with pytest.raises(NotThere):
        checked(url, loopback=True)


def test_http_to_this_machine_only_where_a_setting_says_so() -> None:
    for url in ("http://127.0.0.1:1/x", "http://localhost/x", "http://[::1]:1/x"):
        assert str(checked(url, loopback=True)) == url
        with pytest.raises(NotThere):
            checked(url, loopback=False)


@pytest.fixture
def sink() -> Iterator[Forger]:
    with forging() as made:
        made.says("/x", {"inner": "secret"})
        yield made


FORMS = (
    "https://127.0.0.1:{port}/x", "https://localhost:{port}/x", "https://2130706433:{port}/x",
    "https://0x7f000001:{port}/x", "https://0177.0.0.1:{port}/x", "https://127.1:{port}/x", "https://0:{port}/x",
    "https://[::1]:{port}/x", "https://[::ffff:127.0.0.1]:{port}/x", "https://[::ffff:7f00:1]:{port}/x",
    "https://[::]:{port}/x", "https://LOCALHOST:{port}/x", "https://localhost.:{port}/x", "http://127.0.0.1:{port}/x",
)  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("inner", [False, True])
async def test_no_form_of_a_name_leads_to_this_machine(sink: Forger, form: str, inner: bool) -> None:
    with pytest.raises(Away):
        await Outward().ask(Question(url=form.format(port=sink.url.rsplit(":", 1)[1]), inner=inner))
    assert sink.asked == []


async def test_an_answer_is_a_json_object_and_no_longer_than_allowed(sink: Forger) -> None:
    asking = Outward(loopback=True)
    assert await asking.ask(Question(url=f"{sink.url}/x")) == Answered(200, {"inner": "secret"})
    for body in (b"[]", b"null", b"not json", b"", b'{"x": "\xff"}', b"[" * 100_000):
        sink.says("/x", body)
        with pytest.raises(Away):
            await asking.ask(Question(url=f"{sink.url}/x"))
    sink.says("/x", b'{"x": "' + b"y" * ANSWER_MAX + b'"}')
    with pytest.raises(Away, match="long"):
        await asking.ask(Question(url=f"{sink.url}/x"))


async def test_what_is_packed_is_not_unpacked(sink: Forger) -> None:
    sink.says("/x", {}, headers={"Content-Encoding": "gzip"})
    with pytest.raises(Away, match="packed"):
        await Outward(loopback=True).ask(Question(url=f"{sink.url}/x"))


async def test_a_redirect_is_an_answer_and_not_a_way(sink: Forger) -> None:
    sink.says("/there", {}, 302, {"Location": "/x"})
    assert (await Outward(loopback=True).ask(Question(url=f"{sink.url}/there"))).status == 302
    assert sink.count("/x") == 0


async def test_a_slow_answer_is_not_waited_for(sink: Forger, monkeypatch: pytest.MonkeyPatch) -> None:
    from threading import Event

    ended = Event()
    sink.answers["/x"] = lambda _: (200, {}, b"{}") if ended.wait(5) else (500, {}, b"")
    monkeypatch.setattr(module, "_WHOLE_S", 0.1)
    with pytest.raises(Away):
        await Outward(loopback=True).ask(Question(url=f"{sink.url}/x"))
    ended.set()


async def test_no_proxy_of_the_environment_is_used(sink: Forger, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert (await Outward(loopback=True).ask(Question(url=f"{sink.url}/x"))).status == 200


async def test_fields_go_where_they_are_to_go(sink: Forger) -> None:
    asking = Outward(loopback=True)
    for send in ("query", "form", "json"):
        question = Question(url=f"{sink.url}/x?kept=1", method="POST", send=send, fields={"a": "b&c=d", "e": "é"})
        await asking.ask(question)
        assert sink.asked[-1].fields == {"kept": "1", "a": "b&c=d", "e": "é"}, send
        assert sink.asked[-1].headers["Host"] == sink.url.removeprefix("http://")


# --- what is posted -------------------------------------------------------------------------------------------------


def _written(number: int, width: int) -> set[str]:
    return {str(number), f"0x{number:x}", f"0X{number:0{2 * width + 2}X}", f"0{number:o}" if number else "00"}


def _numbers(address: str) -> set[str]:
    """An IPv4 address in every way inet_aton reads: one to four parts, each decimal, octal or hexadecimal."""
    parts = [int(one) for one in address.split(".")]
    found = set()
    for count in range(1, 5):
        rest = int.from_bytes(bytes(parts[count - 1 :]), "big")
        ways = [_written(one, 1) for one in parts[: count - 1]] + [_written(rest, 5 - count)]
        found |= {".".join(one) for one in itertools.product(*(sorted(way)[: 4 if count < 3 else 3] for way in ways))}
    return found


def _hosts() -> list[str]:
    """Names for this machine, its link and what carries their addresses inside."""
    inner = [f"{int(ip_address(one)):08x}" for one in ("127.0.0.1", "169.254.169.254", "10.0.0.1", "0.0.0.0")]
    pairs = [f"{one[:4]}:{one[4:]}" for one in inner]
    six = [
        f"[{form.format(one)}]"
        for one in pairs
        for form in (
            "::ffff:{}",
            "::{}",
            "64:ff9b::{}",
            "64:ff9b:1::{}",
            "2002:{}::1",
            "0:0:0:0:0:ffff:{}",
            "::FFFF:{}",
        )
    ]
    names = [
        "localhost", "LOCALHOST", "localhost.", "127.0.0.1.", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[0000::0001]",
        "[::1%25lo]", "[fe80::1%25lo]", "[fe80::1]", "[fec0::1]", "[ff02::1]", "[fd00:ec2::254]",
        "①②⑦.⓪.⓪.①", "127。0。0。1", "ip6-localhost",
        "127%2e0%2e0%2e1", "8.8.8.8@127.0.0.1", "8.8.8.8%40127.0.0.1", "127.0.0.1#@8.8.8.8", "127.0.0.1\\@8.8.8.8",
        "127.0.0.1%00.example", "127.1", "127.0.1", "0", "%31%32%37.0.0.1", " 127.0.0.1", "127.0.0.1\t",
    ]  # fmt: skip
    numbers = [_numbers(one) for one in ("127.0.0.1", "127.127.127.127", "0.0.0.0", "169.254.169.254")]
    return [*names, *six, *sorted(set[str]().union(*numbers))]


@contextmanager
def _sink() -> Iterator[tuple[int, list[object]]]:
    """Listens on every address of this machine, and keeps who came."""
    came: list[object] = []
    with socket.create_server(("", 0), family=socket.AF_INET6, dualstack_ipv6=True) as server:
        server.setblocking(False)
        yield server.getsockname()[1], came
        with suppress(BlockingIOError):
            while True:
                connection, peer = server.accept()
                connection.close()
                came.append(peer)


async def _post(asking: Outward, url: str) -> int:
    async with asking.line(url) as line:
        return await line.post(b"{}", {})


async def test_no_form_of_an_address_lets_anything_be_posted_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    asking, hosts = Outward(), _hosts()
    with _sink() as (port, came):
        monkeypatch.setattr(module, "PORTS", {None, 443, port})
        for host in hosts:
            for scheme in ("https", "http"):
                with pytest.raises(Away):
                    await _post(asking, f"{scheme}://{host}:{port}/hook")
    assert came == []
    assert len(hosts) > 300, len(hosts)


async def test_the_sink_would_have_noticed() -> None:
    with _sink() as (port, came):
        for host in ("127.0.0.1", "[::1]", "0x7f.1"):
            with suppress(Away, TimeoutError, NotThere):
                reader, writer = await asyncio.open_connection(host.strip("[]"), port)
                del reader
                writer.close()
    assert len(came) == 3


async def test_a_name_that_leads_elsewhere_a_moment_later_is_asked_where_it_was_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = [["8.8.8.8"], ["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["8.8.8.8"], ["127.0.0.1"]]
    asked: list[str] = []

    async def resolver(host: str, port: int, **_: object) -> list[object]:
        if ip_or_none(host) is not None:  # as httpx2 looks up the address it was given
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in said.pop(0)]

    monkeypatch.setattr(module, "_WHOLE_S", 0.05)
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolver)
    with _sink() as (port, came):
        monkeypatch.setattr(module, "PORTS", {port})
        for _ in range(4):
            with suppress(TimeoutError, Away):
                await _post(Outward(), f"https://rebinding.example:{port}/hook")
    assert asked == ["rebinding.example"] * 4
    assert came == []


def ip_or_none(text: str) -> object:
    try:
        return ip_address(text)
    except ValueError:
        return None
