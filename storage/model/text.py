"""RichText, the one form in which text travels inside Herald, and what goes with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class Style(StrEnum):
    """What a span of text is. `LINK` carries its URL, `PRE` may carry a language."""

    BOLD = "bold"
    ITALIC = "italic"
    UNDERLINE = "underline"
    STRIKE = "strike"
    CODE = "code"
    PRE = "pre"
    QUOTE = "quote"
    HEADING = "heading"
    LINK = "link"
    SPOILER = "spoiler"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A styled stretch of a RichText: `start` and `end` index its string (code points)."""

    start: int
    end: int
    style: Style
    value: str = ""


@dataclass(frozen=True, slots=True)
class RichText:
    """Text and its spans: the one form in which text travels inside Herald.

    Blocks are parted by an empty line, lines within a block by a line feed.
    Spans may nest and overlap; none is empty and none reaches past the text.
    """

    text: str = ""
    spans: tuple[Span, ...] = ()

    def __add__(self, other: RichText | str) -> RichText:
        if isinstance(other, str):
            return RichText(self.text + other, self.spans)
        by = len(self.text)
        moved = tuple(replace(s, start=s.start + by, end=s.end + by) for s in other.spans)
        return RichText(self.text + other.text, self.spans + moved)

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture or file that goes with a message."""

    data: bytes
    media_type: str
    name: str
    description: str = ""

    def __repr__(self) -> str:
        return f"Attachment({self.media_type}, {len(self.data)} bytes)"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One inline answer: what stands in the list, and the text that is sent when it is chosen.

    `id` is at most 64 bytes; `link` opens the release on its site, "" where there is none.
    """

    id: str
    title: str
    description: str
    text: RichText
    link: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """What a platform keeps of a message in a mailbox: its own form of the words, and a picture."""

    words: str
    picture: Attachment | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """One content in one mailbox. `change` orders all letters and edits; `words` are "" where it
    was taken back. `at` is when it came (UTC).
    """

    id: int
    change: int
    at: datetime
    words: str
    pictured: bool = False
