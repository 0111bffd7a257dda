"""Files in a request: a part of the body, attach://, a file_id, or an address on the web.

Client.cpp, get_input_file; td FileManager.cpp for what becomes of it; Bot API, "Sending files"
for the sizes; Bot API, sendPhoto, for the picture's measures.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.botapi.bot import Bot
from tests.fakes.botapi.files import File
from tests.fakes.botapi.pictures import size_of
from tests.fakes.botapi.query import Query, Upload
from tests.fakes.botapi.refusals import RefusedError, bad_request

Json = dict[str, Any]

PHOTO_MOST, FILE_MOST = 10 * 2**20, 50 * 2**20  # bytes of an upload
WEB_MOST = {"photo": 5 * 2**20, "document": 20 * 2**20}  # bytes of what is fetched
SIDES_MOST, RATIO_MOST = 10_000, 20  # pixels of width and height together; the longer by shorter
ATTACH = "attach://"


def input_file(bot: Bot, query: Query, kind: str) -> File:
    """The file of sendPhoto and its kin: in the argument, or the part, of that name."""
    value = query.text(kind)
    if not value and kind not in query.files:
        raise bad_request(f"There is no {kind} in the request")
    if value and not value.startswith(ATTACH):
        return _remote(bot, value, kind)
    upload = query.files.get(value.removeprefix(ATTACH) if value else kind)
    if upload is None:
        raise bad_request(f"There is no {kind} in the request")
    return keep(bot, upload, kind)


def media_file(bot: Bot, query: Query, media: Any, kind: str) -> File:
    """The file of an InputMedia (Client.cpp, get_input_media)."""
    value = media if isinstance(media, str) else ""
    upload = query.files.get(value.removeprefix(ATTACH)) if value.startswith(ATTACH) else None
    if upload is not None:
        return keep(bot, upload, kind)
    if not value or value.startswith(ATTACH):
        raise bad_request("Can't parse InputMedia: media not found")
    return _remote(bot, value, kind)


def keep(bot: Bot, upload: Upload, kind: str) -> File:
    """Store what was uploaded, if it is fit for its kind; IMAGE_… and PHOTO_… are the server's."""
    data = upload.data
    if not data:
        raise bad_request("File must be non-empty")
    if len(data) > FILE_MOST:
        raise RefusedError(413, "Request Entity Too Large")
    if kind != "photo":
        return bot.files.add(kind, data, name=upload.name, mime=upload.mime)
    if len(data) > PHOTO_MOST:
        words = f"file of size {len(data)} bytes is too big for a photo; "
        raise bad_request(f"{words}the maximum size is {PHOTO_MOST} bytes")
    size = size_of(data)
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    if sum(size) > SIDES_MOST or max(size) > RATIO_MOST * min(size):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return bot.files.add(kind, data, name=upload.name, size=size)


def _remote(bot: Bot, value: str, kind: str) -> File:
    """A file_id of the same kind, or an address (td FileManager.cpp, from_persistent_id)."""
    known = bot.files.get(value)
    if known is not None:
        if known.kind != kind:
            words = f"can't use file of type {known.kind.title()} as {kind.title()}"
            raise bad_request(words)
        return known
    if "." in value or ":" in value:
        return _fetched(bot, value, kind)
    if not re.fullmatch(r"[\w-]+", value, re.ASCII):
        raise bad_request("Wrong remote file identifier specified: Wrong character in the string")
    raise bad_request("Wrong file identifier/HTTP URL specified")


def _fetched(bot: Bot, url: str, kind: str) -> File:
    """WEBPAGE_CURL_FAILED, WEBPAGE_MEDIA_EMPTY and MEDIA_EMPTY as Client.cpp words them.

    The fake fetches nothing: an address gives what `Files.web` has for it.
    """
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise bad_request("Wrong file identifier/HTTP URL specified")
    data = bot.files.web.get(url)
    if data is None:
        raise bad_request("Failed to get HTTP URL content")
    if len(data) > WEB_MOST[kind]:
        raise bad_request("Failed to get HTTP URL content")
    if kind == "photo" and size_of(data) is None:
        raise bad_request("Wrong type of the web page content")
    return keep(bot, Upload(data, url.rpartition("/")[2]), kind)
