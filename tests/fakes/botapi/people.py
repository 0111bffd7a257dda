"""The other side of every chat: people who write, press, block and read."""

from __future__ import annotations

from typing import Any

from tests.fakes import entities
from tests.fakes.botapi.bot import Bot
from tests.fakes.botapi.chats import Chat, Json
from tests.fakes.botapi.surroundings import member


class People:
    """What users can do with the bot. Each act takes place at once and returns its id."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    def add_user(
        self, chat_id: int, *, started: bool = False, first_name: str = "", language_code: str = ""
    ) -> None:
        """Let a person exist who has not written yet, or has (`started`)."""
        user = self.bot.chats.user(chat_id)
        changes = {"first_name": first_name, "language_code": language_code}
        user |= {name: value for name, value in changes.items() if value}
        if not self.bot.chats.has(chat_id):
            self.bot.chats.add(Chat(chat_id, status="member" if started else "new"))

    def add_chat(
        self,
        chat_id: int,
        kind: str = "supergroup",
        *,
        title: str = "A chat",
        username: str = "",
        status: str = "member",
        topics: tuple[int, ...] = (),
        members: dict[int, str] | None = None,
    ) -> None:
        """Let a group, supergroup or channel exist with the bot in it (`status`)."""
        chat = Chat(chat_id, kind, title, username, status, forum=bool(topics))
        chat.topics = dict.fromkeys(topics, True)
        chat.members = {int(user): state for user, state in (members or {}).items()}
        self.bot.chats.add(chat)

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
    ) -> int:
        """Somebody writes (or, `edited`, changes what they wrote last); the message's id.

        In a chat of two the person exists from now on and has started the bot, unblocked too.
        """
        if chat_id > 0:
            self._meet(chat_id)
        sender = user_id or (chat_id if chat_id > 0 else 1)
        self.add_user(sender, first_name=first_name, language_code=language_code)
        chat = self.bot.chats.get(chat_id)
        body = self._words(chat, sender, text, thread)
        if forwarded:
            origin = {"type": "hidden_user", "sender_user_name": "Somebody"}
            body["forward_origin"] = origin | {"date": self.bot.now()}
        message = self._edit_last(chat, body) if edited else self.bot.store(chat, body)
        kind = "channel_post" if chat.type == "channel" else "message"
        self.bot.updates.add(f"edited_{kind}" if edited else kind, message)
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

    def block(self, chat_id: int) -> None:
        """The user stops the bot: sends fail from now on, and an update says so."""
        self._set_status(chat_id, "kicked")

    def unblock(self, chat_id: int) -> None:
        """The user lets the bot back in."""
        self._set_status(chat_id, "member")

    def deactivate(self, chat_id: int) -> None:
        """The account is deleted; Telegram sends no update about that."""
        self.bot.chats.get(chat_id).status = "deactivated"

    def set_status(self, chat_id: int, status: str) -> None:
        """The bot becomes member, administrator, left or kicked in a group or channel."""
        self._set_status(chat_id, status)

    def mute(self, chat_id: int, *, muted: bool = True) -> None:
        """Take from the bot the right to write in a group or channel."""
        self.bot.chats.get(chat_id).may_post = not muted

    def migrate(self, chat_id: int, new_id: int) -> None:
        """A group becomes a supergroup: both service messages, then refusals that say so."""
        old = self.bot.chats.get(chat_id)
        self.add_chat(new_id, title=old.title, status=old.status, members=old.members)
        new = self.bot.chats.get(new_id)
        sender: Json = {"from": self.bot.chats.user(1)}
        moved = self.bot.store(old, sender | {"migrate_to_chat_id": new_id})
        arrived = self.bot.store(new, sender | {"migrate_from_chat_id": chat_id})
        old.moved_to = new_id
        for message in (moved, arrived):
            self.bot.updates.add("message", message)

    def raw_update(self, body: dict[str, Any]) -> int:
        """Queue an update exactly as it is, its `update_id` apart, and answer that id."""
        return self.bot.updates.add_raw(body)

    def messages(self, chat_id: int, *, from_bot: bool = False) -> list[Json]:
        """What is to be seen in the chat now, oldest first; only the bot's own if asked."""
        if not self.bot.chats.has(chat_id):
            return []
        chat = self.bot.chats.get(chat_id)
        wanted = chat.ours if from_bot else chat.messages.keys()
        return [_seen(m) for number, m in chat.messages.items() if number in wanted]

    def _meet(self, chat_id: int) -> None:
        self.add_user(chat_id, started=True)
        chat = self.bot.chats.get(chat_id)
        if chat.status == "kicked":
            self.unblock(chat_id)
        chat.status = "member"

    def _words(self, chat: Chat, sender: int, text: str, thread: int) -> Json:
        found = list(entities.detected(text))
        body: Json = {"text": text} | ({"entities": found} if found else {})
        if chat.type == "channel":
            return body | {"sender_chat": self.bot.chats.as_json(chat)}
        if thread:
            body |= {"message_thread_id": thread, "is_topic_message": True}
        return body | {"from": dict(self.bot.chats.user(sender))}

    def _edit_last(self, chat: Chat, body: Json) -> Json:
        author = body.get("from", {}).get("id")
        theirs = [m for m in chat.messages.values() if m.get("from", {}).get("id") == author]
        last = [m for m in theirs if m["message_id"] not in chat.ours][-1]
        kept = {name: value for name, value in last.items() if name not in ("text", "entities")}
        new = kept | body | {"edit_date": self.bot.now()}
        chat.messages[last["message_id"]] = new
        return new

    def _set_status(self, chat_id: int, status: str) -> None:
        """Bot API, my_chat_member; ChatMemberBanned for "blocked" in a chat of two."""
        chat = self.bot.chats.get(chat_id)
        old, chat.status = chat.status, status
        change: Json = {"chat": self.bot.chats.as_json(chat), "date": self.bot.now()}
        change["from"] = self.bot.chats.user(chat_id if chat.private else 1)
        change["old_chat_member"] = member(self.bot.me, old)
        change["new_chat_member"] = member(self.bot.me, status)
        self.bot.updates.add("my_chat_member", change)


def _buttons(message: Json) -> list[Json]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button for row in rows for button in row]


def _seen(message: Json) -> Json:
    """A message as a user sees it."""
    view = {name: message.get(name) for name in ("date", "edit_date")}
    view |= {"id": message["message_id"], "text": message.get("text", "")}
    view |= {"entities": message.get("entities", []), "thread": message.get("message_thread_id")}
    return view | {"buttons": _buttons(message), "json": message}
