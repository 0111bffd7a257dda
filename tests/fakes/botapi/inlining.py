"""Users of inline mode: they ask, see results, and choose one."""

from __future__ import annotations

from typing import Any

from tests.fakes.botapi.acts import Acts
from tests.fakes.botapi.chats import Chat
from tests.fakes.botapi.hearing import post
from tests.fakes.botapi.inline import Asked
from tests.fakes.botapi.members import Member

Json = dict[str, Any]
QUERY_MOST = 256  # characters, Bot API, InlineQuery


class InlineUsers(Acts):
    """What users do with `@bot words`."""

    def inline(
        self, user_id: int, query: str, offset: str = "", *, chat_type: str = "sender"
    ) -> str:
        """Somebody types the bot's name and words; the query's id.

        The same words again within an answer's cache_time are not asked: Telegram answers them
        from its cache, and the id is the earlier query's. `chat_type` is InlineQuery's.
        Raises LookupError while inline mode is off: then Telegram asks nothing at all.
        """
        inline = self.bot.inline
        if not inline.on:
            raise LookupError("inline mode is off: FakeBotAPI(inline_mode=True)")
        query = query[:QUERY_MOST]
        now = self.bot.clock()
        if cached := inline.cached(user_id, query, offset, now):
            return cached.id
        user = dict(self.bot.chats.user(user_id))
        asked = Asked(self.bot.new_query(), user, query, offset, now)
        inline.queries[asked.id] = asked
        body = {"id": asked.id, "from": user, "query": query, "offset": offset}
        self.bot.updates.add("inline_query", body | {"chat_type": chat_type})
        return asked.id

    def inline_answer(self, query_id: str) -> Json | None:
        """What the bot answered: results, next_offset, button, cache_time, is_personal; or None."""
        answer = self.bot.inline.queries[query_id].answer
        return answer and {name: value for name, value in answer.items() if name != "at"}

    def choose(self, query_id: str, result_id: str, chat_id: int, *, user_id: int = 0) -> int:
        """Send a result into a chat, which need not be one of the bot's; the message's id there.

        The bot hears of it by chosen_inline_result, if feedback is on; in its own chats by the
        message too. It can change the message by inline_message_id if that has buttons.
        Raises LookupError for a result that nobody was shown.
        """
        asked = self.bot.inline.queries[query_id]
        shown = (asked.answer or {}).get("results", [])
        found = next((result for result in shown if result["id"] == result_id), None)
        if found is None:
            raise LookupError(f"query {query_id} has no result {result_id!r}")
        user = self.bot.chats.user(user_id) if user_id else asked.user
        message = post(
            self.bot,
            self._anywhere(chat_id),
            {"from": user, "via_bot": self.bot.me} | found["message"],
        )
        self._feed_back(asked, user, result_id, message)
        return int(message["message_id"])

    def _anywhere(self, chat_id: int) -> Chat:
        """The chat; one that the bot knows nothing of if need be."""
        if not self.bot.chats.has(chat_id):
            kind = "private" if chat_id > 0 else "supergroup"
            status = Member("new" if chat_id > 0 else "left")
            self.bot.chats.add(Chat(chat_id, kind, "Elsewhere", us=status))
        return self.bot.chats.get(chat_id)

    def _feed_back(self, asked: Asked, user: Json, result_id: str, message: Json) -> None:
        """Bot API, ChosenInlineResult: an inline_message_id only with an inline keyboard."""
        chosen = {"result_id": result_id, "from": user, "query": asked.query}
        if "reply_markup" in message:
            where = message["chat"]["id"], message["message_id"]
            chosen["inline_message_id"] = self.bot.inline.number(where)
        if self.bot.inline.feedback:
            self.bot.updates.add("chosen_inline_result", chosen)
