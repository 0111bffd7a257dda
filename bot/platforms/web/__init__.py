"""The chat in a browser, on the web port. Light: nothing of it is loaded before `connect`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.settings import WebSettings as Options

if TYPE_CHECKING:
    from bot import chat

__all__ = ["Options", "connect"]


async def connect(options: Options, host: chat.Host) -> chat.Platform:
    """The chat, ready to run. Nothing is answered yet."""
    from bot.platforms.web.platform import Web

    return Web(options, host)
