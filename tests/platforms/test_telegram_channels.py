"""Channels: offered, asked for in private, posted in, named in the settings."""

from __future__ import annotations

from typing import Any

import pytest
import structlog

from storage import Storage
from storage.model import Address
from tests.commands.house import built
from tests.fakes.botapi import FakeBotAPI
from tests.platforms.echo import Echo, running, said
from tests.platforms.telegram_stage import (
    ANN,
    BEN,
    NOON,
    api,
    confirmed,
    connected,
    person,
    read,
    storage,
    texts,
    unpaced,
)

__all__ = ["api", "storage", "unpaced"]  # fixtures

CHANNEL, POSTS = -1001234567890, {"status": "administrator", "rights": ["can_post_messages"]}
SILENT: dict[str, Any] = {"status": "administrator", "rights": ["can_change_info"]}
THERE = Address("telegram", str(CHANNEL))


@pytest.fixture
def channel(api: FakeBotAPI) -> None:
    """A channel of Ann's with the bot in it; Ben reads it. Both have started the bot."""
    api.add_user(ANN, started=True, first_name="Ann")
    api.add_user(BEN, started=True)
    members: dict[int, Any] = {ANN: "creator", BEN: "member"}
    api.add_chat(CHANNEL, "channel", title="News & Views", username="newsviews", members=members)


async def active(storage: Storage, address: Address = THERE) -> bool:
    known = await storage.subscribers.find(address)
    return known is not None and known.active


def button(api: FakeBotAPI, chat: int, label: str) -> tuple[int, str]:
    """The last message of the bot with this button, and the button's data."""
    for message in reversed(api.messages(chat, from_bot=True)):
        for one in message["buttons"]:
            if label in one["text"]:
                return message["id"], one["callback_data"]
    raise LookupError(label)


async def pressed(api: FakeBotAPI, chat: int, label: str, by: int, count: int) -> str:
    """Press, and wait for so many messages in the presser's chat with the bot; the last of them."""
    number, data = button(api, chat, label)
    api.press(chat, number, data, user_id=by)
    return (await read(api, by, count))[-1]


@pytest.mark.usefixtures("channel")
async def test_who_makes_the_bot_an_administrator_is_offered_releases(
    api: FakeBotAPI, storage: Storage
) -> None:
    """A question in private, and one press subscribes the channel, not the person."""
    house = await built(storage, NOON)
    api.set_status(CHANNEL, "left")
    async with running(connected(api, storage), house.router.answer):
        api.set_status(CHANNEL, POSTS, by=ANN)
        (offer,) = await read(api, ANN)
        assert offer.startswith("I am an administrator of “News & Views” now.")
        assert not await active(storage)

        done = await pressed(api, ANN, "Subscribe", ANN, 2)
        assert done.startswith("News & Views\n\nThis chat is subscribed.\n")
        assert (await active(storage), await active(storage, person(ANN))) == (True, False)
        assert texts(api, CHANNEL) == []

        left = await pressed(api, ANN, "Unsubscribe", ANN, 3)
        assert left.startswith("News & Views\n\nThis chat is unsubscribed.\n")
        assert not await active(storage)


@pytest.mark.usefixtures("channel")
async def test_who_is_no_admin_any_more_cannot_accept_the_offer(
    api: FakeBotAPI, storage: Storage
) -> None:
    """The press is judged when it comes, not when the offer was made."""
    house = await built(storage, NOON)
    api.set_status(CHANNEL, "left")
    async with running(connected(api, storage), house.router.answer):
        api.set_status(CHANNEL, POSTS, by=ANN)
        await read(api, ANN)
        api.set_member(CHANNEL, ANN, "member")
        said = await pressed(api, ANN, "Subscribe", ANN, 2)
    assert said == "Only the admins of this chat can change that."
    assert not await active(storage)


