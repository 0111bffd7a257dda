"""How many there are on each platform, as admins read it."""

from __future__ import annotations

from collections.abc import Mapping


def by_platform(counts: Mapping[str, int]) -> str:
    """The platforms by name, each with its count: “Here 12, There 3”."""
    return ", ".join(f"{name.title()} {count}" for name, count in counts.items())
