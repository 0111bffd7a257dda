"""How it stands with an archive: whether it answers, its feed, and how much of it is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.app import clock
from bot.archive.discover import discover
from bot.archive.document import Unreadable
from bot.archive.fetch import Answer, Fetcher, FetchError
from bot.archive.parse_process import read_apart
from bot.archive.private import PrivateAddress
from bot.platforms import checking
from bot.platforms.checking import Check, fault, well
from storage.model import Archive, History, Reading

TOGETHER_SECONDS = 20.0  # for the page, its feed, and reading that

URL = "Set its url in HERALD_ARCHIVES, or in the campaign's file, to the site or its feed."
NETWORK = "Check its url, the network and HERALD_PROXY."
WAIT = "The trouble is the site's own: wait, or tell whoever keeps it."
FILL = "Run herald backfill; herald run does it by itself, after its first reading."
LOOK = "Look at the site: it goes away by itself when it is over."
PRIVATE = "If it is meant to be there, set HERALD_ALLOW_PRIVATE_NETWORKS=true."


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of an archive: `trouble` and its mend, or so many releases in its feed."""

    archive: Archive
    trouble: str = ""
    mend: str = ""
    releases: int = 0
    clock: tuple[Check, ...] = ()


class _Brief(Fetcher):
    """A fetcher that waits for no answer for long."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        try:
            async with asyncio.timeout(checking.SECONDS):
                return await self._fetcher.get(url, headers)
        except TimeoutError:
            said = f"The archive did not answer within {checking.SECONDS:.0f} seconds."
            raise FetchError(said) from None


async def look(fetcher: Fetcher, archive: Archive) -> Look:
    """Ask the archive as `herald run` would on first contact. Nothing is kept."""
    try:
        async with asyncio.timeout(TOGETHER_SECONDS):
            feed, answer = await discover(_Brief(fetcher), archive.url)
            if not feed:
                return Look(archive, *_no_feed(answer), clock=_clock(answer))
            document = await read_apart(answer.body, archive, clock(), answer.url)
    except FetchError as error:
        private = str(error) == str(PrivateAddress())
        return Look(archive, str(error), PRIVATE if private else NETWORK)
    except Unreadable as error:
        return Look(archive, f"Its feed cannot be read. {error}", URL, clock=_clock(answer))
    except TimeoutError:
        return Look(archive, f"It took longer than {TOGETHER_SECONDS:.0f} seconds.", WAIT)
    if not document.drafts:
        return Look(archive, "Its feed has no releases.", URL, clock=_clock(answer))
    return Look(archive, releases=len(document.drafts), clock=_clock(answer))


def judged(look: Look, readings: Sequence[Reading], histories: Sequence[History] = ()) -> Check:
    """One line for an archive, with what the database knows of it."""
    name = f"archive {look.archive.name}"
    known = next((r for r in readings if r.archive == look.archive.name), None)
    if known is not None and known.resting and known.url == look.archive.url:
        return fault(name, f"It is not asked any more. {known.last_error}".rstrip(), URL)
    if look.trouble:
        return fault(name, look.trouble, look.mend)
    kept = known.releases if known is not None else 0
    found = f"Its feed was found, with {_releases(look.releases)}; {kept:,} kept."
    history = next((h for h in histories if h.archive == look.archive.name), None)
    if history is None or history.filled_at is None:
        return well(name, f"{found} Not all that it ever published is there yet.", FILL)
    if history.notice:
        return well(name, f"{found} {history.notice}", LOOK)
    return well(name, found)


def _releases(number: int) -> str:
    return "one release" if number == 1 else f"{number:,} releases"


def _no_feed(answer: Answer) -> tuple[str, str]:
    status = answer.status
    if status == 200:
        return "It answers, and no feed was found there.", URL
    if status in (404, 410):
        return f"There is nothing at its url (HTTP {status}).", URL
    if status in (401, 403):
        mend = "Ask whoever keeps the site to let Herald read it; its User-Agent begins Herald/."
        return f"It lets nobody in, or not Herald (HTTP {status}).", mend
    return f"It has trouble (HTTP {status}).", WAIT


def _clock(answer: Answer) -> tuple[Check, ...]:
    # What a cache gives out has the date of when it was made (RFC 9111, 5.1).
    if "age" in answer.headers:
        return ()
    return tuple(checking.clock(answer.headers.get("date", ""), clock()))
