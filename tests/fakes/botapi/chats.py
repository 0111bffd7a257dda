"""Who is there: users, chats, their members, topics and messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.fakes.botapi.members import PERMISSIONS, Member
from tests.fakes.botapi.refusals import bad_request

Json = dict[str, Any]
MEMBER = Member()
GENERAL = 1  # the topic that every forum has, Client.h, GENERAL_MESSAGE_THREAD_ID


@dataclass(slots=True)
class Topic:
    """A topic of a forum; `deleted` is one whose first message the server still remembers."""

    name: str
    open: bool = True
    hidden: bool = False
    deleted: bool = False


@dataclass(slots=True)
class Chat:
    """A chat of two (its id is the user's), a group, a supergroup or a channel.

    `us` is what the bot is in it, `members` what others are, `permissions` what everybody may do.
    `linked` is a channel's discussion group, or that group's channel. `ours` are the ids of the
    bot's own messages.
    """

    id: int
    type: str = "private"
    title: str = ""
    username: str = ""
    us: Member = MEMBER
    permissions: frozenset[str] = frozenset(PERMISSIONS)
    moved_to: int = 0
    deleted: bool = False
    linked: int = 0
    description: str = ""
    topics: dict[int, Topic] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    messages: dict[int, Json] = field(default_factory=dict)
    ours: set[int] = field(default_factory=set)
    last_message: int = 0

    @property
    def private(self) -> bool:
        """Whether this is a chat of two."""
        return self.type == "private"

    @property
    def forum(self) -> bool:
        """Whether this has topics."""
        return bool(self.topics)

    @property
    def numbers_itself(self) -> bool:
        """Whether it has its own sequence of message ids: supergroups and channels do."""
        return self.type in ("supergroup", "channel")


class Chats:
    """All chats and users that the bot could know.

    `anybody`: whoever is named by a positive id is a person who started the bot.
    """

    anybody = False

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
        """The chat that a request names by id or @username (Client.cpp, check_chat).

        By name only supergroups and channels are found (TdOnCheckChatCallback, only_supergroup).
        """
        if not name:
            raise bad_request("chat_id is empty")
        number = _number(name)
        if number in self._chats:
            return self._chats[number]
        if self.anybody and number > 0:
            return self.add(Chat(number))
        for chat in self._chats.values() if name.startswith("@") else ():
            named = chat.numbers_itself and bool(chat.username)
            if named and name.lower() == f"@{chat.username}".lower():
                return chat
        raise bad_request("Chat not found")

    def next_message(self, chat: Chat) -> int:
        """A new message id: one sequence for private chats and groups, one a supergroup/channel.

        Source: core.telegram.org/api, "Message identifiers": supergroups and channels number
        their messages themselves, all other chats of an account share one sequence.
        """
        if chat.numbers_itself:
            chat.last_message = max(chat.last_message, *chat.topics, 0) + 1
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
            named = {name: user[name] for name in ("last_name", "username") if name in user}
            return {"id": chat.id, "type": "private", "first_name": user["first_name"]} | named
        extra: Json = {"username": chat.username} if chat.username else {}
        extra |= {"is_forum": True} if chat.forum else {}
        return {"id": chat.id, "type": chat.type, "title": chat.title, **extra}


def _number(name: str) -> int:
    """The id that this names, 0 for none."""
    digits = name.removeprefix("-")
    return int(name) if digits.isascii() and digits.isdecimal() and digits[0] != "0" else 0
