"""answerInlineQuery: what Telegram takes as results.

Shapes and "Can't parse …": Client.cpp, get_inline_query_results and what it calls. Words in
capitals: core.telegram.org/method/messages.setInlineBotResults, "Possible errors".
"""

from __future__ import annotations

import re
from typing import Any

from tests.fakes import entities
from tests.fakes.botapi.access import CONTENTS
from tests.fakes.botapi.bot import Bot
from tests.fakes.botapi.files import File, document
from tests.fakes.botapi.keyboards import keyboard_rows, markup
from tests.fakes.botapi.query import Query
from tests.fakes.botapi.refusals import QUERY_TOO_OLD, RefusedError, bad_request
from tests.fakes.botapi.texts import raw_caption, raw_text, shown_caption, shown_text

Json = dict[str, Any]

RESULTS_MOST = 50  # Bot API, answerInlineQuery
ID_BYTES = 64  # Bot API, InlineQueryResult…, id
OFFSET_BYTES = 64  # Bot API, answerInlineQuery, next_offset
CACHE, DAY = 300, 24 * 60 * 60  # seconds, Client.cpp, process_answer_inline_query_query
START = re.compile(r"[A-Za-z0-9_-]{1,64}")  # Bot API, InlineQueryResultsButton


async def answer_inline_query(bot: Bot, query: Query) -> bool:
    """Bot API, answerInlineQuery: once for each query, and not too late."""
    button = _button(query.json("button", "inline query results button"))
    listed = query.json("results", "JSON encoded inline query results")
    listed = [] if listed is None else listed
    if not isinstance(listed, list):
        raise bad_request("Expected an Array of inline query results")
    if len(listed) > RESULTS_MOST:
        raise bad_request("Too many inline query results specified")
    results = [_result(bot, query, result) for result in listed]
    asked = bot.inline.queries.get(query.text("inline_query_id"))
    late = asked is None or asked.answer is not None
    if asked is None or late or bot.clock() - asked.at > bot.inline.seconds:
        raise bad_request(QUERY_TOO_OLD)
    _check_ids(results)
    if len(query.text("next_offset").encode()) > OFFSET_BYTES:
        raise bad_request("NEXT_OFFSET_INVALID")
    asked.answer = {
        "results": results,
        "next_offset": query.text("next_offset"),
        "button": button,
        "is_personal": query.flag("is_personal"),
        "cache_time": query.integer("cache_time", CACHE, 0, DAY),
        "at": bot.clock(),
    }
    bot.truth.ring()
    return True


def _button(button: Any) -> Json | None:
    if button is None:
        return None
    words = "Can't parse inline query results button: "
    if not isinstance(button, dict):
        raise bad_request(words + "InlineQueryResultsButton must be an Object")
    if not isinstance(button.get("text"), str):
        raise bad_request(words + 'Can\'t find field "text"')
    if "start_parameter" in button:
        if not START.fullmatch(str(button["start_parameter"])):
            raise bad_request("START_PARAM_INVALID")
    elif "web_app" not in button:
        raise bad_request(words + "InlineQueryResultsButton must have exactly one optional field")
    if not button["text"]:
        raise bad_request("SWITCH_PM_TEXT_EMPTY")
    return button


def _check_ids(results: list[Json]) -> None:
    ids = [result["id"] for result in results]
    if any(not 1 <= len(each.encode()) <= ID_BYTES for each in ids):
        raise bad_request("RESULT_ID_INVALID")
    if len(set(ids)) < len(ids):
        raise bad_request("RESULT_ID_DUPLICATE")


def _result(bot: Bot, query: Query, result: Any) -> Json:
    """A result as it was given, with `message`: what appears when it is chosen."""
    if not isinstance(result, dict):
        raise _unparsed("Inline query result must be an object")
    for name in ("type", "id"):
        if not isinstance(result.get(name), str):
            raise _unparsed(f'Can\'t find field "{name}"')
    kind = result["type"].lower()
    if kind not in ("article", *CONTENTS) or kind == "text":
        raise _unparsed(f'type "{kind}" is unsupported for the inline query result')
    message = _message(query, result, required=kind == "article")
    if kind == "article":
        _check_article(result)
    else:
        file = _file(bot, result, kind)
        message = _captioned(bot, query, result, file) if message is None else message
    rows = keyboard_rows(result["reply_markup"]) if result.get("reply_markup") else []
    _check_urls(result)
    return result | {"message": (message or {}) | markup(rows)}


def _message(query: Query, result: Json, *, required: bool) -> Json | None:
    """`input_message_content`, checked like a message (get_input_message_content)."""
    content = result.get("input_message_content")
    if content is None and required:
        raise _unparsed('Can\'t find field "message_text"')
    if content is None:
        return None
    if not isinstance(content, dict) or not content.get("message_text"):
        raise _unparsed("Input message content is not specified")
    try:
        mode = content.get("parse_mode") or ""
        raw = raw_text(str(content["message_text"]), mode, content.get("entities"))
    except RefusedError as error:
        words = error.description.removeprefix("Bad Request: ")
        raise _unparsed(words[0].upper() + words[1:]) from None
    message = shown_text(raw, query.warnings)
    preview = content.get("link_preview_options")
    return message | ({"link_preview_options": preview} if preview else {})


def _check_article(result: Json) -> None:
    if not isinstance(result.get("title"), str):
        raise _unparsed('Can\'t find field "title"')
    if not result["title"]:
        raise bad_request("ARTICLE_TITLE_EMPTY")


def _file(bot: Bot, result: Json, kind: str) -> File:
    """The picture or file by its file_id, or by its address, which nobody fetches here."""
    if result.get(f"{kind}_url"):
        if kind == "photo" and not result.get("thumbnail_url"):
            raise bad_request("PHOTO_THUMB_URL_EMPTY")
        return _fetched(bot, result, kind)
    if not result.get(f"{kind}_file_id"):
        raise _unparsed(f'Can\'t find field "{kind}_file_id"')
    file = bot.files.get(result[f"{kind}_file_id"])
    if file is None or file.kind != kind:
        raise bad_request(f"{kind.upper()}_INVALID")
    return file


def _captioned(bot: Bot, query: Query, result: Json, file: File) -> Json:
    """A picture or file as it is sent without `input_message_content`."""
    caption = result.get("caption") or "", result.get("parse_mode") or ""
    shown = shown_caption(raw_caption(*caption, result.get("caption_entities")), query.warnings)
    if file.kind == "photo":
        return {"photo": bot.files.photo(file)} | shown
    return {"document": document(file)} | shown


def _fetched(bot: Bot, result: Json, kind: str) -> File:
    """What is at the address, as far as the fake knows; of the measures that the result names."""
    url = str(result[f"{kind}_url"])
    size = result.get("photo_width") or 1280, result.get("photo_height") or 720
    data = bot.files.web.get(url, b"")
    return bot.files.add(kind, data, name=url.rpartition("/")[2], size=size)


def _check_urls(result: Json) -> None:
    """WEBDOCUMENT_URL_INVALID is the server's word for an address of no use."""
    for name in ("url", "thumbnail_url", "photo_url", "document_url"):
        try:
            if result.get(name):
                entities.checked_link(str(result[name]))
        except entities.TextRefusedError:
            raise bad_request("WEBDOCUMENT_URL_INVALID") from None


def _unparsed(words: str) -> RefusedError:
    return bad_request(f"Can't parse inline query result: {words}")


METHODS = {"answerinlinequery": answer_inline_query}
