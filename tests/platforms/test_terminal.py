"""The terminal without a person: lines in, plain text out."""

from __future__ import annotations

import asyncio
import io

import pytest

from bot.chat import Button, Message, Request
from bot.platforms.terminal import Terminal, drawn
from bot.text.build import bold, link, plain
from storage.model import Address, Lane, RichText

CHAT = Address("terminal", "1")


async def talk(lines: str, script: dict[str, Message]) -> list[Request]:
    """Let the terminal hear these lines; returns what it asked."""
    asked: list[Request] = []

    async def answer(request: Request) -> Message | None:
        asked.append(request)
        return script.get(request.words)

    terminal = Terminal(source=io.StringIO(lines))
    await terminal.run(answer, lambda: None)
    return asked


def test_links_are_spelled_out_behind_their_words() -> None:
    """A terminal cannot open what it does not show; a bare address is not said twice."""
    text = (
        plain("See ")
        + link("here", "http://x.test/a")
        + " or "
        + link("http://y.test", "http://y.test")
    )

    assert "See here <http://x.test/a> or http://y.test" == drawn(text).plain


async def test_answers_are_printed_and_buttons_are_chosen_by_number(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The number of a button asks its command, with the message it stands under."""
    menu = Message(
        bold("Pick one"),
        (
            (Button("First", "first 1"), Button("Site", url="http://x.test/")),
            (Button("3", "third"),),
        ),
    )
    asked = await talk("/menu\n1\n", {"/menu": menu, "first 1": Message(RichText("Done."))})

    out = capsys.readouterr().out
    assert "Pick one\n\n[1] First   [2] Site\n[3]\n\nDone.\n" in out
    assert [("/menu", False, ""), ("first 1", True, "Pick one")] == [
        (r.words, r.pressed, r.under) for r in asked
    ]


async def test_a_link_button_prints_its_address(capsys: pytest.CaptureFixture[str]) -> None:
    """A button that opens a page says which."""
    menu = Message(RichText("Go"), ((Button("Site", url="http://x.test/"),),))
    await talk("/menu\n1\n", {"/menu": menu})

    assert "Site: http://x.test/" in capsys.readouterr().out


async def test_a_number_without_a_button_is_words() -> None:
    """Only numbers that stand there are buttons, however long they are."""
    asked = await talk("7\n" + "9" * 50 + "\n", {})

    assert ["7", "9" * 50] == [r.words for r in asked]
    assert [False, False] == [r.pressed for r in asked]


async def test_a_push_leaves_the_buttons_above_it_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What arrives unasked numbers its buttons on, so that nothing moves under the finger."""
    terminal = Terminal(source=io.StringIO(""))
    terminal._buttons = [Button("One", "one")]
    await terminal.send(CHAT, Message(RichText("News"), ((Button("Read", "read"),),)), key="1.0")

    assert "News\n\n[2] Read" in capsys.readouterr().out


async def test_a_button_to_share_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody can be shared with in a terminal; the numbers go on without a gap."""
    row = (Button("Share", share=3), Button("Settings", "settings"))
    await talk("/menu\n", {"/menu": Message(RichText("News"), (row, (Button("S", share=1),)))})

    assert "News\n\n[1] Settings\n" in capsys.readouterr().out


async def test_a_terminal_has_no_limits_that_anybody_feels() -> None:
    """A push to it goes out at once; there are no admins' chats, and nothing to look for."""
    terminal = Terminal(source=io.StringIO(""))
    async with asyncio.timeout(5):
        for _ in range(100):
            async with terminal.budget.turn(Lane.RELEASE, CHAT):
                pass
    assert (list(terminal.admins), terminal.probe) == ([], None)


async def test_words_are_typed_without_any_formatting() -> None:
    """What a command cuts out of the formatted text is the words themselves."""
    (asked,) = await talk("  /broadcast *all*\n", {})

    assert asked.rich == RichText("/broadcast *all*")
