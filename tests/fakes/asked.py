"""A log of the requests that a fake site was asked, which tests can wait on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web
from multidict import CIMultiDict


@dataclass(slots=True)
class Asked:
    """One request: `target` is path and query as sent, `status` the answer's, once there is one."""

    method: str
    target: str
    headers: CIMultiDict[str]
    status: int | None = None

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]


@dataclass(slots=True)
class Log:
    """Every request in the order of arrival."""

    requests: list[Asked] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def arrived(self, request: web.Request) -> Asked:
        """Note a request that has just come in."""
        asked = Asked(request.method, request.raw_path, CIMultiDict(request.headers))
        self.requests.append(asked)
        self._tell()
        return asked

    def answered(self, asked: Asked, status: int) -> None:
        """Note how a request was answered."""
        asked.status = status
        self._tell()

    async def wait_for(
        self, wanted: int | Callable[[Asked], bool], timeout: float, since: int
    ) -> Asked:
        """See `LivingWordPress.wait_for_request`."""
        async with asyncio.timeout(timeout):
            while (found := self._found(wanted, since)) is None:
                news = self._news
                await news.wait()
        return found

    def _found(self, wanted: int | Callable[[Asked], bool], since: int) -> Asked | None:
        later = self.requests[since:]
        if isinstance(wanted, int):
            answered = [asked for asked in later if asked.status is not None]
            return answered[wanted - 1] if len(answered) >= wanted else None
        return next((asked for asked in later if wanted(asked)), None)

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
