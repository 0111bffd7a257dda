"""The long run: python -m tests.faults [--quick] [--only WORDS] [--at-once N]"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from tests.faults.outcome import Outcome, Scenario, Stage
from tests.faults.table import SCENARIOS

log = logging.getLogger(__name__)


async def played(scenario: Scenario, stage: Stage) -> Outcome:
    """One scenario to its end, whatever that is."""
    try:
        return await scenario.play(stage)
    except Exception as error:  # the others are to be seen, too
        log.exception("The scenario %s broke off.", scenario.name)
        return Outcome(wrong=(f"it broke off: {type(error).__name__}: {error}",))


async def play(chosen: Sequence[Scenario], folder: Path, *, long: bool, at_once: int) -> int:
    """Run these, a few at once; print a line for each when it ends. How many failed."""
    room = asyncio.Semaphore(at_once)
    failed = 0
    us = asyncio.current_task()
    assert us
    # Else the processes that we started would outlive us.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, us.cancel)

    async def one(number: int, scenario: Scenario) -> None:
        nonlocal failed
        async with room:
            outcome = await played(scenario, Stage(folder / str(number), long))
        failed += bool(outcome.wrong)
        show(scenario, outcome)

    await in_turns(chosen, one)
    return failed


async def in_turns(
    chosen: Sequence[Scenario], one: Callable[[int, Scenario], Awaitable[None]]
) -> None:
    """Play those that may side by side, then each of the others alone."""
    numbered = list(enumerate(chosen))
    await asyncio.gather(*(one(*each) for each in numbered if not each[1].alone))
    for each in numbered:
        if each[1].alone:
            await one(*each)


def show(scenario: Scenario, outcome: Outcome) -> None:
    """A line of the table, and a line for each thing that went wrong."""
    said = outcome.skipped or outcome.figures
    print(f"| {outcome.verdict:7} | {scenario.name} | {scenario.reach} | {said} |", flush=True)
    for words in outcome.wrong:
        print(f"|         | !! {words} | | |", flush=True)


def main() -> None:
    """Print the table; 1 if something was not reached."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="as short as with the tests")
    parser.add_argument("--only", default="", help="scenarios with these words in their name")
    parser.add_argument("--at-once", type=int, default=3, help="how many run side by side")
    parser.add_argument("--keep", type=Path, help="a new folder, where what they left is kept")
    given = parser.parse_args()
    chosen = [each for each in SCENARIOS if given.only in each.name]
    print("| | scenario | to be reached | found |\n|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory(prefix="herald-faults-") as scratch:
        folder = given.keep or Path(scratch)
        try:
            failed = asyncio.run(play(chosen, folder, long=not given.quick, at_once=given.at_once))
        except asyncio.CancelledError:
            sys.exit("It was told to end before it was through.")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
