"""Who is there: users, chats, their messages, and whether the bot may write to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.fakes.botapi.refusals import RefusedError, bad_request, forbidden

Json = dict[str, Any]


@dataclass(slots=True)
class Chat:
    """A chat of two (its id is the user's), a group, a supergroup or a channel.

    `status` is what the bot is in it: member, administrator, left, kicked; in a chat of two also
    new (the user never wrote) and deactivated. `members` maps users' ids to their status, `topics`
    those of a forum to whether they are open; `ours` are the ids of the bot's own messages.
    """

    id: int
    type: str = "private"
    title: str = ""
    username: str = ""
    status: str = "member"
    may_post: bool = True
    moved_to: int = 0
    forum: bool = False
    topics: dict[int, bool] = field(default_factory=dict)
    members: dict[int, str] = field(default_factory=dict)
    messages: dict[int, Json] = field(default_factory=dict)
    ours: set[int] = field(default_factory=set)
    last_message: int = 0

    @property
    def private(self) -> bool:
        """Whether this is a chat of two."""
        return self.type == "private"


class Chats:
    """All chats and users that the bot could know."""

    def __init__(self) -> None:
        self._chats: dict[int, Chat] = {}
        self.users: dict[int, Json] = {}
        self._last_message = 0

    def add(self, chat: Chat) -> Chat:
        """Let a chat exist."""
        self._chats[chat.id] = chat
        return chat

    def get(self, chat_id: int) -> Chat:
        """The chat; KeyError where there is none."""
        return self._chats[chat_id]

    def has(self, chat_id: int) -> bool:
        """Whether this chat exists."""
        return chat_id in self._chats

    def find(self, name: str) -> Chat:
        """The chat that a request names by id or @username (Client.cpp, check_chat)."""
        if not name:
            raise bad_request("chat_id is empty")
        for chat in self._chats.values():
            if name in (str(chat.id), f"@{chat.username}"):
                return chat
        raise bad_request("Chat not found")

    def next_message(self, chat: Chat) -> int:
        """A new message id: one sequence for private chats and groups, one a supergroup/channel.

        Source: core.telegram.org/api, "Message identifiers": supergroups and channels number
        their messages themselves, all other chats of an account share one sequence.
        """
        if chat.type in ("supergroup", "channel"):
            chat.last_message += 1
            return chat.last_message
        self._last_message += 1
        return self._last_message

    def user(self, user_id: int) -> Json:
        """The user as Bot API User; one with a plain name where nothing is known."""
        return self.users.setdefault(
            user_id, {"id": user_id, "is_bot": False, "first_name": f"User {user_id}"}
        )

    def as_json(self, chat: Chat) -> Json:
        """The chat as Bot API Chat."""
        if chat.private:
            user = self.user(chat.id)
            return {"id": chat.id, "type": "private", "first_name": user["first_name"]}
        extra: Json = {"username": chat.username} if chat.username else {}
        extra |= {"is_forum": True} if chat.forum else {}
        return {"id": chat.id, "type": chat.type, "title": chat.title, **extra}


def check_write(chat: Chat) -> None:
    """Raise what Telegram answers a bot that writes where it may not.

    Client.cpp, check_chat_access; "can't initiate" and "blocked" are the server's own.
    """
    if chat.private:
        _check_person(chat)
    elif chat.moved_to:
        words = "group chat was upgraded to a supergroup chat"
        raise bad_request(words, migrate_to_chat_id=chat.moved_to)
    elif chat.status == "deleted":
        raise forbidden("the group chat was deleted")
    elif chat.status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    elif chat.status == "left":
        raise forbidden(f"bot is not a member of the {chat.type} chat")
    elif not chat.may_post:
        raise _no_rights(chat)


def check_topic(chat: Chat, thread: int) -> None:
    """A topic must exist and be open (Client.cpp, check_reply_parameters; server TOPIC_CLOSED)."""
    if not thread:
        return
    if thread not in chat.topics:
        raise bad_request("Message thread not found")
    if not chat.topics[thread] and chat.status != "administrator":
        raise bad_request("TOPIC_CLOSED")


def _check_person(chat: Chat) -> None:
    if chat.status == "deactivated":
        raise forbidden("user is deactivated")
    if chat.status == "new":
        raise forbidden("bot can't initiate conversation with a user")
    if chat.status == "kicked":
        raise forbidden("bot was blocked by the user")


def _no_rights(chat: Chat) -> RefusedError:
    """TDLib MessagesManager.cpp, can_send_message_content, and its word for channels."""
    if chat.type == "channel":
        return bad_request("need administrator rights in the channel chat")
    return bad_request("not enough rights to send text messages to the chat")
