"""Where a look for a push begins, and that no answer gets into its way."""

from __future__ import annotations

import pytest

from bot.chat import Unknown
from storage import Storage
from storage.model import Address, Lane
from tests.fakes.botapi import FakeBotAPI
from tests.platforms.echo import Echo, said
from tests.platforms.telegram_stage import ANN, BEN, api, person, read, storage, texts, unpaced
from tests.platforms.test_telegram_probe import GROUP, edits, looked_for, run

__all__ = ["api", "storage", "unpaced"]  # fixtures
pytestmark = pytest.mark.usefixtures("unpaced")


async def test_while_a_push_is_in_doubt_its_chat_takes_no_answer(
    api: FakeBotAPI, storage: Storage
) -> None:
    """From the mark until the budget lets go; others are answered."""
    async with run(api, storage) as (telegram, _):
        assert telegram.probe is not None
        assert telegram.probe.mark(person(ANN))
        api.user_sends(ANN, "one")
        api.user_sends(BEN, "two")
        await read(api, BEN)
        assert [] == texts(api, ANN)
        telegram.budget.let_go(person(ANN))
        assert await read(api, ANN) == ["You said: one."]


async def test_no_look_begins_where_an_answer_may_be_on_its_way(
    api: FakeBotAPI, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also later, as long as nothing was sent that is above it for certain."""
    monkeypatch.setattr("bot.platforms.telegram.probe.LANDED_SECONDS", 0)
    async with run(api, storage) as (telegram, _):
        assert telegram.probe is not None
        async with telegram.budget.turn(Lane.ANSWER, person(ANN)):
            assert telegram.probe.mark(person(ANN)) == ""
        api.faults.add(method="sendMessage", chat=ANN, reset=True)
        with pytest.raises(Unknown):
            await telegram.send(person(ANN), said("An answer"), key="")
        assert telegram.probe.mark(person(ANN)) == ""
        mark = telegram.probe.mark(person(BEN))
        sent = await telegram.send(person(BEN), said("News"), key="8.0")
        assert (mark, telegram.probe.mark(person(ANN))) == (str(int(sent.id) - 1), sent.id)


async def test_marks_follow_what_is_sent_and_heard(api: FakeBotAPI, storage: Storage) -> None:
    """The highest id of any chat of two; groups have ids of their own, and no look."""
    api.add_chat(GROUP)
    group = Address("telegram", str(GROUP))
    echo = Echo({"hello": None})
    async with run(api, storage, echo) as (telegram, bound):
        assert telegram.probe is not None
        assert telegram.probe.mark(person(ANN)) == bound
        heard = api.user_sends(BEN, "hello")
        await api.wait_for(lambda: echo.asked)
        assert telegram.probe.mark(person(ANN)) == str(heard)
        sent = await telegram.send(person(BEN), said("News"), key="7.0")
        for _ in range(3):
            await telegram.send(group, said("News"), key="8.0")
        assert telegram.probe.mark(person(ANN)) == sent.id
        assert telegram.probe.mark(group) == ""
        assert await looked_for(telegram, said("News"), f"1-{sent.id}", group) is None
    assert [] == edits(api)
