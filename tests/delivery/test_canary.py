"""The first copy goes alone, and to an admin: what is refused is refused once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from bot.chat import Gone, Message, Refused, SendError, Sent
from storage import DatabaseError, Storage
from storage.model import Address, Subscriber
from tests.delivery.stage import courier, progress, published, settled, subscribed
from tests.fakes.platform import FakePlatform

ADMIN = Address("fake", "admin")


class Picky(FakePlatform):
    """Refuses what has these words in it; others go through."""

    def __init__(self, words: str, *admins: Address, error: type[SendError] = Refused) -> None:
        super().__init__(admins=admins)
        self.words, self.error = words, error
        self.tried: list[str] = []

    async def send(self, address: Address, message: Message, *, key: str) -> Sent:
        self.tried.append(address.chat)
        if self.words in message.text.text:
            raise self.error("no")
        return await super().send(address, message, key=key)


async def test_content_that_is_refused_stops_at_the_first(storage: Storage) -> None:
    """Ten subscribers, one try; the next release goes out to all of them."""
    platform = Picky("number 1")
    await subscribed(storage, *"abcdefghij")
    await published(storage, 1, 2)
    async with courier(storage, platform):
        totals = await settled(storage)

    assert (10, 10) == (totals.failed, totals.sent)
    assert 11 == len(platform.tried)
    assert (0, 10) == ((await progress(storage, 1)).sent, (await progress(storage, 1)).failed)


async def test_admins_hear_that_content_was_refused(storage: Storage) -> None:
    """The admin gets the first copy, and when it is refused, a word instead."""
    platform = Picky("24 November", ADMIN)
    await subscribed(storage, *"abc")
    await published(storage, 1)
    async with courier(storage, platform):
        await settled(storage)
        await platform.until(lambda: len(platform.arrived) == 1)

    assert ["admin"] == platform.chats
    assert "number 1" in platform.arrived[0][1].text.text


async def test_admins_hear_of_a_refusal_though_the_database_fails_once(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be written down is no reason to say nothing."""
    platform = Picky("24 November", ADMIN)
    refuse, failures = storage.outbox.refuse, [DatabaseError("The database is locked.")]

    async def locked(announcement: int, name: str) -> int:
        if failures:
            raise failures.pop()
        return await refuse(announcement, name)

    monkeypatch.setattr(storage.outbox, "refuse", locked)
    await subscribed(storage, *"abc")
    await published(storage, 1)
    async with courier(storage, platform):
        await settled(storage)
        await platform.until(lambda: len(platform.arrived) == 1)

    assert ["admin"] == platform.chats
    assert not failures


async def test_the_first_copy_goes_to_an_admin(storage: Storage) -> None:
    """Before anybody else, and once."""
    platform = FakePlatform(admins=[ADMIN])
    await subscribed(storage, *"abc")
    await published(storage, 1)
    async with courier(storage, platform):
        totals = await settled(storage)

    assert ("admin", 3) == (platform.chats[0], totals.sent)
    assert ["a", "admin", "b", "c"] == sorted(platform.chats)


async def test_an_admin_who_subscribed_gets_one_copy(storage: Storage) -> None:
    """The first, which is their own delivery."""
    platform = FakePlatform(admins=[ADMIN])
    await subscribed(storage, "a", "b", "admin")
    await published(storage, 1)
    async with courier(storage, platform):
        totals = await settled(storage)

    assert ("admin", 3) == (platform.chats[0], totals.sent)
    assert ["a", "admin", "b"] == sorted(platform.chats)


async def test_without_an_admin_who_can_be_reached_a_subscriber_is_first(
    storage: Storage,
) -> None:
    """Nobody waits for an admin who has never opened the chat; two of them are tried."""
    platform = FakePlatform(admins=[ADMIN, Address("fake", "other")])
    platform.failures.extend([Gone("never started"), Gone("never started")])
    await subscribed(storage, *"abc")
    await published(storage, 1)
    async with courier(storage, platform):
        totals = await settled(storage)

    assert (3, ["a", "b", "c"]) == (totals.sent, sorted(platform.chats))


