"""Whatever is typed or pressed, there is an answer."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.chat import Message
from bot.commands import commands
from bot.text.split import utf16
from storage.model import RichText
from tests.commands.house import House, commands_of, labels_of

TELEGRAM_MESSAGE, TELEGRAM_BUTTON = 4096, 60
FIRST = ["/start", "/help", "/latest", "/latest 20", "inquiry", "/anniversary 5", "/onthisday",
         "/settings", "/contact", "/privacy", "/forget", "/subscribe", "/unsubscribe", "/release 7",
         "/nonsense", "nothing like it", "/settings zone atlantis",
         "inquiry " * 31 + "heard"]  # fmt: skip


def fits(message: Message) -> None:
    """A message that every platform can take: text, spans, buttons."""
    length = len(message.text.text)
    assert message.text.text.strip()
    assert utf16(message.text.text) <= TELEGRAM_MESSAGE
    assert all(0 <= s.start < s.end <= length for s in message.text.spans)
    assert all(len(c.encode()) <= TELEGRAM_BUTTON for c in commands_of(message))
    assert all(labels_of(message))
    assert all(len(row) <= 8 for row in message.buttons)


@pytest.mark.parametrize("language", ["en", "ru"])
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(words=st.text(max_size=300), pressed=st.booleans(), under=st.text(max_size=100))
async def test_any_text_gets_an_answer(
    house: House, language: str, words: str, pressed: bool, under: str
) -> None:
    """In a private chat nothing that can be typed or forged raises or stays unanswered."""
    with structlog.testing.capture_logs() as logged:
        fits(await house.ask(words, language=language, pressed=pressed, under=under))

    assert logged == []


ARGUMENTS = st.one_of(
    st.text(max_size=80),
    st.integers().map(str),
    st.from_regex(r"[-+r#]?[0-9]{1,40}( [-+]?[0-9]{1,40})?", fullmatch=True),
    st.sampled_from(["yes no", "zone \0", "zone ../..", "zone Europe", "language xx", "releases ,",
                     "releases xx,yy", "9" * 5000, "\ud800", "1 \ud800", "“”", "2 “"]),
)  # fmt: skip


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    name=st.sampled_from([command.name for command in commands()]),
    arguments=ARGUMENTS,
    pressed=st.booleans(),
)
async def test_any_argument_gets_an_answer(
    house: House, name: str, arguments: str, pressed: bool
) -> None:
    """No command minds what follows its name."""
    words = f"{'' if pressed else '/'}{name} {arguments}"
    with structlog.testing.capture_logs() as logged:
        fits(await house.ask(words, pressed=pressed, admin=True))

    assert logged == []


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_every_button_leads_somewhere(house: House, language: str, now: datetime) -> None:
    """Pressing all buttons of all answers never meets an error or a button too old."""
    unknown = (await house.press("no-such-command", language=language)).text
    waiting = [await house.ask(words, language=language) for words in FIRST]
    pressed: set[str] = set()
    while waiting and len(pressed) < 400:
        message = waiting.pop(0)
        fits(message)
        for command in commands_of(message):
            if command in pressed or command in ("settings language en", "settings language ru"):
                continue
            pressed.add(command)
            with structlog.testing.capture_logs() as logged:
                answer = await house.press(command, message.text.text, language=language)
            assert logged == [], command
            assert answer.text != unknown, command
            waiting.append(answer)

    assert len(pressed) > 60


def test_every_command_has_its_test() -> None:
    """A command that nobody tests cannot be added."""
    tested = {path.name for path in Path(__file__).parent.glob("test_*.py")}

    assert [] == [c.name for c in commands() if f"test_{c.name}.py" not in tested]


def test_empty_texts_are_not_messages() -> None:
    """The check of this file would notice an empty message."""
    with pytest.raises(AssertionError):
        fits(Message(RichText("")))
