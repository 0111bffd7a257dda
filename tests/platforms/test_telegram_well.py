"""Whether Telegram is well, as its platform reports it: not at each hiccup."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from telegram.error import Conflict, NetworkError, TelegramError

from bot.chat import Campaign, Host
from bot.platforms.telegram import Options
from bot.platforms.telegram.errors import SlowDown
from bot.platforms.telegram.platform import Telegram
from bot.platforms.telegram.poll import Ledger, poll
from storage import Storage
from tests.fakes.botapi import FakeBotAPI
from tests.platforms.echo import Echo, Port, nobody, running
from tests.platforms.telegram_stage import MENUS, api, storage

__all__ = ["api", "storage"]  # fixtures

UNREACHED = "Telegram cannot be reached, or does not answer as it should"
Said = tuple[str, bool, str]


@pytest.fixture(autouse=True)
def unpaused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failed poll is tried again at once."""
    monkeypatch.setattr("bot.platforms.telegram.poll.pause_after", lambda _: 0.0)
    monkeypatch.setattr("bot.platforms.telegram.poll.CONFLICT_SECONDS", 0.0)


async def reported(*polls: TelegramError | None) -> list[Said]:
    """What is reported while the polls end like this, None being a good one."""
    said: list[Said] = []
    over = asyncio.Event()
    script: Iterator[TelegramError | None] = iter(polls)

    async def fetch(offset: int, wait: int) -> list[dict[str, Any]]:
        try:
            error = next(script)
        except StopIteration:
            over.set()
            await asyncio.Event().wait()
        if error is not None:
            raise error
        return [{}]

    def report(*heard: Any) -> None:
        said.append(heard)

    task = asyncio.create_task(poll(fetch, lambda _: None, Ledger(), lambda: None, report))
    async with asyncio.timeout(10):
        await over.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return said


async def test_one_poll_that_fails_says_nothing_bad() -> None:
    """A hiccup, and another one later, are no reason to be called unwell."""
    lost = NetworkError("lost")
    said = await reported(None, lost, lost, None, lost, None)

    assert [] == [heard for heard in said if not heard[1]]


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (NetworkError("with a secret in it"), UNREACHED),
        (SlowDown(0), UNREACHED),
        (Conflict("terminated"), "another program reads this bot's updates"),
    ],
    ids=str,
)
async def test_polls_that_fail_again_and_again_are_reported(error: TelegramError, why: str) -> None:
    """Said once, in our own words; and that it is well again with the first good poll."""
    said = await reported(None, error, error, error, error, error, None, None)

    assert [("telegram", False, why), ("telegram", True, "")] == said


async def test_the_platform_reports_to_its_host(api: FakeBotAPI, storage: Storage) -> None:
    """What the polls come to reaches whoever runs the platform."""
    heard: asyncio.Queue[Said] = asyncio.Queue()
    host = Host(
        storage, Campaign("Test", {}), lambda language, _: MENUS[language], nobody, Port(),
        report=lambda *said: heard.put_nowait(said),
    )  # fmt: skip
    options = Options.model_validate({"token": api.token, "api_url": api.url})
    api.faults.add(method="getUpdates", status=502, body="<html>Bad Gateway</html>", times=3)
    async with running(Telegram(options, host), Echo()), asyncio.timeout(10):
        assert ("telegram", False, UNREACHED) == await heard.get()
        assert ("telegram", True, "") == await heard.get()
