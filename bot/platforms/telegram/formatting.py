"""What people write, with its formatting: Telegram's entities → spans. See entities.py."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate

from telegram import MessageEntity

from bot.text.characters import decodable
from storage.model import RichText, Span, Style

PERSON = "tg:user"

_STYLES = {
    MessageEntity.BOLD: Style.BOLD,
    MessageEntity.ITALIC: Style.ITALIC,
    MessageEntity.UNDERLINE: Style.UNDERLINE,
    MessageEntity.STRIKETHROUGH: Style.STRIKE,
    MessageEntity.CODE: Style.CODE,
    MessageEntity.PRE: Style.PRE,
    MessageEntity.BLOCKQUOTE: Style.QUOTE,
    MessageEntity.EXPANDABLE_BLOCKQUOTE: Style.QUOTE,
    MessageEntity.TEXT_LINK: Style.LINK,
    MessageEntity.SPOILER: Style.SPOILER,
    MessageEntity.TEXT_MENTION: Style.LINK,
}


def rich(text: str, entities: Iterable[MessageEntity]) -> RichText:
    """The text and those of its entities that are styles; addresses and mentions stay words.

    A person without a user name is a link that leads nowhere: who they are goes no further.
    An entity that is not as Telegram makes them is clipped to the text, or left out.
    """
    # The type may be whatever a server made it.
    entities = [e for e in entities if isinstance(e.type, str) and e.type in _STYLES]
    text = decodable(text)
    if not entities:
        return RichText(text)
    offsets = [0, *accumulate(2 if character > "\uffff" else 1 for character in text)]
    spans = {span for entity in entities if (span := _span(entity, offsets)) is not None}
    return RichText(text, tuple(sorted(spans, key=lambda s: (s.start, -s.end, s.style, s.value))))


def _span(entity: MessageEntity, offsets: list[int]) -> Span | None:
    """`offsets` are where each character begins, in UTF-16 units. One cut in half counts whole."""
    style, value = _STYLES[entity.type], _value(entity)
    if value is None or type(entity.offset) is not int or type(entity.length) is not int:
        return None
    start = bisect_right(offsets, max(0, entity.offset)) - 1
    end = min(bisect_left(offsets, entity.offset + entity.length), len(offsets) - 1)
    return Span(start, end, style, value) if start < end else None


def _value(entity: MessageEntity) -> str | None:
    """A link's address, the language of a piece of code; None where it is no text."""
    value: object = ""
    if entity.type == MessageEntity.TEXT_LINK:
        value = entity.url
    elif entity.type == MessageEntity.TEXT_MENTION:
        value = PERSON
    elif entity.type == MessageEntity.PRE:
        value = entity.language or ""
    return decodable(value) if isinstance(value, str) else None
