"""A backup is restored: nobody who asked to be told no more is, and nobody is answered twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.chat import Campaign
from bot.platforms.matrix import place, platform
from bot.router import Router
from storage import Seal, Storage, open_storage
from storage.backup import restore
from storage.model import Address
from tests.fakes.synapse import Account, Person, Synapse, person
from tests.platforms.matrix_stage import connected, heard, running, texts

BOTH = pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
SEAL = Seal(bytes(32))


@asynccontextmanager
async def life(folder: Path, account: Account, **more: object) -> AsyncIterator[Storage]:
    """Herald at work, on this folder's database."""
    async with open_storage(folder / "here.db", SEAL) as storage:
        router = Router(storage, Campaign("Test", {}), lambda: datetime.now(UTC))
        matrix = connected(account, storage, **more)  # type: ignore[arg-type]
        async with running(matrix, router.answer):
            yield storage


async def active(storage: Storage, room: str) -> bool:
    found = await storage.subscribers.find(Address("matrix", room))
    return found is not None and found.active


async def until(storage: Storage, room: str, *, subscribed: bool) -> None:
    async with asyncio.timeout(30):
        while await active(storage, room) is not subscribed:
            await asyncio.sleep(0.02)


async def back_up(storage: Storage, folder: Path) -> None:
    await storage.backup(folder / "backup.db")


async def subscribed(anna: Person, us: str, *, encrypted: bool) -> str:
    """A chat of the two that gets releases."""
    room = await anna.create_room(direct=True, encrypted=encrypted, invite=[us])
    await anna.meets(room, us)
    await heard(anna, room, "Welcome!")
    await anna.say(room, "/subscribe")
    await heard(anna, room, "You are subscribed.")
    return room


def answers(anna: Person, room: str, us: str) -> list[str]:
    """The first line of each."""
    return [text.partition("\n")[0] for text in texts(anna, room, us)]


@BOTH
@pytest.mark.parametrize("token", [False, True], ids=["password", "token"])
async def test_who_was_let_go_since_the_backup_stays_so(
    tmp_path: Path, synapse: Synapse, encrypted: bool, token: bool
) -> None:
    """And is not answered once more; the backup knows nothing of it."""
    account = await synapse.account("herald")
    how = {"password": None, "access_token": account.token} if token else {}
    async with person(synapse, "anna", encrypted=encrypted) as anna:
        async with life(tmp_path, account, **how) as storage:
            room = await subscribed(anna, account.user, encrypted=encrypted)
            await back_up(storage, tmp_path)
            await anna.say(room, "/unsubscribe")
            await heard(anna, room, "You are unsubscribed.")
        before = answers(anna, room, account.user)
        await restore(tmp_path / "backup.db", tmp_path / "here.db")
        async with life(tmp_path, account, **how) as storage:
            await until(storage, room, subscribed=False)
            await anna.say(room, "/onthisday")
            await anna.hears(lambda it: it.room == room and len(anna.messages(room)) > 6)
        for _ in range(2):  # nor at the next start
            async with life(tmp_path, account, **how) as storage:
                assert not await active(storage, room)

        assert before == answers(anna, room, account.user)[: len(before)]
        assert len(before) + 1 == len(answers(anna, room, account.user))


@BOTH
async def test_who_asks_while_nobody_is_there_is_answered(
    tmp_path: Path, synapse: Synapse, encrypted: bool
) -> None:
    """Said after the last run and before the restored one; in order with what came before."""
    account = await synapse.account("herald")
    async with person(synapse, "anna", encrypted=encrypted) as anna:
        async with life(tmp_path, account) as storage:
            room = await subscribed(anna, account.user, encrypted=encrypted)
            await back_up(storage, tmp_path)
            for word, answer in (("un", "are unsubscribed"), ("", "are subscribed")):
                await anna.say(room, f"/{word}subscribe")
                await heard(anna, room, answer)
        await anna.say(room, "/unsubscribe")
        await restore(tmp_path / "backup.db", tmp_path / "here.db")
        async with life(tmp_path, account) as storage:
            await until(storage, room, subscribed=False)
            async with asyncio.timeout(30):
                while 2 > sum("are unsubscribed" in text for text in texts_of(anna, room, account)):
                    await asyncio.sleep(0.02)

        assert 5 == len(texts_of(anna, room, account))


def texts_of(anna: Person, room: str, account: Account) -> list[str]:
    return texts(anna, room, account.user)


