"""The other side of every chat: people who write, press, block and read."""

from __future__ import annotations

from typing import Any

from tests.fakes import entities
from tests.fakes.botapi.acts import Acts
from tests.fakes.botapi.chats import Chat, Json
from tests.fakes.botapi.hearing import tell
from tests.fakes.botapi.joining import become
from tests.fakes.botapi.members import Member
from tests.fakes.botapi.profile import commands_seen


class People(Acts):
    """What users can do with the bot in any chat. Each act returns its id, if it has one."""

    def add_user(
        self,
        chat_id: int,
        *,
        started: bool = False,
        first_name: str = "",
        language_code: str = "",
        username: str = "",
    ) -> None:
        """Let a person exist who has not written yet, or has (`started`)."""
        user = self.bot.chats.user(chat_id)
        changes = {"first_name": first_name, "language_code": language_code, "username": username}
        user |= {name: value for name, value in changes.items() if value}
        if not self.bot.chats.has(chat_id):
            self.bot.chats.add(Chat(chat_id, us=Member("member" if started else "new")))

    def user_sends(
        self,
        chat_id: int,
        text: str,
        *,
        user_id: int = 0,
        language_code: str = "en",
        first_name: str = "",
        edited: bool = False,
        forwarded: bool = False,
        thread: int = 0,
        reply_to: int = 0,
        as_chat: int = 0,
    ) -> int:
        """Somebody writes (or, `edited`, changes what they wrote last); the message's id.

        In a chat of two the person exists from now on and has started the bot, unblocked too.
        `reply_to` is the message that is answered; `as_chat` the chat in whose name it is said:
        the group itself for an anonymous admin, or a channel. A channel's posts are its own.
        """
        chat = self._place(chat_id)
        author = user_id or (chat_id if chat_id > 0 else 1)
        self.add_user(author, first_name=first_name, language_code=language_code)
        found = list(entities.detected(text))
        content: Json = {"text": text} | ({"entities": found} if found else {})
        if forwarded:
            origin = {"type": "hidden_user", "sender_user_name": "Somebody"}
            content["forward_origin"] = origin | {"date": self.bot.now()}
        if edited:
            head = self._head(chat, author, as_chat, thread, reply_to)
            message = self._edit_last(chat, head | content)
        else:
            where = {"thread": thread, "reply_to": reply_to, "as_chat": as_chat}
            message = self._say(chat_id, content, user_id=author, **where)
        return int(message["message_id"])

    def press(self, chat_id: int, message_id: int, data_or_label: str, *, user_id: int = 0) -> str:
        """Press a button, known by its data or its label; the callback query's id.

        Raises LookupError when no such button is there to be seen.
        """
        message = self.bot.chats.get(chat_id).messages[message_id]
        user = self.bot.chats.user(user_id or (chat_id if chat_id > 0 else 1))
        for button in _buttons(message):
            known = "callback_data" in button and (button["callback_data"], button["text"])
            if known and data_or_label in known:
                return self.bot.press(user, message, button["callback_data"])
        raise LookupError(f"message {message_id} has no button {data_or_label!r}")

    def press_raw(self, chat_id: int, message_id: int, data: str, *, user_id: int = 0) -> str:
        """A press with any data, as a forged or an old client sends it; the query's id.

        Where the message is gone the query carries Bot API's InaccessibleMessage.
        """
        chat = self.bot.chats.get(chat_id)
        gone = {"chat": self.bot.chats.as_json(chat), "message_id": message_id, "date": 0}
        message = chat.messages.get(message_id, gone)
        return self.bot.press(self._actor(chat, user_id), message, data)

    def block(self, chat_id: int) -> None:
        """The user stops the bot: sends fail from now on, and an update says so."""
        chat = self.bot.chats.get(chat_id)
        become(self.bot, chat, Member("kicked"), self._actor(chat, 0))

    def unblock(self, chat_id: int) -> None:
        """The user lets the bot back in."""
        self._let_in(self.bot.chats.get(chat_id))

    def deactivate(self, chat_id: int) -> None:
        """The account is deleted; Telegram sends no update about that."""
        self.bot.chats.get(chat_id).us = Member("deactivated")

    def raw_update(self, body: dict[str, Any]) -> int:
        """Queue an update exactly as it is, its `update_id` apart, and answer that id."""
        return self.bot.updates.add_raw(body)

    def commands_for(self, user_id: int, chat_id: int, language: str = "") -> list[Json]:
        """The command menu that this user sees in this chat, by the documented order."""
        return commands_seen(self.bot, user_id, self.bot.chats.get(chat_id), language)

    def messages(self, chat_id: int, *, from_bot: bool = False) -> list[Json]:
        """What is to be seen in the chat now, oldest first; only the bot's own if asked."""
        if not self.bot.chats.has(chat_id):
            return []
        chat = self.bot.chats.get(chat_id)
        wanted = chat.ours if from_bot else chat.messages.keys()
        return [_seen(m) for number, m in chat.messages.items() if number in wanted]

    def _let_in(self, chat: Chat) -> None:
        become(self.bot, chat, Member(), self._actor(chat, 0))

    def _edit_last(self, chat: Chat, body: Json) -> Json:
        """Change what the same author said last, and tell the bot."""
        wrote = _author(body)
        theirs = [
            message
            for number, message in chat.messages.items()
            if number not in chat.ours and _author(message) == wrote
        ]
        last = theirs[-1]
        kept = {name: value for name, value in last.items() if name not in ("text", "entities")}
        new = kept | body | {"edit_date": self.bot.now()}
        chat.messages[last["message_id"]] = new
        tell(self.bot, chat, new, edited=True)
        return new


def _author(message: Json) -> Any:
    author = message.get("from") or message.get("sender_chat") or {}
    return author.get("id")


def _buttons(message: Json) -> list[Json]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button for row in rows for button in row]


def _seen(message: Json) -> Json:
    """A message as a user sees it."""
    view = {name: message.get(name) for name in ("date", "edit_date")}
    view |= {"id": message["message_id"], "text": message.get("text", "")}
    view |= {"entities": message.get("entities", []), "thread": message.get("message_thread_id")}
    view |= {"caption": message.get("caption", "")}
    return view | {"buttons": _buttons(message), "json": message}
