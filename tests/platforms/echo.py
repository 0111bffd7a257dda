"""What a platform talks to in its tests: a router that repeats, and a run that is told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from bot.chat import Answer, Button, Handler, Message, Platform, Request, Site
from storage.model import RichText, Suggestion

SECONDS = 30.0


class Port:
    """A web port that opens nothing: what is listened for is called by the test itself."""

    def __init__(self) -> None:
        self.handlers: dict[str, Handler] = {}

    def post(self, path: str, handler: Handler, may: Callable[..., bool]) -> None:
        self.handlers[path] = handler

    def site(self, site: Site, heard: Callable[[bool, str], None] | None = None) -> None:
        """No page is shown here."""


async def nobody(request: Request, skip: int) -> list[Suggestion]:
    """Nothing is suggested."""
    return []


def said(text: str, *commands: str, replaces: bool = False) -> Message:
    """A message with a button for each command."""
    rows = tuple((Button(command.title(), command),) for command in commands)
    return Message(RichText(text), rows, replaces)


@dataclass
class Echo:
    """A router: repeats what it was asked, or gives what is scripted for those words."""

    script: dict[str, Message | None] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)
    before: Callable[[Request], Awaitable[None]] | None = None

    async def __call__(self, request: Request) -> Message | None:
        if self.before is not None:
            await self.before(request)
        self.asked.append(request)
        return self.script.get(request.words, said(f"You said: {request.words}."))

    @property
    def words(self) -> list[str]:
        """All that was asked."""
        return [request.words for request in self.asked]


@asynccontextmanager
async def running(platform: Platform, answer: Answer) -> AsyncIterator[asyncio.Task[None]]:
    """The platform, ready, or refused; at the end it is told to stop and has."""
    ready = asyncio.Event()
    task = asyncio.create_task(platform.run(answer, ready.set))
    waiting = asyncio.create_task(ready.wait())
    try:
        async with asyncio.timeout(SECONDS):
            await asyncio.wait((task, waiting), return_when=asyncio.FIRST_COMPLETED)
        yield task
    finally:
        waiting.cancel()
        if not task.done():
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
