"""Methods by which updates reach the bot, and presses are answered."""

from __future__ import annotations

from tests.fakes.botapi.bot import Bot
from tests.fakes.botapi.chats import Json
from tests.fakes.botapi.query import Query
from tests.fakes.botapi.refusals import QUERY_TOO_OLD, bad_request
from tests.fakes.botapi.updates import LONG_POLL_MOST

ANSWER_LETTERS = 200  # Bot API, answerCallbackQuery, text


async def get_updates(bot: Bot, query: Query) -> list[Json]:
    """Bot API, getUpdates; Client.cpp, process_get_updates_query: refused while a webhook is set.

    What is refused changes nothing, allowed_updates neither.
    """
    if not bot.updates.webhook:
        bot.updates.allow(query.json("allowed_updates", "allowed updates"))
    limit = query.integer("limit", 100, 1, 100)
    timeout = query.integer("timeout", 0, 0, LONG_POLL_MOST)
    return await bot.updates.poll(query.integer("offset"), limit, timeout)


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
    "answercallbackquery": answer_callback_query,
}
