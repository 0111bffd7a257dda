"""Pictures in HTML: which one leads."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

# Smaller ones are ornaments, counters and emoji.
LEAST = 100
_ORNAMENTS = ("wp-smiley", "emoji", "avatar", "icon")


def lead_picture(html: str) -> str:
    """The address, as it stands there, of the first picture that shows something; "" for none.

    Emoji are pictures in WordPress feeds (wp-includes/formatting.php, wp_staticize_emoji).
    """
    if "<img" not in html.lower():
        return ""
    for image in LexborHTMLParser(html).css("img"):
        source = (image.attributes.get("src") or image.attributes.get("data-src") or "").strip()
        if source and not source.startswith("data:") and not _ornament(image):
            return source
    return ""


def _ornament(image: LexborNode) -> bool:
    classes = image.attributes.get("class") or ""
    sizes = [_pixels(image.attributes.get(side) or "") for side in ("width", "height")]
    return any(word in classes for word in _ORNAMENTS) or any(0 < size < LEAST for size in sizes)


def _pixels(size: str) -> int:
    digits = size.strip().removesuffix("px")
    return int(digits[:6]) if digits.isascii() and digits.isdigit() else 0
