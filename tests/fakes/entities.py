"""Telegram's own judgement of formatted text: TDLib's synchronous functions, through tdjson.

The Bot API server is built on TDLib, so what is refused, cut or moved here is what Telegram
refuses, cuts or moves. No network, no account. Offsets and lengths count UTF-16 units.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import tdjson

Entity = dict[str, Any]

TYPES = {
    "mention": "Mention",
    "hashtag": "Hashtag",
    "cashtag": "Cashtag",
    "bot_command": "BotCommand",
    "url": "Url",
    "email": "EmailAddress",
    "phone_number": "PhoneNumber",
    "bank_card_number": "BankCardNumber",
    "bold": "Bold",
    "italic": "Italic",
    "underline": "Underline",
    "strikethrough": "Strikethrough",
    "spoiler": "Spoiler",
    "code": "Code",
    "pre": "Pre",
    "text_link": "TextUrl",
    "text_mention": "MentionName",
    "custom_emoji": "CustomEmoji",
    "blockquote": "BlockQuote",
    "expandable_blockquote": "ExpandableBlockQuote",
}
_NAMES = {td: ours for ours, td in TYPES.items()} | {"PreCode": "pre"}
# Client.cpp, get_text_entity_type: these are ignored when sent, Telegram finds them itself.
_FOUND_BY_TELEGRAM = frozenset(
    {"mention", "hashtag", "cashtag", "bot_command"}
    | {"url", "email", "phone_number", "bank_card_number"}
)
_MAY_CONTAIN = frozenset(
    {"bold", "italic", "underline", "strikethrough", "spoiler"}
    | {"blockquote", "expandable_blockquote"}
)
_PREFIX = "textEntityType"
_MARKDOWN = "*_~`|[]()<>#\\"
# td misc.cpp, strip_empty_characters: seen as a space, and seen as nothing.
_EMPTY = frozenset(
    " \n\xa0\u1680\u180e\u202e\u202f\u205f\u2800\u3000\ufffc\ufeff"
    + "".join(map(chr, range(0x2000, 0x2010)))
    + "".join(map(chr, range(0xE0000, 0xE0080)))
)


class TextRefusedError(Exception):
    """TDLib will not take this text; the exception's text is TDLib's own message."""


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text as Telegram stores and shows it, with Bot API entities."""

    text: str
    entities: tuple[Entity, ...] = ()


def units(text: str) -> int:
    """The length of a text in UTF-16 units, as Bot API MessageEntity counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cleaned(text: str, entities: Iterable[Entity] = ()) -> Formatted:
    """What Telegram makes of a message sent with explicit entities (td fix_formatted_text).

    Raises TextRefusedError with TDLib's words for entities it cannot take, and for a text that
    has nothing to show.
    """
    kept = [entity for entity in entities if entity["type"] not in _FOUND_BY_TELEGRAM]
    result = _trimmed(_fixed(text, kept))
    if all(character in _EMPTY for character in result.text):
        raise TextRefusedError("Text must be non-empty")
    solid = [entity for entity in result.entities if entity["type"] not in _MAY_CONTAIN]
    found = [new for new in detected(result.text) if not any(_overlap(new, old) for old in solid)]
    return _fixed(result.text, [*result.entities, *found]) if found else result


def detected(text: str) -> tuple[Entity, ...]:
    """The links, mentions and commands that Telegram finds by itself (td getTextEntities).

    Times such as 10:30, which td marks for players, are none of the Bot API's kinds
    (MessageEntity; telegram-bot-api Client.cpp, JsonEntity).
    """
    answer = _execute({"@type": "getTextEntities", "text": text})
    return tuple(_from_td(entity) for entity in answer["entities"] if _named(entity))


def checked_link(url: str) -> str:
    """The form Telegram gives a link (td LinkManager::check_link).

    Raises TextRefusedError, its text beginning with "URL", for a link that is not taken.
    """
    try:
        answer = _fixed("x", [{"type": "text_link", "offset": 0, "length": 1, "url": url}])
    except TextRefusedError as error:
        raise TextRefusedError(str(error).removeprefix("Entity ")) from None
    entity = answer.entities[0]
    return str(entity["url"]) if entity["type"] == "text_link" else url


def from_html(text: str) -> Formatted:
    """Text in Telegram's HTML as TDLib reads it (parseTextEntities); raises TextRefusedError."""
    mode = {"@type": "textParseModeHTML"}
    answer = _execute({"@type": "parseTextEntities", "text": text, "parse_mode": mode})
    return Formatted(answer["text"], tuple(_from_td(entity) for entity in answer["entities"]))


