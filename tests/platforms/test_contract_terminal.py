"""The terminal keeps the contract: a paper roll, on which nothing is taken back."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import TextIO

import pytest

from bot.platforms.terminal import Terminal
from storage.model import Address
from tests.platforms.contract import Answers, Contract, Seen, answers

__all__ = ["answers"]  # a fixture

NUMBERED = re.compile(r"\[(\d+)\] ?([^\[\n]*)")


@dataclass
class Roll:
    """One person who types, and what was printed."""

    platform: Terminal
    keys: TextIO
    capture: pytest.CaptureFixture[str]
    paper: str = ""
    edits: bool = False

    @property
    def address(self) -> Address:
        return self.platform.address

    async def says(self, words: str) -> None:
        print(words, file=self.keys, flush=True)

    async def presses(self, label: str) -> None:
        found = [
            n for n, words in NUMBERED.findall(self._printed()) if label in (words.strip() or n)
        ]
        await self.says(found[-1])

    async def sees(self) -> Sequence[Seen]:
        text = self._printed()
        labels = [words.strip() or number for number, words in NUMBERED.findall(text)]
        return [Seen(text, tuple(labels))]

    def _printed(self) -> str:
        self.paper += self.capture.readouterr().out
        return self.paper


@pytest.fixture
async def place(answers: Answers, capsys: pytest.CaptureFixture[str]) -> AsyncIterator[Roll]:
    reading, writing = os.pipe()
    with os.fdopen(reading) as source, os.fdopen(writing, "w") as keys:
        terminal = Terminal(source=source)
        ready = asyncio.Event()
        work = asyncio.create_task(terminal.run(answers, ready.set))
        await ready.wait()
        yield Roll(terminal, keys, capsys)
        keys.close()
        await work


class TestTerminal(Contract):
    """Nothing but the contract."""
