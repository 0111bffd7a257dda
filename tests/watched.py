"""Figures, and a run of Herald as far as those who watch over it see it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiohttp
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from bot.health import Health
from bot.metrics import Metrics, Snapshot
from bot.monitor import can_write, listen, look_at
from bot.server import open_server
from storage import Storage
from storage.model import Archive, Lane, Outbox, Queue, Reading

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
TELEGRAM = "telegram"


def snapshot() -> Snapshot:
    """A look at a database in which there is something of everything."""
    return Snapshot(
        at=NOON,
        queue=[Queue(Lane.RELEASE, 1200, NOON - timedelta(minutes=3))],
        outbox=Outbox(waiting=1200, sent=5000, failed=7, unknown=2),
        subscribers={TELEGRAM: 3000, "12345:a-chat": 2, "somewhere": 1},
        releases=512,
        held=4,
        archives=[
            Reading(
                "releases",
                "https://example.org/secret-path",
                last_read_at=NOON - timedelta(seconds=90),
                next_read_at=NOON + timedelta(seconds=810),
            ),
            Reading(
                "news",
                "https://example.org/news",
                next_read_at=NOON - timedelta(seconds=30),
                failures=2,
                last_error="it answers nothing",
            ),
            Reading(
                "gone",
                "https://example.org/gone",
                last_read_at=NOON - timedelta(days=2),
                next_read_at=NOON - timedelta(days=1),
                resting=True,
            ),
        ],
        database_bytes=4096,
    )


def shown(metrics: Metrics, found: Snapshot | None) -> dict[str, Metric]:
    """Every family as Prometheus understands the text, by name."""
    _, text = metrics.shown("", found)
    return {family.name: family for family in text_string_to_metric_families(text.decode())}


Samples = dict[tuple[str, ...], float]


def samples(family: Metric) -> Samples:
    """Its values by their labels' values, in the order of the labels' names."""
    return {
        tuple(sample.labels[name] for name in sorted(sample.labels)): sample.value
        for sample in family.samples
    }


ARCHIVES = [Archive("releases", "https://example.org/feed/")]

Answered = tuple[int, Mapping[str, str], str]


class House:
    """A web port over a real database; nothing else of Herald runs."""

    def __init__(self, storage: Storage, now: datetime) -> None:
        self.metrics = Metrics([TELEGRAM])
        self.health = Health([TELEGRAM])
        self.looks = 0
        self._storage = storage
        self._now = now
        self._port = 0

    async def look(self) -> Snapshot:
        self.looks += 1
        return await look_at(self._storage, ARCHIVES, self._now)

    async def writes(self) -> bool:
        return await can_write(self._storage)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[House]:
        async with open_server("127.0.0.1", 0) as server:
            listen(server, self.metrics, self.health, self.look, self.writes)
            await server.open.wait()
            self._port = server.port
            yield self

    async def ask(self, path: str) -> Answered:
        async with (
            asyncio.timeout(20),
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{self._port}{path}") as answer,
        ):
            return answer.status, answer.headers, await answer.text()

    async def figures(self) -> dict[str, Metric]:
        status, _, text = await self.ask("/metrics")
        assert 200 == status
        return {family.name: family for family in text_string_to_metric_families(text)}
