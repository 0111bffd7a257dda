"""Texts and captions with their entities: what the Bot API takes, and what Telegram shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.fakes import entities
from tests.fakes.botapi.query import Query
from tests.fakes.botapi.refusals import PARSE_MODE, bad_request

Json = dict[str, Any]

RAW_BYTES = 32768  # Client.cpp, get_formatted_text
TEXT_UNITS = 4096  # Bot API, sendMessage; counted strictly, in UTF-16 units
CAPTION_UNITS = 1024  # Bot API, sendPhoto; counted likewise
ENTITIES_SHOWN = 100  # undocumented; PTB constants.MessageLimit.MESSAGE_ENTITIES
_VALUES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "text_link": ("url", lambda value: isinstance(value, str)),
    "text_mention": ("user", lambda value: isinstance(value, dict) and "id" in value),
    "custom_emoji": ("custom_emoji_id", lambda value: str(value).isdecimal()),
}
_NAMES: dict[type, str] = {int: "Number", str: "String"}


@dataclass(frozen=True, slots=True)
class Raw:
    """A text as it was sent, its entities checked for their shape."""

    text: str
    entities: tuple[Json, ...] = ()


def read_text(query: Query) -> Raw:
    """The text of a message as far as Client.cpp looks at it (get_input_message_text)."""
    found = query.json("entities", "entities")
    return raw_text(query.text("text"), query.text("parse_mode"), found)


def read_caption(query: Query) -> Raw:
    """A caption likewise (get_caption); it may be empty."""
    found = query.json("caption_entities", "caption entities")
    return raw_caption(query.text("caption"), query.text("parse_mode"), found)


def raw_text(text: str, parse_mode: str, found: Any) -> Raw:
    """A text that may not be empty."""
    if parse_mode:
        raise bad_request(PARSE_MODE)
    if not text:
        raise bad_request("Message text is empty")
    return raw_caption(text, parse_mode, found)


def raw_caption(text: str, parse_mode: str, found: Any) -> Raw:
    """A text that may be empty (Client.cpp, get_formatted_text)."""
    if parse_mode:
        raise bad_request(PARSE_MODE)
    if len(text.encode("utf-8", "surrogatepass")) > RAW_BYTES:
        raise bad_request("Text is too long")
    listed = found if isinstance(found, list) else []
    for entity in listed:
        _check_entity(entity)
    return Raw(text, tuple(listed))


def shown_text(raw: Raw, warnings: list[str]) -> Json:
    """`text` and `entities` of a message, TDLib's rules applied; 400 in TDLib's words."""
    text, found = _shown(raw, warnings)
    if entities.units(text) > TEXT_UNITS:
        raise bad_request("Message is too long")
    return {"text": text} | ({"entities": found} if found else {})


def shown_caption(raw: Raw, warnings: list[str]) -> Json:
    """`caption` and `caption_entities`; nothing for a caption with nothing to show.

    td MessagesManager.cpp, on_send_message_fail: "Message caption is too long".
    """
    if not raw.text.strip():
        return {}
    text, found = _shown(raw, warnings)
    if entities.units(text) > CAPTION_UNITS:
        raise bad_request("Message caption is too long")
    return {"caption": text} | ({"caption_entities": found} if found else {})


def _shown(raw: Raw, warnings: list[str]) -> tuple[str, list[Json]]:
    try:
        shown = entities.cleaned(raw.text, raw.entities)
    except entities.TextRefusedError as error:
        raise bad_request(str(error)) from None
    if len(shown.entities) > ENTITIES_SHOWN:
        warnings.append(f"{len(shown.entities)} entities: only {ENTITIES_SHOWN} are shown")
    return shown.text, list(shown.entities[:ENTITIES_SHOWN])


def _check_entity(entity: Any) -> None:
    """Client.cpp, get_text_entity and get_text_entity_type."""
    words = "Can't parse MessageEntity: "
    if not isinstance(entity, dict):
        raise bad_request(words + "expected an Object")
    for name, kind in (("offset", int), ("length", int), ("type", str)):
        if name not in entity:
            raise bad_request(f'{words}Can\'t find field "{name}"')
        if not isinstance(entity[name], kind):
            raise bad_request(f'{words}Field "{name}" must be of type {_NAMES[kind]}')
    if entity["type"] not in entities.TYPES:
        raise bad_request(words + "Unsupported type specified")
    name, good = _VALUES.get(entity["type"], ("type", bool))
    if not good(entity.get(name)):
        raise bad_request(f'{words}Can\'t find field "{name}"')
