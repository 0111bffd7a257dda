"""After a backup was restored: what was asked for since is done once more, and nothing is said.

The backup knows nothing of it. Who has asked to be told no more must not be told again, and who was
answered must not be answered twice.
"""

from __future__ import annotations

import re

from bot.chat import Answer, Message, Request

# What is kept of a chat. What admins asked for has gone out; all else was an answer.
_LASTS = re.compile(r"\s*[/!]?(subscribe|unsubscribe|stop|settings|forget)\b", re.IGNORECASE)


def without_a_word(answer: Answer) -> Answer:
    """Of the same answers those that change what is kept of a chat, and none of their words."""

    async def answered(request: Request) -> Message | None:
        if _LASTS.match(request.words):
            await answer(request)
        return None

    return answered
