"""The ways in which an archive's whole history may be read: what each offers to whoever walks it.

REST (WordPress), the feed page by page, and the archive's pages in HTML; the better one first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.archive.document import Document
from storage.model import Glimpse


class NoWay(Exception):
    """This way does not lead anywhere (any more); the text is one sentence that says why."""


class Unheard(Exception):
    """The site did not answer, however patiently it was asked; the text is one sentence."""


class Way(Protocol):
    """One way to read all there is, in pages numbered from 1.

    Every method raises NoWay or Unheard. `total` is how many releases there are, where the site
    says so, once something was asked.
    """

    name: str
    url: str
    oldest_first: bool
    total: int | None

    async def page(self, number: int) -> Document | None:
        """The releases of one page, oldest first; None past the last."""
        ...

    async def last(self) -> int:
        """The number of the last page; 0 where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Listing:
    """All that a site shows now. `whole`: it was read without a gap, so that what it lacks is
    not shown any more.
    """

    glimpses: tuple[Glimpse, ...]
    whole: bool


class ListingWay(Way, Protocol):
    """A way that can say what there is without sending the texts (REST)."""

    async def listing(self) -> Listing:
        """All that there is, cheaply."""
        ...

    async def posts(self, numbers: Sequence[int]) -> Document:
        """These posts, whole."""
        ...
