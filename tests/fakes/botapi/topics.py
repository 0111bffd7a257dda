"""Topics of a forum: what the bot may do to them, and the service messages that tell of it."""

from __future__ import annotations

from typing import Any

from tests.fakes.botapi.access import check_write
from tests.fakes.botapi.bot import Bot
from tests.fakes.botapi.chats import GENERAL, Chat, Topic
from tests.fakes.botapi.hearing import post
from tests.fakes.botapi.query import Query
from tests.fakes.botapi.refusals import bad_request

Json = dict[str, Any]

NAME_MOST = 128  # characters, Bot API, createForumTopic
COLOUR = 7322096  # the first of those that Bot API, createForumTopic, lists


def open_topic(bot: Bot, chat: Chat, name: str, author: Json, *, ours: bool = False) -> int:
    """Let a topic exist; its id is that of its first message, forum_topic_created."""
    made = {"forum_topic_created": {"name": name, "icon_color": COLOUR}}
    number = bot.chats.next_message(chat)
    chat.last_message -= 1  # that number is for the message that follows
    message = author | made | {"message_thread_id": number, "is_topic_message": True}
    post(bot, chat, message, ours=ours, told=True)
    chat.topics[number] = Topic(name)
    return number


def set_open(
    bot: Bot, chat: Chat, thread: int, open_: bool, author: Json, *, ours: bool = False
) -> None:
    """Close or reopen a topic; the service message stands in it.

    The General topic's has no thread: messages there carry none (Bot API, Message).
    """
    chat.topics[thread].open = open_
    said: Json = {"forum_topic_reopened" if open_ else "forum_topic_closed": {}}
    if thread != GENERAL:
        said |= {"message_thread_id": thread, "is_topic_message": True}
    post(bot, chat, author | said, ours=ours, told=True)


def delete_topic(chat: Chat, thread: int) -> None:
    """A topic goes with all its messages; nothing is said of it."""
    del chat.topics[thread]
    for number, message in list(chat.messages.items()):
        if message.get("message_thread_id") == thread:
            del chat.messages[number]


async def create_forum_topic(bot: Bot, query: Query) -> Json:
    """Bot API, createForumTopic."""
    chat = _forum(bot, query, "Not enough rights to create a topic")
    name = query.text("name").strip()
    if not name:
        raise bad_request("TOPIC_TITLE_EMPTY")
    thread = open_topic(bot, chat, name[:NAME_MOST], {"from": bot.me}, ours=True)
    return {"message_thread_id": thread, "name": name[:NAME_MOST], "icon_color": COLOUR}


async def edit_forum_topic(bot: Bot, query: Query) -> bool:
    """Bot API, editForumTopic: the name."""
    chat = _forum(bot, query, "Not enough rights to edit the topic")
    topic = chat.topics[_thread(chat, query)]
    if topic.name == query.text("name"):
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.name = query.text("name") or topic.name
    return True


async def close_forum_topic(bot: Bot, query: Query) -> bool:
    """Bot API, closeForumTopic and closeGeneralForumTopic."""
    return _toggle(bot, query, open_=False)


async def reopen_forum_topic(bot: Bot, query: Query) -> bool:
    """Bot API, reopenForumTopic and reopenGeneralForumTopic."""
    return _toggle(bot, query, open_=True)


async def delete_forum_topic(bot: Bot, query: Query) -> bool:
    """Bot API, deleteForumTopic: the right is can_delete_messages."""
    chat = _forum(bot, query, "Not enough rights to delete the topic", "can_delete_messages")
    delete_topic(chat, _thread(chat, query))
    bot.truth.ring()
    return True


def _toggle(bot: Bot, query: Query, *, open_: bool) -> bool:
    chat = _forum(bot, query, "Not enough rights to edit the topic")
    thread = GENERAL if "general" in query.method else _thread(chat, query)
    if chat.topics[thread].open is open_:
        raise bad_request("TOPIC_NOT_MODIFIED")
    set_open(bot, chat, thread, open_, {"from": bot.me}, ours=True)
    return True


def _forum(bot: Bot, query: Query, words: str, right: str = "can_manage_topics") -> Chat:
    """Td ForumTopicManager.cpp, is_forum and the rights it asks for."""
    chat = bot.chats.find(query.text("chat_id"))
    check_write(chat)
    if not chat.forum:
        raise bad_request("The chat is not a forum")
    if not chat.us.has_right(right):
        raise bad_request(words)
    return chat


def _thread(chat: Chat, query: Query) -> int:
    thread = query.integer("message_thread_id")
    if thread not in chat.topics or thread == GENERAL:
        raise bad_request("TOPIC_ID_INVALID")
    return thread


METHODS = {
    "createforumtopic": create_forum_topic,
    "editforumtopic": edit_forum_topic,
    "closeforumtopic": close_forum_topic,
    "closegeneralforumtopic": close_forum_topic,
    "reopenforumtopic": reopen_forum_topic,
    "reopengeneralforumtopic": reopen_forum_topic,
    "deleteforumtopic": delete_forum_topic,
}
