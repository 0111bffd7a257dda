"""Updates that Telegram brings, through a real port: again and again until they are taken."""

from __future__ import annotations

import asyncio

import pytest

from bot.chat import Campaign, Message, Request, Stop
from bot.platforms.telegram import webhook
from bot.platforms.telegram.webhook import secret
from bot.router import Router
from storage import DatabaseError, Storage
from tests.platforms.echo import Echo, running, said
from tests.platforms.telegram_stage import (
    ANN,
    BEN,
    NOON,
    confirmed,
    connected,
    person,
    read,
    storage,
    texts,
)
from tests.platforms.webhook_stage import Gate, Lossy, Stage, stage

__all__ = ["stage", "storage"]  # fixtures


async def test_what_people_write_is_brought_and_answered(stage: Stage, storage: Storage) -> None:
    """Telegram learns the address and a secret, posts, and nobody asks for updates."""
    echo = Echo()
    async with running(stage.telegram(storage), echo):
        stage.api.user_sends(ANN, "/latest")
        stage.api.user_sends(BEN, "/help")

        assert ["You said: /latest."] == await read(stage.api, ANN)
        assert ["You said: /help."] == await read(stage.api, BEN)
        await confirmed(stage.api)
    hook = stage.api.bot.deliveries.hook
    assert hook is not None, "it stays set: updates wait at Telegram"
    assert (hook.url, hook.secret) == (stage.url, secret(stage.api.token))
    assert stage.api.token.partition(":")[2] not in hook.secret
    assert {"message", "callback_query", "inline_query"} <= (stage.api.bot.updates.allowed or set())
    assert stage.calls("getupdates") == 0


async def test_an_update_is_taken_once_its_effect_is_committed(
    stage: Stage, storage: Storage
) -> None:
    """While the router is at work Telegram has no answer; then it has."""
    gate = Gate()
    async with running(stage.telegram(storage), gate):
        stage.api.user_sends(ANN, "/subscribe")
        await gate.asked.wait()
        assert len(stage.api.bot.updates.pending()) == 1
        gate.open.set()
        await confirmed(stage.api)

    assert ["Done."] == texts(stage.api, ANN)


