"""How long a piece of work takes: printed once, or collected over many times."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def measured(what: str, per: int = 1, unit: str = "") -> Iterator[None]:
    """Print how long the block took, and each of its `per` parts."""
    began = time.perf_counter()
    yield
    took = time.perf_counter() - began
    each = f"   {took / per * 1000:9.3f} ms each, {per / took:10,.0f} {unit}/s" if unit else ""
    print(f"{what:58} {took:8.3f} s{each}", flush=True)


class Longest:
    """Measures a piece of work that is done many times."""

    def __init__(self) -> None:
        self.took: list[float] = []
        self._began = 0.0

    def __enter__(self) -> None:
        self._began = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.took.append((time.perf_counter() - self._began) * 1000)

    def __str__(self) -> str:
        return f"{sum(self.took) / len(self.took):.2f} ms, at most {max(self.took):.2f}"
