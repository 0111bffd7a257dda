"""A site that was imported elsewhere gives its numbers out anew, and keeps its guids."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from storage import Storage
from tests.archive.chronicle import Chronicle, open_chronicle
from tests.archive.scene import announced
from tests.archive.test_reconcile import corrections, filled


@pytest.fixture
async def chronicle(storage: Storage) -> AsyncIterator[Chronicle]:
    async with open_chronicle(storage, count=12) as opened:
        yield opened


def imported_elsewhere(chronicle: Chronicle) -> None:
    """Only the releases were taken along: they have new numbers and their old guids."""
    blog = chronicle.site.blog
    guids = {number: blog.guid(post) for number, post in blog.posts.items()}
    posts = [post for post in blog.posts.values() if "news" not in post.categories]
    blog.posts.clear()
    for number, post in enumerate(sorted(posts, key=lambda post: post.date_gmt), 1):
        blog.posts[number] = replace(post, id=number, guid=guids[post.id])


@pytest.mark.parametrize("way", ["rest", "feed"])
async def test_new_release_is_not_an_old_one(
    chronicle: Chronicle, storage: Storage, way: str
) -> None:
    """Each that follows is news, whosever number it has, and no copy of another is altered."""
    await filled(chronicle, way)
    chronicle.clock.pass_by(minutes=5)
    sent = chronicle.site.write("Sent", "<p>What was sent.</p>")
    await chronicle.watcher.read_once()
    async with storage.database.write() as tx:
        await tx.run("UPDATE announcements SET fanned = 1, total = 1, reached = 1")
    imported_elsewhere(chronicle)
    chronicle.clock.pass_by(minutes=5)
    await chronicle.watcher.read_once()
    before = await chronicle.titles()
    after = []
    for number in range(14):
        chronicle.clock.pass_by(minutes=5)
        post = chronicle.site.write(f"After {number}", f"<p>Another {number}.</p>")
        after.append(post.title)
        await chronicle.watcher.read_once()

    assert sent.id > post.id > 14, "the numbers are those of releases from before"
    assert ["Sent", *after] == await announced(storage)
    assert [*before, *after] == await chronicle.titles()
    await chronicle.compare()
    await chronicle.compare()
    assert [*before, *after] == await chronicle.titles(), "met again they are themselves"
    assert ["Sent", *after] == await announced(storage)
    assert [] == await corrections(storage)
