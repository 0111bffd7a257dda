"""The one place that wires: builds the parts, runs and supervises their loops, ends in order."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import structlog

from bot import __version__, present
from bot.archive.fetch import Fetcher, open_fetcher
from bot.archive.picture import Pictures
from bot.archive.upgrade import derive_anew
from bot.archive.watcher import Watcher
from bot.chat import Answer, Campaign, Host, Platform, SendError, Stop
from bot.delivery.admins import Admins
from bot.delivery.audience import write_audiences
from bot.delivery.courier import Courier
from bot.delivery.outcomes import kind
from bot.delivery.reports import Reports
from bot.delivery.stranded import settle_stranded
from bot.delivery.tidying import tidy
from bot.health import Health
from bot.metrics import Metrics, Snapshot
from bot.monitor import can_write, listen, look_at
from bot.router import Router
from bot.server import Server
from bot.supervise import ended, kept_running, once
from bot.waiting import rung
from storage import Storage
from storage.model import Archive, Attachment, Lane

log = structlog.get_logger()

ALIVE_SECONDS = 60.0


def clock() -> datetime:
    """The time, UTC. Only the app asks for it; everything else is told."""
    return datetime.now(UTC)


def user_agent(campaign: Campaign) -> str:
    """Herald's name, and how its operator can be reached."""
    contact = campaign.contact.get("email") or campaign.contact.get("website") or ""
    return f"Herald/{__version__}" + (f" (+{contact})" if contact else "")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the operator asked of the app, as plain values."""

    archives: Sequence[Archive]
    campaign: Campaign
    news_days: float = 7
    burst: int = 5
    allow_private: bool = False
    proxy: str = ""
    unlimited: Sequence[str] = ()  # platforms on which nobody is too fast


class App:
    """Herald, running: watchers in, couriers and platforms out, until `stopping` is set."""

    def __init__(self, storage: Storage, wishes: Wishes) -> None:
        self.storage = storage
        self.wishes = wishes
        self.router = Router(storage, wishes.campaign, clock, unlimited=wishes.unlimited)
        self.answer: Answer = self.router.answer
        self.stopping = asyncio.Event()
        self.news = asyncio.Event()
        self._not_ready: set[str] = set()
        self._working: set[str] = set()
        self._all_ready = asyncio.Event()
        self._server: Server | None = None
        self._refused: Stop | None = None
        self._admins = Admins((), storage, wishes.campaign.language)
        self._health = Health()
        self._pictures: Pictures | None = None

    def host(self, server: Server) -> Host:
        """What a platform finds when it is connected."""
        self._server = server
        return Host(
            self.storage,
            self.wishes.campaign,
            self.router.menu,
            self.router.suggest,
            server,
            self.wishes.proxy,
            self._picture,
            self._report,
        )

    async def _picture(self, url: str) -> Attachment | None:
        """What is at the address of a lead picture; nothing while nobody can fetch it."""
        return await self._pictures.load(url) if self._pictures else None

    def _report(self, name: str, ok: bool, why: str) -> None:
        """A platform says how it is."""
        self._health.report(name, ok, why)

    def stop_on_signals(self) -> None:
        """SIGINT, SIGTERM and a terminal that is closed end the run in order."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.stopping.set)

    async def run(self, platforms: Sequence[Platform]) -> None:
        """Run until stopped. Raises Stop if we are refused: by any at first, by the last later."""
        await self.storage.facts.alive(clock())
        self.router.kept = {platform.name: tuple(platform.kept) for platform in platforms}
        self._not_ready = {platform.name for platform in platforms}
        self._working = set(self._not_ready)
        self._health = Health(self._not_ready)
        async with AsyncExitStack() as stack:
            fetcher = await stack.enter_async_context(
                open_fetcher(
                    user_agent(self.wishes.campaign),
                    proxy=self.wishes.proxy,
                    allow_private=self.wishes.allow_private,
                )
            )
            pictures = self._pictures = Pictures(fetcher)
            self._admins = Admins(platforms, self.storage, self.wishes.campaign.language)
            stack.push_async_callback(self._admins.end)
            couriers = [self._courier(platform, pictures) for platform in platforms]
            loops: list[tuple[str, Callable[[], Awaitable[None]]]] = [
                ("audience", lambda: write_audiences(
                    self.storage, self.news, [c.wake for c in couriers])),
                ("reports", partial(Reports(self.storage, platforms).run, self.stopping)),
                ("stranded", lambda: settle_stranded(
                    self.storage, {p.name for p in platforms}, clock, self.stopping)),
                ("tidying", lambda: tidy(self.storage, clock, self.stopping)),
                ("heartbeat", self._stay_alive),
            ]  # fmt: skip
            loops += [(f"archive {a.name}", self._watcher(a, fetcher).run)
                      for a in self.wishes.archives]  # fmt: skip
            tasks = [asyncio.create_task(kept_running(*loop, self.stopping)) for loop in loops]
            tasks.append(asyncio.create_task(once("upgrade", derive_anew(self.storage))))
            tasks.append(asyncio.create_task(self._say_ready()))
            lanes = [
                asyncio.create_task(self._lane(platform, courier))
                for platform, courier in zip(platforms, couriers, strict=True)
            ]
            self._show(platforms, couriers)
            if not platforms:
                log.warning("No platform is set up: releases are kept, and nobody is told.")
                self._all_ready.set()
            await self.stopping.wait()
            if self._refused is None:
                log.info("Herald is stopping.")
            await ended([*lanes, *tasks])
        if self._refused is not None:
            raise self._refused
        log.info("Herald has stopped.")

    def _show(self, platforms: Sequence[Platform], couriers: Sequence[Courier]) -> None:
        """Figures and health, where there is a web port."""
        if self._server is None:
            return
        metrics = Metrics(self._not_ready)
        for platform in platforms:
            platform.budget.observe = partial(_counted, metrics, platform.name)

        async def look() -> Snapshot:
            for platform, courier in zip(platforms, couriers, strict=True):
                metrics.rate(platform.name, platform.budget.rate.now)
                metrics.in_flight(platform.name, platform.budget.in_flight)
                metrics.paused(platform.name, courier.paused)
            return await look_at(self.storage, self.wishes.archives, clock())

        listen(self._server, metrics, self._health, look, lambda: can_write(self.storage))

    def _watcher(self, archive: Archive, fetcher: Fetcher) -> Watcher:
        return Watcher(
            archive,
            self.storage,
            fetcher,
            news_days=self.wishes.news_days,
            burst=self.wishes.burst,
            clock=clock,
            on_kept=self.news.set,
        )

    def _courier(self, platform: Platform, pictures: Pictures) -> Courier:
        return Courier(
            platform,
            self.storage,
            self._admins,
            clock=clock,
            stopping=self.stopping,
            language=self.wishes.campaign.language,
            pictures=pictures.load,
        )

    async def _lane(self, platform: Platform, courier: Courier) -> None:
        """One platform, in and out. It stops alone when it is refused; the others go on."""
        inward = asyncio.create_task(
            kept_running(platform.name, lambda: self._listen(platform), self.stopping)
        )
        outward = asyncio.create_task(kept_running("courier", courier.run, self.stopping))
        try:
            await asyncio.wait((inward, outward), return_when=asyncio.FIRST_EXCEPTION)
            for task in (inward, outward):
                if task.done() and isinstance(error := task.exception(), Stop):
                    self._refused_by(platform, error)
        finally:
            courier.wake.set()
            if not self.stopping.is_set():
                outward.cancel()
            # The platform stays open for what the courier still has in flight.
            inward.cancel()
            await asyncio.gather(inward, outward, return_exceptions=True)

    async def _listen(self, platform: Platform) -> None:
        await platform.run(self.answer, lambda: self._ready(platform.name))

    def _refused_by(self, platform: Platform, error: Stop) -> None:
        self._working.discard(platform.name)
        if platform.name in self._not_ready:  # whoever started us hears it as the error it is
            self._refused = error
            self.stopping.set()
            return
        log.error("The platform refused us and is stopped.", platform=platform.name, why=str(error))
        name, why = platform.name, str(error)
        self._health.report(name, ok=False, why="it refused us, and is stopped")
        self._admins.tell(lambda language: present.stopped(name, why, language))
        if not self._working:  # nobody could be told any more: whoever watches us has to know
            self._refused = error
            self.stopping.set()

    def _ready(self, name: str) -> None:
        self._health.report(name, ok=True)
        if name in self._not_ready:
            self._not_ready.discard(name)
            if not self._not_ready:
                self._all_ready.set()

    async def _say_ready(self) -> None:
        """Once every platform takes requests, and the web port is open where one is wanted."""
        await self._all_ready.wait()
        if self._server is not None:
            await self._server.opened()
        log.info("Herald is ready.")

    async def _stay_alive(self) -> None:
        while True:
            await rung(self.stopping, ALIVE_SECONDS)
            await self.storage.facts.alive(clock())


def _counted(
    metrics: Metrics, platform: str, lane: Lane, waited: float, took: float,
    end: BaseException | None,
) -> None:  # fmt: skip
    """One turn of a platform's budget, in figures."""
    metrics.queue_wait(platform, lane, waited)
    if end is None:
        metrics.sent(platform, lane, took)
    elif isinstance(end, SendError):
        metrics.failed(platform, kind(type(end)))
    elif not isinstance(end, asyncio.CancelledError):
        metrics.failed(platform, "unknown" if isinstance(end, TimeoutError) else "unexpected")
