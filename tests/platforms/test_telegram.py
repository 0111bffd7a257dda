"""Telegram as people meet it: a chat of two, buttons, edits, blocks, on the fake Bot API."""

from __future__ import annotations

import asyncio

import pytest

from bot.chat import Button, Message, Request
from storage import Storage
from storage.model import RichText, Span, Style
from tests.fakes.botapi import FakeBotAPI
from tests.platforms.echo import Echo, running, said
from tests.platforms.telegram_stage import (
    ANN,
    BEN,
    api,
    confirmed,
    connected,
    person,
    read,
    storage,
    texts,
    unpaced,
)

__all__ = ["api", "storage", "unpaced"]  # fixtures


async def test_a_question_in_a_private_chat_is_answered(api: FakeBotAPI, storage: Storage) -> None:
    """Words typed to the bot reach the router with all it may know, and its answer comes back."""
    echo = Echo()
    async with running(connected(api, storage, admins=[BEN]), echo):
        api.user_sends(ANN, "/latest 3", language_code="ru-RU")
        api.user_sends(BEN, "magnitsky")

        assert await read(api, ANN) == ["You said: /latest 3."]
        assert await read(api, BEN) == ["You said: magnitsky."]
    ann, ben = sorted(echo.asked, key=lambda request: request.address.chat)
    assert (ann.address, ann.language, ann.admin) == (person(ANN), "ru", False)
    assert (ben.address, ben.admin, ben.private, ben.pressed) == (person(BEN), True, True, False)


async def test_links_and_styles_arrive_as_entities_without_a_preview(
    api: FakeBotAPI, storage: Storage
) -> None:
    """A styled message keeps its styles, a bad link takes only itself away."""
    text = RichText(
        "😀 Bold, link and none",
        (
            Span(2, 6, Style.BOLD),
            Span(8, 12, Style.LINK, "http://example.org/a"),
            Span(17, 21, Style.LINK, "javascript:x"),
        ),
    )
    buttons = ((Button("Open", url="https://example.org"), Button("Bad", url="http://localhost")),)
    api.add_user(ANN, started=True)

    sent = await connected_send(api, storage, Message(text, buttons))

    shown = api.messages(ANN)[-1]
    assert str(shown["id"]) == sent
    assert shown["entities"] == [
        {"type": "bold", "offset": 3, "length": 4},
        {"type": "text_link", "offset": 9, "length": 4, "url": "http://example.org/a"},
    ]
    assert [button["text"] for button in shown["buttons"]] == ["Open"]
    assert shown["json"]["link_preview_options"]["is_disabled"] is True


async def connected_send(api: FakeBotAPI, storage: Storage, message: Message) -> str:
    """Send one message through a platform that runs."""
    telegram = connected(api, storage)
    async with running(telegram, Echo()):
        return (await telegram.send(person(ANN), message, key="1")).id


async def test_a_press_is_acknowledged_and_edits_in_place(
    api: FakeBotAPI, storage: Storage
) -> None:
    """A message that replaces stands where the pressed one stood, and the spinner stops."""
    echo = Echo(
        {"/list": said("Page 1", "next 2"), "next 2": said("Page 2", "next 1", replaces=True)}
    )
    async with running(connected(api, storage), echo):
        api.user_sends(ANN, "/list")
        await read(api, ANN)
        page = api.messages(ANN)[-1]["id"]

        query = api.press(ANN, page, "Next 2")

        await api.wait_for(lambda: texts(api, ANN) == ["Page 2"])
        await api.wait_for(lambda: query in api.bot.answers)
    pressed = echo.asked[-1]
    assert (pressed.pressed, pressed.words, pressed.under) == (True, "next 2", "Page 1")


@pytest.mark.usefixtures("unpaced")
async def test_a_message_that_cannot_be_edited_is_followed_by_a_new_one(
    api: FakeBotAPI, storage: Storage
) -> None:
    """Where the message is gone, or is as it should be already, nobody is left without answer."""
    same = said("Page 1", "same", replaces=True)
    echo = Echo({"/list": said("Page 1", "same"), "same": same})
    async with running(connected(api, storage), echo):
        api.user_sends(ANN, "/list")
        await read(api, ANN)
        page = api.messages(ANN)[-1]
        api.press(ANN, page["id"], "Same")
        await api.wait_for(lambda: len(echo.asked) == 2)
        await confirmed(api)
        await api.wait_for(lambda: edits(api) == ["refused"])
        assert texts(api, ANN) == ["Page 1"]

        api.press(ANN, page["id"], "Same")
        del api.bot.chats.get(ANN).messages[page["id"]]
        api.user_sends(ANN, "after")

        await api.wait_for(lambda: texts(api, ANN) == ["Page 1", "You said: after."])
    assert api.messages(ANN, from_bot=True)[0]["id"] > page["id"]


