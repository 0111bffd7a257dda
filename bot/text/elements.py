"""What each HTML element means for the text: a block, a style, a marker, a link, nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial

import regex
from selectolax.lexbor import LexborNode

from bot.text.links import resolved, usable
from bot.text.lists import Numbering, kind_of, whole
from bot.text.sanitise import BLOCKS, apart, hidden
from bot.text.writer import Writer
from storage.model import Style

Leave = Callable[[], None]
Attributes = Mapping[str, str | None]

_STYLES = {
    **dict.fromkeys(("b", "strong"), Style.BOLD),
    **dict.fromkeys(("i", "em", "cite"), Style.ITALIC),
    **dict.fromkeys(("u", "ins"), Style.UNDERLINE),
    **dict.fromkeys(("s", "strike", "del"), Style.STRIKE),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), Style.CODE),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), Style.HEADING),
    "blockquote": Style.QUOTE,
}
# Boxes in a line: what is in them does not touch the words beside them.
_BOXES = {"button", "input", "select", "textarea", "svg"}
_BUTTONS = {"wp-block-button__link", "wp-block-file__button", "wp-element-button"}
# What leads from a footnote back to its mark, on the page.
_BACK = re.compile(r"[↩↑^⏎\s\ufe0e\ufe0f]+")
_FIGURES = re.compile(r"[0-9]+(?:\s?[,;/–-]\s?[0-9]+)*")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_INDENT, _DEEPEST = "   ", 8
_LONGEST_MARK = 5
_EMOJI = regex.compile(
    r"(?>\p{RI}\p{RI}|[0-9#*]\ufe0f?\u20e3|\p{Extended_Pictographic}"
    r"[\p{EMod}\ufe0f\u200d\U000e0020-\U000e007f]*+)++"
)
# A row with one of these in a cell is a page laid out in columns, not a line of figures.
_PAGE_LIKE = "table, ul, ol, dl, pre, blockquote, h1, h2, h3, h4, h5, h6, p ~ p, div ~ div"


class Elements:
    """Turns elements into calls of its writer, as they are entered and left."""

    def __init__(self, base_url: str) -> None:
        self.writer = Writer()
        self._base_url = base_url
        self._lists: list[Numbering] = []
        self._cell: Callable[[], Leave] = partial(self._begin, 0, None)
        self._special: dict[str, Callable[[LexborNode, Attributes], Leave | None]] = {
            **dict.fromkeys(("iframe", "embed", "object", "video", "audio"), self._embed),
            **dict.fromkeys(("ol", "ul", "menu", "dir"), self._list),
            **dict.fromkeys(("td", "th"), self._celled),
            **dict.fromkeys(("sup", "sub"), self._raised),
            "a": self._link,
            "br": self._break,
            "img": self._image,
            "li": self._item,
            "pre": self._verbatim,
            "q": partial(self._between, "“", "”"),  # browsers write these
            "rp": lambda *_: None,
            "rt": partial(self._between, "(", ")"),
            "tr": self._row,
        }

    def enter(self, node: LexborNode) -> Leave | None:
        """Begin an element; returns what to do behind its children, None to pass them over."""
        tag, attributes = node.tag or "", node.attributes
        if hidden(attributes) or (tag == "dialog" and "open" not in attributes):
            return None
        if special := self._special.get(tag):
            return special(node, attributes)
        if tag in _BOXES:
            self.writer.space()
            return self.writer.space
        feeds = BLOCKS.get(tag, 0)
        return self._begin(feeds or int(apart(attributes)), _STYLES.get(tag))

    def _begin(self, feeds: int, style: Style | None, value: str = "") -> Leave:
        if feeds:
            self.writer.gap(feeds)
        opened = style if style and self.writer.open(style, value) else None
        return partial(self._end, feeds, opened)

    def _end(self, feeds: int, opened: Style | None) -> None:
        if opened:
            self.writer.close(opened)
        if feeds:
            self.writer.gap(feeds)

    def _break(self, _node: LexborNode, _attributes: Attributes) -> None:
        self.writer.feed()

    def _image(self, _node: LexborNode, attributes: Attributes) -> None:
        """An emoji drawn as a picture is its `alt`; another picture only parts two words."""
        alt, classes = (attributes.get("alt") or "").strip(), attributes.get("class") or ""
        if {"emoji", "wp-smiley"} & set(classes.split()) or _EMOJI.fullmatch(alt):
            self.writer.text(alt)
        else:
            self.writer.space()

    def _link(self, node: LexborNode, attributes: Attributes) -> Leave | None:
        href = attributes.get("href") or ""
        if href.startswith("#") and _BACK.fullmatch(node.text()):
            return None
        url = resolved(href, self._base_url)
        leave = self._begin(int(apart(attributes)), Style.LINK if url else None, url)
        if _BUTTONS.isdisjoint((attributes.get("class") or "").split()):
            return leave
        self.writer.space()

        def end() -> None:
            leave()
            self.writer.space()

        return end

    def _embed(self, node: LexborNode, attributes: Attributes) -> Leave | None:
        """A film or another page within the page: a line with its address."""
        source = node.css_first("source")
        inner = source.attributes.get("src") if source else None
        late = attributes.get("data-src") or attributes.get("data-lazy-src")  # when it is seen
        address = late or attributes.get("src") or attributes.get("data") or inner or ""
        # WordPress's embeds of posts end in a number that is drawn anew now and then.
        if url := usable(resolved(address.partition("#?secret=")[0], self._base_url)):
            leave = self._begin(1, Style.LINK, url)
            self.writer.text(url)
            leave()
        return self._begin(0, None) if node.tag == "object" and not address else None

    def _between(self, before: str, after: str, *_: object) -> Leave:
        self.writer.text(before)
        return partial(self.writer.text, after)

    def _raised(self, node: LexborNode, _attributes: Attributes) -> Leave | None:
        """Figures above or below the line, which would change the number or word before them.

        The linked mark of a footnote stands in brackets, so that its word can be found.
        """
        figures = node.text().strip()
        if node.css_first("a") or self.writer.is_open(Style.LINK):
            marked = len(figures) > _LONGEST_MARK or figures[:1] in "[("
            return self._begin(0, None) if marked else self._between("[", "]")
        if not _FIGURES.fullmatch(figures):
            return self._begin(0, None)
        self.writer.text(figures.translate(_RAISED if node.tag == "sup" else _LOWERED))
        return None

    def _verbatim(self, _node: LexborNode, _attributes: Attributes) -> Leave:
        leave, before = self._begin(2, Style.PRE), self.writer.verbatim
        self.writer.verbatim = True

        def end() -> None:
            self.writer.verbatim = before
            leave()

        return end

    def _list(self, node: LexborNode, attributes: Attributes) -> Leave:
        feeds = 1 if self._lists else 2
        self._lists.append(Numbering())
        if node.tag == "ol":
            back = "reversed" in attributes
            first = sum(item.tag == "li" for item in node.iter()) if back else 1
            start = whole(attributes.get("start"), first)
            self._lists[-1] = Numbering(start, -1 if back else 1)
        self._lists[-1].kind = kind_of(attributes.get("type"), attributes.get("style")) or "1"
        leave = self._begin(feeds, None)

        def end() -> None:
            self._lists.pop()
            leave()

        return end

    def _item(self, _node: LexborNode, attributes: Attributes) -> Leave:
        """A line that begins with its marker, unless nothing follows it."""
        leave = self._begin(1, None)
        numbering = self._lists[-1] if self._lists else Numbering()
        indent = "" if self.writer.prefix else _INDENT * min(len(self._lists) - 1, _DEEPEST)
        unmark = self.writer.mark(
            indent + numbering.marker(attributes.get("value"), attributes.get("type"))
        )

        def end() -> None:
            unmark()
            leave()

        return end

    def _celled(self, node: LexborNode, _attributes: Attributes) -> Leave:
        """What heads a row or column is bold, as browsers have it."""
        leave = self._cell()
        if node.tag == "td":
            return leave
        bold = self._begin(0, Style.BOLD)

        def end() -> None:
            bold()
            leave()

        return end

    def _row(self, node: LexborNode, _attributes: Attributes) -> Leave:
        """A line with bars between its cells; or, laid out like a page, a block for each cell."""
        cells = [cell for cell in node.iter() if cell.tag in ("td", "th")]
        laid_out = any(cell.css_first(_PAGE_LIKE) for cell in cells)
        leave, around, unmark = self._begin(1, None), self._cell, self.writer.mark("")
        if laid_out or len(cells) < 2:
            self._cell = partial(self._begin, 2 if len(cells) > 1 else 0, None)
        else:
            self._cell = self._grid_cell

        def end() -> None:
            unmark()
            self._cell = around
            leave()

        return end

    def _grid_cell(self) -> Leave:
        """A cell in a line; the bar behind it waits for the next word in the row."""
        self.writer.flat = True

        def end() -> None:
            self.writer.flat = False
            self.writer.mark("| " if self.writer.prefix.endswith("| ") else " | ")

        return end
