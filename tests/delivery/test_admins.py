"""What admins are told, in their own chats."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.chat import Gone, Later, Message, Refused
from bot.delivery.admins import Admins
from storage import Storage
from storage.model import Address, RichText
from tests.delivery.stage import courier, published, subscribed
from tests.delivery.weather import Weather, heartbeat, housed
from tests.fakes.platform import FakePlatform
from tests.virtual import clock, virtual

FIRST, SECOND = Address("fake", "1"), Address("fake", "2")


def said(language: str) -> Message:
    return Message(RichText(f"Trouble in {language}."))


async def test_every_admin_is_told_in_a_language_of_their_own(storage: Storage) -> None:
    """The one that was chosen, else the campaign's."""
    platform = FakePlatform(admins=[FIRST, SECOND])
    await storage.subscribers.choose(SECOND, language="ru")
    admins = Admins([platform], storage, "en")
    admins.tell(said)
    await platform.until(lambda: len(platform.arrived) == 2)

    assert [("1", "Trouble in en."), ("2", "Trouble in ru.")] == [
        (chat, message.text.text) for chat, message in platform.arrived
    ]


async def test_one_who_cannot_be_reached_keeps_it_from_nobody(storage: Storage) -> None:
    """Gone, or refused: the next admin is told all the same; a wait is waited for."""
    platform = FakePlatform(admins=[FIRST, SECOND])
    admins = Admins([platform], storage, "en")
    for failures in ([Gone("x")], [Refused("x")], [Gone("x"), Later("x")]):
        platform.failures.extend(failures)
        before = len(platform.arrived)
        admins.tell(said)
        await platform.until(lambda before=before: len(platform.arrived) > before)

    assert ["2", "2", "2"] == platform.chats


@virtual
async def test_who_is_not_reached_is_told_again_while_it_lasts(tmp_path: Path) -> None:
    """One is refused for a minute, and hears it then; the other is told once. What is over is
    told to nobody any more.
    """
    lasts = True
    platform = FakePlatform(admins=[FIRST, SECOND])
    platform.failures.append(Gone("x"))
    async with housed(tmp_path) as storage:
        admins = Admins([platform], storage, "en")
        admins.tell(said, lambda: lasts)
        await asyncio.sleep(1)
        platform.failures.append(Gone("x"))
        await asyncio.sleep(30)
        assert ["2"] == platform.chats
        await asyncio.sleep(300)
        assert ["2", "1"] == platform.chats

        platform.failures.append(Gone("x"))
        admins.tell(said, lambda: lasts)
        await asyncio.sleep(1)
        lasts = False
        await asyncio.sleep(300)

    assert ["2", "1", "2"] == platform.chats


@virtual
async def test_an_admin_who_is_refused_like_all_others_hears_of_the_pause(tmp_path: Path) -> None:
    """As soon as they can be reached, and not when it is over: they may decide what follows."""
    platform = Weather(lambda _: Gone("x"))
    platform.failures.extend([Gone("x"), Gone("x")])  # the first copy, and the word of the pause
    async with housed(tmp_path) as storage:
        await subscribed(storage, *map(str, range(20)))
        await published(storage, 1, now=clock())
        async with heartbeat(storage), courier(storage, platform, now=clock) as working:
            await asyncio.sleep(60)

            assert working.paused
            assert 1 == platform.said("I have paused")


async def test_the_end_waits_for_nobody(storage: Storage) -> None:
    """A platform that hangs holds up no shutdown."""
    platform = FakePlatform(admins=[FIRST])
    platform.gate.clear()
    admins = Admins([platform], storage, "en")
    admins.tell(said)
    await platform.until(lambda: platform.started == 1)
    await admins.end()

    assert [] == platform.arrived
