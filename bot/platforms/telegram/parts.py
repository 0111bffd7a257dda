"""One run's parts, put together: the way in, and the chores that are done beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial

from bot.chat import Answer, Host
from bot.platforms.named import NamedChats
from bot.platforms.telegram import Options
from bot.platforms.telegram.answers import Answers
from bot.platforms.telegram.buttons import Tags
from bot.platforms.telegram.channels import Channels
from bot.platforms.telegram.desk import Around, Desk
from bot.platforms.telegram.inbox import Bot, Inbox
from bot.platforms.telegram.menus import Menus
from bot.platforms.telegram.named import found
from bot.platforms.telegram.presses import Presses
from bot.platforms.telegram.requests import Requests
from bot.platforms.telegram.rights import Looking, Rights
from bot.platforms.telegram.updates import Us
from bot.platforms.trying import chore


class Chores:
    """The menus, and the channels of the settings. They begin once we know who we are."""

    def __init__(self, menus: Menus, named: NamedChats) -> None:
        self._loops = (menus.run, named.run)
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self) -> None:
        """Do them from now on."""
        self._tasks = [asyncio.create_task(chore(loop)) for loop in self._loops]

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
    named = NamedChats(
        "A channel", options.channels, partial(found, rights.look), subscribers, language
    )
    around = Around(
        answer, answers, subscribers, rights, Channels(rights, subscribers), presses,
        promoted=named.again.set, started=menus.again.set,
    )  # fmt: skip
    desk = Desk(around, lambda: Us(bot.username, admins, language), now)
    return Inbox(bot, desk, presses), Chores(menus, named)
