"""What a wish to follow something means, by the archive and by how it is typed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from config import given_names
from storage import Seal, Storage, open_storage
from storage.following.shelf import has_operators
from storage.model import Fate, Follow, Naming
from tests.storage.conftest import SECRET, chat, draft, fan_out, keep, query


@pytest.fixture
async def storage(path: Path) -> AsyncIterator[Storage]:
    async with open_storage(path, Seal(SECRET), naming=Naming(given_names())) as opened:
        yield opened


async def news(storage: Storage, title: str, body: str = "Some words.") -> None:
    await keep(storage, draft(title, body, key=title), fate=Fate.ANNOUNCE)


async def reached(storage: Storage) -> list[int]:
    """The subscribers whom all that was announced goes to."""
    await fan_out(storage)
    rows = await query(storage, "SELECT subscriber_id FROM deliveries WHERE state = 0 ORDER BY 1")
    return [row[0] for row in rows]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("petrova", "name"), ("Петрову", "name"), ("Zblorg Quux", "name"), ("court", "keyword"),
        ("Court", "keyword"), ("zblorg", "keyword"), ("court hearing", "keyword"),
    ],
)  # fmt: skip
async def test_a_name_or_a_word(storage: Storage, words: str, kind: str) -> None:
    """The archive knows names, and capitals tell of those to come."""
    await keep(
        storage, draft("Ms Petrova before the court", "The court sat. Court is open.", key="a")
    )

    assert await storage.follows.meant(words) == Follow(kind, words)


@pytest.mark.parametrize("words", ["", "…", "🙂", "\x00 -"])
async def test_without_a_word_there_is_nothing(storage: Storage, words: str) -> None:
    """What no release can have cannot be followed."""
    assert await storage.follows.meant(words) is None


@pytest.mark.parametrize("words", ["sanctions", "Sanctions", "the", "browder", "Browder"])
async def test_what_is_followed_is_met_by_its_very_words(storage: Storage, words: str) -> None:
    """Whatever an archive says of a word, a release that has it comes."""
    await keep(storage, draft("New Sanctions", "Mr Sanctions met Bill Browder. The end", key="a"))
    meant = await storage.follows.meant(words)
    assert meant is not None
    await storage.follows.add(chat(1), meant)
    await news(storage, "News", f"It approved new {words.lower()} today.")

    assert await reached(storage) == [1]


async def test_a_word_in_small_letters_is_a_name_too(storage: Storage) -> None:
    """Typed without a capital it is met in any form, and by the name in the other script."""
    await keep(storage, draft("Bill Browder spoke", key="a"))
    meant = await storage.follows.meant("browder")
    assert meant is not None
    await storage.follows.add(chat(1), meant)
    await news(storage, "Билл Браудер выступил")

    assert await reached(storage) == [1]


@pytest.mark.parametrize(
    ("before", "met"), [("New York is a town", False), ("Mr York spoke", True), ("a york", False)]
)
async def test_a_surname_alone(storage: Storage, before: str, met: bool) -> None:
    """The last of two unknown words will do if it is a person's, and not if it is a word."""
    await keep(storage, draft("A title", before, key="a"))
    await storage.follows.add(chat(1), Follow("name", "Zblorg York"))
    await news(storage, "Another title", "We saw York.")

    assert await reached(storage) == ([1] if met else [])


@pytest.mark.parametrize(
    "words",
    [
        "court -london", "court OR taxes", "intitle:court", "year:2026", "lang:ru",
        "Magnitsky OR Karpov", "court NOT taxes", "суд ИЛИ налоги", "court after:2020",
    ],
)  # fmt: skip
async def test_operators_cannot_be_followed(storage: Storage, words: str) -> None:
    """What only a search can do is no word and no name."""
    assert has_operators(words)
    assert await storage.follows.meant(words) is None


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("year:nonsense", "year:nonsense"), ("court - london", "court - london"),
        ("“rule of law”", '"rule of law"'), ('rule of "law', "rule of law"),
    ],
)  # fmt: skip
async def test_what_is_words_after_all(storage: Storage, words: str, kept: str) -> None:
    """A field that says nothing is words; quotes are kept where they are a pair."""
    assert not has_operators(words)
    assert await storage.follows.meant(words) == Follow("keyword", kept)


PAST = (
    ("Anna Petrova was heard", "Some words."),
    ("Суд выслушал Анну Петрову", "Он был в суде."),
    ("Natalia Petrova was heard", "Ms Petrova spoke."),
    ("Ms Petrova spoke", "On the rule of law, in 2026."),
    ("The law", "Of no rule; petrova is no word, nor is anna petrova."),
)


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("Anna Petrova", 4), ("Petrova", 5), ("petrova", 5), ("Ivan Petrova", 1),
        ('"rule of law"', 1), ("rule of law", 2), ("Petrova 2026", 1), ("суд", 1), ("nothing", 0),
    ],
)  # fmt: skip
async def test_how_many_have_it_already(storage: Storage, words: str, count: int) -> None:
    """The number is what would have come: whoever followed it before gets exactly those."""
    await keep(storage, *(draft(title, body, key=title) for title, body in PAST))
    meant = await storage.follows.meant(words)
    assert meant is not None
    assert await storage.follows.past(meant) == (count, False)

    await storage.follows.add(chat(1), meant)
    for title, body in PAST:
        await news(storage, f"{title}!", body)
    assert len(await reached(storage)) == count


async def test_more_than_are_read(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond so many it only says that there are more."""
    monkeypatch.setattr("storage.following.counting.MOST_READ", 3)
    await keep(storage, *(draft(f"Court {n}", key=f"{n}") for n in range(5)))

    assert await storage.follows.past(Follow("keyword", "court")) == (3, True)
