"""Where the data that travels with the code lies: beside the package when installed, in the checkout otherwise."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

_PACKAGE = Path(str(files("cloudnego")))
_CHECKOUT = _PACKAGE.parent.parent


def _place(name: str) -> Path:
    """The wheel carries `name` as `_name` inside the package; a checkout has it at its top."""
    for candidate in (_PACKAGE / f"_{name}", _CHECKOUT / name):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"{name}/ lies neither in the installed package nor in a checkout: install cloudnego again")


def migrations() -> Path:
    """The folder of alembic's env.py and versions/."""
    return _place("migrations")


def seeds() -> Path:
    """The folder of the stories that `demo` plays."""
    return _place("seeds")
