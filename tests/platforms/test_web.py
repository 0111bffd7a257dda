"""The web chat: questions and answers, and who is known by a cookie."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.chat import Message, Request
from bot.platforms.web.visitors import newcomer
from storage import DatabaseError, Storage, open_storage
from storage.model import Address, Attachment, RichText
from storage.seal import Seal
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


async def test_the_first_question_brings_a_cookie_and_the_next_ones_none(stage: Stage) -> None:
    """A visitor is known from the first question on, and the cookie is as closed as it can be."""
    browser = stage.browser()
    first = await browser.say("/subscribe")
    second = await browser.say("/subscribe")
    attributes = first.cookies[0].split("; ")[1:]

    assert [False, ""] == [first.json["renewed"], first.json["notice"]]
    assert ["Path=/", "Max-Age=34560000", "HttpOnly", "SameSite=Lax"] == attributes
    assert [] == second.cookies
    assert "already" in second.text
    assert {"web": 1} == await stage.storage.subscribers.counts()


async def test_an_address_is_a_random_number_that_the_cookie_hides(stage: Stage) -> None:
    """Two visitors have two addresses of 22 characters, and no cookie shows one."""
    one, other = [await stage.visitor() for _ in range(2)]
    addresses = [stage.address(one), stage.address(other)]

    assert [22, 22] == [len(address.chat) for address in addresses]
    assert addresses[0] != addresses[1]
    assert addresses[0].chat not in one.cookie


async def test_a_cookie_is_renewed_once_a_day(tmp_path: Path) -> None:
    """Who comes back on another day is given the cookie anew, for the same address."""
    async with opened(tmp_path) as stage:
        browser = await stage.visitor()
        address = stage.address(browser)
        browser.cookie = browser.cookie.rpartition(".")[0] + ".20261101"
        told = await browser.say("/latest")
        again = await browser.say("/latest")

        assert [1, 0] == [len(told.cookies), len(again.cookies)]
        assert address == stage.address(browser)
        assert not told.json["renewed"]


@pytest.mark.parametrize(
    ("public_url", "frames", "framed", "expected"),
    [
        ("https://x.example", (), False, ["HttpOnly", "Secure", "SameSite=Lax"]),
        ("https://x.example", (), True, ["HttpOnly", "Secure", "SameSite=Lax"]),
        (
            "https://x.example", ("https://y.example",), False,
            ["HttpOnly", "Secure", "SameSite=Lax"],
        ),
        (
            "https://x.example", ("https://y.example",), True,
            ["HttpOnly", "Secure", "SameSite=None", "Partitioned"],
        ),
        ("http://x.example", ("https://y.example",), True, ["HttpOnly", "SameSite=Lax"]),
    ],
)  # fmt: skip
async def test_only_a_frame_that_is_allowed_gets_a_cookie_for_frames(
    storage: Storage, public_url: str, frames: tuple[str, ...], framed: bool, expected: list[str]
) -> None:
    """SameSite=None only in a frame of a named site, over https, and parted by that site."""
    headers = {"X-Herald-Frame": "1"} if framed else {}
    async with at_work(storage, public_url=public_url, frames=frames) as stage:
        told = await stage.browser(Host="x.example").post(
            "/chat/say", {"words": "/help"}, Origin=public_url, **headers
        )

    assert expected == told.cookies[0].split("; ")[3:]


@pytest.mark.parametrize("cookie", ["x", "a.b", "A" * 60 + ".20261125", "é", "A" * 4000, "…"])
async def test_a_forged_cookie_is_nobody(stage: Stage, cookie: str) -> None:
    """What we did not make is replaced at the next question, and the visitor may go on."""
    browser = stage.browser(cookie)
    page = await browser.get("/chat/events")
    told = await browser.say("/help")

    assert 204 == page.status
    assert told.json["renewed"]
    assert stage.address(browser)


async def test_a_cookie_of_another_installation_is_said_to_be_lost(
    stage: Stage, tmp_path: Path
) -> None:
    """Whoever was subscribed at another key hears that they are not here, once."""
    async with open_storage(tmp_path / "other.db", Seal(b"o" * 32)) as other:
        token = other.mailboxes.token(newcomer())
    browser = stage.browser(f"{token}.20261101")
    first = await browser.say("/latest")
    second = await browser.say("/latest")

    assert first.json["renewed"]
    assert "please subscribe once more" in first.json["notice"]
    assert [False, ""] == [second.json["renewed"], second.json["notice"]]


async def test_a_cookie_for_another_platform_is_nobody(stage: Stage) -> None:
    """A token that was made for something else opens nothing here."""
    token = stage.storage.mailboxes.token(Address("matrix", "A" * 22))

    assert 204 == (await stage.browser(f"{token}.20261125").get("/chat/events")).status


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


async def test_an_answer_carries_its_picture_and_flood_is_silence(storage: Storage) -> None:
    """A picture that no mailbox keeps travels in the answer; where nothing is said, null is."""
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
