"""The web chat keeps the contract, as an open page shows it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import pytest

from bot.chat import Platform
from storage import Storage
from storage.model import Address
from tests.platforms.contract import Answers, Contract, Seen, answers
from tests.platforms.web_stage import Browser, Json, Page, Stage, at_work

__all__ = ["answers"]  # a fixture


@dataclass
class Tab:
    """Somebody's page: what was answered to it, and what came while it was open."""

    stage: Stage
    browser: Browser
    address: Address
    page: Page
    shown: list[Json] = field(default_factory=list)
    edits: bool = True
    _read: int = 0

    @property
    def platform(self) -> Platform:
        return self.stage.web

    async def says(self, words: str) -> None:
        self._answered((await self.browser.say(words)).json["message"])

    async def presses(self, label: str) -> None:
        under, command = next(
            (shown["text"], button["command"])
            for shown in reversed(self.shown)
            for row in shown["buttons"]
            for button in row
            if button["label"] == label
        )
        self._answered((await self.browser.press(command, under)).json["message"])

    async def sees(self) -> Sequence[Seen]:
        for event in self.page.events[self._read :]:
            self._read += 1
            if event.kind == "letter":
                self._answered(event.data)
            elif event.kind == "gone":
                self.shown = [one for one in self.shown if one["id"] != event.data["id"]]
        return [
            Seen(one["text"], tuple(b["label"] for row in one["buttons"] for b in row))
            for one in self.shown
        ]

    def _answered(self, message: Json | None) -> None:
        if message is None:
            return
        for place, one in enumerate(self.shown):
            if one["id"] is not None and one["id"] == message["id"]:
                self.shown[place] = message
                return
        self.shown.append(message)


@pytest.fixture
async def place(storage: Storage, answers: Answers) -> AsyncIterator[Tab]:
    async with at_work(storage, answer=answers) as stage:
        browser = await stage.visitor()
        answers.asked.clear()
        answers.said.clear()
        yield Tab(stage, browser, stage.address(browser), await browser.open())


class TestWeb(Contract):
    """Nothing but the contract: nobody refuses a letter that goes into our own mailbox."""
