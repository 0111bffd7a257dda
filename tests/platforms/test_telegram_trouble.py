"""What goes wrong with Telegram: every way a send can end, lost polls, refused tokens."""

from __future__ import annotations

import contextlib
import logging
from typing import Any

import pytest
import structlog

from bot.chat import Gone, Later, SendError, Stop, Unknown
from storage import Storage
from tests.fakes.botapi import FakeBotAPI
from tests.platforms.echo import Echo, running, said
from tests.platforms.telegram_stage import (
    ANN,
    BEN,
    api,
    confirmed,
    connected,
    person,
    read,
    storage,
    texts,
    unpaced,
)

__all__ = ["api", "storage", "unpaced"]  # fixtures


async def ending(api: FakeBotAPI, storage: Storage) -> SendError:
    """The way in which one send to Ann ends."""
    telegram = connected(api, storage)
    async with running(telegram, Echo()):
        with pytest.raises(SendError) as caught:
            await telegram.send(person(ANN), said("News"), key="1")
    return caught.value


@pytest.mark.parametrize(
    ("fault", "end", "seconds", "scope"),
    [
        ({"retry_after": 7}, Later, 7, "platform"),
        ({"status": 500, "description": "Internal Server Error: restart"}, Later, None, "platform"),
        ({"status": 502, "description": "Bad Gateway"}, Later, None, "platform"),
        ({"status": 403, "body": "<html>not here</html>"}, Later, None, "platform"),
        ({"status": 403, "description": "Forbidden: a new reason"}, Later, None, "chat"),
    ],
)
async def test_a_send_that_had_no_effect_ends_as_later(
    api: FakeBotAPI, storage: Storage, fault: dict[str, Any], end: type, seconds: float,
    scope: str,
) -> None:  # fmt: skip
    """Pauses, restarts and firewalls: the delivery is kept and tried again."""
    api.add_user(ANN, started=True)
    api.faults.add(method="sendMessage", **fault)

    error = await ending(api, storage)

    assert isinstance(error, end)
    assert isinstance(error, Later)
    assert (error.seconds, error.scope) == (seconds, scope)


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 502, "body": "<html>Bad Gateway</html>", "after": True},
        {"status": 504, "body": "upstream timed out"},
        {"status": 200, "body": "{"},
        {"reset": True, "after": True},
        {"reset": True},
    ],
)
async def test_a_lost_answer_ends_as_unknown(
    api: FakeBotAPI, storage: Storage, fault: dict[str, Any]
) -> None:
    """Cut connections and gateways' pages say nothing about whether the message was taken."""
    api.add_user(ANN, started=True)
    api.faults.add(method="sendMessage", **fault)

    assert isinstance(await ending(api, storage), Unknown)


async def test_a_read_timeout_ends_as_unknown(api: FakeBotAPI, storage: Storage) -> None:
    """Telegram may be delivering while it keeps us waiting."""
    api.add_user(ANN, started=True)
    telegram = connected(api, storage)
    telegram._requests._read_seconds = 0.05  # no test waits for half a minute
    async with running(telegram, Echo()):
        api.faults.add(method="sendMessage", hang=True)
        with pytest.raises(Unknown):
            await telegram.send(person(ANN), said("News"), key="1")


async def test_no_connection_ends_as_later(api: FakeBotAPI, storage: Storage) -> None:
    """What never left is safe to send again."""
    telegram = connected(api, storage)
    async with running(telegram, Echo()):
        await api.close()
        with pytest.raises(Later) as caught:
            await telegram.send(person(ANN), said("News"), key="1")
    assert caught.value.scope == "platform"


async def test_after_the_end_nothing_is_sent(api: FakeBotAPI, storage: Storage) -> None:
    """A send after the platform was closed opens no connection that nobody closes."""
    telegram = connected(api, storage)
    async with running(telegram, Echo()):
        pass
    with pytest.raises(Later):
        await telegram.send(person(ANN), said("News"), key="1")


async def test_success_without_ok_is_no_success(api: FakeBotAPI, storage: Storage) -> None:
    """An error answered with HTTP 200 is still an error."""
    api.add_user(ANN, started=True)
    body = '{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}'
    api.faults.add(method="sendMessage", status=200, body=body)

    assert isinstance(await ending(api, storage), Gone)


