"""A platform that works, and fails on demand: for trying couriers without a network."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from bot.chat import Answer, Later, Limits, Message, Probe, Refused, SendError, Sent
from bot.pacing import Budget, Rate
from storage.model import Address


class FakePlatform:
    """Keeps what arrived, in order; `failures` are raised first, one a send or an edit.

    `reads` is what each message says by now, `edits` which were changed, in order.
    """

    name = "fake"
    limits = Limits(4096)
    probe: Probe | None = None
    kept: Sequence[str] = ()
    once = False

    def __init__(self, rate: float = 1000, admins: Sequence[Address] = ()) -> None:
        self.budget = Budget(Rate(rate))
        self.admins = admins
        self.arrived: list[tuple[str, Message]] = []
        self.reads: dict[tuple[str, str], Message] = {}
        self.edits: list[tuple[str, str]] = []
        self.failures: deque[SendError | Exception] = deque()
        self.gate = asyncio.Event()
        self.gate.set()
        self.started = 0
        self.on_send: Callable[[], None] = lambda: None
        self._more = asyncio.Condition()

    async def run(self, answer: Answer, ready: Callable[[], None]) -> None:
        ready()
        await asyncio.Event().wait()

    async def send(self, address: Address, message: Message, *, key: str) -> Sent:
        self.started += 1
        self.on_send()
        async with self._more:
            self._more.notify_all()
        await self.gate.wait()
        if self.failures:
            raise self._told(self.failures.popleft())
        self.arrived.append((address.chat, message))
        sent = Sent(str(len(self.arrived)))
        self.reads[address.chat, sent.id] = message
        async with self._more:
            self._more.notify_all()
        return sent

    def _told(self, failure: SendError | Exception) -> SendError | Exception:
        """The budget hears of it when the platform asks for a pause."""
        if isinstance(failure, Later) and failure.seconds and failure.scope == "platform":
            self.budget.freeze(failure.seconds)
        return failure

    async def edit(self, address: Address, sent: Sent, message: Message) -> None:
        self.edits.append((address.chat, sent.id))
        async with self._more:
            self._more.notify_all()
        await self.gate.wait()
        if self.failures:
            raise self._told(self.failures.popleft())
        if (address.chat, sent.id) not in self.reads:
            raise Refused("the message is not there")
        self.reads[address.chat, sent.id] = message

    async def delete(self, address: Address, sent: Sent) -> None: ...

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until this is so, at most ten seconds."""
        async with asyncio.timeout(10), self._more:
            await self._more.wait_for(condition)

    @property
    def chats(self) -> list[str]:
        return [chat for chat, _ in self.arrived]
