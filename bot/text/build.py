"""Small builders of RichText, and cutting it without losing hold of its spans."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import regex

from storage.model import RichText, Span, Style

_CLUSTER = regex.compile(r"\X")
_LOOSE_ENDS = " \u00a0\t\n,;:–—-"


def plain(text: str) -> RichText:
    """Text without any style."""
    return RichText(text)


def styled(text: RichText | str, style: Style, value: str = "") -> RichText:
    """All of `text` under one more span; empty text stays as it is."""
    rich = RichText(text) if isinstance(text, str) else text
    if not rich:
        return rich
    return RichText(rich.text, (Span(0, len(rich.text), style, value), *rich.spans))


def bold(text: str) -> RichText:
    """Text in bold."""
    return styled(text, Style.BOLD)


def italic(text: str) -> RichText:
    """Text in italics."""
    return styled(text, Style.ITALIC)


def code(text: str) -> RichText:
    """Text to be typed or copied."""
    return styled(text, Style.CODE)


def quote(text: RichText | str) -> RichText:
    """Text as a quotation."""
    return styled(text, Style.QUOTE)


def link(text: str, url: str) -> RichText:
    """Text that leads to `url`."""
    return styled(text, Style.LINK, url)


def join(parts: Iterable[RichText | str], between: str = "\n") -> RichText:
    """The parts in order with `between` between them; empty parts are left out."""
    text: list[str] = []
    spans: list[Span] = []
    at = 0
    for part in parts:
        if not part:
            continue
        rich = RichText(part) if isinstance(part, str) else part
        if text:
            text.append(between)
            at += len(between)
        spans += (Span(s.start + at, s.end + at, s.style, s.value) for s in rich.spans)
        text.append(rich.text)
        at += len(rich.text)
    return RichText("".join(text), tuple(spans))


def slice_of(rich: RichText, start: int, end: int) -> RichText:
    """The stretch from `start` to `end` (code points, within the text), its spans clipped."""
    return RichText(rich.text[start:end], clipped(rich.spans, start, end))


def clipped(spans: Iterable[Span], start: int, end: int) -> tuple[Span, ...]:
    """What the spans are within `start` to `end`, counted from `start`; empty ones fall away."""
    return tuple(
        Span(max(s.start, start) - start, min(s.end, end) - start, s.style, s.value)
        for s in spans
        if max(s.start, start) < min(s.end, end)
    )


def trimmed(rich: RichText) -> RichText:
    """The text without white space at either end."""
    start = len(rich.text) - len(rich.text.lstrip())
    end = len(rich.text.rstrip())
    if (start, end) == (0, len(rich.text)):
        return rich
    return slice_of(rich, start, max(start, end))


def shorten(rich: RichText, most: int, length: Callable[[str], int] = len) -> RichText:
    """The text if it fits in `most` units of `length`, else cut at the end of a word with "…".

    A first word that does not fit is cut between its characters; where not even "…" fits,
    nothing is left.
    """
    if length(rich.text) <= most:
        return rich
    if length("…") > most:
        return RichText()
    end = _fitting(rich.text, most - length("…"), length)
    kept = _to_word_end(rich.text, end)
    return slice_of(rich, 0, len(kept)) + "…"


def _fitting(text: str, most: int, length: Callable[[str], int]) -> int:
    """Where the longest beginning of `text` that fits in `most` ends."""
    low, high = 0, min(len(text), most)
    while low < high:
        middle = (low + high + 1) // 2
        if length(text[:middle]) <= most:
            low = middle
        else:
            high = middle - 1
    return low


def _to_word_end(text: str, end: int) -> str:
    """The longest beginning of `text` up to `end` that ends with a word, else with a character."""
    words = end
    while words and not text[words].isspace():
        words -= 1
    kept = text[:words].rstrip(_LOOSE_ENDS)
    if kept.strip():
        return kept
    whole = 0
    for cluster in _CLUSTER.finditer(text, 0, min(end + 1, len(text))):
        if cluster.end() > end:
            break
        whole = cluster.end()
    return text[:whole].rstrip()
