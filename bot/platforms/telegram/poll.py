"""The long poll of our own: an update is confirmed once its effect is committed, not before.

Bot API, getUpdates: asking with an offset confirms every update below it.
"""

from __future__ import annotations

import asyncio
import random
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn, TypeVar

import structlog
from telegram.error import BadRequest, Conflict, InvalidToken, TelegramError

from bot.chat import Report, Stop, unheard
from bot.platforms.telegram.errors import NoBotApi, SlowDown
from bot.platforms.telegram.updates import NAME
from bot.platforms.trying import pause_after

log = structlog.get_logger(__name__)

Json = dict[str, Any]
Result = TypeVar("Result")
Fetch = Callable[[int, int], Awaitable[list[Json]]]

POLL_SECONDS = 30
SHORTEST_WAIT = 0.5
# How long a poll waits for what is still being handled. Asked again within half a second with
# the same offset, Telegram gives one update only (telegram-bot-api Client.cpp,
# process_get_updates_query).
HOLD_SECONDS = 1.0
# Confirms nothing, as 0 does. But Telegram lets wait who asks with the same offset within three
# seconds (Client.cpp, do_get_updates), as a run does whose forerunner has just ended with 0.
FIRST_OFFSET = 1
OVER = 1000  # updates that are done, remembered
CONFLICT_SECONDS = 5.0
AGAIN_AND_AGAIN = 3  # failures in a row that are more than a hiccup


class Ledger:
    """Which updates are taken, and the offset below which all of them are done."""

    def __init__(self) -> None:
        self.offset = 0
        self._taken: dict[int, asyncio.Future[bool]] = {}
        self._over: OrderedDict[int, None] = OrderedDict()
        self._settled = asyncio.Event()
        self._settled.set()

    def take(self, number: int) -> bool:
        """Take an update in hand; False if it is already, or was done not long ago."""
        if number in self._taken or number in self._over:
            return False
        self._taken[number] = asyncio.get_running_loop().create_future()
        self._settled.clear()
        return True

    def done(self, number: int) -> None:
        """The effect of this update is committed, or it has none."""
        self.take(number)
        if number not in self._taken:
            return
        if not self._taken[number].done():
            self._taken[number].set_result(True)
        for first, end in list(self._taken.items()):
            if not (end.done() and end.result()):
                return
            del self._taken[first]
            self._remember(first)
            self.offset = first + 1
        self._settled.set()

    def _remember(self, number: int) -> None:
        """A webhook brings one again whose 200 was lost on its way."""
        self._over[number] = None
        while len(self._over) > OVER:
            self._over.popitem(last=False)

    async def settle(self, seconds: float) -> bool:
        """Wait until all that was taken is done; False if that takes longer."""
        try:
            async with asyncio.timeout(seconds):
                await self._settled.wait()
        except TimeoutError:
            return False
        return True

    async def ended(self, number: int, seconds: float) -> bool:
        """Wait until this one, which was taken, is done; False if that takes longer."""
        end = self._taken.get(number)
        if end is None:
            return True
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.shield(end)
        except TimeoutError:
            return False

    def close(self) -> None:
        """What is not done by now will not be: nobody need wait for it."""
        for end in self._taken.values():
            if not end.done():
                end.set_result(False)


async def poll(
    fetch: Fetch,
    handle: Callable[[Json], None],
    ledger: Ledger,
    ready: Callable[[], None],
    report: Report = unheard,
) -> NoReturn:
    """Hand every update to `handle`, which sees to it that `ledger` hears when it is done.

    `fetch` takes an offset and the seconds to wait. `ready` is called after the first answer;
    `report` hears when polls fail again and again, and when they come again. Raises Stop when
    Telegram refuses the token.
    """
    trouble = Trouble(report)
    wait, up = 0, False
    clock = asyncio.get_running_loop().time
    while True:
        began = clock()
        batch = await outcome(fetch(ledger.offset if up else FIRST_OFFSET, wait))
        if isinstance(batch, TelegramError):
            await asyncio.sleep(trouble.met(batch, started=up))
            continue
        trouble.over()
        if not up:
            up = True
            ready()
        if wait and not batch and clock() - began < SHORTEST_WAIT:
            await asyncio.sleep(SHORTEST_WAIT)  # a server that does not know how to wait
        for update in batch:
            take(update, ledger, handle)
        # One slow chat must not keep the others' updates waiting: then we ask again.
        wait = POLL_SECONDS if await ledger.settle(HOLD_SECONDS) else 0


async def outcome(call: Awaitable[Result]) -> Result | TelegramError:
    """What a call came to. As a value: its error may hold the token and must not hang on ours."""
    try:
        return await call
    except TelegramError as error:
        return error


def take(update: Json, ledger: Ledger, handle: Callable[[Json], None]) -> None:
    """Give an update to `handle`, unless it is in hand already; an odd one counts as done."""
    number = update.get("update_id")
    if not isinstance(number, int):
        log.warning("Telegram sent an update without an id; it is skipped.")
    elif ledger.take(number):
        try:
            handle(update)
        except Exception as error:  # noqa: BLE001 - one odd update must not stop the others for ever
            log.warning(
                "An update is too odd to be handled and is skipped.",
                update=number, error=type(error).__name__,
            )  # fmt: skip
            ledger.done(number)


class Trouble:
    """What went wrong since it last went well: how long to wait, and one line in the log."""

    def __init__(self, report: Report = unheard) -> None:
        self._times = 0
        self._report = report

    def met(self, error: TelegramError, *, started: bool) -> float:
        """The seconds to wait before the next try. Raises Stop where none would help."""
        if isinstance(error, InvalidToken):
            raise Stop("Telegram refused the bot token")
        if isinstance(error, NoBotApi) and not started:
            raise Stop(f"there is no Bot API at api_url (HTTP {error.status})")
        self._times += 1
        if self._times == 1:
            log.warning(_said(error))
        if self._times == AGAIN_AND_AGAIN:
            self._report(NAME, False, _why(error))
        if isinstance(error, Conflict):
            return CONFLICT_SECONDS * random.uniform(0.8, 1.2)  # noqa: S311 - no secret
        if isinstance(error, SlowDown) and error.seconds is not None:
            return float(error.seconds)
        return pause_after(self._times)

    def over(self) -> None:
        """It goes well again."""
        if self._times:
            log.info("Telegram answers again.", failures=self._times)
            self._report(NAME, True, "")
        self._times = 0


def _why(error: TelegramError) -> str:
    if isinstance(error, Conflict):
        return "another program reads this bot's updates"
    return "Telegram cannot be reached, or does not answer as it should"


def _said(error: TelegramError) -> str:
    if isinstance(error, Conflict):
        return (
            "Another program reads this bot's updates (a second Herald, or a webhook)."
            " Stop it: only one can. Trying again."
        )
    if isinstance(error, NoBotApi):
        return f"What answers at api_url is not a Bot API (HTTP {error.status}). Trying again."
    if isinstance(error, BadRequest):
        return f"Telegram does not do what Herald asks for: {error.message}. Trying again."
    return "Telegram cannot be reached, or does not answer. Trying again."
