"""The web chat in trouble: a database that fails, a port that is taken, somebody who leaves."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot.chat import Later, Message, Request, Sent
from bot.logs import _LIBRARIES
from bot.platforms.web import Options
from storage import DatabaseError, Storage
from storage.mailboxes import Mailboxes
from storage.model import RichText
from tests.platforms.web_stage import Stage, at_work, news, opened


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path) as made:
        yield made


async def test_a_mailbox_that_cannot_be_written_is_tried_later(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The courier keeps what could not be put in, and sends it when it can be."""

    async def broken(*_: Any) -> None:
        raise DatabaseError("The disk is full.")

    browser = await stage.visitor()
    address = stage.address(browser)
    number = await stage.push(browser, news("One"))
    with monkeypatch.context() as trouble:
        for name in ("put", "alter", "take_back"):
            trouble.setattr(Mailboxes, name, broken)
        with pytest.raises(Later) as put:
            await stage.push(browser, news("Two"))
        with pytest.raises(Later):
            await stage.web.edit(address, Sent(number), news("x"))
        with pytest.raises(Later):
            await stage.web.delete(address, Sent(number))

    assert "platform" == put.value.scope
    assert await stage.push(browser, news("Two"))


async def test_a_fault_of_ours_is_told_to_the_sender_and_the_next_goes_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever breaks in one transaction, nobody waits for ever, and later ones are kept."""

    async def broken(*_: Any) -> None:
        raise ZeroDivisionError

    browser = await stage.visitor()
    with monkeypatch.context() as trouble:
        trouble.setattr(Mailboxes, "put", broken)
        with pytest.raises(ZeroDivisionError):
            await stage.push(browser, news("One"))

    assert await stage.push(browser, news("Two"))


async def test_who_stops_waiting_does_not_stop_the_letter(stage: Stage) -> None:
    """A send that is given up arrives or not, but never holds up the ones behind it."""
    browser = await stage.visitor()
    page = await browser.open()
    given_up = asyncio.create_task(stage.push(browser, news("One"), key="1.0"))
    await asyncio.sleep(0)
    given_up.cancel()
    await stage.push(browser, news("Two"))
    await page.until(lambda: "Two" in page.texts)

    assert set(page.texts) <= {"One", "Two"}


async def test_nothing_is_put_in_behind_whoever_leaves(storage: Storage) -> None:
    """A push that meets somebody's leaving waits, so that nothing is kept of them afterwards."""
    leaving, go_on = asyncio.Event(), asyncio.Event()

    async def answer(request: Request) -> Message:
        if request.words == "forget yes":
            leaving.set()
            await go_on.wait()
            await storage.subscribers.forget(request.address)
        else:
            await storage.subscribers.subscribe(request.address)
        return Message(RichText("Yes."))

    async with at_work(storage, answer=answer) as stage:
        browser = await stage.visitor()
        address = stage.address(browser)
        waiting = asyncio.create_task(stage.push(browser, news("On its way"), key="1.0"))
        await asyncio.sleep(0)
        left = asyncio.create_task(browser.leave())
        await leaving.wait()
        with pytest.raises(Later):
            await stage.push(browser, news("Too late"), key="2.0")
        go_on.set()
        await left
        await asyncio.gather(waiting, return_exceptions=True)
        with pytest.raises(Later):
            await stage.web.send(address, news("Much too late"), key="3.0")

        assert [] == await storage.mailboxes.since(address)
        assert not await storage.subscribers.any()


async def test_a_port_in_use_is_said_once_and_again_when_it_is_open(storage: Storage) -> None:
    """One line in the log, the platform says that it is not well, and then that it is."""
    from bot.chat import Host
    from bot.platforms.web.platform import Web
    from bot.server import open_server
    from tests.commands.house import CAMPAIGN
    from tests.platforms.echo import Echo, nobody

    reports: asyncio.Queue[tuple[str, bool, str]] = asyncio.Queue()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with open_server("127.0.0.1", port) as server:
            host = Host(
                storage, CAMPAIGN, lambda *_: (), nobody, server,
                report=lambda *told: reports.put_nowait(told),
            )  # fmt: skip
            ready = asyncio.Event()
            with structlog.testing.capture_logs() as lines:
                web = Web(Options(port=port), host)
                running = asyncio.create_task(web.run(Echo(), ready.set))
                await asyncio.wait_for(ready.wait(), 10)
                first = await asyncio.wait_for(reports.get(), 10)
                taken.close()
                second = await asyncio.wait_for(reports.get(), 30)
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)

    assert ("web", False) == first[:2]
    assert "port" in first[2]
    assert ("web", True, "") == second
    assert 1 == sum("cannot be opened" in line["event"] for line in lines)


async def test_who_goes_in_the_middle_of_a_word_is_no_fault_of_ours(stage: Stage) -> None:
    """A connection that ends before all is said is no line in the log, however many do that."""
    head = (
        "POST /chat/say HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Herald: chat\r\n"
        "Content-Type: application/json\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n{"
    )
    before = asyncio.all_tasks()
    with structlog.testing.capture_logs() as lines:
        reader, writer = await asyncio.open_connection("127.0.0.1", stage.server.port)
        writer.write(head.encode())
        assert b"100 Continue" in await asyncio.wait_for(reader.readline(), 10)
        answering = asyncio.all_tasks() - before - {asyncio.current_task()}
        writer.transport.abort()
        await asyncio.wait(answering, timeout=10)

    assert answering
    assert [] == lines


async def test_no_one_who_writes_is_in_a_log(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    """No address, cookie or word reaches a line of ours or of a library, whatever is sent."""
    caplog.set_level(logging.DEBUG)
    for name in _LIBRARIES:  # as the operator's log has it at its most talkative
        caplog.set_level(logging.WARNING, logger=name)
    browser = await stage.visitor()
    with structlog.testing.capture_logs() as lines:
        page = await browser.open()
        await browser.say("a very secret word")
        await browser.ask("POST", "/chat/say", data=b"\xffvery secret", headers=browser.headers)
        await browser.get("/chat/picture/secret?very=secret")
        await stage.push(browser, news("secret"))
        await page.close()
        for rubbish in (b"very secret\r\n\r\n", b"GET /secret HTTP/9.9\r\n\r\n", b"\x16\x03\x01"):
            reader, writer = await asyncio.open_connection("127.0.0.1", stage.server.port)
            writer.write(rubbish)
            await writer.drain()
            writer.write_eof()
            await asyncio.wait_for(reader.read(), 10)
            writer.close()
        await browser.leave()
    said = caplog.text + repr(lines)

    assert "secret" not in said
    assert "127.0.0.1" not in said
    assert browser.cookie not in said or not browser.cookie
    assert stage.server.port  # it still listens
