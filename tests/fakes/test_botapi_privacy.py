"""What reaches the bot of a group or channel in the fake Bot API, and in whose name it was said."""

from __future__ import annotations

import pytest
from telegram import Bot
from telegram.constants import ChatID

from tests.fakes.botapi import FakeBotAPI
from tests.fakes.botapi_stage import ANNA, CHANNEL, GROUP, api, bot, clock, heard, texts

__all__ = ["api", "bot", "clock"]  # fixtures


@pytest.mark.parametrize(
    ("text", "hears"),
    [
        ("/latest", True),
        ("/latest@herald_test_bot 3", True),
        ("/latest@Herald_Test_Bot", True),
        ("/latest@other_bot", False),
        ("hello", False),
        ("say /latest", False),
        ("ask @herald_test_bot", True),
        ("😀 @herald_test_bot", True),
    ],
)
async def test_privacy_mode(api: FakeBotAPI, bot: Bot, text: str, hears: bool) -> None:
    """In a group the bot hears commands that may be for it, and its name; nothing else."""
    api.add_chat(GROUP)
    api.user_sends(GROUP, text, user_id=ANNA)
    api.user_sends(GROUP, text, user_id=ANNA, edited=True)

    assert await texts(bot) == ([text, text] if hears else [])


async def test_privacy_has_exceptions(api: FakeBotAPI, bot: Bot) -> None:
    """Answers to the bot, and service messages, arrive; so does all, to an admin or without it."""
    api.add_chat(GROUP)
    sent = await bot.send_message(GROUP, "Hello")
    question = api.user_sends(GROUP, "what?", user_id=ANNA, reply_to=sent.message_id)
    api.user_sends(GROUP, "not to you", user_id=ANNA, reply_to=question)
    api.rename(GROUP, "Another")
    answer, renamed = await heard(bot)
    assert answer.message
    assert answer.message.reply_to_message
    assert answer.message.reply_to_message.from_user == bot.bot
    assert renamed.message
    assert renamed.message.new_chat_title == "Another"
    api.bot.privacy = False
    api.user_sends(GROUP, "one")
    api.bot.privacy = True
    api.user_sends(GROUP, "two")
    api.set_status(GROUP, "administrator")
    await heard(bot)
    api.user_sends(GROUP, "three /x@other_bot")

    assert await texts(bot) == ["three /x@other_bot"]
    assert (await bot.get_me()).can_read_all_group_messages is False


async def test_who_speaks(api: FakeBotAPI, bot: Bot) -> None:
    """Anonymous admins, channels and Telegram itself stand in for who really spoke."""
    api.add_chat(GROUP, status="administrator")
    api.add_chat(CHANNEL, "channel", linked=GROUP)
    api.user_sends(GROUP, "/x", as_chat=GROUP)
    api.user_sends(GROUP, "/x", as_chat=CHANNEL)
    api.user_sends(CHANNEL, "Post")
    api.user_sends(CHANNEL, "Post, mended", edited=True)
    anonymous, channel, post, copied, mended = await heard(bot)

    seen = [
        (update.message.from_user.id, update.message.sender_chat.id)
        for update in (anonymous, channel, copied)
        if update.message and update.message.from_user and update.message.sender_chat
    ]
    assert seen == [
        (ChatID.ANONYMOUS_ADMIN, GROUP),
        (136817688, CHANNEL),
        (ChatID.SERVICE_CHAT, CHANNEL),
    ]
    assert post.channel_post
    assert (post.channel_post.text, post.channel_post.from_user) == ("Post", None)
    assert copied.message
    assert copied.message.is_automatic_forward
    assert mended.edited_channel_post
    assert mended.edited_channel_post.message_id == post.channel_post.message_id


async def test_the_bots_own_posts_are_copied(api: FakeBotAPI, bot: Bot) -> None:
    """What the bot posts shows up in the discussion group; the bot is told of the copy alone."""
    api.add_chat(GROUP, status="administrator")
    api.add_chat(CHANNEL, "channel", linked=GROUP)
    await bot.send_message(CHANNEL, "Post")

    (copy,) = await heard(bot)
    assert copy.message
    assert (copy.message.chat.id, copy.message.text) == (GROUP, "Post")
