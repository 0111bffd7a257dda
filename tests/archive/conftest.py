"""What the tests of this room share: a time, an archive, a database, the captures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage import Storage, open_storage
from storage.model import Archive
from tests.archive.scene import Scene, open_scene

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
ARCHIVE = Archive("press", "http://127.0.0.1:8410/category/press-releases/")
FEEDS = Path(__file__).parents[1] / "feeds"
_DATA = Path(__file__).parents[2] / ".." / "shared" / "data"


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    async with open_storage(tmp_path / "herald.db") as opened:
        yield opened


@pytest.fixture
async def scene(storage: Storage) -> AsyncIterator[Scene]:
    async with open_scene(storage) as opened:
        yield opened


@pytest.fixture
def capture() -> Callable[[str], bytes]:
    """The bytes of a file below shared/data; the test is skipped where that folder is not."""

    def read(name: str) -> bytes:
        if not _DATA.is_dir():
            pytest.skip("the shared captures are not beside this checkout")
        return (_DATA / name).read_bytes()

    return read


@pytest.fixture
def wordpress() -> Path:
    """The folder with the answers of a real WordPress; the test is skipped where it is not."""
    if not _DATA.is_dir():
        pytest.skip("the shared captures are not beside this checkout")
    return _DATA / "wordpress"


def rss(*items: str, title: str = "Press") -> str:
    """A small feed with these items, newest first."""
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>'
        f"<link>https://press.example/</link>{''.join(items)}</channel></rss>"
    )


def item(number: int, at: datetime, text: str = "Some words.") -> str:
    """One item; its number is in its guid, link and title."""
    return (
        f"<item><title>Release {number}</title><link>https://press.example/{number}/</link>"
        f'<guid isPermaLink="false">https://press.example/?p={number}</guid>'
        f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} +0000</pubDate>"
        f"<description>{text}</description></item>"
    )
