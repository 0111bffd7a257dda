"""What is followed is met by today's rules and names, not by those of the day it was followed."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from config import given_names
from storage import Seal, Storage, open_storage
from storage.aside import LONG
from storage.following import audience, terms
from storage.following.matching import Text, text_of
from storage.model import Fate, Follow, Naming
from tests.storage.conftest import SECRET, chat, draft, fan_out, keep, query

BEFORE = Naming(given_names())
AFTER = Naming(given_names(), (("Wexford", "Кузнечихин"),))
TERMS = "SELECT * FROM follow_terms ORDER BY kind, value, term"


@asynccontextmanager
async def opened(path: Path, naming: Naming) -> AsyncIterator[Storage]:
    async with open_storage(path, Seal(SECRET), naming=naming) as storage:
        yield storage


async def reached(storage: Storage, title: str) -> list[int]:
    """The subscribers whom this release goes to."""
    await keep(storage, draft(title, key=title), fate=Fate.ANNOUNCE)
    await fan_out(storage)
    last = "SELECT subscriber_id FROM deliveries WHERE announcement_id = (SELECT max(id)"
    rows = await query(storage, f"{last} FROM announcements) ORDER BY 1")
    return [row[0] for row in rows]


@pytest.mark.parametrize("kind", ["name", "keyword"])
@pytest.mark.parametrize("renewed", [True, False])
async def test_an_alias_that_came_later(path: Path, kind: str, renewed: bool) -> None:
    """At the start, or at the latest with the first announcement, the other name leads there."""
    async with opened(path, BEFORE) as storage:
        await storage.follows.add(chat(1), Follow(kind, "Wexford"))
        await storage.subscribers.subscribe(chat(2))
        await storage.follows.add(chat(2), Follow("exclusion", "Wexford"))
        assert await reached(storage, "Кузнечихин выступил") == [2]
    async with opened(path, AFTER) as storage:
        if renewed:
            await storage.follows.renew()
        assert await reached(storage, "О Кузнечихине") == [1]
        assert await reached(storage, "On Wexford") == [1]


async def test_a_name_with_an_alias_is_one(path: Path) -> None:
    """Where no release has it yet, the campaign's word is enough."""
    async with opened(path, AFTER) as storage:
        assert await storage.follows.meant("Wexford") == Follow("name", "Wexford")
        assert await storage.follows.meant("Wexfordia") == Follow("keyword", "Wexfordia")
        assert await storage.follows.meant('"wexford"') == Follow("keyword", '"wexford"')


async def test_other_rules_of_the_index(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Terms of another version are replaced, wholly, each as it was meant; then nothing is done."""
    async with opened(path, BEFORE) as storage:
        await keep(storage, draft("Ms Petrova spoke", key="a"))
        for number, value in enumerate(("Petrova", "petrova", "court hearing", "Zblorg Quux")):
            meant = await storage.follows.meant(value)
            assert meant is not None
            await storage.follows.add(chat(number), meant)
        right = await query(storage, TERMS)
        async with storage.database.write() as tx:
            await tx.run("UPDATE follow_terms SET term = term || 'old'")
        monkeypatch.setattr(terms, "PIECE", 3)
        await storage.follows.renew()
        assert await query(storage, TERMS) == right

        async with storage.database.write() as tx:
            await tx.run("UPDATE follow_terms SET term = term || 'old'")
        await storage.follows.renew()
        assert await query(storage, TERMS) != right
        monkeypatch.setattr(terms, "INDEX_VERSION", "another")
        terms.version.cache_clear()
        await storage.follows.renew()
        assert await query(storage, TERMS) == right


async def test_terms_that_were_lost(path: Path) -> None:
    """Even without any terms what is followed is met again."""
    async with opened(path, BEFORE) as storage:
        await storage.follows.add(chat(1), Follow("name", "Anna Petrova"))
        await storage.follows.add(chat(2), Follow("keyword", "court"))
        async with storage.database.write() as tx:
            await tx.run("DELETE FROM follow_terms")
        await storage.follows.renew()

        assert await reached(storage, "Анна Петрова before the courts") == [1, 2]


async def test_too_many_for_an_announcement(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release does not wait for all that is followed: the rest is done piece by piece."""
    monkeypatch.setattr(terms, "FEW", 2)
    async with opened(path, BEFORE) as storage:
        await storage.follows.add(chat(1), Follow("name", "Wexford"))
        for word in ("court", "sport"):
            await storage.follows.add(chat(2), Follow("keyword", word))
    async with opened(path, AFTER) as storage:
        assert await reached(storage, "Кузнечихин выступил") == []
        await storage.follows.renew()
        assert await reached(storage, "О Кузнечихине") == [1]


@pytest.mark.parametrize(("length", "aside"), [(100, False), (LONG, True)])
async def test_a_long_release_is_read_aside(
    path: Path, monkeypatch: pytest.MonkeyPatch, length: int, aside: bool
) -> None:
    """Nobody else waits while the words of a long release are gathered."""
    threads = []

    def watched(title: str, body: str) -> Text:
        threads.append(threading.current_thread())
        return text_of(title, body)

    monkeypatch.setattr(audience, "text_of", watched)
    async with opened(path, BEFORE) as storage:
        await storage.follows.add(chat(1), Follow("keyword", "courts"))
        body = "a word " * (length // 7) + " and a court"
        await keep(storage, draft("A title", body, key="a"), fate=Fate.ANNOUNCE)
        await fan_out(storage)

        assert await query(storage, "SELECT subscriber_id FROM deliveries") == [(1,)]
    assert [thread is not threading.main_thread() for thread in threads] == [aside]
