"""What of all that Telegram tells becomes a request, and what is passed over."""

from __future__ import annotations

import pytest
import structlog

from storage import Storage
from tests.fakes.botapi import FakeBotAPI
from tests.platforms.echo import Echo, running, said
from tests.platforms.telegram_stage import ANN, api, confirmed, connected, person, read, storage

__all__ = ["api", "storage"]  # fixtures


@pytest.mark.parametrize("data", ["2:latest", "latest", "1:", "1:a\nb", "1:" + "я" * 500])
async def test_a_button_that_is_not_ours_asks_nothing(
    api: FakeBotAPI, storage: Storage, data: str
) -> None:
    """Forged, foreign or outdated data reaches the router as a press of nothing."""
    echo = Echo({"": said("This button is too old.")})
    async with running(connected(api, storage), echo):
        api.user_sends(ANN, "hello")
        await read(api, ANN)
        api.bot.press(api.bot.chats.user(ANN), api.messages(ANN)[-1]["json"], data)

        assert (await read(api, ANN, 2))[-1] == "This button is too old."
    assert (echo.asked[-1].words, echo.asked[-1].pressed) == ("", True)


async def test_a_picture_asks_for_help(api: FakeBotAPI, storage: Storage) -> None:
    """What we cannot read gets the answer of /help, not silence."""
    async with running(connected(api, storage), Echo()):
        api.user_sends(ANN, "hello")
        await read(api, ANN)
        photo = {"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}
        api.raw_update({"message": private_message() | {"photo": [photo]}})

        assert (await read(api, ANN, 2))[-1] == "You said: /help."


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"caption": "/broadcast Look at this"}, "/broadcast Look at this"),
        ({"caption": "A caption"}, "/help"),
        ({"caption": "a /broadcast in it"}, "/help"),
        ({}, "/help"),
        (
            {
                "caption": "/broadcast x",
                "forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "x"},
            },
            "/help",
        ),
    ],
)
async def test_what_came_with_a_picture_is_told_from_words(
    api: FakeBotAPI, storage: Storage, more: dict[str, object], words: str
) -> None:
    """A command that waits for words can say so; only a command of one's own counts as one."""
    echo = Echo()
    api.add_user(ANN, started=True)
    photo = {"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}
    async with running(connected(api, storage), echo):
        api.raw_update({"message": private_message() | {"photo": [photo]} | more})
        api.user_sends(ANN, "words")
        await read(api, ANN, 2)
    assert [(words, True), ("words", False)] == [(r.words, r.wordless) for r in echo.asked]


async def test_what_asks_nothing_is_passed_over(api: FakeBotAPI, storage: Storage) -> None:
    """Edits, groups, channels, service messages and bots reach no router, and are confirmed."""
    echo = Echo()
    group = {"id": -100500, "type": "supergroup", "title": "G"}
    bot = {"id": 77, "is_bot": True, "first_name": "Other"}
    async with running(connected(api, storage), echo):
        for more in (
            {"edited_message": private_message() | {"text": "x", "edit_date": 1}},
            {"channel_post": {"message_id": 5, "date": 1, "chat": group, "text": "x"}},
            {"message": private_message() | {"text": "x", "chat": group}},
            {"message": private_message() | {"text": "x", "from": bot}},
            {"message": private_message() | {"delete_chat_photo": True}},
        ):
            api.raw_update(more)
        api.user_sends(ANN, "last")
        await read(api, ANN)
        await confirmed(api)
    assert [request.words for request in echo.asked] == ["last"]


def private_message() -> dict[str, object]:
    """A message of Ann's without content."""
    ann = {"id": ANN, "is_bot": False, "first_name": "Ann"}
    return {
        "message_id": 990, "date": 1, "chat": {"id": ANN, "type": "private"}, "from": ann
    }  # fmt: skip


async def test_an_update_that_cannot_be_parsed_is_skipped(
    api: FakeBotAPI, storage: Storage
) -> None:
    """One broken update is logged by number and kind only, and the others go on."""
    async with running(connected(api, storage), Echo()):
        with structlog.testing.capture_logs() as logs:
            number = api.raw_update({"message": {"message_id": "secret words", "chat": 7}})
            api.raw_update({"never_heard_of": {"x": 1}})
            api.user_sends(ANN, "hello")
            await read(api, ANN)
            await confirmed(api)
    (line,) = [entry for entry in logs if "cannot be read" in entry["event"]]
    assert (line["update"], line["kind"]) == (number, "message")
    assert "secret" not in repr(logs)


async def test_blocking_rests_a_subscription_and_unblocking_wakes_it(
    api: FakeBotAPI, storage: Storage
) -> None:
    """Who blocks the bot gets nothing more; who lets it in again is subscribed as before."""
    await storage.subscribers.subscribe(person(ANN))
    async with running(connected(api, storage), Echo()):
        api.add_user(ANN, started=True)
        api.block(ANN)
        await confirmed(api)
        blocked = await storage.subscribers.find(person(ANN))
        api.unblock(ANN)
        await confirmed(api)
        back = await storage.subscribers.find(person(ANN))
    assert blocked is not None
    assert back is not None
    assert (blocked.active, back.active) == (False, True)
