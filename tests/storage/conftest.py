"""What the tests of the storage room share: a real database in a temporary folder, and drafts."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from storage import Seal, Storage, open_storage
from storage.model import (
    Address,
    Archive,
    Delivery,
    Draft,
    Fate,
    Kind,
    Lane,
    Release,
    RichText,
    Saved,
)
from storage.outbox import Result, State

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=10)
DAY = timedelta(days=1)
ARCHIVE = Archive("main", "https://archive.example/")
SECRET = b"k" * 32
TELEGRAM = "telegram"
LANES = (Lane.STATEMENT, Lane.RELEASE, Lane.LATER)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "herald.db"


@pytest.fixture
async def storage(path: Path) -> AsyncIterator[Storage]:
    async with open_storage(path, Seal(SECRET)) as opened:
        yield opened


def chat(number: int, thread: str = "") -> Address:
    return Address(TELEGRAM, str(7_000_000_000 + number), thread)


def draft(
    title: str = "A title",
    body: str = "Some words.",
    *,
    key: str = "",
    link: str = "",
    at: datetime | None = NOON,
    day: date | None = None,
    kind: Kind = Kind.FEED,
    language: str = "en",
    reader: int = 1,
) -> Draft:
    """A draft as a reader would make it: a `day` alone has no time."""
    published = day or (at or NOON).date()
    return Draft(
        key=key, link=link, title=title, body=RichText(body), language=language,
        published=published, published_at=None if day else at, source=f"<p>{body}</p>",
        kind=kind, reader=reader, aliases=tuple(a for a in dict.fromkeys((key, link)) if a),
        fingerprint=f"{published} {title.casefold()}",
        digest=hashlib.sha256(f"{title}\n{body}".encode()).hexdigest(),
    )  # fmt: skip


async def keep(storage: Storage, *drafts: Draft, fate: Fate = Fate.QUIET, now: datetime = NOON,
               archive: Archive = ARCHIVE) -> list[tuple[Saved, int]]:  # fmt: skip
    return await storage.keep(archive, [(d, fate) for d in drafts], now)


async def announced(storage: Storage, name: str = "news", language: str = "en") -> int:
    """Keep one release as news and return its id; nothing is fanned out yet."""
    words = draft(f"About {name}", key=name, language=language)
    return (await keep(storage, words, fate=Fate.ANNOUNCE))[0][1]


async def release(storage: Storage, number: int) -> Release:
    found = await storage.releases.get(number)
    assert found is not None
    return found


async def fan_out(storage: Storage, chunk: int = 5000) -> None:
    while await storage.outbox.fan_out(chunk):
        pass


async def query(storage: Storage, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    async with storage.database.read() as connection:
        return await connection.rows(sql, values)


COUNTED = """
SELECT a.id, a.total, a.sent, a.failed, a.skipped, a.unknown, count(d.id),
       coalesce(sum(state = 2), 0), coalesce(sum(state = 3), 0), coalesce(sum(state = 5), 0),
       coalesce(sum(state = 6), 0)
FROM announcements AS a LEFT JOIN deliveries AS d ON d.announcement_id = a.id
WHERE a.folded = 0 GROUP BY a.id
"""


async def miscounted(storage: Storage) -> list[tuple[Any, ...]]:
    """The announcements whose counters are not what counting their rows gives."""
    return [row for row in await query(storage, COUNTED) if row[1:6] != row[6:11]]


async def crowd(storage: Storage, count: int) -> None:
    for number in range(1, count + 1):
        await storage.subscribers.subscribe(chat(number))


async def two_releases(storage: Storage, people: int) -> None:
    """Both are owed to so many people."""
    await crowd(storage, people)
    await announced(storage, "one")
    await announced(storage, "two")
    await fan_out(storage)


async def said(storage: Storage, words: str = "Hear, hear.", now: datetime = NOON) -> int:
    """Say this to all; returns the announcement. Nothing is fanned out yet."""
    author = chat(9_999)
    draft = await storage.statements.draft(author, RichText(words), DAY, "en", now)
    sent = await storage.statements.send(draft.id, author, now)
    assert sent is not None
    return sent[0]


async def claim(
    storage: Storage, count: int = 100, now: datetime = NOON, **options: Any
) -> list[Delivery]:
    return await storage.outbox.claim(TELEGRAM, 1, LANES, count, now, **options)


def ended(delivery: Delivery, state: State, due_at: datetime | None = None) -> Result:
    return Result(delivery.id, delivery.announcement.id, state, due_at=due_at)


def whom(deliveries: list[Delivery]) -> list[int]:
    return [d.subscriber.id for d in deliveries]


def what(deliveries: list[Delivery]) -> list[tuple[int, int]]:
    """Which announcement goes to which subscriber."""
    return [(d.announcement.id, d.subscriber.id) for d in deliveries]


async def states(storage: Storage) -> list[int]:
    """The states of all deliveries, in their order."""
    return [row[0] for row in await query(storage, "SELECT state FROM deliveries ORDER BY id")]
