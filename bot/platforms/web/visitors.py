"""Who comes: a random number of the visitor's own, sealed in a cookie, and nothing else.

Whoever only looks gets no cookie. RFC 6265bis has what the attributes mean.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from config.settings import WebSettings
from storage.mailboxes import Mailboxes
from storage.model import Address

NAME = "web"
COOKIE = "herald"
LIFETIME = timedelta(days=400)  # browsers keep none for longer
NUMBER_BYTES = 16

# What we hand out: a token, and the day on which it was, so that it is renewed at most once a day.
_VALUE = re.compile(r"([A-Za-z0-9_-]{40,1024})\.([0-9]{8})")
_CHAT = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a request's cookie tells. `address` is None for somebody new.

    `foreign`: there was a cookie, and it is not ours; `lost`: it is of the form of ours, so that
    something may have been kept for it. `due`: it is ours and has to be renewed.
    """

    address: Address | None = None
    foreign: bool = False
    lost: bool = False
    due: bool = False


class Visitors:
    """Cookie ↔ Address."""

    def __init__(
        self, mailboxes: Mailboxes, options: WebSettings, now: Callable[[], datetime]
    ) -> None:
        self._mailboxes = mailboxes
        self._now = now
        self._secure = options.public_url.startswith("https://")
        self._framed = bool(options.frames) and self._secure

    def arrival(self, request: web.Request) -> Arrival:
        """Who comes with this request."""
        values = _cookies(request)
        for value in values:
            token, _, day = value.rpartition(".")
            address = self._mailboxes.opened(token, NAME) if _VALUE.fullmatch(value) else None
            if address is not None and _CHAT.fullmatch(address.chat):
                return Arrival(address, due=day != self._today())
        lost = any(_VALUE.fullmatch(value) for value in values)
        return Arrival(foreign=bool(values), lost=lost)

    def framed(self, request: web.Request) -> bool:
        """Whether the page that asks stands in a frame of a site that may have it."""
        said = request.headers.get("X-Herald-Frame") or request.query.get("frame")
        return self._framed and said == "1"

    def give(self, request: web.Request, response: web.StreamResponse, address: Address) -> None:
        """Let the browser be known by this address."""
        value = f"{self._mailboxes.token(address)}.{self._today()}"
        kept = int(LIFETIME.total_seconds())
        response.headers.add("Set-Cookie", self._line(value, kept, framed=self.framed(request)))

    def expire(self, response: web.StreamResponse) -> None:
        """Let the browser forget us.

        A frame on a site of our own domain shares our address with the page itself, and each may
        have been given a cookie for it: both go, or whoever was erased would be known again. In
        any other site's frame there is another address; the page's own cookie can neither be read
        nor changed from there (RFC 6265bis, 5.7).
        """
        for framed in (False, True) if self._framed else (False,):
            response.headers.add("Set-Cookie", self._line("", 0, framed=framed))

    def _line(self, value: str, seconds: int, *, framed: bool) -> str:
        # Written by hand: Python 3.11 knows no Partitioned. A cookie in another site's frame is
        # sent only with SameSite=None; Partitioned, it is of no use for following anybody.
        parts = [f"{COOKIE}={value}", "Path=/", f"Max-Age={seconds}", "HttpOnly"]
        if framed:
            parts += ["Secure", "SameSite=None", "Partitioned"]
        else:
            parts += [*(["Secure"] if self._secure else []), "SameSite=Lax"]
        return "; ".join(parts)

    def _today(self) -> str:
        return f"{self._now():%Y%m%d}"


def newcomer() -> Address:
    """An address that nobody has."""
    number = base64.urlsafe_b64encode(os.urandom(NUMBER_BYTES)).rstrip(b"=").decode()
    return Address(NAME, number)


def _cookies(request: web.Request) -> list[str]:
    """Each cookie of our name: in a frame there may be two."""
    pairs = (
        part.partition("=") for h in request.headers.getall("Cookie", []) for part in h.split(";")
    )
    return [value.strip() for name, _, value in pairs if name.strip() == COOKIE and value.strip()]
