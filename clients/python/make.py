"""`make client`: a typed Python client out of the OpenAPI document, by a pinned generator, checked and built as a wheel.

    python clients/python/make.py [FOLDER]

Everything is made in FOLDER (`build/client`): the tools in an environment of their own, for they want other versions than
the service; the sources in `source/`, the wheel in `dist/`. Nothing of it lies in git (decision 0050).
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parents[1]
PACKAGE: Final = "cloudnego_client"
BINARY: Final = "application/octet-stream"
_READ: Final = ("application/json", "application/problem+json", "application/x-www-form-urlencoded", BINARY)
_PROBLEM: Final = "#/components/schemas/ProblemDocument"
_CAST: Final = re.compile(r"(?<![\w.])cast\(")


def main(folder: Path) -> None:
    """Make, check and build. Raises CalledProcessError with what a tool said."""
    python = _tools(folder / "tools")
    document = json.loads(_run(Path(sys.executable), ROOT / "docs" / "openapi.py"))
    bent = folder / "openapi.json"
    bent.write_text(json.dumps(bend(document), ensure_ascii=False), encoding="utf-8")
    source = folder / "source"
    shutil.rmtree(source, ignore_errors=True)
    generator = ("openapi_python_client", "generate", "--path", bent, "--output-path", source)
    said = _run(python, "-m", *generator, "--config", HERE / "generator.yaml", "--meta", "none", "--fail-on-warning")
    mend(source)
    package = source / PACKAGE
    source.rename(folder / PACKAGE)
    source.mkdir()
    (folder / PACKAGE).rename(package)
    for name in ("pyproject.toml", "README.md"):
        text = (HERE / name).read_text("utf-8").replace("0.0.0", document["info"]["version"])
        (source / name).write_text(text, encoding="utf-8")
    shutil.copy(HERE / PACKAGE / "portal.py", package)
    for rule in (("check", "--select", "F,I", "--fix", "--quiet"), ("format", "--quiet")):
        _run(python, "-m", "ruff", *rule, "--config", source / "pyproject.toml", source)
    _run(python, "-m", "mypy", "--strict", package, within=source)
    shutil.rmtree(folder / "dist", ignore_errors=True)
    _run(python, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder / "dist", source)
    count = sum(1 for _ in package.rglob("*.py"))
    print(said.strip(), f"{count} modules", *(folder / "dist").iterdir(), sep="\n")


def _tools(folder: Path) -> Path:
    """The Python of an environment with the pinned tools, made unless it is there."""
    python, wanted = folder / "bin" / "python", (HERE / "requirements.txt").read_text("utf-8")
    stamp = folder / "requirements.txt"
    if not stamp.exists() or stamp.read_text("utf-8") != wanted:
        venv.create(folder, clear=True, with_pip=True)
        _run(python, "-m", "pip", "install", "-q", "--no-deps", "-r", HERE / "requirements.txt")
        stamp.write_text(wanted, encoding="utf-8")
    return python


def _run(python: Path, *words: str | Path, within: Path = ROOT) -> str:
    ran = subprocess.run([python, *words], cwd=within, capture_output=True, encoding="utf-8", check=False)
    if ran.returncode != 0:
        print(ran.stdout[-6_000:], ran.stderr[-6_000:], sep="\n", file=sys.stderr)
        ran.check_returncode()
    return ran.stdout


# --- what the generator does not read -----------------------------------------------------------------------------


def bend(document: dict[str, Any]) -> dict[str, Any]:
    """The document with what the generator cannot read said more loosely; nothing a server would refuse.

    Tuples become lists, a list of anything says so, a problem is a `ProblemDocument` whatever codes it may have, and what is no JSON is bytes.
    """
    found: dict[str, Any] = _bent(document)
    for methods in found["paths"].values():
        for operation in methods.values():
            bodies = operation.get("requestBody", {}).get("content", {})
            if len(bodies) > 1:
                operation["requestBody"]["content"] = {BINARY: _BYTES}
            for answer in operation["responses"].values():
                content = answer.get("content", {})
                if content and not content.keys() <= set(_READ):
                    answer["content"] = {BINARY: _BYTES}
                elif len(content) > 1:  # a door of OAuth answers with its own form, or as all doors do
                    answer["content"] = {"application/json": content["application/json"]}
    return found


_BYTES: Final = {"schema": {"type": "string", "format": "binary"}}


def _bent(one: Any) -> Any:
    if isinstance(one, list):
        return [_bent(each) for each in one]
    if not isinstance(one, dict):
        return one
    found = {name: _bent(each) for name, each in one.items()}
    if found.get("items") is False and "prefixItems" in found:
        kinds = {json.dumps(each, sort_keys=True): each for each in found.pop("prefixItems")}
        found["items"] = next(iter(kinds.values())) if len(kinds) == 1 else {"anyOf": list(kinds.values())}
    if found.get("type") == "array":
        found.setdefault("items", {})
    parts = found.get("allOf")
    if isinstance(parts, list) and parts[0] == {"$ref": _PROBLEM}:
        return parts[0]
    return found


def mend(source: Path) -> None:
    """A field called `cast` hides the function of that name in what was generated: there it is called by its module."""
    for path in (source / "models").glob("*.py"):
        text = path.read_text("utf-8")
        if re.search(r"^ {4}cast: ", text, re.MULTILINE):
            mended = _CAST.sub("typing.cast(", text)
            path.write_text(mended.replace("from typing import", "import typing\nfrom typing import", 1), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve() if sys.argv[1:] else ROOT / "build" / "client")
