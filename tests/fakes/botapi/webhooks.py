"""Methods that set and show the webhook.

Client.cpp, process_set_webhook_query and do_set_webhook; WebhookActor.cpp, start_up and
check_ip_address, for what comes after "bad webhook: ".
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
from typing import Any
from urllib.parse import SplitResult, urlsplit

from tests.fakes.botapi.bot import Bot
from tests.fakes.botapi.deliveries import Hook
from tests.fakes.botapi.query import Query
from tests.fakes.botapi.refusals import WEBHOOK_WAS_SET, bad_request, too_many_requests

Json = dict[str, Any]

PORTS = frozenset({443, 80, 88, 8443})  # Bot API, setWebhook
SECRET_MOST = 256  # characters, Bot API, setWebhook
CONNECTIONS, CONNECTIONS_MOST = 40, 100  # Bot API, setWebhook, max_connections
ONE_SECOND = 1.0  # between two calls with an address


async def set_webhook(bot: Bot, query: Query) -> bool:
    """Bot API, setWebhook and deleteWebhook; an empty address deletes."""
    url = query.text("url") if query.method == "setwebhook" else ""
    if url:
        _check_pause(bot)
    hook = _read(bot, query, url) if url else None
    drop = query.flag("drop_pending_updates")
    if url:
        bot.updates.allow(query.json("allowed_updates", "allowed updates"))
    foreign = bool(bot.updates.webhook) != bool(bot.deliveries.hook)
    if hook == bot.deliveries.hook and not drop and not foreign:
        query.note = f"Webhook is already {'set' if hook else 'deleted'}"
        return True
    await bot.deliveries.end()
    if drop:
        bot.updates.drop_all()
    query.note = f"Webhook was {'set' if hook else 'deleted'}"
    if hook:
        bot.updates.end_poll(WEBHOOK_WAS_SET)
        bot.deliveries.begin(hook)
    return True


async def get_webhook_info(bot: Bot, query: Query) -> Json:
    """Bot API, getWebhookInfo."""
    hook, updates = bot.deliveries.hook, bot.updates
    info: Json = {"url": hook.url if hook else ""}
    info["has_custom_certificate"] = bool(hook and hook.certificate)
    info["pending_update_count"] = len(updates.pending())
    if hook:
        info["max_connections"] = hook.max_connections
        address = _address(urlsplit(hook.url))
        info |= {"ip_address": str(address)} if address else {}
    if hook and bot.deliveries.last_error:
        date, words = bot.deliveries.last_error
        info |= {"last_error_date": date, "last_error_message": words}
    if updates.allowed is not None:
        info["allowed_updates"] = sorted(updates.allowed)
    return info


def _check_pause(bot: Bot) -> None:
    """One setWebhook a second; off with `repeat_wait=0`, as the other pauses are."""
    now = asyncio.get_running_loop().time()
    if bot.updates.slows and now < bot.updates.next_webhook:
        raise too_many_requests(1)
    bot.updates.next_webhook = now + ONE_SECOND


def _read(bot: Bot, query: Query, url: str) -> Hook:
    if "://" not in url:
        url = f"https://{url}"
    where = urlsplit(url)
    if re.search(r"\s", url) or not where.hostname or where.scheme not in ("http", "https"):
        raise bad_request("invalid webhook URL specified")
    secret = query.text("secret_token")
    if len(secret) > SECRET_MOST:
        raise bad_request("secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        raise bad_request("secret token contains unallowed characters")
    reachable = bot.loopback_webhooks and _loopback(where)
    if not reachable:
        _check_url(where)
    most = query.integer("max_connections", CONNECTIONS, 1, CONNECTIONS_MOST)
    upload = query.files.get("certificate")
    return Hook(url, most, secret, upload.data if upload else b"", reachable)


def _check_url(where: SplitResult) -> None:
    """HTTPS, one of four ports, an address that is not reserved."""
    if where.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if (where.port or 443) not in PORTS:
        words = "Webhook can be set up only on ports 80, 88, 443 or 8443"
        raise bad_request(f"bad webhook: {words}")
    address = _address(where)
    if address and address.version == 6:
        raise bad_request("bad webhook: IPv6-only addresses are not allowed")
    if address and not address.is_global:
        raise bad_request(f"bad webhook: IP address {address} is reserved")


def _loopback(where: SplitResult) -> bool:
    address = _address(where)
    return address is not None and address.is_loopback


def _address(where: SplitResult) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a host is; other names are not looked up: the fake stays at home."""
    host = "127.0.0.1" if where.hostname == "localhost" else where.hostname or ""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


METHODS = {
    "setwebhook": set_webhook,
    "deletewebhook": set_webhook,
    "getwebhookinfo": get_webhook_info,
}
