"""Inline mode in the fake Bot API: questions, results, choices, changes afterwards."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultCachedPhoto,
    InlineQueryResultPhoto,
    InlineQueryResultsButton,
    InputTextMessageContent,
    MessageEntity,
)
from telegram.error import BadRequest

from tests.fakes.botapi import FakeBotAPI
from tests.fakes.botapi_stage import (
    ANNA,
    BORIS,
    GROUP,
    Clock,
    api,
    bot,
    clock,
    heard,
    png,
    refusal,
    session,
)

__all__ = ["api", "bot", "clock", "session"]  # fixtures
ELSEWHERE = -555
BUTTONS = InlineKeyboardMarkup([[InlineKeyboardButton("More", callback_data="more")]])


def article(number: int = 1, **more: Any) -> InlineQueryResultArticle:
    content = InputTextMessageContent("Bold", entities=[MessageEntity("bold", 0, 4)])
    return InlineQueryResultArticle(str(number), "Title", content, **more)


def raw(**changes: Any) -> str:
    """One article as JSON, with fields changed, or left out (None)."""
    body = {"type": "article", "id": "1", "title": "T"}
    body |= {"input_message_content": {"message_text": "x"}} | changes
    return json.dumps([{name: value for name, value in body.items() if value is not None}])


async def test_a_question_and_its_answer(api: FakeBotAPI, bot: Bot) -> None:
    """The bot is asked once, and the user sees what it answered."""
    query_id = api.inline(ANNA, "crimes", "20", chat_type="group")
    (update,) = await heard(bot)
    assert update.inline_query
    assert (update.inline_query.query, update.inline_query.offset) == ("crimes", "20")
    assert update.inline_query.from_user.id == ANNA
    assert api.inline_answer(query_id) is None
    button = InlineQueryResultsButton("Settings", start_parameter="settings")
    await bot.answer_inline_query(
        query_id, [article(1), article(2)], next_offset="40", is_personal=True, button=button
    )

    answer = api.inline_answer(query_id)
    assert answer
    assert [result["id"] for result in answer["results"]] == ["1", "2"]
    assert (answer["next_offset"], answer["is_personal"]) == ("40", True)
    assert (answer["cache_time"], answer["button"]["text"]) == (300, "Settings")
    with pytest.raises(BadRequest, match="Query is too old and response timeout expired"):
        await bot.answer_inline_query(query_id, [])
    assert (await bot.get_me()).supports_inline_queries


async def test_inline_mode_is_off_for_a_new_bot() -> None:
    """Telegram asks a bot nothing whose owner did not switch it on."""
    async with FakeBotAPI() as api, Bot(api.token, base_url=api.base_url) as bot:
        with pytest.raises(LookupError, match="inline mode is off"):
            api.inline(ANNA, "x")
        assert not (await bot.get_me()).supports_inline_queries


async def test_late_answers(api: FakeBotAPI, bot: Bot, clock: Clock) -> None:
    """After half a minute neither the question nor the answer is of use."""
    query_id = api.inline(ANNA, "x")
    clock.now += 31

    assert await heard(bot) == []
    for late in (query_id, "7"):
        with pytest.raises(BadRequest, match="Query is too old and response timeout expired"):
            await bot.answer_inline_query(late, [])


async def test_telegram_answers_from_its_cache(api: FakeBotAPI, bot: Bot, clock: Clock) -> None:
    """The same words are not asked again while an answer holds; a personal one is one user's."""
    first = api.inline(ANNA, "x")
    await bot.answer_inline_query(first, [article()], cache_time=10)
    assert api.inline(BORIS, "x") == first
    clock.now += 11
    second = api.inline(BORIS, "x")
    await bot.answer_inline_query(second, [article()], is_personal=True)
    third = api.inline(ANNA, "x")

    assert len({first, second, third}) == 3
    assert len(await heard(bot)) == 3


async def test_choosing(api: FakeBotAPI, bot: Bot) -> None:
    """The message stands anywhere, sent via the bot, which may change it if it has buttons."""
    query_id = api.inline(ANNA, "x")
    await bot.answer_inline_query(query_id, [article(1), article(2, reply_markup=BUTTONS)])
    await heard(bot)
    api.choose(query_id, "1", ELSEWHERE)
    number = api.choose(query_id, "2", ELSEWHERE)
    plain, buttoned = [update.chosen_inline_result for update in await heard(bot)]
    assert plain
    assert (plain.result_id, plain.query, plain.inline_message_id) == ("1", "x", None)
    assert buttoned
    assert buttoned.inline_message_id
    first, second = api.messages(ELSEWHERE)
    assert (first["text"], first["entities"][0]["type"]) == ("Bold", "bold")
    assert second["json"]["via_bot"]["id"] == bot.id

    inline_id = buttoned.inline_message_id
    assert await bot.edit_message_text("Changed", inline_message_id=inline_id, reply_markup=BUTTONS)
    assert api.messages(ELSEWHERE)[1]["text"] == "Changed"
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_text("Changed", inline_message_id=inline_id, reply_markup=BUTTONS)
    with pytest.raises(BadRequest, match="Message_id_invalid"):
        await bot.edit_message_text("x", inline_message_id="nothing")
    api.press(ELSEWHERE, number, "More", user_id=BORIS)
    (pressed,) = await heard(bot)
    assert pressed.callback_query
    assert pressed.callback_query.inline_message_id == inline_id
    assert pressed.callback_query.message is None
    with pytest.raises(LookupError):
        api.choose(query_id, "3", ELSEWHERE)


