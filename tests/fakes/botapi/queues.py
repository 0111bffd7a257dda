"""Which updates wait for each other on their way to a webhook, and how long they are kept.

Client.cpp, add_update and its callers: messages queue by chat, queries by the one who asked, and
so on; updates of one queue go one after the other, those of different queues side by side.
"""

from __future__ import annotations

from typing import Any

DAY = 86400.0  # seconds that an update is kept, Bot API, "Getting updates"
# Client.cpp: add_new_inline_query, add_new_chosen_inline_result, add_new_callback_query,
# add_new_shipping_query, add_new_pre_checkout_query.
LIFETIMES = {
    "inline_query": 30.0,
    "chosen_inline_result": 600.0,
    "callback_query": 150.0,
    "shipping_query": 150.0,
    "pre_checkout_query": 150.0,
}
_BY_CHAT = {
    "my_chat_member": 5,
    "chat_boost": 7,
    "removed_chat_boost": 7,
    "message_reaction": 8,
    "message_reaction_count": 9,
    "business_message": 11,
    "edited_business_message": 11,
    "deleted_business_messages": 11,
}
_BY_USER = {
    "inline_query": 1,
    "chosen_inline_result": 2,
    "callback_query": 3,
    "shipping_query": 4,
    "pre_checkout_query": 4,
    "chat_join_request": 6,
    "business_connection": 10,
}
_MESSAGES = frozenset({"message", "edited_message", "channel_post", "edited_channel_post"})
Queue = tuple[int, Any]


def queue_of(kind: str, body: Any, update_id: int) -> Queue:
    """The queue of an update; one of a kind or shape that nobody knows waits for none."""
    alone: Queue = (-1, update_id)
    try:
        if kind in _MESSAGES:
            return 0, body["chat"]["id"]
        if kind == "chat_member":
            return 6, body["old_chat_member"]["user"]["id"]
        if kind in _BY_CHAT:
            return _BY_CHAT[kind], body["chat"]["id"]
        if kind in _BY_USER:
            return _BY_USER[kind], body["from" if "from" in body else "user"]["id"]
        if kind in ("poll", "poll_answer"):
            return 0, body.get("poll_id", body.get("id"))
    except (KeyError, TypeError, AttributeError):
        return alone
    return alone
