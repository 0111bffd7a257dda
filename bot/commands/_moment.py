"""A moment as admins read it: the day and the time where the campaign is."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.chat import Context
from bot.i18n import Texts


def moment(instant: datetime | None, t: Texts, context: Context) -> str:
    """The instant in words, to the minute, with its zone; that it is not known for None."""
    if instant is None:
        return t("not known")
    there = instant.astimezone(ZoneInfo(context.campaign.timezone))
    # Zones without letters of their own are named by their distance: “+04”.
    zone = there.tzname() or ""
    zone = f"UTC{zone}" if zone[:1] in ("+", "-") else zone
    return f"{t.day(there.date())}, {there:%H:%M} {zone}"
