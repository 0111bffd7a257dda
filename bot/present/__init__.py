"""How what Herald says looks as a Message: releases and lists, statements, trouble for admins."""

from bot.present.releases import (
    LEAD,
    MESSAGE,
    PAGE,
    Item,
    announcement,
    arrows,
    body,
    headline,
    lead,
    listing,
    page,
    suggestion,
    withdrawn,
)
from bot.present.statements import left_out, progress, statement
from bot.present.trouble import doubtful, paused, refused, resumed, stopped

__all__ = [
    "LEAD",
    "MESSAGE",
    "PAGE",
    "Item",
    "announcement",
    "arrows",
    "body",
    "doubtful",
    "headline",
    "lead",
    "left_out",
    "listing",
    "page",
    "paused",
    "progress",
    "refused",
    "resumed",
    "statement",
    "stopped",
    "suggestion",
    "withdrawn",
]
