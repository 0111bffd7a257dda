"""Saying something to everybody: asked for, looked at, confirmed once, called off."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.chat import Message
from bot.text.split import utf16
from storage.model import Address, Lane, RichText, Span, Style
from storage.outbox import State
from tests.commands.house import House, commands_of, labels_of
from tests.commands.pushes import settled, subscribed

BOLD = RichText("Come at ten.\n\nBring a candle.", (Span(8, 11, Style.BOLD),))
ADMIN = {"admin": True}
GONE = "This draft is gone"
ALREADY = "It is on its way already. I will tell you here how it goes."


@pytest.fixture(autouse=True)
async def audience(house: House) -> None:
    """Three people are subscribed."""
    await subscribed(house.storage, 3)


async def previewed(house: House, text: RichText = BOLD, **more: object) -> Message:
    typed = RichText("/broadcast ") + text
    return await house.ask(typed.text, rich=typed, **{**ADMIN, **more})


async def confirmed(house: House) -> int:
    """A broadcast that was typed and confirmed; returns its announcement."""
    preview = await previewed(house)
    await house.press(commands_of(preview)[0], **ADMIN)
    (progress,) = await house.storage.outbox.running()
    return progress.announcement


async def test_the_preview_shows_all_of_it(house: House) -> None:
    """The exact text with its formatting, how many it goes to, until when; send comes first."""
    message = await previewed(house)

    assert message.text.text == (
        "This is how it will look. It goes to 3 subscribers (Terminal 2, Web 1), and is given up"
        " for whoever cannot be reached within 24 hours. An admin gets the first copy. To change"
        " it, write /broadcast again.\n\nCome at ten.\n\nBring a candle."
    )
    bold = [s for s in message.text.spans if s.style is Style.BOLD]
    assert ["ten"] == [message.text.text[s.start : s.end] for s in bold]
    assert ["Send it to 3", "Don’t send"] == labels_of(message)
    assert [] == await house.storage.outbox.running(), "nothing goes out unconfirmed"


async def test_confirming_sends_it_to_everybody_once(house: House) -> None:
    """One press makes one announcement in the lane of statements, with a day to live."""
    send, _ = commands_of(await previewed(house))
    first = await house.press(send, **ADMIN)
    second = await house.press(send, **ADMIN)
    await settled(house.storage, house.now, [])
    running = await house.storage.outbox.running()

    assert "On its way to 3 subscribers. I will tell you here how it goes." == first.text.text
    assert first.replaces
    assert () == first.buttons
    assert ALREADY == second.text.text
    assert [3] == [progress.total for progress in running]
    assert [Lane.STATEMENT] == [queue.lane for queue in await house.storage.outbox.queue()]
    statement = await house.storage.statements.of(running[0].announcement)
    assert statement is not None
    assert (BOLD, timedelta(hours=24)) == (statement.text, statement.lifetime)


async def test_two_presses_at_once_send_it_once(house: House) -> None:
    """Two devices, one instant: one of them is told that it is on its way, and so is the other."""
    send, _ = commands_of(await previewed(house))
    answers = await asyncio.gather(*(house.press(send, **ADMIN) for _ in range(5)))

    assert 1 == sum(a.text.text.startswith("On its way to 3") for a in answers)
    assert 4 == sum(a.text.text == ALREADY for a in answers)
    assert 1 == len(await house.storage.outbox.running())


async def test_without_a_text_it_asks(house: House) -> None:
    """What is typed next is the text, with its lines and formatting."""
    asked = await house.ask("/broadcast", **ADMIN)
    assert asked.text.text.startswith("What shall I say to everybody?")
    assert ["Cancel"] == labels_of(asked)
    message = await house.ask(BOLD.text, rich=BOLD, **ADMIN)

    assert message.text.text.endswith("again.\n\nCome at ten.\n\nBring a candle.")
    assert Style.BOLD in {span.style for span in message.text.spans}


async def test_cancelling_the_question(house: House) -> None:
    """Who does not want to say anything after all can search again."""
    asked = await house.ask("/broadcast", **ADMIN)
    cancelled = await house.press(commands_of(asked)[0], **ADMIN)

    assert ("Nothing is sent.", True) == (cancelled.text.text, cancelled.replaces)
    assert (await house.ask("witness", **ADMIN)).text.text.startswith("“witness”")


@pytest.mark.parametrize("typed", ["send 1", "drop 1", "cancel 1", "no"])
async def test_what_is_typed_is_always_a_text(house: House, typed: str) -> None:
    """Only buttons confirm: no word of a statement can be taken for one."""
    message = await previewed(house, RichText(typed))

    assert message.text.text.endswith(f"\n\n{typed}")
    assert [] == await house.storage.outbox.running()


@pytest.mark.parametrize("blank", ["\u200b", "\u3164 \u2800", "\ufe0f"])
async def test_formatting_without_words_asks_again(house: House, blank: str) -> None:
    """What nobody could see is not sent."""
    text = RichText(blank, (Span(0, len(blank), Style.BOLD),))
    message = await previewed(house, text)

    assert message.text.text.startswith("I see no words in that.\n\nWhat shall I say")
    assert "broadcast" == message.asks
    assert ["broadcast no"] == commands_of(message)


async def test_what_no_encoding_can_write_is_replaced(house: House) -> None:
    """A broken character is shown as such, and stops neither the preview nor the sending."""
    send, _ = commands_of(message := await previewed(house, RichText("ten \ud800 \0 o’clock")))

    assert message.text.text.endswith("ten \ufffd \0 o’clock")
    assert (await house.press(send, **ADMIN)).text.text.startswith("On its way")


async def test_one_message_has_room_for_so_much(house: House) -> None:
    """The longest that fits is taken; what is longer is told its length, and asked for again."""
    fits = await previewed(house, RichText("🕯" * 2048))
    longer = await previewed(house, RichText("🕯" * 2048 + "!"))

    assert ["Send it to 3", "Don’t send"] == labels_of(fits)
    assert "It is sent as one message, even if you see it here in two." in fits.text.text
    assert "That is too long for one message: 4097 characters, and 4096 is the most" in (
        longer.text.text
    )
    assert "broadcast" == longer.asks
    assert utf16(longer.text.text) < 1000


async def test_nobody_to_tell(house: House) -> None:
    """With nobody subscribed it says so, and offers nothing."""
    for number in range(3):
        await house.storage.subscribers.unsubscribe(
            Address(("terminal", "web")[number % 2], f"s{number}")
        )
    for typed in ("/broadcast", "/broadcast Hello"):
        message = await house.ask(typed, **ADMIN)

        assert "Nobody is subscribed yet, so there is nobody to tell." == message.text.text
        assert () == message.buttons


async def test_not_sending_it(house: House) -> None:
    """The draft is gone, its buttons too, and nobody hears of it."""
    send, drop = commands_of(await previewed(house))
    dropped = await house.press(drop, **ADMIN)

    assert "It is not sent, and the draft is gone." == dropped.text.text
    assert (True, ()) == (dropped.replaces, dropped.buttons)
    assert (await house.press(send, **ADMIN)).text.text.startswith(GONE)
    assert (await house.press(drop, **ADMIN)).text.text.startswith(GONE)
    assert [] == await house.storage.outbox.running()


async def test_a_newer_draft_takes_the_place_of_the_older(house: House) -> None:
    """An old preview cannot be sent by mistake."""
    old, _ = commands_of(await previewed(house))
    new, _ = commands_of(await previewed(house, RichText("Come at eleven.")))

    assert (await house.press(old, **ADMIN)).text.text.startswith(GONE)
    assert (await house.press(new, **ADMIN)).text.text.startswith("On its way")


async def test_another_admins_draft_cannot_be_sent(house: House) -> None:
    """Confirming is for the author alone, and says nothing of whose draft it is."""
    send, drop = commands_of(await previewed(house))
    other = House(house.storage, house.router, house.now, Address("terminal", "2"))

    assert (await other.press(send, **ADMIN)).text.text.startswith(GONE)
    assert (await other.press(drop, **ADMIN)).text.text.startswith(GONE)
    assert (await house.press(send, **ADMIN)).text.text.startswith("On its way")


@pytest.mark.parametrize("more", [{}, {"admin": True, "private": False}], ids=["no admin", "group"])
async def test_only_admins_in_private(house: House, more: dict[str, bool]) -> None:
    """For everybody else, and in a group, there is no such command and no such button."""
    send, _ = commands_of(await previewed(house))
    typed = await house.hear("/broadcast Hello", **more)
    pressed = await house.press(send, **more)

    assert typed is None or typed.text.text.startswith("I do not know this command.")
    assert "This button is too old, I am sorry." == pressed.text.text
    assert [] == await house.storage.outbox.running()


async def test_calling_it_off(house: House) -> None:
    """At one press nothing more is sent; it says how many have it."""
    announcement = await confirmed(house)
    await settled(house.storage, house.now, [State.SENT, State.FAILED])
    cancelled = await house.press(f"broadcast cancel {announcement}", **ADMIN)
    again = await house.press(f"broadcast cancel {announcement}", **ADMIN)
    progress = await house.storage.outbox.progress(announcement)

    assert "Cancelled: nothing more of it is sent. 1 subscriber has it." == cancelled.text.text
    assert not cancelled.replaces, "the message that counts has the last word itself"
    assert "It is cancelled already. 1 subscriber has it." == again.text.text
    assert progress is not None
    assert (True, True) == (progress.cancelled, progress.over)


async def test_pressing_late(house: House) -> None:
    """Once it is over the old buttons say so."""
    preview = await previewed(house)
    await house.press(commands_of(preview)[0], **ADMIN)
    (running,) = await house.storage.outbox.running()
    await settled(house.storage, house.now, [State.SENT] * 3)
    while await house.storage.outbox.tidy(house.now):
        pass
    said = "It is over already. 3 subscribers have it."

    for command in (*commands_of(preview), f"broadcast cancel {running.announcement}"):
        assert said == (await house.press(command, **ADMIN)).text.text


async def test_in_russian(house: House) -> None:
    """An admin is spoken to in their language, numbers in their right form."""
    message = await previewed(house, language="ru")

    assert message.text.text.startswith(
        "Вот как это будет выглядеть. Это получат 3 подписчика (Terminal 2, Web 1)."
    )
    pressed = await house.press(commands_of(message)[0], language="ru", **ADMIN)
    assert "Отправляю 3 подписчикам. Как идёт дело, расскажу здесь." == pressed.text.text
