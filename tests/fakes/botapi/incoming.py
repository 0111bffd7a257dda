"""Methods by which updates reach the bot: getUpdates, webhooks, answers to presses."""

from __future__ import annotations

from urllib.parse import urlsplit

from tests.fakes.botapi.bot import Bot
from tests.fakes.botapi.chats import Json
from tests.fakes.botapi.query import Query
from tests.fakes.botapi.refusals import QUERY_TOO_OLD, WEBHOOK_WAS_SET, bad_request
from tests.fakes.botapi.updates import LONG_POLL_MOST

ANSWER_LETTERS = 200  # Bot API, answerCallbackQuery, text


async def get_updates(bot: Bot, query: Query) -> list[Json]:
    """Bot API, getUpdates; Client.cpp, process_get_updates_query."""
    bot.updates.allow(query.json("allowed_updates", "allowed updates"))
    limit = query.integer("limit", 100, 1, 100)
    timeout = query.integer("timeout", 0, 0, LONG_POLL_MOST)
    return await bot.updates.poll(query.integer("offset"), limit, timeout)


async def set_webhook(bot: Bot, query: Query) -> bool:
    """Bot API, setWebhook and deleteWebhook. It is kept and shown, and nothing is delivered."""
    url = query.text("url") if query.method == "setwebhook" else ""
    if url and not urlsplit(url).hostname:
        raise bad_request("invalid webhook URL specified")
    if query.flag("drop_pending_updates"):
        bot.updates.drop_all()
    bot.updates.webhook = {"url": url} if url else {}
    if url:
        bot.updates.webhook["max_connections"] = query.integer("max_connections", 40, 1, 100)
        bot.updates.allow(query.json("allowed_updates", "allowed updates"))
        bot.updates.end_poll(WEBHOOK_WAS_SET)
    return True


async def get_webhook_info(bot: Bot, query: Query) -> Json:
    """Bot API, getWebhookInfo."""
    updates = bot.updates
    info: Json = {"url": "", "has_custom_certificate": False}
    info |= {"pending_update_count": len(updates.pending())} | updates.webhook
    if updates.allowed is not None:
        info["allowed_updates"] = sorted(updates.allowed)
    return info


async def answer_callback_query(bot: Bot, query: Query) -> bool:
    """Bot API, answerCallbackQuery: once for each press, and not too late."""
    query_id = query.text("callback_query_id")
    pressed = bot.presses.pop(query_id, None)
    if pressed is None or bot.clock() - pressed > bot.callback_seconds:
        raise bad_request(QUERY_TOO_OLD)
    if len(query.text("text")) > ANSWER_LETTERS:
        raise bad_request("MESSAGE_TOO_LONG")
    alert = query.flag("show_alert")
    bot.answers[query_id] = {"text": query.text("text"), "show_alert": alert}
    return True


METHODS = {
    "getupdates": get_updates,
    "setwebhook": set_webhook,
    "deletewebhook": set_webhook,
    "getwebhookinfo": get_webhook_info,
    "answercallbackquery": answer_callback_query,
}
