"""Pictures and files in the fake Bot API: uploads, albums, captions, downloads."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import aiohttp
import pytest
from telegram import Bot, InputMediaDocument, InputMediaPhoto, Message, MessageEntity
from telegram.error import BadRequest

from tests.fakes.botapi import FakeBotAPI
from tests.fakes.botapi.pictures import size_of
from tests.fakes.botapi_stage import ANNA, api, bot, clock, png, refusal, session

__all__ = ["api", "bot", "clock", "session"]  # fixtures
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xc0\x00\x0b\x08\x00\x03\x00\x05\x01\x01\x11\x00\xff\xd9"
)
WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x04\x80\x00\x00" + bytes(8)


async def post(
    session: aiohttp.ClientSession, api: FakeBotAPI, method: str, **parts: Any
) -> dict[str, Any]:
    """Call with a multipart body; bytes become files."""
    form = aiohttp.FormData(default_to_multipart=True)
    for name, value in parts.items():
        named = {"filename": f"{name}.bin"} if isinstance(value, bytes) else {}
        form.add_field(name, io.BytesIO(value) if named else str(value), **named)
    async with session.post(f"{api.base_url}{api.token}/{method}", data=form) as answer:
        body: dict[str, Any] = await answer.json()
    return body


async def test_a_picture(api: FakeBotAPI, bot: Bot) -> None:
    """Seen with its caption, sent again by its id, and fetched byte for byte."""
    data = png(1000, 500)
    sent = await bot.send_photo(
        ANNA, data, caption=" Bold one ", caption_entities=[MessageEntity("bold", 1, 4)]
    )
    assert (sent.caption, sent.caption_entities[0].length) == ("Bold one", 4)
    small, large = sent.photo
    assert (small.width, small.height, large.width) == (320, 160, 1000)
    again = await bot.send_photo(ANNA, large.file_id)
    assert again.photo[-1].file_unique_id == large.file_unique_id

    file = await bot.get_file(large.file_id)
    assert bytes(await file.download_as_bytearray()) == data
    assert [message["caption"] for message in api.messages(ANNA)] == ["Bold one", ""]


async def test_a_file(api: FakeBotAPI, bot: Bot, session: aiohttp.ClientSession) -> None:
    """A file keeps its name and kind; nobody fetches what getFile did not name."""
    sent = await bot.send_document(ANNA, b"%PDF-1.4", filename="report.pdf", caption="Read")
    assert sent.document
    assert (sent.document.file_name, sent.document.mime_type) == ("report.pdf", "application/pdf")
    assert sent.document.file_size == 8
    file = await bot.get_file(sent.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"%PDF-1.4"

    for path, status in (("documents/file_99.pdf", 404), ("", 404)):
        async with session.get(f"{api.base_file_url}{api.token}/{path}") as answer:
            assert answer.status == status
    async with session.get(f"{api.base_file_url}1:wrong/{path}") as answer:
        assert answer.status in (401, 404)
    assert await refusal(session, api, "getFile", file_id="x") == "Bad Request: invalid file_id"
    said = await refusal(session, api, "sendPhoto", chat_id=ANNA, photo=sent.document.file_id)
    assert said == "Bad Request: can't use file of type Document as Photo"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "file must be non-empty"),
        (b"no picture at all", "IMAGE_PROCESS_FAILED"),
        (b"\x89PNG\r\n\x1a\n", "IMAGE_PROCESS_FAILED"),
        (png(5001, 5000), "PHOTO_INVALID_DIMENSIONS"),
        (png(210, 10), "PHOTO_INVALID_DIMENSIONS"),
    ],
)
async def test_pictures_refused(
    api: FakeBotAPI, session: aiohttp.ClientSession, data: bytes, words: str
) -> None:
    """What is no picture, or too large or too long a one, is not sent."""
    answer = await post(session, api, "sendPhoto", chat_id=ANNA, photo=data)

    assert words in answer["description"]
    assert api.messages(ANNA) == []


async def test_pictures_have_ten_megabytes_at_most(
    api: FakeBotAPI, session: aiohttp.ClientSession
) -> None:
    """More is refused in numbers."""
    most = 10 * 2**20
    fits = png().ljust(most, b"\0")
    assert (await post(session, api, "sendPhoto", chat_id=ANNA, photo=fits))["ok"]

    answer = await post(session, api, "sendPhoto", chat_id=ANNA, photo=fits + b"\0")
    words = (
        f"file of size {most + 1} bytes is too big for a photo; the maximum size is {most} bytes"
    )
    assert answer["description"] == f"Bad Request: {words}"


async def test_pictures_taken(api: FakeBotAPI, session: aiohttp.ClientSession) -> None:
    """Up to the limits, attached under any name too."""
    for data in (png(5000, 5000), png(200, 10), JPEG):
        assert (await post(session, api, "sendPhoto", chat_id=ANNA, photo=data))["ok"]
    attached = {"photo": "attach://lead", "lead": png()}
    assert (await post(session, api, "sendPhoto", chat_id=ANNA, **attached))["ok"]

    missing = await post(session, api, "sendPhoto", chat_id=ANNA, photo="attach://nothing")
    assert missing["description"] == "Bad Request: there is no photo in the request"


def test_measures() -> None:
    """The measures of every kind of picture are read from its head."""
    gif = base64.b64decode("R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs=")

    assert [size_of(data) for data in (JPEG, WEBP, gif, png(7, 9), b"\xff\xd8\xff")] == [
        (5, 3),
        (5, 3),
        (1, 1),
        (7, 9),
        None,
    ]


@pytest.mark.parametrize(
    ("photo", "words"),
    [
        ("https://example.org/a.jpg", "failed to get HTTP URL content"),
        ("https://example.org/page.html", "wrong type of the web page content"),
        ("ftp://example.org/a.jpg", "wrong file identifier/HTTP URL specified"),
        ("AgACAgQAAxkBAAI", "wrong file identifier/HTTP URL specified"),
        ("no id!", "wrong remote file identifier specified: Wrong character in the string"),
    ],
)
async def test_addresses_refused(
    api: FakeBotAPI, session: aiohttp.ClientSession, photo: str, words: str
) -> None:
    """An address that gives no picture, and an id that nobody gave."""
    api.web_file("https://example.org/page.html", b"<p>")
    said = await refusal(session, api, "sendPhoto", chat_id=ANNA, photo=photo)

    assert said == f"Bad Request: {words}"


async def test_an_address_that_gives_a_picture(api: FakeBotAPI, bot: Bot) -> None:
    """The fake knows of the web what it was told."""
    api.web_file("https://example.org/a.jpg", base64.b64encode(JPEG).decode())

    assert (await bot.send_photo(ANNA, "https://example.org/a.jpg")).photo


async def test_captions(api: FakeBotAPI, bot: Bot) -> None:
    """1024 UTF-16 units, checked like a text; changed by editMessageCaption and no other."""
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await bot.send_photo(ANNA, png(), caption="😀" * 513)
    link = MessageEntity("text_link", 0, 1, url="tel:+1")
    with pytest.raises(BadRequest, match="is invalid"):
        await bot.send_photo(ANNA, png(), caption="x", caption_entities=[link])
    sent = await bot.send_photo(ANNA, png(), caption="😀" * 512)
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await bot.edit_message_text("x", ANNA, sent.message_id)
    edited = await bot.edit_message_caption(ANNA, sent.message_id, caption="New")
    assert isinstance(edited, Message)
    assert (edited.caption, edited.photo) == ("New", sent.photo)
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_caption(ANNA, sent.message_id, caption="New")
    text = await bot.send_message(ANNA, "x")
    with pytest.raises(BadRequest, match="There is no caption in the message to edit"):
        await bot.edit_message_caption(ANNA, text.message_id, caption="x")

    changed = await bot.edit_message_media(InputMediaPhoto(JPEG), ANNA, sent.message_id)
    assert isinstance(changed, Message)
    assert (changed.caption, changed.photo[-1].width) == (None, 5)


async def test_albums(api: FakeBotAPI, bot: Bot) -> None:
    """Two to ten items, each a message of one group, pictures and files apart."""
    album = [InputMediaPhoto(png(), caption="One"), InputMediaPhoto(JPEG)]
    first, second = await bot.send_media_group(ANNA, album)
    assert first.media_group_id
    assert first.media_group_id == second.media_group_id
    assert (first.caption, second.caption) == ("One", None)
    assert api.truth[-1]["message_ids"] == [first.message_id, second.message_id]
    with pytest.raises(BadRequest, match="Document can't be mixed with other media types"):
        await bot.send_media_group(ANNA, [album[0], InputMediaDocument(b"x", filename="x.txt")])
    with pytest.raises(BadRequest, match="Too many messages to send as an album"):
        await bot.send_media_group(ANNA, [InputMediaPhoto(first.photo[-1].file_id)] * 11)
    with pytest.raises(BadRequest, match="There are no messages to send"):
        await bot.send_media_group(ANNA, album[:1])


@pytest.mark.parametrize(
    ("media", "words"),
    [
        ("", 'parameter "media" is required'),
        ("{}", "expected an Array of InputMedia"),
        ("[1, 2]", "can't parse InputMedia: expected an Object"),
        ('[{"media": "x"}]', "can't parse InputMedia: Can't find field \"type\""),
        ('[{"type": "dance"}]', 'can\'t parse InputMedia: type "dance" is unsupported'),
        (
            json.dumps([{"type": "photo", "media": "attach://no"}] * 2),
            "can't parse InputMedia: media not found",
        ),
    ],
)
async def test_bad_albums(
    api: FakeBotAPI, session: aiohttp.ClientSession, media: str, words: str
) -> None:
    """What is no list of media is refused."""
    said = await refusal(session, api, "sendMediaGroup", chat_id=ANNA, media=media)

    assert said == f"Bad Request: {words}"
