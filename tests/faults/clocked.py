"""Herald with a clock that can be set: python -m tests.faults.clocked FILE, which holds seconds.

Where a library for false time is missing, this is as near as it gets: the one clock of the app.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import __main__, app


def set_by(file: Path) -> Callable[[], datetime]:
    """The time, UTC, and so many seconds more as the file says at this moment."""

    def clock() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(file.read_text()))

    return clock


def main() -> None:
    """`herald run`, by that clock."""
    app.clock = set_by(Path(sys.argv[1]))
    sys.argv[1:] = ["run"]
    __main__.main()


if __name__ == "__main__":
    main()
