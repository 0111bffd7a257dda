"""The HTTP beneath: proxies, files, and the ledger of updates."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.platforms.telegram.errors import Ambiguous, NoBotApi, NotSent, SlowDown
from bot.platforms.telegram.poll import Ledger
from bot.platforms.telegram.requests import Requests, checked
from bot.platforms.trying import pause_after

TOKEN = "123456:AAsecret"


@pytest.fixture
async def requests() -> AsyncIterator[Requests]:
    async with Requests() as made:
        yield made


@pytest.mark.parametrize(
    ("status", "answer", "error"),
    [
        (200, b"<html>", Ambiguous),
        (200, b'{"result":{}}', Ambiguous),
        (502, b"<html>", Ambiguous),
        (429, b"<html>", SlowDown),
        (429, b'{"ok":false,"parameters":{"retry_after":3}}', SlowDown),
        (200, b'{"ok":false,"error_code":429,"parameters":{"retry_after":3}}', SlowDown),
        (421, b'{"ok":false,"error_code":421}', InvalidToken),
        (404, b"<html>", NoBotApi),
        (302, b"", NoBotApi),
    ],
)
def test_an_answer_the_library_would_mistake_is_told_apart(
    status: int, answer: bytes, error: type[TelegramError]
) -> None:
    """A gateway's page, a proxy's refusal and an error that looks like success."""
    with pytest.raises(error):
        checked(status, answer)


def test_an_error_in_a_success_has_its_own_status() -> None:
    """HTTP 200 with `ok: false` is what its error_code says, or the server's fault."""
    assert checked(200, b'{"ok":false,"error_code":403}')[0] == 403
    assert checked(200, b'{"ok":false}')[0] == 500
    assert checked(200, b'{"ok":true,"result":[]}') == (200, b'{"ok":true,"result":[]}')


@pytest.mark.parametrize(("status", "error"), [(200, Ambiguous), (502, Ambiguous), (400, NoBotApi)])
async def test_an_answer_that_is_nested_too_deeply_is_unreadable(
    requests: Requests, status: int, error: type[TelegramError]
) -> None:
    """A hundred thousand open brackets are a gateway's page like any other."""

    async def nest(_: web.BaseRequest) -> web.Response:
        return web.Response(body=b"[" * 100_000, status=status)

    async with served(nest) as url:
        with pytest.raises(error):
            await requests.call(f"{url}/botX/sendMessage", {"chat_id": 1}, 5)


async def test_files_travel_as_multipart(requests: Requests) -> None:
    """A document arrives with its bytes, its name and the message's other fields."""
    got: dict[str, object] = {}

    async def take(request: web.Request) -> web.Response:
        form = await request.post()
        for name, value in form.items():
            if isinstance(value, web.FileField):
                with value.file as file:
                    got[name] = (value.filename, file.read())
            else:
                got[name] = value
        message = {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}}
        return web.json_response({"ok": True, "result": message})

    async with served(take) as url:
        bot = Bot(TOKEN, f"{url}/bot", request=requests, get_updates_request=requests)
        await bot.send_document(5, b"bytes", filename="list.txt", caption="Hi")
    files = [value for value in got.values() if isinstance(value, tuple)]
    assert files == [("list.txt", b"bytes")]
    assert got["caption"] == "Hi"


async def test_an_http_proxy_carries_requests_and_its_absence_is_no_send() -> None:
    """Everything goes through the proxy; a dead one means that nothing was sent."""
    seen: list[str] = []

    async def forward(request: web.Request) -> web.Response:
        seen.append(request.raw_path)
        return web.json_response({"ok": True, "result": []})

    async with served(forward) as proxy, Requests(proxy) as through:
        assert await through.call("http://api.invalid/botX/getUpdates", {"offset": 1}, 5) == []
    assert seen == ["http://api.invalid/botX/getUpdates"]
    for dead in (proxy, proxy.replace("http", "socks5"), proxy.replace("http", "socks5h")):
        async with Requests(dead) as through:
            with pytest.raises(NotSent):
                await through.call("http://api.invalid/botX/getUpdates", {}, 5)


async def test_a_socks_proxy_resolves_names_itself() -> None:
    """What is asked for is told to the proxy alone, never to this machine's resolver."""
    asked_for: list[bytes] = []

    async def socks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(3)
        writer.write(b"\x05\x00")
        head = await reader.readexactly(5)
        asked_for.append(await reader.readexactly(head[4]))
        writer.close()

    server = await asyncio.start_server(socks, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, Requests(f"socks5h://127.0.0.1:{port}") as through:
        with pytest.raises(NotSent):
            await through.call("http://api.invalid/botX/getMe", {}, 5)
    assert asked_for == [b"api.invalid"]


async def test_no_error_shows_the_url(requests: Requests) -> None:
    """The token is in the URL, so no error and nothing that hangs on one may quote it."""
    for url in (f"http://127.0.0.1:9/bot{TOKEN}/x", f"http://no host/bot{TOKEN}/x"):
        with pytest.raises(TelegramError) as caught:
            await requests.call(url, {}, 1)
        chain: BaseException | None = caught.value
        while chain is not None:
            assert "secret" not in f"{chain!r} {chain}"
            chain = chain.__cause__ or chain.__context__


async def test_the_offset_waits_for_the_oldest_that_is_not_done() -> None:
    """What is done out of order is confirmed when all before it are done."""
    ledger = Ledger()
    assert [ledger.take(number) for number in (7, 8, 9, 8)] == [True, True, True, False]
    ledger.done(8)
    assert ledger.offset == 0
    ledger.done(7)
    assert ledger.offset == 9
    assert not await ledger.settle(0)
    ledger.done(9)
    assert ledger.offset == 10
    assert await ledger.settle(1)
    assert ledger.take(3)  # after a week without updates Telegram begins anywhere
    ledger.done(3)
    assert ledger.offset == 4


def test_pauses_grow_to_half_a_minute() -> None:
    """Never longer, and never the same for everyone."""
    assert all(0 < pause_after(failures) <= 30 for failures in range(1, 2000))
    assert pause_after(50) >= 15


class served:  # noqa: N801 - reads as a verb
    """A server on loopback that answers everything with one handler."""

    def __init__(self, handler: object) -> None:
        self._server = web.Server(handler)  # type: ignore[arg-type]

    async def __aenter__(self) -> str:
        self._runner = web.ServerRunner(self._server)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
