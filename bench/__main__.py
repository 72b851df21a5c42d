"""`python -m bench NAME|all [--json] [--quick]`: measure, hold against the aims; exit 1 where one is missed."""

from __future__ import annotations

import argparse
import importlib
import json
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table

NAMES = ("append", "http", "auth", "cockpit", "fsck", "room", "ballots", "audit", "portal")


def flat(figures: dict[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Nested figures as lines of a table."""
    for name, value in figures.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{name} · ")
        elif isinstance(value, list):
            yield f"{before}{name}", "\n".join(str(one) for one in value)
        else:
            yield f"{before}{name}", f"{value:,}" if isinstance(value, int | float) else str(value)


def show(document: dict[str, Any]) -> None:
    """The document for people."""
    console = Console()
    figures = Table("figure", "value", title=f"{document['bench']}, {document['runs']} runs", title_justify="left")
    for name, value in flat(document["figures"]):
        figures.add_row(name, value)
    console.print(figures)
    aims = Table("aim", "", "reached", "")
    for aim in document["aims"]:
        aims.add_row(aim["name"], str(aim["aim"]), f"{aim['value']:,}", "met" if aim["met"] else "[red]missed[/]")
    console.print(aims)


def main(arguments: list[str] | None = None) -> int:
    """Run one bench or all; in the quick form nothing is judged, for too little is measured."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("bench", choices=(*NAMES, "all"))
    parser.add_argument("--json", action="store_true", help="one JSON document a line instead of tables")
    parser.add_argument("--quick", action="store_true", help="the smallest form: shows that it runs, not how fast")
    parser.add_argument("--n", type=int, default=None, help="voters of `ballots`, events of `audit`")
    said = parser.parse_args(arguments)
    missed: list[str] = []
    for name in NAMES if said.bench == "all" else (said.bench,):
        more = {"n": said.n} if name in ("ballots", "audit") else {}
        document = importlib.import_module(f"bench.{name}").run(quick=said.quick, **more)
        if said.json:
            print(json.dumps(document, ensure_ascii=False))
        else:
            show(document)
        missed += [f"{name}: {aim['name']}" for aim in document["aims"] if not aim["met"]]
    if not said.json:
        print("QUICK: nothing judged" if said.quick else f"MISSED: {'; '.join(missed)}" if missed else "MET: every aim")
    return 1 if missed and not said.quick else 0


if __name__ == "__main__":
    raise SystemExit(main())
