"""Captures of a real WordPress: one archive, met in five forms, is the same releases."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.archive.formats import read
from storage import Storage
from storage.model import Draft, Fate, Saved
from tests.archive.conftest import ARCHIVE, NOW

Capture = Callable[[str], bytes]
RSS = [f"wordpress/feed-rss-page{n}.body" for n in (1, 2, 3, 4)]
REST = [f"wordpress/rest-posts-page{n}.body" for n in (1, 2)]
HTML = [f"wordpress/archive-page{n}.body" for n in (1, 2, 3)]
TEXT = ["press-releases-archive-page.txt"]


def drafts(capture: Capture, names: list[str]) -> list[Draft]:
    return [draft for name in names for draft in read(capture(name), ARCHIVE, NOW).drafts]


async def keep(storage: Storage, found: list[Draft]) -> tuple[list[Saved], list[int]]:
    kept = await storage.keep(ARCHIVE, [(draft, Fate.QUIET) for draft in found], NOW)
    return [saved for saved, _ in kept], [number for _, number in kept]


def test_feed_and_rest_hold_the_same_posts(capture: Capture) -> None:
    """33 posts, one of them refused for its password, by the same keys, links and instants."""
    feed, rest = drafts(capture, RSS), drafts(capture, REST)

    def known(found: list[Draft]) -> set[tuple[object, ...]]:
        # A post's own number is told by REST alone, where its guid is a permalink.
        forms = [[a for a in d.aliases if not a.startswith("post:")] for d in found]
        return {
            (d.key, d.link, d.title, d.published, d.published_at, *own)
            for d, own in zip(found, forms, strict=True)
        }

    assert (len(feed), len(rest)) == (32, 32)
    assert known(feed) == known(rest)
    assert [r[1] for n in RSS for r in read(capture(n), ARCHIVE, NOW).refused] == [
        "It is protected by a password."
    ]


def test_all_forms_show_the_same_words(capture: Capture) -> None:
    """RSS, Atom, REST and HTML agree word by word, but for the post that the feed cuts in two."""
    rest = {draft.link: draft for draft in drafts(capture, REST)}
    others = drafts(capture, [*RSS, *HTML, "wordpress/feed-atom-page1.body"])

    differing = {d.link for d in others if d.digest != rest[d.link].digest}

    assert len(others) == 32 + 15 + 10
    assert len(differing) == 1
    assert "<!--nextpage-->" in rest[differing.pop()].source
    assert {d.published for d in others} <= {d.published for d in rest.values()}


@pytest.mark.parametrize(
    "order", [[TEXT, RSS], [RSS, TEXT], [TEXT, HTML, RSS, REST], [REST, RSS, HTML, TEXT]]
)
async def test_one_archive_through_many_doors(
    storage: Storage, capture: Capture, order: list[list[str]]
) -> None:
    """In whatever order the sources come, no release is doubled and none is a revision."""
    for names in order:
        saved, _ = await keep(storage, drafts(capture, names))
        assert Saved.CHANGED not in saved

    assert await storage.releases.count() == 32


async def test_text_page_and_feed_are_the_same_five(storage: Storage, capture: Capture) -> None:
    """The five releases of the page keep their ids when the feed brings them, and get its keys."""
    _, before = await keep(storage, drafts(capture, TEXT))
    feed = drafts(capture, RSS)
    _, after = await keep(storage, feed)

    dated = [n for d, n in zip(feed, after, strict=True) if d.published.year == 2014]
    assert sorted(dated) == sorted(before)
    release = await storage.releases.get(before[0])
    assert release is not None
    assert release.key == "http://127.0.0.1:8410/?p=11"
    assert release.revision == 1


async def test_reading_twice_changes_nothing(storage: Storage, capture: Capture) -> None:
    """Every source, met again, is known."""
    for names in (TEXT, HTML, RSS, REST, ["wordpress/feed-rss-excerpts.body"]):
        await keep(storage, drafts(capture, names))
        saved, _ = await keep(storage, drafts(capture, names))
        assert set(saved) == {Saved.KNOWN}
