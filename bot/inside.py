"""Whether somebody on our own side asks: by the name under which a page is asked for."""

from __future__ import annotations

import re
from ipaddress import ip_address

# Nobody can have a name under these in the public DNS (RFC 6761, 6762 and 8375; .internal is
# reserved by ICANN, and .lan is no domain).
INSIDE = (".localhost", ".local", ".internal", ".home.arpa", ".lan")
_PORT = re.compile(r":[0-9]*$")


def inside(host: str, own: str) -> bool:
    """Whether a request's Host is an IP address, a name that no stranger can have, the `own` one
    that is listened on, or none at all, as of no browser.

    >>> [inside(host, "") for host in ("127.0.0.1:8080", "herald:8080", "elsewhere.example")]
    [True, True, False]
    """
    name = (host if host.endswith("]") else _PORT.sub("", host)).lower().removesuffix(".")
    return "." not in name or name == own.lower() or name.endswith(INSIDE) or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
