"""Updates on their way in: parsed, handed to the router, and done when it has answered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

import structlog
from telegram import Update
from telegram.ext import (
    Application,
    CallbackContext,
    CallbackQueryHandler,
    ChatMemberHandler,
    ExtBot,
    MessageHandler,
    filters,
)

from bot.platforms.lanes import Lanes
from bot.platforms.telegram.desk import Desk
from bot.platforms.telegram.poll import Json, Ledger
from bot.platforms.telegram.presses import Presses
from bot.platforms.telegram.seldom import Seldom
from bot.platforms.telegram.shapes import bare, in_full, kind_of, sound
from storage import DatabaseError

log = structlog.get_logger(__name__)

HANDLE_SECONDS = 10.0
SLOW_TIMES = 3
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 30.0  # seconds between tries while the database is not there
WAITING = 10_000  # updates of one chat; more are never in hand, polled or brought

Bot = ExtBot[None]
App = Application[Any, Any, Any, Any, Any, Any]
Handle = Callable[[Update, CallbackContext[Any, Any, Any, Any]], Coroutine[Any, Any, None]]


class Inbox:
    """One run's way in. `application` is the library's, which finds the handler of an update."""

    def __init__(self, bot: Bot, desk: Desk, presses: Presses) -> None:
        self.ledger = Ledger()
        self._bot = bot
        self._desk = desk
        self._judge = presses
        self._undone: set[int] = set()
        self._lanes = Lanes(WAITING)
        self._presses = Lanes(1)
        self._odd = Seldom()  # anybody can make updates that nobody can read
        self.application = self._application()

    def handle(self, raw: Json) -> None:
        """Take an update in hand, after those of the same chat; the ledger hears of its end."""
        number, kind = raw["update_id"], kind_of(raw)
        update = _parsed(raw, kind, self._bot, self._odd) if kind else None
        if update is None:
            self.ledger.done(number)
            return
        if update.callback_query is not None:
            self._presses.put(update.callback_query.id, partial(self._acknowledge, update))
        key = update.effective_chat.id if update.effective_chat else ("update", number)
        if not self._lanes.put(key, partial(self._process, update)):
            log.warning("One chat asks more than can be kept; an update is skipped.", update=number)
            self.ledger.done(number)

    async def end(self, seconds: float) -> None:
        """Let what is in hand be done, for so long at most; what is not comes again."""
        await asyncio.gather(self._lanes.end(seconds), self._presses.end(seconds))

    def _application(self) -> App:
        application: App = (
            Application.builder().bot(self._bot).updater(None).job_queue(None).build()
        )
        news = filters.UpdateType.MESSAGE | filters.UpdateType.CHANNEL_POST
        said, place = self._committed(self._desk.said), self._committed(self._desk.place)
        application.add_handler(MessageHandler(news, said))
        application.add_handler(CallbackQueryHandler(said))
        application.add_handler(ChatMemberHandler(place, ChatMemberHandler.MY_CHAT_MEMBER))
        application.add_error_handler(_failed)
        return application

    async def _process(self, update: Update) -> None:
        """Until its effect is committed; cancelled, it is not done, and comes again.

        What fails for another reason than the database counts as done: it would fail for ever.
        """
        number, pause, slow = update.update_id, FIRST_PAUSE, 0
        while True:
            self._undone.discard(number)
            try:
                async with asyncio.timeout(HANDLE_SECONDS):
                    await self.application.process_update(update)
            except TimeoutError:
                slow += 1
                if slow == SLOW_TIMES:
                    log.error("An update took too long and was given up.", update=number)
                    break
                continue
            if number not in self._undone:
                break
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)
        self._undone.discard(number)
        self.ledger.done(number)

    def _committed(self, act: Callable[[Update], Awaitable[None]]) -> Handle:
        """A handler of the library's; what could not be committed is kept for another try."""

        async def handle(update: Update, _: CallbackContext[Any, Any, Any, Any]) -> None:
            try:
                await act(update)
            except DatabaseError as error:
                self._not_yet(update, error)

        return handle

    def _not_yet(self, update: Update, error: DatabaseError) -> None:
        """Its effect could not be committed: it is tried again. (Raised, the library ate it.)"""
        log.warning("An update has to wait.", update=update.update_id, reason=str(error))
        self._undone.add(update.update_id)

    async def _acknowledge(self, update: Update) -> None:
        if update.callback_query is not None:
            await self._judge.acknowledge(update.callback_query.id, self._desk.asked(update))


def _parsed(raw: Json, kind: str, bot: Bot, odd: Seldom) -> Update | None:
    """The update, or None and a line in the log for one that cannot be read."""
    number = raw["update_id"]
    if not sound(raw, kind):
        odd.met("An update cannot be read and is skipped.", update=number, kind=kind)
        return None
    told, failed = in_full(raw[kind], kind), ""
    for form in (told, bare(told, kind)):
        try:
            return Update.de_json({"update_id": number, kind: form}, bot)
        except Exception as error:  # noqa: BLE001 - the library lets anything fly; others must go on
            failed = type(error).__name__
    odd.met("An update cannot be read and is skipped.", update=number, kind=kind, error=failed)
    return None


async def _failed(update: object, context: CallbackContext[Any, Any, Any, Any]) -> None:
    """The library catches what a handler raises. It counts as done, or it would come for ever."""
    number = update.update_id if isinstance(update, Update) else None
    log.error("An update failed.", update=number, exc_info=context.error)
