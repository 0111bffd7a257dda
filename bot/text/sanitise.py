"""Hostile and careless HTML made harmless: known tags only, no hidden text, no endless nesting."""

from __future__ import annotations

import re
from collections.abc import Mapping

import nh3

from bot.text.characters import decodable

# Tags that stand apart, and how many line feeds part them from their neighbours.
BLOCKS: Mapping[str, int] = {
    **dict.fromkeys(("p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table"), 2),
    **dict.fromkeys(("article", "aside", "center", "dl", "fieldset", "figure", "footer"), 2),
    **dict.fromkeys(("address", "details", "form", "header", "hgroup", "hr", "main", "nav"), 2),
    **dict.fromkeys(("search", "section", "dialog"), 2),
    **dict.fromkeys(("div", "li", "tr", "dt", "dd", "caption", "figcaption", "legend"), 1),
    **dict.fromkeys(("summary", "option", "optgroup"), 1),
}
_LISTS = {"ol", "ul", "menu", "dir"}
_INLINE = {
    *("a", "b", "strong", "i", "em", "cite", "u", "ins", "s", "strike", "del", "q", "sup", "sub"),
    *("code", "kbd", "samp", "tt", "br", "img", "button", "input", "select", "textarea"),
    *("thead", "tbody", "tfoot", "td", "th", "ruby", "rt", "rp"),
    # These mean nothing, but may be hidden or stand as blocks.
    *("span", "font", "label", "small", "big", "mark", "abbr", "acronym", "bdi", "bdo", "time"),
    *("data", "dfn", "output", "var"),
}
# Formulas and drawings may hold words; their other tags are dropped, words kept.
_FOREIGN = {
    *("math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mfrac", "msup", "msub", "msubsup"),
    *("svg", "g", "text", "tspan"),
}
_EMBEDS = {"iframe", "embed", "object", "video", "audio", "source"}
_KEPT = {*BLOCKS, *_LISTS, *_INLINE, *_FOREIGN, *_EMBEDS}
_RAW = {"script", "style", "template", "noscript", "noframes", "noembed", "title"}
# Word's `xml` islands hold its settings; what is in the others is for browsers that are too old.
_UNSEEN = {*_RAW, "head", "datalist", "xml", "canvas", "meter", "progress"}

_ATTRIBUTES = {
    "*": {"class", "hidden", "style"},
    "a": {"href"},
    "dialog": {"open"},
    "img": {"alt"},
    "ol": {"reversed", "start", "type"},
    "li": {"type", "value"},
    "object": {"data"},
    **{tag: {"src"} for tag in _EMBEDS - {"object"}},
    "iframe": {"src", "data-src", "data-lazy-src"},
}
# They are spaces in the end; the HTML5 parser takes a time for them that grows with their square.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]+")
_SCHEMES = {"http", "https", "mailto", "tel"}
_HIDING = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))\b", re.I
)
_BLOCK = re.compile(r"(?:^|;)\s*display\s*:\s*(?:block|flex|grid|table|list-item)\b", re.I)
# Said to those who do not see: of themes, Bootstrap 4, Bootstrap 5.
_SAID = {"screen-reader-text", "sr-only", "visually-hidden"}
# Core's shortcodes around text, where something has left them as they were (wp-includes/media.php).
_AROUND = re.compile(r"\[/?(?:(?:wp_)?caption|embed)(?:\s[^\]<>]{0,500})?\]")
_INSIDE = re.compile(r"""\scaption=["“”″']([^"“”″\]]*)""")

_TAG = re.compile(r"<(/?)([a-z][^\s/>]*)", re.I)
# These end by themselves or hold no tags, so they do not make a tree deep.
_FLAT = {
    *("p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "optgroup"),
    *("br", "hr", "img", "input", "wbr", "area", "base", "col", "embed", "link", "meta", "param"),
    *("source", "track", "textarea", "iframe", "xmp", *_RAW),
}
_KEEP_NAME = {*_RAW, "textarea", "iframe", "xmp"}


def sanitised(html: str) -> str:
    """The HTML with harmless tags and attributes only, balanced, and no deeper than a browser's.

    Text in other tags is kept, save in those that no reader sees.
    """
    return nh3.clean(
        _shallow(_AROUND.sub(_caption, _CONTROLS.sub(" ", decodable(html)))),
        tags=_KEPT,
        clean_content_tags=_UNSEEN,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel=None,
    )


def hidden(attributes: Mapping[str, str | None]) -> bool:
    """Whether an element with these attributes is not to be seen."""
    if "hidden" in attributes or _HIDING.search(attributes.get("style") or ""):
        return True
    return not _SAID.isdisjoint((attributes.get("class") or "").split())


def apart(attributes: Mapping[str, str | None]) -> bool:
    """Whether an element that stands in a line of itself is styled as a block."""
    return bool(_BLOCK.search(attributes.get("style") or ""))


def _caption(shortcode: re.Match[str]) -> str:
    """What stands in place of a shortcode: nothing but the caption, which old ones have inside."""
    told = _INSIDE.search(shortcode[0])
    return f" {told[1]} " if told else " "


def _shallow(html: str) -> str:
    """The HTML itself if it is nested as writers nest; else with its deepest tags made breaks.

    HTML5 parsers take time in proportion to tags times depth, so the depth allowed falls with
    the number of tags. A tag is only renamed (`<br`, `<wbr`): both hold nothing, and their end
    tags do no harm.
    """
    most = min(250, max(20, 2_000_000 // (html.count("<") + 1)))
    depth = deepest = 0
    for tag in _TAG.finditer(html):
        depth = _after(tag, depth)
        deepest = max(deepest, depth)
    if deepest <= most:
        return html
    depth = 0

    def renamed(tag: re.Match[str]) -> str:
        nonlocal depth
        before, depth = depth, _after(tag, depth)
        name = tag[2].lower()
        if max(before, depth) <= most or name in _KEEP_NAME:
            return tag[0]
        return f"<{tag[1]}{'br' if name in BLOCKS or name in _LISTS else 'wbr'}"

    return _TAG.sub(renamed, html)


def _after(tag: re.Match[str], depth: int) -> int:
    """How deep the tree may be after this tag."""
    if tag[2].lower() in _FLAT:
        return depth
    return max(0, depth - 1) if tag[1] else depth + 1
