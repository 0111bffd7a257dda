"""Connections to the outside, through a proxy or not, for platforms and archives."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import aiohttp
import aiohttp_socks

# What a SOCKS connector raises beside aiohttp's own; one that hangs up in mid-word: EOFError.
PROXY_ERRORS = (
    aiohttp_socks.ProxyError,
    aiohttp_socks.ProxyConnectionError,
    aiohttp_socks.ProxyTimeoutError,
    EOFError,
)

# All that ends a request without an answer.
LOST = (aiohttp.ClientError, OSError, *PROXY_ERRORS)

CONNECT_SECONDS = 10.0


def connector(proxy: str, **direct: Any) -> aiohttp.BaseConnector:
    """A connector through a SOCKS proxy, or else a direct one with the options `direct`.

    An HTTP proxy is none of the connector's business: see `http_proxy`. Names are resolved by
    the SOCKS proxy with either spelling of its scheme: what is asked for stays private.
    """
    if not proxy or proxy.startswith("http"):
        return aiohttp.TCPConnector(**direct)
    url = proxy.replace("socks5h://", "socks5://", 1).replace("socks4a://", "socks4://", 1)
    return aiohttp_socks.ProxyConnector.from_url(url, rdns=True)


def http_proxy(proxy: str) -> str | None:
    """What to hand to each request of aiohttp."""
    return proxy if proxy.startswith("http") else None


def open_session(proxy: str, connections: int) -> aiohttp.ClientSession:
    """A session with one server's API: no cookies, and so many connections at most.

    The `trace_request_ctx` of a request, a SimpleNamespace, gets `left` once it may have arrived.
    """
    return aiohttp.ClientSession(
        connector=connector(proxy, limit=connections, ttl_dns_cache=300),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "Herald"}, trace_configs=[_trace()],
    )  # fmt: skip


def timeout(seconds: float) -> aiohttp.ClientTimeout:
    """So long for a silence of the server's, and no longer for all of it than connecting adds."""
    return aiohttp.ClientTimeout(
        total=seconds + 2 * CONNECT_SECONDS, connect=CONNECT_SECONDS,
        sock_connect=CONNECT_SECONDS, sock_read=seconds,
    )  # fmt: skip


def _trace() -> aiohttp.TraceConfig:
    """Notes the moment from which a request may have arrived."""

    async def leaves(_: aiohttp.ClientSession, context: SimpleNamespace, __: object) -> None:
        context.trace_request_ctx.left = True

    trace = aiohttp.TraceConfig()
    trace.on_request_headers_sent.append(leaves)
    return trace
