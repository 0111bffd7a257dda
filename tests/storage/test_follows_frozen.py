"""The audience of a release: as it was when the release was announced, whatever changes since."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random

import pytest

from storage import Storage
from storage.following.shelf import short
from storage.leaving import merge
from storage.model import Fate, Follow
from tests.storage.conftest import chat, draft, fan_out, keep, query

PEOPLE = range(1, 11)
WORDS = ("apple", "banana", "cherry")
LANGUAGES = ("en", "ru")

Move = Callable[[int, str], Awaitable[None]]


async def news(storage: Storage, words: str, key: str = "", language: str = "en") -> None:
    release = draft(words, key=key or words, language=language)
    await keep(storage, release, fate=Fate.ANNOUNCE)


async def owed(storage: Storage) -> list[tuple[int, int]]:
    """Which announcement goes to which subscriber."""
    await fan_out(storage, 3)
    rows = await query(
        storage, "SELECT announcement_id, subscriber_id FROM deliveries WHERE state = 0"
    )
    return sorted((announcement, subscriber) for announcement, subscriber in rows)


async def follow(storage: Storage, who: int, kind: str, value: str) -> None:
    await storage.follows.add(chat(who), Follow(kind, value), narrow=True)


async def test_another_list_meanwhile(storage: Storage) -> None:
    """Whoever changes a list, even to nothing of what it was, gets what the old one asked for."""
    for who in (1, 2):
        await follow(storage, who, "keyword", "apple")
    await news(storage, "Banana")
    await news(storage, "Apple")
    await follow(storage, 1, "keyword", "cherry")
    await storage.follows.end(chat(1), short(Follow("keyword", "apple")))
    await storage.follows.end(chat(2), short(Follow("keyword", "apple")))

    assert await owed(storage) == [(2, 1)]


async def test_an_exclusion_that_ends_or_begins_meanwhile(storage: Storage) -> None:
    """What was not wanted when it was announced does not come; what was wanted then does."""
    for who in (1, 2, 3):
        await storage.subscribers.subscribe(chat(who))
    for who in (1, 3):
        await follow(storage, who, "exclusion", "banana")
    await news(storage, "Banana")
    await storage.follows.end(chat(1), short(Follow("exclusion", "banana")))
    await follow(storage, 2, "exclusion", "banana")

    assert await owed(storage) == [(1, 2)]


async def test_languages_chosen_meanwhile(storage: Storage) -> None:
    """The languages are those of the moment, too."""
    for who in (1, 2):
        await storage.subscribers.subscribe(chat(who))
    await storage.subscribers.choose(chat(1), only=frozenset({"ru"}))
    await news(storage, "Banana")
    await storage.subscribers.choose(chat(1), only=frozenset())
    await storage.subscribers.choose(chat(2), only=frozenset({"ru"}))

    assert await owed(storage) == [(1, 2)]


@pytest.mark.parametrize("reached", [0, 1, 2])
async def test_two_become_one_meanwhile(storage: Storage, reached: int) -> None:
    """An early one with a list and a later one with everything: only what either was owed."""
    await follow(storage, 1, "keyword", "apple")
    await news(storage, "Banana")
    await news(storage, "Apple")
    await storage.subscribers.subscribe(chat(2))
    for _ in range(reached):
        await storage.outbox.fan_out(1)
    async with storage.database.write() as tx:
        await merge(tx, 1, 2)

    assert await owed(storage) == [(2, 2)]


@dataclass
class World:
    """Ten chats that choose at random while audiences are written, and who should get what."""

    storage: Storage
    random: Random
    wanted: set[tuple[int, int]] = field(default_factory=set)  # announcement, chat
    announced: int = 0

    async def step(self) -> None:
        who, word = self.random.choice(PEOPLE), self.random.choice(WORDS)
        moves: list[Move] = [
            self.announce, self.announce, self.write, self.write, self.write, self.add, self.add,
            self.exclude, self.end, self.end, self.everything, self.speak, self.leave, self.merge,
        ]  # fmt: skip
        await self.random.choice(moves)(who, word)
        self.wanted -= {pair for pair in self.wanted if not await self.active(pair[1])}

    async def active(self, who: int) -> bool:
        known = await self.storage.subscribers.find(chat(who))
        return known is not None and known.active

    async def announce(self, _: int, word: str) -> None:
        self.announced += 1
        words = {word, self.random.choice(WORDS)}
        language = self.random.choice(LANGUAGES)
        for who in PEOPLE:
            if await self.wants(who, words, language):
                self.wanted.add((self.announced, who))
        await news(self.storage, " ".join(sorted(words)), f"n{self.announced}", language)

    async def wants(self, who: int, words: set[str], language: str) -> bool:
        known = await self.storage.subscribers.find(chat(who))
        if known is None or not known.active or (known.only and language not in known.only):
            return False
        follows = await self.storage.follows.of(chat(who))
        asked = {f.value for f in follows if f.kind == "keyword"}
        refused = {f.value for f in follows if f.kind == "exclusion"}
        return not words & refused and (not asked or bool(words & asked))

    async def write(self, _: int, __: str) -> None:
        await self.storage.outbox.fan_out(3)

    async def add(self, who: int, word: str) -> None:
        narrow = self.random.random() < 0.7
        await self.storage.follows.add(chat(who), Follow("keyword", word), narrow=narrow)

    async def exclude(self, who: int, word: str) -> None:
        await self.storage.follows.add(chat(who), Follow("exclusion", word))

    async def end(self, who: int, _: str) -> None:
        if follows := await self.storage.follows.of(chat(who)):
            await self.storage.follows.end(chat(who), short(self.random.choice(follows)))

    async def everything(self, who: int, _: str) -> None:
        await self.storage.subscribers.subscribe(chat(who))
        await self.storage.follows.everything(chat(who))

    async def speak(self, who: int, _: str) -> None:
        only = frozenset(w for w in LANGUAGES if self.random.random() < 0.4)
        await self.storage.subscribers.choose(chat(who), only=only)

    async def leave(self, who: int, _: str) -> None:
        shelf = self.storage.subscribers
        what = self.random.randrange(4)
        await (shelf.unsubscribe, shelf.gone, shelf.back, shelf.back)[what](chat(who))

    async def merge(self, who: int, _: str) -> None:
        other = self.random.choice([p for p in PEOPLE if p != who])
        await self.storage.subscribers.move(chat(who), chat(other))
        self.wanted |= {(number, other) for number, chat_ in self.wanted if chat_ == who}


@pytest.mark.parametrize("seed", range(10))
async def test_whatever_changes_meanwhile(storage: Storage, seed: int) -> None:
    """Everybody gets exactly what their filters asked for when it was announced."""
    world = World(storage, Random(seed))
    for who in PEOPLE:
        await storage.subscribers.subscribe(chat(who))
    for _ in range(120):
        await world.step()
    found = await owed(storage)
    known = {who: await storage.subscribers.find(chat(who)) for who in PEOPLE}
    ids = {who: subscriber.id for who, subscriber in known.items() if subscriber is not None}

    assert found == sorted((number, ids[who]) for number, who in world.wanted)
    left = "SELECT sum(total - sent - failed - skipped - unknown) FROM announcements"
    assert await query(storage, left) == [(len(found),)]
