"""Spans as Telegram's entities: nested as it wants them, counted in UTF-16 units.

Bot API, MessageEntity, "Formatting options": of two that share characters one contains the other;
code and pre contain nothing and lie in no style; quotes do not nest; links do not either.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby

from telegram import MessageEntity

from bot.text.slicing import spanned
from bot.text.split import utf16
from storage.model import RichText, Span, Style

# Telegram shows no more and does not say so (python-telegram-bot, constants.MessageLimit).
MOST = 100
# A quote longer than this (UTF-16 units) is folded, to be opened by a tap.
LONG_QUOTE = 600

_SOLID = (Style.PRE, Style.LINK, Style.CODE)
_INLINE = {
    Style.BOLD: MessageEntity.BOLD,
    Style.HEADING: MessageEntity.BOLD,
    Style.ITALIC: MessageEntity.ITALIC,
    Style.UNDERLINE: MessageEntity.UNDERLINE,
    Style.STRIKE: MessageEntity.STRIKETHROUGH,
    Style.SPOILER: MessageEntity.SPOILER,
}
_EMPHASIS = {*_INLINE.values()} - {MessageEntity.SPOILER}


@dataclass(frozen=True, slots=True)
class _Run:
    """A stretch that looks the same throughout: a layer for each kind, outermost first."""

    start: int
    end: int
    layers: tuple[Hashable, ...]


def entities(rich: RichText) -> tuple[MessageEntity, ...]:
    """The entities of a text, at most a hundred: mere emphasis goes behind links, blocks, and what
    hides something.
    """
    offsets = [0, *accumulate(2 if character > "\uffff" else 1 for character in rich.text)]
    cut = [_Run(*at, _layers(spans)) for at, spans in spanned(rich)]
    found = list(_nested(rich.text, offsets, cut, 0))
    found.sort(key=lambda entity: entity.type in _EMPHASIS)
    return tuple(sorted(found[:MOST], key=lambda entity: (entity.offset, -entity.length)))


def _layers(spans: Sequence[Span]) -> tuple[Hashable, ...]:
    """Quote, then one of pre, link and code, then every emphasis; None where there is none."""
    quote = next((span for span in spans if span.style is Style.QUOTE), None)
    solid = next((span for style in _SOLID for span in spans if span.style is style), None)
    plain = solid is None or solid.style is Style.LINK
    kinds = {_INLINE[span.style] for span in spans if span.style in _INLINE} if plain else set()
    emphasis = (kind if kind in kinds else None for kind in dict.fromkeys(_INLINE.values()))
    return quote, solid, *emphasis


def _nested(
    text: str, offsets: Sequence[int], runs: Sequence[_Run], level: int
) -> Iterator[MessageEntity]:
    """Neighbours that share a layer become one entity; the layers within lie inside it."""
    for layer, group in groupby(runs, key=lambda run: run.layers[level]):
        members = list(group)
        if layer is not None:
            yield from _entity(text, offsets, layer, members[0].start, members[-1].end)
        if level + 1 < len(members[0].layers):
            yield from _nested(text, offsets, members, level + 1)


def _entity(
    text: str, offsets: Sequence[int], layer: Hashable, start: int, end: int
) -> Iterator[MessageEntity]:
    """One entity, without white space at its ends; none where there is only that."""
    stretch = text[start:end]
    start, end = end - len(stretch.lstrip()), start + len(stretch.rstrip())
    if start >= end:
        return
    where = offsets[start], offsets[end] - offsets[start]
    if not isinstance(layer, Span):
        yield MessageEntity(str(layer), *where)
    elif layer.style is Style.LINK:
        yield MessageEntity(MessageEntity.TEXT_LINK, *where, url=layer.value)
    elif layer.style is Style.PRE:
        yield MessageEntity(MessageEntity.PRE, *where, language=layer.value or None)
    elif layer.style is Style.CODE:
        yield MessageEntity(MessageEntity.CODE, *where)
    else:
        long = utf16(text[start:end]) > LONG_QUOTE
        kind = MessageEntity.EXPANDABLE_BLOCKQUOTE if long else MessageEntity.BLOCKQUOTE
        yield MessageEntity(kind, *where)
