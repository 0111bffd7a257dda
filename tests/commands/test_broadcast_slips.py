"""What goes wrong when people write statements: pictures, texts that are cut, old buttons."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from bot.chat import Message
from bot.router import Router
from storage.model import Address, RichText, Span, Style
from storage.outbox import State
from tests.commands.house import CAMPAIGN, House, commands_of, labels_of
from tests.commands.pushes import settled, subscribed

ADMIN = {"admin": True}
WORDS_ONLY = "I can send words only, no pictures yet; please write it as text."
CUT = "your app may have cut it off: please look at its end."
# An app parts 6000 signs into a first message that is full, and a rest.
FIRST, REST = "/broadcast " + "We say. " * 510, "And we say more. " * 120


@pytest.fixture(autouse=True)
async def audience(house: House) -> None:
    """Three people are subscribed, and no time passes between two messages."""
    await subscribed(house.storage, 3)
    house.router = Router(house.storage, CAMPAIGN, lambda: house.now, lambda: 0.0)


async def said(house: House, text: str, **more: object) -> Message:
    return await house.ask(text, rich=RichText(text), **{**ADMIN, **more})


@pytest.mark.parametrize("words", ["/help", "/broadcast Look at this"])
async def test_a_picture_is_no_answer_and_closes_no_question(house: House, words: str) -> None:
    """It is said that words are wanted, and the words that come next are the statement."""
    await said(house, "/broadcast")
    told = await house.ask(words, wordless=True, **ADMIN)
    preview = await said(house, "Come at ten.")

    assert (WORDS_ONLY, ["Cancel"]) == (told.text.text, labels_of(told))
    assert preview.text.text.endswith("\n\nCome at ten.")


async def test_a_picture_with_the_command_under_it_asks_for_words(house: House) -> None:
    """Its caption is not sent alone, without what it is about; it is written anew as text."""
    told = await house.ask("/broadcast Look at this", wordless=True, **ADMIN)
    preview = await said(house, "Come at ten.")

    assert WORDS_ONLY == told.text.text
    assert preview.text.text.endswith("\n\nCome at ten.")


@pytest.mark.parametrize(("length", "warns"), [(4078, False), (4079, True), (4085, True)])
async def test_a_text_that_fills_a_message_may_be_cut(
    house: House, length: int, warns: bool
) -> None:
    """From 4090 signs on, the command counted in, the preview says so."""
    message = await said(house, "/broadcast " + "a" * length)

    assert warns == (CUT in message.text.text)


async def test_an_answer_that_fills_a_message_may_be_cut(house: House) -> None:
    """There is no command to be counted in."""
    await said(house, "/broadcast")
    assert CUT not in (await said(house, "a" * 4089)).text.text
    await said(house, "/broadcast")
    assert CUT in (await said(house, "a" * 4090)).text.text


@pytest.mark.parametrize("asked", [False, True], ids=["typed at once", "asked for"])
async def test_what_an_app_has_parted_is_one_text(house: House, asked: bool) -> None:
    """The rest follows at once: it is too long, nothing of it can be sent, and words are wanted."""
    if asked:
        await said(house, "/broadcast")
    first = await said(house, FIRST.removeprefix("/broadcast ") if asked else FIRST)
    send = commands_of(first)[0]
    rest = await said(house, REST)

    length = len(FIRST.removeprefix("/broadcast ").strip()) + len(REST.strip())
    assert f"That is too long for one message: {length} characters" in rest.text.text
    assert (await said(house, "Shorter.")).text.text.endswith("\n\nShorter.")
    assert (await house.press(send, **ADMIN)).text.text.startswith("This draft is gone")
    assert [] == await house.storage.outbox.running()


async def test_three_parts_are_one_text(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The third is no statement of its own; what is written after it is."""
    await said(house, FIRST)
    await said(house, "b" * 4096)
    third = await said(house, "c" * 1000)
    later = house.now + timedelta(seconds=6)
    monkeypatch.setattr(house.router, "_clock", lambda: later)
    shorter = await said(house, "Come at ten.")

    assert "too long for one message: 9175 characters" in third.text.text
    assert shorter.text.text.endswith("\n\nCome at ten.")


async def test_a_text_is_parted_anywhere_behind_its_middle(house: House) -> None:
    """Some apps cut where a paragraph ends, long before a message is full."""
    await said(house, "/broadcast " + "a" * 2100)

    assert "too long for one message: 3100" in (await said(house, "b" * 1000)).text.text


