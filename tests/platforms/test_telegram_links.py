"""Links that lead back to the bot: what is shared, and what a start link opens."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from bot.chat import Button, Message
from bot.platforms.telegram.drawing import drawn
from storage import Storage
from storage.model import RichText
from tests.commands.house import built
from tests.fakes.botapi import FakeBotAPI
from tests.platforms import telegram_stage
from tests.platforms.echo import Echo, running
from tests.platforms.telegram_stage import ANN, NOON, api, connected, person, storage

__all__ = ["api", "storage"]  # fixtures

GROUP = -1001


async def test_a_release_is_shared_as_a_link_to_the_bot(api: FakeBotAPI, storage: Storage) -> None:
    """The button opens Telegram's own choice of chats, with a deep link and the title."""
    message = Message(RichText("Sanctions & Visas?\n1 May 2024"), ((Button("Share", share=12),),))
    api.add_user(ANN, started=True)
    telegram = connected(api, storage)
    async with running(telegram, Echo()):
        await telegram.send(person(ANN), message, key="1")
    (button,) = api.messages(ANN)[-1]["buttons"]
    link = urlsplit(button["url"])
    assert (link.netloc, link.path) == ("t.me", "/share/url")
    assert parse_qs(link.query) == {
        "url": ["https://t.me/herald_test_bot?start=r12"],
        "text": ["Sanctions & Visas?"],
    }
    assert drawn(message).keyboard is None, "while the bot's name is unknown there is no link"


async def test_deep_links_lead_where_they_say(api: FakeBotAPI, storage: Storage) -> None:
    """To one release, to subscribing, in a group too; anything else is a welcome."""
    house = await built(storage, NOON)
    api.add_chat(GROUP, members={ANN: "creator"})
    async with running(connected(api, storage), house.router.answer):
        api.user_sends(ANN, "/start r5")
        assert (await telegram_stage.read(api, ANN))[-1].startswith("Statement on the 5th")
        api.user_sends(ANN, "/start subscribe")
        assert (await telegram_stage.read(api, ANN, 2))[-1].startswith("You are subscribed.")
        api.user_sends(ANN, "/start r99999999999999999999x_-")
        assert "Welcome!" in (await telegram_stage.read(api, ANN, 3))[-1]
        api.user_sends(GROUP, "/start@herald_test_bot subscribe", user_id=ANN)
        assert (await telegram_stage.read(api, GROUP))[-1].startswith("This chat is subscribed.")
        api.user_sends(GROUP, "/start@herald_test_bot", user_id=ANN)
        assert (
            "Once an admin has subscribed this chat"
            in ((await telegram_stage.read(api, GROUP, 2))[-1])
        )