async def test_an_update_that_comes_twice_in_hand_is_handled_once(
    stage: Stage, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not done in time, it is asked for again, and again, without being begun again."""
    monkeypatch.setattr(webhook, "HOLD_SECONDS", 0.02)
    gate = Gate()
    async with running(stage.telegram(storage), gate):
        stage.api.user_sends(ANN, "/subscribe")
        await stage.api.wait_for(lambda: stage.api.bot.deliveries.last_error)
        assert "503" in stage.api.bot.deliveries.last_error[1]
        body = b'{"update_id": %d}' % stage.api.bot.updates.pending()[0]
        assert await stage.post(body, secret(stage.api.token)) == 503
        gate.open.set()
        await confirmed(stage.api)
        await read(stage.api, ANN)

    assert ["/subscribe"] == gate.began
    assert ["Done."] == texts(stage.api, ANN)


async def test_an_update_waits_for_the_database(stage: Stage, storage: Storage) -> None:
    """What cannot be committed yet is not confirmed; then it is done, and answered once."""
    tries: list[str] = []

    async def answer(request: Request) -> Message:
        tries.append(request.words)
        if len(tries) < 3:
            raise DatabaseError("It is locked.")
        return said("Done.")

    async with running(stage.telegram(storage), answer):
        stage.api.user_sends(ANN, "/subscribe")
        await confirmed(stage.api)
        assert ["Done."] == await read(stage.api, ANN)


async def test_an_answer_that_telegram_never_got_does_no_harm(
    stage: Stage, storage: Storage
) -> None:
    """Committed, but the 200 was lost: the update comes again, and changes nothing."""
    router = Router(storage, Campaign("Test", {}), lambda: NOON)
    proxy = Lossy(stage.url)
    await proxy.start()
    async with running(stage.telegram(storage, f"{proxy.url}/telegram"), router.answer):
        stage.api.user_sends(ANN, "/subscribe")
        await confirmed(stage.api)
    await proxy.stop()

    subscriber = await storage.subscribers.find(person(ANN))
    assert [200, 200] == [status for _, status in proxy.passed]
    assert subscriber is not None
    assert subscriber.active


async def test_a_run_that_ends_in_the_middle_is_asked_again(stage: Stage, storage: Storage) -> None:
    """Stopped before an effect is committed, Herald is brought the update when it is back."""
    gate, echo = Gate(), Echo()
    async with running(stage.telegram(storage), gate) as task:
        stage.api.user_sends(ANN, "/subscribe")
        await gate.asked.wait()
        task.cancel()
        body = b'{"update_id": 1}'
        await asyncio.sleep(0)
        assert await stage.post(body, secret(stage.api.token)) == 503, "it takes no more"
    assert len(stage.api.bot.updates.pending()) == 1
    async with running(stage.telegram(storage), echo):
        await confirmed(stage.api)
        assert ["You said: /subscribe."] == await read(stage.api, ANN)


@pytest.mark.parametrize("shown", ["", "guess", "gu\u00eass", "a" * 64])
async def test_nobody_else_can_bring_an_update(stage: Stage, storage: Storage, shown: str) -> None:
    """Without the secret it is refused, whatever it is."""
    echo = Echo()
    async with running(stage.telegram(storage), echo):
        assert await stage.post(b"{", shown) == 401
        assert await stage.post(b'{"update_id": 1, "message": {}}', shown) == 401
    assert [] == echo.asked


async def test_what_a_stranger_brings_is_not_waited_for(stage: Stage, storage: Storage) -> None:
    """Without the secret it is refused before the body is there: nothing is kept of it."""
    head = "POST /telegram HTTP/1.1\r\nHost: x\r\nContent-Length: 999000\r\n\r\n"
    async with running(stage.telegram(storage), Echo()), asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", stage.server.port)
        writer.write(head.encode())
        assert b"HTTP/1.1 401 Unauthorized\r\n" == await reader.readline()
        writer.close()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\x00", 400),
        (b"[" * 100_000, 400),
        (b"[]", 400),
        (b'{"update_id": "1"}', 400),
        (b'{"update_id": 1}', 200),
        (b'{"update_id": 2, "telepathy": {"from": 7}}', 200),
        (b'{"update_id": 3, "message": {"chat": 7}}', 200),
        (b'{"update_id": 4, "inline_query": 7}', 200),
        (b'{"update_id": 5, "inline_query": {"id": 1, "from": []}}', 200),
        (
            b'{"update_id": 6, "inline_query": {"id": "1", "query": 7, "offset": [],'
            b' "from": {"id": 1, "is_bot": false, "first_name": "A"}}}',
            200,
        ),
    ],
)
async def test_odd_bodies_are_refused_or_skipped(
    stage: Stage, storage: Storage, body: bytes, status: int
) -> None:
    """What is no update is 400; what is an odd one is taken, or it would come for ever."""
    async with running(stage.telegram(storage), Echo()):
        assert await stage.post(body, secret(stage.api.token)) == status


async def test_switching_to_and_fro_loses_nothing(stage: Stage, storage: Storage) -> None:
    """Without the setting the webhook goes, with it it comes back, and what waits is kept."""
    echo = Echo()
    async with running(stage.telegram(storage), echo):
        pass
    stage.api.bot.deliveries.hook = None  # Herald is down: nothing can be brought
    stage.api.user_sends(ANN, "/one")
    async with running(connected(stage.api, storage), echo):
        await read(stage.api, ANN, 1)
        await confirmed(stage.api)
        assert stage.api.bot.deliveries.hook is None
    stage.api.user_sends(ANN, "/two")
    async with running(stage.telegram(storage), echo):
        polls = stage.calls("getupdates")
        assert ["You said: /one.", "You said: /two."] == await read(stage.api, ANN, 2)
    assert stage.calls("getupdates") == polls


async def test_trouble_with_setting_it_is_tried_again(stage: Stage, storage: Storage) -> None:
    """A server in trouble, a pause asked for: Herald is ready once the webhook is set."""
    stage.api.faults.add(method="setWebhook", status=500, description="Internal Server Error")
    async with running(stage.telegram(storage), Echo()):
        assert stage.api.bot.deliveries.hook is not None
    assert stage.calls("setwebhook") == 2


async def test_a_token_refused_ends_the_run(stage: Stage, storage: Storage) -> None:
    """At the start, and a minute after it was refused later."""
    stage.api.revoked = True
    with pytest.raises(Stop):
        await stage.telegram(storage).run(Echo(), lambda: None)


async def test_a_webhook_that_another_program_removed_is_set_again(
    stage: Stage, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Herald looks after it; a token refused meanwhile ends the run."""
    monkeypatch.setattr(webhook, "WATCH_SECONDS", 0.01)
    async with running(stage.telegram(storage), Echo()) as task:
        await stage.api.bot.deliveries.end()
        await stage.api.wait_for(lambda: stage.api.bot.deliveries.hook)
        stage.api.user_sends(ANN, "/latest")
        await read(stage.api, ANN)
        stage.api.revoked = True
        with pytest.raises(Stop):
            await asyncio.wait_for(task, 5)
