"""What admins are told, in their own chats."""

from __future__ import annotations

from bot.chat import Gone, Later, Message, Refused
from bot.delivery.admins import Admins
from storage import Storage
from storage.model import Address, RichText
from tests.fakes.platform import FakePlatform

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


async def test_the_end_waits_for_nobody(storage: Storage) -> None:
    """A platform that hangs holds up no shutdown."""
    platform = FakePlatform(admins=[FIRST])
    platform.gate.clear()
    admins = Admins([platform], storage, "en")
    admins.tell(said)
    await platform.until(lambda: platform.started == 1)
    await admins.end()

    assert [] == platform.arrived
