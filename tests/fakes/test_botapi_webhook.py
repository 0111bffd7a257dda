"""Webhooks of the fake Bot API: posts, order, pauses, and the way back to polling."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import Conflict

from tests.fakes.botapi import FakeBotAPI
from tests.fakes.botapi_stage import (
    ANNA,
    BORIS,
    Clock,
    api,
    bot,
    clock,
    heard,
    session,
)
from tests.fakes.loopback import Loopback

__all__ = ["api", "bot", "clock", "session"]  # fixtures


class Receiver(Loopback):
    """A bot's webhook: keeps what comes, answers 200 or what is next in `script`."""

    def __init__(self) -> None:
        super().__init__()
        self.got: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.script: list[web.Response] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.inside = self.most = 0

    async def respond(self, request: web.Request) -> web.StreamResponse:
        self.got.append(await request.json())
        self.headers.append(dict(request.headers))
        self.inside += 1
        self.most = max(self.most, self.inside)
        await self.gate.wait()
        self.inside -= 1
        return self.script.pop(0) if self.script else web.Response()

    @property
    def said(self) -> list[str]:
        return [update["message"]["text"] for update in self.got]


@pytest.fixture
async def hook() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    await receiver.start()
    yield receiver
    receiver.gate.set()
    await receiver.stop()


async def delivered(api: FakeBotAPI) -> None:
    """Wait until nothing is pending."""
    await api.wait_for(lambda: not api.bot.updates.pending())


async def test_posts_with_the_secret(api: FakeBotAPI, bot: Bot, hook: Receiver) -> None:
    """What waits and what comes is posted as JSON, with the secret in its header."""
    api.user_sends(ANNA, "before")
    await bot.set_webhook(hook.url, secret_token="S-3_cret")
    api.user_sends(ANNA, "after")
    await delivered(api)

    assert hook.said == ["before", "after"]
    assert [update["update_id"] for update in hook.got] == [100_000_001, 100_000_002]
    assert hook.headers[0]["X-Telegram-Bot-Api-Secret-Token"] == "S-3_cret"
    assert hook.headers[0]["Content-Type"] == "application/json"
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count) == (hook.url, 0)
    assert (info.max_connections, info.last_error_message) == (40, None)


async def test_allowed_updates(api: FakeBotAPI, bot: Bot, hook: Receiver) -> None:
    """Only the kinds that setWebhook named."""
    await bot.set_webhook(hook.url, allowed_updates=["message"])
    api.block(ANNA)
    api.user_sends(BORIS, "hi")
    await delivered(api)

    assert hook.said == ["hi"]
    assert (await bot.get_webhook_info()).allowed_updates == ("message",)


async def test_failures_are_tried_again_in_order(
    api: FakeBotAPI, bot: Bot, hook: Receiver, clock: Clock
) -> None:
    """An update that is not taken comes again before the next of its chat; the info says why."""
    hook.script = [web.Response(status=500), web.Response(status=502), web.Response(status=302)]
    await bot.set_webhook(hook.url)
    api.user_sends(ANNA, "one")
    api.user_sends(ANNA, "two")
    await delivered(api)

    assert hook.said == ["one"] * 4 + ["two"]
    info = await bot.get_webhook_info()
    assert info.last_error_message == "Wrong response from the webhook: 302 Found"
    assert info.last_error_date
    assert info.last_error_date.timestamp() == clock.now


async def test_other_chats_do_not_wait(api: FakeBotAPI, bot: Bot, hook: Receiver) -> None:
    """While one chat's update pauses, another's goes through."""
    api.bot.deliveries.pace = 1.0
    hook.script = [web.Response(), web.Response(status=500, headers={"Retry-After": "3600"})]
    await bot.set_webhook(hook.url)
    api.user_sends(BORIS, "zero")
    await delivered(api)
    api.user_sends(ANNA, "one")
    api.user_sends(ANNA, "two")
    await api.wait_for(lambda: api.bot.deliveries.last_error)
    api.user_sends(BORIS, "three")
    await api.wait_for(lambda: len(api.bot.updates.pending()) == 2)

    assert hook.said == ["zero", "one", "three"]
    assert (await bot.get_webhook_info()).pending_update_count == 2


