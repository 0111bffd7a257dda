"""Where messages can go, who asked for them, and how the platforms are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message can go. `chat` and `thread` are the platform's own, as text."""

    platform: str
    chat: str
    thread: str = ""

    def __repr__(self) -> str:
        """Addresses never reach a log: neither does their repr."""
        return f"Address({self.platform}, …)"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """An Address that asked for releases, or at least chose a language.

    `language` and `timezone` are "" until chosen; `only` names the languages of releases
    wanted, empty for all of them.
    """

    id: int
    address: Address
    active: bool
    language: str = ""
    timezone: str = ""
    only: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Standing:
    """How a platform was when it last said so, and since when (UTC); `why` is "" if it is well.

    `paused` is since when the push there rests, because too many were refused; None if it does not.
    """

    name: str
    ok: bool
    why: str
    since: datetime
    paused: datetime | None = None
