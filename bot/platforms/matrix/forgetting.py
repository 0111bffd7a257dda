"""Who asks to be forgotten: what the vault keeps of their chat goes with all the rest."""

from __future__ import annotations

import asyncio
import re

from bot.chat import Answer, Message, Request
from bot.platforms.matrix.kept import Kept
from bot.platforms.matrix.keys import Keys
from storage.subscribers import Subscribers

DAY_SECONDS = 86_400.0

_ASKED = re.compile(r"\s*[/!]?forget\b", re.IGNORECASE)


def forgetting(answer: Answer, subscribers: Subscribers, keys: Keys, kept: Kept) -> Answer:
    """The same answers; where one says that a chat was forgotten, it is here, too."""

    async def answered(request: Request) -> Message | None:
        message = await answer(request)
        asked = message is not None and _ASKED.match(request.words) is not None
        if asked and not await subscribers.kept(request.address):
            keys.forget_words(request.address.chat)
            kept.move_admins(request.address.chat, None)
        return message

    return answered


async def prune(keys: Keys) -> None:
    """Once a day: keys to what was said long ago are erased."""
    while True:
        await asyncio.sleep(DAY_SECONDS)
        await asyncio.to_thread(keys.store.prune)
