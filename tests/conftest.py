"""What every test may ask for: a fixed noon, and a storage in a file of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage import Storage, open_storage
from storage.seal import Seal

# Not a secret: it seals the addresses of people who do not exist.
SECRET = b"k" * 32


@pytest.fixture
def now() -> datetime:
    """A noon in November, UTC."""
    return datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    """An empty database on a real file, with a key."""
    async with open_storage(tmp_path / "herald.db", Seal(SECRET)) as opened:
        yield opened
