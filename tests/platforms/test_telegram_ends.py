"""What an end leaves behind, in order or by a kill: nothing done twice, nothing lost."""

from __future__ import annotations

import asyncio

import pytest

from bot.chat import Message, Request
from storage import Storage
from tests.fakes.botapi import FakeBotAPI
from tests.platforms.echo import Echo, running, said
from tests.platforms.telegram_stage import ANN, BEN, api, confirmed, connected, read, storage, texts

__all__ = ["api", "storage"]  # fixtures


@pytest.mark.parametrize("commits", [False, True])
async def test_an_update_is_confirmed_only_when_its_effect_is_committed(
    api: FakeBotAPI, storage: Storage, monkeypatch: pytest.MonkeyPatch, commits: bool
) -> None:
    """Killed before the commit it comes again; killed after, handling it twice changes nothing."""
    monkeypatch.setattr("bot.platforms.telegram.platform.STOP_SECONDS", 0)  # a kill waits for none
    reached = asyncio.Event()

    async def answer(request: Request) -> Message | None:
        if commits:
            await storage.subscribers.subscribe(request.address)
        reached.set()
        return await asyncio.Future()

    api.user_sends(ANN, "/subscribe")
    async with running(connected(api, storage), answer):
        await reached.wait()
    assert len(api.bot.updates.pending()) == 1

    echo = Echo()
    async with running(connected(api, storage), echo):
        assert await read(api, ANN) == ["You said: /subscribe."]
        await confirmed(api)
    assert [request.words for request in echo.asked] == ["/subscribe"]


async def test_a_stop_confirms_what_was_done_and_no_more(
    api: FakeBotAPI, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was answered is not answered again after the restart; what was not comes again."""
    monkeypatch.setattr("bot.platforms.telegram.platform.STOP_SECONDS", 0)

    async def answer(request: Request) -> Message | None:
        return await asyncio.Future() if request.words == "slow" else said("Done")

    async with running(connected(api, storage), answer):
        api.user_sends(ANN, "quick")
        api.user_sends(BEN, "slow")
        await read(api, ANN)
    (left,) = api.bot.updates.pending()
    assert left == api.truth[-1]["offset"]


async def test_a_stop_lets_answers_on_their_way_arrive(api: FakeBotAPI, storage: Storage) -> None:
    """An answer that is being sent when Herald is told to stop still arrives."""
    echo = Echo()
    async with running(connected(api, storage), echo):
        api.faults.add(method="sendMessage", delay=0.3)
        api.user_sends(ANN, "hello")
        await api.wait_for(lambda: echo.asked)
    assert texts(api, ANN) == ["You said: hello."]
