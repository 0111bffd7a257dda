"""Through a proxy or not: the connector that platforms and archives open their connections with."""

from __future__ import annotations

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
