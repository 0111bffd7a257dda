"""Answers on their way out: a queue a room, in memory only, tried a few times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import structlog

from bot.chat import Gone, Later, Message, Moved, Refused, SendError, Unknown
from bot.pacing import Budget
from bot.platforms.lanes import Lanes
from bot.platforms.matrix.drawing import pieces
from bot.platforms.matrix.post import Letter, Post
from bot.platforms.trying import insist
from storage import DatabaseError
from storage.model import Address, Lane
from storage.subscribers import Subscribers

log = structlog.get_logger(__name__)

# What may have arrived is tried again, too: the homeserver knows its id.
AGAIN = (Later, Unknown)
WAITING = 20  # answers a room; somebody who asks for more has stopped reading


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes where; `id` is that of the request, the same when an event is answered again.

    `under` is the event whose choice was made, "" for none; `thread` the one it was asked in.
    """

    address: Address
    message: Message
    id: str
    under: str = ""
    thread: str = ""


class Answers:
    """Sends answers through the post, those of one room in order."""

    def __init__(
        self, post: Post, budget: Budget, subscribers: Subscribers, now: Callable[[], datetime]
    ) -> None:
        self._post = post
        self._budget = budget
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
            for number, part in enumerate(pieces(answer.message)):
                one = replace(answer, message=part, id=f"{answer.id}.{number}")
                answer = replace(answer, address=await self._followed(one))
        except Gone as error:
            await self._refused(answer.address)
            log.info("An answer had nobody to go to.", reason=str(error))
        except DatabaseError as error:
            log.warning("An answer was lost with its chat’s new address.", reason=str(error))
        except SendError as error:
            log.warning("An answer was lost.", end=type(error).__name__, reason=str(error))

    async def _followed(self, answer: Answer) -> Address:
        """Send a part, to the room that has replaced its own if one has; returns where it went."""
        try:
            await self._part(answer)
        except Moved as error:
            await self._subscribers.move(answer.address, error.address)
            await self._part(replace(answer, address=error.address, under="", thread=""))
            return error.address
        return answer.address

    async def _part(self, answer: Answer) -> None:
        """In place of the message under which was chosen, where that is asked for; else new."""
        turn = partial(self._budget.turn, Lane.ANSWER, answer.address)
        if answer.message.replaces and answer.under:
            edit = partial(
                self._post.edit, answer.address, answer.under, answer.message, answer.id,
                notice=True, pushed=False,
            )  # fmt: skip
            try:
                return await insist(turn, edit, AGAIN)
            except Refused:
                log.debug("A message could not be changed; a new one is sent.")
        letter = Letter(
            answer.address, answer.message, answer.id, notice=True, thread=answer.thread
        )
        await insist(turn, partial(self._post.send, letter), AGAIN)
        return None

    async def _refused(self, address: Address) -> None:
        """One refusal is no farewell: the shelf counts the days (an event says it at once)."""
        subscriber = await self._subscribers.find(address)
        if subscriber is not None:
            await self._subscribers.refused(subscriber.id, self._now().date())
