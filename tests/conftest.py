"""What holds for every test: the checkout is what is tested, and hypothesis takes its time on two slow cores."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

# Processes that tests start (servers, second writers, the command line) must run the checkout too.
os.environ["PYTHONPATH"] = str(ROOT / "src")

# A deadline per example measures the machine's mood, not the code; print_blob makes a failure repeatable.
settings.register_profile("house", deadline=None, print_blob=True)
settings.load_profile("house")
