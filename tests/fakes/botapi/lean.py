"""The fake made light, for benchmarks of throughput: nearly nothing is checked or kept of a send.

In lean mode every positive id is a person who started the bot. As long as nobody acts in such a
chat, a text sent there is taken as it is (no rules of TDLib, no check of its buttons) and counted,
once for the chat; the truth log gets a short line in its file, and nothing in memory. The answer is
as long as the real one. Limits, faults, distance and message ids are those of the whole fake, and
so is all that is not a text to a person who never acted.
"""

from __future__ import annotations

import json
from collections import Counter

from aiohttp import web

from tests.fakes.botapi.bot import Bot
from tests.fakes.botapi.chats import Chat
from tests.fakes.botapi.query import Query

# What the Message of the answer has in common with the arguments, as it was given.
ECHOED = ("entities", "reply_markup", "link_preview_options")
SOMEBODY = Chat(0)


class Lean:
    """Sends of one bot. `counts` are the messages in each chat."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._me = json.dumps(bot.me)
        self.counts: Counter[int] = Counter()

    def takes(self, query: Query) -> bool:
        """Whether this is a text to a person who never acted."""
        chat = query.text("chat_id")
        if query.method != "sendmessage" or not (chat.isdecimal() and query.text("text")):
            return False
        return not self._bot.chats.has(int(chat))

    def send(self, query: Query) -> tuple[int, web.Response]:
        """Let the message arrive: its id, and the answer."""
        number = self._bot.chats.next_message(SOMEBODY)
        self.counts[int(query.text("chat_id"))] += 1
        body = self._answer(query, number)
        return number, web.Response(text=body, content_type="application/json")

    def _answer(self, query: Query, number: int) -> str:
        """Written by hand: to build a tree of it first costs more than all the rest."""
        chat, date = query.text("chat_id"), self._bot.now()
        given = [(name, query.text(name)) for name in ECHOED]
        echoed = "".join(f', "{name}": {value}' for name, value in given if value)
        head = f'"message_id": {number}, "date": {date}, "from": {self._me}'
        person = f'{{"id": {chat}, "type": "private", "first_name": "User {chat}"}}'
        text = json.dumps(query.text("text"))
        body = f'{{{head}, "chat": {person}, "text": {text}{echoed}}}'
        return f'{{"ok": true, "result": {body}}}'
