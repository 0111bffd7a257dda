"""Copies on Telegram that are put right: texts, captions, and each way in which an edit can end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.chat import Button, Gone, Later, Message, NoRights, Refused, SendError, Unknown
from storage import Storage
from storage.model import Attachment, RichText, Span, Style
from tests.fakes.botapi import FakeBotAPI
from tests.fakes.botapi_stage import png
from tests.platforms.telegram_stage import ANN, api, connected, person, storage

__all__ = ["api", "storage"]  # fixtures
PICTURE = Attachment(png(8, 8), "image/png", "lead.png")
BUTTONS = ((Button("Read here", "release 1 1"),),)
OLD = Message(RichText("Old title\n\nLead.", (Span(0, 9, Style.BOLD),)), BUTTONS)
NEW = Message(RichText("New title\n\nBetter lead.", (Span(0, 9, Style.BOLD),)), BUTTONS)


def pictured(message: Message) -> Message:
    return replace(message, picture=PICTURE)


async def changed(
    api: FakeBotAPI, storage: Storage, before: Message, after: Message, times: int = 1
) -> dict[str, Any]:
    """Ann's copy, sent in one way and edited in another."""
    api.add_user(ANN, started=True)
    telegram = connected(api, storage)
    try:
        sent = await telegram.send(person(ANN), before, key="1.0")
        for _ in range(times):
            await telegram.edit(person(ANN), sent, after)
    finally:
        await telegram._requests.shutdown()
    (message,) = api.messages(ANN, from_bot=True)
    return message


def edits(api: FakeBotAPI) -> list[str]:
    return [e["method"] for e in api.truth if e["method"].startswith("edit")]


@pytest.mark.parametrize("times", [1, 3])
async def test_a_text_is_changed_in_one_call(api: FakeBotAPI, storage: Storage, times: int) -> None:
    """Title in bold, buttons below; made again it is well, and one call again."""
    message = await changed(api, storage, OLD, NEW, times)

    assert (NEW.text.text, "bold") == (message["text"], message["json"]["entities"][0]["type"])
    assert ["Read here"] == [button["text"] for button in message["buttons"]]
    assert ["editmessagetext"] * times == edits(api)


@pytest.mark.parametrize("times", [1, 3])
async def test_a_caption_is_changed_in_one_call(
    api: FakeBotAPI, storage: Storage, times: int
) -> None:
    """The picture above it stays, and so do the whole title and the buttons."""
    message = await changed(api, storage, pictured(OLD), pictured(NEW), times)

    assert (NEW.text.text, True) == (message["caption"], "photo" in message["json"])
    assert "bold" == message["json"]["caption_entities"][0]["type"]
    assert ["Read here"] == [button["text"] for button in message["buttons"]]
    assert ["editmessagecaption"] * times == edits(api)


@pytest.mark.parametrize(
    ("before", "after"), [(OLD, pictured(NEW)), (pictured(OLD), NEW)], ids=["text", "caption"]
)
async def test_what_it_is_not_taken_for_is_changed_all_the_same(
    api: FakeBotAPI, storage: Storage, before: Message, after: Message
) -> None:
    """Its picture was not taken then, or is gone from the release now."""
    message = await changed(api, storage, before, after)

    assert NEW.text.text == message["caption"] + message["text"]
    assert (before.picture is not None) == ("photo" in message["json"])
    assert 2 == len(edits(api))


async def test_a_text_too_long_for_a_caption_is_changed_in_one_call(
    api: FakeBotAPI, storage: Storage
) -> None:
    """It can only be a text, whatever picture the release has."""
    long = Message(RichText("A long title. " * 200))
    message = await changed(api, storage, OLD, pictured(long))

    assert long.text.text.strip() == message["text"]
    assert ["editmessagetext"] == edits(api)


@pytest.mark.parametrize("picture", [None, PICTURE], ids=["text", "caption"])
@pytest.mark.parametrize(
    ("fault", "end"),
    [
        ({"status": 400, "description": "Bad Request: message to edit not found"}, Refused),
        ({"status": 400, "description": "Bad Request: MESSAGE_ID_INVALID"}, Refused),
        ({"status": 400, "description": "Bad Request: message can't be edited"}, Refused),
        ({"status": 403, "description": "Forbidden: bot was blocked by the user"}, Gone),
        ({"status": 400, "description": "Bad Request: chat not found"}, Gone),
        ({"status": 400, "description": "Bad Request: TOPIC_CLOSED"}, NoRights),
        ({"retry_after": 3}, Later),
        ({"status": 500, "description": "Internal Server Error"}, Later),
        ({"status": 400, "description": "Bad Request: nobody knows why"}, Later),
        ({"reset": True, "after": True}, Unknown),
    ],
)
async def test_an_edit_ends(
    api: FakeBotAPI, storage: Storage, picture: Attachment | None, fault: dict[str, Any],
    end: type[SendError],
) -> None:  # fmt: skip
    """Each answer of the Bot API is one of the ways; there is one call, and no message more."""
    before, after = replace(OLD, picture=picture), replace(NEW, picture=picture)
    for method in ("editMessageText", "editMessageCaption"):
        api.faults.add(method=method, **fault)
    with pytest.raises(end) as raised:
        await changed(api, storage, before, after)

    assert "title" not in str(raised.value)
    assert (1, 1) == (len(api.messages(ANN, from_bot=True)), len(edits(api)))
