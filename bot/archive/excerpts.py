"""Makes excerpts whole before they are kept, where that is worth asking for the post itself."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from datetime import datetime

from bot.archive.document import PROTECTED
from bot.archive.visitor import Visitor
from bot.archive.ways import Unheard
from bot.archive.whole import whole
from storage import Storage
from storage.model import Archive, Draft, Glimpse, Kind, Known

# A release as it is to be kept; behind one that was made whole, the excerpt that was shown of it.
Group = tuple[Draft, ...]

# So many in a row that could not be made whole: then it is no use with this site, for now. So many
# that only their pages made whole: then these are asked first.
ENOUGH = 5


class Excerpts:
    """The excerpts of one reading of an archive.

    `cut`: there were some where the feed once had whole texts; `newly`: for the first time.
    """

    def __init__(
        self, storage: Storage, visitor: Visitor, archive: Archive, clock: Callable[[], datetime]
    ) -> None:
        self._storage = storage
        self._visitor = visitor
        self._archive = archive
        self._clock = clock
        self._failed = 0
        self._unfed = 0
        self.cut = False
        self.newly = False

    async def made_whole(
        self, drafts: Sequence[Draft], *, again: bool = False, within: float = math.inf
    ) -> tuple[list[Group], tuple[tuple[str, str], ...]]:
        """What is to be kept of these drafts, and what turned out to be no release for us.

        A request is worth it for what is unknown and where the excerpt is another one than the
        last time; with `again` for what could not be made whole then, too. The excerpt is kept
        behind the whole text: by it the next reading knows that nothing changed.

        What is not whole `within` so many seconds is an excerpt for now; and what we have whole
        is left out then, so that a later look, which has more time, still sees the difference.
        """
        until = asyncio.get_running_loop().time() + within
        found = await self._known([d for d in drafts if d.kind is Kind.EXCERPT])
        self.cut = self.cut or any(known and known.fed for known in found)
        self.newly = self.newly or any(k and k.fed and not k.excerpt for k in found)
        known = iter(found)
        cut = [(draft, next(known)) for draft in drafts if draft.kind is Kind.EXCERPT]
        wholes = {}
        for draft, one in sorted(cut, key=lambda pair: pair[1] is not None):  # new ones first
            if _worth(draft, one, again=again):
                wholes[id(draft)] = one, await self._whole(draft, until)
        groups: list[Group] = []
        refused = []
        for draft in drafts:
            if id(draft) not in wholes:
                groups.append((draft,))
                continue
            one, made = wholes[id(draft)]
            if made is None:
                refused.append((draft.link, PROTECTED))
            elif made is not draft:
                groups.append((made, draft))
            elif one is None or one.kind <= Kind.EXCERPT or within == math.inf:
                groups.append((draft,))
        return groups, tuple(refused)

    async def _known(self, drafts: Sequence[Draft]) -> list[Known | None]:
        if not drafts:
            return []
        glimpses = [Glimpse(d.key, d.aliases, d.fingerprint) for d in drafts]
        return await self._storage.histories.known(self._archive, glimpses)

    async def _whole(self, draft: Draft, until: float) -> Draft | None:
        """The whole release, or the excerpt where the site does not give more of it now."""
        if self._failed >= ENOUGH or asyncio.get_running_loop().time() >= until:
            return draft
        try:
            async with asyncio.timeout_at(until if until < math.inf else None):
                made = await whole(
                    self._visitor, self._archive, draft, self._clock(),
                    page_first=self._unfed >= ENOUGH,
                )  # fmt: skip
        except (Unheard, TimeoutError):
            made = draft
        if made is not None:
            self._unfed = self._unfed + 1 if made.kind is Kind.PAGE else 0
        self._failed = self._failed + 1 if made is draft else 0
        return made


def _worth(draft: Draft, known: Known | None, *, again: bool) -> bool:
    if known is None or known.excerpt != draft.digest:
        return True
    return again and known.kind <= Kind.EXCERPT
