"""How fast, how even and how light the courier is: `python -m tests.benchmarks.bench_courier`.

Herald runs as its operator runs it, against the fake Bot API in another process. Each figure is a
line: what | what is to be reached | what was measured. Nothing is asserted. What is small takes
about two minutes; `--long` has a million subscribers, takes long, and wants a quiet machine with
two cores.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.benchmarks import rows
from tests.benchmarks.rows import Say, Sizes

Row = Callable[[Sizes, Say], Awaitable[None]]

# Each with its seconds and subscribers when small, and when long.
ROWS: dict[str, tuple[Row, tuple[float, int], tuple[float, int]]] = {
    "limits": (rows.limits, (6, 0), (60, 0)),
    "answers": (rows.answering, (6, 2_000), (120, 100_000)),
    "free": (rows.free, (3, 0), (60, 0)),
    "audience": (rows.audience, (3, 20_000), (60, 1_000_000)),
    "compared": (rows.compared, (6, 0), (60, 0)),
}
ADAPTING = 300.0  # seconds
ASKS, ASKS_LONG = (5.0,), (1.0, 5.0)


def told(what: str, reach: str, measured: str) -> None:
    """Print a figure."""
    print(f"{what} | {reach} | {measured}", flush=True)


async def run(names: list[str], arguments: argparse.Namespace, say: Say = told) -> None:
    """Measure these rows."""
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            row, small, long = ROWS[name]
            seconds, people = long if arguments.long else small
            sizes = Sizes(
                folder=Path(folder) / name,
                seconds=arguments.seconds or seconds,
                people=arguments.people or people,
                adapting=ADAPTING if arguments.long else 0,
                asks=ASKS_LONG if arguments.long else ASKS,
            )
            sizes.folder.mkdir()
            await row(sizes, say)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.bench_courier",
        description=__doc__,
        epilog="\n".join(f"  {name:10}{row.__doc__}" for name, (row, *_) in ROWS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("rows", nargs="*", choices=[*ROWS, "all"], default="all")
    made.add_argument("--long", action="store_true", help="the whole sizes, not the small ones")
    made.add_argument("--seconds", type=float, help="how long each stretch is watched")
    made.add_argument("--people", type=int, help="subscribers, where the row does not set them")
    return made


def main() -> None:
    """Measure what is named, or all."""
    arguments = parser().parse_args()
    names = list(ROWS) if "all" in arguments.rows else arguments.rows
    print("what | reach | measured")
    asyncio.run(run(names, arguments))


if __name__ == "__main__":
    main()
