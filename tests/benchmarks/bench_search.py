"""How fast the archive is searched: `python -m tests.benchmarks.bench_search [RELEASES …]`.

Prints p50 and p99 of searches over invented archives, what storing one more release takes, and the
size of the indexes; beside it what the plain index needs for the common word, ranked whole. With
`--no-names` names are not indexed (a million releases take long). Asserts nothing of speed.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import quantiles

from storage import Seal, Storage, open_storage
from storage.model import Archive, Draft, Fate, Kind, Order, RichText
from storage.saving import SORT_STEP
from storage.search import index, people
from storage.search.expression import expression
from storage.search.query import parse
from storage.search.stems import stemmed
from tests.benchmarks.corpus_of_words import Corpus, Text
from tests.benchmarks.measuring import measured

SEAL = Seal(b"k" * 32)
ARCHIVE = Archive("main", "https://archive.example/")
PIECE = 1000
SHORT, LONG, MANY = 1200, 5400, 500_000
TIMES, WARM = 100, 5

# What the plain index does: reads and ranks every hit, builds the snippets of ten.
_PLAIN = """
SELECT rowid, snippet(release_words, 1, char(2), char(3), '…', 24) FROM release_words
WHERE release_words MATCH ? ORDER BY rank LIMIT 10
"""


async def filled(storage: Storage, texts: Iterable[Text], names: bool) -> int:
    """Write the releases many at a time, each in the indexes; returns how long their text is."""
    places, number, size = iter(texts), 0, 0
    async with storage.database.write() as tx:
        await tx.run("INSERT INTO archives (name, url) VALUES ('main', 'https://archive.example/')")
        await index.catch_up(tx, 0)
    while piece := list(islice(places, PIECE)):
        rows = [_row(number + n, text) for n, text in enumerate(piece, start=1)]
        size += sum(len((t.title + t.body).encode()) for t in piece)
        number += len(piece)
        async with storage.database.write() as tx:
            await tx.run_many(_RELEASE, rows)
            await tx.run_many(
                "INSERT INTO release_words (rowid, title, body) VALUES (?, ?, ?)",
                ((row[1], stemmed(row[4]), stemmed(row[5])) for row in rows),
            )
            for row in rows if names else ():
                await people.add(tx, row[1], row[4], row[5])
    return size


_RELEASE = """
INSERT INTO releases (id, sort, archive_id, key, keyed, link, title, body, spans, language,
    published, published_at, month_day, fingerprint, revised_at, held, first_seen_at, kind, source,
    reader, digest, picture, modified, indexed)
