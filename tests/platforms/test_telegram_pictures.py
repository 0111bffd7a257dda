"""Pictures above texts: uploaded once, left out where Telegram does not take them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.chat import Button, Gone, Later, Message, NoRights, Refused, SendError, Sent, Unknown
from bot.delivery.sending import SEND_SECONDS
from bot.platforms.telegram import pictures, requests
from bot.platforms.telegram.platform import Telegram
from storage import Storage
from storage.model import Attachment, RichText, Span, Style
from tests.fakes.botapi import FakeBotAPI
from tests.fakes.botapi_stage import png
from tests.platforms.echo import Echo, running, said
from tests.platforms.telegram_stage import ANN, BEN, api, connected, enough, person, read, storage

__all__ = ["api", "storage"]  # fixtures
TITLE = RichText("😀 Title\n\nLead.", (Span(2, 7, Style.BOLD),))


def picture(data: bytes = b"", name: str = "picture.png") -> Attachment:
    return Attachment(data or png(8, 8), "image/png", name)


def told(text: RichText = TITLE, shown: Attachment | None = None) -> Message:
    return Message(text, ((Button("Read", "read"),),), picture=shown or picture())


async def sent(api: FakeBotAPI, storage: Storage, *messages: Message, to: int = ANN) -> list[Any]:
    """What arrived of these, sent one after the other by one platform; again where it asks so."""
    api.add_user(to, started=True)
    telegram = connected(api, storage)
    try:
        for message in messages:
            await insisted(telegram, message, to)
    finally:
        await telegram._requests.shutdown()
    return [message["json"] for message in api.messages(to, from_bot=True)]


async def insisted(telegram: Telegram, message: Message, to: int = ANN) -> Sent:
    """Sent at last, each try a turn of its own: a picture is learned about in three at most."""
    for _ in range(2):
        try:
            return await telegram.send(person(to), message, key="1.1")
        except Later as error:
            if error.seconds != 0:
                raise
    return await telegram.send(person(to), message, key="1.1")


def calls(api: FakeBotAPI) -> list[str]:
    return [entry["method"] for entry in api.truth if entry["method"].startswith("send")]


async def test_the_text_stands_under_the_picture(api: FakeBotAPI, storage: Storage) -> None:
    """The very bytes, styles counted as ever, the buttons below."""
    (message,) = await sent(api, storage, told())

    file = api.bot.files.get(message["photo"][-1]["file_id"])
    assert file is not None
    assert file.data == png(8, 8)
    assert message["caption"] == TITLE.text
    assert message["caption_entities"] == [{"type": "bold", "offset": 3, "length": 5}]
    assert message["reply_markup"]["inline_keyboard"][0][0]["text"] == "Read"


async def test_the_same_picture_is_uploaded_once(api: FakeBotAPI, storage: Storage) -> None:
    """The second message names the picture by Telegram's id, also for equal bytes read anew."""
    shown = [picture(bytes(bytearray(png(8, 8)))) for _ in range(3)]
    messages = await sent(api, storage, *(told(shown=one) for one in shown))

    ids = {message["photo"][-1]["file_id"] for message in messages}
    assert (3, 1) == (len(messages), len(ids))


async def test_a_picture_larger_than_a_megabyte_goes_through(
    api: FakeBotAPI, storage: Storage
) -> None:
    """Megabytes are sent in pieces, without a word from the HTTP library."""
    large = png(8, 8) + bytes(3_000_000)
    (message,) = await sent(api, storage, told(shown=picture(large)))

    assert message["photo"][-1]["file_size"] == len(large)


async def test_an_upload_has_more_time_than_a_text(api: FakeBotAPI, storage: Storage) -> None:
    """A slow line, and the pauses that Telegram hides, are no lost answer."""
    api.add_user(ANN, started=True)
    telegram = connected(api, storage)
    telegram._requests._read_seconds = 0.2
    api.faults.add(method="sendPhoto", delay=0.6)
    await telegram.send(person(ANN), told(), key="1.1")
    await telegram._requests.shutdown()

    assert 60 <= requests.UPLOAD_SECONDS < SEND_SECONDS


@pytest.mark.parametrize(
    "data",
    [b"no picture at all", png(9000, 2000), png(210, 10)],
    ids=["broken", "too large", "too narrow"],
)
async def test_an_unfit_picture_is_tried_once(
    api: FakeBotAPI, storage: Storage, data: bytes
) -> None:
    """The text arrives without it, once; for the next it is not even uploaded."""
    messages = await sent(api, storage, *(told(shown=picture(data)) for _ in range(2)))

    assert [TITLE.text] * 2 == [message["text"] for message in messages]
    assert ["sendphoto", "sendmessage", "sendmessage"] == calls(api)


async def test_an_id_that_telegram_forgot_is_uploaded_anew(
    api: FakeBotAPI, storage: Storage
) -> None:
    """Wrong file identifier: the same picture, from its bytes."""
    api.faults.add(
        method="sendPhoto", nth=2, status=400,
        description="Bad Request: wrong file identifier/HTTP URL specified",
    )  # fmt: skip
    messages = await sent(api, storage, told(), told(), told())

    assert [True] * 3 == ["photo" in message for message in messages]
    assert ["sendphoto"] * 4 == calls(api)


