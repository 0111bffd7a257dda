"""Which day it is for the reader."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from bot.chat import Context, Request
from bot.commands._zones import zones


def today(request: Request, context: Context) -> date:
    """The date where the reader is, as far as we know; else where the campaign is."""
    known = request.timezone if request.timezone in zones().values() else ""
    return context.now.astimezone(ZoneInfo(known or context.campaign.timezone)).date()