@pytest.mark.usefixtures("channel")
async def test_an_administrator_who_may_not_post_says_so(api: FakeBotAPI, storage: Storage) -> None:
    """Promoted without the right to post, the bot names the right; given it, it offers."""
    api.set_status(CHANNEL, "left")
    async with running(connected(api, storage), Echo()):
        api.set_status(CHANNEL, SILENT, by=ANN)
        assert "with the right to post messages" in (await read(api, ANN))[0]
        api.set_status(CHANNEL, POSTS, by=ANN)
        assert "Shall it get every new release?" in (await read(api, ANN, 2))[1]


async def test_a_person_who_never_started_the_bot_is_left_alone(
    api: FakeBotAPI, storage: Storage
) -> None:
    """Nobody can be written to who did not write first; nothing breaks, nothing warns."""
    api.add_user(ANN)
    api.add_chat(CHANNEL, "channel", status="left", members={ANN: "creator"})
    with structlog.testing.capture_logs() as logs:
        async with running(connected(api, storage), Echo()):
            api.set_status(CHANNEL, POSTS, by=ANN)
            await confirmed(api)
            await api.wait_for(lambda: [e for e in api.truth if e["method"] == "sendmessage"])
    assert [] == [line for line in logs if line["log_level"] in ("warning", "error")]


@pytest.mark.usefixtures("channel")
async def test_a_channel_that_lets_the_bot_in_again_goes_on(
    api: FakeBotAPI, storage: Storage
) -> None:
    """Thrown out it rests; taken back it gets releases again, and nobody is asked."""
    await storage.subscribers.subscribe(THERE)
    async with running(connected(api, storage), Echo()):
        for status, expected in (("kicked", False), (POSTS, True), (SILENT, False), (POSTS, True)):
            api.set_status(CHANNEL, status, by=ANN)
            await confirmed(api)
            assert await active(storage) is expected
    assert [] == texts(api, ANN)


@pytest.mark.usefixtures("channel")
@pytest.mark.parametrize(
    "name", ["@newsviews", "@NewsViews", str(CHANNEL), "https://t.me/newsviews", "t.me/newsviews"]
)
async def test_an_admin_subscribes_a_channel_by_name(
    api: FakeBotAPI, storage: Storage, name: str
) -> None:
    """By its name, its id or its link; and out again the same way."""
    house = await built(storage, NOON)
    async with running(connected(api, storage), house.router.answer):
        api.user_sends(ANN, f"/subscribe {name}")
        assert (await read(api, ANN))[0].startswith("News & Views\n\nThis chat is subscribed.")
        assert await active(storage)
        api.user_sends(ANN, f"/unsubscribe {name}")
        assert "This chat is unsubscribed." in (await read(api, ANN, 2))[1]
    assert not await active(storage)
    assert await storage.subscribers.find(person(ANN)) is None


@pytest.mark.usefixtures("channel")
@pytest.mark.parametrize(
    ("who", "words", "expected"),
    [
        (BEN, "/subscribe @newsviews", "Only the admins of this chat can change that."),
        (BEN, "/unsubscribe @newsviews", "Only the admins of this chat can change that."),
        (ANN, "/subscribe @nowhere_at_all", "I cannot see this chat."),
        (ANN, "/subscribe -1009999999999", "I cannot see this chat."),
        (ANN, "/subscribe @х", "I cannot see this chat."),
        (ANN, "/subscribe https://t.me/+AbCdEf", "I cannot see this chat."),
    ],
)
async def test_a_refusal_says_why(
    api: FakeBotAPI, storage: Storage, who: int, words: str, expected: str
) -> None:
    """Who may not, or names nothing that is known, hears it kindly, and nothing changes."""
    await storage.subscribers.subscribe(THERE)
    house = await built(storage, NOON)
    async with running(connected(api, storage), house.router.answer):
        api.user_sends(who, words)
        assert (await read(api, who))[0].startswith(expected)
    assert await active(storage)
    assert {"telegram": 1} == await storage.subscribers.counts()


@pytest.mark.usefixtures("channel")
async def test_a_channel_where_the_bot_may_not_post_is_not_subscribed(
    api: FakeBotAPI, storage: Storage
) -> None:
    """The answer names the right that is missing."""
    api.add_chat(CHANNEL, "channel", username="newsviews", status=SILENT, members={ANN: "creator"})
    house = await built(storage, NOON)
    async with running(connected(api, storage), house.router.answer):
        api.user_sends(ANN, "/subscribe @newsviews")
        assert "with the right to post messages" in (await read(api, ANN))[0]
    assert not await active(storage)