@pytest.mark.parametrize("error", [DatabaseError("locked"), RuntimeError("a bug")])
async def test_a_canary_that_meets_trouble_of_ours_holds_up_nobody(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """The look for the admin fails once: everybody gets the message all the same, and once."""
    platform = FakePlatform(admins=[ADMIN])
    await subscribed(storage, *"abc")
    await published(storage, 1)
    find, failures = storage.subscribers.find, [error]

    async def flaky(address: Address) -> Subscriber | None:
        if failures:
            raise failures.pop()
        return await find(address)

    monkeypatch.setattr(storage.subscribers, "find", flaky)
    monkeypatch.setattr("bot.delivery.sending.RETRY_SECONDS", 0.05)
    async with courier(storage, platform):
        totals = await settled(storage)

    assert (3, [1, 1, 1]) == (totals.sent, [platform.chats.count(chat) for chat in "abc"])


async def test_each_language_has_a_first_copy_of_its_own(storage: Storage) -> None:
    """What is refused in one language may be so in its buttons: nobody else is tried then."""
    platform = FakePlatform()
    platform.gate.clear()
    await subscribed(storage, *"abcdef")
    for chat in "def":
        await storage.subscribers.choose(Address("fake", chat), language="ru")
    await published(storage, 1)
    async with courier(storage, platform):
        await platform.until(lambda: platform.started == 1)
        await asyncio.sleep(0.3)  # time for others to begin, if they did not wait
        assert 1 == platform.started
        platform.gate.set()
        totals = await settled(storage)

    assert 6 == totals.sent


async def test_an_admin_gets_no_second_copy_after_a_restart(storage: Storage) -> None:
    """What was begun by an earlier run is known to be taken."""
    platform = FakePlatform(admins=[ADMIN])
    await subscribed(storage, *"abcdefgh")
    await published(storage, 1)
    for already in (1, 0, 0, 0):
        async with courier(storage, platform):
            more = len(platform.arrived) + 1 + already
            await platform.until(lambda more=more: len(platform.arrived) >= more)
    async with courier(storage, platform):
        await settled(storage)

    assert 1 == platform.chats.count("admin")


class Odd(FakePlatform):
    """Refuses what goes to these chats, whatever it says."""

    def __init__(self, *chats: str, admins: Sequence[Address] = ()) -> None:
        super().__init__(admins=admins)
        self.odd = chats
        self.tried: list[str] = []

    async def send(self, address: Address, message: Message, *, key: str) -> Sent:
        self.tried.append(address.chat)
        if address.chat in self.odd:
            raise Refused("a button was not accepted")
        return await super().send(address, message, key=key)


async def russian(storage: Storage, *chats: str) -> None:
    for chat in chats:
        await storage.subscribers.choose(Address("fake", chat), language="ru")


async def test_a_refusal_in_one_language_stops_no_other(storage: Storage) -> None:
    """Where it is taken in English, only those who read Russian are left out, after one try."""
    platform = Odd("y", "z", admins=[ADMIN])
    await subscribed(storage, *"abcdefg", "y", "z")
    await russian(storage, "y", "z")
    await published(storage, 1)
    async with courier(storage, platform):
        totals = await settled(storage)
        await platform.until(lambda: platform.chats.count("admin") == 2)
    told = [message.text.text for chat, message in platform.arrived if chat == "admin"][1]

    assert (7, 2) == (totals.sent, totals.failed)
    assert [1, 0] == sorted((platform.tried.count("y"), platform.tried.count("z")), reverse=True)
    assert "Only those who read it in Русский are not sent it there" in told


async def test_a_refusal_after_a_restart_stops_no_other_language(storage: Storage) -> None:
    """What has reached somebody before is taken in some language: the others still go on."""
    platform = Odd()
    await subscribed(storage, "a")
    await published(storage, 1)
    async with courier(storage, platform):
        await platform.until(lambda: len(platform.arrived) == 1)
        await settled(storage)
    async with storage.database.write() as tx:  # as if the run had ended in the middle
        await tx.run("UPDATE announcements SET total = 1, fanned = 0, reached = 1, done_at = NULL")
        await tx.run("UPDATE announcements SET audience = 9")
    await subscribed(storage, *"bcd")
    await russian(storage, "b")
    while await storage.outbox.fan_out():
        pass
    platform.odd = ("b",)
    async with courier(storage, platform):
        totals = await settled(storage)

    assert (3, 1) == (totals.sent, totals.failed)


@pytest.mark.parametrize("leaves", [False, True])
async def test_an_admin_who_is_owed_nothing_gets_a_copy(storage: Storage, leaves: bool) -> None:
    """Who subscribed later, or left: they are the first to see it all the same."""
    platform = FakePlatform(admins=[ADMIN])
    await subscribed(storage, *"abc", *["admin"] * leaves)
    await published(storage, 1)
    if leaves:
        await storage.subscribers.unsubscribe(ADMIN)
    else:
        await subscribed(storage, "admin")
    async with courier(storage, platform):
        totals = await settled(storage)

    assert (3, "admin") == (totals.sent, platform.chats[0])
    assert ["a", "admin", "b", "c"] == sorted(platform.chats)
