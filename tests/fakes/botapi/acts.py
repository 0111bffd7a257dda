"""What all acts of users share: who speaks, where, and as an answer to what."""

from __future__ import annotations

from typing import Any

from tests.fakes.botapi.bot import Bot
from tests.fakes.botapi.chats import Chat
from tests.fakes.botapi.hearing import post
from tests.fakes.botapi.members import Member
from tests.fakes.botapi.places import without_reply
from tests.fakes.botapi.senders import sender

Json = dict[str, Any]
SOMEBODY = 1  # who acts in a group where nobody is named


class Acts:
    """Acts of users on one bot. Each takes place at once."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    def _say(
        self,
        chat_id: int,
        content: Json,
        *,
        user_id: int = 0,
        as_chat: int = 0,
        thread: int = 0,
        reply_to: int = 0,
    ) -> Json:
        """Post a message of a user, with its head; a person in a chat of two has now started."""
        chat = self._place(chat_id)
        head = self._head(chat, user_id, as_chat, thread, reply_to)
        return post(self.bot, chat, head | content)

    def _place(self, chat_id: int) -> Chat:
        """The chat; one of two is there from now on, unblocked and started."""
        if chat_id > 0 and not self.bot.chats.has(chat_id):
            self.bot.chats.add(Chat(chat_id))
        chat = self.bot.chats.get(chat_id)
        if chat.private and chat.us.status == "kicked":
            self._let_in(chat)
        if chat.private:
            chat.us = Member()
        return chat

    def _let_in(self, chat: Chat) -> None:
        raise NotImplementedError

    def _head(self, chat: Chat, user_id: int, as_chat: int, thread: int, reply_to: int) -> Json:
        author = user_id or (chat.id if chat.private else SOMEBODY)
        head = sender(self.bot.chats, chat, author, as_chat=as_chat)
        answered = chat.messages[reply_to] if reply_to else None
        thread = thread or (answered or {}).get("message_thread_id", 0)
        if thread:
            head["message_thread_id"] = thread
            head |= {"is_topic_message": True} if chat.forum else {}
        if answered:
            head["reply_to_message"] = without_reply(answered)
        return head

    def _actor(self, chat: Chat, user_id: int) -> Json:
        """Who did it: the one named, the other person, the group's owner, or somebody."""
        owners = [each for each, member in chat.members.items() if member.status == "creator"]
        usual = chat.id if chat.private else (*owners, SOMEBODY)[0]
        return self.bot.chats.user(user_id or usual)
