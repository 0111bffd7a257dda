"""The first copy of what is announced goes alone: if its content is refused, nobody else is tried.

It goes to an admin where one can be reached, and to every language of its own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog

from bot.chat import Platform, Refused
from bot.delivery import outcomes
from bot.delivery.admins import Admins
from bot.delivery.newest import Newest
from bot.delivery.sending import Sender
from bot.delivery.telling import Telling, title_of
from storage import Storage
from storage.model import Address, Delivery, Subscriber
from storage.outbox import Result, State

log = structlog.get_logger()

Claim = Callable[[int, int], Awaitable[Delivery | None]]
Record = Callable[[Delivery, Result], None]


class Canaries:
    """One platform's. What is proven stays so for this run; after a restart the first copy of
    what goes on goes alone again, but to no admin.

    `claim` claims the row that an announcement has for a subscriber, `record` keeps how it ended.
    """

    def __init__(
        self,
        platform: Platform,
        storage: Storage,
        sender: Sender,
        admins: Admins,
        telling: Telling,
        claim: Claim,
        record: Record,
    ) -> None:
        self.waited_for: set[int] = set()  # announcements whose canary is under way
        self._platform = platform
        self._storage = storage
        self._sender = sender
        self._admins = admins
        self._telling = telling
        self._claim = claim
        self._record = record
        self._proven: Newest[tuple[int, str]] = Newest()
        self._shown: Newest[int] = Newest()
        self._refused: Newest[int | tuple[int, str]] = Newest()  # whole, or in one language

    def proven(self, delivery: Delivery) -> bool:
        """Whether it may go out beside others."""
        return self._key(delivery) in self._proven

    def refused(self, delivery: Delivery) -> bool:
        """Whether the content was refused when others were sent it."""
        return delivery.announcement.id in self._refused or self._key(delivery) in self._refused

    def begin(self, delivery: Delivery) -> bool:
        """Whether this one is the canary; False if it has to wait for the one that is."""
        if delivery.announcement.id in self.waited_for:
            return False
        self.waited_for.add(delivery.announcement.id)
        return True

    async def send(self, delivery: Delivery) -> Result:
        """Let admins have it first, then try this delivery; returns its next state."""
        announcement = delivery.announcement.id
        try:
            await self._show(delivery)
            result = await self._sender.attempt(delivery)
            self._judge(delivery, result)
        except Refused as error:
            result = outcomes.refused(delivery)
            await self._refuse(delivery, str(error))
        finally:
            self.waited_for.discard(announcement)
        return result

    def _judge(self, delivery: Delivery, result: Result) -> None:
        """Raises Refused if the platform does not take the content."""
        if result.state is State.SENT:
            self._proven.add(self._key(delivery))
        if result.error == outcomes.kind(Refused) and not self.proven(delivery):
            raise Refused(self._sender.refusal)

    async def _show(self, delivery: Delivery) -> None:
        """To the first admin who can be reached. Raises Refused."""
        announcement = delivery.announcement
        if announcement.sent or announcement.id in self._shown:
            return
        self._shown.add(announcement.id)
        for admin in self._platform.admins:
            if admin == delivery.subscriber.address or await self._told(delivery, admin):
                return

    async def _told(self, delivery: Delivery, admin: Address) -> bool:
        """An admin who is owed it gets what is theirs, and others a copy."""
        subscriber = await self._owed(delivery.announcement.id, admin)
        if subscriber is not None:
            own = await self._claim(delivery.announcement.id, subscriber.id)
            if own is None:
                return False
            result = await self._sender.attempt(own)
            self._record(own, result)
            self._judge(own, result)
            return result.state is State.SENT
        message = await self._sender.words(delivery)
        if message is None or not await self._admins.sent(self._platform, admin, message, 1):
            return False
        self._proven.add(self._key(delivery))
        return True

    async def _owed(self, announcement: int, admin: Address) -> Subscriber | None:
        """The admin, where it is for them as a subscriber, too."""
        found = await self._storage.subscribers.find(admin)
        if found is None or not found.active:
            return None
        return found if await self._storage.outbox.owed(announcement, found.id) else None

    async def _refuse(self, delivery: Delivery, reason: str) -> None:
        """Nobody else is tried, and admins hear why. Where it is taken in one language already, it
        is this one's words that are refused: the others go on.
        """
        number, language = self._key(delivery)
        taken = delivery.announcement.sent or any(number == of for of, _ in self._proven)
        scope = self._key(delivery) if taken else number
        log.error("The content was refused; it is not sent any further.", reason=reason)
        if not self.refused(delivery):
            # Admins are told first: where the database fails here, the next one comes here again.
            title = await title_of(self._storage, delivery.announcement)
            self._telling.refused(title, reason, language if taken else "")
            self._refused.add(scope)  # for those that are claimed and were not tried
        if not taken:
            await self._storage.outbox.refuse(number, self._platform.name)

    def _key(self, delivery: Delivery) -> tuple[int, str]:
        return delivery.announcement.id, self._sender.language(delivery)
