"""The machine around Herald: SQLite, time zones, who can read the settings, the proxy."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot import __version__
from bot.platforms.checking import Check, fault, well
from storage.health import sqlite_version

PROXY_SECONDS = 5.0
ZONES = ("Europe/London", "Europe/Moscow", "America/New_York", "Asia/Tokyo", "Pacific/Auckland")


def here(running: bool) -> list[Check]:
    """What can be told without asking anybody."""
    lives = "It runs now" if running else "It does not run now"
    return [well("herald", f"Version {__version__}. {lives}."), *_secret_files(), _sqlite(),
            _zones()]  # fmt: skip


async def proxy(url: str) -> list[Check]:
    """Whether the proxy takes connections; its user and password are not shown."""
    parts = urlsplit(url)
    where = f"{parts.hostname}:{parts.port}"
    try:
        async with asyncio.timeout(PROXY_SECONDS):
            _, writer = await asyncio.open_connection(parts.hostname, parts.port)
    except (OSError, TimeoutError):
        said = f"{where} cannot be reached; archives and platforms were not asked."
        return [fault("proxy", said, "Start it, or set HERALD_PROXY right.")]
    writer.close()
    return [well("proxy", f"{where} takes connections.")]


def _sqlite() -> Check:
    version, new_enough, mended = sqlite_version()
    if not new_enough:
        said = f"Version {version} is too old: Herald needs 3.37."
        return fault("sqlite", said, "Use a newer Python.")
    if not mended:
        hint = "An upgrade of the system's SQLite to 3.51.3 mends it."
        said = f"Version {version} has a rare fault that can damage a database (WAL reset)."
        return well("sqlite", said, hint)
    return well("sqlite", f"Version {version}.")


def _zones() -> Check:
    for name in ZONES:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, OSError):
            mend = "Install it: pip install tzdata"
            return fault("time zones", f"There is no data for {name}.", mend)
    return well("time zones", "Their data is there.")


def _secret_files() -> list[Check]:
    """A settings file in the current folder that everybody can read may hold a token."""
    found = []
    for file in (Path(".env"), Path("herald.toml")):
        try:
            mode = stat.S_IMODE(file.stat().st_mode)
        except OSError:
            continue
        if mode & 0o007:
            said = f"Every user of this machine can read {file}."
            found.append(well("settings file", said, f"chmod 600 {file}"))
    return found
