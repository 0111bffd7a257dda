"""The yardstick: python-telegram-bot with its AIORateLimiter, pushing to the same fake."""

from __future__ import annotations

import asyncio
import random
import time
import warnings
from collections.abc import Iterator

from telegram.error import TelegramError
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest
from telegram.warnings import PTBDeprecationWarning

from tests.benchmarks.asking import FIRST_ASKER, Waits, answers, by_chance
from tests.benchmarks.pushing import Stretch, stretch, under_way
from tests.benchmarks.stage import FIRST_PERSON, LEAD, Fake

IN_FLIGHT = 10
RETRIES = 20  # after a 429; its default is none, and then most of a push is lost
POOL = 256

Limited = ExtBot[int]


async def measured(fake: Fake, seconds: float, asks: float) -> tuple[Stretch, Waits]:
    """Push for so long while so many people a second are answered."""
    with warnings.catch_warnings():
        # It warns of its own RetryAfter, whose seconds will be a timedelta one day.
        warnings.simplefilter("ignore", PTBDeprecationWarning)
        return await _measured(fake, seconds, asks)


async def _measured(fake: Fake, seconds: float, asks: float) -> tuple[Stretch, Waits]:
    limited = AIORateLimiter(max_retries=RETRIES)
    request = HTTPXRequest(connection_pool_size=POOL, pool_timeout=60)
    bot = ExtBot(
        fake.token, base_url=f"{fake.url}/bot", request=request,
        get_updates_request=HTTPXRequest(), rate_limiter=limited,
    )  # fmt: skip
    async with bot:
        people = iter(range(FIRST_PERSON, FIRST_ASKER))
        pushing = [asyncio.create_task(_push(bot, people)) for _ in range(IN_FLIGHT)]
        try:
            await under_way(fake, seconds)
            asking = asyncio.create_task(_answer(fake, bot, seconds, asks))
            found = await stretch(fake, seconds)
            asked = await asking
        finally:
            for task in pushing:
                task.cancel()
            await asyncio.gather(*pushing, return_exceptions=True)
    return found, await _waits(fake, asked)


async def _push(bot: Limited, people: Iterator[int]) -> None:
    for person in people:
        await _sent(bot, person)


async def _sent(bot: Limited, chat: int) -> None:
    try:
        await bot.send_message(chat, LEAD * 5)
    except TelegramError:
        return  # given up after all retries, or timed out: lost, as with any bot of this kind


async def _answer(fake: Fake, bot: Limited, seconds: float, asks: float) -> dict[int, float]:
    """Answer people; when each asked (Unix seconds)."""
    asked: dict[int, float] = {}
    answering = []
    for gap in by_chance(asks, seconds, random.Random(1)):
        await asyncio.sleep(gap)
        who = FIRST_ASKER + len(asked)
        await fake.act("add_user", chat_id=who, started=True)
        asked[who] = time.time()
        answering.append(asyncio.create_task(_sent(bot, who)))
    await asyncio.gather(*answering)
    return asked


async def _waits(fake: Fake, asked: dict[int, float]) -> Waits:
    came = answers(await fake.look("truth"))
    took = sorted(came[who] - at for who, at in asked.items() if who in came)
    return Waits(took, len(asked) - len(took))
