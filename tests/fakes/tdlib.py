"""TDLib's own view of a text: the oracle for what Telegram makes of entities and links.

`tdjson` is TDLib built for Python; the methods used here answer at once, without a network
or an account (td_api.tl: "Can be called synchronously").
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import tdjson


@dataclass(frozen=True, slots=True, order=True)
class Entity:
    """A piece of text with a kind such as "Bold"; offset and length in UTF-16 code units."""

    offset: int
    length: int
    kind: str
    url: str = ""


class TdError(Exception):
    """TDLib refused; `code` and `message` are its own."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message


# What TDLib reads as Markdown goes through `fix` as characters that mean nothing to it.
_MARKS = {ord(mark): 0xE100 + number for number, mark in enumerate("*_~|`[")}
_MARKS_BACK = {other: mark for mark, other in _MARKS.items()}


def parse_html(text: str) -> tuple[str, tuple[Entity, ...]]:
    """Text and entities of Telegram's HTML; raises TdError for what is not well-formed."""
    mode = {"@type": "textParseModeHTML"}
    return _formatted(_ask({"@type": "parseTextEntities", "text": text, "parse_mode": mode}))


def fix(text: str, entities: Sequence[Entity]) -> tuple[str, tuple[Entity, ...]]:
    """The text and its entities as Telegram would keep them; raises TdError if it would not.

    TDLib checks and cleans a text before it looks for Markdown (SynchronousRequests.cpp,
    parseMarkdown); the text is not trimmed.
    """
    formatted = {
        "@type": "formattedText",
        "text": text.translate(_MARKS),
        "entities": [_as_td(entity) for entity in entities],
    }
    fixed, kept = _formatted(_ask({"@type": "parseMarkdown", "text": formatted}))
    return fixed.translate(_MARKS_BACK), kept


def _as_td(entity: Entity) -> dict[str, Any]:
    kind = {"@type": f"textEntityType{entity.kind}"}
    if entity.kind == "TextUrl":
        kind["url"] = entity.url
    place = {"offset": entity.offset, "length": entity.length}
    return {"@type": "textEntity", **place, "type": kind}


def _formatted(answer: dict[str, Any]) -> tuple[str, tuple[Entity, ...]]:
    return answer["text"], tuple(
        Entity(
            entity["offset"],
            entity["length"],
            entity["type"]["@type"].removeprefix("textEntityType"),
            entity["type"].get("url", ""),
        )
        for entity in answer["entities"]
    )


def _ask(request: dict[str, Any]) -> dict[str, Any]:
    raw = tdjson.td_execute(json.dumps(request).encode())
    answer: dict[str, Any] = json.loads(raw or b'{"@type": "error"}')
    if answer["@type"] == "error":
        raise TdError(answer.get("code", 0), answer.get("message", "no answer"))
    return answer


_ask({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})
