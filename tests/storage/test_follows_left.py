"""What becomes of what is followed when somebody leaves, is forgotten, or moves."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage import Following, Seal, Storage, open_storage
from storage.backup import restore
from storage.following.shelf import MOST
from storage.leaving import merge
from storage.model import Fate, Follow, Naming
from storage.outbox import announce
from tests.storage.conftest import NOON, SECRET, chat, draft, fan_out, keep, miscounted, query

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


async def test_what_is_not_wanted_outlives_a_subscription(storage: Storage) -> None:
    """Leaving forgets names and words; exclusions and languages are choices, and stay."""
    await storage.follows.add(chat(1), ANNA)
    await follow(storage, 1, "exclusion", "sport")
    await storage.subscribers.choose(chat(1), only=frozenset({"en"}))
    await storage.subscribers.unsubscribe(chat(1))
    known = await storage.subscribers.find(chat(1))

    assert await storage.follows.of(chat(1)) == [Follow("exclusion", "sport")]
    assert known is not None
    assert known.only == {"en"}


async def test_everything_begins_with_what_is_announced_after(storage: Storage) -> None:
    """An audience that is being written stays as it was, whoever wants all of it meanwhile."""
    for who in (1, 2, 3):
        await storage.follows.add(chat(who), ANNA)
    await news(storage, "A hearing")
    await news(storage, "Anna Petrova was heard")
    await storage.outbox.fan_out(1)
    for who in (1, 3):
        assert await storage.follows.everything(chat(who)) == [ANNA]
    assert await storage.follows.everything(chat(3)) == []
    await fan_out(storage, 1)
    await news(storage, "Another hearing")
    await fan_out(storage, 1)

    owed = "SELECT announcement_id, subscriber_id FROM deliveries WHERE state = 0 ORDER BY 1, 2"
    assert await query(storage, owed) == [(2, 1), (2, 2), (2, 3), (3, 1), (3, 3)]
    assert await miscounted(storage) == []


async def test_a_release_that_was_held(storage: Storage) -> None:
    """What an admin lets out later goes to those whose names it has, then as at once."""
    await storage.follows.add(chat(1), ANNA)
    await follow(storage, 2, "keyword", "sport")
    held = draft("Anna Petrova was heard", key="held")
    [(_, number)] = await keep(storage, held, fate=Fate.HOLD)
    await follow(storage, 3, "keyword", "heard")
    async with storage.database.write() as tx:
        await announce(tx, number, NOON, Naming())
    await follow(storage, 4, "keyword", "heard")
    await fan_out(storage)

    owed = await query(storage, "SELECT subscriber_id FROM deliveries WHERE state = 0 ORDER BY 1")
    assert owed == [(1,), (3,)]


async def test_a_backup_has_it(storage: Storage, tmp_path: Path) -> None:
    """Back from a backup what was followed is met as before, and the rest does not come."""
    await storage.follows.add(chat(1), ANNA)
    await follow(storage, 2, "keyword", "sport")
    await storage.subscribers.subscribe(chat(3))
    await follow(storage, 3, "exclusion", "heard")
    await storage.backup(tmp_path / "backup.db")
    await restore(tmp_path / "backup.db", tmp_path / "again.db")

    async with open_storage(tmp_path / "again.db", Seal(SECRET)) as again:
        assert await again.follows.of(chat(1)) == [ANNA]
        await news(again, "Суд выслушал Анну Петрову")
        await news(again, "They were heard")
        await fan_out(again)
        owed = await query(again, "SELECT subscriber_id FROM deliveries ORDER BY 1")
        assert owed == [(1,), (3,)]


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


async def lists(storage: Storage, who: int, *words: str) -> None:
    """Follow these; with a minus before it, it is left out."""
    for word in words:
        kind = "exclusion" if word.startswith("-") else "keyword"
        await follow(storage, who, kind, word.removeprefix("-"))


def shown(follows: list[Follow]) -> list[str]:
    return [("-" if f.kind == "exclusion" else "") + f.value for f in follows]


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (["a1", "-b1"], ["a2", "-b2"], ["a1", "a2", "-b1", "-b2"]),
        (["-b1"], ["a2", "-b2"], ["-b1", "-b2"]),
        (["courts", "sport"], ["court"], ["court", "sport"]),
        (["-court", "sport"], ["courts"], ["courts", "sport"]),
        (["court"], ["-court", "sport"], ["sport", "-court"]),
    ],
)
async def test_what_is_not_wanted_of_two(
    storage: Storage, one: list[str], other: list[str], together: list[str]
) -> None:
    """What either left out stays so, but for what the later follows; nothing is there twice."""
    for who, words in ((1, one), (2, other)):
        if all(word.startswith("-") for word in words):
            await storage.subscribers.subscribe(chat(who))
        await lists(storage, who, *words)
    async with storage.database.write() as tx:
        await merge(tx, 1, 2)

    assert shown(await storage.follows.of(chat(2))) == together
    terms = await query(storage, "SELECT DISTINCT value FROM follow_terms ORDER BY 1")
    assert [row[0] for row in terms] == sorted(word.removeprefix("-") for word in together)


async def test_two_long_lists(storage: Storage) -> None:
    """Together they are no longer than one may be: the later one's, then what is left out."""
    await lists(storage, 1, *(f"early{n}" for n in range(MOST - 1)), "-sport")
    await lists(storage, 2, *(f"late{n}" for n in range(MOST - 2)))
    async with storage.database.write() as tx:
        await merge(tx, 1, 2)
    found = shown(await storage.follows.of(chat(2)))

    assert len(found) == MOST
    assert sum(word.startswith("late") for word in found) == MOST - 2
    assert "-sport" in found


async def test_the_wishes_of_the_one_that_is_there(storage: Storage) -> None:
    """What only the one that rests follows is kept nowhere, and its exclusions go with it."""
    await lists(storage, 1, "court")
    await lists(storage, 2, "sport", "-tax")
    await storage.subscribers.gone(chat(2))
    async with storage.database.write() as tx:
        await merge(tx, 1, 2)

    assert shown(await storage.follows.of(chat(2))) == ["court"]
    for table in ("follow_terms", "subscription_filters"):
        assert await query(storage, f"SELECT DISTINCT value FROM {table}") == [("court",)]
