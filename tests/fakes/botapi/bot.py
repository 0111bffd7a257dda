"""What the fake remembers of its one bot: the state that every method works on."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from tests.fakes.botapi.chats import Chat, Chats, Json
from tests.fakes.botapi.truth import Truth
from tests.fakes.botapi.updates import Updates

CALLBACK_KEPT = 150.0  # seconds that an unread callback query waits, Client.cpp, add_update


class Bot:
    """One bot. `clock` gives Unix seconds; `callback_seconds` is how long a press may be answered.

    Telegram publishes no figure for that; a quarter of an hour is this fake's own.
    """

    callback_seconds = 900.0

    def __init__(
        self, token: str, username: str, clock: Callable[[], float], updates: Updates, truth: Truth
    ) -> None:
        self.clock = clock
        self.updates = updates
        self.truth = truth
        self.chats = Chats()
        self.me: Json = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Herald",
            "username": username,
        }
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.descriptions: dict[tuple[str, str], str] = {}
        self.presses: dict[str, float] = {}
        self.answers: dict[str, Json] = {}
        self._queries = itertools.count(4_000_000_000_000_000_001)

    def now(self) -> int:
        """Unix seconds, whole, as messages carry them."""
        return int(self.clock())

    def store(self, chat: Chat, message: Json, *, ours: bool = False) -> Json:
        """Give a message its id, chat and date, and show it in the chat; `ours` is the bot's."""
        number = self.chats.next_message(chat)
        stored = {"message_id": number, "date": self.now(), "chat": self.chats.as_json(chat)}
        chat.messages[number] = stored | message
        if ours:
            chat.ours.add(number)
        self.truth.ring()
        return chat.messages[number]

    def press(self, user: Json, message: Json, data: str) -> str:
        """Somebody presses a button: a callback query, and its id."""
        query_id = str(next(self._queries))
        self.presses[query_id] = self.clock()
        body: dict[str, Any] = {"id": query_id, "from": user, "message": message, "data": data}
        body["chat_instance"] = str(-message["chat"]["id"])
        self.updates.add("callback_query", body, CALLBACK_KEPT)
        return query_id
