"""What is remembered of inline mode: queries, their answers and cache, messages sent through it.

Sources: Bot API, "Inline mode" and answerInlineQuery; core.telegram.org/bots/inline.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.botapi.queues import LIFETIMES

Json = dict[str, Any]
Where = tuple[int, int]


@dataclass(slots=True)
class Asked:
    """One query, and what the bot answered: `results`, `next_offset`, `button` … once it has."""

    id: str
    user: Json
    query: str
    offset: str
    at: float
    answer: Json | None = None
    late: bool = False


@dataclass(slots=True)
class Inline:
    """`on` is BotFather's /setinline, `feedback` its /setinlinefeedback at 100 %.

    `seconds` is how long a query can be answered. Telegram publishes no figure; this is as long
    as the Bot API server keeps the update (Client.cpp, add_new_inline_query).
    """

    on: bool = False
    feedback: bool = True
    seconds: float = LIFETIMES["inline_query"]
    queries: dict[str, Asked] = field(default_factory=dict)
    _messages: dict[str, Where] = field(default_factory=dict)

    def cached(self, user_id: int, query: str, offset: str, now: float) -> Asked | None:
        """An earlier query whose answer serves this one: personal answers their own user only."""
        for asked in reversed(self.queries.values()):
            if asked.answer is None or (asked.query, asked.offset) != (query, offset):
                continue
            fresh = now < asked.answer["at"] + asked.answer["cache_time"]
            if fresh and (asked.user["id"] == user_id or not asked.answer["is_personal"]):
                return asked
        return None

    def number(self, where: Where) -> str:
        """Give a message an inline_message_id."""
        words = f"inline message {len(self._messages) + 1:09d}".encode()
        inline_id = base64.urlsafe_b64encode(words).decode().rstrip("=")
        self._messages[inline_id] = where
        return inline_id

    def where(self, inline_id: str) -> Where | None:
        """Chat and message of an inline_message_id."""
        return self._messages.get(inline_id)

    def id_of(self, where: Where) -> str:
        """The inline_message_id of a message, "" if it has none."""
        return next((known for known, place in self._messages.items() if place == where), "")
