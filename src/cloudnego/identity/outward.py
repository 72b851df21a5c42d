"""Asking other services over HTTP: a short time, a short answer, no detours, and never a service of our own inside.

A provider's discovery document names further addresses. What it names is asked only over https, after every address
its name resolves to was looked at, and at exactly the address that was looked at: a name that says something else a
moment later (rebinding) changes nothing. Redirects are not followed and no proxy of the environment is used.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, Final, Literal

import httpx2
import msgspec

ANSWER_MAX: Final = 131_072
"""Bytes of an answer; a JWKS of thirty RSA keys has 16 KiB."""

PORTS: Final = frozenset({None, 443, 8443})
"""Where webhooks are posted."""

_WHOLE_S: Final = 10.0  # resolving, connecting and reading together: somebody waits before a browser
_STEP_S: Final = 5.0
_AT_ONCE: Final = 16  # a provider that hangs must not fill the house with waiting requests
_TRIED: Final = 3  # addresses of one name

Address = IPv4Address | IPv6Address
_UNICAST: Final = IPv6Network("2000::/3")  # all that is given out (RFC 4291 §2.4)
_WITH_IPV4: Final = {IPv6Network("64:ff9b::/96"): 0, IPv6Network("2002::/16"): 80}
"""Prefixes that carry an IPv4 address, and how many bits follow it (RFC 6052, RFC 3056)."""


class Away(Exception):
    """The other service could not be asked, did not answer in time, or with something else than a JSON object."""


class NotThere(Away):
    """The address must not be asked: not https, or it leads to a network that is not the world's."""


class Answered(msgspec.Struct, frozen=True):
    """A status, and a JSON object."""

    status: int
    document: dict[str, Any]


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked. `fields` go into the query, a form or a JSON object, as `send` says.

    `inner`: the operator said that this one lies in a network of his own; `mute`: only the status is wanted, and what
    is said with it is not read.
    """

    url: str
    method: Literal["GET", "POST"] = "GET"
    send: Literal["query", "form", "json"] = "query"
    fields: Mapping[str, Any] = {}
    headers: Mapping[str, str] = {}
    inner: bool = False
    mute: bool = False


def may_be_asked(address: Address, *, inner: bool = False) -> bool:
    """Whether an address is one of the world, or with `inner` one of a private network.

    Never this machine, a link (cloud metadata lies there), a group, or what is reserved; an IPv4 address inside an
    IPv6 one is looked at itself.
    """
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return may_be_asked(address.ipv4_mapped, inner=inner)
        for prefix, after in _WITH_IPV4.items():
            if address in prefix:
                return may_be_asked(IPv4Address(int(address) >> after & 0xFFFF_FFFF), inner=inner)
    if address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    if address.is_reserved or (isinstance(address, IPv6Address) and address not in _UNICAST and not address.is_private):
        return False
    return address.is_global or (inner and address.is_private)


def checked(url: str, *, loopback: bool) -> httpx2.URL:
    """The URL, if it is https to somewhere, or with `loopback` plain http to this machine by its number or as
    `localhost`. Raises `NotThere`."""
    try:
        found = httpx2.URL(url)
    except (httpx2.InvalidURL, ValueError):
        raise NotThere("url") from None
    if not found.host or found.userinfo or found.fragment or not url.isascii() or not url.isprintable() or " " in url:
        raise NotThere("url")
    if found.scheme != "https" and not (loopback and found.scheme == "http" and _here(found.host)):
        raise NotThere("scheme")
    return found


def _here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@cache
def _trusted() -> ssl.SSLContext:
    """Whom this machine trusts: reading its list takes a fifth of a second."""
    return ssl.create_default_context()


_NOBODY: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks certificates, and trusts none


class Outward:
    """Asks others. `loopback`: for tests and development, http to this very machine is allowed."""

    def __init__(self, *, loopback: bool = False) -> None:
        self.loopback = loopback
        self._at_once = asyncio.Semaphore(_AT_ONCE)

    async def ask(self, question: Question) -> Answered:
        """The answer, whatever its status below 500. Raises `Away`, of which no text of the other side is part."""
        url = checked(question.url, loopback=self.loopback)
        try:
            async with asyncio.timeout(_WHOLE_S), self._at_once:
                for address in await self._addresses(url, question.inner):
                    try:
                        return await self._asked(question, url, address)
                    except httpx2.ConnectError:
                        continue
        except (TimeoutError, httpx2.HTTPError, OSError, ValueError) as wrong:
            raise Away(type(wrong).__name__) from None
        raise Away("no connection")

    @asynccontextmanager
    async def line(self, url: str) -> AsyncIterator[Line]:
        """A line to one address of where a URL leads, for several things to be posted. What it
        leads to is looked at anew for each line. Raises `NotThere`, `Away`."""
        where = checked_to_post(url, loopback=self.loopback)
        try:
            async with asyncio.timeout(_STEP_S):
                addresses = await self._addresses(where, inner=False)
        except (TimeoutError, OSError) as wrong:
            raise Away(type(wrong).__name__) from None
        async with _client(where) as client:
            yield Line(client, where, addresses)

    async def _addresses(self, url: httpx2.URL, inner: bool) -> list[Address]:
        """Where the name leads: all of it must be allowed. Raises `NotThere`, OSError."""
        port = url.port or (443 if url.scheme == "https" else 80)
        found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
        addresses = [ip_address(str(one[4][0]).partition("%")[0]) for one in found]
        here = self.loopback and _here(url.host)
        if not all(one.is_loopback if here else may_be_asked(one, inner=inner) for one in addresses):
            raise NotThere("address")
        return list(dict.fromkeys(addresses))[:_TRIED]

    async def _asked(self, question: Question, url: httpx2.URL, address: Address) -> Answered:
        """Ask at the address that was looked at; the certificate must be the name's."""
        headers = {**question.headers, "Host": url.netloc.decode(), "Accept": "application/json"}
        async with _client(url) as client:
            request = client.build_request(
                question.method,
                url.copy_with(host=str(address)),
                params={**url.params, **question.fields} if question.send == "query" else None,
                data=question.fields if question.send == "form" else None,
                json=question.fields if question.send == "json" else None,
                headers={**headers, "Accept-Encoding": "identity"},
                extensions={"sni_hostname": url.host},
            )
            answer = await client.send(request, stream=True)
            try:
                body = b"{}" if question.mute else await _body(answer)
            finally:
                await answer.aclose()
        if answer.status_code >= 500:
            raise Away("status")
        return Answered(answer.status_code, msgspec.json.decode(body, type=dict[str, Any]))


