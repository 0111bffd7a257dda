"""The web chat's benchmark still runs: with numbers so small that its figures mean nothing."""

from __future__ import annotations

import re

from tests.benchmarks.bench_web import run


async def test_it_gives_its_figures() -> None:
    """Every row has a figure, and nobody got anything twice."""
    lines: list[tuple[str, str, str]] = []
    await run(20, lambda *line: lines.append(line))

    assert 10 == len(lines)
    assert [] == [line for line in lines if not re.search(r"\d", line[2])]
    assert ["0"] == [measured for what, _, measured in lines if "twice" in what]
