"""Whether a release is one we have: one is never two, and two are never one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from storage import Storage
from storage.model import Draft, Kind, Saved
from tests.storage.conftest import LATER, NOON, draft, keep, release

LINK = "https://archive.example/2024/a-title/"
GUID = "https://archive.example/?p=7"
DAY = NOON.date()


def text(title: str = "A title", body: str = "Some words.") -> Draft:
    """A release as a page of text gives it: no key, no link, no time."""
    return draft(title, body, day=DAY, kind=Kind.TEXT)


def feed(title: str = "A title", body: str = "Some words.", key: str = GUID) -> Draft:
    return draft(title, body, key=key, link=LINK)


NEW = "https://archive.example/2024/new/"


def numbered(
    title: str = "New", *, key: str = GUID, link: str = NEW, at: datetime = LATER
) -> Draft:
    """Another release, for which an imported site has given the number of `feed()` anew."""
    return draft(title, "New words.", key=key, link=link, at=at)


def twin(number: int) -> Draft:
    """One of two with the same title and second, as an archive's page gives it: by its number."""
    page = draft(link=f"{LINK}{number}/", kind=Kind.PAGE)
    return replace(page, aliases=(*page.aliases, f"post:{number}"))


async def ids(storage: Storage, *drafts: Draft) -> list[int]:
    """The ids of drafts that are kept one after the other, each in its own reading."""
    return [(await keep(storage, d))[0][1] for d in drafts]


CASES = {
    "the same key twice": ([feed(), feed()], 1),
    "the same key, another link": ([feed(), draft(key=GUID, link=LINK + "2")], 1),
    "the same key, all else new": ([feed(), draft("New", "new", key=GUID)], 1),
    "same title, same second, other keys": ([draft(key="1"), draft(key="2")], 2),
    "same link, other keys": ([draft(key="1", link=LINK), draft(key="2", link=LINK)], 2),
    "text, then feed, then text": ([text(), feed(), text()], 1),
    "feed, then text": ([feed(), text()], 1),
    "text twice": ([text(), text()], 1),
    "text of another title": ([text(), text("Another title")], 2),
    "text of another day": ([text(), draft("A title", day=DAY.replace(day=2), kind=Kind.TEXT)], 2),
    "page without key, then feed": ([draft("P", link=LINK, kind=Kind.PAGE), feed("F")], 1),
    "feed, then page without key": ([feed("F"), draft("P", link=LINK, kind=Kind.PAGE)], 1),
    "guid was the permalink, re-keyed": ([draft(key=LINK, link=LINK), feed()], 1),
    "re-keyed to the permalink": ([feed(), draft(key=LINK, link=LINK)], 1),
    "two keys of one text": ([text(), feed(), draft(key="other")], 2),
    "the same number, all else new": ([feed(), numbered()], 2),
    "the same number, same title": ([feed(), numbered("A title")], 1),
    "the same number, same second": ([feed(), numbered(at=NOON)], 1),
    "the same number, same link": ([feed(), numbered(link=LINK)], 1),
    "the same number, slug elsewhere": ([feed(), numbered(link="https://b.example/a-title")], 1),
    "the same number, no link": ([feed(), numbered(link="")], 1),
    "a number twice in one feed": ([feed(), numbered(), numbered(key=f"{GUID}|{NEW}")], 2),
    "a number twice, told apart first": ([feed(), numbered(key=f"{GUID}|{NEW}"), numbered()], 2),
    "a number twice, then edited": ([feed(), numbered(), numbered("Edited")], 2),
    "a number twice, then a new slug": ([feed(), numbered(), numbered(link=LINK + "new")], 2),
    "twins of a page": ([twin(1), twin(2)], 2),
    "a twin, moved": ([twin(1), replace(twin(1), aliases=("/moved", "post:1"))], 1),
    "text, then its page": ([text(), replace(twin(1), fingerprint=text().fingerprint)], 1),
    "the same number, no day": ([feed(), replace(numbered(), fingerprint="undated new")], 1),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
async def test_one_is_one_and_two_are_two(storage: Storage, case: str) -> None:
    """Met again under another form a release is itself; another release never is."""
    drafts, releases = CASES[case]

    assert len(set(await ids(storage, *drafts))) == releases
    assert await storage.releases.count() == releases
    again = await ids(storage, *drafts)
    assert await storage.releases.count() == releases, "reading it all again brings nothing new"
    assert set(again) <= set(range(1, releases + 1))


async def test_a_text_takes_the_key_of_its_feed(storage: Storage) -> None:
    """A release first met without identifier takes the source's own once it is known, for good."""
    await keep(storage, text(body="Plain."))
    await keep(storage, feed(body="Rich."))
    await keep(storage, text(body="Plain."))
    found = await release(storage, 1)

    assert (found.key, found.link, found.body.text) == (GUID, LINK, "Rich.")
    assert (found.published_at, found.revision) == (NOON, 1)


async def test_a_key_stays_the_sources_first(storage: Storage) -> None:
    """A re-keyed release keeps the key it was known by."""
    await keep(storage, draft(key=LINK, link=LINK))
    await keep(storage, feed())

    assert (await release(storage, 1)).key == LINK


async def test_two_of_one_name_in_one_page(storage: Storage) -> None:
    """A feed's two items of one title and day stay two after a page of text showed one of them."""
    await keep(storage, text())
    kept = await keep(storage, draft(key="1"), draft(key="2"))

    assert kept == [(Saved.KNOWN, 1), (Saved.NEW, 2)]
    assert await keep(storage, draft(key="2"), draft(key="1"), text()) == [
        (Saved.KNOWN, 2), (Saved.KNOWN, 1), (Saved.KNOWN, 1),
    ]  # fmt: skip


async def test_archives_do_not_mix(storage: Storage) -> None:
    """The same key in another archive is another release."""
    from storage.model import Archive

    await keep(storage, feed())

    assert await keep(storage, feed(), archive=Archive("b", "https://b.example/")) == [
        (Saved.NEW, 2)
    ]


async def test_two_of_one_number_stay_two(storage: Storage) -> None:
    """Each is met again by its link, and neither takes the other's key, words or place."""
    await keep(storage, feed(), numbered())
    kept = await keep(storage, numbered("Edited"), feed())

    assert [(Saved.CHANGED, 2), (Saved.KNOWN, 1)] == kept
    first, second = await release(storage, 1), await release(storage, 2)
    assert (GUID, "A title") == (first.key, first.title)
    assert (f"{GUID}|{NEW}", "Edited") == (second.key, second.title)


async def test_page_without_a_key_takes_no_key_twice(storage: Storage) -> None:
    """A feed's key is another release's already: the page's release keeps its own."""
    page = draft("New", "New.", link=NEW, at=LATER, kind=Kind.PAGE)
    await keep(storage, feed(), page)

    assert [(Saved.KNOWN, 2)] == await keep(storage, numbered())
    assert [(Saved.KNOWN, 2), (Saved.KNOWN, 1)] == await keep(storage, numbered(), feed())
