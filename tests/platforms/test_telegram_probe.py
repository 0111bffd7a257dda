"""The probe: what a run that was killed sent is found, and nothing else is touched."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import structlog

from bot.chat import Gone, Later, Message, Sent, Unknown
from bot.platforms.telegram.platform import Telegram
from storage import Storage
from storage.model import Address, Attachment, RichText, Span, Style
from tests.fakes.botapi import FakeBotAPI
from tests.fakes.botapi_stage import png
from tests.platforms.echo import Echo, running, said
from tests.platforms.telegram_stage import ANN, BEN, api, connected, person, read, storage, unpaced

__all__ = ["api", "storage", "unpaced"]  # fixtures
pytestmark = pytest.mark.usefixtures("unpaced")

ADMIN, GROUP = 7001, -1001
THERE = person(ANN)
TITLE = RichText("😀 Title\n\nLead.", (Span(2, 7, Style.BOLD),))
PICTURE = Attachment(png(8, 8), "image/png", "a.png")


def news(picture: Attachment | None = None) -> Message:
    """A push: styles, and buttons of every kind."""
    return Message(TITLE, said("", "read 5", "settings").buttons, picture=picture)


@asynccontextmanager
async def run(
    api: FakeBotAPI, storage: Storage, echo: Echo | None = None, **more: object
) -> AsyncIterator[tuple[Telegram, str]]:
    """A run with the probe, and the bound of what earlier ones sent."""
    for number in (ADMIN, ANN, BEN):
        api.add_user(number, started=True)
    chosen: dict[str, Any] = {"admins": [ADMIN], "rate": 1000, "probe_seconds": 0.001}
    telegram = connected(api, storage, **chosen | more)
    recovery = asyncio.create_task(recover(telegram))
    async with running(telegram, echo or Echo()):
        yield telegram, await recovery


async def recover(telegram: Telegram) -> str:
    """What the courier does when it begins."""
    assert telegram.probe is not None
    bound = await telegram.probe.bound()
    telegram.probe.recovered()
    return bound


async def lost(
    api: FakeBotAPI, telegram: Telegram, message: Message, *, arrives: bool, to: int = ANN
) -> str:
    """Send something whose answer is lost, as in a kill; the mark taken before."""
    assert telegram.probe is not None
    mark = telegram.probe.mark(person(to))
    method = "sendMessage" if message.picture is None else "sendPhoto"
    api.faults.add(method=method, chat=to, reset=True, after=arrives)
    with pytest.raises(Unknown):
        await telegram.send(person(to), message, key="7.0")
    return mark


async def looked_for(
    telegram: Telegram, message: Message, mark: str, to: Address = THERE
) -> Sent | None:
    assert telegram.probe is not None
    return await telegram.probe.arrived(to, message, mark)


def edits(api: FakeBotAPI) -> list[str]:
    """What Telegram said to each edit."""
    return [e.get("description", "") for e in api.truth if e["method"].startswith("editmessage")]


def shown(api: FakeBotAPI, chat: int = ANN) -> list[Any]:
    return [message["json"] for message in api.messages(chat, from_bot=True)]


@pytest.mark.parametrize("picture", [None, PICTURE])
async def test_what_arrived_is_found_and_not_changed(
    api: FakeBotAPI, storage: Storage, picture: Attachment | None
) -> None:
    """Its id is the one it has, for edits and recalls; its reader sees no difference."""
    async with run(api, storage) as (telegram, _):
        mark = await lost(api, telegram, news(picture), arrives=True)
    (before,) = shown(api)
    async with run(api, storage) as (telegram, bound):
        found = await looked_for(telegram, news(picture), f"{mark}-{bound}")
    assert found == Sent(str(before["message_id"]))
    assert [before] == shown(api)


@pytest.mark.parametrize("picture", [None, PICTURE])
async def test_what_did_not_arrive_is_not_found(
    api: FakeBotAPI, storage: Storage, picture: Attachment | None
) -> None:
    """What others were sent meanwhile is not taken for it, and stays as it is."""
    async with run(api, storage) as (telegram, _):
        mark = await lost(api, telegram, news(picture), arrives=False)
        await telegram.send(person(BEN), news(picture), key="8.0")
    others = shown(api, BEN)
    async with run(api, storage) as (telegram, bound):
        assert await looked_for(telegram, news(picture), f"{mark}-{bound}") is None
    assert edits(api)
    assert (others, []) == (shown(api, BEN), shown(api))


async def test_a_text_whose_picture_was_not_taken_is_found(
    api: FakeBotAPI, storage: Storage
) -> None:
    """It may stand under its picture or alone."""
    refused = {"status": 400, "description": "Bad Request: IMAGE_PROCESS_FAILED"}
    async with run(api, storage) as (telegram, _):
        assert telegram.probe is not None
        mark = telegram.probe.mark(person(ANN))
        api.faults.add(method="sendPhoto", **refused)  # type: ignore[arg-type]
        with pytest.raises(Later):
            await telegram.send(person(ANN), news(PICTURE), key="7.0")
        sent = await telegram.send(person(ANN), news(PICTURE), key="7.0")
    async with run(api, storage) as (telegram, bound):
        assert sent == await looked_for(telegram, news(PICTURE), f"{mark}-{bound}")


async def test_answers_and_questions_in_between_are_left_alone(
    api: FakeBotAPI, storage: Storage
) -> None:
    """Before the mark, after the bound, in other chats, and the reader's own words."""
    async with run(api, storage, Echo({"thank you": None})) as (telegram, _):
        api.user_sends(ANN, "before")
        await read(api, ANN)
        await telegram._post.idle.wait()
        mark = await lost(api, telegram, news(), arrives=True)
        api.user_sends(ANN, "thank you")
        api.user_sends(BEN, "meanwhile")
        await read(api, BEN)
    echo = Echo()
    async with run(api, storage, echo) as (telegram, bound):
        api.user_sends(ANN, "after")
        await read(api, ANN, 3)
        before = shown(api)
        found = await looked_for(telegram, news(), f"{mark}-{bound}")
    assert found == Sent(str(before[1]["message_id"]))
    assert ["message can't be edited"] == [e[13:] for e in edits(api) if "can't" in e]
    assert before == shown(api)
    assert [None] * 3 == [message.get("edit_date") for message in before]


