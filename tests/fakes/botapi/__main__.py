"""The fake as a program: python -m tests.fakes.botapi --port 8081, then talk to it."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
from pathlib import Path

from tests.fakes.botapi.control import documented
from tests.fakes.botapi.distance import Distance
from tests.fakes.botapi.server import TOKEN, FakeBotAPI


async def _serve(arguments: argparse.Namespace) -> None:
    api = FakeBotAPI(
        arguments.token,
        port=arguments.port,
        truth_file=arguments.truth,
        privacy=not arguments.no_privacy,
        inline_mode=arguments.inline,
        webhook_pace=arguments.webhook_pace,
        loopback_webhooks=arguments.loopback_webhooks,
        lean=arguments.lean,
    )
    api.distance = Distance(arguments.latency, arguments.jitter)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with api:
        if arguments.limit is not None:
            api.limit(**arguments.limit)
        print(f"{api.url} token {api.token}", flush=True)
        await stop.wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fakes.botapi",
        description=__doc__,
        epilog=documented(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--truth", type=Path, help="a file for the truth log, JSON lines")
    parser.add_argument("--inline", action="store_true", help="inline mode is switched on")
    parser.add_argument("--no-privacy", action="store_true", help="the bot hears all of a group")
    parser.add_argument(
        "--loopback-webhooks",
        action="store_true",
        help="take http and any port for a webhook on loopback, which the real server refuses",
    )
    parser.add_argument(
        "--webhook-pace", type=float, default=1.0, help="multiplies the pauses between posts"
    )
    parser.add_argument(
        "--lean", action="store_true", help="check and keep next to nothing: for benchmarks"
    )
    parser.add_argument(
        "--limit", type=json.loads, help='rate limits: the fields of Pace as JSON, "{}" for usual'
    )
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that a call takes")
    parser.add_argument("--jitter", type=float, default=0.0, help="seconds more, at most")
    return parser


def main() -> None:
    """Serve until SIGINT or SIGTERM; the first line printed is the address."""
    asyncio.run(_serve(_parser().parse_args()))


if __name__ == "__main__":
    main()
