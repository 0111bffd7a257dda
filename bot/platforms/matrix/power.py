"""Who may do what in a room: the rules of power levels, as pure values.

Client-server specification, "m.room.power_levels"; room version 12: creators stand above all.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from bot.platforms.matrix.wire import Json

ABOVE_ALL = 1 << 60  # what a creator has, where creators stand above all levels
CREATOR = 100  # what they have where nothing is said of levels


@dataclass(frozen=True, slots=True)
class Power:
    """One room's: its power levels, None where none are set, and those who created it."""

    levels: Json | None = None
    creators: Collection[str] = field(default=())
    above: bool = False

    def of(self, user: str) -> int:
        """What this user has."""
        if user in self.creators and (self.above or self.levels is None):
            return ABOVE_ALL if self.above else CREATOR
        if self.levels is None:
            return 0
        users = self.levels.get("users")
        if isinstance(users, dict) and user in users:
            return _number(users[user], 0)
        return _number(self.levels.get("users_default"), 0)

    def manages(self, user: str) -> bool:
        """Whether this user may change the room's settings: then Herald's, too."""
        levels = self.levels or {}
        return self.of(user) >= _number(levels.get("state_default"), 50)

    def talks(self, user: str, kind: str) -> bool:
        """Whether this user may send events of this kind."""
        if self.levels is None:
            return True
        events = self.levels.get("events")
        needed = _number(self.levels.get("events_default"), 0)
        if isinstance(events, dict) and kind in events:
            needed = _number(events[kind], needed)
        return self.of(user) >= needed


def power(levels: Json | None, creation: Json | None) -> Power:
    """From the content of the levels, and the whole event with which the room began."""
    if creation is None:
        return Power(levels)
    content = creation.get("content", {})
    if not isinstance(content, dict):
        content = {}
    version = content.get("room_version", "1")
    above = isinstance(version, str) and version.isdigit() and int(version) >= 12
    more = content.get("additional_creators") if above else None
    # Until version 11 the content names the creator.
    first = content.get("creator", creation.get("sender"))
    named = [first, *(more if isinstance(more, list) else [])]
    return Power(levels, frozenset(n for n in named if isinstance(n, str)), above)


def _number(value: object, otherwise: int) -> int:
    """Levels are integers; old rooms have them as text, too."""
    if isinstance(value, int):
        return value
    try:
        return int(value) if isinstance(value, str) else otherwise
    except ValueError:
        return otherwise