VALUES (?, ?, 1, ?, 1, '', ?, ?, '[]', ?, ?, ?, ?, ?, 0, 0, 0, 1, '', 1, '', '', '', 1)
"""


def _row(number: int, text: Text) -> tuple[object, ...]:
    at, day = int(text.published_at.timestamp()), text.published.isoformat()
    return (
        number, at * SORT_STEP + number, f"k{number}", text.title, text.body, text.language, day,
        at * 1000, day[5:], f"f{number}",
    )  # fmt: skip


async def timed(what: str, ask: Callable[[str], Awaitable[object]], questions: list[str]) -> float:
    """Ask each question a few times, cold ones first; prints p50 and p99, returns p50 in ms."""
    took = []
    for question in questions[:WARM]:
        await ask(question)
    for turn in range(TIMES):
        began = time.perf_counter()
        await ask(questions[turn % len(questions)])
        took.append((time.perf_counter() - began) * 1000)
    cuts = quantiles(took, n=100)
    print(f"  {what:44} p50 {cuts[49]:8.2f} ms   p99 {cuts[98]:8.2f} ms", flush=True)
    return cuts[49]


async def words_of(storage: Storage, total: int) -> dict[str, list[str]]:
    """Words by how many releases have them."""
    async with storage.database.write() as tx:
        await tx.run("CREATE VIRTUAL TABLE temp.words USING fts5vocab (main, release_words, row)")
        rows = await tx.rows("SELECT term, doc FROM temp.words WHERE term GLOB '[a-z]*'")
        await tx.run("DROP TABLE temp.words")

    def having(least: float, most: float) -> list[str]:
        found = [t for t, doc in rows if least <= doc <= most and parse(t).groups]
        return found[:: max(1, len(found) // 20)][:20]

    return {
        "everywhere": having(0.8 * total, total),
        "common": having(0.3 * total, 0.48 * total),
        "mid": having(0.01 * total, 0.05 * total),
        "rare": having(3, 20),
    }


async def searches(storage: Storage, corpus: Corpus, total: int) -> None:
    words = await words_of(storage, total)

    async def find(question: str) -> object:
        return await storage.search.find(question, 10)

    async def newest(question: str) -> object:
        return await storage.search.find(question, 10, order=Order.NEW)

    async def of_2014(question: str) -> object:
        return await storage.search.find(question, 10, year=2014)

    async def plain(question: str) -> object:
        async with storage.database.read(seconds=60) as connection:
            return await connection.rows(_PLAIN, (expression(parse(question)),))

    common = words["common"]
    pairs = [f"{a} {b}" for a, b in zip(common, reversed(common), strict=True) if a != b]
    whole = await timed("plain index, common word, ranked whole", plain, common)
    ours = await timed("a common word (in 30 to 48 %)", find, common)
    print(f"  {'the plain index needs':44} {whole / ours:8.1f} times as long")
    await timed("a word that is nearly everywhere", find, words["everywhere"])
    await timed("a word in 1 to 5 %", find, words["mid"])
    await timed("the same, plain index, ranked whole", plain, words["mid"])
    await timed("a rare word (3 to 20 releases)", find, words["rare"])
    await timed("two common words", find, pairs)
    await timed("common words, one not wanted", find, [p.replace(" ", " -") for p in pairs])
    await timed("a phrase of two words", find, [f'"{w} the"' for w in words["mid"]])
    names = corpus.names["en"]
    await timed("a frequent name", find, names[:20])
    await timed("a rarer name", find, names[500:520])
    await timed("a common word, by date", newest, common)
    await timed("a common word in one year", of_2014, common)
    await timed("a year", find, [f"year:{year}" for year in range(2005, 2020)])
    await timed("nothing at all", find, ["qqxzzy", "qqxzzy court"])


async def storing(storage: Storage, corpus: Corpus) -> None:
    at = datetime(2025, 1, 1, tzinfo=UTC)
    drafts = iter(
        [draft(corpus.text("en", at + timedelta(days=n)), n) for n in range(TIMES + WARM)]
    )

    async def one(_: str) -> object:
        return await storage.keep(ARCHIVE, [(next(drafts), Fate.QUIET)], at)

    await timed("storing one release, all indexes", one, [""] * WARM)


def draft(text: Text, number: int) -> Draft:
    key = f"https://archive.example/?p={number}"
    return Draft(
        key=key, link=key, title=text.title, body=RichText(text.body), language=text.language,
        published=text.published, published_at=text.published_at, source=text.body,
        kind=Kind.FEED, reader=1, aliases=(key,), fingerprint=f"new {number}", digest=str(number),
    )  # fmt: skip


async def sizes(storage: Storage, text: int) -> None:
    """How much the indexes take, as parts of the text."""
    async with storage.database.read(seconds=60) as connection:
        rows = await connection.rows("SELECT name, sum(pgsize) FROM dbstat GROUP BY name")
        names = await connection.value("SELECT count(*) FROM names")
    parts = {"words": 0, "names": 0}
    for table, size in rows:
        if table.startswith("release_words"):
            parts["words"] += size
        elif "names" in table or table.startswith(("name_", "mentions")):
            parts["names"] += size
    print(f"  text {text / 1e6:.0f} MB; indexes: words {parts['words'] / text:.2f} of it, names"
          f" {parts['names'] / text:.2f}, together {sum(parts.values()) / text:.2f};"
          f" {names:,} names")  # fmt: skip


async def archive(path: Path, count: int, names: bool) -> None:
    size = SHORT if count >= MANY else LONG
    print(f"\n{count:,} releases of {size:,} characters")
    corpus = Corpus(size)
    async with open_storage(path, SEAL) as storage:
        with measured("  writing them", count, "releases"):
            text = await filled(storage, corpus.texts(count), names)
        await sizes(storage, text)
        await searches(storage, corpus, count)
        await storing(storage, corpus)


async def main(counts: list[int], names: bool) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        for count in counts:
            await archive(folder / f"{count}.db", count, names)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("releases", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument("--no-names", action="store_true")
    given = parser.parse_args()
    asyncio.run(main(given.releases, not given.no_names))