async def test_ids_that_are_settled_are_not_asked_again(api: FakeBotAPI, storage: Storage) -> None:
    """What was found for one is nobody else's."""
    async with run(api, storage) as (telegram, _):
        first = await lost(api, telegram, news(), arrives=True)
        second = await lost(api, telegram, news(), arrives=True, to=BEN)
    async with run(api, storage) as (telegram, bound):
        assert first == second
        assert await looked_for(telegram, news(), f"{second}-{bound}", person(BEN)) is not None
        asked = len(edits(api))
        assert await looked_for(telegram, news(), f"{first}-{bound}") is not None
    assert (1, 2) == (asked, len(edits(api)))


@pytest.mark.parametrize("mark", ["", "5", "x-9", "5-x", "-5", "9-9", "9-3", "1-1000", "5-9-12"])
async def test_a_look_that_leads_nowhere_is_not_begun(
    api: FakeBotAPI, storage: Storage, mark: str
) -> None:
    """A mark that is none, nothing in between, or too much: it is sent again."""
    async with run(api, storage) as (telegram, _):
        assert await looked_for(telegram, news(), mark) is None
    assert [] == edits(api)


async def test_trouble_on_the_way_is_waited_out(
    api: FakeBotAPI, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pauses, restarts and lost answers: an edit that changes nothing may be repeated."""
    monkeypatch.setattr("bot.platforms.telegram.probe.pause_after", lambda _: 0.01)
    async with run(api, storage) as (telegram, _):
        mark = await lost(api, telegram, news(), arrives=True)
    troubles: list[dict[str, Any]] = [
        {"status": 500, "description": "Internal Server Error: restart"},
        {"reset": True},
        {"reset": True, "after": True},
        {"retry_after": 1},
    ]
    async with run(api, storage) as (telegram, bound):
        for trouble in troubles:
            api.faults.add(method="editMessageText", **trouble)
        assert await looked_for(telegram, news(), f"{mark}-{bound}") is not None
        gone = "Forbidden: bot was blocked by the user"
        api.faults.add(method="editMessageText", status=403, description=gone)
        with pytest.raises(Gone):
            await looked_for(telegram, said("Other"), f"{int(bound) - 1}-{int(bound) + 1}")


async def test_a_message_that_was_taken_for_another_is_said(
    api: FakeBotAPI, storage: Storage
) -> None:
    """It must not happen; where it does, the log has it, without whose or what it was."""
    async with run(api, storage) as (telegram, bound):
        await telegram.send(person(ANN), said("unrepeatable"), key="7.0")
        end = int((await telegram.send(person(BEN), said("News"), key="8.0")).id)
        with structlog.testing.capture_logs() as logs:
            assert await looked_for(telegram, news(), f"{bound}-{end}") is None
    assert ["A message was changed that was taken for another."] == [x["event"] for x in logs]
    assert "unrepeatable" not in repr(logs)
