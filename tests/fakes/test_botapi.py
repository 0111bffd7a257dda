"""The fake Bot API, as python-telegram-bot itself sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    LinkPreviewOptions,
    Message,
    MessageEntity,
)
from telegram import InlineKeyboardMarkup as Keyboard
from telegram.error import BadRequest, ChatMigrated, Forbidden

from tests.fakes.botapi import FakeBotAPI

ANNA = 1001


class Clock:
    """Unix seconds that stand still until they are moved."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def api(clock: Clock) -> AsyncIterator[FakeBotAPI]:
    async with FakeBotAPI(clock=clock, repeat_wait=0, conflict_wait=0) as api:
        api.add_user(ANNA, started=True, first_name="Anna")
        yield api


@pytest.fixture
async def bot(api: FakeBotAPI) -> AsyncIterator[Bot]:
    bot = Bot(api.token, base_url=api.base_url, base_file_url=api.base_file_url)
    async with bot:
        yield bot


def keyboard(*buttons: InlineKeyboardButton) -> Keyboard:
    return Keyboard([list(buttons)])


HELP = keyboard(InlineKeyboardButton("Help", callback_data="help"))


async def test_send_and_see(api: FakeBotAPI, bot: Bot) -> None:
    """What is sent is what the user sees, cleaned, and the truth log knows it."""
    sent = await bot.send_message(
        ANNA,
        "  Hello \n",
        entities=[MessageEntity("bold", 2, 5)],
        reply_markup=HELP,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        protect_content=True,
    )

    (seen,) = api.messages(ANNA)
    assert (seen["id"], seen["text"]) == (sent.message_id, "Hello")
    assert seen["entities"] == [{"type": "bold", "offset": 0, "length": 5}]
    assert seen["buttons"] == [{"text": "Help", "callback_data": "help"}]
    assert sent.has_protected_content
    assert sent.link_preview_options == LinkPreviewOptions(is_disabled=True)
    assert api.truth[-1]["effect"] == "accepted"
    assert api.truth[-1]["message_id"] == sent.message_id


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Message text is empty"),
        (" \n\u200b", "Text must be non-empty"),
        ("😀" * 2049, "Message is too long"),
        ("я" * 16385, "Text is too long"),
    ],
)
async def test_text_limits(bot: Bot, text: str, words: str) -> None:
    """Empty, blank and long texts are refused; length counts UTF-16 units."""
    with pytest.raises(BadRequest, match=f"^{words}$"):
        await bot.send_message(ANNA, text)

    assert (await bot.send_message(ANNA, "😀" * 2048 + " ")).text == "😀" * 2048


async def test_many_entities_are_cut(api: FakeBotAPI, bot: Bot) -> None:
    """More than a hundred entities: the rest is lost, and the truth log warns."""
    many = [MessageEntity("bold", 2 * at, 1) for at in range(101)]
    sent = await bot.send_message(ANNA, "a " * 101, entities=many)

    assert len(sent.entities) == 100
    assert api.truth[-1]["warnings"] == ["101 entities: only 100 are shown"]


async def test_parse_mode_is_refused(bot: Bot) -> None:
    """This fake wants entities."""
    with pytest.raises(BadRequest, match="entities only"):
        await bot.send_message(ANNA, "x", parse_mode="HTML")


@pytest.mark.parametrize(
    ("button", "words"),
    [
        (InlineKeyboardButton("a", callback_data="я" * 33), "^Button_data_invalid$"),
        (InlineKeyboardButton("a", url="http://localhost/"), "URL 'http://localhost/' is invalid"),
        (InlineKeyboardButton("", callback_data="x"), "text must be non-empty"),
        (InlineKeyboardButton("a"), "Text buttons are unallowed"),
        (InlineKeyboardButton("a", callback_data="x", url="a.org"), "exactly one action"),
    ],
)
async def test_buttons_refused(bot: Bot, button: InlineKeyboardButton, words: str) -> None:
    """A button that Telegram does not take refuses the message."""
    with pytest.raises(BadRequest, match=f"(?i){words}"):
        await bot.send_message(ANNA, "x", reply_markup=keyboard(button))


async def test_buttons_taken(bot: Bot) -> None:
    """Loopback addresses will do for links; a row holds eight, a keyboard a hundred."""
    link = InlineKeyboardButton("a", url="http://127.0.0.1:123/x")
    await bot.send_message(ANNA, "x", reply_markup=keyboard(link))

    with pytest.raises(BadRequest, match="Reply markup is too long"):
        await bot.send_message(ANNA, "x", reply_markup=keyboard(*[link] * 9))
    with pytest.raises(BadRequest, match="Reply markup is too long"):
        await bot.send_message(ANNA, "x", reply_markup=Keyboard([[link]] * 101))


