"""The words that a browser shows, by another road than ours: the standard library's HTML parser.

It knows blocks from what stands in a line, what is hidden, and what stands in place of pictures
and films; nothing of styles, lists or layout. It needs HTML whose tags are balanced.
"""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser
from urllib.parse import urljoin

from bot.text.words import words

_VOID = {"br", "hr", "img", "input", "wbr", "source", "track", "embed", "area", "col", "link"}
_UNSEEN = {"script", "style", "noscript", "template", "title", "head", "rp", "xml", "canvas"}
_INLINE = {
    *("a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i"),
    *("ins", "kbd", "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time"),
    *("tt", "u", "var", "wbr", "label", "o:p", "ruby", "strike", "acronym", "data", "output"),
}
_FILMS = {"iframe", "video", "audio", "embed"}
_GONE = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.I)
_BUTTON = re.compile(r"wp-(?:block-file__button|block-button__link|element-button)")


class _Visible(HTMLParser):
    def __init__(self, base: str) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._base = base
        self._open: list[tuple[str, bool, str]] = []  # tag, unseen, what parts it from the next

    @property
    def _unseen(self) -> bool:
        return any(unseen for _, unseen, _ in self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        classes = said.get("class", "")
        gone = "hidden" in said or bool(_GONE.search(said.get("style", "")))
        unseen = tag in _UNSEEN or gone or "screen-reader-text" in classes.split()
        parts = tag not in _INLINE or bool(_BUTTON.search(classes))
        parts = (
            parts or (tag == "a" and self._inside("sup")) or (tag == "sup" and self._inside("a"))
        )
        gap = " " if parts or "display:block" in said.get("style", "") else ""
        if not self._unseen and not unseen:
            self.pieces.append(gap)
            if tag == "img" and {"emoji", "wp-smiley"} & set(classes.split()):
                self.pieces[-1:] = [said.get("alt", "")]
            if tag in _FILMS and said.get("src"):
                self.pieces.append(f" {urljoin(self._base, said['src'])} ")
        if tag not in _VOID:
            self._open.append((tag, unseen or tag in _FILMS, gap))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if not any(tag == name for name, _, _ in self._open):
            return
        while self._open:
            name, unseen, gap = self._open.pop()
            if not unseen and not self._unseen:
                self.pieces.append(gap)
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.pieces.append(data)

    def _inside(self, tag: str) -> bool:
        return any(name == tag for name, _, _ in self._open)


def visible(html: str, base: str) -> list[str]:
    """The words of balanced HTML, in their order; raised figures as figures."""
    parser = _Visible(base)
    parser.feed(html)
    parser.close()
    return same("".join(parser.pieces))


def same(text: str) -> list[str]:
    """The words of a text with figures above and below the line as figures."""
    return words(unicodedata.normalize("NFKC", text))


def missing(expected: list[str], got: list[str]) -> list[str]:
    """The expected words that do not come in this order; what else there is counts for nothing."""
    remaining = iter(got)
    return [word for word in expected if not any(word == other for other in remaining)][:1]
