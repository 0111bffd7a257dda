"""Which links a reader can follow, their small repairs, and what to write in place of others."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from urllib.parse import quote, unquote, urljoin, urlsplit

from storage.model import RichText, Span, Style

_WEB = re.compile(r"(https?):/*", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+-]*:(?!\d)", re.IGNORECASE)
_LABEL = re.compile(r"""[^\s.:/?#@<>"'{}|\\^`\[\]%!$&()*+,;=]+""")
_BARE_HOST = re.compile(r"(?:[^\W_][\w-]*\.)+(?:[^\W\d_]{2,}|xn--[a-z0-9-]+)(?::\d+)?(?=[/?#]|$)")
_FILE = re.compile(r"\.(?:html?|php|aspx?|jsp|pdf|docx?|xlsx?|txt|jpe?g|png|gif|zip)(?=[/?#]|$)")
_UNSAFE = re.compile(r"""[\s\x00-\x20"<>\\^`{|}\x7f-\xa0]""")
_BLOCKS = frozenset({Style.QUOTE, Style.HEADING, Style.PRE})


def usable(url: str) -> str | None:
    """The URL in a form that Telegram and browsers follow, or None where there is none.

    Telegram refuses a whole message for one link with a scheme other than http(s), without a
    host, or with a host without a dot (td LinkManager.cpp, check_link; HttpUrl.cpp).
    """
    whole = _with_scheme(re.sub(r"[\t\r\n]", "", url.strip()))
    if not whole:
        return None
    try:
        parts = urlsplit(whole)
    except ValueError:
        return None
    place = _place(parts.netloc)
    if not place:
        return None
    rest = whole[whole.index("//") + 2 + len(parts.netloc) :]
    return f"{parts.scheme}://{place}{_UNSAFE.sub(lambda c: quote(c.group()), rest)}"


def resolved(href: str, base_url: str) -> str:
    """Where a link on the page `base_url` leads, "" for nowhere; `mailto:` and `tel:` as they are.

    An address that begins with `www.` lacks its scheme, whatever browsers make of it.
    """
    href = href.strip()
    if not href or href.lower().startswith("www."):
        return usable(href) or ""
    try:
        whole_url = urljoin(base_url, href)
    except ValueError:
        return ""
    scheme = whole_url.partition(":")[0].lower()
    return whole_url if scheme in ("mailto", "tel") else usable(whole_url) or ""


def _with_scheme(url: str) -> str | None:
    """The URL from its scheme on, added where only that is missing; None for other schemes."""
    if web := _WEB.match(url):
        return f"{web[1].lower()}://{url[web.end() :]}"
    if url.startswith("//"):
        return f"https:{url}"
    if _OTHER_SCHEME.match(url):
        return None
    host = _BARE_HOST.match(url)
    if not host or (_FILE.search(host[0].lower()) and not host[0].lower().startswith("www.")):
        return None
    return f"https://{url}"


def _place(netloc: str) -> str | None:
    """User, host and port as they stand in a URL, or None for a host that leads nowhere."""
    user, at, host_and_port = netloc.rpartition("@")
    host, _, port = host_and_port.partition(":")
    labels = host.removesuffix(".").split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        return None
    if _UNSAFE.search(netloc):
        return None
    if port and not (re.fullmatch(r"[0-9]{1,5}", port) and 0 < int(port) < 65536):
        return None
    return f"{user}{at}{host.lower()}{':' if port else ''}{port}"


def spelled_out(rich: RichText) -> RichText:
    """The text with every link usable: repaired, or dropped.

    A mail address or telephone number that a dropped link led to is written behind the link in
    parentheses, unless the text has it already.
    """
    spans: list[Span] = []
    inserts: dict[int, str] = {}
    shown, digits = rich.text.casefold(), re.sub(r"[\s().+/–-]", "", rich.text)
    for span in rich.spans:
        if span.style is not Style.LINK:
            spans.append(span)
        elif url := usable(span.value):
            spans.append(replace(span, value=url))
        elif told := _hidden_target(span.value, shown, digits):
            inserts[span.end] = f" ({told})"
    if not inserts:
        return RichText(rich.text, tuple(spans))
    return _with_inserts(rich.text, spans, sorted(inserts.items()))


def _hidden_target(url: str, shown: str, digits: str) -> str:
    """What a `mailto:` or `tel:` link leads to, or "" where the text shows it.

    `shown` is the text, case folded, and `digits` the text without what stands between digits.
    """
    scheme, _, target = url.strip().partition(":")
    target = " ".join(unquote(re.split(r"[?;]", target, maxsplit=1)[0]).split())
    if not target.isprintable():
        return ""
    if scheme.lower() == "mailto":
        return "" if target.casefold() in shown else target
    if scheme.lower() == "tel":
        return "" if re.sub(r"\D", "", target) in digits else target
    return ""


def _with_inserts(text: str, spans: Sequence[Span], inserts: list[tuple[int, str]]) -> RichText:
    """The text with each insert at its offset; a block's span takes in what is put at its end."""
    places = [at for at, _ in inserts]
    grown = [0, *accumulate(len(insert) for _, insert in inserts)]

    def moved(span: Span) -> Span:
        before_end = bisect_right if span.style in _BLOCKS else bisect_left
        start = span.start + grown[bisect_right(places, span.start)]
        return replace(span, start=start, end=span.end + grown[before_end(places, span.end)])

    pieces, done = [], 0
    for at, insert in inserts:
        pieces += [text[done:at], insert]
        done = at
    return RichText("".join([*pieces, text[done:]]), tuple(moved(s) for s in spans))
