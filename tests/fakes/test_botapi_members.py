"""Groups and channels in the fake Bot API: who is in them, who may what, what the bot hears."""

from __future__ import annotations

import aiohttp
import pytest
from telegram import Bot, ChatMemberAdministrator, ChatMemberRestricted
from telegram.error import BadRequest, Forbidden

from tests.fakes.botapi import FakeBotAPI
from tests.fakes.botapi_stage import (
    ANNA,
    BORIS,
    CHANNEL,
    GROUP,
    api,
    bot,
    clock,
    heard,
    png,
    refusal,
    session,
)

__all__ = ["api", "bot", "clock", "session"]  # fixtures


async def test_members_and_admins(api: FakeBotAPI, bot: Bot) -> None:
    """Every status comes as the Bot API writes it, with an administrator's rights."""
    boris = {"status": "administrator", "rights": ["can_pin_messages"], "anonymous": True}
    api.add_chat(GROUP, members={ANNA: "creator", BORIS: boris, 3: "kicked", 4: "restricted"})

    admins = {admin.user.id: admin for admin in await bot.get_chat_administrators(GROUP)}
    assert set(admins) == {ANNA, BORIS}
    second = admins[BORIS]
    assert isinstance(second, ChatMemberAdministrator)
    assert (second.is_anonymous, second.can_pin_messages) == (True, True)
    assert (second.can_delete_messages, second.can_be_edited) == (False, False)
    limited = await bot.get_chat_member(GROUP, 4)
    assert isinstance(limited, ChatMemberRestricted)
    assert not limited.can_send_messages
    statuses = [(await bot.get_chat_member(GROUP, user)).status for user in (3, 5, bot.id)]
    assert statuses == ["kicked", "left", "member"]
    assert await bot.get_chat_member_count(GROUP) == 4
    with pytest.raises(BadRequest, match="no administrators in the private chat"):
        await bot.get_chat_administrators(ANNA)
    with pytest.raises(BadRequest, match="Invalid user_id specified"):
        await bot.get_chat_member(GROUP, 0)


async def test_chats_are_found_by_id_and_name(api: FakeBotAPI, bot: Bot) -> None:
    """A public channel answers to its name in any letters; people and groups do not."""
    api.add_user(BORIS, username="boris")
    api.add_chat(GROUP, title="Talk", description="About all")
    api.add_chat(CHANNEL, "channel", title="News", username="the_news", linked=GROUP)

    channel = await bot.get_chat("@The_News")
    assert (channel.id, channel.linked_chat_id) == (CHANNEL, GROUP)
    assert channel.active_usernames == ("the_news",)
    group = await bot.get_chat(GROUP)
    assert (group.description, group.linked_chat_id) == ("About all", CHANNEL)
    assert group.permissions
    assert group.permissions.can_send_photos
    for unknown in ("@boris", "@", "@nobody", BORIS):
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.get_chat(unknown)


async def test_strangers_are_shut_out(api: FakeBotAPI, bot: Bot) -> None:
    """Thrown out, the bot reads nothing; a public chat that it left it may read, not write to."""
    api.add_chat(GROUP, status="left", username="open_house")
    api.add_chat(CHANNEL, "channel", status="kicked")

    assert (await bot.get_chat(GROUP)).username == "open_house"
    with pytest.raises(Forbidden, match="bot is not a member of the supergroup chat"):
        await bot.send_message(GROUP, "x")
    with pytest.raises(Forbidden, match="bot was kicked from the channel chat"):
        await bot.get_chat(CHANNEL)
    with pytest.raises(Forbidden, match="bot was kicked from the channel chat"):
        await bot.get_chat_administrators(CHANNEL)


async def test_comings_and_goings(api: FakeBotAPI, bot: Bot) -> None:
    """Added, promoted, restricted, kicked, back: my_chat_member each time, and what is said."""
    api.add_chat(GROUP, status="left", members={ANNA: "creator"})
    steps = ["member", "administrator", "restricted", "kicked", "member"]
    for status in steps:
        api.set_status(GROUP, status)
    updates = await heard(bot)

    changes = [update.my_chat_member for update in updates if update.my_chat_member]
    assert [change.new_chat_member.status for change in changes] == steps
    assert [change.old_chat_member.status for change in changes] == ["left", *steps[:-1]]
    assert {change.from_user.id for change in changes} == {ANNA}
    said = [update.message for update in updates if update.message]
    assert [bool(message.new_chat_members) for message in said] == [True, False, True]
    assert said[1].left_chat_member
    assert said[1].left_chat_member.id == bot.id


async def test_channels_say_nothing_of_comings(api: FakeBotAPI, bot: Bot) -> None:
    """In a channel only my_chat_member tells of the bot."""
    api.add_chat(CHANNEL, "channel", status="left")
    api.set_status(CHANNEL, "administrator")
    api.set_status(CHANNEL, "kicked")

    assert [bool(update.my_chat_member) for update in await heard(bot)] == [True, True]


