"""What is specific to a campaign: what it remembers, and what it knows of names."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Event:
    """Something remembered every year: its date, and the words that name it, by language.

    `words` are beginnings of the words that say whose event it is ("Magnitsk"), in any script.
    `about` are beginnings of those that tell it from other events of the same ("arrest"); an event
    without them is meant where none of the others is.
    """

    name: str
    date: date
    words: tuple[str, ...] = ()
    titles: dict[str, str] = field(default_factory=dict)
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Naming:
    """What is known of names: each group holds spellings that mean the same.

    `given` are given names with their short and foreign forms ("William", "Bill", "Билл");
    `aliases` are surnames or whole names that no rule leads to one another ("Schaake", "Схаке").
    """

    given: tuple[tuple[str, ...], ...] = ()
    aliases: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Follow:
    """One thing that a subscriber wants, or does not: a name, a word or a few, as they wrote it.

    `kind` is name, keyword or exclusion.
    """

    kind: str
    value: str
