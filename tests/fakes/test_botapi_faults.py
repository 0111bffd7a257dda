"""How the fake Bot API misbehaves on demand: limits, faults; and the truth log about it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from telegram import Bot
from telegram.error import NetworkError, RetryAfter
from telegram.request import HTTPXRequest

from tests.fakes.botapi import FakeBotAPI

ANNA = 1001


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


async def test_pace(api: FakeBotAPI, session: aiohttp.ClientSession, bot: Bot) -> None:
    """Past a limit comes 429 with the time to wait, in the body and the header."""
    api.limit(chat_pause=3600)
    await bot.send_message(ANNA, "x")
    with pytest.raises(RetryAfter):
        await bot.send_message(ANNA, "y")
    url = f"{api.base_url}{api.token}/sendMessage"
    async with session.post(url, json={"chat_id": ANNA, "text": "z"}) as answer:
        body = await answer.json()

    assert answer.status == 429
    assert answer.headers["Retry-After"] == str(body["parameters"]["retry_after"]) == "3600"
    assert len(api.messages(ANNA)) == 1


async def test_bucket(api: FakeBotAPI, bot: Bot) -> None:
    """The whole bot may send a burst, then no more than its rate."""
    api.limit(per_second=0.001, burst=2, chat_pause=0)
    for _ in range(2):
        await bot.send_message(ANNA, "x")

    with pytest.raises(RetryAfter):
        await bot.send_message(ANNA, "x")


@pytest.mark.parametrize(("after", "arrived"), [(False, 0), (True, 1)])
@pytest.mark.parametrize("kind", ["reset", "hang"])
async def test_broken_connections(api: FakeBotAPI, kind: str, after: bool, arrived: int) -> None:
    """A connection can break before the message arrives, or after; the truth log says which."""
    api.faults.add(method="sendMessage", after=after, **{kind: True})
    request = HTTPXRequest(read_timeout=0.2)
    async with Bot(api.token, base_url=api.base_url, request=request) as bot:
        with pytest.raises(NetworkError):
            await bot.send_message(ANNA, "x")

    assert len(api.messages(ANNA)) == arrived
    effect = "accepted" if after else "refused"
    assert (api.truth[-1]["effect"], api.truth[-1]["fault"].split()[0]) == (effect, kind)


async def test_scripted_answers(api: FakeBotAPI, bot: Bot) -> None:
    """The n-th request, a chat or a method can be answered with any error."""
    api.faults.add(nth=2, status=500, description="Internal Server Error: restart")
    api.faults.add(chat=5, status=502, body="<html>Bad Gateway</html>", times=-1)
    await bot.send_message(ANNA, "one")
    with pytest.raises(NetworkError, match="Internal Server Error: restart"):
        await bot.send_message(ANNA, "two")
    await bot.send_message(ANNA, "three")
    for _ in range(2):
        with pytest.raises(NetworkError):
            await bot.send_message(5, "x")
    api.faults.clear()
    api.faults.add(method="sendMessage", retry_after=7)
    with pytest.raises(RetryAfter):
        await bot.send_message(ANNA, "x")
    api.faults.add(delay=0.01)
    await bot.send_message(ANNA, "four")

    assert [message["text"] for message in api.messages(ANNA)] == ["one", "three", "four"]


async def test_truth_is_written_before_the_answer(tmp_path: Path) -> None:
    """The file has the line when the sender has the answer."""
    path = tmp_path / "truth.jsonl"
    async with FakeBotAPI(truth_file=path) as api, Bot(api.token, base_url=api.base_url) as bot:
        api.add_user(ANNA, started=True)
        sent = await bot.send_message(ANNA, "привет")
        last = json.loads(path.read_text("utf-8").splitlines()[-1])

    assert (last["method"], last["effect"]) == ("sendmessage", "accepted")
    assert (last["chat"], last["message_id"]) == (str(ANNA), sent.message_id)
    assert last["text"] == "привет"
