"""A moment as admins read it: the day and the time where the campaign is."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.chat import Context
from bot.i18n import Texts


def moment(instant: datetime | None, t: Texts, context: Context) -> str:
    """The instant in words, to the minute; that it is not known for None."""
    if instant is None:
        return t("not known")
    there = instant.astimezone(ZoneInfo(context.campaign.timezone))
    return f"{t.day(there.date())}, {there:%H:%M}"
