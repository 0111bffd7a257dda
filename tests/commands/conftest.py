"""What tests of commands may ask for: a house with releases in it."""

from __future__ import annotations

from datetime import datetime

import pytest

from storage import Storage
from tests.commands.house import House, built


@pytest.fixture
async def house(storage: Storage, now: datetime) -> House:
    """A router over thirty releases, asked by one person."""
    return await built(storage, now)
