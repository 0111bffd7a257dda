"""The command menu that Telegram shows, one for each language."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

import structlog
from telegram import Bot, BotCommand
from telegram.error import TelegramError

from bot.chat import Menu
from bot.i18n import LANGUAGES

log = structlog.get_logger(__name__)

# What a language without a menu of its own gets.
DEFAULT = "en"
DESCRIPTION = 256  # characters, Bot API, BotCommand
MOST = 100  # commands, Bot API, setMyCommands
FIRST_PAUSE, LONGEST_PAUSE = 15.0, 600.0

_NAME = re.compile(r"[a-z0-9_]{1,32}")


async def set_menus(bot: Bot, menu: Callable[[str, bool], tuple[Menu, ...]]) -> None:
    """Tell Telegram the menus; trouble is logged once and tried again until it is done."""
    for language in LANGUAGES:
        pause = FIRST_PAUSE
        while not await _set(bot, language, commands(menu(language, False))):
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)


def commands(menu: tuple[Menu, ...]) -> list[BotCommand]:
    """What of a menu Telegram can show."""
    shown = [item for item in menu if _NAME.fullmatch(item.name) and item.help.strip()]
    return [BotCommand(item.name, item.help.strip()[:DESCRIPTION]) for item in shown[:MOST]]


async def _set(bot: Bot, language: str, shown: list[BotCommand]) -> bool:
    code = None if language == DEFAULT else language
    try:
        await bot.set_my_commands(shown, language_code=code)
    except TelegramError as error:
        log.warning(
            "The command menu could not be set; it will be tried again.",
            language=language, error=type(error).__name__,
        )  # fmt: skip
        return False
    return True
