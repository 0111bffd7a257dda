"""One archive as the operator names it: where it is, its language and zone, how often to ask."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

POLL_LEAST = 60
RECONCILE_LEAST = 3600
LONGEST = 366 * 86400


def is_private(url: str) -> bool:
    """Whether the URL's host is written as a loopback or private address, or is localhost."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False


def zone(name: str) -> str:
    """This time zone's name, if there is such a zone; else ValueError."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("must be a time zone such as Europe/London") from None
    return name


class ArchiveSettings(BaseModel):
    """Seconds are whole or broken; an archive on a private address may be asked every second."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = ""
    url: str
    language: str = "en"
    timezone: str = "Europe/London"
    poll_seconds: float = Field(900, le=LONGEST, allow_inf_nan=False)
    reconcile_seconds: float = Field(21600, le=LONGEST, allow_inf_nan=False)

    @field_validator("url")
    @classmethod
    def _url(cls, url: str) -> str:
        try:
            parts = urlsplit(url.strip())
            usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
        except ValueError:
            usable = False
        if not usable:
            raise ValueError("must be an address that begins with http:// or https://")
        if "@" in parts.netloc:
            raise ValueError("must be an address without a user name or password")
        return url.strip()

    @field_validator("language")
    @classmethod
    def _language(cls, language: str) -> str:
        code = language.lower().partition("-")[0]
        if len(code) != 2 or not code.isascii() or not code.isalpha():
            raise ValueError("must be a language of two letters such as en or ru")
        return code

    @field_validator("timezone")
    @classmethod
    def _timezone(cls, name: str) -> str:
        return zone(name)

    @model_validator(mode="after")
    def _not_too_often(self) -> ArchiveSettings:
        private = is_private(self.url)
        if self.poll_seconds < (1 if private else POLL_LEAST):
            raise ValueError("poll_seconds must be at least 60, or 1 on a private address")
        if self.reconcile_seconds < (1 if private else RECONCILE_LEAST):
            raise ValueError("reconcile_seconds must be at least 3600, or 1 on a private address")
        return self

    @property
    def known_as(self) -> str:
        """Its name, or its host where none was given."""
        return self.name or (urlsplit(self.url).hostname or "archive")
