"""Whatever is typed or pressed, there is an answer."""

from __future__ import annotations

from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.chat import Message
from bot.commands import commands
from bot.text.split import utf16
from storage.model import Address, RichText
from tests.commands.house import House, commands_of, labels_of

TELEGRAM_MESSAGE, COMMAND = 4096, 46
FIRST = ["/start", "/help", "/latest", "/latest 20", "inquiry", "/anniversary 5", "/onthisday",
         "/settings", "/contact", "/privacy", "/forget", "/subscribe", "/unsubscribe", "/release 7",
         "/nonsense", "nothing like it", "/settings zone atlantis",
         "inquiry " * 31 + "heard", "/search inquiry", "/search", "/search zebra", "/release",
         "/release 99", "/people", "/people 2015", "/search lindd", "/search -lind", "/search ???",
         "/follow", "/follow Linda", "/follow inquiry heard", "/follow -lind", "/follow ???",
         "/start subscribe", "/start r7", "/start x", "/r8"]  # fmt: skip

# What an admin may ask for besides.
ADMINS = ["/status", "/outbox", "/broadcast", "/broadcast Hello", "/broadcast \u200b",
          "/outbox cancel 1", "/outbox vouch 1"]  # fmt: skip

# A chat of two, an admin's, and a group as its admins and its members see it.
CHATS = [{"private": True}, {"private": True, "admin": True},
         {"private": False, "may_manage": True},
         {"private": False, "may_manage": False}]  # fmt: skip
FLAGS = st.fixed_dictionaries(
    {"private": st.booleans(), "may_manage": st.booleans(), "pressed": st.booleans(),
     "admin": st.booleans(), "sender": st.sampled_from(["", "1", "2"]),
     "language": st.sampled_from(["en", "ru", "xx", ""])},
)  # fmt: skip


def fits(message: Message) -> None:
    """A message that every platform can take: text, spans, buttons."""
    length = len(message.text.text)
    assert message.text.text.strip()
    assert utf16(message.text.text) <= TELEGRAM_MESSAGE
    assert all(0 <= s.start < s.end <= length for s in message.text.spans)
    assert all(len(c.encode()) <= COMMAND for c in commands_of(message))
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


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    words=st.one_of(
        st.text(max_size=100),
        st.tuples(st.sampled_from([c.name for c in commands()]), ARGUMENTS).map(
            lambda both: f"/{both[0]} {both[1]}"
        ),
    ),
    flags=FLAGS,
)
async def test_no_chat_sees_or_changes_another(
    house: House, words: str, flags: dict[str, object]
) -> None:
    """Whoever asks whatever where: no error, and the rest of the world stays as it was."""
    other = Address("terminal", "8675309")
    await house.storage.subscribers.choose(other, language="ru", timezone="Asia/Tokyo")
    await house.storage.subscribers.subscribe(other)
    before = await house.storage.subscribers.find(other)
    own = await house.storage.subscribers.find(house.address)
    words = words.lstrip("/") if flags["pressed"] else words
    with structlog.testing.capture_logs() as logged:
        message = await house.hear(words, under=words, **flags)

    assert logged == []
    assert await house.storage.subscribers.find(other) == before
    if not flags["may_manage"]:
        assert await house.storage.subscribers.find(house.address) == own
    if message is not None:
        fits(message)
        assert other.chat in words or other.chat not in repr(message)
    assert message is not None or not flags["private"]


@pytest.mark.parametrize("chat", CHATS, ids=["alone", "admin", "managing", "member"])
@pytest.mark.parametrize("language", ["en", "ru"])
async def test_every_button_leads_somewhere(
    house: House, language: str, chat: dict[str, bool]
) -> None:
    """Pressing all buttons of all answers never meets an error or a button too old."""
    unknown = (await house.press("no-such-command", language=language, **chat)).text
    await house.storage.subscribers.subscribe(Address("terminal", "8675309"))
    first = [*FIRST, *(ADMINS if chat.get("admin") else [])]
    heard = [await house.hear(words, language=language, **chat) for words in first]
    waiting = [message for message in heard if message is not None]
    pressed: set[str] = set()
    while waiting and len(pressed) < 400:
        message = waiting.pop(0)
        fits(message)
        for command in commands_of(message):
            if command in pressed or command in ("settings language en", "settings language ru"):
                continue
            pressed.add(command)
            with structlog.testing.capture_logs() as logged:
                answer = await house.press(command, message.text.text, language=language, **chat)
            assert logged == [], command
            assert answer.text != unknown, command
            waiting.append(answer)

    assert not waiting, "all of it was pressed"
    assert len(pressed) > 60


def test_every_command_has_its_test() -> None:
    """A command that nobody tests cannot be added."""
    tested = {path.name for path in Path(__file__).parent.glob("test_*.py")}

    assert [] == [c.name for c in commands() if f"test_{c.name}.py" not in tested]


def test_empty_texts_are_not_messages() -> None:
    """The check of this file would notice an empty message."""
    with pytest.raises(AssertionError):
        fits(Message(RichText("")))
