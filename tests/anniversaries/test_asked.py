"""Which of several events somebody asks for, and what is left to say which anniversary."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.anniversaries import Reason, Why, asked, number_of, said, year_of
from bot.cli.opened import campaign_of
from config import load_campaign
from storage.model import Event

EVENTS = campaign_of(load_campaign(None)).events
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("words", "name", "number"),
    [
        ("", "magnitsky", 17), ("5", "magnitsky", 5), ("пять", "magnitsky", 5),
        ("пятая годовщина", "magnitsky", 5), ("2014 год", "magnitsky", 5),
        ("десятилетие", "magnitsky", 10), ("death 5", "magnitsky", 5),
        ("5th anniversary of the death of Sergei Magnitsky", "magnitsky", 5),
        ("Magnitsky fifth", "magnitsky", 5), ("arrest", "arrest", 18), ("arrest 5", "arrest", 5),
        ("fifth arrest", "arrest", 5), ("арест", "arrest", 18), ("арест 2014", "arrest", 6),
        ("пятая годовщина ареста", "arrest", 5), ("act 2017", "act", 5), ("Act 5", "act", 5),
        ("закон", "act", 13), ("закон Магнитского 5", "act", 5), ("Magnitsky Act", "act", 13),
        ("anniversary of the arrest", "arrest", 18), ("e2 2014", "arrest", 6),
        ("e9 2014", "magnitsky", 5), ("hello", "magnitsky", None),
        ("arrest hello", "arrest", None), ("5 2014", "magnitsky", 5), ("5 6", "magnitsky", None),
        ("arrest 5 2015", "arrest", None), ("16 November 2014", "magnitsky", None),
    ],
)  # fmt: skip
def test_the_event_and_the_number(words: str, name: str, number: int | None) -> None:
    """A name, or words of what it is about or of its title, choose; the rest is the number."""
    event, rest = asked(EVENTS, words)
    year = year_of(event, rest, TODAY)

    assert [name, number] == [
        event.name, None if isinstance(year, Why) else number_of(event, year),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "day"),
    [("2226", date(2226, 11, 16)), ("2227", None), ("9999", None), ("99999", None)],
)
def test_how_far_ahead(words: str, day: date | None) -> None:
    """Two hundred years ahead the days are counted; all that is further has one answer."""
    why = year_of(EVENTS[0], words, TODAY)

    assert isinstance(why, Why)
    assert (why.reason, why.day) == (Reason.FUTURE, day)


@given(st.text())
def test_any_words_mean_some_event(words: str) -> None:
    """Nothing that can be typed raises."""
    event, rest = asked(EVENTS, words)
    year_of(event, rest, TODAY)


@given(st.lists(st.text(min_size=1), min_size=1, max_size=5, unique=True), st.data())
def test_what_a_button_says_is_understood(names: list[str], data: st.DataObject) -> None:
    """Whatever events are called, their buttons lead to them and are short enough."""
    events = [Event(name, date(2009, 11, n + 1)) for n, name in enumerate(names)]
    event = data.draw(st.sampled_from(events))
    words = said(events, event, 2014)

    assert (event, "2014") == (asked(events, words).event, asked(events, words).words.strip())
    assert len(f"anniversary {words}".encode()) <= 46


def test_a_long_name_goes_by_its_place() -> None:
    """A name that a button cannot hold is told by its number in the settings."""
    long = replace(EVENTS[1], name="the arrest " * 20)

    assert "e2 2014" == said((EVENTS[0], long), long, 2014)