@pytest.mark.parametrize("text", ["/broadcast Short.", FIRST])
async def test_what_comes_later_is_a_search(house: House, text: str) -> None:
    """Nobody’s next question is taken for a rest; and after a short text nothing is."""
    seconds = count(0, 6)
    house.router = Router(house.storage, CAMPAIGN, lambda: house.now, seconds.__next__)
    first = await said(house, text)
    found = await said(house, "witness")

    assert found.text.text.startswith("“witness”")
    assert (await house.press(commands_of(first)[0], **ADMIN)).text.text.startswith("On its way")


async def test_another_broadcast_is_no_rest(house: House) -> None:
    """Whoever writes the command again begins anew, however fast."""
    await said(house, FIRST)

    assert (await said(house, "/broadcast Short.")).text.text.endswith("\n\nShort.")


async def test_cancelling_an_old_question(house: House) -> None:
    """It never says that nothing is sent while a statement waits, or is on its way."""
    question = await said(house, "/broadcast")
    cancel = commands_of(question)[0]
    preview = await said(house, "Come at ten.")
    drafted = await house.press(cancel, **ADMIN)
    await house.press(commands_of(preview)[0], **ADMIN)
    under_way = await house.press(cancel, **ADMIN)
    (running,) = await house.storage.outbox.running()
    await house.storage.statements.reported(1, "55", over=True)
    over = await house.press(cancel, **ADMIN)

    assert drafted.text.text.startswith("Nothing is sent yet. Your draft waits")
    assert "It is on its way already. I will tell you here how it goes." == under_way.text.text
    assert "This question is closed already, and nothing more comes of it." == over.text.text
    assert not running.cancelled


async def test_others_statements_do_not_matter(house: House) -> None:
    """Another admin's draft is theirs."""
    other = House(house.storage, house.router, house.now, Address("terminal", "2"))
    await said(other, "/broadcast Come at eleven.")
    await said(house, "/broadcast")

    assert "Nothing is sent." == (await house.press("broadcast no", **ADMIN)).text.text


LINKS = RichText(
    "Read, call, and write to Anna or to Ben.",
    (
        Span(0, 4, Style.LINK, "http://localhost/x"),
        Span(6, 10, Style.LINK, "tel:+442071234567"),
        Span(25, 29, Style.LINK, "tg:user"),
        Span(36, 39, Style.LINK, "ben.example"),
    ),
)


async def test_links_that_lead_nowhere_are_named(house: House) -> None:
    """What is left out is told before it is sent; what is written out or mended is not."""
    typed = RichText("/broadcast ") + LINKS
    message = await house.ask(typed.text, rich=typed, **ADMIN)
    only = RichText("/broadcast ") + replace(LINKS, spans=LINKS.spans[:1])

    assert "The links behind “Read”, “Anna” are left out: they lead where" in message.text.text
    assert "call (+442071234567)" in message.text.text
    assert (
        "The link behind “Read” is left out: it leads where nobody could follow."
        in (await house.ask(only.text, rich=only, **ADMIN)).text.text
    )


async def test_many_long_links_are_named_shortly(house: House) -> None:
    """The preview stays one that can be read."""
    text = "\n".join(["word " * 30] * 20)
    spans = tuple(Span(n * 151, n * 151 + 149, Style.LINK, "x:y") for n in range(20))
    typed = RichText("/broadcast ") + RichText(text, spans)
    head = (await house.ask(typed.text, rich=typed, **ADMIN)).text.text.partition("\n\n")[0]

    assert len(head) < 600
    assert "”, … are left out" in head


async def test_what_is_under_way_may_come_to_more(house: House) -> None:
    """The answer to cancelling never says less than the message that counts will."""
    preview = await said(house, "/broadcast Come at ten.")
    await house.press(commands_of(preview)[0], **ADMIN)
    (running,) = await house.storage.outbox.running()
    await settled(house.storage, house.now, [State.SENT, State.INTENT, State.WAITING])
    cancelled = await house.press(f"broadcast cancel {running.announcement}", **ADMIN)
    again = await house.press(f"broadcast cancel {running.announcement}", **ADMIN)

    assert "Cancelled: nothing more of it is sent. At least 1 subscriber has it." == (
        cancelled.text.text
    )
    assert "It is cancelled already. At least 1 subscriber has it." == again.text.text


async def test_nobody_has_what_was_cancelled_at_once(house: House) -> None:
    """In words, not as a nought."""
    preview = await said(house, "/broadcast Come at ten.")
    await house.press(commands_of(preview)[0], **ADMIN)
    (running,) = await house.storage.outbox.running()
    asked = await house.press(f"outbox cancel {running.announcement}", **ADMIN)
    done = await house.press(f"outbox cancel {running.announcement} yes", **ADMIN)

    assert "Shall I cancel “Come at ten.”? Nobody has it yet." == asked.text.text
    assert "Cancelled: nothing more of it is sent. Nobody has it." == done.text.text