async def test_people_who_are_gone(api: FakeBotAPI, bot: Bot) -> None:
    """Strangers, blockers and deleted accounts answer each in their own words."""
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(5, "x")
    api.add_user(6)
    with pytest.raises(Forbidden, match="can't initiate conversation"):
        await bot.send_message(6, "x")
    api.block(ANNA)
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(ANNA, "x")
    api.user_sends(ANNA, "/start")
    await bot.send_message(ANNA, "x")
    api.deactivate(ANNA)
    with pytest.raises(Forbidden, match="user is deactivated"):
        await bot.send_message(ANNA, "x")
    blocked, back, start = await bot.get_updates()
    assert blocked.my_chat_member
    assert blocked.my_chat_member.new_chat_member.status == "kicked"
    assert back.my_chat_member
    assert back.my_chat_member.new_chat_member.status == "member"
    assert start.message
    assert start.message.entities[0].type == "bot_command"


async def test_groups(api: FakeBotAPI, bot: Bot) -> None:
    """Groups move, throw the bot out, close topics and take rights away."""
    api.add_chat(-7, "group")
    api.migrate(-7, -1007)
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(-7, "x")
    assert moved.value.new_chat_id == -1007
    assert (await bot.send_message(-1007, "x")).message_id == 2
    api.set_status(-1007, "kicked")
    with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
        await bot.send_message(-1007, "x")
    api.add_chat(-1008, topics=(3,), members={ANNA: "creator"}, status="administrator")
    assert (await bot.send_message(-1008, "x", message_thread_id=3)).is_topic_message
    with pytest.raises(BadRequest, match="Message thread not found"):
        await bot.send_message(-1008, "x", message_thread_id=4)
    admins = await bot.get_chat_administrators(-1008)
    assert {admin.user.id: admin.status for admin in admins} == {
        ANNA: "creator",
        bot.id: "administrator",
    }
    assert (await bot.get_chat(-1008)).title == "A chat"
    api.mute(-1008)
    with pytest.raises(BadRequest, match="Not enough rights to send text messages"):
        await bot.send_message(-1008, "x")


async def test_edit(api: FakeBotAPI, bot: Bot) -> None:
    """An edit changes what is seen; the same again, or nothing there, is refused."""
    sent = await bot.send_message(ANNA, "one", reply_markup=HELP)
    with pytest.raises(BadRequest, match="Message is not modified: specified new message"):
        await bot.edit_message_text("one ", ANNA, sent.message_id, reply_markup=HELP)
    edited = await bot.edit_message_text("two", ANNA, sent.message_id)
    assert isinstance(edited, Message)
    assert edited.edit_date
    (seen,) = api.messages(ANNA)
    assert (seen["text"], seen["buttons"]) == ("two", [])
    await bot.edit_message_reply_markup(ANNA, sent.message_id, reply_markup=HELP)
    assert [button["text"] for button in api.messages(ANNA)[0]["buttons"]] == ["Help"]
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("two", ANNA, 99)


async def test_delete(api: FakeBotAPI, bot: Bot, clock: Clock) -> None:
    """A message goes once, and within two days."""
    sent = await bot.send_message(ANNA, "x")
    old = await bot.send_message(ANNA, "y")
    await bot.delete_message(ANNA, sent.message_id)
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(ANNA, sent.message_id)
    clock.now += 48 * 3600 + 1
    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await bot.delete_message(ANNA, old.message_id)

    assert [message["text"] for message in api.messages(ANNA)] == ["y"]


async def test_press(api: FakeBotAPI, bot: Bot, clock: Clock) -> None:
    """A press carries the message as it is, and may be answered once, in time."""
    sent = await bot.send_message(ANNA, "Menu", reply_markup=HELP)
    query_id = api.press(ANNA, sent.message_id, "Help")
    (update,) = await bot.get_updates()
    assert update.callback_query
    assert update.callback_query.data == "help"
    assert isinstance(update.callback_query.message, Message)
    assert update.callback_query.message.text == "Menu"
    await update.callback_query.answer("Here you are")
    assert api.bot.answers[query_id]["text"] == "Here you are"
    late = api.press(ANNA, sent.message_id, "help")
    clock.now += 901
    for gone in (query_id, late):
        with pytest.raises(BadRequest, match="Query is too old"):
            await bot.answer_callback_query(gone)
    with pytest.raises(LookupError):
        api.press(ANNA, sent.message_id, "Nothing")
