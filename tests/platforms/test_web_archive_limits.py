"""What the archive's pages may cost: nobody makes Herald work, or fetch, without end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.platforms.web import archive as pages
from bot.platforms.web import guards
from bot.platforms.web.archive import picture, shelf
from bot.platforms.web.archive.shelf import EACH, Drawn, Shelf
from storage import Storage
from storage.model import Attachment
from tests.fakes.releases import draft
from tests.platforms.archive_stage import Stage, archive, keep, values, words

PICTURE = "http://archive.test/dam.png"
HERE, THERE = "198.51.100.7", "198.51.100.8"


@pytest.fixture
async def stage(storage: Storage) -> AsyncIterator[Stage]:
    async with archive(storage) as opened:
        yield opened


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The releases whose pages were drawn, in order."""
    numbers: list[int] = []
    draw = pages.release_page

    def counting(templates, frame, ask, got):  # type: ignore[no-untyped-def]
        numbers.append(got.release.id)
        return draw(templates, frame, ask, got)

    monkeypatch.setattr(pages, "release_page", counting)
    return numbers


async def test_too_many_searches_are_refused_on_a_page(stage: Stage) -> None:
    """Its reader is told in words of their own, with the way to all releases; others go on."""
    asked = [
        await stage.get(f"/releases?q=dam{n}&lang=ru", X_Forwarded_For=HERE)
        for n in range(guards.SEARCHES.burst + 1)
    ]
    last = asked[-1]

    assert (200, 429) == (asked[0].status, last.status)
    assert "text/html; charset=utf-8" == last.headers["Content-Type"]
    assert ["Одну минуту"] == words(last.text, "h1")
    assert "з вашей сети" in words(last.text, ".notice > p")[0]
    assert "/releases?lang=ru" in values(last.text, "main a", "href")
    assert ("60", "no-store") == (last.headers["Retry-After"], last.headers["Cache-Control"])
    assert 200 == (await stage.get("/releases?q=dam", X_Forwarded_For=THERE)).status


@pytest.mark.parametrize(
    "path", ["/releases/1?q=dam", "/releases?q=", "/releases?q=+", "/releases"]
)
async def test_what_is_no_search_counts_as_none(storage: Storage, stage: Stage, path: str) -> None:
    """Only a list with words to look for reads the whole archive."""
    await keep(storage, draft(1))
    for _ in range(guards.SEARCHES.burst + 1):
        assert 200 == (await stage.get(path, X_Forwarded_For=HERE)).status

    assert 200 == (await stage.get("/releases?q=dam", X_Forwarded_For=HERE)).status


async def test_one_picture_is_fetched_once(storage: Storage) -> None:
    """However many ask for it at the same moment, or after."""
    await keep(storage, replace(draft(1), picture=PICTURE), replace(draft(2), picture=PICTURE))
    asked, going = [], asyncio.Event()

    async def pictures(url: str) -> Attachment:
        asked.append(url)
        await going.wait()
        return Attachment(b"\x89PNG\r\n\x1a\n", "image/png", "a.png")

    async with archive(storage, pictures=pictures) as stage:
        crowd = [
            asyncio.create_task(stage.get(f"/releases/{n % 2 + 1}/picture")) for n in range(20)
        ]
        await stage.get("/releases/1")
        going.set()
        found = await asyncio.gather(*crowd)
        found.append(await stage.get("/releases/1/picture"))

    assert {200} == {one.status for one in found}
    assert [PICTURE] == asked


