"""The fake as a program: python -m tests.fakes.botapi --port 8081, then talk to it."""

from __future__ import annotations

import argparse
import asyncio
import signal
from pathlib import Path

from tests.fakes.botapi.server import TOKEN, FakeBotAPI


async def _serve(arguments: argparse.Namespace) -> None:
    api = FakeBotAPI(arguments.token, port=arguments.port, truth_file=arguments.truth)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with api:
        print(f"{api.url} token {api.token}", flush=True)
        await stop.wait()


def main() -> None:
    """Serve until SIGINT or SIGTERM; the first line printed is the address."""
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.botapi", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--truth", type=Path, help="a file for the truth log, JSON lines")
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
