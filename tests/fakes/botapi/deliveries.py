"""How updates go to a webhook: side by side, in order within a queue, again until they are taken.

Source: telegram-bot-api WebhookActor.cpp. An update is taken when the answer is 2xx. The first
failure is tried again at once, then after 2, 4, 8 … s up to 60–120 s, or after Retry-After (an
hour at most), until the update expires. Nothing of its queue goes before it; other queues do.
With no success in the last 10 s, one connection only. 410 for 23 hours removes the webhook.
"""

from __future__ import annotations

import asyncio
import json
import random
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.fakes.botapi.updates import Update, Updates

RESEND_MOST = 60  # seconds, WebhookActor.h, WEBHOOK_MAX_RESEND_TIMEOUT; up to twice that
RETRY_AFTER_MOST = 3600  # seconds, on_update_error
DROP_AFTER = 23 * 3600.0  # seconds of 410, WebhookActor.h, WEBHOOK_DROP_TIMEOUT
IDLE = 10.0  # seconds without a success, create_new_connections
ANSWER_WITHIN = 60.0  # seconds, create_connection
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
Perform = Callable[[dict[str, Any]], Awaitable[None]]
Flights = dict[asyncio.Task[None], Update]


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook; `reachable` says whether this fake may post to it: loopback only."""

    url: str
    max_connections: int
    secret: str = ""
    certificate: bytes = b""
    reachable: bool = False


@dataclass(slots=True)
class _Attempts:
    fails: int = 0
    delay: float = 1
    wake: float = 0


class Deliveries:
    """Posts what waits in `updates` while a webhook is set.

    `pace` stretches or shortens the pauses between tries (1: as Telegram). `perform` carries out
    a method that came as the answer to a post; its result is lost.
    """

    pace = 1.0

    def __init__(
        self, updates: Updates, clock: Callable[[], float], ring: Callable[[], None]
    ) -> None:
        self.hook: Hook | None = None
        self.last_error: tuple[int, str] | None = None
        self.perform: Perform | None = None
        self._updates = updates
        self._clock = clock
        self._ring = ring
        self._task: asyncio.Task[None] | None = None
        self._attempts: dict[int, _Attempts] = {}
        self._success = -IDLE
        self._gone_since: float | None = None

    def begin(self, hook: Hook) -> None:
        """Set a webhook and start posting to it; no other may be set."""
        self.hook, self.last_error = hook, None
        self._updates.webhook = True
        self._attempts.clear()
        self._success = self._now() - IDLE
        if hook.reachable:
            self._task = asyncio.create_task(self._run(hook))

    async def end(self) -> None:
        """Remove the webhook. Posts under way are broken off, their updates kept."""
        self._remove()
        self.last_error = self._gone_since = None
        task, self._task = self._task, None
        if task:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self, hook: Hook) -> None:
        timeout = aiohttp.ClientTimeout(total=ANSWER_WITHIN)
        flights: Flights = {}
        async with aiohttp.ClientSession(
            timeout=timeout, connector=aiohttp.TCPConnector(ssl=_trust(hook)), trust_env=False
        ) as session:
            try:
                while self.hook is hook:
                    self._updates.arrived.clear()
                    pause = self._depart(session, hook, flights)
                    await self._wait(flights, pause)
            finally:
                for flight in flights:
                    flight.cancel()
                await asyncio.gather(*flights, return_exceptions=True)

    def _depart(self, session: aiohttp.ClientSession, hook: Hook, flights: Flights) -> float | None:
        """Post what may go now; the seconds until something more may, None for unknown."""
        busy = {update.queue for update in flights.values()}
        heads: dict[Any, Update] = {}
        for update in self._updates.kept():
            heads.setdefault(update.queue, update)
        waiting = [update for queue, update in heads.items() if queue not in busy]
        waiting.sort(key=lambda update: (self._attempt(update).wake, update.id))
        idle = self._now() - self._success >= IDLE
        room = (1 if idle else hook.max_connections) - len(flights)
        for update in waiting:
            wait = self._attempt(update).wake - self._now()
            if wait > 0:
                return wait
            if room <= 0:
                return None
            flights[asyncio.create_task(self._post(session, hook, update))] = update
            room -= 1
        return None

    async def _wait(self, flights: Flights, pause: float | None) -> None:
        """Wait for a post to end, a new update, or the pause to be over."""
        arrival: asyncio.Task[Any] = asyncio.create_task(self._updates.arrived.wait())
        waiting: set[asyncio.Task[Any]] = {arrival, *flights}
        try:
            await asyncio.wait(waiting, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
        finally:
            arrival.cancel()
        for flight in [flight for flight in flights if flight.done()]:
            del flights[flight]
            flight.result()

    async def _post(self, session: aiohttp.ClientSession, hook: Hook, update: Update) -> None:
        body = json.dumps({"update_id": update.id} | update.body)
        headers = {"Content-Type": "application/json"}
        if hook.secret:
            headers[SECRET_HEADER] = hook.secret
        try:
            async with session.post(
                hook.url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                text = await answer.text(errors="replace")
        except (aiohttp.ClientError, TimeoutError) as error:
            self._failed(update, _trouble(error), 0)
            return
        if 200 <= answer.status <= 299:
            self._taken(update)
            await self._reply(text)
            return
        words = f"Wrong response from the webhook: {answer.status} {answer.reason}"
        self._failed(update, words, _seconds(answer.headers.get("Retry-After", "")))
        await self._note_410(answer.status)

    def _taken(self, update: Update) -> None:
        self._success, self._gone_since = self._now(), None
        self._attempts.pop(update.id, None)
        self._updates.forget(update.id)

    def _failed(self, update: Update, words: str, retry_after: int) -> None:
        """WebhookActor.cpp, on_update_error."""
        self.last_error = int(self._clock()), words
        attempt = self._attempt(update)
        effective = float(min(retry_after, RETRY_AFTER_MOST))
        if not retry_after and attempt.fails:
            most = random.randint(RESEND_MOST, 2 * RESEND_MOST)
            effective = attempt.delay = min(most, attempt.delay * 2)
        if self._clock() + effective > update.expires:
            self._attempts.pop(update.id, None)
            self._updates.forget(update.id)
            return
        attempt.fails += 1
        attempt.wake = self._now() + effective * self.pace
        self._ring()

    async def _note_410(self, status: int) -> None:
        if status != 410:
            self._gone_since = None
        elif self._gone_since is None:
            self._gone_since = self._clock()
        elif self._clock() > self._gone_since + DROP_AFTER:
            self._remove()

    def _remove(self) -> None:
        self.hook = self._updates.webhook = None
        self._ring()

    async def _reply(self, text: str) -> None:
        """Carry out a method in the answer; not one that reads, or changes the webhook."""
        try:
            body = json.loads(text)
        except ValueError:
            return
        method = str(body.get("method", "")).lower() if isinstance(body, dict) else ""
        refused = method in ("deletewebhook", "setwebhook", "close", "logout")
        if self.perform and method and not refused and not method.startswith("get"):
            await self.perform(body)

    def _attempt(self, update: Update) -> _Attempts:
        return self._attempts.setdefault(update.id, _Attempts())

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def _trust(hook: Hook) -> ssl.SSLContext | bool:
    """The usual authorities, or the certificate that came with setWebhook; none for http."""
    if not hook.url.startswith("https:"):
        return True
    return ssl.create_default_context(cadata=hook.certificate.decode("ascii") or None)


def _trouble(error: Exception) -> str:
    """The error in the words that getWebhookInfo is known to give."""
    if isinstance(error, TimeoutError):
        return "Read timeout expired"
    if isinstance(error, aiohttp.ClientSSLError):
        return f"SSL error {{{error.__class__.__name__}}}"
    return (
        "Connection refused"
        if isinstance(error, aiohttp.ClientConnectorError)
        else ("Webhook connection closed")
    )


def _seconds(header: str) -> int:
    return int(header) if header.isdecimal() else 0
