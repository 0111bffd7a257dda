"""Telegram: its options, and how it is connected. Light: no library is loaded before `connect`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

if TYPE_CHECKING:
    from bot import chat

# A bot's user id and what BotFather drew for it (Bot API, "Authorizing your bot").
_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{3,128}")
_CHANNEL = re.compile(r"@[A-Za-z][A-Za-z0-9_]{3,31}|-[1-9][0-9]{3,15}")
_LOOPBACK = re.compile(r"localhost|127(?:\.[0-9]{1,3}){3}|::1")


class Options(BaseModel):
    """What the operator chose: `rate` is messages a second, `admins` are user ids.

    `channels`, by @name or id, get every release. `webhook_url` is where Telegram brings the
    updates; "" means that Herald asks for them. `paid`: what is pushed may cost Stars, and go out
    faster. `probe_seconds` after a start it is looked for what was left in doubt; 0: never.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    token: SecretStr
    api_url: str = "https://api.telegram.org"
    admins: tuple[int, ...] = ()
    channels: tuple[str, ...] = ()
    rate: float = Field(29.0, ge=0.1, le=1000, allow_inf_nan=False)
    webhook_url: str = ""
    paid: bool = False
    probe_seconds: float = Field(0, ge=0, le=600, allow_inf_nan=False)

    @property
    def probing(self) -> bool:
        """Whether it is looked for what was left in doubt. An admin is needed for that."""
        return bool(self.probe_seconds and self.admins)

    @field_validator("token")
    @classmethod
    def _token(cls, token: SecretStr) -> SecretStr:
        bare = SecretStr(token.get_secret_value().strip())
        if not _TOKEN.fullmatch(bare.get_secret_value()):
            raise ValueError(
                "must be a bot's token as @BotFather gives it: digits, a colon, then letters"
            )
        return bare

    @field_validator("api_url")
    @classmethod
    def _api_url(cls, url: str) -> str:
        try:
            parts = urlsplit(url.strip())
            usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
            usable = usable and not (parts.query or parts.fragment) and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise ValueError("must be an address that begins with http:// or https://")
        return url.strip().rstrip("/")

    @field_validator("webhook_url")
    @classmethod
    def _webhook_url(cls, url: str) -> str:
        url = url.strip()
        if not _reachable(url):
            raise ValueError("must be an address that begins with https://, without a user name")
        return url

    @field_validator("admins")
    @classmethod
    def _admins(cls, admins: tuple[int, ...]) -> tuple[int, ...]:
        if any(number <= 0 for number in admins):
            raise ValueError("must be user ids, which are whole numbers above 0")
        return admins

    @field_validator("channels", mode="before")
    @classmethod
    def _numbers(cls, channels: object) -> object:
        """An id may be written as the number that it is."""
        if not isinstance(channels, list | tuple):
            return channels
        return tuple(str(c) if isinstance(c, int) else c for c in channels)

    @field_validator("channels")
    @classmethod
    def _channels(cls, channels: tuple[str, ...]) -> tuple[str, ...]:
        stripped = tuple(channel.strip() for channel in channels)
        if not all(_CHANNEL.fullmatch(channel) for channel in stripped):
            raise ValueError("must be channels: each an @name, or an id, which begins with -100")
        return tuple(dict.fromkeys(stripped))


def _reachable(url: str) -> bool:
    """Whether Telegram may post there; plain http is for tests, which never leave the machine."""
    if not url:
        return True
    try:
        parts = urlsplit(url)
        alone = parts.username is None and parts.password is None and parts.port != 0
    except ValueError:
        return False
    if parts.scheme == "http" and not _LOOPBACK.fullmatch(parts.hostname or ""):
        return False
    usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and url.isprintable()
    return alone and usable and not parts.fragment and " " not in url


async def connect(options: Options, host: chat.Host) -> chat.Platform:
    """Telegram, ready to run. Nothing is asked of it yet."""
    from bot.platforms.telegram.platform import Telegram

    return Telegram(options, host)
