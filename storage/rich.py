"""How RichText is kept: its text, and its spans as JSON."""

from __future__ import annotations

import json

from storage.model import RichText, Span, Style


def spans_of(rich: RichText) -> str:
    """The spans, as they are kept: [[start, end, style, value], ...]."""
    return json.dumps([[s.start, s.end, s.style, s.value] for s in rich.spans], ensure_ascii=False)


def rich_of(text: str, spans: str) -> RichText:
    """The text with the spans that were kept beside it."""
    return RichText(text, tuple(Span(s, e, Style(k), v) for s, e, k, v in json.loads(spans)))
