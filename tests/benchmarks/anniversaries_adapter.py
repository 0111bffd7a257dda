"""Anniversaries as functions: a title, a lead and a date go in, what they mark comes out."""

from __future__ import annotations

from datetime import date

from bot.anniversaries import number_of, recognise
from bot.anniversaries.cues import Strength, strongest
from bot.anniversaries.numbers import plain
from bot.cli.opened import campaign_of
from config import load_campaign

EVENTS = campaign_of(load_campaign(None)).events
DEATH = EVENTS[0].name


def detect(title: str, lead: str, day: str, language: str) -> dict[str, object] | None:
    """The event, its number and the release's role; "other" for somebody else's anniversary."""
    found = recognise(EVENTS, title, lead, date.fromisoformat(day))
    if found is None:
        cue = strongest(plain(title))
        if cue is None or cue.strength is not Strength.STRONG:
            return None
        return {"event": "other", "n": cue.number, "role": None}
    number = found.stated or number_of(found.event, found.year)
    name = "death" if found.event.name == DEATH else found.event.name
    return {"event": name, "n": number, "role": found.role.value}
