"""A fake Bot API, python-telegram-bot and a plain HTTP client, for the tests beside this file."""

from __future__ import annotations

import struct
import zlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from telegram import Bot, Update

from tests.fakes.botapi import FakeBotAPI

ANNA, BORIS = 1001, 1002
GROUP, FORUM, CHANNEL = -1001, -1002, -1003
Json = dict[str, Any]


class Clock:
    """Unix seconds that stand still until they are moved."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def api(clock: Clock) -> AsyncIterator[FakeBotAPI]:
    """With inline mode, webhooks on loopback, and no waiting."""
    async with FakeBotAPI(
        clock=clock, repeat_wait=0, conflict_wait=0, inline_mode=True, webhook_pace=0.001,
        loopback_webhooks=True,
    ) as api:  # fmt: skip
        api.add_user(ANNA, started=True, first_name="Anna")
        yield api


@pytest.fixture
async def bot(api: FakeBotAPI) -> AsyncIterator[Bot]:
    bot = Bot(api.token, base_url=api.base_url, base_file_url=api.base_file_url)
    async with bot:
        yield bot


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def call(
    session: aiohttp.ClientSession, api: FakeBotAPI, method: str, **arguments: Any
) -> Any:
    """The whole answer to a method called with JSON."""
    async with session.post(f"{api.base_url}{api.token}/{method}", json=arguments) as answer:
        return await answer.json()


async def refusal(
    session: aiohttp.ClientSession, api: FakeBotAPI, method: str, **arguments: Any
) -> str:
    """The description of a refusal."""
    answer = await call(session, api, method, **arguments)
    assert not answer["ok"], answer
    return str(answer["description"])


async def heard(bot: Bot, kinds: list[str] | None = None) -> list[Update]:
    """What waits for the bot, confirmed."""
    found = list(await bot.get_updates(allowed_updates=kinds))
    if found:
        await bot.get_updates(offset=found[-1].update_id + 1)
    return found


async def texts(bot: Bot) -> list[str | None]:
    """The texts of the messages and posts that the bot hears."""
    messages = [update.effective_message for update in await heard(bot)]
    return [message.text if message else None for message in messages]


def png(width: int = 2, height: int = 2) -> bytes:
    """A black picture of these measures."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    pixels = zlib.compress((b"\0" + bytes((width + 7) // 8)) * height)
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
