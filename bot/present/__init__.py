"""How what Herald says looks as a Message: releases, lists, statements, and words to admins."""

from bot.present.archives import doubt, filled
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
from bot.present.search import (
    counted,
    some_years,
    sorted_by,
    tried,
    unclear,
    understood,
    with_count,
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
    "counted",
    "doubt",
    "doubtful",
    "filled",
    "headline",
    "lead",
    "left_out",
    "listing",
    "page",
    "paused",
    "progress",
    "refused",
    "resumed",
    "some_years",
    "sorted_by",
    "statement",
    "stopped",
    "suggestion",
    "tried",
    "unclear",
    "understood",
    "with_count",
    "withdrawn",
]
