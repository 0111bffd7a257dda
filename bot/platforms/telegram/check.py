"""How it stands with the bot at Telegram: asked without changing or confirming anything."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from bot.platforms import checking
from bot.platforms.checking import Around, Check, fault, well
from bot.platforms.telegram import Options
from bot.platforms.telegram.budget import hints
from bot.proxy import PROXY_ERRORS, connector, http_proxy

# Only a poll that waits can meet another one: of two, Telegram ends the older (telegram-bot-api
# Client.cpp, do_get_updates and abort_long_poll). Another Herald asks again after 4 to 6 seconds,
# and ends ours; Telegram may hold that news back for 3 more (fail_query_conflict).
MEETING_SECONDS = 8
PORTS = (443, 80, 88, 8443)  # Bot API, setWebhook
RECENT = timedelta(minutes=10)
MANY = 100

API, TOKEN, WEBHOOK, POLLING = (
    "telegram api", "telegram token", "telegram webhook", "telegram polling",
)  # fmt: skip
NETWORK = "Check the network, HERALD_TELEGRAM__API_URL and HERALD_PROXY."


@dataclass(frozen=True, slots=True)
class Said:
    """What the API answered to one method; `trouble` says why there is no answer of an API."""

    code: int = 0
    result: Any = None
    date: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Api:
    """Asks the Bot API; the token never leaves this class in any text."""

    session: aiohttp.ClientSession
    options: Options = field(repr=False)
    proxy: str = field(repr=False)

    async def ask(self, method: str, **fields: object) -> Said:
        token = self.options.token.get_secret_value()
        url = URL(f"{self.options.api_url}/bot{token}/{method}", encoded=True)
        try:
            async with (
                asyncio.timeout(checking.SECONDS),
                self.session.post(
                    url, json=fields, allow_redirects=False, proxy=http_proxy(self.proxy)
                ) as response,
            ):
                wanted = list if method == "getUpdates" else dict
                return _said(response, await response.read(), wanted)
        except (aiohttp.ClientError, OSError, *PROXY_ERRORS) as error:
            return Said(trouble=_trouble(error))


async def check(options: Options, around: Around) -> list[Check]:
    """The token, the API behind it, and how updates come in."""
    async with aiohttp.ClientSession(
        connector=connector(around.proxy),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "Herald"},
    ) as session:
        api = Api(session, options, around.proxy)
        me, hook = await asyncio.gather(api.ask("getMe"), api.ask("getWebhookInfo"))
        found = [*_known(me), *checking.clock(me.date, datetime.now(UTC))]
        if me.code == HTTPStatus.OK:
            if hook.code != HTTPStatus.OK:
                found.append(_not_good(hook))
            elif options.webhook_url:
                found += [_webhook(options.webhook_url, hook.result, around.running),
                          await checking.web_port(around)]  # fmt: skip
            else:
                found.append(await _polling(api, hook.result, around.running))
            found += await _channels(api, me.result.get("id", 0))
    return found + hints(options)


def _known(me: Said) -> list[Check]:
    """What getMe says: whether there is an API, whether it knows the token, and what is off."""
    if me.code != HTTPStatus.OK:
        return [_not_good(me)]
    name = f"@{me.result.get('username', '?')}"
    inline = "telegram inline mode"
    if me.result.get("supports_inline_queries"):
        last = well(inline, f"People can type {name} and words in any chat.")
    else:
        hint = "To have it, send /setinline to @BotFather."
        last = well(inline, "It is switched off.", hint)
    return [well(API, "It answers."), well(TOKEN, f"It is accepted: the bot is {name}."), last]


def _not_good(said: Said) -> Check:
    if said.trouble:
        return fault(API, said.trouble, NETWORK)
    # 404 for a token that cannot be one, 421 for one of another of Telegram's worlds.
    if said.code in (401, 404, 421):
        mend = "Take it from @BotFather (/mybots, API Token) and set HERALD_TELEGRAM__TOKEN."
        return fault(TOKEN, "Telegram refused it.", mend)
    if said.code == HTTPStatus.TOO_MANY_REQUESTS:
        return fault(API, "It asks for a pause (HTTP 429).", "Wait a minute and ask again.")
    return fault(API, f"It has trouble (HTTP {said.code}).", "Wait a while and ask again.")


def _webhook(wanted: str, info: dict[str, Any], running: bool) -> Check:
    """Whether Telegram can bring updates to where the settings say."""
    mend = "Look into the proxy in front of Herald: it must pass POST requests to the web port."
    if _port(wanted) not in PORTS and urlsplit(wanted).scheme == "https":
        said = "Telegram posts to the ports 443, 80, 88 and 8443 only."
        return fault(WEBHOOK, said, "Set HERALD_TELEGRAM__WEBHOOK_URL to one of these.")
    if info.get("url") != wanted:
        if not running:
            return well(WEBHOOK, "Herald sets it when it starts.")
        said = "Herald runs, and the webhook is not set to HERALD_TELEGRAM__WEBHOOK_URL."
        return fault(WEBHOOK, said, "Restart Herald; if it comes back, another program sets it.")
    waiting = info.get("pending_update_count", 0)
    if (reason := _failing(info, datetime.now(UTC))) and running:
        return fault(WEBHOOK, f"Telegram could not bring an update: {reason}.", mend)
    if waiting > MANY and running:
        return fault(WEBHOOK, f"{waiting:,} updates wait to be brought.", mend)
    return well(WEBHOOK, f"It is set, and {_counted(waiting)}.")


def _failing(info: dict[str, Any], now: datetime) -> str:
    """Telegram's words for a failure of late, or with updates that still wait; else ""."""
    at, words = info.get("last_error_date", 0), str(info.get("last_error_message", ""))
    old = now - datetime.fromtimestamp(at, UTC) > RECENT
    if not at or (old and not info.get("pending_update_count")):
        return ""
    return "".join(c for c in words if c.isprintable())[:120].rstrip(". ") or "it does not say why"


