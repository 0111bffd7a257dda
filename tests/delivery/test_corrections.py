"""Corrections: the copies of an edited release read its new words, and nobody is sent it again."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.chat import (
    Gone,
    Later,
    Limits,
    Message,
    Moved,
    NoRights,
    Refused,
    SendError,
    Sent,
    Stop,
    Unknown,
)
from bot.text.split import utf16
from storage import Storage
from storage.model import Address, Correcting, Fate, Lane, Outbox
from storage.outbox import State
from tests.delivery.stage import courier, made, published, subscribed
from tests.delivery.weather import ADMIN, Weather, housed, waited
from tests.fakes.platform import FakePlatform
from tests.fakes.releases import ARCHIVE, draft
from tests.virtual import clock, virtual

WEEK = Correcting(timedelta(days=7), 20)
NEW = "Corrected statement"


async def edited(storage: Storage, title: str = NEW, text: str = "The council met.") -> None:
    """The site shows the release with another title."""
    words = draft(1, title, text)
    await storage.keep(ARCHIVE, [(words, Fate.QUIET)], clock(), listed=True, correcting=WEEK)
    while await storage.outbox.fan_out():
        pass


async def told(storage: Storage, platform: FakePlatform, *chats: str) -> None:
    """These have the release."""
    await subscribed(storage, *chats)
    await published(storage, 1, now=clock())
    async with courier(storage, platform, now=clock):
        await waited(storage, 0, 600)


async def corrected(storage: Storage, platform: FakePlatform, seconds: float = 600) -> Outbox:
    """The outbox once a courier had so long for all of it."""
    async with courier(storage, platform, now=clock):
        await waited(storage, 0, seconds)
        return await storage.outbox.totals()


async def skipped(storage: Storage) -> int:
    """How many copies were left as they are."""
    found = await storage.outbox.progress(2)
    assert found is not None
    assert 0 == found.failed == found.unknown
    return found.skipped


def titles(platform: FakePlatform) -> Counter[str]:
    """What the messages that are there begin with by now."""
    return Counter(m.text.text.partition("\n")[0] for m in platform.reads.values())


@virtual
async def test_every_copy_reads_the_new_words(tmp_path: Path) -> None:
    """In its place, with the buttons; not one message more, to admins neither."""
    async with housed(tmp_path) as storage:
        platform = FakePlatform(admins=[ADMIN])
        await told(storage, platform, "a", "b", "c")
        before = len(platform.arrived)
        await edited(storage)
        totals = await corrected(storage, platform)

        assert Counter("abc") == Counter(chat for chat, _ in platform.edits)
        assert before == len(platform.arrived)
        assert {NEW: 3} == {t: n for t, n in titles(platform).items() if "number" not in t}
        assert (0, 0) == (totals.waiting, totals.failed)
        assert all(message.buttons for message in platform.reads.values())


@virtual
async def test_a_copy_that_cannot_be_changed_is_left_as_it_is(tmp_path: Path) -> None:
    """The reader deleted it: nobody is told, and the others go on without a canary."""
    async with housed(tmp_path) as storage:
        platform = FakePlatform(admins=[ADMIN])
        await told(storage, platform, *map(str, range(20)))
        before = len(platform.arrived)
        platform.failures.extend(Refused("not there") for _ in range(5))
        await edited(storage)
        await corrected(storage, platform)

        assert (5, 15) == (await skipped(storage), titles(platform)[NEW])
        assert (before, 20) == (len(platform.arrived), len(platform.edits))


@pytest.mark.parametrize("error", [Gone("blocked"), NoRights("no rights")])
@virtual
async def test_an_edit_says_nothing_of_who_is_there(tmp_path: Path, error: SendError) -> None:
    """Forty refusals in a row pause no push, tell no admin, count against no subscription."""
    async with housed(tmp_path) as storage:
        platform = Weather()
        await told(storage, platform, *map(str, range(40)))
        before = len(platform.arrived)
        platform.failures.extend([error] * 40)
        await edited(storage)
        await corrected(storage, platform)
        await published(storage, 2, now=clock())
        async with courier(storage, platform, now=clock) as working:
            await waited(storage, 0, 60)
            assert not working.paused

        assert 40 == await skipped(storage)
        assert [] == [m for m in platform.arrived[before:] if "number 2" not in m[1].text.text]
        for chat in range(40):
            found = await storage.subscribers.find(Address("fake", str(chat)))
            assert found is not None
            assert found.active
            assert not await storage.subscribers.refused(found.id, clock().date())


@virtual
async def test_what_did_not_work_now_is_tried_again(tmp_path: Path) -> None:
    """A pause, trouble of the platform, a lost answer: an edit twice changes nothing."""
    async with housed(tmp_path) as storage:
        platform = FakePlatform()
        await told(storage, platform, "a")
        platform.failures.extend([
            Later("slower", 3.0), Unknown("no answer"), Later("down", None, "platform"),
            Unknown("no answer"), Unknown("no answer"), Unknown("no answer"), Later("odd"),
            RuntimeError("a bug"),
        ])  # fmt: skip
        await edited(storage)
        totals = await corrected(storage, platform, 7200)

        assert ({NEW: 1}, 9, 1) == (titles(platform), len(platform.edits), len(platform.arrived))
        assert Outbox(sent=2) == totals


@virtual
async def test_what_never_works_is_given_up_after_a_week(tmp_path: Path) -> None:
    """It has not failed to reach anybody: the copy is there, with the old words."""
    async with housed(tmp_path) as storage:
        platform = FakePlatform()
        await told(storage, platform, "a")
        await edited(storage)
        async with storage.database.write() as tx:
            await tx.run("UPDATE announcements SET lifetime = 60000 WHERE id = 2")
        platform.failures.extend(Later("odd") for _ in range(100))
        await corrected(storage, platform, 3600)

        assert 1 == await skipped(storage)


@virtual
async def test_a_chat_that_moved_is_followed_and_its_copy_left(tmp_path: Path) -> None:
    """At the new address there is no such message; what is sent from now on goes there."""
    async with housed(tmp_path) as storage:
        platform = FakePlatform()
        await told(storage, platform, "old")
        platform.failures.append(Moved("upgraded", Address("fake", "new")))
        await edited(storage)
        await corrected(storage, platform)

        assert (1, [("old", "1")]) == (await skipped(storage), platform.edits)
        assert await storage.subscribers.find(Address("fake", "new")) is not None


@virtual
async def test_what_was_withdrawn_meanwhile_is_not_edited(tmp_path: Path) -> None:
    """Between the claim and its turn, and before."""
    async with housed(tmp_path) as storage:
        platform = FakePlatform()
        await told(storage, platform, "a", "b")
        await edited(storage)
        await asyncio.sleep(5)
        epoch = await storage.facts.next_epoch()
        claimed = await storage.outbox.claim("fake", epoch, [Lane.LATER], 1, clock())
        await storage.histories.withdraw([1])
        await corrected(storage, platform)
        while await storage.outbox.tidy(clock()):
            pass

        assert ([], "1") == (platform.edits, claimed[0].copy)
        assert 2 == await skipped(storage)


class Unwanted:
    """A probe that may not be asked."""

    async def bound(self) -> str:
        return "9"

    def recovered(self) -> None: ...

    def mark(self, address: Address) -> str:
        raise AssertionError(f"{address} is held for an edit")

    async def arrived(self, address: Address, message: Message, mark: str) -> Sent | None:
        raise AssertionError(f"{message} is looked for at {address} from {mark!r}")


@virtual
async def test_after_a_crash_an_edit_is_made_again(tmp_path: Path) -> None:
    """Nothing is looked for, no chat is held meanwhile, and it is one message still."""
    async with housed(tmp_path) as storage:
        platform = FakePlatform()
        await told(storage, platform, "a")
        await edited(storage)
        await asyncio.sleep(5)
        epoch = await storage.facts.next_epoch()
        await storage.outbox.claim("fake", epoch, [Lane.LATER], 1, clock())
        heir = FakePlatform()
        heir.probe, heir.reads = Unwanted(), platform.reads
        await corrected(storage, heir)

        assert (1, [("a", "1")]) == (titles(platform)[NEW], heir.edits)


class Paper(FakePlatform):
    """What is printed stays printed."""

    limits = Limits(4096, edits=False)


@virtual
async def test_where_nothing_can_be_changed_nothing_is_said(tmp_path: Path) -> None:
    """An edit there would be a second message."""
    async with housed(tmp_path) as storage:
        platform = Paper()
        await told(storage, platform, "a")
        await edited(storage)
        await corrected(storage, platform)

        assert (1, [], 1) == (await skipped(storage), platform.edits, len(platform.arrived))


@pytest.mark.parametrize("seed", range(6))
@virtual
async def test_edits_in_the_middle_of_a_push_reach_everybody(tmp_path: Path, seed: int) -> None:
    """At whatever moment they come, each subscriber has one message, with the last words."""
    drawn = random.Random(seed)
    async with housed(tmp_path) as storage:
        platform = Weather(admins=[])
        for chat in map(str, range(60)):
            platform.seconds[chat] = drawn.choice([0.05, 0.05, 1.0, 4.0])
        await subscribed(storage, *map(str, range(60)))
        await published(storage, 1, now=clock())
        platform.failures.extend(Later("odd") for _ in range(5))
        async with courier(storage, platform, now=clock):
            for number in range(3):
                await asyncio.sleep(drawn.uniform(0, 3))
                await edited(storage, f"Corrected statement {number}")
            await waited(storage, 0, 600)
        while await storage.outbox.tidy(clock()):
            pass

        assert {"Corrected statement 2": 60} == titles(platform)
        assert {str(chat): 1 for chat in range(60)} == Counter(platform.chats)
        assert [] == await storage.outbox.running()


@virtual
async def test_a_picture_that_takes_long_does_not_bring_old_words(tmp_path: Path) -> None:
    """While it was fetched the release was edited: what goes out says what is right by then."""

    async def slow(_: str) -> None:
        await asyncio.sleep(0.6)

    async with housed(tmp_path) as storage:
        platform = Album()
        await subscribed(storage, "a")
        news = replace(draft(1), picture="https://example.org/lead.png")
        await storage.keep(ARCHIVE, [(news, Fate.ANNOUNCE)], clock())
        while await storage.outbox.fan_out():
            pass
        async with courier(storage, platform, now=clock, pictures=slow):
            await asyncio.sleep(0.3)
            await edited(storage)
            await platform.until(lambda: bool(platform.arrived))

        assert NEW in platform.arrived[0][1].text.text


@virtual
async def test_while_too_many_are_refused_corrections_wait(tmp_path: Path) -> None:
    """They would be refused as well, and be no proof that it is over."""
    async with housed(tmp_path) as storage:
        platform = Weather(admins=[])
        await told(storage, platform, *map(str, range(30)))
        platform.rule = lambda _: Gone("blocked")
        await published(storage, 2, now=clock())
        async with courier(storage, platform, now=clock) as working:
            await asyncio.sleep(20)
            await storage.outbox.cancel(2)  # so that there is nothing else to try
            await edited(storage)
            await asyncio.sleep(120)
            assert (True, []) == (working.paused, platform.edits)
            platform.rule = lambda _: None
            await published(storage, 3, now=clock())
            await waited(storage, 0, 3600)
            assert not working.paused

        assert (30, 30) == (titles(platform)[NEW], titles(platform)["Statement number 3"])


@virtual
async def test_edits_that_work_are_no_proof_that_people_are_there(tmp_path: Path) -> None:
    """Ten refusals in a row are ten too many, however many copies were corrected before."""
    async with housed(tmp_path) as storage:
        platform = Weather(admins=[], rate=1000)
        await told(storage, platform, *map(str, range(250)))
        await edited(storage)
        async with courier(storage, platform, now=clock) as working:
            await waited(storage, 0, 60)
            platform.rule = lambda chat: Gone("blocked") if int(chat) < 10 else None
            await published(storage, 2, now=clock())
            await asyncio.sleep(20)

            assert (250, True) == (titles(platform)[NEW], working.paused)


@virtual
async def test_a_copy_made_of_old_words_just_after_the_edit_is_corrected(tmp_path: Path) -> None:
    """For half a second the words count as known: who is sent them then is owed the new ones."""
    async with housed(tmp_path) as storage:
        platform = FakePlatform()
        platform.failures.append(Later("slower", 0.0))  # a moment later it goes out
        await subscribed(storage, "a")
        await published(storage, 1, now=clock())
        async with courier(storage, platform, now=clock):
            await platform.until(lambda: platform.started == 1)
            await edited(storage)
            await waited(storage, 0, 60)

        assert ({NEW: 1}, 1) == (titles(platform), len(platform.arrived))


@virtual
async def test_a_platform_that_will_not_have_us_leaves_it_owed(tmp_path: Path) -> None:
    """Once that is mended it goes on."""
    async with housed(tmp_path) as storage:
        platform = FakePlatform()
        await told(storage, platform, "a")
        await edited(storage)
        platform.failures.append(Stop("refused"))
        with pytest.raises(Stop):
            await made(storage, platform, asyncio.Event(), now=clock).run()
        assert 1 == (await storage.outbox.totals()).waiting
        await corrected(storage, platform)

        assert {NEW: 1} == titles(platform)


class Album(FakePlatform):
    """A platform that shows pictures, with a hundred characters under them."""

    limits = Limits(4096, caption=100, length=utf16)


@pytest.mark.parametrize(
    ("title", "longest"), [(NEW, 100), ("A title of very many words " * 5, 4096)]
)
@virtual
async def test_what_corrects_has_room_under_a_picture(
    tmp_path: Path, title: str, longest: int
) -> None:
    """The copy may have one, though the release has none any more; a title is never cut for it."""
    async with housed(tmp_path) as storage:
        platform = Album()
        await told(storage, platform, "a")
        await edited(storage, title.strip(), "The council met. " * 20)
        await corrected(storage, platform)
        [message] = platform.reads.values()

        assert message.text.text.startswith(title.strip() + "\n24 November 2026\n\nThe council")
        assert longest >= len(message.text.text)


@virtual
async def test_each_is_corrected_in_their_own_language(tmp_path: Path) -> None:
    """As it was sent."""
    async with housed(tmp_path) as storage:
        platform = FakePlatform()
        await storage.subscribers.choose(Address("fake", "a"), language="ru")
        await told(storage, platform, "a", "b")
        await edited(storage)
        await corrected(storage, platform)
        labels = {chat: _labels(message) for (chat, _), message in platform.reads.items()}

        assert ("⚙️ Настройки", "⚙️ Settings") == (labels["a"][-1], labels["b"][-1])
        assert {NEW: 2} == titles(platform)
        assert State.SENT == (await _states(storage))[-1]


def _labels(message: Message) -> list[str]:
    return [button.label for row in message.buttons for button in row]


async def _states(storage: Storage) -> list[int]:
    async with storage.database.read() as connection:
        return [s for (s,) in await connection.rows("SELECT state FROM deliveries ORDER BY id")]
