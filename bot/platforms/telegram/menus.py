"""The command menus that Telegram shows: for each kind of chat and reader, in each language."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

import structlog
from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
)
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.chat import Menu
from bot.i18n import LANGUAGES
from bot.waiting import rung

log = structlog.get_logger(__name__)

# What a language without a menu of its own gets.
DEFAULT = "en"
DESCRIPTION = 256  # characters, Bot API, BotCommand
MOST = 100  # commands, Bot API, setMyCommands
FIRST_PAUSE, LONGEST_PAUSE = 15.0, 600.0
RARELY = 3600.0  # seconds: for the menus of admins who have not started the bot

# In a group: what only its admins can do, and what makes no sense there.
ADMINS_ONLY = frozenset({"subscribe", "unsubscribe", "settings", "forget"})
ALONE_ONLY = frozenset({"start"})

_NAME = re.compile(r"[a-z0-9_]{1,32}")

MenuOf = Callable[[str, bool], tuple[Menu, ...]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A menu to be set. `admin` is one of ours, who may not have started the bot yet."""

    scope: BotCommandScope
    language: str
    commands: tuple[BotCommand, ...]
    admin: bool = False


class Menus:
    """Sets what is not set yet. `again` asks to try the menus of admins at once."""

    def __init__(self, bot: Bot, menu: MenuOf, admins: Collection[int]) -> None:
        self.again = asyncio.Event()
        self._bot = bot
        self._left = [*for_everybody(menu), *for_admins(menu, admins)]

    async def run(self) -> None:
        """Until all are set; trouble is logged once."""
        pause, said = FIRST_PAUSE, False
        while self._left:
            self.again.clear()
            failed = [shown for shown in self._left if not await self._set(shown)]
            self._left = failed
            others = [shown for shown in failed if not shown.admin]
            if others and not said:
                said = True
                log.warning("The command menus could not be set; it will be tried again.")
            if failed:
                await rung(self.again, pause if others else RARELY)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _set(self, shown: Shown) -> bool:
        code = None if shown.language == DEFAULT else shown.language
        try:
            if await self._bot.get_my_commands(shown.scope, code) == shown.commands:
                return True
        except (BadRequest, Forbidden):
            if shown.admin:
                return False
        except TelegramError as error:
            log.debug("A menu could not be read; it is set.", end=type(error).__name__)
        try:
            await self._bot.set_my_commands(shown.commands, shown.scope, code)
        except TelegramError as error:
            log.debug("A menu could not be set.", end=type(error).__name__)
            return False
        return True


def for_everybody(menu: MenuOf) -> list[Shown]:
    """The menus of all chats of two, of all groups, of groups' admins, and of what is left."""
    return [
        Shown(scope, language, commands(menu(language, False), without))
        for scope, without in (
            (BotCommandScopeAllPrivateChats(), frozenset[str]()),
            (BotCommandScopeAllGroupChats(), ADMINS_ONLY | ALONE_ONLY),
            (BotCommandScopeAllChatAdministrators(), ALONE_ONLY),
            (BotCommandScopeDefault(), frozenset[str]()),
        )
        for language in LANGUAGES
    ]


def for_admins(menu: MenuOf, admins: Collection[int]) -> list[Shown]:
    """The menus of our admins, each in the chat with us."""
    return [
        Shown(BotCommandScopeChat(admin), language, commands(menu(language, True)), admin=True)
        for admin in admins
        for language in LANGUAGES
    ]


def commands(
    menu: tuple[Menu, ...], without: Collection[str] = frozenset()
) -> tuple[BotCommand, ...]:
    """What of a menu Telegram can show."""
    shown = [item for item in menu if _NAME.fullmatch(item.name) and item.help.strip()]
    shown = [item for item in shown if item.name not in without]
    return tuple(BotCommand(item.name, item.help.strip()[:DESCRIPTION]) for item in shown[:MOST])
