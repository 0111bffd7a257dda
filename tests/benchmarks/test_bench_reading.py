"""The benchmark of reading still runs: with a feed so small that its figures mean nothing."""

from __future__ import annotations

import re

from tests.benchmarks.bench_reading import run


async def test_it_gives_its_figures() -> None:
    """Every row has a figure, and every document has its releases."""
    lines: list[tuple[str, str, str]] = []
    await run(300_000, lambda *line: lines.append(line))

    assert 8 == len(lines)
    assert [] == [line for line in lines if not re.search(r"\d", line[2])]
    assert [] == [what for what, _, _ in lines if " its 0 " in what]
