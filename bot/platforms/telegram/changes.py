"""Who left, who is back, who moved: what updates say of a chat and of Herald's place in it."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import Chat, ChatMemberUpdated, Message, Update

from bot.platforms.telegram.rights import may_write
from bot.platforms.telegram.updates import GROUPS, address, message_of
from storage.model import Address


@dataclass(frozen=True, slots=True)
class Left:
    """Nothing can be sent there any more; with `thread` to this topic alone."""

    address: Address
    thread: bool = False


@dataclass(frozen=True, slots=True)
class Back:
    """Something can be sent there again; with `thread` to this topic alone."""

    address: Address
    thread: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """A group became a supergroup: what was known under the old address is under the new one."""

    old: Address
    new: Address


Change = Left | Back | Moved


def change(update: Update) -> Change | None:
    """What this update changes, if it does."""
    if update.my_chat_member is not None:
        return _place(update.my_chat_member)
    message = message_of(update)
    if message is None:
        return None
    return _moved(message) or _topic(message)


def _place(changed: ChatMemberUpdated) -> Change | None:
    where = address(changed.chat)
    if changed.chat.type not in (Chat.PRIVATE, *GROUPS, Chat.CHANNEL):
        return None
    return Back(where) if may_write(changed.new_chat_member, changed.chat.type) else Left(where)


def _moved(message: Message) -> Moved | None:
    """Either side tells it: the old group where to, the new supergroup where from."""
    here = address(message.chat)
    if message.migrate_to_chat_id:
        return Moved(here, Address(here.platform, str(message.migrate_to_chat_id)))
    if message.migrate_from_chat_id:
        return Moved(Address(here.platform, str(message.migrate_from_chat_id)), here)
    return None


def _topic(message: Message) -> Change | None:
    """A topic is closed or open again; that of the General topic stands in no thread.

    To hide the General topic is to close it.
    """
    where = address(message.chat, message)
    if message.forum_topic_closed or message.general_forum_topic_hidden:
        return Left(where, thread=True)
    if message.forum_topic_reopened or message.general_forum_topic_unhidden:
        return Back(where, thread=True)
    return None
