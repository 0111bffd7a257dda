"""Collections of garbage hold everything up: those of all there is are seldom."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from bot.cli.run_ import collect_seldom


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def full_ones() -> int:
    """How often all that there is was looked at for garbage until now."""
    return int(gc.get_stats()[2]["collections"])


def test_what_stays_open_is_not_walked_over_again_and_again() -> None:
    """As many things as 2,000 open pages are made of come to stay, without a full collection."""
    collect_seldom()
    before = full_ones()
    kept = [[n] for n in range(400_000)]

    assert 0 == full_ones() - before
    assert 400_000 == len(kept)


def test_what_was_there_at_the_start_is_in_no_collection() -> None:
    """All that was imported and made before lives as long as the process."""
    collect_seldom()

    assert gc.get_freeze_count() > len(gc.get_objects())
