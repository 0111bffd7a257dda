"""Text as it grows: white space, line feeds and markers wait until a visible word needs them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from bot.text.build import trimmed
from bot.text.characters import cleaned, composed
from storage.model import RichText, Span, Style

_SPACES = re.compile(r"\s+")


@dataclass(slots=True)
class _Open:
    """A style that is still open, and where its first visible character stands, once known."""

    style: Style
    value: str
    start: int | None = None


class Writer:
    """Collects text with its spans.

    While `verbatim`, white space is kept; while `flat`, lines and blocks are parted by a space.
    """

    def __init__(self) -> None:
        self.verbatim = False
        self.flat = False
        self.prefix = ""
        self._pieces: list[str] = []
        self._at = 0
        self._feeds = 0
        self._space = ""
        self._open: dict[Style, _Open] = {}
        self._fresh: list[_Open] = []
        self._before_prefix = 0
        self._spans: list[Span] = []

    def text(self, text: str) -> None:
        """Words and white space as they stand in the source."""
        lines = cleaned(text.expandtabs(4)).split("\n") if self.verbatim else [cleaned(text)]
        for number, line in enumerate(lines):
            if number:
                self.feed()
            self._line(line)

    def space(self) -> None:
        """A white space, if words follow on the same line."""
        self._space = self._space or " "

    def feed(self) -> None:
        """The end of a line; a second one leaves a line empty."""
        if self.flat:
            self.space()
        elif not self.prefix:
            self._feeds, self._space = min(self._feeds + 1, 2), ""

    def gap(self, feeds: int) -> None:
        """At least so many line feeds before what follows."""
        if self.flat:
            self.space()
        elif not self.prefix:
            self._feeds, self._space = max(self._feeds, feeds), ""

    def mark(self, marker: str) -> Callable[[], None]:
        """Put a marker before the next word; returns what takes it back if none has come."""
        unmark = partial(self._unmark, self.prefix, self._at)
        if not self.prefix:
            self._before_prefix = len(self._fresh)
        self.prefix += marker
        return unmark

    def _unmark(self, prefix: str, at: int) -> None:
        self.prefix = prefix if self._at == at else ""

    def open(self, style: Style, value: str = "") -> bool:
        """Begin a span with the next visible character; False where the style is open already."""
        if style in self._open or (style is Style.CODE and Style.PRE in self._open):
            return False
        self._open[style] = span = _Open(style, value)
        self._fresh.append(span)
        return True

    def is_open(self, style: Style) -> bool:
        """Whether a span of this style is open."""
        return style in self._open

    def close(self, style: Style) -> None:
        """End the open span of this style behind the last visible character."""
        span = self._open.pop(style)
        if span.start is None:
            self._before_prefix -= self._fresh.index(span) < self._before_prefix
            self._fresh.remove(span)
        else:
            self._spans.append(Span(span.start, self._at, style, span.value))

    def finished(self) -> RichText:
        """All that was written, in NFC, without white space at its ends."""
        spans = sorted(self._spans, key=lambda s: (s.start, -s.end))
        return trimmed(composed("".join(self._pieces), spans))

    def _line(self, line: str) -> None:
        words = line.strip()
        before, after = line[: len(line) - len(line.lstrip())], line[len(line.rstrip()) :]
        self._wait(before)
        if words:
            self._put(words if self.verbatim else _SPACES.sub(_one_space, words))
            self._wait(after)

    def _wait(self, white: str) -> None:
        if self.verbatim:
            self._space += white
        elif white:
            self._space = " " if self._space else _SPACES.sub(_one_space, white)

    def _put(self, words: str) -> None:
        fresh_line = self._feeds > 0 or not self._at
        if fresh_line and not self.verbatim:
            self._space = ""
        self._write("\n" * self._feeds if self._at else "")
        if self.prefix:
            self._start(self._before_prefix)
            self._write(self.prefix[fresh_line and self.prefix.startswith(" |") :])
        else:
            self._write(self._space)
        self._start(len(self._fresh))
        self._write(words)
        self._feeds, self._space, self.prefix, self._before_prefix = 0, "", "", 0

    def _start(self, count: int) -> None:
        for span in self._fresh[:count]:
            span.start = self._at
        del self._fresh[:count]

    def _write(self, text: str) -> None:
        self._pieces.append(text)
        self._at += len(text)


def _one_space(run: re.Match[str]) -> str:
    """A run of white space as one space; a single special one (NBSP, thin) stays what it is."""
    only = run[0]
    return only if len(only) == 1 and only not in "\t\n\r\f\v" else " "