def _fixed(text: str, entities: Iterable[Entity]) -> Formatted:
    """Run td's fix_formatted_text: parseMarkdown does, on a text without Markdown's signs.

    Those signs are replaced beforehand by private-use characters of the same length.
    """
    free = (chr(code) for code in range(0xE000, 0xF900) if chr(code) not in text)
    signs = "".join(itertools.islice(free, len(_MARKDOWN)))
    formatted = {
        "@type": "formattedText",
        "text": text.translate(str.maketrans(_MARKDOWN, signs)),
        "entities": [_to_td(entity) for entity in entities],
    }
    answer = _execute({"@type": "parseMarkdown", "text": formatted})
    back = str.maketrans(signs, _MARKDOWN)
    found = tuple(_from_td(entity) for entity in answer["entities"] if _named(entity))
    return Formatted(answer["text"].translate(back), found)


def _trimmed(message: Formatted) -> Formatted:
    """The last step of fix_formatted_text, which the synchronous functions leave out.

    Spaces and line feeds go from the end, entities clipped; at the start, up to the first entity.
    """
    text = message.text.rstrip(" \n")
    end = units(text)
    clipped = [
        {**entity, "length": min(entity["length"], end - entity["offset"])}
        for entity in message.entities
        if entity["offset"] < end
    ]
    room = clipped[0]["offset"] if clipped else len(text)
    by = min(len(text) - len(text.lstrip(" \n")), room)
    moved = tuple({**entity, "offset": entity["offset"] - by} for entity in clipped)
    return Formatted(text[by:], moved)


def _overlap(one: Entity, other: Entity) -> bool:
    ends = one["offset"] + one["length"], other["offset"] + other["length"]
    return bool(one["offset"] < ends[1] and other["offset"] < ends[0])


def _to_td(entity: Entity) -> dict[str, Any]:
    kind = str(entity["type"])
    of_td: dict[str, Any] = {"@type": _PREFIX + TYPES[kind]}
    if kind == "text_link":
        of_td["url"] = entity["url"]
    elif kind == "text_mention":
        of_td["user_id"] = entity["user"]["id"]
    elif kind == "custom_emoji":
        of_td["custom_emoji_id"] = entity["custom_emoji_id"]
    elif kind == "pre" and entity.get("language"):
        of_td = {"@type": _PREFIX + "PreCode", "language": entity["language"]}
    where = {"offset": entity["offset"], "length": entity["length"]}
    return {"@type": "textEntity", "type": of_td, **where}


def _named(entity: dict[str, Any]) -> bool:
    return entity["type"]["@type"].removeprefix(_PREFIX) in _NAMES


def _from_td(entity: dict[str, Any]) -> Entity:
    of_td = entity["type"]
    name = _NAMES[of_td["@type"].removeprefix(_PREFIX)]
    ours: Entity = {"type": name, "offset": entity["offset"], "length": entity["length"]}
    if name == "text_mention":
        ours["user"] = {"id": of_td["user_id"], "is_bot": False, "first_name": ""}
    ours |= {key: of_td[key] for key in ("url", "language", "custom_emoji_id") if of_td.get(key)}
    return ours


def _execute(request: dict[str, Any]) -> dict[str, Any]:
    raw = tdjson.td_execute(json.dumps(request).encode())
    answer: dict[str, Any] = json.loads(raw or b"{}")
    if answer.get("@type") == "error":
        raise TextRefusedError(answer["message"])
    return answer


_execute({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})