async def test_choosing_in_a_chat_of_the_bots(api: FakeBotAPI, bot: Bot) -> None:
    """There the bot hears the message too, in privacy mode as well."""
    api.add_chat(GROUP)
    query_id = api.inline(ANNA, "x")
    await bot.answer_inline_query(query_id, [article()])
    await heard(bot)
    api.choose(query_id, "1", GROUP)

    message, chosen = await heard(bot)
    assert message.message
    assert message.message.via_bot
    assert chosen.chosen_inline_result


async def test_pictures_as_results(api: FakeBotAPI, bot: Bot) -> None:
    """By address, with a thumbnail, or by a file_id that Telegram knows as a picture."""
    file_id = (await bot.send_photo(ANNA, png())).photo[-1].file_id
    query_id = api.inline(ANNA, "x")
    results = [
        InlineQueryResultPhoto("1", "https://a.org/b.jpg", "https://a.org/t.jpg", caption="One"),
        InlineQueryResultCachedPhoto("2", file_id, caption="Two"),
    ]
    await bot.answer_inline_query(query_id, results)
    await heard(bot)
    for result in results:
        api.choose(query_id, result.id, ANNA)

    updates = [update.message for update in await heard(bot) if update.message]
    assert [(message.caption, bool(message.photo)) for message in updates] == [
        ("One", True),
        ("Two", True),
    ]


@pytest.mark.parametrize(
    ("results", "words"),
    [
        ("{", "can't parse JSON encoded inline query results JSON object"),
        ("{}", "expected an Array of inline query results"),
        ("[1]", "can't parse inline query result: Inline query result must be an object"),
        (raw(id=None), "can't parse inline query result: Can't find field \"id\""),
        (raw(id=""), "RESULT_ID_INVALID"),
        (raw(id="я" * 33), "RESULT_ID_INVALID"),
        (raw(type="hologram"), 'type "hologram" is unsupported for the inline query result'),
        (raw(title=None), "can't parse inline query result: Can't find field \"title\""),
        (raw(title=""), "ARTICLE_TITLE_EMPTY"),
        (raw(input_message_content=None), 'Can\'t find field "message_text"'),
        (raw(input_message_content={}), "Input message content is not specified"),
        (raw(input_message_content={"message_text": " "}), "text must be non-empty"),
        (raw(input_message_content={"message_text": "x" * 4097}), "message is too long"),
        (raw(url="javascript:x"), "WEBDOCUMENT_URL_INVALID"),
        (raw(type="photo", photo_url="https://a.org/x.jpg"), "PHOTO_THUMB_URL_EMPTY"),
        (raw(type="photo", input_message_content=None), 'Can\'t find field "photo_file_id"'),
        (raw(type="photo", photo_file_id="x", input_message_content=None), "PHOTO_INVALID"),
        (json.dumps(2 * json.loads(raw())), "RESULT_ID_DUPLICATE"),
        (json.dumps(51 * json.loads(raw())), "too many inline query results specified"),
        (raw(reply_markup={"inline_keyboard": [[{"text": "x"}]]}), "Text buttons are unallowed"),
    ],
)
async def test_bad_results(
    api: FakeBotAPI, session: aiohttp.ClientSession, results: str, words: str
) -> None:
    """One result that Telegram does not take refuses them all."""
    query_id = api.inline(ANNA, "x")
    said = await refusal(
        session, api, "answerInlineQuery", inline_query_id=query_id, results=results
    )

    assert words.lower() in said.lower()
    assert api.inline_answer(query_id) is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"next_offset": "x" * 65}, "NEXT_OFFSET_INVALID"),
        ({"button": {"text": "x"}}, "InlineQueryResultsButton must have exactly one"),
        ({"button": {"text": "x", "start_parameter": "a b"}}, "START_PARAM_INVALID"),
        ({"button": {"text": "", "start_parameter": "a"}}, "SWITCH_PM_TEXT_EMPTY"),
    ],
)
async def test_bad_answers(
    api: FakeBotAPI, session: aiohttp.ClientSession, arguments: dict[str, Any], words: str
) -> None:
    """Offsets have 64 bytes, buttons a text and one thing to do."""
    query_id = api.inline(ANNA, "x")
    said = await refusal(
        session, api, "answerInlineQuery", inline_query_id=query_id, results="[]", **arguments
    )

    assert words in said


async def test_entities_are_checked_like_a_messages(
    api: FakeBotAPI, session: aiohttp.ClientSession
) -> None:
    """A link that Telegram does not take refuses the answer."""
    link = {"type": "text_link", "offset": 0, "length": 1, "url": "tel:+1"}
    query_id = api.inline(ANNA, "x")
    results = raw(input_message_content={"message_text": "x", "entities": [link]})

    said = await refusal(
        session, api, "answerInlineQuery", inline_query_id=query_id, results=results
    )
    assert said.startswith("Bad Request: entity URL 'tel:+1' is invalid")
