"""Telegram run against the fake Bot API, for the tests beside this file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.chat import (
    Campaign,
    Host,
    Menu,
    Server,
    Suggest,
)
from bot.platforms.telegram import Options
from bot.platforms.telegram.platform import Telegram
from storage import Seal, Storage, open_storage
from storage.model import Address
from tests.fakes.botapi import FakeBotAPI
from tests.platforms.echo import Port, nobody

ANN, BEN = 1001, 1002
NOON = datetime(2024, 11, 16, 12, 0, tzinfo=UTC)
MENUS = {
    "en": (Menu("latest", "Newest releases", "[n]"), Menu("help", "What I can do")),
    "ru": (Menu("latest", "Последние релизы"), Menu("help", "Что я умею")),
}


def person(number: int) -> Address:
    """A chat of two."""
    return Address("telegram", str(number))


def connected(
    api: FakeBotAPI,
    storage: Storage,
    *,
    suggest: Suggest = nobody,
    server: Server | None = None,
    **more: object,
) -> Telegram:
    """The platform, not running; `more` are its options."""
    options = Options.model_validate({"token": api.token, "api_url": api.url} | more)
    campaign, port = Campaign("Test", {}), server or Port()
    host = Host(storage, campaign, lambda language, _: MENUS[language], suggest, port)
    return Telegram(options, host, lambda: NOON)


@pytest.fixture
async def api() -> AsyncIterator[FakeBotAPI]:
    """A Bot API that does not slow down who asks again."""
    async with FakeBotAPI(repeat_wait=0, conflict_wait=0) as fake:
        yield fake


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    """A real storage in a file."""
    async with open_storage(tmp_path / "herald.db", Seal(bytes(32))) as opened:
        yield opened


@pytest.fixture
def unpaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chat may be sent any number of messages at once: for tests of something else than pace."""
    for kind in ("ANSWERED", "PUSHED", "TOGETHER"):
        monkeypatch.setattr(f"bot.platforms.telegram.budget.{kind}", ())


def texts(api: FakeBotAPI, chat: int) -> list[str]:
    """What the bot said in a chat, as it reads now."""
    return [message["text"] for message in api.messages(chat, from_bot=True)]


async def read(api: FakeBotAPI, chat: int, count: int = 1) -> list[str]:
    """Wait until the bot has said so much in a chat."""
    return await api.wait_for(enough(api, chat, count))


def enough(api: FakeBotAPI, chat: int, count: int) -> Callable[[], list[str]]:
    """True once the bot has said so much."""
    return lambda: found if len(found := texts(api, chat)) >= count else []


async def confirmed(api: FakeBotAPI) -> None:
    """Wait until no update is left unconfirmed."""
    await api.wait_for(lambda: not api.bot.updates.pending())
