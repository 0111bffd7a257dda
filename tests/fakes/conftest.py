"""The living archive and its reader, for the tests of this folder."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.demo.posts import sample
from tests.fakes.archive import LivingWordPress
from tests.fakes.reading import NOON, Reader


@pytest.fixture
async def site() -> AsyncIterator[LivingWordPress]:
    """The sample archive, at noon."""
    async with LivingWordPress(sample(NOON), clock=lambda: NOON) as living:
        yield living


@pytest.fixture
async def reader(site: LivingWordPress) -> AsyncIterator[Reader]:
    """A reader of that site."""
    timeout = aiohttp.ClientTimeout(total=10)
    async with aiohttp.ClientSession(auto_decompress=False, timeout=timeout) as session:
        yield Reader(site, session)
