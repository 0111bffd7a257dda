"""The shape that an update must have to be looked at: what is there, and of which type.

The library reads whatever it is given; what it makes of a number in place of a text would fail
later, in the middle of things. Names: Bot API, Update and the objects in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.platforms.telegram.poll import Json

Shape = Mapping[str, Any]  # of a field: its type, or its own shape; "?" before what may be missing

_CHAT: Shape = {"id": int, "type": str, "?title": str}
_USER: Shape = {"id": int, "?is_bot": bool, "?language_code": str}
_MEMBER: Shape = {"status": str, "user": _USER}
_MESSAGE: Shape = {
    "message_id": int, "date": int, "chat": _CHAT, "?from": _USER, "?sender_chat": _CHAT,
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