def checked_to_post(url: str, *, loopback: bool) -> httpx2.URL:
    """As `checked`, and to a port of the web: what listens at others was not made for strangers. Raises `NotThere`."""
    found = checked(url, loopback=loopback)
    if found.scheme == "https" and not loopback and found.port not in PORTS:
        raise NotThere("port")
    return found


def _client(url: httpx2.URL) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        verify=_trusted() if url.scheme == "https" else _NOBODY,
        trust_env=False,
        follow_redirects=False,
        timeout=_STEP_S,
    )


class Line:
    """A way to where one URL leads, at the addresses that were looked at and no other."""

    def __init__(self, client: httpx2.AsyncClient, url: httpx2.URL, addresses: list[Address]) -> None:
        self._client: Final = client
        self._url: Final = url
        self._addresses: Final = addresses

    async def post(self, body: bytes, headers: Mapping[str, str]) -> int:
        """Post JSON and return the status; of what is answered with it no more is read than allowed, and nothing kept.
        Raises `TimeoutError`, `Away`."""
        try:
            async with asyncio.timeout(_WHOLE_S):
                return await self._posted(body, headers)
        except httpx2.TimeoutException:
            raise TimeoutError from None
        except (httpx2.HTTPError, OSError, ValueError) as wrong:
            if isinstance(wrong, TimeoutError):
                raise
            raise Away(type(wrong).__name__) from None

    async def _posted(self, body: bytes, headers: Mapping[str, str]) -> int:
        while True:
            address = self._addresses[0]
            request = self._client.build_request(
                "POST",
                self._url.copy_with(host=str(address)),
                content=body,
                headers={
                    **headers, "Host": self._url.netloc.decode(), "Content-Type": "application/json", "Accept": "*/*",
                    "Accept-Encoding": "identity", "User-Agent": "CloudNego",
                },
                extensions={"sni_hostname": self._url.host},
            )  # fmt: skip
            try:
                answer = await self._client.send(request, stream=True)
            except httpx2.ConnectError:
                if address == self._addresses[-1]:
                    raise
                if address == self._addresses[0]:  # else somebody beside us has found that out
                    self._addresses.pop(0)
                continue
            try:
                await _body(answer)  # to its end, so that the connection can be used again
            except Away:
                pass
            finally:
                await answer.aclose()
            return answer.status_code


async def _body(answer: httpx2.Response) -> bytes:
    """The bytes as they came, no more than allowed: what is packed would be larger than it looks."""
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise Away("packed")
    found = bytearray()
    async for part in answer.aiter_raw():
        found += part
        if len(found) > ANSWER_MAX:
            raise Away("long")
    return bytes(found)
