"""Every bench runs in its smallest form and says what outside checks read; with `make e2e`, for most of it is the start
of a dozen servers, a minute of the fifteen that CI has."""

from __future__ import annotations

import json

import pytest

from bench.__main__ import NAMES, main


@pytest.mark.whole
@pytest.mark.parametrize("name", NAMES)
def test_a_bench_runs_and_says_its_figures_and_aims(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--json", "--quick"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert set(document) == {"bench", "runs", "figures", "aims"}
    assert document["bench"] == name
    assert document["runs"] >= 1
    assert document["figures"]
    assert document["aims"]
    for aim in document["aims"]:
        assert set(aim) == {"name", "value", "aim", "met"}
        assert isinstance(aim["value"], int | float)
        assert isinstance(aim["met"], bool)
