"""Judges what follows from a release that a site showed once and does not show now."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from storage.model import Kind, Known

FEW, SHARE = 10, 0.10  # more than either of what is listed, at once, is rarely true
TWICE = 2  # readings in a row without a release: then it is gone

EMPTY = "The site shows no releases at all now: nothing is taken for withdrawn."


@dataclass(frozen=True, slots=True)
class Seen:
    """What one complete look at a site was worth. `sure`: it is a list without a gap.

    A walk may have ended early: of what is not dated after `since` it says little, and nothing
    if it had one page `alone`. `feed` is the oldest date of the feed that was looked at beside a
    list, None where that failed; `fresh` are releases that a list may be too old to have.
    `nothing`: there was no release at all; not `whole`: nothing follows from what it lacked.
    """

    sure: bool = False
    since: date | None = None
    alone: bool = False
    feed: date | None = None
    fresh: Collection[int] = ()
    nothing: bool = False
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from absence: these are gone, these are if their pages say so, and these were
    missed once more. `notice` is for a person, "" for nothing.
    """

    gone: tuple[Known, ...] = ()
    asked: tuple[Known, ...] = ()
    missed: tuple[Known, ...] = ()
    notice: str = ""


def judged(listed: Sequence[Known], shown: Collection[int], seen: Seen) -> Verdict:
    """What to think of the releases that were `listed` before and are not among the `shown`."""
    if not seen.whole:
        return Verdict()
    absent = tuple(
        one for one in listed if one.id not in shown and not (seen.alone and _is_behind(one, seen))
    )
    if seen.nothing:
        return Verdict(asked=absent, notice=EMPTY if absent else "")
    expected = sum(not seen.sure or _was_there(one, seen) for one in absent)
    if expected > max(FEW, SHARE * len(listed)):
        notice = (
            f"The site does not show {expected} of {len(listed)} releases any more, all at"
            " once: only those whose own pages are gone are taken for withdrawn."
        )
        return Verdict(asked=absent, notice=notice)
    certain = {one.id for one in absent if _is_certain(one, seen)}
    weighed = {one.id for one in absent if _counts(one, seen)} - certain
    twice = {one.id for one in absent if one.id in weighed and one.missed + 1 >= TWICE}
    return Verdict(
        gone=tuple(one for one in absent if one.id in certain | twice),
        asked=tuple(one for one in absent if one.id not in certain | twice),
        missed=tuple(one for one in absent if one.id in weighed - twice),
    )


def _is_behind(one: Known, seen: Seen) -> bool:
    """Whether it is where a walk that ended early would not have come."""
    return seen.since is not None and one.published <= seen.since


def _had_it(one: Known) -> bool:
    """Whether a list once had it: what it never had (a type of its own) it cannot lose."""
    return one.kind is Kind.REST or bool(one.modified)


def _in_feed(one: Known, seen: Seen) -> bool:
    """Whether the feed would show it still."""
    return seen.feed is not None and one.published > seen.feed


def _was_there(one: Known, seen: Seen) -> bool:
    return _had_it(one) or _in_feed(one, seen)


def _is_certain(one: Known, seen: Seen) -> bool:
    """Gone at once: the list had it, and is not an old one out of a cache."""
    return seen.sure and seen.feed is not None and _had_it(one) and one.id not in seen.fresh


def _counts(one: Known, seen: Seen) -> bool:
    """Whether lacking it twice tells something; else only its own page does."""
    if not seen.sure:
        return not _is_behind(one, seen)
    return _in_feed(one, seen) or (_had_it(one) and one.id not in seen.fresh)
