"""Following: who gets which release, how it begins and ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from config import given_names
from storage import Following, Seal, Storage, open_storage
from storage.following.shelf import MOST, short
from storage.model import Fate, Follow, Naming
from tests.storage.conftest import (
    NOON,
    SECRET,
    chat,
    claim,
    draft,
    fan_out,
    keep,
    query,
    said,
    whom,
)

NAMING = Naming(given_names(), (("Schaake", "Схаке"),))
ANNA = Follow("name", "Anna Petrova")


@pytest.fixture
async def storage(path: Path) -> AsyncIterator[Storage]:
    async with open_storage(path, Seal(SECRET), naming=NAMING) as opened:
        yield opened


async def news(storage: Storage, title: str, body: str = "Some words.") -> None:
    await keep(storage, draft(title, body, key=title), fate=Fate.ANNOUNCE)


async def reached(storage: Storage) -> list[int]:
    """The subscribers whom all that was announced goes to."""
    await fan_out(storage)
    rows = await query(storage, "SELECT subscriber_id FROM deliveries WHERE state = 0 ORDER BY 1")
    return [row[0] for row in rows]


async def follow(storage: Storage, who: int, kind: str, value: str) -> Following:
    return await storage.follows.add(chat(who), Follow(kind, value))


@pytest.mark.parametrize(
    ("followed", "title", "met"),
    [
        ("Anna Petrova", "Anna Petrova was heard", True),
        ("Anna Petrova", "Суд выслушал Анну Петрову", True),
        ("Anna Petrova", "Ms Petrova was heard", True),
        ("Anna Petrova", "A. Petrova was heard", True),
        ("Anna Petrova", "Natalia Petrova was heard. Ms Petrova spoke", False),
        ("Anna Petrova", "Anna Sidorova was heard", False),
        ("petrova", "Judge Petrova was heard", True),
        ("Карпов", "Major Karpov went", True),
        ("Bill Markov", "William Markov went", True),
        ("Zblorg Quux", "Zblorg Quux went", True),
        ("Marietje Schaake", "Схаке выступила", True),
        ("Browder", "Browning spoke", False),
        ("Zblorg Petrov", "Mr Petrov went", True),
        ("Zblorg Petrov", "Anna Petrov went. Mr Petrov spoke", False),
        ("Zblorg Petrov", "Zblorg Ivanov went", False),
        ("Major Karpov", "Pavel Karpov went", True),
        ("Supreme Court", "It went to the supreme court", True),
        ("Rule Of Law", "Words on the rule of law", True),
        ("sanctions", "It approved new sanctions today", True),
        ("Sanctions", "It approved new sanctions today", True),
    ],
)
async def test_a_name_in_any_spelling(
    storage: Storage, followed: str, title: str, met: bool
) -> None:
    """Whoever follows a name gets what mentions the person, and nothing of a namesake."""
    await follow(storage, 1, "name", followed)
    await news(storage, title)

    assert await reached(storage) == ([1] if met else [])


@pytest.mark.parametrize(
    ("followed", "body", "met"),
    [
        ("court hearing", "The courts held hearings", True),
        ("court hearing", "The court was closed", False),
        ("суд", "В суде было тихо", True),
        ("ёлка", "Под елкой", True),
        ('"rule of law"', "On the rules of law", True),
        ('"rule of law"', "The law of no rule", False),
        ('"rule of law" court', "The court is for the rule of law", True),
        ("rule of law", "The law of no rule", True),
        ("Kara-Murza", "Vladimir Kara-Murza spoke", True),
        ("Kara-Murza", "Murza met Kara", False),
        ("sanctions", "It approved new sanctions today", True),
        ("the", "The end", True),
        ("I court", "It is at court", False),
        ("Домов", "Без домов", True),
        ('"a title some"', "Some words", False),
    ],
)
async def test_keywords(storage: Storage, followed: str, body: str, met: bool) -> None:
    """All words have to be there, in any form."""
    await follow(storage, 1, "keyword", followed)
    await news(storage, "A title", body)

    assert await reached(storage) == ([1] if met else [])


async def test_each_gets_their_own(storage: Storage) -> None:
    """Everything, a list, an exclusion and a language beside one another, in chunks of one."""
    await storage.subscribers.subscribe(chat(1))
    await follow(storage, 2, "name", "Petrova")
    await follow(storage, 2, "keyword", "court")
    await follow(storage, 3, "keyword", "sport")
    await storage.subscribers.subscribe(chat(4))
    await follow(storage, 4, "exclusion", "court")
    await follow(storage, 5, "keyword", "court")
    await storage.subscribers.choose(chat(5), only=frozenset({"ru"}))
    await news(storage, "Petrova before the court")
    await fan_out(storage, 1)

    assert await reached(storage) == [1, 2]


async def test_an_excluded_name_has_all_its_spellings(storage: Storage) -> None:
    """What is not wanted of somebody is not wanted in the other script either."""
    await storage.subscribers.subscribe(chat(1))
    await follow(storage, 1, "exclusion", "Anna Petrova")
    await news(storage, "Анна Петрова в суде")

    assert await reached(storage) == []


async def test_statements_go_to_everybody(storage: Storage) -> None:
    """What admins say has no names to follow."""
    await follow(storage, 1, "name", "Petrova")
    await said(storage)
    await fan_out(storage)

    assert whom(await claim(storage)) == [1]


async def test_the_audience_is_frozen(storage: Storage) -> None:
    """What is chosen after an announcement changes nothing of who gets it."""
    await follow(storage, 1, "name", "Sidorov")
    await follow(storage, 2, "name", "Petrova")
    for who in (3, 4, 6):
        await storage.subscribers.subscribe(chat(who))
    await follow(storage, 6, "exclusion", "Petrova")
    await news(storage, "Petrova was heard")
    await follow(storage, 1, "name", "Petrova")
    await storage.follows.add(chat(3), Follow("name", "Sidorov"), narrow=True)
    await follow(storage, 4, "exclusion", "Petrova")
    await follow(storage, 5, "name", "Petrova")

    assert await reached(storage) == [2, 3, 4]


async def test_everything_is_never_narrowed_by_surprise(storage: Storage) -> None:
    """Who gets all releases is asked first, and nothing is changed."""
    await storage.subscribers.subscribe(chat(1))

    assert await follow(storage, 1, "name", "Petrova") is Following.EVERYTHING
    assert await storage.follows.of(chat(1)) == []
    assert await storage.follows.add(chat(1), ANNA, narrow=True) is Following.NARROWED
    assert await storage.follows.of(chat(1)) == [ANNA]


async def test_the_same_in_another_spelling(storage: Storage) -> None:
    """One thing is followed once."""
    await storage.follows.add(chat(1), ANNA)
    await follow(storage, 1, "keyword", "the courts")

    assert await follow(storage, 1, "name", "анна петрова") is Following.ALREADY
    assert await follow(storage, 1, "keyword", "The Court") is Following.ALREADY
    assert await follow(storage, 1, "name", "Natalia Petrova") is Following.NEW


async def test_how_many(storage: Storage) -> None:
    """A chat follows only so many."""
    for number in range(MOST):
        assert await follow(storage, 1, "keyword", f"word{number}") is Following.NEW

    assert await follow(storage, 1, "keyword", "another") is Following.FULL
    assert await follow(storage, 1, "exclusion", "another") is Following.FULL
    assert await follow(storage, 1, "keyword", "word1") is Following.ALREADY


async def test_again_after_a_block(storage: Storage) -> None:
    """Whoever was away and follows the same again is there again, with a full list too."""
    for number in range(MOST):
        await follow(storage, 1, "keyword", f"word{number}")
    await storage.subscribers.gone(chat(1))
    assert await follow(storage, 1, "keyword", "Word3") is Following.NEW
    await news(storage, "Word3 was heard")

    assert await reached(storage) == [1]
    assert len(await storage.follows.of(chat(1))) == MOST


async def test_not_this_twice(storage: Storage) -> None:
    """What is left out already stays so, subscribed or not."""
    assert await follow(storage, 1, "exclusion", "sport") is Following.NEW
    assert await follow(storage, 1, "exclusion", "sports") is Following.ALREADY


async def test_the_last_one_ends_the_subscription(storage: Storage) -> None:
    """The end of a list is not the beginning of everything."""
    await storage.follows.add(chat(1), ANNA)
    await follow(storage, 1, "keyword", "court")
    first = await storage.follows.end(chat(1), short(ANNA))
    again = await storage.follows.end(chat(1), short(ANNA))
    last = await storage.follows.end(chat(1), short(Follow("keyword", "court")))
    await news(storage, "Petrova before the court")

    assert first is not None
    assert not first.last
    assert again is None
    assert last is not None
    assert last.last
    assert await reached(storage) == []


async def test_the_cost_is_that_of_one_follower(storage: Storage) -> None:
    """However many follow a name, one set of terms is looked through."""
    await storage.follows.add(chat(1), ANNA)
    before = await query(storage, "SELECT count(*) FROM follow_terms")
    for who in range(2, 30):
        await storage.follows.add(chat(who), ANNA)

    assert await query(storage, "SELECT count(*) FROM follow_terms") == before
    await keep(storage, draft("Anna Petrova", key="n"), fate=Fate.ANNOUNCE, now=NOON)
    assert len(await query(storage, "SELECT * FROM announcement_follows")) == 1
