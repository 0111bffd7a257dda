"""A chat in which we may not write: it rests, nobody waits for it, and rights may come back."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path

from bot.chat import NoRights
from storage.model import Outbox
from tests.delivery.stage import courier, published, subscribed
from tests.delivery.weather import HOUR, Weather, all_well, heartbeat, housed, waited
from tests.virtual import clock, virtual


def mute(chat: str) -> NoRights | None:
    """Nothing may be written in chat 5."""
    return NoRights("the bot may not write in the chat") if chat == "5" else None


@virtual
async def test_a_chat_without_rights_waits_for_them(tmp_path: Path) -> None:
    """It is asked now and then, at most ten minutes apart; once we may write it is told, in order,
    and it stays subscribed.
    """
    platform = Weather(mute)
    async with housed(tmp_path) as storage:
        await subscribed(storage, *map(str, range(20)))
        await published(storage, 1, now=clock())
        async with heartbeat(storage), courier(storage, platform, now=clock):
            assert await waited(storage, 1, 60) < 10
            await published(storage, 2, now=clock())
            assert await waited(storage, 2, 60) < 10
            await asyncio.sleep(2 * HOUR)
            tries = [send.at for send in platform.sends if send.chat == "5"]
            assert Outbox(waiting=2, sent=38) == await storage.outbox.totals()
            platform.rule = all_well
            await waited(storage, 0, 660)
            totals = await storage.outbox.totals()
        counts = await storage.subscribers.counts()
    told = [message.text.text for chat, message in platform.arrived if chat == "5"]
    gaps = [after - before for before, after in pairwise(tries)]

    assert (Outbox(sent=40), {"fake": 20}) == (totals, counts)
    assert [True, True] == ["number 1" in told[0], "number 2" in told[1]]
    assert max(gaps) <= 601
    assert min(gaps) >= 20
    assert len(tries) <= 20


@virtual
async def test_many_without_rights_are_tried_beside_the_others(tmp_path: Path) -> None:
    """Their tries take no turns that others would need: the next push is as quick as ever."""
    platform = Weather(lambda chat: NoRights("no") if int(chat) % 4 == 0 else None)
    async with housed(tmp_path) as storage:
        await subscribed(storage, *map(str, range(200)))
        await published(storage, 1, now=clock())
        async with heartbeat(storage), courier(storage, platform, now=clock):
            await waited(storage, 50, 600)
            await asyncio.sleep(600)
            await published(storage, 2, now=clock())
            took = await waited(storage, 100, 600)
            totals = await storage.outbox.totals()

    assert Outbox(waiting=100, sent=300) == totals
    assert took < 15
