"""How a scenario is told: what it is, what must be reached, what came out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Outcome:
    """`figures` are a line for the table; `wrong` says what was not reached, a sentence each.

    `skipped` is the reason why it could not be tried here.
    """

    figures: str = ""
    wrong: tuple[str, ...] = ()
    skipped: str = ""

    @property
    def verdict(self) -> str:
        return "skipped" if self.skipped else "FAILED" if self.wrong else "reached"


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a scenario plays: a folder of its own, and whether it is the long run."""

    folder: Path
    long: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """`in_ci`: it is short enough to be run with the tests, too. `alone`: it measures how evenly
    messages arrive, which others that run beside it would disturb.
    """

    name: str
    reach: str
    play: Callable[[Stage], Awaitable[Outcome]]
    in_ci: bool = True
    alone: bool = False
