"""Bot API servers that are not quite Telegram's: older, smaller, or out of sorts."""

from __future__ import annotations

import asyncio

import pytest

from bot.chat import Later, Message
from bot.platforms.telegram.poll import Ledger, poll
from bot.platforms.telegram.seldom import Seldom
from storage import Storage
from storage.model import Attachment, RichText
from tests.fakes.botapi import FakeBotAPI
from tests.platforms.echo import Echo, running
from tests.platforms.telegram_stage import ANN, api, connected, person, read, storage, texts

__all__ = ["api", "storage"]  # fixtures

NOT_FOUND = '{"ok":false,"error_code":404,"description":"Not Found"}'
PICTURE = Attachment(b"\x89PNG\r\n\x1a\n" + bytes(50), "image/png", "a.png")


async def test_one_404_in_between_ends_nothing(api: FakeBotAPI, storage: Storage) -> None:
    """A poll that finds no method is tried again; only getMe tells of a wrong token that way."""
    api.add_user(ANN, started=True)
    async with running(connected(api, storage), Echo()) as task:
        api.faults.add(method="getUpdates", status=404, body=NOT_FOUND)
        api.user_sends(ANN, "hello")
        await read(api, ANN)
        api.user_sends(ANN, "again")
        await read(api, ANN, 2)
        assert not task.done()


async def test_without_send_photo_the_text_goes_alone(api: FakeBotAPI, storage: Storage) -> None:
    """A server that cannot take pictures gets what it can take."""
    api.add_user(ANN, started=True)
    api.faults.add(method="sendPhoto", status=404, body=NOT_FOUND, times=-1)
    telegram = connected(api, storage)
    news = Message(RichText("News"), picture=PICTURE)
    async with running(telegram, Echo()):
        with pytest.raises(Later):
            await telegram.send(person(ANN), news, key="1.0")
        sent = await telegram.send(person(ANN), news, key="1.0")

    assert ["News"] == texts(api, ANN)
    assert sent.id


@pytest.mark.parametrize("result", ["true", "null", '{"message_id":7}', "[]"])
async def test_what_was_accepted_has_arrived(
    api: FakeBotAPI, storage: Storage, result: str
) -> None:
    """An answer that says yes and cannot be read is a yes: nothing is sent again for it."""
    api.add_user(ANN, started=True)
    body = f'{{"ok":true,"result":{result}}}'
    api.faults.add(method="sendMessage", status=200, body=body, after=True)
    telegram = connected(api, storage)
    async with running(telegram, Echo()):
        await telegram.send(person(ANN), Message(RichText("News")), key="1.0")

    assert ["News"] == texts(api, ANN)


async def test_a_poll_that_brings_no_list_is_asked_again(api: FakeBotAPI, storage: Storage) -> None:
    """Rubbish in place of updates is a passing trouble."""
    api.add_user(ANN, started=True)
    async with running(connected(api, storage), Echo()):
        api.faults.add(method="getUpdates", status=200, body='{"ok":true,"result":null}')
        api.user_sends(ANN, "hello")
        await read(api, ANN)


async def test_a_server_that_cannot_wait_is_not_asked_in_a_rush() -> None:
    """Where a long poll comes back empty at once, the next one takes its time."""
    asked = 0

    async def fetch(offset: int, wait: int) -> list[dict[str, object]]:
        nonlocal asked
        asked += 1
        return []

    task = asyncio.create_task(poll(fetch, lambda _: None, Ledger(), lambda: None))
    await asyncio.sleep(0.7)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert asked <= 4


@pytest.mark.parametrize(
    "more",
    [
        {"from": {"id": ANN}},
        {"reply_to_message": {"of": "a newer kind"}},
        {"quote": {"text": "x"}},
        {"entities": [{"type": "bot_command"}]},
        {"date": None},
    ],
    ids=str,
)
async def test_a_question_is_heard_whatever_stands_beside_it(
    api: FakeBotAPI, storage: Storage, more: dict[str, object]
) -> None:
    """Fields that are missing or new are no reason to leave somebody without an answer."""
    api.add_user(ANN, started=True)
    message: dict[str, object] = {
        "message_id": 9,
        "date": 1,
        "chat": {"id": ANN, "type": "private"},
        "from": {"id": ANN, "is_bot": False, "first_name": "Ann"},
        "text": "/help",
    }
    async with running(connected(api, storage), Echo()):
        api.raw_update({"message": message | more})
        assert ["You said: /help."] == await read(api, ANN)


def test_an_update_that_comes_again_is_not_begun_again() -> None:
    """A webhook repeats what it had no answer to: done is done."""
    asyncio.run(_again())


async def _again() -> None:
    ledger = Ledger()
    assert ledger.take(5)
    ledger.done(5)
    assert not ledger.take(5)
    assert await ledger.ended(5, 0.1)
    ledger.done(5)
    assert ledger.offset == 6


def test_strangers_cannot_fill_the_log() -> None:
    """A thousand odd updates are one line, and a number in the next."""
    import structlog

    now = 0.0
    seldom = Seldom(lambda: now)
    with structlog.testing.capture_logs() as lines:
        for number in range(1000):
            seldom.met("Odd.", update=number)
        now = 61.0
        seldom.met("Odd.", update=1000)

    assert [(0, None), (1000, 999)] == [(x["update"], x.get("and_others")) for x in lines]
