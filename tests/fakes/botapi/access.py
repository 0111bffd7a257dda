"""Whether the bot may: read, change or write in a chat, and in what words it is refused.

Client.cpp, check_chat_access, unless another source is named.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.fakes.botapi.chats import GENERAL, Chat
from tests.fakes.botapi.refusals import bad_request, forbidden

# What is sent → the permission it needs, and its name in td MessageContent.cpp,
# can_send_message_content.
CONTENTS: Mapping[str, tuple[str, str]] = {
    "text": ("can_send_messages", "text messages"),
    "photo": ("can_send_photos", "photos"),
    "document": ("can_send_documents", "documents"),
}


def check_read(chat: Chat) -> None:
    """AccessRights::Read: a private supergroup or channel shows itself to members only."""
    if not chat.numbers_itself:
        return
    if chat.us.status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    if not chat.us.inside and not chat.username:
        raise forbidden(f"bot is not a member of the {chat.type} chat")


def check_members(chat: Chat) -> None:
    """AccessRights::ReadMembers: a group that is gone has no list of members."""
    if chat.type == "group":
        check_write(chat)
    check_read(chat)


def check_edit(chat: Chat) -> None:
    """AccessRights::Edit; "can't initiate" and "blocked" are the server's own."""
    if chat.private:
        _check_person(chat)
    elif chat.us.status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    elif not chat.us.inside:
        raise forbidden(f"bot is not a member of the {chat.type} chat")


def check_write(chat: Chat) -> None:
    """AccessRights::Write: above all, a group that moved says where to."""
    if chat.moved_to:
        words = "group chat was upgraded to a supergroup chat"
        raise bad_request(words, migrate_to_chat_id=chat.moved_to)
    if chat.deleted:
        raise forbidden("the group chat was deleted")
    check_edit(chat)


def check_content(chat: Chat, kind: str) -> None:
    """The right to send this kind of message.

    Td MessagesManager.cpp, can_send_message, and MessageContent.cpp, can_send_message_content.
    """
    permission, named = CONTENTS[kind]
    if chat.type == "channel" and not chat.us.has_right("can_post_messages"):
        raise bad_request("need administrator rights in the channel chat")
    in_group = chat.type in ("group", "supergroup")
    if in_group and not chat.us.may(permission, chat.permissions):
        raise bad_request(f"not enough rights to send {named} to the chat")


def check_topic(chat: Chat, thread: int) -> None:
    """The thread must exist (Client.cpp, TdOnCheckMessageThreadCallback).

    The General topic is written to without a thread; its id is that of no message in it, and is
    refused (seen with the real server: "message thread not found").
    """
    if not thread:
        return
    exists = (
        thread in chat.topics
        if chat.forum
        else chat.type == "supergroup" and (thread in chat.messages)
    )
    if thread == GENERAL or not exists:
        raise bad_request("Message thread not found")


def check_open(chat: Chat, thread: int) -> None:
    """Closed topics take messages of those who manage topics only: the server's TOPIC_CLOSED.

    TOPIC_DELETED comes while the Bot API server still remembers the topic's first message.
    """
    topic = chat.topics.get(thread or GENERAL)
    if topic is None:
        return
    if topic.deleted:
        raise bad_request("TOPIC_DELETED")
    if not topic.open and not chat.us.has_right("can_manage_topics"):
        raise bad_request("TOPIC_CLOSED")


def _check_person(chat: Chat) -> None:
    if chat.us.status == "deactivated":
        raise forbidden("user is deactivated")
    if chat.us.status == "new":
        raise forbidden("bot can't initiate conversation with a user")
    if chat.us.status == "kicked":
        raise forbidden("bot was blocked by the user")
