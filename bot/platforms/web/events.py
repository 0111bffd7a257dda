"""Server-sent events as bytes (WHATWG HTML, 9.2), and the mark that a page comes back with.

Each event has the mark of the last change that its page knows of then.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import accumulate

from aiohttp import web

from bot.platforms.web import drawing
from storage.model import Letter

PING = b": ping\n\n"


def told(event: str, data: Mapping[str, str], mark: int | None = None) -> bytes:
    """One event; without a mark, the page keeps the one that it has."""
    number = f"id: {mark}\n" if mark is not None else ""
    return f"event: {event}\n{number}data: {json.dumps(data)}\n\n".encode()


def again(milliseconds: int) -> bytes:
    """When to come back, should the connection end."""
    return f"retry: {milliseconds}\n\n".encode()


def one(letter: Letter, mark: int) -> bytes:
    """A letter, or that it was taken back."""
    if not letter.words:
        return told("gone", {"id": str(letter.id)}, mark)
    return f"event: letter\nid: {mark}\ndata: {drawing.letter(letter)}\n\n".encode()


def whole(letters: list[Letter]) -> Iterable[bytes]:
    """The letters as they lie in the mailbox, the oldest first.

    One that was changed lies before others whose change is older. Until the page has those, too,
    it is told a mark below theirs: whatever breaks off, it comes back for all that it lacks.
    """
    changes = [letter.change for letter in letters]
    lowest = [*reversed(list(accumulate(reversed(changes), min)))][1:]
    for letter, rest in zip(letters, lowest, strict=False):
        yield one(letter, min(letter.change, rest - 1))
    if letters:
        yield one(letters[-1], max(changes))


def comes_back(request: web.Request) -> bool:
    """Whether the page was connected before, and may show what was told to it then."""
    return bool(_mark(request))


def after(request: web.Request) -> int:
    """The last change that the page has, 0 for none."""
    given = _mark(request)
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 15 else 0


def _mark(request: web.Request) -> str:
    """The browser's own word for it, or the page's."""
    return request.headers.get("Last-Event-ID") or request.query.get("after", "")
