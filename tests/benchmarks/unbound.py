"""`herald run` at a rate that no setting allows: `python -m tests.benchmarks.unbound RATE`.

To see where the ceiling is. Everything else is as the settings say.
"""

from __future__ import annotations

import sys

from bot.chat import Host
from bot.cli import run_
from bot.platforms.telegram import Options, platform


def main(rate: float) -> None:
    """Be the bot, and as fast as this."""

    class Unbound(platform.Telegram):
        def __init__(self, options: Options, host: Host) -> None:
            # A copy is not checked again (pydantic, model_copy).
            super().__init__(options.model_copy(update={"rate": rate}), host)

    platform.Telegram = Unbound  # type: ignore[misc,assignment]
    run_.main()


if __name__ == "__main__":
    main(float(sys.argv[1]))
