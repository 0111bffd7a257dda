"""Decides what becomes of releases that are seen for the first time. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from storage.model import Draft, Fate

AHEAD = timedelta(days=1)


def fates(
    unknown: Sequence[Draft],
    *,
    first: bool,
    now: datetime,
    zone: tzinfo,
    window: timedelta,
    burst: int,
) -> list[Fate]:
    """One fate for each of the new drafts of one reading.

    In the `first` complete reading of an archive nothing is news. Later, what is dated within
    `window` (its length includes the time Herald was down) and at most a day ahead is announced;
    but more than `burst` at once are held, all of them, for an admin to decide.
    """
    news = [not first and is_news(draft, now, zone, window) for draft in unknown]
    # A feed may list one release twice: that is one, not two.
    different = {
        draft.aliases or draft.fingerprint
        for draft, is_new in zip(unknown, news, strict=True)
        if is_new
    }
    wanted = Fate.HOLD if len(different) > burst else Fate.ANNOUNCE
    return [wanted if one else Fate.QUIET for one in news]


def is_news(draft: Draft, now: datetime, zone: tzinfo, window: timedelta) -> bool:
    """Whether the release is dated within the window; a date without a time counts to its end."""
    if draft.published_at is not None:
        return now - window <= draft.published_at <= now + AHEAD
    first, last = (now - window).astimezone(zone).date(), (now + AHEAD).astimezone(zone).date()
    return first <= draft.published <= last
