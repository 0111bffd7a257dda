"""Nobody is lost and nobody is told twice, whatever happens in the middle of a push."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import Future

import pytest

from tests.faults.outcome import Outcome, Scenario
from tests.faults.table import SCENARIOS

CHOSEN = [scenario for scenario in SCENARIOS if scenario.in_ci]


@pytest.mark.parametrize("scenario", CHOSEN, ids=lambda scenario: scenario.name)
async def test_a_scenario_reaches_what_it_must(
    scenario: Scenario, outcomes: Mapping[str, Future[Outcome]]
) -> None:
    """What arrived, by the server's own log, is what was owed and what the database counts."""
    outcome = await asyncio.wrap_future(outcomes[scenario.name])
    print(outcome.figures)
    if outcome.skipped:
        pytest.skip(outcome.skipped)

    assert () == outcome.wrong
