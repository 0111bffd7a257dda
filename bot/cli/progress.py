"""How far bringing in is, in a bar, and what came of it, in a table."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from storage.model import Saved

if TYPE_CHECKING:
    from rich.progress import Progress, Task, TaskID

    from bot.archive.backfill import Step

WAYS = {"rest": "its REST API", "feed": "its feed", "pages": "its pages"}


@dataclass(slots=True)
class Brought:
    """What came of one archive: counts, what was refused and why, and what it cost.

    `left` is news, left to `herald run` to announce; `why` says what ended it early.
    """

    archive: str
    counts: dict[Saved, int] = field(default_factory=lambda: dict.fromkeys(Saved, 0))
    refused: dict[str, str] = field(default_factory=dict)
    left: int = 0
    requests: int = 0
    seconds: float = 0.0
    waited: float = 0.0
    why: str = ""


class Bar:
    """A bar for each archive on standard error, where a person looks; `begin` the first."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def begin(self, archive: str) -> None:
        """From now on it is about this archive."""
        if not self._shown:
            return
        if self._progress is None:
            self._progress = _progress()
            self._progress.start()
        self._task = self._progress.add_task(archive, total=None, how="finding a way in")

    def step(self, step: Step) -> None:
        """So far it has come."""
        how = f"by {WAYS.get(step.way, step.way)}"
        self._say(how + (": looking again" if step.again else ""), step.done, step.total)

    def pause(self, seconds: float) -> None:
        """The site has to be waited for."""
        self._say(f"the site needs {seconds:.0f} s")

    def end(self) -> None:
        """The bar stays as it is."""
        if self._progress is not None:
            self._progress.stop()

    def _say(self, how: str, done: int | None = None, total: int | None = None) -> None:
        if self._progress is None or self._task is None:
            return
        self._progress.update(self._task, how=how)
        if done is not None:
            self._progress.update(self._task, completed=done, total=total)


def table(found: Sequence[Brought]) -> None:
    """What was new, changed, known and refused, and why; and what it cost."""
    from rich.console import Console
    from rich.table import Table

    made = Table(box=None, pad_edge=False)
    made.add_column("archive", overflow="fold")
    for saved in Saved:
        made.add_column(saved.value, justify="right")
    made.add_column("refused", justify="right")
    for one in found:
        counts = (str(one.counts[saved]) for saved in Saved)
        made.add_row(one.archive, *counts, str(len(one.refused)))
    # A pipe has no width: there the lines stay whole.
    Console(highlight=False, width=None if sys.stdout.isatty() else 400).print(made)
    for one in found:
        for link, reason in one.refused.items():
            print(f"refused: {link}: {reason}")
        if one.left:
            print(f"{one.archive}: {one.left} new, left to herald run, which announces them.")
        if one.requests:
            share = 100 * min(1.0, one.waited / max(one.seconds, 0.001))
            print(
                f"{one.archive}: {one.requests} requests in {one.seconds:.1f} s,"
                f" {share:.0f} % of it spent waiting for the site."
            )


def _progress() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        """Releases a second."""

        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text(f"{speed:.1f}/s" if speed else "")

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[how]}"),
        console=Console(stderr=True, highlight=False),
    )
