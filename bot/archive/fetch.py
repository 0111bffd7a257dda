"""Asks archives over HTTP: politely, within limits, and only where an archive may be."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp
from yarl import URL

from bot.archive.private import GuardedResolver, PrivateAddress, is_private
from bot.proxy import PROXY_ERRORS, connector, http_proxy

LARGEST_BYTES = 10_000_000
SECONDS = 30.0
CONNECT_SECONDS = 10.0
HOPS = 10

_STEP = 1_000_000
_FOR_GOOD = frozenset({301, 308})
_REDIRECTS = _FOR_GOOD | {302, 303, 307}


class FetchError(Exception):
    """There is no answer. The text is one sentence; it names no address."""


class Refused(FetchError):
    """We do not ask there, or do not take that answer: the next time would be no better."""


class TooLarge(Refused):
    """The answer is larger than what we take."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said: header names in lower case; a body only where the status is 200.

    `url` is where the answer came from, `moved_to` the same if every redirect on the way there
    was for good (301, 308), else "".
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    url: str = ""
    moved_to: str = ""


class Fetcher:
    """GET requests over one session; made by `open_fetcher`."""

    def __init__(
        self, session: aiohttp.ClientSession, *, allow_private: bool, proxy: str | None
    ) -> None:
        self._session = session
        self._allow_private = allow_private
        self._proxy = proxy

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """The answer at the end of all redirects, whatever its status. Raises FetchError."""
        try:
            async with asyncio.timeout(SECONDS):
                return await self._follow(URL(url), headers or {})
        except TimeoutError:
            raise FetchError(f"The archive did not answer within {SECONDS:.0f} seconds.") from None
        except aiohttp.ClientConnectorDNSError as error:
            if isinstance(error.os_error, PrivateAddress):
                raise Refused(str(error.os_error)) from None
            raise FetchError("The archive's host was not found.") from None
        except aiohttp.ClientConnectorCertificateError:
            raise FetchError("The archive's certificate is not valid.") from None
        except (aiohttp.ClientConnectorError, *PROXY_ERRORS, OSError):
            raise FetchError("The archive could not be reached.") from None
        except (aiohttp.InvalidURL, ValueError):
            raise Refused("The archive's address, or one it redirects to, is broken.") from None
        except aiohttp.ClientError:
            raise FetchError("The archive's answer broke off or was not HTTP.") from None

    async def _follow(self, url: URL, headers: Mapping[str, str]) -> Answer:
        seen: set[URL] = set()
        for_good = True
        while len(seen) <= HOPS:
            if url in seen:
                raise Refused("The archive redirects in a circle.")
            seen.add(url)
            self._check(url)
            async with self._session.get(
                url, headers=headers, allow_redirects=False, proxy=self._proxy
            ) as response:
                if response.status not in _REDIRECTS or "Location" not in response.headers:
                    moved = str(url) if for_good and len(seen) > 1 else ""
                    return await _answer(response, str(url), moved)
                for_good = for_good and response.status in _FOR_GOOD
                url = url.join(URL(response.headers["Location"])).with_fragment(None)
        raise Refused(f"The archive redirects more than {HOPS} times.")

    def _check(self, url: URL) -> None:
        """What the resolver is never asked for: other schemes, and addresses in numbers."""
        if url.scheme not in ("http", "https") or not url.host:
            raise Refused("The archive's address is not one of the web.")
        if not self._allow_private and is_private(url.host):
            raise Refused(str(PrivateAddress()))


@asynccontextmanager
async def open_fetcher(
    user_agent: str, *, allow_private: bool = False, proxy: str = ""
) -> AsyncIterator[Fetcher]:
    """A Fetcher while the block lasts. `user_agent` begins with `Herald/` and says who asks.

    `proxy` is an http or socks URL; a proxy resolves names itself, so that only addresses in
    numbers can be checked then.
    """
    resolver = None if allow_private else GuardedResolver()
    async with aiohttp.ClientSession(
        connector=connector(proxy, resolver=resolver),
        headers={"User-Agent": user_agent, "Accept-Encoding": "gzip"},
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=SECONDS, sock_connect=CONNECT_SECONDS),
        auto_decompress=False,
    ) as session:
        yield Fetcher(session, allow_private=allow_private, proxy=http_proxy(proxy))


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds that `Retry-After` asks for, given as a number or a date (RFC 9110, 10.2.3)."""
    words = headers.get("retry-after", "").strip()
    if words.isascii() and words.isdigit():
        return float(words[:9])
    try:
        at = parsedate_to_datetime(words)
    except ValueError:
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds())


async def _answer(response: aiohttp.ClientResponse, url: str, moved_to: str) -> Answer:
    body = await _body(response) if response.status == 200 else b""
    headers = {name.lower(): value for name, value in reversed([*response.headers.items()])}
    return Answer(response.status, headers, body, url, moved_to)


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """The whole body, unpacked. Never more than the limit is unpacked, whatever was packed."""
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip", "x-gzip", ""):
        raise Refused("The archive's answer is packed in a way nobody asked for.")
    unpack = _Gzip() if "gzip" in coding else None
    body = bytearray()
    async for chunk in response.content.iter_any():
        rest = chunk
        while rest:
            piece, rest = unpack.step(rest) if unpack else (rest, b"")
            body += piece
            if len(body) > LARGEST_BYTES:
                raise TooLarge(f"The archive's answer is larger than {LARGEST_BYTES:,} bytes.")
            await asyncio.sleep(0)
    if unpack and not unpack.whole:
        raise FetchError("The archive's answer broke off.")
    return bytes(body)


class _Gzip:
    """Unpacks gzip in small steps, one member after the other."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(zlib.MAX_WBITS | 32)
        self.whole = False

    def step(self, packed: bytes) -> tuple[bytes, bytes]:
        """Some of the text, and what is still packed."""
        if self.whole:
            self._member = zlib.decompressobj(zlib.MAX_WBITS | 32)
        try:
            piece = self._member.decompress(packed, _STEP)
        except zlib.error:
            raise FetchError("The archive's answer cannot be unpacked.") from None
        self.whole = self._member.eof
        return piece, self._member.unused_data if self.whole else self._member.unconsumed_tail
