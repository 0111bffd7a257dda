"""The scenarios of one run are played side by side: they wait, most of the time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path

import pytest

from tests.faults.__main__ import in_turns, played
from tests.faults.outcome import Outcome, Scenario, Stage
from tests.faults.table import SCENARIOS

AT_ONCE = 6  # two cores have room for so many


@pytest.fixture(scope="session")
def outcomes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, Future[Outcome]]]:
    """What came of the scenarios that were asked for, by their names; or will, in a while."""
    asked = {item.callspec.params.get("scenario") for item in request.session.items
             if isinstance(item, pytest.Function) and hasattr(item, "callspec")}  # fmt: skip
    chosen = [scenario for scenario in SCENARIOS if scenario.in_ci and scenario in asked]
    found: dict[str, Future[Outcome]] = {scenario.name: Future() for scenario in chosen}
    folder = tmp_path_factory.mktemp("faults")
    thread = threading.Thread(target=lambda: asyncio.run(_all(chosen, folder, found)))
    thread.start()
    yield found
    thread.join()


async def _all(
    chosen: Sequence[Scenario], folder: Path, found: Mapping[str, Future[Outcome]]
) -> None:
    room = asyncio.Semaphore(AT_ONCE)

    async def one(number: int, scenario: Scenario) -> None:
        async with room:
            outcome = await played(scenario, Stage(folder / str(number)))
        found[scenario.name].set_result(outcome)

    await in_turns(chosen, one)
