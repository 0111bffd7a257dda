"""What is sent ahead of an audience, or to one of two chats that become one, is known as sent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage import Storage
from storage.model import Follow
from tests.storage.conftest import NOON, announced, chat, claim, crowd, fan_out
from tests.storage.test_correcting import corrections, edited, sent


async def test_a_copy_sent_ahead_of_its_audience_is_corrected(storage: Storage) -> None:
    """Who changes what they want while an audience waits has the release before the others."""
    await crowd(storage, 3)
    await announced(storage, "older")
    await announced(storage, "news")
    await storage.outbox.fan_out(1)
    await storage.follows.add(chat(2), Follow("keyword", "apple"), narrow=True)
    for minutes in (0, 2, 4):
        await sent(storage, await claim(storage, now=NOON + timedelta(minutes=minutes)))
    await edited(storage, "Better words.")

    assert await corrections(storage)


@pytest.mark.parametrize(("old", "new"), [(1, 2), (2, 1)])
async def test_chats_that_become_one_are_sent_nothing_twice(
    storage: Storage, old: int, new: int
) -> None:
    """Whichever of the two moved, what one of them had is not sent again."""
    await crowd(storage, 2)
    await announced(storage)
    await fan_out(storage)
    await sent(storage, await claim(storage, 1))
    await storage.subscribers.move(chat(old), chat(new))

    assert [] == await claim(storage, now=NOON + timedelta(hours=1))
