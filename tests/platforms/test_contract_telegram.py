"""Telegram keeps the contract, against the fake Bot API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from bot.chat import Gone, Later, NoRights, Platform, SendError, Unknown
from storage import Storage
from storage.model import Address
from tests.fakes.botapi import FakeBotAPI
from tests.platforms.contract import Answers, Contract, Seen, answers, ends_as
from tests.platforms.echo import running
from tests.platforms.telegram_stage import ANN, api, connected, person, unpaced

__all__ = ["answers", "api", "unpaced"]  # fixtures


@dataclass
class Phone:
    """Ann, in her private chat with the bot."""

    platform: Platform
    api: FakeBotAPI
    edits: bool = True

    @property
    def address(self) -> Address:
        return person(ANN)

    async def says(self, words: str) -> None:
        self.api.user_sends(ANN, words)

    async def presses(self, label: str) -> None:
        at = next(
            message["id"]
            for message in reversed(self.api.messages(ANN, from_bot=True))
            if label in labels(message)
        )
        self.api.press(ANN, at, label)

    async def sees(self) -> Sequence[Seen]:
        return [
            Seen(message["text"], labels(message))
            for message in self.api.messages(ANN, from_bot=True)
        ]


def labels(message: dict[str, Any]) -> tuple[str, ...]:
    return tuple(button["text"] for button in message["buttons"])


@pytest.fixture
async def place(
    api: FakeBotAPI, storage: Storage, answers: Answers, unpaced: None
) -> AsyncIterator[Phone]:
    api.add_user(ANN, started=True)
    telegram = connected(api, storage)
    async with running(telegram, answers):
        yield Phone(telegram, api)


class TestTelegram(Contract):
    """Its own ends, too."""

    @pytest.mark.parametrize(
        ("fault", "end"),
        [
            ({"status": 403, "description": "Forbidden: bot was blocked by the user"}, Gone),
            ({"status": 400, "description": "Bad Request: TOPIC_CLOSED"}, NoRights),
            ({"retry_after": 3}, Later),
            ({"reset": True, "after": True}, Unknown),
        ],
    )
    async def test_a_send_ends(
        self, place: Phone, fault: dict[str, object], end: type[SendError]
    ) -> None:
        """Each answer of the Bot API is one of the ways a send can end."""
        place.api.faults.add(method="sendMessage", **fault)  # type: ignore[arg-type]
        await ends_as(place, place.address, end)
