"""Requests to the Bot API over aiohttp, so that each ends as done, not done, or in doubt.

The library's own client collapses with many requests in flight and cannot tell a request that
never left from one whose answer was lost. No URL is ever shown: the token is a part of it.
"""

from __future__ import annotations

import asyncio
import io
import json
from contextlib import suppress
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
from telegram.error import BadRequest, InvalidToken, TelegramError
from telegram.request import BaseRequest, RequestData

# The library builds its requests of these and exports no other way to post raw fields.
from telegram.request._requestparameter import RequestParameter
from yarl import URL

from bot.platforms.telegram.errors import Ambiguous, NoBotApi, NoMethod, NotSent, SlowDown
from bot.proxy import LOST, http_proxy, open_session, timeout

CONNECTIONS = 300  # 256 sends under way (the budget's most), a poll, and what is asked beside them
# Telegram hides flood waits of up to 8 s behind a slow answer (td NetQueryDelayer.cpp).
READ_SECONDS = 35.0
UPLOAD_SECONDS = 90.0  # the same, and a slow line's time for ten megabytes
LANDING_SECONDS = 2.0

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


# Whether the last request of this task was accepted, whatever the library makes of the answer.
accepted: ContextVar[bool] = ContextVar("accepted", default=False)


class Requests(BaseRequest):
    """One client session, opened by the first request; after `shutdown` nothing is sent."""

    def __init__(self, proxy: str = "", read_seconds: float = READ_SECONDS) -> None:
        self._proxy = proxy
        self._http_proxy = http_proxy(proxy)
        self._read_seconds = read_seconds
        self._session: aiohttp.ClientSession | None = None
        self._shut = False
        self._in_flight = 0
        self._landed = asyncio.Event()

    @property
    def read_timeout(self) -> float:
        return self._read_seconds

    async def initialize(self) -> None:
        self._shut = False

    async def shutdown(self) -> None:
        """Let what is in flight land, for a moment at most, and close."""
        self._shut = True
        if self._in_flight:
            self._landed.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._landed.wait(), LANDING_SECONDS)
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def call(self, url: str, fields: dict[str, Any], read_seconds: float) -> Any:
        """Post raw fields and give the raw result; raises as the library's methods do."""
        parameters = [RequestParameter.from_input(*field) for field in fields.items()]
        return await self.post(url, RequestData(parameters), read_timeout=read_seconds)

    async def form(self, url: str, fields: bytes) -> Any:
        """The same for fields that are written out already (application/x-www-form-urlencoded)."""
        # The library passes on to `do_request` what it was given, and looks at the answer alone.
        return await self.post(url, cast("RequestData", fields))

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | bytes | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = None,  # noqa: ARG002 - the library's contract; aiohttp has none
        connect_timeout: Any = None,  # noqa: ARG002 - one for all requests will do
        pool_timeout: Any = None,  # noqa: ARG002 - a part of aiohttp's time to connect
    ) -> tuple[int, bytes]:
        """One exchange. Raises NotSent, Ambiguous, SlowDown, NoBotApi and others of the library."""
        if self._shut:
            raise NotSent
        self._in_flight += 1
        try:
            return await self._exchange(url, method, request_data, read_timeout)
        finally:
            self._in_flight -= 1
            if not self._in_flight:
                self._landed.set()

    async def _exchange(
        self, url: str, method: str, data: RequestData | bytes | None, read: Any
    ) -> tuple[int, bytes]:
        trace = SimpleNamespace(left=False)
        try:
            async with self._opened().request(
                method, URL(url, encoded=True), data=_body(data), allow_redirects=False,
                headers=FORM if isinstance(data, bytes) else None, proxy=self._http_proxy,
                timeout=self._timeout(data, read), trace_request_ctx=trace,
            ) as response:  # fmt: skip
                status, payload = response.status, await response.read()
        except LOST:
            failure: TelegramError = Ambiguous() if trace.left else NotSent()
        else:
            if method == "GET":
                return status, payload
            answer = checked(status, payload, getme=url.lower().endswith("/getme"))
            accepted.set(answer[0] < 300)
            return answer
        # Raised out here, or the library's error with its URL would hang on it.
        raise failure

    def _timeout(self, data: RequestData | bytes | None, read: Any) -> aiohttp.ClientTimeout:
        seconds = float(read) if isinstance(read, int | float) else self._read_seconds
        if isinstance(data, RequestData) and data.contains_files:
            seconds = max(seconds, UPLOAD_SECONDS)
        return timeout(seconds)

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = open_session(self._proxy, CONNECTIONS)
        return self._session


def checked(status: int, payload: bytes, *, getme: bool = True) -> tuple[int, bytes]:
    """An answer as the library may see it: JSON, and its status never better than its `ok`.

    Raises SlowDown, NoBotApi, Ambiguous or InvalidToken for what the library would mistake.
    """
    try:
        answer = json.loads(payload)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict) or "ok" not in answer:
        raise _unreadable(status)
    good = 200 <= status < 300
    if good and answer["ok"] is True and "result" in answer:
        return status, payload
    if good:
        code = answer.get("error_code")
        status = code if isinstance(code, int) and 400 <= code < 600 else 500
    parameters = answer.get("parameters")
    wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
    if wait or status == 429:
        raise SlowDown(float(wait) if isinstance(wait, int | float) else None)
    if status == 413:
        raise BadRequest("message is too long")
    if status == 404 and not getme:
        raise NoMethod
    if status == 421:  # another data centre's bot: as good as a wrong token
        raise InvalidToken
    return status, payload


def _unreadable(status: int) -> TelegramError:
    """Without JSON it is no word of Telegram's; a gateway's page may hide that it was done."""
    if status < 300 or status >= 500:
        return Ambiguous()
    if status == 429:
        return SlowDown(None)
    if status == 413:
        return BadRequest("message is too long")
    return NoBotApi(status)


def _body(data: RequestData | bytes | None) -> aiohttp.FormData | bytes | None:
    if isinstance(data, bytes):
        return data
    if data is None or not (data.parameters or data.contains_files):
        return None
    form = aiohttp.FormData(default_to_multipart=data.contains_files)
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, kind) in data.multipart_data.items():
        # A stream is sent in pieces; large bytes at once would hold the loop.
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, stream, filename=filename, content_type=kind)
    return form
