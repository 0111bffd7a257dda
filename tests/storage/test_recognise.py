"""Whether a release is one we have: one is never two, and two are never one."""

from __future__ import annotations

import pytest

from storage import Storage
from storage.model import Draft, Kind, Saved
from tests.storage.conftest import NOON, draft, keep, release

LINK = "https://archive.example/2024/a-title/"
GUID = "https://archive.example/?p=7"
DAY = NOON.date()


def text(title: str = "A title", body: str = "Some words.") -> Draft:
    """A release as a page of text gives it: no key, no link, no time."""
    return draft(title, body, day=DAY, kind=Kind.TEXT)


def feed(title: str = "A title", body: str = "Some words.", key: str = GUID) -> Draft:
    return draft(title, body, key=key, link=LINK)


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
