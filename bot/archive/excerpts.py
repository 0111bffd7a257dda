"""Makes excerpts whole before they are kept, where that is worth asking for the post itself."""

from __future__ import annotations

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

ENOUGH = 5  # in a row that could not be made whole: then it is no use with this site, for now


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
        self.cut = False
        self.newly = False

    async def made_whole(
        self, drafts: Sequence[Draft], *, again: bool = False
    ) -> tuple[list[Group], tuple[tuple[str, str], ...]]:
        """What is to be kept of these drafts, and what turned out to be no release for us.

        A request is worth it for what is unknown and where the excerpt is another one than the
        last time; with `again` for what could not be made whole then, too. The excerpt is kept
        behind the whole text: by it the next reading knows that nothing changed.
        """
        found = await self._known([d for d in drafts if d.kind is Kind.EXCERPT])
        self.cut = self.cut or any(known and known.fed for known in found)
        self.newly = self.newly or any(k and k.fed and not k.excerpt for k in found)
        known = iter(found)
        groups: list[Group] = []
        refused = []
        for draft in drafts:
            if draft.kind is not Kind.EXCERPT or not _worth(draft, next(known), again=again):
                groups.append((draft,))
            elif (made := await self._whole(draft)) is None:
                refused.append((draft.link, PROTECTED))
            else:
                groups.append((draft,) if made is draft else (made, draft))
        return groups, tuple(refused)

    async def _known(self, drafts: Sequence[Draft]) -> list[Known | None]:
        if not drafts:
            return []
        glimpses = [Glimpse(d.key, d.aliases, d.fingerprint) for d in drafts]
        return await self._storage.histories.known(self._archive, glimpses)

    async def _whole(self, draft: Draft) -> Draft | None:
        """The whole release, or the excerpt where the site does not give more of it now."""
        if self._failed >= ENOUGH:
            return draft
        try:
            made = await whole(self._visitor, self._archive, draft, self._clock())
        except Unheard:
            made = draft
        self._failed = self._failed + 1 if made is draft else 0
        return made


def _worth(draft: Draft, known: Known | None, *, again: bool) -> bool:
    if known is None or known.excerpt != draft.digest:
        return True
    return again and known.kind <= Kind.EXCERPT
