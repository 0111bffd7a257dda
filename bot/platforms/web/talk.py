"""The chat's requests: a question and its answer, the welcome, leaving, and a letter's picture."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.chat import Answer, Host, Message, Request
from bot.i18n import Texts, code, texts
from bot.pacing import Budget
from bot.platforms.web import drawing, events
from bot.platforms.web.archive.asked import language as language_of
from bot.platforms.web.asked import Asked, asked
from bot.platforms.web.guards import Guards, Refusal, network
from bot.platforms.web.mailroom import Mailroom
from bot.platforms.web.streams import MUCH_LATER_MS, Full, Streams
from bot.platforms.web.visitors import Arrival, Visitors, newcomer
from bot.waiting import loop_seconds
from storage.model import Address, Lane, RichText

WELCOME_SECONDS = 60.0  # it is the same for everybody, and changes with the settings only

GOODBYE = "forget yes"
_GOODBYE = re.compile(r"\s*[/!]forget(?:@\w*)?\s+yes\s*", re.IGNORECASE)
_NUMBER = re.compile(r"[1-9][0-9]{0,14}")


class Talk:
    """What the chat's page asks for; each raises Refusal, or DatabaseError."""

    def __init__(
        self,
        host: Host,
        answer: Answer,
        budget: Budget,
        visitors: Visitors,
        guards: Guards,
        mailroom: Mailroom,
        streams: Streams,
        now: Callable[[], datetime],
    ) -> None:
        self._host = host
        self._answer = answer
        self._budget = budget
        self._visitors = visitors
        self._guards = guards
        self._mailroom = mailroom
        self._streams = streams
        self._now = now
        self._welcomes: dict[str, tuple[float, drawing.Json | None]] = {}
        self._welcoming = asyncio.Lock()

    async def welcome(self, request: web.Request) -> web.StreamResponse:
        """What Herald says to whoever opens the page; nothing is kept of it."""
        t = self._texts(request)
        self._guards.came_home(request, t)
        message = await self._welcome(t.language)
        arrival = self._visitors.arrival(request)
        if message and arrival.address and await self._subscribed(arrival.address):
            message = {**message, "buttons": drawing.without(message["buttons"], "subscribe")}
        # The page sets its clock by this.
        at = drawing.instant(self._now())
        notice = _lost(t) if arrival.lost else ""
        told = {"message": {**message, "at": at} if message else None, "notice": notice}
        return _json({**told, "known": arrival.address is not None})

    async def _subscribed(self, address: Address) -> bool:
        known = await self._host.storage.subscribers.find(address)
        return known is not None and known.active

    async def _welcome(self, language: str) -> drawing.Json | None:
        """What somebody reads whom Herald has never seen; it still has not, afterwards."""
        async with self._welcoming:
            until, message = self._welcomes.get(language, (0.0, None))
            if message is None or loop_seconds() >= until:
                message = await self._said(newcomer(), Asked("/start", language=language))
                self._welcomes[language] = loop_seconds() + WELCOME_SECONDS, message
        return message

    async def say(self, request: web.Request) -> web.StreamResponse:
        """Answer what was typed or pressed; whoever is new gets a cookie with it."""
        t = self._texts(request)
        self._guards.own_page(request, t)
        given = await asked(request, t)
        t = texts(given.language) if given.language else t
        arrival = self._visitors.arrival(request)
        address = await self._come(request, arrival, t)
        goes = given.words.strip() == GOODBYE if given.pressed else _GOODBYE.fullmatch(given.words)
        if goes:
            message, forgotten = await self._farewell(address, given)
        else:
            message, forgotten = await self._said(address, given), False
        notice = _lost(t) if arrival.lost and not forgotten else ""
        if message is None:
            notice = _too_fast(t)
        told = {"message": message, "renewed": arrival.foreign, "notice": notice}
        response = _json({**told, "known": not forgotten})
        if forgotten:
            self._visitors.expire(response)
        elif arrival.address is None or arrival.due:
            self._visitors.give(request, response, address)
        return response

    async def leave(self, request: web.Request) -> web.StreamResponse:
        """Erase all that is kept of this visitor, as /forget does, and the cookie."""
        t = self._texts(request)
        self._guards.own_page(request, t)
        given = await asked(request, t, silent=True)
        address = self._visitors.arrival(request).address or newcomer()
        goodbye = Asked(GOODBYE, pressed=True, language=given.language or t.language)
        message, forgotten = await self._farewell(address, goodbye)
        if not forgotten:  # asked for too fast, one after the other
            raise Refusal(429, _too_fast(texts(goodbye.language)))
        response = _json({"message": message})
        self._visitors.expire(response)
        return response

    async def events(
        self, request: web.Request, response: web.StreamResponse, version: str
    ) -> web.StreamResponse:
        """What comes by itself, as long as the page is open; nothing for a nobody.

        Their page is told so if it takes itself for somebody's: that all is over, where it may
        still show what was told to it.
        """
        t = self._texts(request)
        self._guards.came_home(request, t)
        arrival = self._visitors.arrival(request)
        if arrival.address is None:
            told = "forgotten" if events.comes_back(request) else "nobody"
            if told == "nobody" and request.query.get("known") != "1":
                return web.Response(status=204)  # a browser does not ask again then
            over = events.again(MUCH_LATER_MS) + events.told(told, {})
            return web.Response(body=over, headers=response.headers)
        self._guards.opening(request, t)
        address = await self._come(request, arrival, t)
        if arrival.due:
            self._visitors.give(request, response, address)
        known = await self._host.storage.subscribers.find(address)
        language = code((known.language if known else "") or t.language)
        hello = {"language": language, "version": version}
        try:
            return await self._streams.serve(request, response, address, network(request), hello)
        except Full:
            raise Refusal(503, t(
                "Too many pages are open just now. New releases wait for you; please come back"
                " in a while."
            )) from None  # fmt: skip

    async def picture(self, request: web.Request, number: str) -> web.StreamResponse:
        """A letter's picture, for the visitor whose letter it is."""
        self._guards.came_home(request, self._texts(request))
        address = self._visitors.arrival(request).address
        found = None
        if address is not None and _NUMBER.fullmatch(number):
            found = await self._host.storage.mailboxes.picture(address, int(number))
        if found is None or not drawing.showable(found):
            return web.Response(status=404)
        # Kept in no cache: who leaves leaves nothing behind in the browser.
        return web.Response(body=found.data, content_type=found.media_type)

    async def _farewell(self, address: Address, given: Asked) -> tuple[drawing.Json | None, bool]:
        """Ask to be forgotten; whether that is done. Nothing is put into the mailbox meanwhile."""
        self._mailroom.leaving(address)
        message = None
        forgotten = False
        try:
            message = await self._said(address, given)
            forgotten = await self._host.storage.subscribers.find(address) is None
        finally:
            if not forgotten:
                self._mailroom.stays(address)
        if forgotten:
            self._streams.forgotten(address)
        return message, forgotten

    async def _said(self, address: Address, given: Asked) -> drawing.Json | None:
        """The answer; None to a flood."""
        at = self._now()
        language = given.language or self._host.campaign.language
        message: Message | None = await self._answer(Request(
            address=address, words=given.words, at=at, rich=RichText(given.words),
            language=language, timezone=given.timezone, pressed=given.pressed, under=given.under,
        ))  # fmt: skip
        if message is None:
            return None
        async with self._budget.turn(Lane.ANSWER, address):
            return drawing.answered(message, at, own=given.about_herald)

    async def _come(self, request: web.Request, arrival: Arrival, t: Texts) -> Address:
        """Who this is from now on; the day of a visit is noted."""
        if arrival.address is None:
            self._guards.newcomer(request, t)
            return newcomer()
        await self._host.storage.mailboxes.seen(arrival.address, self._now().date())
        return arrival.address

    def _texts(self, request: web.Request) -> Texts:
        """The words for whoever asks, as the page or else the browser names a language."""
        named = request.query.get("language", "")
        accepted = request.headers.get("Accept-Language", "")
        return texts(
            code(named) if named else language_of("", accepted, self._host.campaign.language)
        )


def _lost(t: Texts) -> str:
    return t(
        "I do not recognise this browser any more, so we begin anew. If you were subscribed here,"
        " please subscribe once more."
    )


def _too_fast(t: Texts) -> str:
    return t(
        "One moment, please: that is more than I can answer at once. Ask me again in a few seconds."
    )


def _json(value: Any) -> web.Response:
    return web.Response(
        body=json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"),
        content_type="application/json", charset="utf-8",
    )  # fmt: skip
