"""Start here: `herald`, or `python -m bot`."""

from __future__ import annotations

import sys


def main() -> None:
    """The console script."""
    from bot.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