async def _polling(api: Api, info: dict[str, Any], running: bool) -> Check:
    """Whether anybody else takes this bot's updates."""
    if info.get("url"):
        host = urlsplit(str(info["url"])).hostname or "an address"
        said = f"A webhook at {host} takes the updates."
        return fault(
            WEBHOOK, said,
            "Herald removes it when it starts. If it comes back, another program has the token:"
            " stop that, or have a new token made by @BotFather (/revoke).",
        )  # fmt: skip
    if running:
        return well(POLLING, "Herald takes the updates itself; a second taker was not looked for.")
    met = await api.ask("getUpdates", timeout=MEETING_SECONDS, limit=1)
    if met.code == HTTPStatus.CONFLICT:
        mend = "Stop the other one: only one can have a bot's updates."
        return fault(POLLING, "Another program takes this bot's updates.", mend)
    if met.code != HTTPStatus.OK:
        return _not_good(met)
    return well(POLLING, f"Nobody else takes the updates; {_counted(len(met.result))}.")


async def _channels(api: Api, bot: int) -> list[Check]:
    """Whether the bot may post in each channel of the settings, which are named by their place."""
    wanted = api.options.channels
    asked = [api.ask("getChatMember", chat_id=channel, user_id=bot) for channel in wanted]
    mend = "Make the bot an administrator there, with the right to post messages."
    found = []
    for number, said in enumerate(await asyncio.gather(*asked), start=1):
        name = f"channel no. {number}"
        if said.trouble or said.code == HTTPStatus.TOO_MANY_REQUESTS or said.code >= 500:
            found.append(_not_good(said))
        elif said.code != HTTPStatus.OK:
            found.append(fault(name, "The bot is not in it, or there is no such channel.", mend))
        elif _posts(said.result):
            found.append(well(name, "The bot may post there."))
        else:
            found.append(fault(name, "The bot may not post there.", mend))
    return found


def _posts(member: dict[str, Any]) -> bool:
    """Bot API, ChatMember: in a group every member writes, unless it is restricted."""
    match member.get("status"):
        case "creator" | "member":
            return True
        case "administrator":
            return bool(member.get("can_post_messages", True))
        case "restricted":
            return bool(member.get("is_member")) and bool(member.get("can_send_messages"))
    return False


def _counted(waiting: int) -> str:
    return f"{waiting:,} wait" if waiting > 1 else "one waits" if waiting else "none wait"


def _port(url: str) -> int:
    return urlsplit(url).port or 443


def _object(payload: bytes, wanted: type) -> dict[str, Any] | None:
    try:
        said = json.loads(payload)
    except ValueError:
        return None
    good = isinstance(said, dict) and "ok" in said
    if good and said["ok"] is True:
        good = isinstance(said.get("result"), wanted)
    return said if good else None


def _said(response: aiohttp.ClientResponse, payload: bytes, wanted: type) -> Said:
    """An answer of the API, or what it was instead."""
    date = response.headers.get("Date", "")
    said = _object(payload, wanted)
    if said is None:
        return Said(trouble=f"What answers is not a Bot API (HTTP {response.status}).", date=date)
    code = response.status if said["ok"] is True else said.get("error_code")
    return Said(code if isinstance(code, int) else 500, said.get("result"), date=date)


def _trouble(error: Exception) -> str:
    """Why there was no answer, without the library's words: they hold the token."""
    match error:
        case TimeoutError():
            return f"It did not answer within {checking.SECONDS:.0f} seconds."
        case aiohttp.ClientHttpProxyError():
            return f"The proxy refuses to ask it (HTTP {error.status})."
        case aiohttp.ClientConnectorDNSError():
            return "Its host was not found."
        case aiohttp.ClientConnectorCertificateError():
            return "Its certificate is not valid."
    return "It could not be reached."
