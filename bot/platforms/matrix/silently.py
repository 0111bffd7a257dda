"""After a backup was restored: what was asked for since is done once more, and nothing is said.

The backup knows nothing of it. Who has asked to be told no more must not be told again, and who was
answered must not be answered twice.
"""

from __future__ import annotations

import re

from bot.chat import Answer, Message, Request
from bot.platforms.matrix.choices import Choices
from bot.platforms.matrix.desk import Desk
from bot.platforms.matrix.events import MESSAGE
from bot.platforms.matrix.keys import ENCRYPTED
from bot.platforms.matrix.wire import Json

# What is kept of a chat. What admins asked for has gone out; all else was an answer.
_LASTS = re.compile(r"\s*[/!]?(subscribe|unsubscribe|stop|forget)\b", re.IGNORECASE)


def without_a_word(answer: Answer) -> Answer:
    """Of the same answers those that change what is kept of a chat, and none of their words."""

    async def answered(request: Request) -> Message | None:
        if _LASTS.match(request.words):
            await answer(request)
        return None

    return answered


class Silently:
    """Takes events as the desk does that it is given, which is one without words; `us` is our user
    id.
    """

    def __init__(self, desk: Desk, choices: Choices, us: str) -> None:
        self._desk = desk
        self._choices = choices
        self._us = us

    async def happened(self, room: str, event: Json) -> None:
        """As Desk has it; what we said ourselves was chosen from."""
        if event.get("sender") == self._us and event.get("type") in (MESSAGE, ENCRYPTED):
            self._choices.saw(room, event)
        else:
            await self._desk.happened(room, event)
