"""`cloudnego admin portal`: clients of the portals where an operator registers them, and the key that signs tokens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final

import typer
from rich.table import Table

from cloudnego.console import CannotBe, DistrictName, out, tell, the_district
from cloudnego.eventlog.districts import Districts
from cloudnego.identity.clients import Client, Grant, NewClient
from cloudnego.identity.portals import Portals
from cloudnego.identity.roster import RosterError
from cloudnego.main import looked_into, portals_of
from cloudnego.settings import Settings
from cloudnego.web.portal_clients import ClientBody
from cloudnego.web.scopes import PortalScope

app: Final = typer.Typer(
    help="企业接入的系统：登记、授权、换密钥、停用。 Programs enterprises let in: register, grant, renew, end.",
    no_args_is_help=True,
    add_completion=False,
)

TheClient = Annotated[str, typer.Argument(help="客户端编号。 Id of the client.")]
Enterprise = Annotated[str, typer.Argument(help="企业编号。 Id of the enterprise.")]
Scopes = Annotated[
    list[PortalScope], typer.Option("--scope", help="权限范围，可写多次。 What it may do; may stand several times.")
]


@contextmanager
def _portals() -> Iterator[tuple[Portals, Districts]]:
    settings = Settings()
    with looked_into(settings) as (engine, ring):
        yield portals_of(engine, ring, settings), Districts(engine, ring)


def _client(portals: Portals, client: str) -> Client:
    found = portals.clients.get(client)
    if found is None:
        raise RosterError("client_unknown", client=client)
    return found


@app.command("add", help="为企业登记客户端；不写企业的是平台。 Register a client; without an enterprise a platform.")
def add(
    name: Annotated[str, typer.Argument(help="名称。 Its name.")],
    *,
    enterprise: Annotated[str | None, typer.Option(help="企业编号。 Id of the enterprise.")] = None,
    scopes: Scopes = [],  # noqa: B006  # typer copies it
    redirect: Annotated[
        list[str], typer.Option(help="本人授权后返回的地址，可写多次。 Where people are sent back to; several times.")
    ] = [],  # noqa: B006
    district: DistrictName = None,
) -> None:
    """Register a client. Prints id and secret, which is said this once, with a space between, for scripts."""
    if (enterprise is None) == bool(scopes):
        raise CannotBe("scopes_of_enterprise")
    words = ClientBody(name=name, enterprise=enterprise, scopes=tuple(scopes), redirect_uris=tuple(redirect))
    grants = () if enterprise is None else (Grant(enterprise, frozenset(scope.value for scope in scopes)),)
    kind = "platform" if enterprise is None else "enterprise"
    with _portals() as (portals, districts):
        home = the_district(districts, district).id
        new = NewClient(name=words.name, kind=kind, redirect_uris=words.redirect_uris, grants=grants)
        client, secret = portals.clients.register(home, new, "operator")
    out.print(f"{client} {secret}", highlight=False, soft_wrap=True)


@app.command("grant", help="授予权限，替换此前的。 Grant scopes for an enterprise, in place of those before.")
def grant(client: TheClient, enterprise: Enterprise, scopes: Scopes) -> None:
    """Grant scopes for an enterprise, in place of those before; `table` among them on its owner's written word."""
    with _portals() as (portals, _):
        found = _client(portals, client)
        if found.kind != "platform" and not found.scopes_for(enterprise):
            raise CannotBe("another_enterprise", client=client, enterprise=enterprise)
        portals.clients.grant(client, Grant(enterprise, frozenset(scope.value for scope in scopes)), "operator")
    tell("portal_granted", client=client, enterprise=enterprise, scopes=" ".join(sorted(scopes)))


@app.command("withdraw", help="撤回对一家企业的授权。 End what a client may do for an enterprise, from now on.")
def withdraw(client: TheClient, enterprise: Enterprise) -> None:
    """End what a client may do for an enterprise, from its next request on."""
    with _portals() as (portals, _):
        if not _client(portals, client).scopes_for(enterprise):
            raise CannotBe("nothing_granted", client=client, enterprise=enterprise)
        portals.clients.withdraw(client, enterprise)
    tell("portal_withdrawn", client=client, enterprise=enterprise)


@app.command("secret", help="换密钥；旧的再用一周。 A new secret; the old one works for another week.")
def secret(
    client: TheClient,
    end_others: Annotated[bool, typer.Option("--end-others", help="旧密钥立即失效。 The old one ends now.")] = False,
) -> None:
    """A new secret, said this once. Prints it alone, for scripts."""
    with _portals() as (portals, _):
        made = portals.clients.renew_secret(client)
        if end_others:
            portals.clients.end_secrets(client)
    out.print(made, highlight=False, soft_wrap=True)


@app.command("end", help="停用客户端。 End a client, from its next request on.")
def end(client: TheClient) -> None:
    """End a client, from its next request on."""
    with _portals() as (portals, _):
        portals.clients.end(client)
    tell("portal_ended", client=client)


@app.command("list", help="区内的客户端、授权和公钥。 Clients of a district, what they may do, and their keys.")
def list_clients(district: DistrictName = None) -> None:
    """Clients of a district with what they may do, one line an enterprise."""
    table = Table("编号 id", "名称 name", "种类 kind", "授权 grants", "公钥 keys")
    with _portals() as (portals, districts):
        for one in portals.clients.of(the_district(districts, district).id, None):
            grants = "\n".join(f"{grant.enterprise}: {' '.join(sorted(grant.scopes))}" for grant in one.grants)
            table.add_row(one.id, one.name, one.kind, grants, "\n".join(portals.clients.keys(one.id)))
    out.print(table)


@app.command(
    "turn-key", help="换签名密钥；旧的再公布一天。 Sign tokens with a new key; the old is published another day."
)
def turn_key() -> None:
    """Sign tokens with a new key from here on. Prints its name alone."""
    with _portals() as (portals, _):
        out.print(portals.keys.turn(), highlight=False, soft_wrap=True)
