"""Many are refused as gone: the push pauses, nobody is unsubscribed, admins are asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.chat import Gone, Message, NoRights, SendError, Sent
from storage import Storage
from storage.model import Address
from tests.delivery.stage import courier, progress, published, settled, subscribed
from tests.fakes.platform import FakePlatform

ADMIN = Address("fake", "admin")


class Refusing(FakePlatform):
    """Refuses whom `gone` names; admins are reached always."""

    def __init__(self, gone: Callable[[str], bool], error: type[SendError] = Gone) -> None:
        super().__init__(admins=[ADMIN])
        self.gone, self.error = gone, error
        self.refused: list[str] = []

    async def send(self, address: Address, message: Message, *, key: str) -> Sent:
        if address != ADMIN and self.gone(address.chat):
            self.refused.append(address.chat)
            async with self._more:
                self._more.notify_all()
            raise self.error("gone")
        return await super().send(address, message, key=key)


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds are tenths here, and hours seconds."""
    for module in ("breaker", "refusals"):
        monkeypatch.setattr(f"bot.delivery.{module}.CANARY_SECONDS", 0.2)
    monkeypatch.setattr("bot.delivery.refusals.SECOND_OPINION", 0.3)
    monkeypatch.setattr("bot.delivery.refusals.ASK_AGAIN", 0.3)
    monkeypatch.setattr("bot.delivery.refusals.BURST", timedelta(seconds=2))


def said(platform: FakePlatform, words: str) -> bool:
    return any(words in m.text.text for chat, m in platform.arrived if chat == "admin")


@pytest.mark.parametrize("error", [Gone, NoRights])
async def test_a_burst_of_refusals_pauses_the_push_and_unsubscribes_nobody(
    storage: Storage, error: type[SendError]
) -> None:
    """The platform is wrong for a while; afterwards everybody gets the message."""
    wrong = True
    platform = Refusing(lambda _: wrong, error)
    await subscribed(storage, *map(str, range(60)))
    await published(storage, 1)
    async with courier(storage, platform) as working:
        await platform.until(lambda: said(platform, "paused"))
        tried = len(platform.refused)
        await platform.until(lambda: len(platform.refused) >= tried + 2)
        assert working.paused
        assert len(platform.refused) < 30
        wrong = False
        totals = await settled(storage)
        await platform.until(lambda: said(platform, "go on"))

    assert (60, 0) == (totals.sent, totals.failed)
    assert {"fake": 60} == await storage.subscribers.counts()


async def test_people_who_are_really_gone_stop_no_push(storage: Storage) -> None:
    """Three of a hundred: each is asked twice, then it is a failure, and the push went on."""
    platform = Refusing(lambda chat: chat in {"10", "50", "90"})
    await subscribed(storage, *map(str, range(100)))
    await published(storage, 1)
    async with courier(storage, platform) as working:
        totals = await settled(storage)
        assert not working.paused

    assert (97, 3) == (totals.sent, totals.failed)
    assert ["10", "10", "50", "50", "90", "90"] == sorted(platform.refused)
    assert {"fake": 100} == await storage.subscribers.counts()


async def test_an_admin_may_say_that_they_are_really_gone(storage: Storage) -> None:
    """Then refusals are believed, and the push goes on without a try in between."""
    platform = Refusing(lambda chat: int(chat) < 30)
    await subscribed(storage, *map(str, range(60)))
    await published(storage, 1)
    async with courier(storage, platform):
        await platform.until(lambda: said(platform, "paused"))
        await storage.outbox.vouch(1)
        totals = await settled(storage)

    assert (30, 30) == (totals.sent, totals.failed)


async def test_a_small_audience_that_is_half_gone_gets_through(storage: Storage) -> None:
    """It pauses, and the tries find those who are there; in the end all is settled."""
    platform = Refusing(lambda chat: int(chat) < 12)
    await subscribed(storage, *map(str, range(24)))
    await published(storage, 1)
    async with courier(storage, platform):
        totals = await settled(storage)

    assert (12, 12) == (totals.sent, totals.failed)
    assert (12, 12) == ((await progress(storage)).sent, (await progress(storage)).failed)
