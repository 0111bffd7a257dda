"""The shape that an update must have to be looked at: what is there, and of which type.

The library reads whatever it is given; what it makes of a number in place of a text would fail
later, in the middle of things. Names: Bot API, Update and the objects in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.platforms.telegram.poll import Json
from bot.platforms.telegram.rights import whole

Shape = Mapping[str, Any]  # of a field: its type, or its own shape; "?" before what may be missing

_CHAT: Shape = {"id": int, "type": str, "?title": str}
_USER: Shape = {"id": int, "?is_bot": bool, "?language_code": str}
_MEMBER: Shape = {"status": str, "user": _USER}
_MESSAGE: Shape = {
    "message_id": int, "?date": int, "chat": _CHAT, "?from": _USER, "?sender_chat": _CHAT,
    "?text": str, "?caption": str, "?message_thread_id": int, "?is_topic_message": bool,
    "?is_automatic_forward": bool, "?migrate_to_chat_id": int, "?migrate_from_chat_id": int,
}  # fmt: skip
_PRESS: Shape = {"id": str, "from": _USER, "?message": _MESSAGE, "?data": str}
_PLACE: Shape = {
    "chat": _CHAT, "from": _USER, "old_chat_member": _MEMBER, "new_chat_member": _MEMBER
}  # fmt: skip
SHAPES: Mapping[str, Shape] = {
    "message": _MESSAGE,
    "channel_post": _MESSAGE,
    "callback_query": _PRESS,
    "my_chat_member": _PLACE,
}


def kind_of(update: Json) -> str:
    """Which of the kinds that we handle this is; "" for one that is none of our business."""
    return next((kind for kind in SHAPES if update.get(kind) is not None), "")


def sound(update: Json, kind: str) -> bool:
    """Whether what we look at is there, and is what it must be."""
    return _fits(update[kind], SHAPES[kind])


def in_full(told: Json, kind: str) -> Json:
    """What is told, with what the library insists on and smaller servers leave out."""
    full = dict(told)
    if isinstance(told.get("from"), dict):
        full["from"] = {"is_bot": False, "first_name": ""} | told["from"]
    if kind in ("message", "channel_post"):
        full.setdefault("date", 0)
    elif kind == "callback_query":
        full.setdefault("chat_instance", "")
        if isinstance(told.get("message"), dict):
            full["message"] = in_full(told["message"], "message")
    else:
        full.setdefault("date", 0)
        full |= {name: whole(told[name]) for name in ("old_chat_member", "new_chat_member")}
    return full


# What of a message is looked at; a newer Bot API may put what it likes into the rest.
_READ = {
    "message_id", "date", "chat", "from", "sender_chat", "text", "caption", "message_thread_id",
    "is_topic_message", "is_automatic_forward", "migrate_to_chat_id", "migrate_from_chat_id",
    "forward_origin", "via_bot", "forum_topic_closed", "forum_topic_reopened",
}  # fmt: skip


def bare(told: Json, kind: str) -> Json:
    """What is told without all that nobody here looks at, and the library may stumble over."""
    if kind == "callback_query" and isinstance(told.get("message"), dict):
        return told | {"message": bare(told["message"], "message")}
    if kind in ("message", "channel_post"):
        return {name: value for name, value in told.items() if name in _READ}
    return told


def _fits(value: object, shape: Shape | type) -> bool:
    if isinstance(shape, type):
        return type(value) is shape  # true is no number here
    if not isinstance(value, dict):
        return False
    for name, inner in shape.items():
        found = value.get(name.removeprefix("?"))
        if found is None:
            if not name.startswith("?"):
                return False
        elif not _fits(found, inner):
            return False
    return True
