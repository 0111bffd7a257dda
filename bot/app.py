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
from bot.archive.historian import Historian
from bot.archive.judging import Judge
from bot.archive.picture import Pictures
from bot.archive.upgrade import Upgrade, derive_anew
from bot.archive.visitor import Visitor
from bot.archive.watcher import Watcher
from bot.chat import Answer, Campaign, Host, Platform, SendError
from bot.delivery.admins import Admins
from bot.delivery.audience import write_audiences
from bot.delivery.courier import Courier
from bot.delivery.outcomes import kind
from bot.delivery.reports import Reports
from bot.delivery.stranded import settle_stranded
from bot.delivery.tidying import tidy
from bot.metrics import Metrics, Snapshot
from bot.monitor import can_write, listen, look_at
from bot.presence import Presence
from bot.router import Router
from bot.server import Server
from bot.standings import Standings
from bot.supervise import ended, kept_running, once
from bot.waiting import rung
from storage import Storage
from storage.model import Archive, Attachment, Correcting, Lane

log = structlog.get_logger()

Loops = list[tuple[str, Callable[[], Awaitable[None]]]]

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
    """What the operator asked of the app, as plain values.

    With `histories` all that the archives ever published is brought in, and compared.
    """

    archives: Sequence[Archive]
    campaign: Campaign
    news_days: float = 7
    burst: int = 5
    correcting: Correcting | None = None
    histories: bool = False
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
        self._server: Server | None = None
        self._standings = Standings(storage, clock)
        self._upgrade = Upgrade(storage)
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
            self._standings.report,
        )

    async def _picture(self, url: str) -> Attachment | None:
        """What is at the address of a lead picture; nothing while nobody can fetch it."""
        return await self._pictures.load(url) if self._pictures else None

    def stop_on_signals(self) -> None:
        """SIGINT, SIGTERM and a terminal that is closed end the run in order."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.stopping.set)

    async def run(self, platforms: Sequence[Platform]) -> None:
        """Run until stopped. Raises Stop if we are refused: by any at first, by the last later."""
        await self.storage.facts.alive(clock())
        self.router.kept = {platform.name: tuple(platform.kept) for platform in platforms}
        await self._standings.begin([platform.name for platform in platforms])
        wishes = self.wishes
        async with AsyncExitStack() as stack:
            fetcher = await stack.enter_async_context(
                open_fetcher(
                    user_agent(wishes.campaign),
                    proxy=wishes.proxy,
                    allow_private=wishes.allow_private,
                )
            )
            self._pictures = Pictures(fetcher)
            admins = Admins(platforms, self.storage, wishes.campaign.language)
            stack.push_async_callback(admins.end)
            stack.push_async_callback(self._standings.end)
            presence = Presence(
                platforms, self._standings, admins, lambda: self.answer, self.stopping
            )
            couriers = [self._courier(platform, admins) for platform in platforms]
            loops = self._loops(platforms, couriers)
            loops += self._archives(fetcher, admins)
            tasks = [asyncio.create_task(kept_running(*loop, self.stopping)) for loop in loops]
            tasks.append(asyncio.create_task(once("upgrade", self._upgrade.run())))
            tasks.append(asyncio.create_task(once("reader", derive_anew(self.storage))))
            tasks.append(asyncio.create_task(self._say_ready(presence)))
            lanes = [
                asyncio.create_task(presence.keep(platform, courier))
                for platform, courier in zip(platforms, couriers, strict=True)
            ]
            self._show(platforms, couriers)
            await self.stopping.wait()
            if presence.refused is None:
                log.info("Herald is stopping.")
            await ended([*lanes, *tasks])
        if presence.refused is not None:
            raise presence.refused
        log.info("Herald has stopped.")

    def _loops(self, platforms: Sequence[Platform], couriers: Sequence[Courier]) -> Loops:
        """What goes on beside the platforms and the archives, by name."""
        names = {platform.name for platform in platforms}
        reports = Reports(self.storage, platforms)
        wakes = [courier.wake for courier in couriers]
        return [
            ("audience", lambda: write_audiences(self.storage, self.news, wakes)),
            ("reports", lambda: reports.run(self.stopping)),
            ("stranded", lambda: settle_stranded(self.storage, names, clock, self.stopping)),
            ("tidying", lambda: tidy(self.storage, clock, self.stopping)),
            ("heartbeat", self._stay_alive),
            ("standings", self._standings.keep),
        ]

    def _show(self, platforms: Sequence[Platform], couriers: Sequence[Courier]) -> None:
        """Figures and health, where there is a web port."""
        if self._server is None:
            return
        metrics = Metrics({platform.name for platform in platforms})
        for platform in platforms:
            platform.budget.observe = partial(_counted, metrics, platform.name)

        async def look() -> Snapshot:
            for platform, courier in zip(platforms, couriers, strict=True):
                metrics.rate(platform.name, platform.budget.rate.now)
                metrics.in_flight(platform.name, platform.budget.in_flight)
                metrics.paused(platform.name, courier.paused)
            return await look_at(self.storage, self.wishes.archives, clock())

        listen(self._server, metrics, self._standings.health, look, lambda: can_write(self.storage))

    def _archives(self, fetcher: Fetcher, admins: Admins) -> Loops:
        """A watcher for each archive, and a historian; these ask one host one thing at a time."""
        wishes, visitor = self.wishes, Visitor(fetcher, clock)
        loops: Loops = []
        for archive in wishes.archives:
            judge = Judge(self.storage, archive, news_days=wishes.news_days, burst=wishes.burst)
            watcher = Watcher(
                archive, self.storage, fetcher, judge=judge, correcting=wishes.correcting,
                clock=clock, on_kept=self.news.set,
            )  # fmt: skip
            historian = Historian(
                archive, self.storage, visitor, judge, correcting=wishes.correcting, clock=clock,
                on_kept=self.news.set, on_filled=partial(_tell_filled, admins, archive.name),
                on_notice=partial(_tell_notice, admins, archive.name),
            )  # fmt: skip
            loops.append((f"archive {archive.name}", partial(self._upgrade.behind, watcher.run)))
            if wishes.histories:
                history = partial(self._upgrade.behind, historian.run)
                loops.append((f"history {archive.name}", history))
        return loops

    def _courier(self, platform: Platform, admins: Admins) -> Courier:
        return Courier(
            platform,
            self.storage,
            admins,
            clock=clock,
            stopping=self.stopping,
            language=self.wishes.campaign.language,
            pictures=self._picture,
        )

    async def _say_ready(self, presence: Presence) -> None:
        """Once every platform takes requests, and the web port is open where one is wanted."""
        await presence.ready.wait()
        if self._server is not None:
            await self._server.opened()
        log.info("Herald is ready.")

    async def _stay_alive(self) -> None:
        while True:
            await rung(self.stopping, ALIVE_SECONDS)
            await self.storage.facts.alive(clock())


def _tell_filled(admins: Admins, archive: str, releases: int) -> None:
    admins.tell(lambda language: present.filled(archive, releases, language))


def _tell_notice(admins: Admins, archive: str, why: str) -> None:
    admins.tell(lambda language: present.doubt(archive, why, language))


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
