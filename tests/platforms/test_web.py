"""The web chat: questions and answers, and who is known by a cookie."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.chat import Message, Request
from storage import DatabaseError, Storage
from storage.model import Attachment, RichText
from tests.platforms.web_stage import NOON, PIXEL, Stage, at_work, opened


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path) as made:
        yield made


async def test_looking_leaves_no_trace(stage: Stage) -> None:
    """Whoever only reads gets no cookie, and nothing of them is kept."""
    browser = stage.browser()
    for path in ("/", "/?lang=ru", "/chat/welcome", "/releases", "/chat/events", "/feed.xml"):
        await browser.get(path)

    assert "" == browser.cookie
    assert not await stage.storage.subscribers.any()


async def test_the_welcome_speaks_its_readers_language(stage: Stage) -> None:
    """The welcome is that of /start, in the language of the page, with its buttons."""
    english = await stage.browser().get("/chat/welcome?language=en")
    russian = await stage.browser().get("/chat/welcome?language=ru")
    guessed = await stage.browser().get("/chat/welcome", **{"Accept-Language": "ru-RU, en;q=0.5"})

    assert "Welcome!" in english.text
    assert "subscribe" == english.json["message"]["buttons"][0][0]["command"]
    assert "Здравствуйте" in russian.text
    assert russian.text == guessed.text


async def test_a_subscriber_is_not_asked_to_subscribe(stage: Stage) -> None:
    """Whoever comes back is welcomed as who they are."""
    browser = await stage.visitor()
    await browser.say("/subscribe")
    welcome = await browser.get("/chat/welcome?language=en")

    labels = [b["label"] for row in welcome.json["message"]["buttons"] for b in row]
    assert "Welcome!" in welcome.text
    assert "Latest releases" in labels
    assert not any("Subscribe" in label for label in labels)


async def test_loading_the_page_asks_nothing_of_the_reader(stage: Stage) -> None:
    """However often it is loaded, what they ask then is answered."""
    browser = await stage.visitor()
    for _ in range(30):
        await browser.get("/chat/welcome?language=en")
    told = await browser.say("/latest")

    assert "latest releases" in told.text


async def test_the_welcome_is_thought_of_once_and_always_says_the_time(storage: Storage) -> None:
    """However many look, it costs one look-up; and the page can set its clock by it."""
    times = [NOON + timedelta(seconds=n) for n in range(3)]
    asked: list[Request] = []

    async def answer(request: Request) -> Message:
        asked.append(request)
        return Message(RichText("Welcome!"))

    async with at_work(storage, answer=answer, now=lambda: times[0]) as stage:
        first = await stage.browser().get("/chat/welcome")
        times.pop(0)
        second = await stage.browser().get("/chat/welcome")

    assert ["/start"] == [request.words for request in asked]
    assert ["2026-11-25T12:00:00.000Z", "2026-11-25T12:00:01.000Z"] == [
        told.json["message"]["at"] for told in (first, second)
    ]


async def test_a_press_asks_under_its_message_and_words_are_plain(storage: Storage) -> None:
    """The router hears what was pressed or typed, where, and in which language and zone."""
    heard: list[Request] = []

    async def answer(request: Request) -> Message:
        heard.append(request)
        return Message(RichText("Heard."))

    async with at_work(storage, answer=answer) as stage:
        browser = stage.browser()
        await browser.say("  two\nlines ", timezone="Europe/Kyiv")
        await browser.press("search 2", "Found: x", language="ru-RU", timezone="../../etc")
        address = stage.address(browser)
    typed, pressed = heard

    assert (address, "  two\nlines ", False, "") == (
        typed.address, typed.words, typed.pressed, typed.under,
    )  # fmt: skip
    assert ("en", "Europe/Kyiv") == (typed.language, typed.timezone)
    assert ("search 2", True, "Found: x") == (pressed.words, pressed.pressed, pressed.under)
    assert ("ru-RU", "") == (pressed.language, pressed.timezone)
    for request in heard:
        assert (True, True, "", False) == (
            request.private, request.may_manage, request.sender, request.admin,
        )  # fmt: skip


async def test_an_answer_carries_its_picture_and_a_flood_is_slowed(storage: Storage) -> None:
    """A picture that no mailbox keeps travels in the answer; where the router says nothing, the
    visitor reads why.
    """
    scripted = {
        "a": Message(RichText("A"), picture=PIXEL),
        "b": Message(RichText("B"), picture=Attachment(b"<svg/>", "image/svg+xml", "b.svg")),
    }

    async def answer(request: Request) -> Message | None:
        return scripted.get(request.words)

    async with at_work(storage, answer=answer) as stage:
        told = [await stage.browser().say(words) for words in ("a", "b", "c")]

    assert "data:image/png;base64,iVBOR" == told[0].json["message"]["picture"]["src"][:27]
    assert "A town hall" == told[0].json["message"]["picture"]["alt"]
    assert told[1].json["message"]["picture"] is None
    assert told[2].json["message"] is None
    assert told[2].json["notice"].startswith("One moment, please")
    assert ["", ""] == [one.json["notice"] for one in told[:2]]


async def test_a_database_that_fails_is_a_sentence_and_no_cookie(storage: Storage) -> None:
    """Where nothing can be looked up the visitor hears that, and may ask again."""

    async def answer(_: Request) -> Message:
        raise DatabaseError("The disk is full.")

    async with at_work(storage, answer=answer) as stage:
        browser = stage.browser()
        told = await browser.say("/subscribe")

    assert (503, "") == (told.status, browser.cookie)
    assert "try again" in told.json["error"]
    assert "disk" not in told.json["error"]


async def test_a_fault_of_ours_is_an_apology_and_no_stack_trace(storage: Storage) -> None:
    """Whatever breaks, nothing of how we are built is shown."""

    async def answer(_: Request) -> Message:
        raise ZeroDivisionError("secret")

    async with at_work(storage, answer=answer) as stage:
        told = await stage.browser().say("/help")

    assert 500 == told.status
    assert b"secret" not in told.body
    assert b"Zero" not in told.body
