"""How a claim is recorded: one line a run, with seed, count, commit and verdict."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results.jsonl")


def commit() -> str:
    """The commit the claim was run on, with a + where the tree had changes."""
    git = ("git", "-C", str(RESULTS.parent))
    try:
        head = subprocess.run((*git, "rev-parse", "--short=12", "HEAD"), capture_output=True, text=True, check=True)
        dirty = subprocess.run((*git, "status", "--porcelain", "--", "src"), capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return head.stdout.strip() + ("+" if dirty.stdout.strip() else "")


def record(claim: str, *, seed: int, count: int, verdict: str, **more: Any) -> None:
    """Append one run to the results."""
    at = datetime.now(tz=UTC).isoformat(timespec="seconds")
    line = {"claim": claim, "at": at, "commit": commit(), "seed": seed, "count": count, "verdict": verdict, **more}
    with RESULTS.open("a", encoding="utf-8") as out:
        out.write(json.dumps(line, ensure_ascii=False) + "\n")


def recorded_up_to(claim: str) -> int:
    """The first seed after those recorded of a claim."""
    lines = (json.loads(line) for line in RESULTS.read_text(encoding="utf-8").splitlines())
    of_it = (line for line in lines if line["claim"] == claim)
    return max((line["seed"] + line.get("histories", line["count"]) for line in of_it), default=1)
