"""What can become of a delivery, and how it is written so that the counters stay exact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from storage.database import Transaction


class State(IntEnum):
    """How it stands with one delivery."""

    WAITING = 0
    INTENT = 1
    SENT = 2
    FAILED = 3
    DOUBT = 4
    SKIPPED = 5
    UNKNOWN = 6


# Settled for good, in the order of the counters of an announcement.
SETTLED = (State.SENT, State.FAILED, State.SKIPPED, State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Result:
    """How one attempt ended. `due_at` says when to try again, where the state is to wait or doubt.

    Where it was not even `tried`, it does not count as an attempt; what is in doubt keeps the
    `mark` that is given here, "" for none.
    """

    delivery: int
    announcement: int
    state: State
    message: str = ""
    error: str = ""
    due_at: datetime | None = None
    tried: bool = True
    mark: str = ""


# Whoever left is owed nothing any more, nor is anything old once they are back; and nobody is
# owed what was cancelled. For queries with the tables' letters d, a and s.
OWED = "(s.active = 1 AND s.joined <= a.audience AND a.cancelled = 0)"


async def count(tx: Transaction, settled: Mapping[tuple[int, State], int]) -> None:
    """Add to the counters: how many deliveries of an announcement came to which settled state."""
    more: dict[int, dict[State, int]] = {}
    for (announcement, state), n in settled.items():
        more.setdefault(announcement, {})[state] = n
    await tx.run_many(
        "UPDATE announcements SET sent = sent + ?, failed = failed + ?, skipped = skipped + ?,"
        " unknown = unknown + ? WHERE id = ?",
        [
            (*(states.get(state, 0) for state in SETTLED), announcement)
            for announcement, states in more.items()
        ],
    )


async def settle(tx: Transaction, rows: Iterable[tuple[int, int, State]], error: str) -> None:
    """Settle open deliveries without a try: each row is a delivery, its announcement, its end."""
    changes, settled = [], dict[tuple[int, State], int]()
    for delivery, announcement, state in rows:
        changes.append((state, error, delivery))
        settled[announcement, state] = settled.get((announcement, state), 0) + 1
    await tx.run_many("UPDATE deliveries SET state = ?, error = ?, mark = '' WHERE id = ?", changes)
    await count(tx, settled)
