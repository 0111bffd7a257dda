"""The address of a site, as browsers write it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from yarl import URL

# The schemes there are, and the port that each has where none is named.
_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|[0-9a-f:.]+")


def origin(url: str) -> str:
    """Scheme, host and perhaps a port; "" where the address is not just that.

    Browsers send, and compare, names in small letters and as the DNS has them ("xn--…", RFC 5891).

    >>> origin("https://вестник.рф/")
    'https://xn--b1agjinxh.xn--p1ai'
    """
    try:
        parts = urlsplit(url)
        host, port = URL(url).raw_host or "", parts.port
    except ValueError:
        return ""
    more = parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc
    if more or parts.scheme not in _PORTS or port == 0 or not _HOST.fullmatch(host):
        return ""
    usual = port in (None, _PORTS[parts.scheme])
    named = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{named}" + ("" if usual else f":{port}")
