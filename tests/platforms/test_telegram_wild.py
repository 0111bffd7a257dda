"""Whatever comes in: no error, no silence for a patient person, and nothing in another's chat."""

from __future__ import annotations

import asyncio
import itertools
import logging
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

import structlog
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.chat import Message, Request
from storage import Seal, open_storage
from tests.commands.house import built
from tests.fakes.botapi import FakeBotAPI
from tests.platforms.echo import running
from tests.platforms.telegram_stage import NOON, connected, read
from tests.platforms.wild_updates import (
    CHANNEL,
    ELSEWHERE,
    FORUM,
    GROUPS,
    PEOPLE,
    Json,
    updates,
)

PATIENT = itertools.count(5001)  # each asks once, so that nobody's questions are too many


@settings(
    max_examples=25, deadline=None, phases=(Phase.explicit, Phase.generate), database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example],
)  # fmt: skip
@given(st.lists(updates(), min_size=12, max_size=30))
def test_wild_updates_do_no_harm(wild: list[Json]) -> None:
    """Between any updates whatsoever every proper question is answered, and nothing is an error."""
    errors = Errors()
    logging.getLogger().addHandler(errors)
    unpaced = patch.multiple("bot.platforms.telegram.budget", ANSWERED=(), TOGETHER=())
    try:
        with unpaced, structlog.testing.capture_logs() as logs:
            asyncio.run(through(wild))
    finally:
        logging.getLogger().removeHandler(errors)
    assert [] == [line for line in logs if line["log_level"] in ("error", "critical")]
    assert [] == [line for line in logs if line.get("exc_info")]
    assert [] == errors.seen


async def through(wild: list[Json]) -> None:
    """Send these to a running platform with a real router, with proper questions in between."""
    asked: set[str] = set()
    async with FakeBotAPI(repeat_wait=0, conflict_wait=0) as api:
        populated(api)
        with tempfile.TemporaryDirectory() as folder:
            async with open_storage(Path(folder) / "herald.db", Seal(bytes(32))) as storage:
                house = await built(storage, NOON)

                async def answer(request: Request) -> Message | None:
                    asked.add(request.address.chat)
                    return await house.router.answer(request)

                async with running(connected(api, storage, rate=1000), answer):
                    patient = [one for update in wild for one in sent(api, update)]
                    for person in patient:
                        (said,) = await read(api, person)
                        assert said.startswith("Statement on the 5th Anniversary")
                    await api.wait_for(lambda: not api.bot.updates.pending(), 20)
        everywhere = {
            int(entry["chat"]) for entry in api.truth if entry["method"].startswith("send")
        }
        assert everywhere.isdisjoint(ELSEWHERE)
        answered = {chat for chat in everywhere if chat not in PEOPLE}
        assert answered <= {int(chat) for chat in asked}, "told what nobody asked there"


def populated(api: FakeBotAPI) -> None:
    """Everybody who could be answered."""
    for person in (*PEOPLE, *(each for each in ELSEWHERE if each > 0)):
        api.add_user(person, started=True)
    members: dict[int, Any] = {PEOPLE[0]: "administrator"}
    api.add_chat(GROUPS[0], "group", members=members)
    api.add_chat(GROUPS[1], members=members)
    api.add_chat(FORUM, topics=[5], members=members)
    api.add_chat(CHANNEL, "channel", members=members)
    for chat in (each for each in ELSEWHERE if each < 0):
        api.add_chat(chat, "supergroup")


def sent(api: FakeBotAPI, update: Json) -> list[int]:
    """Queue an update; after every fourth a patient person asks a proper question: their id."""
    number = api.raw_update(update)
    if number % 4:
        return []
    person = next(PATIENT)
    api.user_sends(person, "/release 5")
    return [person]


class Errors(logging.Handler):
    """What any library calls an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(record.getMessage())
