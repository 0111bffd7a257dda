"""Invented titles in four languages: which event each marks, its number and its role."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.anniversaries import number_of, recognise
from bot.cli.opened import campaign_of
from config import load_campaign

TABLE = Path(__file__).with_name("titles.txt")
EVENTS = campaign_of(load_campaign(None)).events
NAMES = {"death": "magnitsky"}


def rows() -> list[list[str]]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [
        [cell.strip() for cell in line.split("|")]
        for line in lines
        if line.strip() and not line.startswith("#")
    ]


@pytest.mark.parametrize(("day", "mark", "role", "title", "lead"), rows())
def test_a_title(day: str, mark: str, role: str, title: str, lead: str) -> None:
    """The event and number that the table says, or none of ours; and the role."""
    found = recognise(EVENTS, title, lead, date.fromisoformat(day))
    name, _, number = mark.partition(" ")

    if found is None:
        assert mark == "-"
        return
    assert [NAMES.get(name, name), role] == [found.event.name, found.role.value]
    assert int(number or 0) == (found.stated or number_of(found.event, found.year))


def test_the_order_of_events_does_not_matter() -> None:
    """Which event comes first in the settings changes nothing of what a title marks."""
    for day, _, _, title, lead in rows():
        found = [
            recognise(events, title, lead, date.fromisoformat(day))
            for events in (EVENTS, tuple(reversed(EVENTS)))
        ]

        assert found[0] == found[1], title