async def test_an_answer_is_tried_again_after_a_pause(api: FakeBotAPI, storage: Storage) -> None:
    """A 429 or a restart delays an answer and does not lose it; one refused as gone is counted."""
    await storage.subscribers.subscribe(person(BEN))
    async with running(connected(api, storage), Echo()):
        api.faults.add(method="sendMessage", chat=ANN, retry_after=1)
        api.faults.add(method="sendMessage", chat=ANN, nth=2, status=500, description="restart")
        gone: dict[str, Any] = {
            "status": 403,
            "description": "Forbidden: bot was blocked by the user",
        }
        api.faults.add(method="sendMessage", chat=BEN, **gone)
        api.user_sends(BEN, "hello")
        api.user_sends(ANN, "hello")

        assert await read(api, ANN) == ["You said: hello."]
    ben = await storage.subscribers.find(person(BEN))
    assert ben is not None
    assert ben.active  # one refused send may be Telegram's fault


async def test_polling_goes_on_after_trouble(api: FakeBotAPI, storage: Storage) -> None:
    """Server errors, cut polls and a second reader delay updates and lose none."""
    async with running(connected(api, storage), Echo()):
        faults: list[dict[str, Any]] = [
            {"status": 502, "body": "<html/>"},
            {"reset": True, "after": True},
        ]
        for fault in faults:
            api.faults.add(method="getUpdates", **fault)
        api.user_sends(ANN, "hello")

        assert await read(api, ANN) == ["You said: hello."]
        await confirmed(api)
    assert len(texts(api, ANN)) == 1


async def test_a_second_reader_is_warned_about_and_waited_out(
    api: FakeBotAPI, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A 409 says who is to blame, and Herald goes on when the other one is stopped."""
    monkeypatch.setattr("bot.platforms.telegram.poll.CONFLICT_SECONDS", 0.01)
    words = "Conflict: terminated by other getUpdates request"
    api.faults.add(method="getUpdates", status=409, description=words, times=3)
    with structlog.testing.capture_logs() as logs:
        async with running(connected(api, storage), Echo()):
            api.user_sends(ANN, "hello")
            assert await read(api, ANN) == ["You said: hello."]
    warnings = [line["event"] for line in logs if line["log_level"] == "warning"]
    assert len(warnings) == 1
    assert "a second Herald" in warnings[0]


async def test_a_webhook_left_behind_is_removed(
    api: FakeBotAPI, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bot that another program used with a webhook works without anybody's help."""
    monkeypatch.setattr("bot.platforms.telegram.poll.CONFLICT_SECONDS", 0.01)
    api.bot.updates.webhook = {"url": "https://example.org/hook"}
    async with running(connected(api, storage), Echo()):
        api.user_sends(ANN, "hello")
        assert await read(api, ANN) == ["You said: hello."]


async def test_a_refused_token_stops_at_the_start_and_later(
    api: FakeBotAPI, storage: Storage
) -> None:
    """The operator gets one sentence, and nothing of the token hangs on it."""
    api.revoked = True
    telegram = connected(api, storage)
    with pytest.raises(Stop, match="refused the bot token") as caught:
        await telegram.run(Echo(), lambda: pytest.fail("it is not ready"))
    assert caught.value.__context__ is None

    api.revoked = False
    async with running(telegram, Echo()) as task:
        api.revoked = True
        api.bot.updates.end_poll("")
        with pytest.raises(Stop):
            await task


@pytest.mark.usefixtures("unpaced")
async def test_logs_hold_no_token_address_or_words(
    api: FakeBotAPI,
    storage: Storage,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """At DEBUG, through every kind of trouble, nothing of it is to be found in any line."""
    caplog.set_level(logging.DEBUG)
    secret_words, chat = "unrepeatable", 55512345
    with structlog.testing.capture_logs() as logs:
        telegram = connected(api, storage)
        async with running(telegram, Echo()):
            faults: list[dict[str, Any]] = [{"status": 502, "body": "<html/>"}]
            faults += [{"status": 400, "description": f"Bad Request: {secret_words}"}]
            for fault in faults:
                api.faults.add(method="sendMessage", **fault)
                api.faults.add(method="getUpdates", **fault)
            api.raw_update({"message": {"text": secret_words, "chat": {"id": chat}}})
            for _ in range(3):
                api.user_sends(chat, secret_words)
            await read(api, chat)
            api.revoked = True
            with contextlib.suppress(SendError):
                await telegram.send(person(chat), said(secret_words), key="1")
            api.revoked = False
    printed = capsys.readouterr()
    everything = repr(logs) + caplog.text + printed.out + printed.err
    assert logs
    for secret in (api.token, api.token.partition(":")[2], secret_words, str(chat)):
        assert secret not in everything
