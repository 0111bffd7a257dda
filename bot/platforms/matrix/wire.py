"""Requests to one homeserver over aiohttp, so that each ends as done, refused, not done or unknown.

No text raised here quotes an address, a token, a user or a word: the library's errors do.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from bot.proxy import LOST, http_proxy, open_session, timeout

Json = dict[str, Any]

API = "/_matrix/client/v3"
MEDIA = "/_matrix/media/v3"

CONNECTIONS = 200  # 64 sends under way, one sync, and what is looked up beside them
SECONDS = 30.0
UPLOAD_SECONDS = 120.0


class WireError(Exception):
    """A request that was not answered as it should be."""


class NotSent(WireError):
    """It never left us: no connection."""


class NoAnswer(WireError):
    """It left us, and its answer was lost: it may have been done."""


class Broken(WireError):
    """What answered is no Matrix server, or one in trouble: it may have been done."""

    def __init__(self, status: int) -> None:
        super().__init__(f"no answer of a Matrix server (HTTP {status})")
        self.status = status


class Refusal(WireError):
    """The homeserver's own no. `code` is its errcode; `seconds` to wait, where it says so.

    `soft`: we have to log in again, as the device that we were.
    """

    def __init__(
        self, status: int, code: str, seconds: float | None = None, *, soft: bool = False
    ) -> None:
        super().__init__(f"{code} (HTTP {status})")
        self.status = status
        self.code = code
        self.seconds = seconds
        self.soft = soft


class Wire:
    """One homeserver, asked as whoever has the `token`."""

    def __init__(self, homeserver: str, proxy: str = "") -> None:
        self.token = ""
        self._homeserver = homeserver
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None
        self._shut = False

    def open(self) -> None:
        """Requests may be made (again)."""
        self._shut = False

    async def close(self) -> None:
        """Whatever is asked from now on is not sent."""
        self._shut = True
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def ask(
        self,
        method: str,
        path: str,
        content: Json | None = None,
        *,
        query: Mapping[str, str] | None = None,
        seconds: float = SECONDS,
    ) -> Json:
        """What is answered. `path` is as `at` makes it. Raises WireErrors."""
        if content is None and method in ("POST", "PUT"):
            content = {}
        body = None if content is None else written(content)
        return await self._exchange(method, path, body, query or {}, "application/json", seconds)

    async def upload(self, data: bytes, media_type: str) -> str:
        """Put something on the homeserver; its mxc address. Raises WireErrors."""
        # A stream is sent in pieces; large bytes at once would hold the loop.
        stream = io.BytesIO(data)
        path = f"{MEDIA}/upload"
        found = await self._exchange("POST", path, stream, {}, media_type, UPLOAD_SECONDS)
        address = found.get("content_uri")
        if not isinstance(address, str):
            raise Broken(200)
        return address

    async def _exchange(
        self, method: str, path: str, body: bytes | io.BytesIO | None, query: Mapping[str, str],
        kind: str, seconds: float,
    ) -> Json:  # fmt: skip
        if self._shut:
            raise NotSent("not sent: we are closed")
        url = URL(self._homeserver + path, encoded=True).update_query(query)
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if body is not None:
            headers["Content-Type"] = kind
        trace = SimpleNamespace(left=False)
        try:
            async with self._opened().request(
                method, url, data=body, headers=headers, allow_redirects=False,
                proxy=http_proxy(self._proxy), timeout=timeout(seconds), trace_request_ctx=trace,
            ) as response:  # fmt: skip
                status, payload = response.status, await response.read()
                wait = response.headers.get("Retry-After", "")
        except LOST:
            failure: WireError = (
                NoAnswer("no answer: it may have been done")
                if trace.left
                else NotSent("not sent: no connection")
            )
        else:
            return answered(status, payload, wait)
        # Raised out here, or the library's error with its URL would hang on it.
        raise failure

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = open_session(self._proxy, CONNECTIONS)
        return self._session


def at(*parts: str, api: str = API) -> str:
    """A path of these parts, each written so that nothing in it parts it further."""
    return "/".join((api, *(quote(part, safe="") for part in parts)))


def written(content: Json) -> bytes:
    """As it goes over the wire, and as its length counts: letters as they are, no spaces."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def answered(status: int, payload: bytes, wait: str = "") -> Json:
    """What the answer says. Raises Refusal for a no of the server's, Broken for anything else.

    `wait` is the header Retry-After.
    """
    try:
        said = json.loads(payload)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise Broken(status)
    if 200 <= status < 300:
        return said
    code = said.get("errcode")
    if not isinstance(code, str) or status >= 500:
        raise Broken(status)
    # A code is a server's word: one that is none is not passed on.
    code = code if code.replace("_", "").replace(".", "").isalnum() else "M_UNKNOWN"
    seconds = _seconds(said.get("retry_after_ms"), wait)
    raise Refusal(status, code[:60], seconds, soft=said.get("soft_logout") is True)


def _seconds(milliseconds: object, wait: str) -> float | None:
    if isinstance(milliseconds, int | float) and milliseconds >= 0:
        return float(milliseconds) / 1000
    return float(wait) if wait.isascii() and wait.isdigit() else None
