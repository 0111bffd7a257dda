"""Updates on their way in: parsed, handed to the router, and done when it has answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from telegram import Update
from telegram.error import TelegramError
from telegram.ext import (
    Application,
    CallbackContext,
    CallbackQueryHandler,
    ChatMemberHandler,
    ExtBot,
    MessageHandler,
    filters,
)

from bot import chat
from bot.platforms.telegram.answers import Answer, Answers
from bot.platforms.telegram.lanes import Lanes
from bot.platforms.telegram.poll import Json, Ledger
from bot.platforms.telegram.updates import asked, there, under
from storage import DatabaseError
from storage.subscribers import Subscribers

log = structlog.get_logger(__name__)

HANDLE_SECONDS = 10.0
SLOW_TIMES = 3
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 30.0  # seconds between tries while the database is not there
BATCH = 100  # Bot API, getUpdates: as many updates can be in hand at most

Bot = ExtBot[None]
App = Application[Any, Any, Any, Any, Any, Any]


class Inbox:
    """One run's way in. `application` is the library's, which finds the handler of an update."""

    def __init__(
        self,
        bot: Bot,
        answer: chat.Answer,
        answers: Answers,
        subscribers: Subscribers,
        admins: Collection[int],
        now: Callable[[], datetime],
    ) -> None:
        self.ledger = Ledger()
        self._bot = bot
        self._answer = answer
        self._answers = answers
        self._subscribers = subscribers
        self._admins = frozenset(admins)
        self._now = now
        self._undone: set[int] = set()
        self._lanes = Lanes(BATCH)
        self._presses = Lanes(1)
        self.application = self._application()

    def handle(self, raw: Json) -> None:
        """Take an update in hand, after those of the same chat; the ledger hears of its end."""
        number = raw["update_id"]
        update = _parsed(raw, self._bot)
        if update is None:
            self.ledger.done(number)
            return
        if update.callback_query is not None:
            self._presses.put(update.callback_query.id, partial(self._acknowledge, update))
        key = update.effective_chat.id if update.effective_chat else ("update", number)
        self._lanes.put(key, partial(self._process, update))

    async def end(self, seconds: float) -> None:
        """Let what is in hand be done, for so long at most; what is not comes again."""
        await asyncio.gather(self._lanes.end(seconds), self._presses.end(seconds))

    def _application(self) -> App:
        application: App = (
            Application.builder().bot(self._bot).updater(None).job_queue(None).build()
        )
        application.add_handler(
            MessageHandler(filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE, self._question)
        )
        application.add_handler(CallbackQueryHandler(self._question))
        application.add_handler(ChatMemberHandler(self._member, ChatMemberHandler.MY_CHAT_MEMBER))
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

    async def _question(self, update: Update, _: CallbackContext[Any, Any, Any, Any]) -> None:
        request = asked(update, self._admins, self._now())
        if request is None:
            return
        try:
            message = await self._answer(request)
        except DatabaseError as error:
            self._not_yet(update, error)
            return
        if message is not None:
            self._answers.put(Answer(request.address, message, under(update)))

    async def _member(self, update: Update, _: CallbackContext[Any, Any, Any, Any]) -> None:
        change = there(update)
        if change is None:
            return
        address, is_there = change
        try:
            if is_there:
                await self._subscribers.back(address)
            else:
                await self._subscribers.gone(address)
        except DatabaseError as error:
            self._not_yet(update, error)

    def _not_yet(self, update: Update, error: DatabaseError) -> None:
        """Its effect could not be committed: it is tried again. (Raised, the library ate it.)"""
        log.warning("An update has to wait.", update=update.update_id, reason=str(error))
        self._undone.add(update.update_id)

    async def _acknowledge(self, update: Update) -> None:
        """Stop the button's spinner. Too late is no harm: the answer itself is a message."""
        if update.callback_query is None:
            return
        try:
            await self._bot.answer_callback_query(update.callback_query.id)
        except TelegramError as error:
            log.debug("A press could not be acknowledged.", end=type(error).__name__)


def _parsed(raw: Json, bot: Bot) -> Update | None:
    """The update, or None and a line in the log for one the library cannot read."""
    try:
        return Update.de_json(raw, bot)
    except Exception as error:  # noqa: BLE001 - the library lets anything fly; others must go on
        kinds = [name for name in raw if name != "update_id"]
        log.warning(
            "An update cannot be read and is skipped.",
            update=raw["update_id"], kind=_known(kinds), error=type(error).__name__,
        )  # fmt: skip
        return None


def _known(kinds: list[str]) -> str:
    """The kind of an update as Telegram names them; what else it says is not for the log."""
    return next((kind for kind in kinds if kind in Update.ALL_TYPES), "unknown")


async def _failed(update: object, context: CallbackContext[Any, Any, Any, Any]) -> None:
    """The library catches what a handler raises. It counts as done, or it would come for ever."""
    number = update.update_id if isinstance(update, Update) else None
    log.error("An update failed.", update=number, exc_info=context.error)
