"""A Chromium for the tests: the one that `CLOUDNEGO_CHROMIUM` names, the system's, or one that comes through npm.

That last one is packed for a bare machine: its libraries lie beside it, and letters come from the font wheel. It is
unpacked once for each version, into the user's cache.
"""

from __future__ import annotations

import io
import os
import shutil
import tarfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NamedTuple

import brotli

from tests.npm import CACHE, fetched, made_once

HERE: Final = Path(__file__).resolve().parent
NAMES: Final = ("chromium", "google-chrome", "google-chrome-stable")
FLAGS: Final = (
    "--no-sandbox",  # tests run as root, in containers that allow no namespaces; the only pages it opens are ours
    "--no-zygote",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pings",
    "--metrics-recording-only",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
)
_PACKED: Final = "al2023.tar.br"  # the libraries a bare machine lacks (nss, nspr, expat)
_FONTS: Final = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{cjk}</dir>
  <cachedir>{cache}</cachedir>
  <match target="pattern"><edit name="family" mode="append"><string>Noto Sans CJK SC</string></edit></match>
</fontconfig>
"""


class Chromium(NamedTuple):
    """What is started, and with which environment beside our own."""

    program: Path
    environment: Mapping[str, str]


def chromium(place: Path) -> Chromium:
    """`place`: a folder of this run. Raises RuntimeError: without a browser these tests fail, they are not left out."""
    named = os.environ.get("CLOUDNEGO_CHROMIUM")  # noqa: TID251 - a tester's own browser
    if named:
        if not Path(named).is_file():
            raise RuntimeError(f"CLOUDNEGO_CHROMIUM names {named}, which is no file")
        return Chromium(Path(named), {})
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return Chromium(Path(found), {})
    folder = _unpacked()
    surroundings = {"LD_LIBRARY_PATH": str(folder / "lib"), "FONTCONFIG_FILE": str(_letters(place))}
    return Chromium(folder / "chromium", surroundings)


def axe() -> str:
    """The script of axe-core."""
    return (fetched(HERE) / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def _unpacked() -> Path:
    package = fetched(HERE)
    packed = package / "node_modules" / "@sparticuz" / "chromium" / "bin"
    return made_once(CACHE / f"chromium-{package.name.rpartition('-')[2]}", lambda part: _unpack(packed, part))


def _unpack(packed: Path, part: Path) -> None:
    program = part / "chromium"
    program.write_bytes(brotli.decompress((packed / "chromium.br").read_bytes()))
    program.chmod(0o755)
    with tarfile.open(fileobj=io.BytesIO(brotli.decompress((packed / _PACKED).read_bytes()))) as libraries:
        libraries.extraction_filter = getattr(tarfile, "data_filter", None)  # Debian 12 began with a Python without it
        libraries.extractall(part)


def _letters(place: Path) -> Path:
    """Which letters it finds: a file of each run, for it names a folder of this environment."""
    spec = find_spec("manimgx_fonts_cjk")
    assert spec is not None
    assert spec.origin is not None
    conf = place / "fonts.conf"
    conf.write_text(_FONTS.format(cjk=Path(spec.origin).parent, cache=CACHE / "letters"), encoding="utf-8")
    return conf
