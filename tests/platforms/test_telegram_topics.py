"""Forum topics: each is a subscriber of its own, is answered in itself, is closed and reopened."""

from __future__ import annotations

import pytest
from telegram.error import BadRequest

from bot.chat import NoRights
from bot.platforms.telegram.errors import classified
from storage import Storage
from storage.model import Address
from tests.commands.house import built
from tests.fakes.botapi import FakeBotAPI
from tests.platforms.echo import Echo, running, said
from tests.platforms.telegram_stage import ANN, NOON, api, confirmed, connected, read, storage

__all__ = ["api", "storage"]  # fixtures

FORUM, NEWS, TALK = -1002, 5, 9


def topic(thread: int | str = "") -> Address:
    return Address("telegram", str(FORUM), str(thread))


async def resting(storage: Storage) -> dict[str, bool]:
    """Of each topic of the forum whether it is subscribed now."""
    found = {str(name): await storage.subscribers.find(topic(name)) for name in ("", NEWS, TALK)}
    return {name: known.active for name, known in found.items() if known is not None}


@pytest.fixture
def forum(api: FakeBotAPI) -> None:
    api.add_chat(FORUM, topics=[NEWS, TALK], members={ANN: "creator"})


@pytest.mark.usefixtures("forum")
async def test_a_topic_is_answered_in_itself(api: FakeBotAPI, storage: Storage) -> None:
    """The request is the topic's, and so are the answer, the press and what it brings."""
    echo = Echo({"/latest": said("Five.", "more"), "more": said("Six.", replaces=True)})
    async with running(connected(api, storage), echo):
        api.user_sends(FORUM, "/latest", user_id=ANN, thread=NEWS)
        await read(api, FORUM)
        shown = api.messages(FORUM, from_bot=True)[-1]
        api.press(FORUM, shown["id"], "More", user_id=ANN)
        await api.wait_for(lambda: "Six." in str(api.messages(FORUM, from_bot=True)))
        api.user_sends(FORUM, "/help", user_id=ANN)
        await read(api, FORUM, 2)
    threads = [message["thread"] for message in api.messages(FORUM, from_bot=True)]
    assert [NEWS, None] == threads
    assert [topic(NEWS), topic(NEWS), topic()] == [request.address for request in echo.asked]


@pytest.mark.usefixtures("forum")
async def test_a_topic_subscribes_for_itself(api: FakeBotAPI, storage: Storage) -> None:
    """One topic gets releases, the others and the General one do not."""
    house = await built(storage, NOON)
    async with running(connected(api, storage), house.router.answer):
        api.user_sends(FORUM, "/subscribe", user_id=ANN, thread=NEWS)
        await read(api, FORUM)
    assert {str(NEWS): True} == await resting(storage)


@pytest.mark.usefixtures("forum")
async def test_a_closed_topic_rests_alone_and_comes_back_alone(
    api: FakeBotAPI, storage: Storage
) -> None:
    """Closing one topic leaves the others; opening it brings back only it."""
    for thread in ("", NEWS, TALK):
        await storage.subscribers.subscribe(topic(thread))
    async with running(connected(api, storage), Echo()):
        api.close_topic(FORUM, NEWS)
        api.close_topic(FORUM, TALK)
        await confirmed(api)
        assert {"": True, str(NEWS): False, str(TALK): False} == await resting(storage)
        api.reopen_topic(FORUM, NEWS)
        await confirmed(api)
        assert {"": True, str(NEWS): True, str(TALK): False} == await resting(storage)


@pytest.mark.usefixtures("forum")
async def test_the_general_topic_closed_or_hidden_rests(api: FakeBotAPI, storage: Storage) -> None:
    """It stands in no thread; its row is the one without."""
    for thread in ("", NEWS):
        await storage.subscribers.subscribe(topic(thread))
    async with running(connected(api, storage), Echo()):
        api.close_topic(FORUM, 1)
        await confirmed(api)
        assert {"": False, str(NEWS): True} == await resting(storage)
        api.reopen_topic(FORUM, 1)
        await confirmed(api)
        assert {"": True, str(NEWS): True} == await resting(storage)
        api.hide_general(FORUM)
        await confirmed(api)
        assert {"": False, str(NEWS): True} == await resting(storage)


@pytest.mark.usefixtures("forum")
async def test_a_forum_that_throws_the_bot_out_rests_as_a_whole(
    api: FakeBotAPI, storage: Storage
) -> None:
    """All topics rest, and all come back."""
    for thread in ("", NEWS):
        await storage.subscribers.subscribe(topic(thread))
    async with running(connected(api, storage), Echo()):
        api.set_status(FORUM, "kicked")
        await confirmed(api)
        assert {"": False, str(NEWS): False} == await resting(storage)
        api.set_status(FORUM, "member")
        await confirmed(api)
        assert {"": True, str(NEWS): True} == await resting(storage)


@pytest.mark.parametrize(
    "words", ["TOPIC_CLOSED", "TOPIC_DELETED", "Bad Request: message thread not found"]
)
def test_a_topic_that_cannot_be_written_to_is_a_matter_of_rights(words: str) -> None:
    """The chat is there: nobody is gone, and after three such days the topic alone rests."""
    assert type(classified(BadRequest(words), topic(NEWS))) is NoRights