@pytest.mark.usefixtures("channel")
async def test_commands_posted_in_the_channel_count(api: FakeBotAPI, storage: Storage) -> None:
    """Only admins can post there; what is not a command is a post like any other."""
    house = await built(storage, NOON)
    async with running(connected(api, storage), house.router.answer):
        api.user_sends(CHANNEL, "Good morning")
        api.user_sends(CHANNEL, "/subscribe")
        assert (await read(api, CHANNEL))[0].startswith("This chat is subscribed.")
        assert await active(storage)
        api.user_sends(CHANNEL, "/unsubscribe")
        await read(api, CHANNEL, 2)
    assert not await active(storage)


@pytest.mark.usefixtures("channel")
async def test_presses_in_a_channel_are_answered_to_the_presser(
    api: FakeBotAPI, storage: Storage
) -> None:
    """Nobody can make the bot post: a reader hears why not, an admin is answered in private."""
    house = await built(storage, NOON)
    async with running(connected(api, storage), house.router.answer):
        api.user_sends(CHANNEL, "/subscribe")
        await read(api, CHANNEL)
        number, data = button(api, CHANNEL, "Settings")
        query = api.press(CHANNEL, number, data, user_id=BEN)
        alert = await api.wait_for(lambda: api.bot.answers.get(query))
        assert alert is not None
        assert alert["text"] == "Only the admins of this chat can change that."

        api.press(CHANNEL, number, data, user_id=ANN)
        assert "News & Views\n\nThe settings of this chat" in (await read(api, ANN))[0]
        await pressed(api, ANN, "Русский", ANN, 1)
        await api.wait_for(lambda: "Настройки этого чата" in texts(api, ANN)[0])
        await confirmed(api)
    assert len(texts(api, CHANNEL)) == 1
    known = await storage.subscribers.find(THERE)
    assert known is not None
    assert known.language == "ru"


@pytest.mark.usefixtures("channel", "unpaced")
async def test_who_asks_for_other_chats_too_fast_is_looked_up_no_more(
    api: FakeBotAPI, storage: Storage
) -> None:
    """Ten look-ups at once, then one sentence in the language chosen, then silence."""
    await storage.subscribers.choose(person(BEN), language="ru")
    async with running(connected(api, storage), Echo()):
        for words in ("/subscribe @newsviews", f"/settings {CHANNEL}", "/start c1f") * 5:
            api.user_sends(BEN, words)
        api.user_sends(ANN, "/subscribe @newsviews")
        await read(api, ANN)
        heard = await read(api, BEN, 11)
        await confirmed(api)
    assert 10 + 1 == sum(entry["method"] == "getchat" for entry in api.truth)
    assert 11 == len(texts(api, BEN))
    assert 1 == sum(text.startswith("Минутку, пожалуйста") for text in heard)


@pytest.mark.usefixtures("channel")
async def test_a_channel_whose_admins_are_not_told_is_no_refusal(
    api: FakeBotAPI, storage: Storage
) -> None:
    """The admin hears that Telegram does not answer, in private and in an alert."""
    unanswered = "Telegram does not answer me at the moment. Please try again in a minute."
    telegram = connected(api, storage)
    async with running(telegram, Echo()):
        api.faults.add(method="getChatMember", status=500, times=2)
        api.user_sends(ANN, "/subscribe @newsviews")
        assert await read(api, ANN) == [unanswered]

        api.faults.add(method="getChatMember", status=500, times=-1)
        await telegram.send(THERE, said("News.", "settings"), key="7")
        number, data = button(api, CHANNEL, "Settings")
        query = api.press(CHANNEL, number, data, user_id=ANN)
        alert = await api.wait_for(lambda: api.bot.answers.get(query))
        assert alert is not None
        assert alert["text"] == unanswered
