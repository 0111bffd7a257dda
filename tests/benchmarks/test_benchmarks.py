"""The courier's benchmarks still run: with numbers so small that their figures mean nothing."""

from __future__ import annotations

import re

import pytest

from tests.benchmarks import rows
from tests.benchmarks.bench_courier import ROWS, parser, run

LINES = {"limits": 1, "answers": 1, "free": 2, "audience": 4, "compared": 3}


@pytest.fixture(autouse=True)
def _one_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """One limit and one distance are enough to see that a row runs."""
    name = "token bucket"
    monkeypatch.setattr(rows, "LIMITS", {name: rows.LIMITS[name]})
    monkeypatch.setattr(rows, "LATENCIES", rows.LATENCIES[:1])


@pytest.mark.parametrize("name", ROWS)
async def test_a_row_runs(name: str) -> None:
    """Each row gives its figures; everybody was answered, and what was sent is kept as sent."""
    lines = []
    arguments = parser().parse_args([name, "--seconds", "0.5", "--people", "300"])
    await run([name], arguments, lambda *line: lines.append(" | ".join(line)))

    assert LINES[name] == len(lines)
    assert [] == [line for line in lines if not re.search(r"\d", line.rpartition("|")[2])]
    assert [] == [line for line in lines if re.search(r"unanswered|twice| of 0\b|\bnan", line)]


def test_every_row_has_its_page() -> None:
    """What can be measured is said by `--help`."""
    words = parser().format_help()

    assert [] == [name for name in ROWS if name not in words]
