"""Answers as they travel, and what the truth log keeps of them."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from tests.fakes.botapi.query import Query
from tests.fakes.botapi.refusals import RefusedError
from tests.fakes.botapi.truth import Entry


def success(query: Query, result: Any) -> web.Response:
    """What a method gave (Bot API, "Making requests")."""
    body = {"ok": True, "result": result}
    return web.json_response(body | ({"description": query.note} if query.note else {}))


def refusal(error: RefusedError) -> web.Response:
    """A refusal; HttpConnection.cpp adds the Retry-After header."""
    seconds = error.parameters.get("retry_after")
    headers = {"Retry-After": str(seconds)} if seconds else None
    return web.json_response(error.body(), status=error.code, headers=headers)


def facts(query: Query, result: Any) -> Entry:
    """What the truth log keeps of a success: of an album, its first message and all ids."""
    kept: Entry = {}
    messages = result if isinstance(result, list) else [result]
    messages = [each for each in messages if isinstance(each, dict) and "message_id" in each]
    if messages:
        first = messages[0]
        kept |= {"chat": str(first["chat"]["id"]), "message_id": first["message_id"]}
        kept["text"] = first.get("text", first.get("caption", ""))
    elif query.text("message_id"):
        kept["message_id"] = query.integer("message_id")
    if len(messages) > 1:
        kept["message_ids"] = [message["message_id"] for message in messages]
    if query.method == "getupdates":
        kept |= {"offset": query.integer("offset")}
        kept["updates"] = [update["update_id"] for update in result]
    if query.warnings:
        kept["warnings"] = query.warnings
    return kept
