"""Answers as they travel, and what the truth log keeps of them."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from tests.fakes.botapi.pace import TooManyError
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


def opened(query: Query, at: float, *, lean: bool) -> Entry:
    """The beginning of an entry: `at` is Unix seconds, and so is `came`, when it came in.

    A `lean` one has no text.
    """
    entry: Entry = {"at": at, "method": query.method, "effect": "accepted"}
    if query.came:
        entry["came"] = at - (asyncio.get_running_loop().time() - query.came)
    entry["chat"] = query.text("chat_id")
    return entry | ({"lean": True} if lean else {"text": query.text("text")})


def refused_facts(error: RefusedError) -> Entry:
    """What the truth log keeps of a refusal; of a 429 also whether it came inside a freeze."""
    kept = {"effect": "refused", "code": error.code, "description": error.description}
    if isinstance(error, TooManyError):
        kept |= {name: True for name in ("inside", "crossed") if getattr(error, name)}
    return kept


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