def edits(api: FakeBotAPI) -> list[str]:
    """What came of the edits."""
    return [entry["effect"] for entry in api.truth if entry["method"].startswith("editmessage")]


async def test_a_press_answered_too_late_is_no_harm(api: FakeBotAPI, storage: Storage) -> None:
    """Telegram's "query is too old" does not keep the answer back."""
    api.bot.callback_seconds = -1
    echo = Echo({"/list": said("List", "more"), "more": said("More")})
    async with running(connected(api, storage), echo):
        api.user_sends(ANN, "/list")
        await read(api, ANN)
        api.press(ANN, api.messages(ANN)[-1]["id"], "More")

        assert (await read(api, ANN, 2))[-1] == "More"


async def test_a_long_answer_comes_in_parts(api: FakeBotAPI, storage: Storage) -> None:
    """An answer longer than a message is split, its buttons under the last part."""
    words = " ".join(f"word{number}" for number in range(1500))
    echo = Echo({"/long": Message(RichText(words), ((Button("More", "more"),),))})
    async with running(connected(api, storage), echo):
        api.user_sends(ANN, "/long")
        parts = await read(api, ANN, 4)
    assert " ".join(parts) == words
    assert [len(m["buttons"]) for m in api.messages(ANN, from_bot=True)] == [0, 0, 0, 1]


@pytest.mark.usefixtures("unpaced")
async def test_answers_of_one_chat_keep_their_order(api: FakeBotAPI, storage: Storage) -> None:
    """Questions of one person are handled and answered one after the other."""
    async with running(connected(api, storage), Echo()):
        for number in range(30):
            api.user_sends(ANN, f"{number}")
            if number % 10 == 9:
                await read(api, ANN, number + 1)
    assert texts(api, ANN) == [f"You said: {number}." for number in range(30)]


async def test_one_slow_chat_does_not_hold_up_the_others(api: FakeBotAPI, storage: Storage) -> None:
    """While one question is being handled others are taken in and answered."""
    release = asyncio.Event()

    async def answer(request: Request) -> Message | None:
        if request.words == "slow":
            await release.wait()
        return said(f"Done: {request.words}")

    async with running(connected(api, storage), answer):
        api.user_sends(ANN, "slow")
        api.user_sends(BEN, "quick")
        await read(api, BEN)
        api.user_sends(BEN, "quick again")
        assert await read(api, BEN, 2) == ["Done: quick", "Done: quick again"]
        assert texts(api, ANN) == []
        assert api.bot.updates.pending()  # nothing is confirmed before it is done
        release.set()
        assert await read(api, ANN) == ["Done: slow"]
        await confirmed(api)


async def test_the_command_menu_is_set_for_each_language(api: FakeBotAPI, storage: Storage) -> None:
    """English is what everyone gets, Russian what Russians do."""
    async with running(connected(api, storage), Echo()):
        await api.wait_for(lambda: len(api.bot.commands) == 2)
    menus = {language: names for (_, language), names in api.bot.commands.items()}
    assert menus[""][0] == {"command": "latest", "description": "Newest releases"}
    assert menus["ru"][1] == {"command": "help", "description": "Что я умею"}


async def test_delete_takes_a_message_back_and_twice_is_no_error(
    api: FakeBotAPI, storage: Storage
) -> None:
    """A recalled message is gone; recalling it again changes nothing."""
    api.add_user(ANN, started=True)
    telegram = connected(api, storage)
    async with running(telegram, Echo()):
        sent = await telegram.send(person(ANN), said("Oops"), key="1")
        await telegram.edit(person(ANN), sent, said("Better"))
        assert texts(api, ANN) == ["Better"]
        await telegram.delete(person(ANN), sent)
        await telegram.delete(person(ANN), sent)
    assert texts(api, ANN) == []
