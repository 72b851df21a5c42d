"""docs/PORTAL.md is run as it stands: its shell against a server, its reader of the feed, its receiver of webhooks."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest
from typer.testing import CliRunner

from cloudnego.__main__ import app
from cloudnego.identity.clients import Grant, NewClient
from tests.house.tree import ROOT
from tests.web.conftest import Founded, settings_for
from tests.web.served import free_port, serving

PAGE: Final = (ROOT / "docs" / "PORTAL.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.slow
def test_the_page_for_portals_does_what_it_says(tmp_path: Path, founded: Founded) -> None:
    shutil.copytree(founded.place, tmp_path / "data")
    port, (reader, receiver) = free_port(), blocks("python")
    with serving(settings_for(tmp_path / "data", webhooks_loopback=True)) as served:
        grant = Grant(founded.ids["firm"], frozenset({"cases", "open", "act", "prepare", "register"}))
        client, secret = served.house.site.portals.clients.register(
            founded.district, NewClient(name="人力资源系统", grants=(grant,)), "operator"
        )
        environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.defpath}",
            "HOST": served.url, "CLIENT": client, "SECRET": secret, "ENTERPRISE": founded.ids["firm"],
            "RECEIVER": f"http://127.0.0.1:{port}", "PORT": str(port), "SECRETS": str(tmp_path),
        }  # fmt: skip
        with subprocess.Popen(
            [sys.executable, "-c", receiver], env=environment, stdout=subprocess.PIPE, text=True
        ) as listening:
            try:
                shell = ["bash", "-euo", "pipefail", "-c", "\n".join(blocks("sh"))]
                said = subprocess.run(
                    shell, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
                )
                assert said.returncode == 0, said.stderr
                told = subprocess.run(
                    [sys.executable, "-c", reader],
                    env=environment,
                    capture_output=True,
                    text=True,
                    check=True,
                    timeout=60,
                ).stdout
                time.sleep(2)
                checked = CliRunner().invoke(
                    app,
                    ["portal-check", environment["RECEIVER"], "--secret", (tmp_path / "webhook").read_text().strip()],
                )
            finally:
                listening.terminate()
            received = (listening.stdout.read() if listening.stdout is not None else "").split()
    name, step, command, first, more, outcome, prepared, link, *calendar, changed = said.stdout.splitlines()
    assert calendar == ["BEGIN:VCALENDAR", "END:VCALENDAR"]
    assert changed == "1"
    assert (name, step, more, outcome) == ("人力资源系统", "representatives", "False", "delivered")
    assert command
    assert prepared.startswith(f"{served.house.site.public_url}/negotiations/")
    assert link.startswith(f"{served.house.site.public_url}/go#")
    assert first in told
    assert "ping" in received
    assert (checked.exit_code, checked.output.count("✗")) == (0, 0), checked.output
    assert {"offer_sent", "contract_filed"} <= set(received), "it was told a whole negotiation"
    assert first in received
