"""A group that throws the bot out, takes it back, or becomes a supergroup: followed, once."""

from __future__ import annotations

import pytest

from bot.chat import Request
from storage import Storage
from storage.model import Address
from tests.fakes.botapi import FakeBotAPI
from tests.platforms.echo import Echo, running, said
from tests.platforms.telegram_stage import ANN, api, confirmed, connected, read, storage

__all__ = ["api", "storage"]  # fixtures

GROUP, OLD, NEW = -1001, -501, -1009


def group(number: int = GROUP) -> Address:
    return Address("telegram", str(number))


async def active(storage: Storage, address: Address) -> bool:
    known = await storage.subscribers.find(address)
    return known is not None and known.active


@pytest.mark.parametrize(
    "out", ["kicked", "left", {"status": "restricted", "rights": ["can_send_photos"]}]
)
async def test_thrown_out_and_let_in_again(
    api: FakeBotAPI, storage: Storage, out: str | dict[str, object]
) -> None:
    """A group that throws the bot out, or silences it, rests; let in again it goes on."""
    await storage.subscribers.subscribe(group())
    api.add_chat(GROUP, members={ANN: "creator"})
    async with running(connected(api, storage), Echo()):
        api.set_status(GROUP, out)
        await confirmed(api)
        assert not await active(storage, group())
        api.set_status(GROUP, "member")
        await confirmed(api)
        assert await active(storage, group())


async def test_an_older_bot_api_tells_fewer_rights(api: FakeBotAPI, storage: Storage) -> None:
    """A membership that leaves out what newer servers tell is understood all the same."""
    await storage.subscribers.subscribe(group())
    api.add_chat(GROUP, members={ANN: "creator"})
    bot = {"id": 77, "is_bot": True, "first_name": "Herald"}
    told = {
        "chat": {"id": GROUP, "type": "supergroup", "title": "A chat"},
        "from": {"id": ANN, "is_bot": False, "first_name": "Ann"},
        "date": 1,
        "old_chat_member": {"user": bot, "status": "restricted", "is_member": True},
        "new_chat_member": {"user": bot, "status": "administrator"},
    }
    async with running(connected(api, storage), Echo()):
        await storage.subscribers.gone(group())
        api.raw_update({"my_chat_member": told})
        await confirmed(api)
    assert await active(storage, group())


async def test_who_unsubscribed_does_not_come_back_with_the_bot(
    api: FakeBotAPI, storage: Storage
) -> None:
    """A group that wanted no more releases gets none because the bot was added again."""
    await storage.subscribers.subscribe(group())
    await storage.subscribers.unsubscribe(group())
    api.add_chat(GROUP, members={ANN: "creator"})
    async with running(connected(api, storage), Echo()):
        api.set_status(GROUP, "left")
        api.set_status(GROUP, "member")
        await confirmed(api)
    assert not await active(storage, group())


@pytest.mark.parametrize("known", [False, True])
async def test_a_group_that_becomes_a_supergroup_is_followed(
    api: FakeBotAPI, storage: Storage, known: bool
) -> None:
    """Its subscription and choices are the supergroup's: one row, nothing lost, nothing twice."""
    await storage.subscribers.choose(group(OLD), language="ru")
    await storage.subscribers.subscribe(group(OLD))
    if known:
        await storage.subscribers.subscribe(group(NEW))
    api.add_chat(OLD, "group", members={ANN: "creator"})
    async with running(connected(api, storage), Echo()):
        api.migrate(OLD, NEW)
        await confirmed(api)
        api.user_sends(NEW, "/latest", user_id=ANN)
        await read(api, NEW)
    moved = await storage.subscribers.find(group(NEW))
    assert moved is not None
    assert (moved.active, moved.language) == (True, "ru")
    assert await storage.subscribers.find(group(OLD)) is None
    assert await storage.subscribers.counts() == {"telegram": 1}


async def test_an_answer_follows_a_group_that_moved_unheard(
    api: FakeBotAPI, storage: Storage
) -> None:
    """Where the bot learns of the move from a refusal alone, the answer arrives all the same."""
    await storage.subscribers.subscribe(group(OLD))
    api.add_chat(OLD, "group", members={ANN: "creator"})

    async def answer(request: Request) -> object:
        api.migrate(OLD, NEW, told=False)
        return said("Here.")

    async with running(connected(api, storage), answer):  # type: ignore[arg-type]
        api.user_sends(OLD, "/latest", user_id=ANN)
        assert await read(api, NEW) == ["Here."]
    assert await active(storage, group(NEW))
