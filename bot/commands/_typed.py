"""What was typed or pressed: the name of a command, and what follows it, as it is formatted."""

from __future__ import annotations

import re

from bot.chat import Request
from bot.text.build import slice_of, trimmed
from storage.model import RichText

# A release by its number alone, as links and the shell name it.
BY_NUMBER = re.compile(r"/?r([0-9]+)(?:@\w*)?", re.IGNORECASE)
PLAIN_TEXT, RELEASE = "search", "release"

_TYPED = re.compile(r"[/!]([^\W\d]\w*)(?:@\w*)?(?:\s+(.*))?", re.DOTALL)


def parse(request: Request) -> tuple[str, str]:
    """The name of what is asked for and what follows it; ("", "") where nothing is asked."""
    words = request.words.strip()
    if request.pressed:
        name, _, rest = words.partition(" ")
        return name.lower() or "?", rest.strip()
    if (found := BY_NUMBER.fullmatch(words)) and (request.private or words.startswith("/")):
        return RELEASE, found[1]
    if found := _TYPED.fullmatch(words):
        return found[1].lower(), (found[2] or "").strip()
    return (PLAIN_TEXT, words) if request.private else ("", "")


def behind(request: Request, words: str) -> RichText:
    """`words`, the end of what was typed, with their formatting.

    They are plain where the platform gave none, or that of another text.
    """
    rich = trimmed(request.rich)
    if rich.text != request.words.strip() or not rich.text.endswith(words):
        return RichText(words)
    return slice_of(rich, len(rich.text) - len(words), len(rich.text))