async def test_a_group_that_takes_no_pictures_gets_the_text(
    api: FakeBotAPI, storage: Storage
) -> None:
    """Not enough rights to send photos: that chat is asked once, others still get the picture."""
    api.faults.add(
        method="sendPhoto", nth=2, status=400,
        description="Bad Request: not enough rights to send photos to the chat",
    )  # fmt: skip
    for chat in (ANN, BEN):
        api.add_user(chat, started=True)
    telegram = connected(api, storage)
    for chat in (BEN, ANN, ANN, BEN):
        await insisted(telegram, told(), chat)
    await telegram._requests.shutdown()

    shown = {
        chat: ["photo" in message["json"] for message in api.messages(chat, from_bot=True)]
        for chat in (ANN, BEN)
    }
    assert {ANN: [False, False], BEN: [True, True]} == shown
    assert ["sendphoto", "sendphoto", "sendmessage", "sendmessage", "sendphoto"] == calls(api)


async def test_no_second_call_is_made_in_one_turn(api: FakeBotAPI, storage: Storage) -> None:
    """A pause that was asked for meanwhile holds for the text, too: it waits for a turn."""
    api.add_user(ANN, started=True)
    telegram = connected(api, storage)
    with pytest.raises(Later):
        await telegram.send(person(ANN), told(shown=picture(b"no picture at all")), key="1.1")
    await telegram._requests.shutdown()

    assert ["sendphoto"] == calls(api)


@pytest.mark.parametrize(
    ("fault", "end"),
    [
        ({"status": 403, "description": "Forbidden: bot was blocked by the user"}, Gone),
        ({"status": 400, "description": "Bad Request: chat not found"}, Gone),
        ({"status": 400, "description": "Bad Request: TOPIC_CLOSED"}, NoRights),
        ({"retry_after": 3}, Later),
        ({"status": 500, "description": "Internal Server Error"}, Later),
        ({"reset": True, "after": True}, Unknown),
    ],
)
async def test_other_ends_are_what_they_are(
    api: FakeBotAPI, storage: Storage, fault: dict[str, Any], end: type[SendError]
) -> None:
    """Where the text would fare no better, or the picture may have arrived, none is sent."""
    api.faults.add(method="sendPhoto", **fault)
    with pytest.raises(end):
        await sent(api, storage, told())

    assert "sendmessage" not in calls(api)


async def test_a_text_too_long_for_a_caption_goes_alone(api: FakeBotAPI, storage: Storage) -> None:
    """The words matter more than the picture."""
    (message,) = await sent(api, storage, told(RichText("😀" * 600)))

    assert ("photo" in message, message["text"]) == (False, "😀" * 600)


async def test_few_pictures_are_remembered(
    api: FakeBotAPI, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory has its bounds: the one used longest ago is uploaded again."""
    monkeypatch.setattr(pictures, "REMEMBERED", 2)
    one, two, three = (picture(png(n, n)) for n in (1, 2, 3))
    messages = await sent(api, storage, *(told(shown=p) for p in (one, two, one, three, one, two)))

    first, second, again, _, still, anew = (m["photo"][-1]["file_id"] for m in messages)
    assert first == again == still
    assert second != anew


async def test_read_here_under_a_picture_opens_a_new_message(
    api: FakeBotAPI, storage: Storage
) -> None:
    """A page is too long for a caption; the page's own buttons then turn it in place."""
    echo = Echo({
        "page 1": said("First. " * 300, "page 2", replaces=True),
        "page 2": said("Second. " * 300, "page 1", replaces=True),
    })  # fmt: skip
    telegram = connected(api, storage)
    api.add_user(ANN, started=True)
    async with running(telegram, echo):
        card = Message(TITLE, ((Button("Read here", "page 1"),),), picture=picture())
        number = int((await telegram.send(person(ANN), card, key="1.1")).id)
        api.press(ANN, number, "Read here")
        await api.wait_for(enough(api, ANN, 2))
        page = api.messages(ANN, from_bot=True)[1]
        api.press(ANN, page["id"], "Page 2")
        await api.wait_for(lambda: api.messages(ANN)[1]["text"].startswith("Second."))

    first, second = api.messages(ANN, from_bot=True)
    assert (first["caption"], first["edit_date"]) == (TITLE.text, None)
    assert second["buttons"]


async def test_a_short_text_takes_the_captions_place(api: FakeBotAPI, storage: Storage) -> None:
    """An edit that fits stands under the picture, and may be repeated; a longer one is refused."""
    api.add_user(BEN, started=True)
    telegram = connected(api, storage)
    where = await telegram.send(person(BEN), told(), key="1.1")
    for _ in range(2):
        await telegram.edit(person(BEN), where, Message(RichText("Short.")))
    with pytest.raises(Refused):
        await telegram.edit(person(BEN), where, Message(RichText("x" * 1025)))
    with pytest.raises(Refused):
        await telegram.edit(person(BEN), Sent("999"), Message(RichText("Short.")))
    await telegram._requests.shutdown()

    (message,) = api.messages(BEN)
    assert (message["caption"], "photo" in message["json"]) == ("Short.", True)
    assert await read(api, BEN) == [""]