async def test_leaving(api: FakeBotAPI, bot: Bot) -> None:
    """The bot that leaves did it itself, and hears no more."""
    api.add_chat(GROUP)
    assert await bot.leave_chat(GROUP)
    api.user_sends(GROUP, "/help")
    change, said = await heard(bot)

    assert change.my_chat_member
    assert change.my_chat_member.from_user.id == bot.id
    assert said.message
    assert said.message.left_chat_member
    with pytest.raises(Forbidden):
        await bot.leave_chat(GROUP)
    with pytest.raises(BadRequest, match="Can't leave private"):
        await bot.leave_chat(ANNA)


async def test_others_come_and_go(api: FakeBotAPI, bot: Bot) -> None:
    """Service messages reach every bot; chat_member those that are admins and asked for it."""
    api.add_chat(GROUP)
    api.set_member(GROUP, BORIS, "member")
    (joined,) = await heard(bot)
    assert joined.message
    assert [user.id for user in joined.message.new_chat_members] == [BORIS]
    api.set_status(GROUP, "administrator")
    await heard(bot, ["message", "chat_member"])
    api.set_member(GROUP, BORIS, "kicked", by=ANNA)

    changed, left = await heard(bot)
    assert changed.chat_member
    assert changed.chat_member.from_user.id == ANNA
    assert left.message
    assert left.message.left_chat_member


async def test_rights_to_post(api: FakeBotAPI, bot: Bot, session: aiohttp.ClientSession) -> None:
    """Channels want an administrator who may post; groups may forbid texts, photos or files."""
    api.add_chat(CHANNEL, "channel", status={"status": "administrator", "rights": []})
    api.add_chat(GROUP)
    words = await refusal(session, api, "sendMessage", chat_id=CHANNEL, text="x")
    assert words == "Bad Request: need administrator rights in the channel chat"
    api.permit(GROUP, ["can_send_messages"])
    await bot.send_message(GROUP, "x")
    with pytest.raises(BadRequest, match="Not enough rights to send photos to the chat"):
        await bot.send_photo(GROUP, png())
    with pytest.raises(BadRequest, match="Not enough rights to send documents to the chat"):
        await bot.send_document(GROUP, b"x", filename="x.txt")
    api.permit(GROUP, [])
    words = await refusal(session, api, "sendMessage", chat_id=GROUP, text="x")
    assert words == "Bad Request: not enough rights to send text messages to the chat"
    api.set_status(GROUP, "administrator")
    await bot.send_message(GROUP, "x")
    api.mute(GROUP)
    with pytest.raises(BadRequest, match="Not enough rights to send text messages"):
        await bot.send_message(GROUP, "x")
    api.mute(GROUP, muted=False)
    with pytest.raises(ValueError, match="can_fly"):
        api.permit(GROUP, ["can_fly"])


async def test_rights_to_delete_and_edit(api: FakeBotAPI, bot: Bot) -> None:
    """Others' messages go by those who may delete; a channel's posts change by who may edit."""
    api.add_chat(GROUP)
    theirs = api.user_sends(GROUP, "/x")
    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await bot.delete_message(GROUP, theirs)
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("y", GROUP, theirs)
    api.set_status(GROUP, {"status": "administrator", "rights": ["can_delete_messages"]})
    await bot.delete_message(GROUP, theirs)
    api.add_chat(CHANNEL, "channel")
    post = api.user_sends(CHANNEL, "Post")
    await bot.edit_message_text("Mended", CHANNEL, post)
    api.set_status(CHANNEL, {"status": "administrator", "rights": ["can_post_messages"]})
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("Again", CHANNEL, post)


async def test_deleting_many(api: FakeBotAPI, bot: Bot) -> None:
    """Up to a hundred go at once; those that are gone already are skipped."""
    sent = [(await bot.send_message(ANNA, "x")).message_id for _ in range(3)]
    assert await bot.delete_messages(ANNA, [*sent[:2], 99])

    assert [message["id"] for message in api.messages(ANNA)] == sent[2:]
    with pytest.raises(BadRequest, match="Too many message identifiers"):
        await bot.delete_messages(ANNA, range(1, 102))


async def test_answering_a_message(api: FakeBotAPI, bot: Bot) -> None:
    """A reply carries what it answers; an answer to nothing is refused unless that will do."""
    asked = api.user_sends(ANNA, "/help")
    sent = await bot.send_message(ANNA, "x", reply_to_message_id=asked)
    assert sent.reply_to_message
    assert sent.reply_to_message.text == "/help"
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(ANNA, "x", reply_to_message_id=99)

    alone = await bot.send_message(
        ANNA, "x", reply_to_message_id=99, allow_sending_without_reply=True
    )
    assert alone.reply_to_message is None
