"""The time zones there are, and finding the one that somebody means."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from importlib import resources

# Offered by buttons; every other is typed.
COMMON = (
    "Europe/London", "Europe/Berlin", "Europe/Kyiv", "Europe/Moscow", "Asia/Tbilisi",
    "Asia/Almaty", "America/New_York", "America/Los_Angeles", "UTC",
)  # fmt: skip


@cache
def zones() -> dict[str, str]:
    """Every time zone's name, by its name in small letters."""
    names = (resources.files("tzdata") / "zones").read_text(encoding="utf-8").split()
    return {name.lower(): name for name in names}


def zone(words: str) -> str | None:
    """The zone of this name, or the one whose city it is: “moscow” is Europe/Moscow."""
    wanted = "_".join(words.lower().split())
    if wanted in zones():
        return zones()[wanted]
    return next((name for key, name in zones().items() if key.endswith(f"/{wanted}")), None)


def near(words: str) -> list[str]:
    """Up to three zones with a name much like this one."""
    wanted = "_".join(words.lower().split())[:40]
    cities = {key.rpartition("/")[2]: name for key, name in zones().items()}
    close = get_close_matches(wanted, [*zones(), *cities], n=6)
    found = [zones().get(key) or cities[key] for key in close]
    return list(dict.fromkeys(found))[:3]
