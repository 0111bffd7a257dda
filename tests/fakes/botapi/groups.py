"""What people do with groups, channels and topics, and with the bot in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from tests.fakes.botapi import topics
from tests.fakes.botapi.acts import Acts
from tests.fakes.botapi.chats import GENERAL, Chat, Topic
from tests.fakes.botapi.hearing import post
from tests.fakes.botapi.joining import become, change_member
from tests.fakes.botapi.members import PERMISSIONS, read_member
from tests.fakes.botapi.senders import sender

Json = dict[str, Any]
Like = str | Mapping[str, Any]  # a status, or Member's fields


class Groups(Acts):
    """Acts in groups and channels; `by` names who does it, the owner or somebody if left out."""

    def add_chat(
        self,
        chat_id: int,
        kind: str = "supergroup",
        *,
        title: str = "A chat",
        username: str = "",
        status: Like = "",
        topics: Iterable[int] = (),
        members: Mapping[int, Like] | None = None,
        linked: int = 0,
        description: str = "",
    ) -> None:
        """Let a group, supergroup or channel exist with the bot in it; nothing is told of that.

        `status` is the bot's: member, in a channel administrator (bots cannot be less there),
        unless named; like a member's it may be a mapping of Member's fields, such as
        {"status": "administrator", "rights": ["can_post_messages"]}. `topics` make it a forum.
        `linked` joins a channel and its discussion group, whichever is made last.
        """
        usual = "administrator" if kind == "channel" else "member"
        chat = Chat(chat_id, kind, title, username, read_member(status or usual))
        chat.description = description
        chat.members = {int(user): read_member(each) for user, each in (members or {}).items()}
        self.bot.chats.add(chat)
        for number in topics:
            self._old_topic(chat, int(number))
        if linked:
            chat.linked, self.bot.chats.get(linked).linked = linked, chat_id

    def set_status(self, chat_id: int, status: Like, *, by: int = 0) -> None:
        """The bot is added, promoted, restricted, thrown out, taken back: all that is told of it.

        `status` is creator …, kicked, or a mapping of Member's fields, as in add_chat.
        """
        chat = self.bot.chats.get(chat_id)
        become(self.bot, chat, read_member(status), self._actor(chat, by))

    def set_member(self, chat_id: int, user_id: int, status: Like, *, by: int = 0) -> None:
        """Somebody else comes, goes, rises or falls."""
        chat = self.bot.chats.get(chat_id)
        new = read_member(status)
        actor = self.bot.chats.user(by or user_id)
        change_member(self.bot, chat, user_id, new, actor)

    def permit(self, chat_id: int, allowed: Iterable[str]) -> None:
        """Set what all members of a group may do (ChatPermissions); no update tells of that."""
        permissions = frozenset(allowed)
        if unknown := permissions - set(PERMISSIONS):
            raise ValueError(f"no such permissions: {sorted(unknown)}")
        self.bot.chats.get(chat_id).permissions = permissions

    def mute(self, chat_id: int, *, muted: bool = True) -> None:
        """Take from the bot every right to write in a group or channel, or give it back."""
        channel = self.bot.chats.get(chat_id).type == "channel"
        silent: Json = {"status": "administrator" if channel else "restricted", "rights": []}
        self.set_status(chat_id, silent if muted else "administrator" if channel else "member")

    def migrate(self, chat_id: int, new_id: int, *, by: int = 0, told: bool = True) -> None:
        """A group becomes a supergroup: both service messages, then refusals that say so.

        Without `told` the bot learns of it from the refusals alone. Message by message as the
        real server: migrate_to from the one who did it, migrate_from from the group itself.
        """
        old = self.bot.chats.get(chat_id)
        new = Chat(new_id, "supergroup", old.title, us=old.us, members=dict(old.members))
        new.permissions, new.description = old.permissions, old.description
        self.bot.chats.add(new)
        head = {"from": self._actor(old, by)}
        post(self.bot, old, head | {"migrate_to_chat_id": new_id}, told=told)
        old.moved_to = new_id
        head = sender(self.bot.chats, new, 0, as_chat=new_id)
        post(self.bot, new, head | {"migrate_from_chat_id": chat_id}, told=told)

    def delete_chat(self, chat_id: int) -> None:
        """The group is deleted: writing to it is refused, and nothing is told."""
        self.bot.chats.get(chat_id).deleted = True

    def rename(self, chat_id: int, title: str, *, by: int = 0) -> None:
        """A group or channel gets another title."""
        chat = self.bot.chats.get(chat_id)
        chat.title = title
        head = sender(self.bot.chats, chat, int(self._actor(chat, by)["id"]))
        post(self.bot, chat, head | {"new_chat_title": title})

    def create_topic(self, chat_id: int, name: str = "A topic", *, by: int = 0) -> int:
        """Somebody opens a topic; its id. A supergroup without topics becomes a forum."""
        chat = self.bot.chats.get(chat_id)
        chat.topics.setdefault(GENERAL, Topic("General"))
        return topics.open_topic(self.bot, chat, name, {"from": self._actor(chat, by)})

    def close_topic(self, chat_id: int, thread: int, *, by: int = 0) -> None:
        """Somebody closes a topic; 1 is the General one."""
        self._set_open(chat_id, thread, False, by)

    def reopen_topic(self, chat_id: int, thread: int, *, by: int = 0) -> None:
        """Somebody reopens a topic; 1 is the General one."""
        self._set_open(chat_id, thread, True, by)

    def delete_topic(self, chat_id: int, thread: int, *, remembered: bool = False) -> None:
        """Somebody deletes a topic with its messages; nothing is told.

        Writing there is answered "message thread not found", or TOPIC_DELETED where the Bot API
        server still remembers the topic (`remembered`).
        """
        chat = self.bot.chats.get(chat_id)
        if remembered:
            chat.topics[thread] = replace(chat.topics[thread], deleted=True)
        else:
            topics.delete_topic(chat, thread)

    def hide_general(self, chat_id: int, *, hidden: bool = True, by: int = 0) -> None:
        """The General topic is hidden, which closes it too, or shown again."""
        chat = self.bot.chats.get(chat_id)
        chat.topics[GENERAL] = Topic("General", open=not hidden, hidden=hidden)
        kind = "general_forum_topic_hidden" if hidden else "general_forum_topic_unhidden"
        post(self.bot, chat, {"from": self._actor(chat, by), kind: {}})

    def _set_open(self, chat_id: int, thread: int, open_: bool, by: int) -> None:
        chat = self.bot.chats.get(chat_id)
        topics.set_open(self.bot, chat, thread, open_, {"from": self._actor(chat, by)})

    def _old_topic(self, chat: Chat, number: int) -> None:
        """A topic that was there before the bot looked."""
        chat.topics.setdefault(GENERAL, Topic("General"))
        chat.topics[number] = Topic(f"Topic {number}")
        first: Json = {"message_id": number, "date": self.bot.now(), "from": {"id": 1}}
        chat.messages[number] = first | {"chat": self.bot.chats.as_json(chat)}
        chat.messages[number] |= {"message_thread_id": number, "is_topic_message": True}
