"""The fake as benchmarks use it: in a process of its own, lean, with limits and at a distance."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from telegram import Bot, MessageEntity

from tests.fakes.botapi import FakeBotAPI
from tests.fakes.botapi_stage import call, session

__all__ = ["session"]
ROOT = Path(__file__).parents[2]
ANNA, STRANGER = 1001, 5_000_000_123


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[FakeBotAPI]:
    truth = tmp_path / "truth.jsonl"
    async with FakeBotAPI(repeat_wait=0, lean=True, truth_file=truth) as api:
        yield api


async def test_everybody_is_there(api: FakeBotAPI, tmp_path: Path) -> None:
    """A text to anybody arrives and is counted; the answer is a whole message; none is kept."""
    async with Bot(api.token, base_url=api.base_url) as bot:
        sent = await bot.send_message(STRANGER, 'x "y"', entities=[MessageEntity("bold", 0, 1)])
        again = await bot.send_message(STRANGER, "x")

    assert ('x "y"', 1, STRANGER) == (sent.text, len(sent.entities), sent.chat.id)
    assert again.message_id == sent.message_id + 1
    assert api.lean
    assert {STRANGER: 2} == api.lean.counts
    assert 2 == api.log.tally.accepted
    assert [] == api.messages(STRANGER)
    assert [] == [entry for entry in api.truth if entry["method"] == "sendmessage"]
    lines = [json.loads(line) for line in (tmp_path / "truth.jsonl").read_text().splitlines()]
    told = [(e["chat"], e["message_id"]) for e in lines if e["method"] == "sendmessage"]
    assert [(str(STRANGER), sent.message_id), (str(STRANGER), again.message_id)] == told


async def test_who_acts_is_whole(api: FakeBotAPI) -> None:
    """A person who writes is there as in the whole fake, with what they were sent."""
    api.user_sends(ANNA, "/start")
    async with Bot(api.token, base_url=api.base_url) as bot:
        await bot.send_message(ANNA, "Welcome")

    assert ["Welcome"] == [message["text"] for message in api.messages(ANNA, from_bot=True)]
    assert "Welcome" == api.truth[-1]["text"]
    assert not api.lean or not api.lean.counts


async def test_faults_and_limits_are_the_same(
    api: FakeBotAPI, session: aiohttp.ClientSession
) -> None:
    """Lean sends meet limits and faults, and the tally tells what came of them."""
    api.limit(per_second=0.001, burst=2, penalty=7)
    api.faults.add(nth=2, after=True, reset=True)
    answers = [await call(session, api, "sendMessage", chat_id=STRANGER, text="x")]
    with pytest.raises(aiohttp.ClientError):
        await call(session, api, "sendMessage", chat_id=STRANGER + 1, text="x")
    answers.append(await call(session, api, "sendMessage", chat_id=STRANGER + 2, text="x"))

    assert [True, False] == [answer["ok"] for answer in answers]
    assert {"accepted": 2, "refused": 1, "inside": 0}.items() <= api.log.tally.shown().items()


async def test_inside_is_in_the_truth(api: FakeBotAPI, session: aiohttp.ClientSession) -> None:
    """A request in a wait that was told is marked as inside, and counted."""
    api.limit(per_second=0.001, burst=1, penalty=600, grace=0)
    for _ in range(3):
        await call(session, api, "sendMessage", chat_id=STRANGER, text="x")
    api.user_sends(ANNA, "/start")
    await call(session, api, "sendMessage", chat_id=ANNA, text="x")

    assert (1, 3, 2) == (api.log.tally.accepted, api.log.tally.refused[429], api.log.tally.inside)
    assert api.truth[-1]["inside"]


@pytest.mark.parametrize("arrives", [0.0, 1.0])
async def test_distance(api: FakeBotAPI, session: aiohttp.ClientSession, arrives: float) -> None:
    """A call takes its time, all of it before or after it has its effect; an entry says both."""
    api.user_sends(ANNA, "/start")
    api.distance.latency, api.distance.arrives = 0.05, arrives
    began = asyncio.get_running_loop().time()
    await call(session, api, "sendMessage", chat_id=ANNA, text="x")

    assert asyncio.get_running_loop().time() - began >= 0.05
    travelled = api.truth[-1]["at"] - api.truth[-1]["came"]
    assert (travelled >= 0.04) == bool(arrives)


async def test_as_a_process(session: aiohttp.ClientSession) -> None:
    """Limits, distance and lean mode are set from outside, at the start and later."""
    program = (sys.executable, "-m", "tests.fakes.botapi", "--lean", "--limit")
    fake = await asyncio.create_subprocess_exec(
        *program, '{"model": "sliding", "per_second": 1}', "--latency", "0.01",
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert fake.stdout
    url, _, token = (await asyncio.wait_for(fake.stdout.readline(), 20)).decode().split()

    async def act(act: str, **arguments: Any) -> Any:
        async with session.post(f"{url}/control/{act}", json=arguments) as answer:
            return await answer.json()

    async def send() -> Any:
        body = {"chat_id": STRANGER, "text": "x"}
        async with session.post(f"{url}/bot{token}/sendMessage", json=body) as answer:
            return (await answer.json())["ok"]

    async def tally() -> Any:
        async with session.get(f"{url}/control/tally") as answer:
            return (await answer.json())["result"]

    try:
        assert [True, False] == [await send(), await send()]
        found = await tally()
        assert (1, 1, 1) == (found["accepted"], found["refused"], found["chats"])
        assert (await act("limit", model="bucket", chat_pause=0, hidden=8))["ok"]
        assert not (await act("limit", model="nothing"))["ok"]
        assert (await act("settings", latency=0, jitter=0.001, arrives=1))["ok"]
        assert (await act("new_tally"))["ok"]
        assert [True, True] == [await send(), await send()]
        assert 2 == (await tally())["accepted"]
    finally:
        fake.terminate()
        assert await asyncio.wait_for(fake.wait(), 10) == 0