async def test_max_connections(api: FakeBotAPI, bot: Bot, hook: Receiver) -> None:
    """Chats go side by side, as many as allowed, and each in its own order."""
    await bot.set_webhook(hook.url, max_connections=2)
    api.user_sends(ANNA, "first")
    await delivered(api)
    hook.gate.clear()
    for number in range(4):
        api.user_sends(2000 + number, str(number))
        api.user_sends(2000 + number, f"{number} again")
    while hook.inside < 2:
        await asyncio.sleep(0)
    hook.gate.set()
    await delivered(api)

    assert hook.most == 2
    assert len(hook.said) == 9
    for number in range(4):
        assert hook.said.index(str(number)) < hook.said.index(f"{number} again")


async def test_an_update_that_nobody_takes_is_dropped(
    api: FakeBotAPI, bot: Bot, hook: Receiver
) -> None:
    """An update whose next try would come after its end is given up: a press, after 150 s."""
    message = await bot.send_message(ANNA, "x")
    hook.script = [web.Response(status=500, headers={"Retry-After": "200"})]
    await bot.set_webhook(hook.url)
    api.press_raw(ANNA, message.message_id, "data")
    await delivered(api)

    assert len(hook.got) == 1


async def test_nobody_listens(api: FakeBotAPI, bot: Bot, hook: Receiver) -> None:
    """A refused connection is an error like others, and ends when somebody listens."""
    await hook.stop()
    await bot.set_webhook(hook.url)
    api.user_sends(ANNA, "one")
    await api.wait_for(lambda: api.bot.deliveries.last_error)

    info = await bot.get_webhook_info()
    assert (info.last_error_message, info.pending_update_count) == ("Connection refused", 1)


async def test_back_to_polling(api: FakeBotAPI, bot: Bot, hook: Receiver) -> None:
    """While a webhook is set polling is refused; afterwards what was not taken is there."""
    poll = asyncio.create_task(bot.get_updates(timeout=50))
    await api.wait_for(lambda: api.bot.updates.waiting)
    hook.script = [web.Response(status=503, headers={"Retry-After": "3600"})]
    api.bot.deliveries.pace = 1.0
    await bot.set_webhook(hook.url)
    with pytest.raises(Conflict, match="terminated by setWebhook request"):
        await poll
    api.user_sends(ANNA, "one")
    await api.wait_for(lambda: api.bot.deliveries.last_error)
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    (update,) = await heard(bot)

    assert update.message
    assert update.message.text == "one"
    assert (await bot.get_webhook_info()).url == ""


async def test_the_answer_may_be_a_method(api: FakeBotAPI, bot: Bot, hook: Receiver) -> None:
    """A method in the answer is carried out, but not one that would change the webhook."""
    for method in ("deleteWebhook", "sendMessage"):
        body = {"method": method, "chat_id": ANNA, "text": "Welcome"}
        hook.script.append(web.json_response(body))
    await bot.set_webhook(hook.url)
    api.user_sends(ANNA, "one")
    api.user_sends(ANNA, "two")
    await api.wait_for(lambda: api.messages(ANNA, from_bot=True))

    assert api.messages(ANNA, from_bot=True)[0]["text"] == "Welcome"
    assert (await bot.get_webhook_info()).url == hook.url


async def test_gone_for_a_day_removes_it(
    api: FakeBotAPI, bot: Bot, hook: Receiver, clock: Clock
) -> None:
    """A webhook that says 410 for 23 hours is taken away."""
    hook.script = [web.Response(status=410) for _ in range(50)]
    await bot.set_webhook(hook.url)
    api.user_sends(ANNA, "one")
    await api.wait_for(lambda: api.bot.deliveries.last_error)
    clock.now += 23 * 3600 + 1
    await api.wait_for(lambda: not api.bot.updates.webhook)

    assert (await bot.get_webhook_info()).url == ""


async def test_dropping_what_waits(api: FakeBotAPI, bot: Bot, hook: Receiver) -> None:
    """drop_pending_updates forgets what came before."""
    api.user_sends(ANNA, "old")
    await bot.set_webhook(hook.url, drop_pending_updates=True)
    api.user_sends(ANNA, "new")
    await delivered(api)

    assert hook.said == ["new"]
