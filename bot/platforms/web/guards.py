"""Who may ask what: only the chat's own page may act, and no network floods the others."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from bot.i18n import Texts
from bot.patience import Allowance, Patience, Verdict
from config.settings import WebSettings

log = structlog.get_logger(__name__)

# Of one network address, which a whole school or office may share: so many new visitors and open
# pages at once, and one more every so many seconds.
NEWCOMERS = Allowance(60, 5.0, again=1, unheard=0.0)
OPENINGS = Allowance(240, 0.5, again=1, unheard=0.0)
SEARCHES = Allowance(60, 1.0, again=1, unheard=0.0)
# Pictures that the campaign's site has to be asked for.
PICTURES = Allowance(60, 2.0, again=1, unheard=0.0)

_JSON = re.compile(r"application/json\s*(?:;.*)?", re.IGNORECASE)
_PORT = re.compile(r":[0-9]*$")


class Refusal(Exception):
    """A request that is not served: its status, and one sentence for whoever reads it."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(str(status))
        self.status = status
        self.said = said


class Guards:
    """What is looked at before anything is done. Network addresses are never kept or logged."""

    def __init__(self, options: WebSettings) -> None:
        self._home = _place(options.public_url)
        self._named = not self._home and not _is_here(options.host)
        self._newcomers = Patience(NEWCOMERS)
        self._openings = Patience(OPENINGS)
        self._searches = Patience(SEARCHES)
        self._pictures = Patience(PICTURES)
        self._told = False

    def came_home(self, request: web.Request, t: Texts) -> None:
        """Raises Refusal for a page at a name that is not ours.

        It may be somebody else's name that leads to our machine (“DNS rebinding”).
        """
        host = _bare(request.headers.get("Host", ""))
        if self._named or _is_address(host) or host in ("localhost", _bare(self._home)):
            return
        if not self._told:
            self._told = True
            log.warning(
                "The chat was asked for under a name that is not its own; set"
                " HERALD_WEB__PUBLIC_URL to the address that visitors type."
            )
        raise Refusal(
            403, t("The chat is not at home at this address. Please come by the campaign's link.")
        )

    def own_page(self, request: web.Request, t: Texts) -> None:
        """Raises Refusal for what any other page may have sent in a visitor's name."""
        self.came_home(request, t)
        origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
        ours = (_place(f"//{request.headers.get('Host', '')}"), self._home)
        strange = origin is not None and (not _place(origin) or _place(origin) not in ours)
        if (
            request.headers.get("X-Herald") != "chat"
            or strange
            or site not in (None, "same-origin")
        ):
            raise Refusal(
                403, t("This did not come from the chat's own page. Please load that page again.")
            )
        if not _JSON.fullmatch(request.headers.get("Content-Type", "")):
            raise Refusal(415, t("I could not read this. Please load the page again."))

    def newcomer(self, request: web.Request, t: Texts) -> None:
        """Raises Refusal where too many new visitors come from one network."""
        _asked(self._newcomers, request, t)

    def opening(self, request: web.Request, t: Texts) -> None:
        """Raises Refusal where too many pages are opened from one network."""
        _asked(self._openings, request, t)

    def search(self, request: web.Request, t: Texts) -> None:
        """Raises Refusal where too much is searched for from one network."""
        _asked(self._searches, request, t)

    def picture(self, request: web.Request, t: Texts) -> None:
        """Raises Refusal where one network has too many pictures fetched."""
        _asked(self._pictures, request, t)


def network(request: web.Request) -> str:
    """Where a request comes from: the peer, or whom a proxy on our side names.

    "" where that cannot be told, as for a proxy that names nobody. Of IPv6 it is the half that a
    whole household shares.
    """
    peer = _parsed(request.remote or "")
    if peer is not None and (peer.is_loopback or peer.is_private):
        forwarded = ",".join(request.headers.getall("X-Forwarded-For", []))
        peer = _parsed(forwarded.rpartition(",")[2].strip())
    if peer is None:
        return ""
    if isinstance(peer, IPv6Address):
        return str(ip_network((peer, 64), strict=False))
    return str(peer)


def _asked(patience: Patience, request: web.Request, t: Texts) -> None:
    where = network(request)
    if where and patience.asks(where) is not Verdict.ANSWER:
        raise Refusal(
            429,
            t("Many people have come from your network just now. Please try again in a minute."),
        )


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(address.partition("%")[0].strip("[]"))
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def _place(url: str) -> str:
    """Host and port of an address, the port of its scheme left out; "" for none."""
    try:
        parts = urlsplit(url)
        usual = {"http": 80, "https": 443}.get(parts.scheme)
        port = "" if parts.port in (None, usual) else f":{parts.port}"
    except ValueError:
        return ""
    return f"{parts.hostname}{port}" if parts.hostname else ""


def _bare(host: str) -> str:
    """A host without its port, in small letters."""
    return (host if host.endswith("]") else _PORT.sub("", host)).lower().removesuffix(".")


def _is_address(host: str) -> bool:
    return _parsed(host) is not None


def _is_here(host: str) -> bool:
    found = _parsed(host)
    return host == "localhost" or (found is not None and found.is_loopback)
