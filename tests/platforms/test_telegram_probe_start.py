"""How a run with the probe begins: where the earlier ones ended, and nobody answered before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import structlog

from bot.chat import Stop
from bot.platforms.telegram.platform import Telegram
from storage import Storage
from tests.fakes.botapi import FakeBotAPI
from tests.platforms.echo import Echo, running, said
from tests.platforms.telegram_stage import (
    ANN,
    BEN,
    api,
    confirmed,
    connected,
    person,
    read,
    storage,
    texts,
    unpaced,
)
from tests.platforms.test_telegram_probe import edits, looked_for, recover

__all__ = ["api", "storage", "unpaced"]  # fixtures
pytestmark = pytest.mark.usefixtures("unpaced")

ADMIN, OTHER = 7001, 7002
OFF = "No admin can be reached: what was left in doubt is not looked for."


def probing(api: FakeBotAPI, storage: Storage, **more: object) -> Telegram:
    chosen: dict[str, Any] = {"admins": [ADMIN, OTHER], "rate": 1000, "probe_seconds": 0.001}
    return connected(api, storage, **chosen | more)


@asynccontextmanager
async def recovered(telegram: Telegram, echo: Echo | None = None) -> AsyncIterator[str]:
    """A run, recovered; gives its bound."""
    recovery = asyncio.create_task(recover(telegram))
    async with running(telegram, echo or Echo()):
        yield await recovery


def sends(api: FakeBotAPI) -> list[tuple[str, int]]:
    """Every message that was accepted, deleted or not: to whom, and its id."""
    return [(e["chat"], e["message_id"]) for e in api.truth
            if e["method"] == "sendmessage" and e["effect"] == "accepted"]  # fmt: skip


async def test_the_first_admin_who_can_be_reached_tells_where_we_are(
    api: FakeBotAPI, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a message without a sound, which is gone before anything is answered."""
    api.add_user(OTHER, started=True)
    telegram = probing(api, storage)
    asked: list[bytes] = []
    form = telegram._requests.form

    async def heard(url: str, fields: bytes) -> Any:
        asked.append(fields)
        return await form(url, fields)

    monkeypatch.setattr(telegram._requests, "form", heard)
    async with recovered(telegram) as bound:
        assert [(str(OTHER), int(bound))] == sends(api)
        assert [] == api.messages(OTHER)
        assert all(b"disable_notification=true" in fields for fields in asked[:2])
        assert telegram.probe is not None
        assert telegram.probe.mark(person(ANN)) == bound


async def test_without_an_admin_who_can_be_reached_it_is_off(
    api: FakeBotAPI, storage: Storage
) -> None:
    """One line says so; everything else goes its way."""
    telegram = probing(api, storage)
    with structlog.testing.capture_logs() as logs:
        async with recovered(telegram) as bound:
            api.user_sends(ANN, "hello")
            await read(api, ANN)
            assert telegram.probe is not None
            assert (bound, telegram.probe.mark(person(ANN))) == ("", "")
    assert [OFF] == [line["event"] for line in logs if line["log_level"] == "warning"]


@pytest.mark.parametrize(
    ("chosen", "said_so"),
    [({"probe_seconds": 0}, False), ({"admins": []}, True)],
    ids=["switched off", "no admin"],
)
async def test_without_a_probe_nothing_is_held_up(
    api: FakeBotAPI, storage: Storage, chosen: dict[str, Any], said_so: bool
) -> None:
    """No message to an admin, and no waiting at the start."""
    telegram = probing(api, storage, **chosen)
    api.add_user(ADMIN, started=True)
    with structlog.testing.capture_logs() as logs:
        async with running(telegram, Echo()):
            assert telegram.probe is None
            api.user_sends(ANN, "hello")
            await read(api, ANN)
    assert [] == texts(api, ADMIN)
    assert said_so == any(line["log_level"] == "warning" for line in logs)


async def test_nothing_is_answered_before_what_was_left_open_is_kept(
    api: FakeBotAPI, storage: Storage
) -> None:
    """An answer of now must not lie in the stretch that a later run looks at."""
    api.add_user(ADMIN, started=True)
    api.user_sends(ANN, "hello")
    telegram = probing(api, storage)
    assert telegram.probe is not None
    ready: list[bool] = []
    task = asyncio.create_task(telegram.run(Echo(), lambda: ready.append(True)))
    try:
        bound = await telegram.probe.bound()
        assert bound == await telegram.probe.bound()  # until it is kept, one message will do
        assert ([], []) == (ready, texts(api, ANN))
        assert "getupdates" not in [entry["method"] for entry in api.truth]
        telegram.probe.recovered()
        await read(api, ANN)
        assert ready
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert int(bound) < api.messages(ANN, from_bot=True)[0]["id"]


async def test_a_courier_that_begins_again_finds_a_new_bound(
    api: FakeBotAPI, storage: Storage
) -> None:
    """What the courier itself sent before it died lies below it."""
    api.add_user(ADMIN, started=True)
    api.add_user(ANN, started=True)
    telegram = probing(api, storage)
    async with recovered(telegram) as first:
        sent = await telegram.send(person(ANN), said("News"), key="7.0")
        second = await recover(telegram)
    assert int(first) < int(sent.id) < int(second)


async def test_trouble_at_the_start_is_waited_out(
    api: FakeBotAPI, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that restarts, and a lost answer, are no admin out of reach."""
    monkeypatch.setattr("bot.platforms.telegram.probe.pause_after", lambda _: 0.01)
    api.add_user(ADMIN, started=True)
    api.faults.add(method="sendMessage", status=500, description="restart", times=2)
    api.faults.add(method="sendMessage", nth=3, reset=True)
    async with recovered(probing(api, storage)) as bound:
        assert [(str(ADMIN), int(bound))] == sends(api)


async def test_a_refused_token_ends_the_search(api: FakeBotAPI, storage: Storage) -> None:
    """Marks that are kept must not be given up for it: the courier stops, too."""
    api.add_user(ADMIN, started=True)
    telegram = probing(api, storage)
    assert telegram.probe is not None
    unauthorized = '{"ok":false,"error_code":401,"description":"Unauthorized"}'
    api.faults.add(method="sendMessage", status=401, body=unauthorized)
    task = asyncio.create_task(telegram.run(Echo(), lambda: None))
    try:
        with pytest.raises(Stop):
            await telegram.probe.bound()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_look_waits_until_all_has_landed(api: FakeBotAPI, storage: Storage) -> None:
    """No sooner than so many seconds after the start; others are answered meanwhile."""
    api.add_user(ADMIN, started=True)
    api.add_user(ANN, started=True)
    async with recovered(probing(api, storage)) as before:
        api.user_sends(ANN, "hello")
        await read(api, ANN)
    telegram = probing(api, storage, probe_seconds=0.5)
    async with recovered(telegram) as bound:
        look = asyncio.create_task(looked_for(telegram, said("News"), f"{before}-{bound}"))
        api.user_sends(BEN, "hello")
        await read(api, BEN)
        assert [] == edits(api)
        assert await look is None
        await confirmed(api)
    (greeted,) = [e["at"] for e in api.truth if e.get("message_id") == int(bound)
                  and e["method"] == "sendmessage"]  # fmt: skip
    looked = [e["at"] for e in api.truth if e["method"] == "editmessagetext"]
    assert looked[0] - greeted >= 0.5
