"""Methods that send pictures and files, singly or as an album, and getFile."""

from __future__ import annotations

import itertools
from typing import Any

from tests.fakes.botapi.bot import Bot
from tests.fakes.botapi.edits import edited, to_edit
from tests.fakes.botapi.files import DOWNLOAD_MOST, File, document
from tests.fakes.botapi.hearing import post
from tests.fakes.botapi.keyboards import markup, read_keyboard
from tests.fakes.botapi.places import place
from tests.fakes.botapi.query import Query
from tests.fakes.botapi.refusals import bad_request
from tests.fakes.botapi.texts import Raw, raw_caption, read_caption, shown_caption
from tests.fakes.botapi.uploads import input_file, media_file

Json = dict[str, Any]
ALBUM = (2, 10)  # items, Bot API, sendMediaGroup
_albums = itertools.count(13_000_000_000_000_001)


async def send_photo(bot: Bot, query: Query) -> Json:
    """Bot API, sendPhoto."""
    return _send(bot, query, "photo")


async def send_document(bot: Bot, query: Query) -> Json:
    """Bot API, sendDocument."""
    return _send(bot, query, "document")


async def send_media_group(bot: Bot, query: Query) -> list[Json]:
    """Bot API, sendMediaGroup: 2 to 10 items; the real server lets a single one pass.

    Refusals: Client.cpp, get_input_message_contents; td MessagesManager.cpp, send_message_group.
    """
    items = query.json("media", "media")
    if not query.text("media"):
        raise bad_request('Parameter "media" is required')
    if not isinstance(items, list):
        raise bad_request("Expected an Array of InputMedia")
    parsed = [_input_media(item) for item in items]
    kinds = {kind for kind, _, _ in parsed}
    if len(parsed) > ALBUM[1]:
        raise bad_request("Too many messages to send as an album")
    if len(parsed) < ALBUM[0]:
        raise bad_request("There are no messages to send")
    if "document" in kinds and len(kinds) > 1:
        raise bad_request("document can't be mixed with other media types")
    chat, head = place(bot, query, *sorted(kinds))
    head["media_group_id"] = str(next(_albums))
    contents = [
        _content(bot, media_file(bot, query, media, kind)) | shown_caption(caption, query.warnings)
        for kind, media, caption in parsed
    ]
    return [post(bot, chat, head | content, ours=True) for content in contents]


async def edit_message_media(bot: Bot, query: Query) -> Json | bool:
    """Bot API, editMessageMedia; td, can_edit_message_media."""
    rows = read_keyboard(query)
    kind, media, caption = _input_media(query.json("media", "input media"))
    target = to_edit(bot, query)
    file = media_file(bot, query, media, kind)
    content = _content(bot, file) | shown_caption(caption, query.warnings) | markup(rows)
    return edited(bot, target, content)


async def get_file(bot: Bot, query: Query) -> Json:
    """Bot API, getFile; Client.cpp, check_remote_file_id and do_get_file."""
    if not query.text("file_id"):
        raise bad_request("file_id not specified")
    file = bot.files.get(query.text("file_id"))
    if file is None:
        raise bad_request("invalid file_id")
    if len(file.data) > DOWNLOAD_MOST:
        raise bad_request("file is too big")
    return file.as_json() | {"file_path": bot.files.path_of(file)}


def _send(bot: Bot, query: Query, kind: str) -> Json:
    if not query.text(kind) and kind not in query.files:
        raise bad_request(f"There is no {kind} in the request")
    caption = read_caption(query)
    rows = read_keyboard(query)
    chat, head = place(bot, query, kind)
    content = shown_caption(caption, query.warnings) | markup(rows)
    if query.flag("show_caption_above_media"):
        content["show_caption_above_media"] = True
    content |= _content(bot, input_file(bot, query, kind))
    return post(bot, chat, head | content, ours=True)


def _content(bot: Bot, file: File) -> Json:
    if file.kind == "photo":
        return {"photo": bot.files.photo(file)}
    return {"document": document(file)}


def _input_media(item: Any) -> tuple[str, Any, Raw]:
    """Kind, file and caption of an InputMedia (Client.cpp, get_input_media)."""
    words = "Can't parse InputMedia: "
    if not isinstance(item, dict):
        raise bad_request(words + "expected an Object")
    caption = item.get("caption") or "", item.get("parse_mode") or ""
    kind = item.get("type")
    if kind is None:
        raise bad_request(f'{words}Can\'t find field "type"')
    if kind not in ("photo", "document"):
        raise bad_request(f'{words}type "{kind}" is unsupported')
    return kind, item.get("media"), raw_caption(*caption, item.get("caption_entities"))


METHODS = {
    "sendphoto": send_photo,
    "senddocument": send_document,
    "sendmediagroup": send_media_group,
    "editmessagemedia": edit_message_media,
    "getfile": get_file,
}
