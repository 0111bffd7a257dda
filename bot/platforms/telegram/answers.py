"""Answers on their way out: a queue a chat, in memory only, tried a few times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import structlog

from bot.chat import Gone, Later, Message, Moved, Platform, Refused, SendError, Sent, Unknown
from bot.platforms.lanes import Lanes
from bot.platforms.telegram.drawing import pieces
from bot.platforms.trying import insist
from storage import DatabaseError
from storage.model import Address, Lane
from storage.subscribers import Subscribers

log = structlog.get_logger(__name__)

WAITING = 20  # answers a chat; somebody who asks for more has stopped reading


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes where; `under` is the id of the message whose button was pressed, if one was."""

    address: Address
    message: Message
    under: str | None = None


class Answers:
    """Sends answers through a platform, those of one chat in order."""

    def __init__(
        self, platform: Platform, subscribers: Subscribers, now: Callable[[], datetime]
    ) -> None:
        self._platform = platform
        self._subscribers = subscribers
        self._now = now
        self._lanes = Lanes(WAITING)

    def put(self, answer: Answer) -> None:
        """Send this when its turn comes; returns at once."""
        if not self._lanes.put(answer.address.chat, partial(self._give, answer)):
            log.warning("Too many answers wait for one chat; one was dropped.")

    async def end(self, seconds: float) -> None:
        """Let the answers on their way arrive, for so long at most."""
        await self._lanes.end(seconds)

    async def _give(self, answer: Answer) -> None:
        try:
            for part in pieces(answer.message):
                answer = replace(answer, address=await self._followed(answer, part))
        except Gone as error:
            await self._refused(answer.address)
            log.info("An answer had nobody to go to.", reason=str(error))
        except DatabaseError as error:
            log.warning("An answer was lost with its chat’s new address.", reason=str(error))
        except SendError as error:
            log.warning("An answer was lost.", end=type(error).__name__, reason=str(error))

    async def _followed(self, answer: Answer, part: Message) -> Address:
        """Send a part, to the chat's new address if it has moved; returns where it went."""
        answer = replace(answer, message=part)
        try:
            await self._part(answer)
        except Moved as error:
            await self._subscribers.move(answer.address, error.address)
            await self._part(replace(answer, address=error.address, under=None))
            return error.address
        return answer.address

    async def _part(self, answer: Answer) -> None:
        """In place of the message pressed under where that is asked for and can be, else new."""
        turn = partial(self._platform.budget.turn, Lane.ANSWER, answer.address)
        if answer.message.replaces and answer.under is not None:
            edit = partial(self._platform.edit, answer.address, Sent(answer.under), answer.message)
            try:
                return await insist(turn, edit, (Later, Unknown))
            except Refused:
                log.debug("A message could not be changed; a new one is sent.")
        send = partial(self._platform.send, answer.address, answer.message, key="")
        await insist(turn, send, (Later,))
        return None

    async def _refused(self, address: Address) -> None:
        """One refusal is no farewell: the shelf counts the days (an update says it at once)."""
        subscriber = await self._subscribers.find(address)
        if subscriber is not None:
            await self._subscribers.refused(subscriber.id, self._now().date())
