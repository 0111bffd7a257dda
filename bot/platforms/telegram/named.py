"""The channels that the settings name, and what it takes to post in one."""

from __future__ import annotations

import asyncio

from telegram import Chat
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.platforms.named import MissingError
from bot.platforms.telegram.rights import LOOK_SECONDS, Looking, may_write
from bot.platforms.telegram.updates import NAME
from storage.model import Address


async def found(look: Looking, name: str) -> Address:
    """The channel of this name or id, where the bot may post. Raises MissingError."""
    try:
        async with asyncio.timeout(2 * LOOK_SECONDS):
            chat = await look.chat(int(name) if name.startswith("-") else name)
            us = await look.ours(chat.id)
    except (BadRequest, Forbidden):
        raise MissingError("the bot is not in it, or there is no such channel") from None
    except (TelegramError, TimeoutError):
        raise MissingError("Telegram does not answer") from None
    if chat.type == Chat.PRIVATE:
        raise MissingError("it is a person, no channel")
    if not may_write(us, chat.type):
        raise MissingError("the bot needs to be an administrator with the right to post messages")
    return Address(NAME, str(chat.id))
