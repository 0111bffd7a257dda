"""Channels that the settings name: subscribed as soon as the bot can post there."""

from __future__ import annotations

import pytest
import structlog

from bot.platforms.telegram import Options
from storage import Storage
from storage.model import Address
from tests.fakes.botapi import FakeBotAPI
from tests.platforms.echo import Echo, running
from tests.platforms.telegram_stage import ANN, BEN, api, confirmed, connected, storage

__all__ = ["api", "storage"]  # fixtures

CHANNEL, POSTS = -1001234567890, {"status": "administrator", "rights": ["can_post_messages"]}
THERE = Address("telegram", str(CHANNEL))


async def active(storage: Storage, address: Address = THERE) -> bool:
    known = await storage.subscribers.find(address)
    return known is not None and known.active


async def test_a_channel_of_the_settings_is_subscribed_when_it_can_be(
    api: FakeBotAPI, storage: Storage
) -> None:
    """What is missing is said once and names no chat; promoted, the bot subscribes it at once."""
    api.add_chat(CHANNEL, "channel", username="newsviews", status="left", members={ANN: "creator"})
    with structlog.testing.capture_logs() as logs:
        async with running(connected(api, storage, channels=["@newsviews"]), Echo()):
            await api.wait_for(lambda: [line for line in logs if line.get("missing")])
            api.set_status(CHANNEL, POSTS, by=ANN)
            await api.wait_for(lambda: len([e for e in api.truth if e["method"] == "getchat"]) > 1)
            await settled(api, storage)
    (line,) = [line for line in logs if line.get("missing")]
    assert line["place"] == 1
    assert "newsviews" not in repr(logs)


async def settled(api: FakeBotAPI, storage: Storage) -> None:
    """Wait until the channel is subscribed: each look of ours rings no bell, each poll does."""
    while not await active(storage):
        api.user_sends(BEN, "hello")
        await confirmed(api)


def test_channels_are_names_or_ids() -> None:
    """Numbers may be written as numbers; what can be no channel is refused."""
    token = "123456:AA-secret_part"
    options = Options.model_validate({"token": token, "channels": ["@name", -100123, " @name "]})

    assert options.channels == ("@name", "-100123")
    for wrong in (["name"], ["@x"], [100123], ["t.me/name"], "@name"):
        with pytest.raises(ValueError, match="channels"):
            Options.model_validate({"token": token, "channels": wrong})
