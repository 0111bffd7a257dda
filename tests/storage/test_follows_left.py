"""What becomes of what is followed when somebody leaves, is forgotten, or moves."""

from __future__ import annotations

import pytest

from storage import Following, Storage
from storage.leaving import merge
from storage.model import Fate, Follow
from tests.storage.conftest import chat, draft, keep, query

ANNA = Follow("name", "Anna Petrova")


async def news(storage: Storage, title: str) -> None:
    await keep(storage, draft(title, key=title), fate=Fate.ANNOUNCE)


async def follow(storage: Storage, who: int, kind: str, value: str) -> Following:
    return await storage.follows.add(chat(who), Follow(kind, value))


async def test_the_way_back_keeps_it_and_leaving_does_not(storage: Storage) -> None:
    """A block only interrupts; who leaves and comes back gets everything."""
    await storage.follows.add(chat(1), ANNA)
    await storage.subscribers.gone(chat(1))
    await storage.subscribers.back(chat(1))
    assert await storage.follows.of(chat(1)) == [ANNA]

    await storage.subscribers.unsubscribe(chat(1))
    assert await storage.follows.of(chat(1)) == []


async def test_nothing_is_left_of_what_nobody_follows(storage: Storage) -> None:
    """Forgetting erases the words, even where an announcement is under way; others keep theirs."""
    for who in (1, 2):
        await storage.follows.add(chat(who), ANNA)
    await news(storage, "Anna Petrova was heard")
    await storage.subscribers.forget(chat(1))
    assert await query(storage, "SELECT DISTINCT value FROM follow_terms") == [("Anna Petrova",)]

    await storage.subscribers.forget(chat(2))
    for table in ("follow_terms", "announcement_follows", "subscription_filters"):
        assert await query(storage, f"SELECT * FROM {table}") == []


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (["court"], ["sport"], ["court", "sport"]),
        (["court"], [], []),
        ([], ["sport"], []),
    ],
)
async def test_two_chats_become_one(
    storage: Storage, one: list[str], other: list[str], together: list[str]
) -> None:
    """Two lists become one list; everything wins."""
    for who, words in ((1, one), (2, other)):
        if not words:
            await storage.subscribers.subscribe(chat(who))
        for word in words:
            await follow(storage, who, "keyword", word)
    async with storage.database.write() as tx:
        await merge(tx, 1, 2)

    assert [f.value for f in await storage.follows.of(chat(2))] == together
    terms = await query(storage, "SELECT DISTINCT value FROM follow_terms ORDER BY 1")
    assert [row[0] for row in terms] == together
