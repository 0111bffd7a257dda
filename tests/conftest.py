"""What every test may ask for: a fixed noon, a storage in a file of its own, a Matrix server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from storage import Storage, open_storage
from storage.seal import Seal

if TYPE_CHECKING:
    from tests.fakes.synapse import Synapse

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


@pytest.fixture(scope="session")
def synapse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    """The Matrix server that all tests share, each with people and rooms of its own."""
    from tests.fakes.synapse.server import on_stage  # few tests need it, and its library

    with on_stage(tmp_path_factory.mktemp("synapse")) as server:
        yield server


@pytest.fixture
def own_synapse(tmp_path: Path) -> Iterator[Synapse]:
    """A Matrix server that a test may stop, for itself alone."""
    from tests.fakes.synapse.server import on_stage

    with on_stage(tmp_path / "synapse") as server:
        yield server