async def test_that_there_is_no_picture_is_remembered(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a moment; then it is looked for again."""
    await keep(storage, replace(draft(1), picture=PICTURE))
    asked = []

    async def pictures(url: str) -> None:
        asked.append(url)

    async with archive(storage, pictures=pictures) as stage:
        assert [404, 404] == [(await stage.get("/releases/1/picture")).status for _ in range(2)]
        assert [PICTURE] == asked
    monkeypatch.setattr(picture, "NONE_SECONDS", 0.0)
    async with archive(storage, pictures=pictures) as stage:
        assert [404, 404] == [(await stage.get("/releases/1/picture")).status for _ in range(2)]

    assert [PICTURE] * 3 == asked


async def test_a_network_has_only_so_many_pictures_fetched(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept already is given to it all the same, and to others what is not."""
    monkeypatch.setattr(guards, "PICTURES", replace(guards.PICTURES, burst=3, every=1e6))
    await keep(storage, *(replace(draft(n), picture=f"{PICTURE}?{n}") for n in range(1, 6)))
    asked = []

    async def pictures(url: str) -> Attachment:
        asked.append(url)
        return Attachment(b"\x89PNG\r\n\x1a\n", "image/png", "a.png")

    async with archive(storage, pictures=pictures) as stage:
        paths = [f"/releases/{n}/picture" for n in (1, 2, 3, 4, 1, 5)]
        here = [(await stage.get(path, X_Forwarded_For=HERE)).status for path in paths]
        there = (await stage.get(paths[3], X_Forwarded_For=THERE)).status

    assert ([200, 200, 200, 429, 200, 429], 200) == (here, there)
    assert [f"{PICTURE}?{n}" for n in range(1, 5)] == asked


async def test_a_page_is_drawn_once_for_each_language(
    storage: Storage, stage: Stage, drawn: list[int]
) -> None:
    """Whatever else its address says, and however many ask at once."""
    await keep(storage, draft(1), draft(2))
    first = await stage.get("/releases/1")
    await asyncio.gather(*(stage.get(f"/releases/2?q={n}&page={n + 1}&of=ru") for n in range(8)))
    others = [await stage.get(path) for path in ("/releases/1?year=2014", "/releases/1?lang=xx")]
    russian = [await stage.get("/releases/1?lang=ru") for _ in range(2)]

    assert [first.text] * 2 == [one.text for one in others]
    assert {("ru",)} == {tuple(values(one.text, "html", "lang")) for one in russian}  # type: ignore[arg-type]
    assert [1, 2, 1] == drawn


@pytest.mark.parametrize("change", ["title", "body", "picture", "link", "language"])
@pytest.mark.parametrize("number", [1, 2])
async def test_what_was_drawn_is_never_old(
    storage: Storage, stage: Stage, change: str, number: int
) -> None:
    """Words and all else may change without a new revision; a neighbour's title, too."""
    await keep(storage, draft(1), draft(2))
    before = await stage.get("/releases/1")
    async with storage.database.write() as tx:
        await tx.run(f"UPDATE releases SET {change} = 'ru' WHERE id = ?", (number,))
    after = await stage.get("/releases/1", If_None_Match=before.headers["ETag"])

    shown = number == 1 or change in ("title", "language")
    assert (200 if shown else 304) == after.status


async def test_a_shelf_has_room_for_so_many_bytes() -> None:
    """What was asked for the longest ago makes room; what is too large for it is not kept."""
    kept: Shelf[str] = Shelf(3 * (EACH + 100))
    for name in ("a", "b", "c"):
        kept.put(name, name.upper(), 100)
    kept.get("a")
    kept.put("d", "D", 100)
    kept.put("e", "E", 4 * EACH)

    assert ["A", None, "C", "D", None] == [kept.get(name) for name in "abcde"]
    assert 3 * (EACH + 100) == kept.taken

    kept.put("a", "Aa", 200)
    assert ("Aa", 2 * EACH + 300) == (kept.get("a"), kept.taken)


async def test_pages_have_room_for_so_many_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A crowd that reads all of a large archive fills no memory."""
    monkeypatch.setattr(shelf, "PAGES_BYTES", 50_000)
    drawn, made = Drawn(), list[int]()

    def draw(number: int) -> bytes:
        made.append(number)
        return bytes([number]) * 10_000

    for number in [*range(10), 9, 0]:
        await drawn.file(number, "text/plain", lambda number=number: draw(number))  # type: ignore[misc]

    assert [*range(10), 0] == made
    assert drawn._shelf.taken <= 50_000
