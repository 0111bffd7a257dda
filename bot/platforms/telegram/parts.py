"""One run's parts, put together: the way in, and the chores that are done beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

import structlog

from bot.chat import Answer, Host
from bot.platforms.telegram import Options
from bot.platforms.telegram.answers import Answers
from bot.platforms.telegram.buttons import Tags
from bot.platforms.telegram.channels import Channels
from bot.platforms.telegram.desk import Around, Desk
from bot.platforms.telegram.inbox import Bot, Inbox
from bot.platforms.telegram.menus import Menus
from bot.platforms.telegram.presses import Presses
from bot.platforms.telegram.requests import Requests
from bot.platforms.telegram.rights import Looking, Rights
from bot.platforms.telegram.standing import Standing
from bot.platforms.telegram.updates import Us

log = structlog.get_logger(__name__)


class Chores:
    """The menus, and the channels of the settings. They begin once we know who we are."""

    def __init__(self, menus: Menus, standing: Standing) -> None:
        self._loops = (menus.run, standing.run)
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self) -> None:
        """Do them from now on."""
        self._tasks = [asyncio.create_task(_chore(loop)) for loop in self._loops]

    async def end(self) -> None:
        """Leave what is not done for the next run."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def parts(
    bot: Bot,
    requests: Requests,
    options: Options,
    host: Host,
    answer: Answer,
    answers: Answers,
    now: Callable[[], datetime],
) -> tuple[Inbox, Chores]:
    """All that one run needs to take updates in, as `options` want it."""
    subscribers, language = host.storage.subscribers, host.campaign.language
    admins = frozenset(options.admins)
    rights = Rights(Looking(bot, requests))
    presses = Presses(bot, rights, Tags(options.token.get_secret_value()))
    menus = Menus(bot, host.menu, options.admins)
    standing = Standing(rights.look, subscribers, options.channels, language)
    around = Around(
        answer, answers, subscribers, rights, Channels(rights, subscribers), presses,
        promoted=standing.again.set, started=menus.again.set,
    )  # fmt: skip
    desk = Desk(around, lambda: Us(bot.username, admins, language), now)
    return Inbox(bot, desk, presses), Chores(menus, standing)


async def _chore(loop: Callable[[], Coroutine[Any, Any, None]]) -> None:
    try:
        await loop()
    except Exception:  # there is nobody above to hear of it
        log.error("A chore for Telegram died; it is done at the next start.", exc_info=True)
