"""The fake Bot API as a server: arguments, polling, the bot's menu, a process of its own."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from telegram import Bot, BotCommand, BotCommandScopeChat
from telegram.error import BadRequest, Conflict, InvalidToken, RetryAfter

from tests.fakes.botapi import TOKEN, FakeBotAPI

ANNA = 1001
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _retry_after_as_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without this python-telegram-bot warns whenever it makes a RetryAfter."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
async def api() -> AsyncIterator[FakeBotAPI]:
    async with FakeBotAPI(repeat_wait=0, conflict_wait=0) as api:
        api.add_user(ANNA, started=True)
        yield api


@pytest.fixture
async def bot(api: FakeBotAPI) -> AsyncIterator[Bot]:
    async with Bot(api.token, base_url=api.base_url, base_file_url=api.base_file_url) as bot:
        yield bot


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def call(
    session: aiohttp.ClientSession, api: FakeBotAPI, method: str, **arguments: Any
) -> Any:
    async with session.post(f"{api.base_url}{api.token}/{method}", json=arguments) as answer:
        return await answer.json()


async def ids(session: aiohttp.ClientSession, api: FakeBotAPI, **arguments: Any) -> list[int]:
    answer = await call(session, api, "getUpdates", **arguments)
    return [update["update_id"] for update in answer["result"]]


async def test_tokens(api: FakeBotAPI, session: aiohttp.ClientSession, bot: Bot) -> None:
    """A wrong token is 401 Unauthorized, and so is one that was revoked."""
    async with session.get(f"{api.base_url}1:wrong/getMe") as answer:
        unauthorized = {"ok": False, "error_code": 401, "description": "Unauthorized"}
        assert (answer.status, await answer.json()) == (401, unauthorized)
    api.revoked = True
    with pytest.raises(InvalidToken):
        await bot.send_message(ANNA, "x")


async def test_methods(api: FakeBotAPI, session: aiohttp.ClientSession) -> None:
    """An unknown method is 404; small and capital letters are the same."""
    assert (await call(session, api, "GETme"))["result"]["id"] == api.bot.me["id"]
    not_found = {"ok": False, "error_code": 404, "description": "Not Found"}
    assert await call(session, api, "getNothing") == not_found


async def test_every_way_to_send_arguments(api: FakeBotAPI, session: aiohttp.ClientSession) -> None:
    """The URL, a form, JSON and multipart all carry arguments."""
    url = f"{api.base_url}{api.token}/sendMessage"
    arguments = {"chat_id": str(ANNA), "text": "x"}
    parts = aiohttp.FormData(arguments, default_to_multipart=True)
    ways: list[dict[str, Any]] = [{"params": arguments}, {"data": arguments}]
    ways += [{"json": arguments}, {"data": parts}]
    for way in ways:
        async with session.post(url, **way) as answer:
            assert (await answer.json())["ok"]
    async with session.post(url, data=b"{", headers={"Content-Type": "application/json"}) as bad:
        assert bad.status == 400

    assert [message["text"] for message in api.messages(ANNA)] == ["x"] * 4


async def test_offsets(api: FakeBotAPI, session: aiohttp.ClientSession) -> None:
    """An offset confirms all before it, a negative one all but the last; nothing else does."""
    for number in range(5):
        api.user_sends(ANNA, str(number))
    first = api.bot.updates.pending()[0]

    assert await ids(session, api) == [first + at for at in range(5)]
    assert await ids(session, api, offset=first + 1, limit=2) == [first + 1, first + 2]
    assert await ids(session, api, offset=first) == [first + at for at in range(1, 5)]
    assert await ids(session, api, offset=first + 500) == [first + at for at in range(1, 5)]
    assert await ids(session, api, offset=-2) == [first + 3, first + 4]
    assert await ids(session, api, offset=first + 5) == []
    assert api.bot.updates.pending() == []


async def test_long_poll_wakes(api: FakeBotAPI, bot: Bot) -> None:
    """A poll that waits answers as soon as somebody writes."""
    poll = asyncio.create_task(bot.get_updates(timeout=50))
    await api.wait_for(lambda: api.bot.updates.waiting)
    api.user_sends(ANNA, "hi", language_code="ru", forwarded=True)
    (update,) = await poll

    assert update.message
    assert update.message.text == "hi"
    assert update.message.from_user
    assert update.message.from_user.language_code == "ru"
    assert update.message.forward_origin


async def test_second_poll_ends_the_first(api: FakeBotAPI, bot: Bot) -> None:
    """Two pollers: the one that waits is told so, the other gets the update."""
    first = asyncio.create_task(bot.get_updates(timeout=50))
    await api.wait_for(lambda: api.bot.updates.waiting)
    other = Bot(api.token, base_url=api.base_url)
    async with other:
        second = asyncio.create_task(other.get_updates(timeout=50))
        with pytest.raises(Conflict, match="terminated by other getUpdates request"):
            await first
        api.user_sends(ANNA, "hi")
        (update,) = await second

    assert update.message


async def test_a_dead_poller_takes_nothing_along(
    api: FakeBotAPI, session: aiohttp.ClientSession
) -> None:
    """An update sent to a poller that died is there for the next."""
    dying = asyncio.create_task(ids(session, api, timeout=50))
    await api.wait_for(lambda: api.bot.updates.waiting)
    dying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dying
    api.user_sends(ANNA, "hi")

    assert await ids(session, api, timeout=50) == api.bot.updates.pending()


async def test_same_offset_again_waits(session: aiohttp.ClientSession) -> None:
    """The same offset asked again at once becomes a long poll, and gets one update at most."""
    async with FakeBotAPI() as api:
        assert await ids(session, api, offset=0) == []
        again = asyncio.create_task(ids(session, api, offset=0))
        await api.wait_for(lambda: api.bot.updates.waiting)
        update = api.raw_update({"message": {"odd": True}})
        api.raw_update({"message": {"odd": True}})

        assert await again == [update]


async def test_allowed_updates(api: FakeBotAPI, session: aiohttp.ClientSession) -> None:
    """What is not asked for is not kept, until something else is asked for."""
    await call(session, api, "getUpdates", allowed_updates=["my_chat_member"])
    api.user_sends(ANNA, "lost")
    api.block(ANNA)
    (update,) = (await call(session, api, "getUpdates"))["result"]

    assert update["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    info = (await call(session, api, "getWebhookInfo"))["result"]
    assert (info["allowed_updates"], info["pending_update_count"]) == (["my_chat_member"], 1)


async def test_webhook_forbids_polling(bot: Bot) -> None:
    """While a webhook is set, getUpdates is refused."""
    await bot.set_webhook("https://example.org/x")
    assert (await bot.get_webhook_info()).url == "https://example.org/x"
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()

    assert await bot.get_updates() == ()


async def test_commands(bot: Bot) -> None:
    """The menu is kept by scope and language, within its limits."""
    start = BotCommand("start", "Begin")
    chat = BotCommandScopeChat(ANNA)
    await bot.set_my_commands([start], scope=chat, language_code="ru")

    assert await bot.get_my_commands(scope=chat, language_code="ru") == (start,)
    assert await bot.get_my_commands() == ()
    await bot.delete_my_commands(scope=chat, language_code="ru")
    assert await bot.get_my_commands(scope=chat, language_code="ru") == ()
    bad = [BotCommand("Start", "x")], [BotCommand("s", "x" * 257)], [start] * 101
    for commands in bad:
        with pytest.raises(BadRequest):
            await bot.set_my_commands(commands)
    await bot.set_my_description("Tells the news")
    assert (await bot.get_my_description()).description == "Tells the news"


async def test_as_a_process(session: aiohttp.ClientSession) -> None:
    """As a program it prints its address, and everything is done over HTTP."""
    arguments = ("-m", "tests.fakes.botapi", "--port", "0")
    pipe = asyncio.subprocess.PIPE
    fake = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT, stdout=pipe)
    assert fake.stdout
    url = (await asyncio.wait_for(fake.stdout.readline(), 20)).decode().split()[0]

    async def act(name: str, **arguments: Any) -> Any:
        async with session.post(f"{url}/control/{name}", json=arguments) as answer:
            return await answer.json()

    async def see(what: str) -> Any:
        async with session.get(f"{url}/control/{what}") as answer:
            return (await answer.json())["result"]

    try:
        written = await act("user_sends", chat_id=ANNA, text="/start")
        async with Bot(TOKEN, base_url=f"{url}/bot") as bot:
            (update,) = await bot.get_updates()
            assert update.message
            assert update.message.message_id == written["result"]
            waiting = asyncio.create_task(see(f"wait?chat={ANNA}&count=1&timeout=10"))
            await bot.send_message(ANNA, "Welcome")
            assert [message["text"] for message in await waiting] == ["Welcome"]
            assert len(await see(f"messages?chat={ANNA}")) == 2
            await act("fault", method="sendMessage", retry_after=3)
            with pytest.raises(RetryAfter):
                await bot.send_message(ANNA, "x")
            await bot.get_updates(offset=update.update_id + 1)
            assert await see("settled") == []
        assert (await see("truth?since=1"))[-1]["method"] == "getupdates"
        assert not (await act("user_sends", nonsense=1))["ok"]
        assert not (await act("nothing"))["ok"]
    finally:
        fake.terminate()
        assert await asyncio.wait_for(fake.wait(), 10) == 0
