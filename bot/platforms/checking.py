"""What a look at how things stand finds. A platform that can be looked at has a module `check`:
`async def check(options, around) -> list[Check]`, which changes nothing and ends in 25 seconds.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from storage import Vault

SECONDS = 10.0  # the longest that a server is waited for
CLOCK = "clock"
WRONG_CLOCK = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. A `mend` where all is `ok` is a hint."""

    check: str
    ok: bool
    detail: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Around:
    """What a platform's check finds: the proxy, the web port, and whether `herald run` lives.

    `closed` is why that run has not got the web port, "" where it has, or where nobody knows.
    `vault` opens what the platform keeps sealed, for a look; None where there is none.
    """

    proxy: str
    host: str
    port: int
    running: bool
    vault: Callable[[], AbstractContextManager[Vault]] | None = None
    closed: str = ""


def well(check: str, detail: str, hint: str = "") -> Check:
    return Check(check, True, detail, hint)


def fault(check: str, detail: str, mend: str) -> Check:
    return Check(check, False, detail, mend)


def clock(date: str, now: datetime) -> list[Check]:
    """Our time beside a server's `Date` header (RFC 9110, 6.6.1); nothing where there is none."""
    try:
        theirs = parsedate_to_datetime(date)
    except ValueError:
        return []
    off = now - (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC))
    if abs(off) <= WRONG_CLOCK:
        return [well(CLOCK, "It agrees with the servers' to a few minutes.")]
    minutes = round(abs(off) / timedelta(minutes=1))
    said = f"It is {minutes:,} minutes {'fast' if off > timedelta() else 'slow'}."
    return [fault(CLOCK, said, "Let the machine keep its time (timedatectl set-ntp true).")]


async def web_port(around: Around) -> Check:
    """Whether the web port is open where Herald runs, and free where it does not."""
    where = f"{around.host}:{around.port}"
    if around.running and around.closed:
        # Who answers there is somebody else, perhaps another Herald.
        mend = "Stop what has it, or set HERALD_WEB__PORT to another, and start Herald anew."
        return fault("web port", f"Herald runs without {where}: {around.closed}.", mend)
    if around.running:
        if await _answers(around.host, around.port):
            return well("web port", f"Herald listens at {where}.")
        mend = "Look into Herald's log; set HERALD_WEB__PORT to a free one."
        return fault("web port", f"Herald runs, and nothing listens at {where}.", mend)
    reason = await asyncio.to_thread(_taken, around.host, around.port)
    if not reason:
        return well("web port", f"{where} is free for Herald.")
    mend = "Stop what has it, or set HERALD_WEB__HOST and HERALD_WEB__PORT to another."
    return fault("web port", f"{where} cannot be opened: {reason}.", mend)


async def _answers(host: str, port: int) -> bool:
    # Where it listens on every address, it listens here, too.
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - nothing is bound
    try:
        async with asyncio.timeout(SECONDS):
            _, writer = await asyncio.open_connection(here, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


def _taken(host: str, port: int) -> str:
    """Why nobody could listen there now, "" if one could. Nothing is left open."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
            tried.listen(1)
    except OSError as error:
        return (error.strerror or "unknown reason").lower()
    return ""
