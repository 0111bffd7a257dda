"""What is pushed: drawn once for all who are sent the same, and paid for where that is wanted."""

from __future__ import annotations

import pytest
from aiohttp import web

from bot.chat import Message
from bot.platforms.telegram import drawing, forms
from storage import Storage
from storage.model import Attachment, RichText
from tests.fakes.botapi import FakeBotAPI
from tests.fakes.botapi_stage import png
from tests.platforms.echo import Echo, running, said
from tests.platforms.telegram_stage import ANN, api, connected, person, storage, texts
from tests.platforms.test_telegram_requests import served

__all__ = ["api", "storage"]  # fixtures

PUSH, ANSWER = "7.0", ""


async def test_only_what_is_pushed_is_paid_for(storage: Storage) -> None:
    """A delivery says so, with a picture or without; answers and edits never cost anything."""
    seen = await asked_for(storage, paid=True)
    assert [("sendMessage", "true"), ("sendMessage", None), ("sendPhoto", "true"),
            ("sendPhoto", None), ("editMessageText", None)] == seen  # fmt: skip
    assert {None} == {paid for _, paid in await asked_for(storage, paid=False)}


async def asked_for(storage: Storage, *, paid: bool) -> list[tuple[str, str | None]]:
    """The methods of some sends and an edit, and what they say of paying."""
    seen: list[tuple[str, str | None]] = []

    async def take(request: web.Request) -> web.Response:
        form = await request.post()
        told = form.get("allow_paid_broadcast")
        seen.append((request.path.rpartition("/")[2], None if told is None else str(told)))
        message = {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}}
        return web.json_response({"ok": True, "result": message})

    picture = Attachment(png(8, 8), "image/png", "a.png")
    async with served(take) as url, FakeBotAPI() as fake:
        telegram = connected(fake, storage, api_url=url, paid=paid)
        for message in (said("News"), Message(RichText("News"), picture=picture)):
            for key in (PUSH, ANSWER):
                sent = await telegram.send(person(ANN), message, key=key)
        await telegram.edit(person(ANN), sent, said("News"))
        await telegram._requests.shutdown()
    return seen


async def test_what_many_are_sent_is_drawn_once(
    api: FakeBotAPI, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The courier hands the same Message to everybody; an equal one of before is not kept."""
    drawn: list[str] = []

    def draw(message: Message, username: str) -> drawing.Drawn:
        drawn.append(message.text.text)
        return drawing.drawn(message, username)

    monkeypatch.setattr(forms, "drawn", draw)
    telegram = connected(api, storage)
    people = range(2001, 2006)
    async with running(telegram, Echo()):
        for number in people:
            api.add_user(number, started=True)
        one, other = said("One"), said("Other")
        for number in people:
            await telegram.send(person(number), one, key=PUSH)
            await telegram.send(person(number), other, key=PUSH)
            await telegram.send(person(number), said("Answer"), key=ANSWER)
    assert ["Answer"] * 5 + ["One", "Other"] == sorted(drawn)
    assert all(texts(api, number) == ["One", "Other", "Answer"] for number in people)


async def test_a_message_is_never_taken_for_another(api: FakeBotAPI, storage: Storage) -> None:
    """Ids of objects are used again: whoever was sent something read just that."""
    telegram = connected(api, storage)
    api.add_user(ANN, started=True)
    async with running(telegram, Echo()):
        for number in range(3 * forms.KEPT):
            await telegram.send(person(ANN), said(f"News no. {number}"), key=PUSH)
    assert [f"News no. {number}" for number in range(3 * forms.KEPT)] == texts(api, ANN)
