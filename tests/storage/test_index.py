"""The index keeps step with the releases: through edits, withdrawals, and being made anew."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest

from storage import Storage
from storage.facts import set_fact
from storage.search import index
from storage.search.stems import terms
from storage.withdrawing import bring_back, withdraw
from tests.storage.conftest import DAY, NOON, draft, keep, query

CONTENT = {
    "names": "SELECT word FROM names ORDER BY word",
    "keys": "SELECT key, word, grade FROM name_keys JOIN names ON id = name_id ORDER BY 1, 2",
    "mentions": (
        "SELECT n.word, m.sort, coalesce(g.word, ''), m.weight FROM mentions AS m"
        " JOIN names AS n ON n.id = m.name_id LEFT JOIN names AS g ON g.id = m.given_id"
        " WHERE m.weight > 0"
        " ORDER BY 1, 2, 3"
    ),
    "years": (
        "SELECT year, word, releases FROM name_years JOIN names ON id = name_id ORDER BY 1, 2"
    ),
    "docs": "SELECT id FROM release_words_docsize ORDER BY 1",
    "indexed": "SELECT sort FROM releases WHERE indexed = 1 ORDER BY 1",
}


async def state(storage: Storage) -> dict[str, list[tuple[Any, ...]]]:
    """All that the indexes hold, ids aside; names that nobody has any more are nothing.

    Left out: how often a name stands in small letters, which is counted since it was first met.
    """
    found = {name: await query(storage, sql) for name, sql in CONTENT.items()}
    async with storage.database.write() as tx:
        await tx.run(
            "CREATE VIRTUAL TABLE temp.seen USING fts5vocab (main, release_words, instance)"
        )
        found["words"] = await tx.rows("SELECT * FROM temp.seen ORDER BY doc, col, offset")
        await tx.run("DROP TABLE temp.seen")
    used = {row[0] for row in found["mentions"]} | {row[2] for row in found["mentions"]}
    found["names"] = [row for row in found["names"] if row[0] in used]
    found["keys"] = [row for row in found["keys"] if row[1] in used]
    return found


async def made_anew(storage: Storage) -> dict[str, list[tuple[Any, ...]]]:
    """What the indexes hold once everything has been indexed again."""
    async with storage.database.write() as tx:
        await set_fact(tx, "index_version", "an older one")
        assert await index.catch_up(tx, 1000) == 0
    return await state(storage)


def number_of(saved: list[tuple[Any, int]]) -> int:
    return saved[0][1]


async def found(storage: Storage, words: str) -> set[str]:
    return {hit.release.key for hit in (await storage.search.find(words, 50)).hits}


async def test_any_order_of_changes_leaves_the_index_exact(storage: Storage) -> None:
    """After edits, moves, withdrawals and returns it holds what indexing all anew would give."""
    chance = random.Random(8)
    names = ["Sergei Magnitsky", "Anna Petrova", "Билл Браудер", "Павел Карпов", "the court", "суд"]
    numbers: dict[str, int] = {}
    for step in range(80):
        key = str(chance.randrange(8))
        if key in numbers and chance.random() < 0.3:
            async with storage.database.write() as tx:
                await chance.choice([withdraw, bring_back])(tx, numbers[key])
            continue
        words = draft(
            f"About {chance.choice(names)}", f"It was {chance.choice(names)} on day {step}.",
            key=key, at=NOON + chance.randrange(900) * DAY,
        )  # fmt: skip
        numbers[key] = number_of(await keep(storage, words, now=NOON + timedelta(hours=step)))
    kept = await state(storage)

    assert kept["docs"] == kept["indexed"] != []
    assert kept == await made_anew(storage)


async def test_what_is_not_indexed_yet_can_change(storage: Storage) -> None:
    """Between an upgrade and its new index releases are edited, withdrawn and brought back."""
    await keep(storage, draft("One", "first words", key="1"), draft("Two", "words", key="2"))
    number = number_of(await keep(storage, draft("Three", "words", key="3")))
    async with storage.database.write() as tx:
        await tx.run("INSERT INTO release_words (release_words) VALUES ('delete-all')")
        await tx.run("UPDATE releases SET indexed = 0")
        await tx.run("DELETE FROM facts WHERE name = 'index_version'")
    await keep(storage, draft("One", "other words", key="1"), now=NOON + DAY)
    async with storage.database.write() as tx:
        await withdraw(tx, number)
        assert await index.catch_up(tx, 10) == 0

    assert await found(storage, "words") == {"1", "2"}
    assert await found(storage, "other") == {"1"}
    assert await found(storage, "first") == set()
    assert await state(storage) == await made_anew(storage)


async def test_catching_up_goes_in_small_steps(storage: Storage) -> None:
    """The newest are indexed first, so many at a time, and it is said how many are left."""
    await keep(
        storage, *(draft(f"R{n}", "needle", key=str(n), at=NOON + n * DAY) for n in range(5))
    )
    async with storage.database.write() as tx:
        await set_fact(tx, "index_version", "")
    left = []
    for _ in range(4):
        async with storage.database.write() as tx:
            left.append(await index.catch_up(tx, 2))
        if len(left) == 1:
            assert await found(storage, "needle") == {"4", "3"}

    assert left == [3, 1, 0, 0]
    assert await found(storage, "needle") == {"0", "1", "2", "3", "4"}


@pytest.mark.parametrize("change", ["save", "withdraw", "edit"])
async def test_another_versions_index_is_emptied_before_it_is_touched(
    storage: Storage, change: str
) -> None:
    """Stems of another version cannot be taken out one by one: all of them go, then all come."""
    number = number_of(await keep(storage, draft("Суды", "адвокатами", key="1")))
    await keep(storage, draft("Адвокаты", "суды", key="2"))
    with (
        patch.object(index, "INDEX_VERSION", "another"),
        patch.object(index.stems, "stemmed", lambda text: text.lower().replace("а", "о")),
    ):
        if change == "save":
            await keep(storage, draft("Новое", "Адвокат", key="3"))
        elif change == "edit":
            await keep(storage, draft("Суды", "других слов", key="1"), now=NOON + DAY)
        else:
            async with storage.database.write() as tx:
                await withdraw(tx, number)
        async with storage.database.write() as tx:
            await index.catch_up(tx, 10)
        kept = await state(storage)

        assert kept == await made_anew(storage)
    assert any(row[0].startswith("одвок") for row in kept["words"])


async def test_ids_of_names_are_never_used_again(storage: Storage) -> None:
    """Who has read the names up to a number reads only later ones, through a new index, too."""
    await keep(storage, draft("Sergei Magnitsky", "Sergei Magnitsky spoke.", key="1"))
    before = await query(storage, "SELECT coalesce(max(id), 0) FROM names")
    await made_anew(storage)
    after = await query(storage, "SELECT coalesce(min(id), 1) FROM names")

    assert after[0][0] > before[0][0]


async def test_forms_of_russian_words_are_found_and_marked(storage: Storage) -> None:
    """Any case of a word finds any other, and the hit is marked as it stands in the text."""
    body = "Вчера ещё не знали: адвокатами Магни\u0301тского заявлено о судах над Карповым."
    await keep(storage, draft("Новость", body, key="1", language="ru"))

    for words in ("адвокат Магнитский", "магнитскому суд", '"суд над карпов"', "карпову"):
        [hit] = (await storage.search.find(words, 5)).hits
        marked = {hit.snippet.text[s.start : s.end] for s in hit.snippet.spans}
        for whole in marked:
            assert terms(whole) & (terms(words) | {"карпов"})
        assert marked
    assert await found(storage, '"карпов суд"') == set()
