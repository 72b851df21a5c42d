"""The Dockerfile cannot be built in CI, so each of its lines is held against the tree."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT, config, page


def _instructions() -> list[tuple[str, str]]:
    """(instruction, arguments), continued lines joined, comments left out."""
    lines = [line for line in page("Dockerfile").splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\s*\\\n\s*", " ", "\n".join(lines))
    return [(word.upper(), rest) for word, _, rest in (line.partition(" ") for line in joined.splitlines()) if word]


def _last(word: str) -> str:
    """The arguments of the last such instruction: what the image runs with."""
    return [rest for instruction, rest in _instructions() if instruction == word][-1]


def _after_last_from() -> list[str]:
    words = [word for word, _ in _instructions()]
    return words[len(words) - words[::-1].index("FROM") :]


def _copied() -> list[str]:
    return [
        source
        for word, rest in _instructions()
        if word == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    ]


def test_every_copied_thing_is_in_the_tree() -> None:
    assert _copied()
    assert [source for source in _copied() if not (ROOT / source).exists()] == []


def test_everything_the_build_needs_is_copied() -> None:
    project = config()["project"]
    forced = config()["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    needed = {"pyproject.toml", "constraints.txt", "hatch_build.py", "frontend", "src"}
    needed |= {project["readme"], *project["license-files"], *forced}
    assert needed <= set(_copied())


def test_what_is_copied_is_not_ignored() -> None:
    kept = {line[1:] for line in page(".dockerignore").splitlines() if line.startswith("!")}
    assert page(".dockerignore").splitlines()[1] == "*"
    assert kept == set(_copied())


def test_the_image_runs_as_nobody_special() -> None:
    user = _last("USER")
    assert user not in {"root", "0"}
    assert any(
        word == "RUN" and "useradd" in rest and rest.split(" && ")[0].endswith(user) for word, rest in _instructions()
    )
    assert "USER" in _after_last_from()


def test_the_user_owns_the_volume() -> None:
    volume = _last("VOLUME")
    assert any(
        word == "RUN" and f"install -d -o {_last('USER')}" in rest and volume in rest for word, rest in _instructions()
    )
    assert f"CLOUDNEGO_DATA_DIR={volume}" in _last("ENV")


def test_health_is_asked_where_the_service_answers() -> None:
    check = json.loads(_last("HEALTHCHECK").partition(" CMD ")[2])
    assert check[0] == "python"
    compile(check[2], "healthcheck", "exec")
    assert f"http://127.0.0.1:{_last('EXPOSE')}/healthz" in check[2]
    assert f"CLOUDNEGO_PORT={_last('EXPOSE')}" in _last("ENV")


def test_what_the_image_starts_is_a_command_of_ours() -> None:
    (program,) = json.loads(_last("ENTRYPOINT"))
    module, _, function = config()["project"]["scripts"][program].partition(":")
    if not (ROOT / "src" / Path(*module.split(".")).with_suffix(".py")).exists():
        pytest.skip(f"{module} is not written yet")
    assert callable(getattr(importlib.import_module(module), function))


def test_every_setting_in_the_image_is_one() -> None:
    settings = importlib.import_module("cloudnego.settings").Settings
    prefix = settings.model_config["env_prefix"]
    given = re.findall(rf"\b{prefix}(\w+)=", page("Dockerfile"))
    assert given
    assert {word.lower() for word in given} <= set(settings.model_fields)


def test_both_parts_use_the_python_the_project_asks_for() -> None:
    images = {rest.split()[0] for word, rest in _instructions() if word == "FROM"}
    assert images == {"python:3.11-slim"}
    assert config()["project"]["requires-python"] == ">=3.11"
