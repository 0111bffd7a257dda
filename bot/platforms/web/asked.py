"""What the chat's page brings: JSON that may be anything, read into what somebody asked."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.i18n import Texts, texts
from bot.platforms.web.guards import Refusal
from bot.text.characters import decodable

BODY_BYTES = 16_384
WORDS = 4_000  # characters
PRESS_BYTES = 64
READ_SECONDS = 10.0

# What Herald answers in words of its own alone; any other answer may quote an archive.
_OWN = frozenset((
    "help", "start", "privacy", "settings", "subscribe", "unsubscribe", "stop", "forget",
    "contact",
))  # fmt: skip
_TYPED = re.compile(r"\s*[/!](\w+)(?:@\w*)?(?:\s+(.*))?", re.DOTALL)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9-]{1,27})?")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed, or the command of the button that was `pressed`, and what it stood under.

    `language` and `timezone` are what the browser says, "" where that is nothing.
    """

    words: str = ""
    pressed: bool = False
    under: str = ""
    language: str = ""
    timezone: str = ""

    @property
    def about_herald(self) -> bool:
        """Whether the answer has Herald's own words alone, and none of an archive: anything may
        stand there, commands as well.
        """
        if self.pressed:
            name, _, rest = self.words.partition(" ")
        elif found := _TYPED.fullmatch(self.words):
            name, rest = found[1], found[2] or ""
        else:
            return False
        name = name.lower()
        return name in _OWN and not (name == "start" and rest.strip())  # `start r12` is a release


async def asked(request: web.Request, t: Texts, *, silent: bool = False) -> Asked:
    """What a request asks; `silent`: it need not say anything. Raises Refusal.

    `t` speaks to whoever names no language.
    """
    given = _object(await _body(request, t))
    language = _fitting(given.get("language"), _LANGUAGE)
    timezone = _fitting(given.get("timezone"), _ZONE)
    t = texts(language) if language else t
    if silent:
        return Asked(language=language, timezone=timezone)
    pressed = "words" not in given
    words, under = _text(given.get("press" if pressed else "words")), _text(given.get("under", ""))
    if words is None or under is None or (pressed and not _is_command(words)):
        raise Refusal(400, _unread(t))
    if len(words) > WORDS:
        raise Refusal(413, _too_long(t))
    if not words.strip():
        raise Refusal(400, t("There is nothing in it. Please write a word or two."))
    return Asked(words, pressed, under if pressed else "", language, timezone)


async def _body(request: web.Request, t: Texts) -> bytes:
    """The body, no more of it than is allowed, and not for ever."""
    length = request.content_length
    if length is not None and length > BODY_BYTES:
        raise Refusal(413, _too_long(t))
    body = b""
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for piece in request.content.iter_any():
                body += piece
                if len(body) > BODY_BYTES:
                    raise Refusal(413, _too_long(t))
    except TimeoutError:
        raise Refusal(408, t("That took too long to arrive. Please try again.")) from None
    except (HttpProcessingError, web.RequestPayloadError, ConnectionError):  # or they are gone
        raise Refusal(400, _unread(t)) from None
    return body


def _object(body: bytes) -> dict[str, object]:
    """The object of JSON that this is; an empty one for all else."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str | None:
    """A text, half characters replaced: a box that is full may cut one in two."""
    return decodable(value) if isinstance(value, str) else None


def _is_command(words: str) -> bool:
    """Whether a button may carry this; ours have at most 46 bytes."""
    return words.isprintable() and len(words.encode()) <= PRESS_BYTES


def _fitting(value: object, form: re.Pattern[str]) -> str:
    """The value, where it has this form; a hint that says nothing is none."""
    return value if isinstance(value, str) and len(value) < 64 and form.fullmatch(value) else ""


def _unread(t: Texts) -> str:
    return t("I could not read this. Please load the page again.")


def _too_long(t: Texts) -> str:
    return t("That is too long for me: I read up to 4,000 characters. Please say it in fewer.")
