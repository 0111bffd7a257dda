"""RichText → HTML that is safe wherever it is put: all escaped, few elements, no styles.

Blocks are p, h3, pre, blockquote and lists; within them strong, em, u, s, code, br and links.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate, groupby, pairwise
from urllib.parse import quote, unquote

from bot.text.build import slice_of
from bot.text.characters import decodable
from bot.text.links import usable
from bot.text.slicing import slices, spanned
from storage.model import RichText, Span, Style

_TAGS = {
    Style.BOLD: "strong",
    Style.HEADING: "strong",  # where it is less than a block
    Style.ITALIC: "em",
    Style.UNDERLINE: "u",
    Style.STRIKE: "s",
    Style.CODE: "code",
    Style.PRE: "code",
}
_CONTROLS = dict.fromkeys([*range(9), *range(0xB, 0x20), *range(0x7F, 0xA0)], " ")
_GAP = re.compile(r"\n(?:[^\S\n]*\n)+")
_BULLET = re.compile(r"• (?=\S)")
_NUMBER = re.compile(r"([1-9][0-9]{0,5})\. (?=\S)")
_INDENT = re.compile(r"^ +", re.MULTILINE)
# What RFC 6068 and RFC 3966 allow in the simple addresses that people write.
_MAIL = re.compile(r"[^\s@<>\"'&?#%\\]+@[^\s@<>\"'&?#%\\]+")
_NUMBER_TO_CALL = re.compile(r"\+?[0-9][0-9().\s/–-]{1,30}")

Draw = Callable[[RichText], str]


@dataclass(frozen=True, slots=True)
class _Run:
    """A stretch that looks the same throughout: its link, and its elements, outermost first."""

    start: int
    end: int
    layers: tuple[str, ...]


def to_html(rich: RichText) -> str:
    """The text as blocks of HTML; nothing for nothing."""
    return _within(_clean(rich), Style.QUOTE, "<blockquote>{}</blockquote>", _quoted, _quoted)


def inline_html(rich: RichText) -> str:
    """The text as HTML within a block: its lines parted by br, its blocks by two."""
    return _line(_clean(rich))


def href(url: str) -> str:
    """The address as a link may have it, "" where it is neither web, nor mail, nor telephone."""
    scheme, _, target = url.strip().partition(":")
    told = unquote(re.split(r"[?;#]", target, maxsplit=1)[0]).strip()
    match scheme.lower():
        case "mailto":
            return f"mailto:{quote(told, safe='@+')}" if _MAIL.fullmatch(told) else ""
        case "tel":
            bare = re.sub(r"[^0-9+]", "", told)
            return f"tel:{bare}" if _NUMBER_TO_CALL.fullmatch(told) else ""
    return usable(url) or ""


def _clean(rich: RichText) -> RichText:
    """As long as before, so that the spans fit; controls are spaces, half characters replaced."""
    return RichText(decodable(rich.text).translate(_CONTROLS), rich.spans)


def _quoted(rich: RichText) -> str:
    """What is in a quotation, or in none: verbatim text, and the blocks around it."""
    return _within(rich, Style.PRE, "<pre><code>{}</code></pre>", _verbatim, _blocks)


def _within(rich: RichText, style: Style, frame: str, inner: Draw, outer: Draw) -> str:
    """The text with a frame around each stretch of this style."""
    edges = [0, *(at for stretch in _merged(rich, style) for at in stretch), len(rich.text)]
    drawn = []
    for number, part in enumerate(slices(rich, pairwise(edges))):
        html = (inner if number % 2 else outer)(part)
        drawn.append(frame.replace("{}", html) if html and number % 2 else html)
    return "".join(drawn)


def _merged(rich: RichText, style: Style) -> list[tuple[int, int]]:
    """Where this style holds: no two stretches touch."""
    found: list[tuple[int, int]] = []
    for span in sorted(span for span in rich.spans if span.style is style):
        if found and span.start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], span.end)
        else:
            found.append((span.start, span.end))
    return found


def _verbatim(rich: RichText) -> str:
    text = rich.text.strip("\n")
    return escape(text) if text.strip() else ""


def _blocks(rich: RichText) -> str:
    gaps = [gap.span() for gap in _GAP.finditer(rich.text)]
    starts, ends = [0, *(end for _, end in gaps)], [*(start for start, _ in gaps), len(rich.text)]
    return "".join(_block(b) for b in slices(rich, zip(starts, ends, strict=True)))


def _block(rich: RichText) -> str:
    start = len(rich.text) - len(rich.text.lstrip("\n"))
    rich = slice_of(rich, start, max(start, len(rich.text.rstrip())))
    if not rich.text.strip():
        return ""
    if (0, len(rich.text)) in _merged(rich, Style.HEADING):
        return f"<h3>{_line(_without(rich, Style.HEADING))}</h3>"
    return _list(rich) or f"<p>{_line(rich)}</p>"


def _without(rich: RichText, style: Style) -> RichText:
    return RichText(rich.text, tuple(span for span in rich.spans if span.style is not style))


def _list(rich: RichText) -> str:
    """A block of which every line is an item, as the list that it is; "" for any other."""
    if not (_BULLET.match(rich.text) or _NUMBER.match(rich.text)):
        return ""
    lines = rich.text.split("\n")
    ends = list(accumulate(len(line) + 1 for line in lines))
    numbers = [int(found[1]) if (found := _NUMBER.match(line)) else 0 for line in lines]
    first = numbers[0]
    if all(_BULLET.match(line) for line in lines):
        opened, closed = "<ul>", "</ul>"
    elif first and len(lines) > 1 and numbers == list(range(first, first + len(lines))):
        opened, closed = f'<ol start="{first}">' if first > 1 else "<ol>", "</ol>"
    else:
        return ""
    behind = [
        (end - len(line) + line.index(" "), end - 1) for line, end in zip(lines, ends, strict=True)
    ]
    items = "".join(f"<li>{_line(item)}</li>" for item in slices(rich, behind))
    return f"{opened}{items}{closed}"


def _line(rich: RichText) -> str:
    """A block's inside. Leading spaces are kept: they show how deep a list's item lies."""
    text = _INDENT.sub(lambda found: "\u00a0" * len(found[0]), rich.text)
    return _nested(text, [_Run(*at, _layers(spans)) for at, spans in spanned(rich)], 0)


def _layers(spans: Sequence[Span]) -> tuple[str, ...]:
    """The link, "" for none; then each element's name, or ""."""
    link = next((there for s in spans if s.style is Style.LINK and (there := href(s.value))), "")
    names = {_TAGS[span.style] for span in spans if span.style in _TAGS}
    return link, *(name if name in names else "" for name in dict.fromkeys(_TAGS.values()))


def _nested(text: str, runs: Sequence[_Run], level: int) -> str:
    """Neighbours that share a layer are one element; the layers within lie inside it."""
    if not any(layer for run in runs for layer in run.layers[level:]):
        return "".join(_escaped(text[run.start : run.end]) for run in runs)
    drawn = []
    for layer, group in groupby(runs, key=lambda run: run.layers[level]):
        within = _nested(text, list(group), level + 1)
        opened = _link(layer) if level == 0 and layer else f"<{layer}>"
        closed = "</a>" if level == 0 else f"</{layer}>"
        drawn.append(f"{opened}{within}{closed}" if layer else within)
    return "".join(drawn)


def _escaped(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _link(url: str) -> str:
    new = ' target="_blank"' if url.startswith("http") else ""
    return f'<a href="{escape(url)}" rel="noopener noreferrer nofollow"{new}>'