async def test_who_was_forgotten_by_a_number_stays_so(tmp_path: Path, synapse: Synapse) -> None:
    """What a number meant when it was written is what it means."""
    account = await synapse.account("herald")
    async with person(synapse, "anna") as anna:
        async with life(tmp_path, account) as storage:
            room = await subscribed(anna, account.user, encrypted=False)
            await back_up(storage, tmp_path)
            await anna.say(room, "/forget")
            await heard(anna, room, "Erase everything")
            await anna.say(room, "1")
            await heard(anna, room, "I have forgotten you")
            await anna.say(room, "/help")
            await anna.hears(lambda it: it.room == room and "/latest" in it.body)
        await restore(tmp_path / "backup.db", tmp_path / "here.db")
        async with life(tmp_path, account) as storage, asyncio.timeout(30):
            while await storage.subscribers.find(Address("matrix", room)) is not None:
                await asyncio.sleep(0.02)


@BOTH
async def test_a_number_means_what_stood_there(
    tmp_path: Path, synapse: Synapse, monkeypatch: pytest.MonkeyPatch, encrypted: bool
) -> None:
    """The list that it was chosen from is older than all that is read once more, and what answered
    it has the opposite under the same number.
    """
    monkeypatch.setattr(place, "EVERY", timedelta(0))
    kept: list[str] = []
    keep = place.Place.keep

    def noted(self: place.Place, token: str) -> None:
        keep(self, token)
        kept.append(token)

    monkeypatch.setattr(place.Place, "keep", noted)
    account = await synapse.account("herald")
    async with person(synapse, "anna", encrypted=encrypted) as anna:
        async with life(tmp_path, account) as storage:
            room = await subscribed(anna, account.user, encrypted=encrypted)
            other = await anna.create_room(invite=[account.user])
            await anna.meets(other, account.user)
            for _ in range(4):  # what is read once more begins two places back
                before = len(kept)
                await anna.say(other, "the place moves on")
                async with asyncio.timeout(30):
                    while len(kept) == before:
                        await asyncio.sleep(0.02)
            await back_up(storage, tmp_path)
            await anna.say(room, "1")
            await heard(anna, room, "You are unsubscribed.")
        before = len(texts_of(anna, room, account))
        await restore(tmp_path / "backup.db", tmp_path / "here.db")
        async with life(tmp_path, account) as storage:
            await anna.say(room, "/onthisday")
            await anna.hears(lambda _: len(texts_of(anna, room, account)) > before)

            assert not await active(storage, room)


async def test_what_was_chosen_in_the_settings_stays_so(tmp_path: Path, synapse: Synapse) -> None:
    """The language, the time zone, and which releases come."""
    account = await synapse.account("herald")
    async with person(synapse, "anna") as anna:
        async with life(tmp_path, account) as storage:
            room = await subscribed(anna, account.user, encrypted=False)
            await back_up(storage, tmp_path)
            await anna.say(room, "/settings zone Asia/Tokyo")
            await heard(anna, room, "Your time zone is Tokyo")
            await anna.say(room, "/settings releases ru")
            await heard(anna, room, "From now on you get releases in")
            await anna.say(room, "/settings language ru")
            await heard(anna, room, "по-русски")
        before = len(texts_of(anna, room, account))
        await restore(tmp_path / "backup.db", tmp_path / "here.db")
        async with life(tmp_path, account) as storage:
            await anna.say(room, "/onthisday")
            await anna.hears(lambda _: len(texts_of(anna, room, account)) > before)
            found = await storage.subscribers.find(Address("matrix", room))

    assert found is not None
    assert ("ru", "Asia/Tokyo", frozenset({"ru"})) == (found.language, found.timezone, found.only)
    assert before + 1 == len(texts_of(anna, room, account))


async def test_a_restored_run_that_is_cut_short_is_made_up_for(
    tmp_path: Path, synapse: Synapse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had not got to the wish when it ended."""
    monkeypatch.setattr(platform, "STOP_SECONDS", 0.0)
    account = await synapse.account("herald")
    async with person(synapse, "anna") as anna:
        async with life(tmp_path, account) as storage:
            room = await subscribed(anna, account.user, encrypted=False)
            await back_up(storage, tmp_path)
            await anna.say(room, "/unsubscribe")
            await heard(anna, room, "You are unsubscribed.")
        await restore(tmp_path / "backup.db", tmp_path / "here.db")

        async def stuck(_: object) -> None:
            await asyncio.Event().wait()

        async with (
            open_storage(tmp_path / "here.db", SEAL) as storage,
            running(connected(account, storage), stuck),
        ):
            assert await active(storage, room)
        async with life(tmp_path, account) as storage:
            await until(storage, room, subscribed=False)

        assert 1 == sum("are unsubscribed" in text for text in texts_of(anna, room, account))
