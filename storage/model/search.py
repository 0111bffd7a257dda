"""What a search comes to: hits, the names that were meant, what is offered instead."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from storage.model.releases import Release
from storage.model.text import RichText


class Order(StrEnum):
    """How hits are sorted."""

    BEST = "best"
    NEW = "new"
    OLD = "old"


class Missing(StrEnum):
    """Why a query asks for nothing."""

    WORDS = "words"  # there is no word in it
    WANTED = "wanted"  # it says only what is not wanted


@dataclass(frozen=True, slots=True)
class Hit:
    """A release that was found, with the words around the hit, the hit itself in bold."""

    release: Release
    snippet: RichText


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the archive: the name as it is written most, and how many releases have it.

    `name` asked for finds these releases again.
    """

    name: str
    releases: int


@dataclass(frozen=True, slots=True)
class Named:
    """A name that a query was understood to mean: the words `asked`, the `name` it is, and the
    `spellings` of it in the releases that were looked for, the most frequent first. `sure`: it is
    a person's, and no ordinary word that stands with a capital somewhere.
    """

    asked: str
    name: str
    spellings: tuple[str, ...]
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to: some of the hits, sorted by `order`, and how many there are in all.

    `more`: there are more than `total`, which nobody counted. Where nothing was found, `tried` has
    the spellings that were looked for, and `offers` the names nearest to the one asked for. `asked`
    is the query as it was understood, where a keyboard in the other script had been forgotten.
    `unread` are pieces that look like an operator and say nothing ("after:2014-13"): words, then.
    """

    hits: tuple[Hit, ...] = ()
    total: int = 0
    more: bool = False
    order: Order = Order.BEST
    names: tuple[Named, ...] = ()
    tried: tuple[str, ...] = ()
    offers: tuple[Person, ...] = ()
    missing: Missing | None = None
    asked: str = ""
    unread: tuple[str, ...] = ()
