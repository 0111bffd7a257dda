"""What the fake remembers of its one bot: the state that every method works on."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from tests.fakes.botapi.chats import Chat, Chats, Json
from tests.fakes.botapi.deliveries import Deliveries
from tests.fakes.botapi.files import Files
from tests.fakes.botapi.inline import Inline
from tests.fakes.botapi.truth import Truth
from tests.fakes.botapi.updates import Updates

CALLBACK_KEPT = 150.0  # seconds that an unread callback query waits, Client.cpp, add_update


class Bot:
    """One bot. `clock` gives Unix seconds; `callback_seconds` is how long a press may be answered.

    Telegram publishes no figure for that; a quarter of an hour is this fake's own. `privacy` is
    BotFather's /setprivacy, on for every new bot; inline mode is off for every new bot.
    """

    callback_seconds = 900.0

    def __init__(
        self, token: str, username: str, clock: Callable[[], float], updates: Updates, truth: Truth
    ) -> None:
        self.clock = clock
        self.updates = updates
        self.truth = truth
        self.chats = Chats()
        self.files = Files()
        self.inline = Inline()
        self.deliveries = Deliveries(updates, clock, truth.ring)
        self.privacy = True
        self.loopback_webhooks = False
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

    def new_query(self) -> str:
        """The id of a new callback or inline query."""
        return str(next(self._queries))

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
        """Somebody presses a button: a callback query, and its id.

        Under a message that was sent inline the query carries that message's inline id only.
        """
        query_id = self.new_query()
        self.presses[query_id] = self.clock()
        body: dict[str, Any] = {"id": query_id, "from": user, "data": data}
        where = message["chat"]["id"], message["message_id"]
        if inline_id := self.inline.id_of(where):
            body["inline_message_id"] = inline_id
        else:
            body["message"] = message
        body["chat_instance"] = str(-message["chat"]["id"])
        self.updates.add("callback_query", body, CALLBACK_KEPT)
        return query_id
