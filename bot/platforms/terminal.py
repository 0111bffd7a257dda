"""A chat in the terminal: with a prompt where a person sits, plain lines where none does."""

from __future__ import annotations

import asyncio
import io
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import TextIO

from rich.console import Console
from rich.text import Text

from bot.chat import Answer, Button, Limits, Message, Probe, Request, Sent
from bot.pacing import Budget, Rate
from bot.text.slicing import spanned
from storage import DatabaseError
from storage.model import Address, RichText, Style

LIMITS = Limits(text=100_000, edits=False)  # a paper roll
RATE = 100.0  # messages a second: nobody reads faster

_STYLES = {
    Style.BOLD: "bold",
    Style.HEADING: "bold",
    Style.ITALIC: "italic",
    Style.UNDERLINE: "underline",
    Style.STRIKE: "strike",
    Style.CODE: "cyan",
    Style.PRE: "cyan",
    Style.QUOTE: "italic",
    Style.LINK: "underline",
    Style.SPOILER: "dim",
}


class Terminal:
    """One person at one terminal; `admin` may change meanwhile, `ended` is called at the end."""

    name = "terminal"
    limits = LIMITS
    admins: Sequence[Address] = ()
    probe: Probe | None = None
    kept: Sequence[str] = ()
    once = False

    def __init__(self, *, source: TextIO | None = None, greeting: str = "") -> None:
        self.address = Address(self.name, "1")
        self.admin = False
        self.budget = Budget(Rate(RATE))
        self.ended: Callable[[], Awaitable[None]] = _nothing
        self._source = source or _typed()
        self._person = self._source.isatty() and sys.stdout.isatty()
        self._greeting = greeting
        self._console = Console(highlight=False, emoji=False, force_terminal=True)
        self._buttons: list[Button] = []
        self._under = ""
        self._count = 0

    @property
    def interactive(self) -> bool:
        """Whether a person sits there, rather than a pipe or a file."""
        return self._person

    async def run(self, answer: Answer, ready: Callable[[], None]) -> None:
        """Read lines and print the answers, until the end of the input."""
        ready()
        try:
            if self._person:
                await self._talk(answer)
            else:
                async for line in _lines(self._source):
                    await self._hear(line, answer)
        finally:
            await self.ended()

    async def send(self, address: Address, message: Message, *, key: str) -> Sent:  # noqa: ARG002
        """Print a message; its buttons go on from the numbers that stand there already."""
        self._say(message, first=len(self._buttons) + 1)
        self._count += 1
        return Sent(str(self._count))

    async def edit(self, address: Address, sent: Sent, message: Message) -> None:  # noqa: ARG002
        """What is printed stays printed: the new text follows it."""
        self._say(message, first=len(self._buttons) + 1)

    async def delete(self, address: Address, sent: Sent) -> None:
        """What is printed stays printed."""

    async def _talk(self, answer: Answer) -> None:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.patch_stdout import patch_stdout

        session: PromptSession[str] = PromptSession()
        with patch_stdout(raw=True):
            if self._greeting:
                self._print(Text(self._greeting))
            while True:
                try:
                    line = await session.prompt_async("› ")
                except (EOFError, KeyboardInterrupt):
                    return
                await self._hear(line, answer)

    async def _hear(self, line: str, answer: Answer) -> None:
        words = line.strip()
        if not words:
            return
        button = self._chosen(words)
        if button is not None and button.url:
            self._print(Text(f"{button.label}: {button.url}"))
            return
        request = Request(
            address=self.address,
            words=button.command if button is not None else words,
            at=datetime.now(UTC),
            rich=RichText(words),
            pressed=button is not None,
            under=self._under if button is not None else "",
            admin=self.admin,
        )
        try:
            message = await answer(request)
        except DatabaseError as error:
            self._print(Text(str(error)))
            return
        if message is not None:
            self._buttons = []
            self._under = message.text.text
            self._say(message, first=1)

    def _chosen(self, words: str) -> Button | None:
        if words.isascii() and words.isdigit() and 0 < int(words[:9]) <= len(self._buttons):
            return self._buttons[int(words[:9]) - 1]
        return None

    def _say(self, message: Message, first: int) -> None:
        """Print a message and its buttons, numbered from `first`."""
        rows, number = [], first
        for row in message.buttons:
            labels = []
            for button in row:
                if button.share:
                    continue  # a terminal has nobody to share with
                self._buttons.append(button)
                label = "" if button.label == str(number) else f" {button.label}"
                labels.append(f"[{number}]{label}")
                number += 1
            if labels:
                rows.append("   ".join(labels))
        self._print(
            Text("\n\n").join([drawn(message.text), *([Text("\n".join(rows))] if rows else [])])
        )

    def _print(self, text: Text) -> None:
        """With a person, wrapped at words and in styles; else plain lines as they are."""
        if self._person:
            self._console.print(text, end="\n\n")
        else:
            print(text.plain, end="\n\n", flush=True)  # noqa: T201 - a pipe is what we draw on


def _typed() -> TextIO:
    """Standard input; bytes that are no text are shown as such, and end nothing."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    return sys.stdin or io.StringIO()  # closed: nothing will ever be typed


async def _nothing() -> None:
    """Nobody has to be told that the input has ended."""


async def _lines(source: TextIO) -> AsyncIterator[str]:
    """The lines of a file or pipe, read in a thread of its own that ends with the program."""
    loop = asyncio.get_running_loop()
    read: asyncio.Queue[str | None] = asyncio.Queue()

    def pump() -> None:
        with suppress(RuntimeError):  # the loop has ended before the input: nobody listens
            try:
                for line in source:
                    loop.call_soon_threadsafe(read.put_nowait, line)
            finally:
                loop.call_soon_threadsafe(read.put_nowait, None)

    threading.Thread(target=pump, daemon=True).start()
    while (line := await read.get()) is not None:
        yield line


def drawn(rich: RichText) -> Text:
    """The text as the terminal shows it, each link's address spelled out behind its words."""
    text = Text()
    for (start, end), inside in spanned(rich):
        text.append(rich.text[start:end], " ".join(_STYLES[s.style] for s in inside))
        for span in inside:
            words = rich.text[span.start : span.end].strip()
            if span.style is Style.LINK and span.end == end and words != span.value:
                text.append(f" <{span.value}>", "dim")
    return text
