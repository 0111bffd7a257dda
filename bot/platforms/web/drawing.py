"""Message → the JSON that the chat's page shows: safe HTML, plain text, buttons, a picture.

What is kept of a pushed message is the same without what is each reader's own: number and time.
"""

from __future__ import annotations

import base64
import json
import re
from collections import OrderedDict
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from bot.chat import Button, Message
from bot.text.characters import decodable
from bot.text.to_html import href, to_html
from storage.model import Attachment, Content, Letter

KEPT = 16  # messages; a push has one in each language
TITLE = 200  # characters of what is shared
INLINE_BYTES = 500_000  # a greater picture of an answer, which no mailbox keeps, is left out

Json = dict[str, Any]

_WEB = re.compile(r"https?://[^\s\"'<>\\]+", re.IGNORECASE)
_PICTURE = re.compile(r"image/(?:jpeg|png|gif|webp|avif)")


def answered(message: Message, at: datetime, *, own: bool = False) -> Json:
    """An answer, which nobody keeps: its picture travels with it.

    `own`: all its words are Herald's own, so that the commands among them may be pressed.
    """
    around = {"id": None, "at": instant(at), "picture": _inline(message.picture)}
    return {**_drawn(message), **around, "commands": own}


def showable(picture: Attachment | None) -> bool:
    """Whether browsers show it; nothing that they would rather run."""
    return picture is not None and _PICTURE.fullmatch(picture.media_type) is not None


def letter(letter: Letter) -> str:
    """A message of the mailbox, as JSON on one line."""
    body, alt = _parts(letter.words)
    picture = f'{{"src":"/chat/picture/{letter.id}","alt":{alt}}}' if letter.pictured else "null"
    own = f'"id":"{letter.id}","at":"{instant(letter.at)}","picture":{picture}'
    return f"{{{own},{body}}}" if body else f"{{{own}}}"


def instant(at: datetime) -> str:
    """A time as JavaScript reads it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def without(rows: list[list[Json]], command: str) -> list[list[Json]]:
    """The same buttons, but for those that ask this."""
    left = ([b for b in row if b.get("command") != command] for row in rows)
    return [row for row in left if row]


class Contents:
    """What is kept of the messages pushed last: the courier hands the same one to everybody."""

    def __init__(self) -> None:
        # By identity, as to compare texts costs what is to be saved. The message is kept along,
        # so that no other one can have its id.
        self._kept: OrderedDict[int, tuple[Message, Content]] = OrderedDict()

    def of(self, message: Message) -> Content:
        """The message as it is kept."""
        kept = self._kept.get(id(message))
        if kept is None:
            kept = self._kept[id(message)] = message, content(message)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(id(message))
        return kept[1]


def content(message: Message) -> Content:
    """A pushed message as it is kept."""
    alt = message.picture.description if message.picture is not None else ""
    words = _json({**_drawn(message), "pushed": True, "alt": alt})
    return Content(words, message.picture if showable(message.picture) else None)


def _drawn(message: Message) -> Json:
    text = message.text.text
    title = text.strip().partition("\n")[0][:TITLE]
    rows = [[drawn for button in row if (drawn := _button(button, title))]
            for row in message.buttons]  # fmt: skip
    return {
        "html": to_html(message.text),
        "text": text,
        "buttons": [row for row in rows if row],
        "replaces": message.replaces,
        "asks": bool(message.asks),
        "pushed": False,
        "commands": False,
    }


def _button(button: Button, title: str) -> Json | None:
    """None for one that leads nowhere."""
    if button.share:
        return {"label": button.label, "share": f"/releases/{button.share}", "title": title}
    if button.command:
        return {"label": button.label, "command": button.command}
    url = href(button.url) or (button.url if _WEB.fullmatch(button.url) else "")
    return {"label": button.label, "url": url} if url else None


def _inline(picture: Attachment | None) -> Json | None:
    if picture is None or not showable(picture) or len(picture.data) > INLINE_BYTES:
        return None
    data = base64.b64encode(picture.data).decode()
    return {"src": f"data:{picture.media_type};base64,{data}", "alt": picture.description}


@lru_cache(maxsize=2 * KEPT)
def _parts(words: str) -> tuple[str, str]:
    """The members of what is kept, and the words for its picture; "" for what no one can read."""
    try:
        kept = json.loads(words)
        alt = kept.pop("alt", "")
        return _json(kept)[1:-1], _json(str(alt))
    except (ValueError, AttributeError, TypeError):
        return "", '""'


def _json(value: object) -> str:
    """On one line, and without half characters, which no encoding can write."""
    return decodable(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
