"""Decides how an archive is asked, and when again. Pure: what was read before and said now, in."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from bot.archive.fetch import Answer, retry_after
from storage.model import Reading

# Permanent redirects are believed after so many good answers: hotels redirect for good, too.
PROVEN = 3
LONGEST_WAIT = 600.0
LONGEST_RETRY_AFTER = 86_400.0
# Doubled at each failure, the first included: an outage of ten seconds is over within a minute.
FIRST_WAIT = 10.0
LONGEST_JITTER = 1.0
FRESH_SECONDS = 2.0
STATUS = "The archive answers with status {status}."
_LATER = re.compile(STATUS.format(status=r"(?:429|5[0-9]{2})").replace(".", r"\."))
GONE = "The archive says that the feed is gone for good (410)."


def conditions(reading: Reading) -> dict[str, str]:
    """The headers of a conditional request, with the validators exactly as they were received.

    WordPress wants both to match where both are sent (wp-includes/class-wp.php, send_headers),
    and servers that compress change the ETag on its way out: a weak one, or one ending in
    `-gzip`, never matches again (Apache bug 45023). Then the date goes alone.
    """
    changed = reading.etag.startswith("W/") or reading.etag.endswith('-gzip"')
    headers = {}
    if reading.last_modified:
        headers["If-Modified-Since"] = reading.last_modified
    if reading.etag and not (changed and reading.last_modified):
        headers["If-None-Match"] = reading.etag
    return headers


def jitter(poll_seconds: float, share: float) -> float:
    """Seconds to add to a wait; `share`, from 0 to 1, is the caller's draw.

    Never nothing: a connection that opens quicker than the last must not come too early.
    """
    return (0.1 + 0.9 * share) * min(LONGEST_JITTER, poll_seconds / 20)


def read_well(
    reading: Reading, answer: Answer, asked: datetime, poll_seconds: float, late: float
) -> Reading:
    """After a good answer (200 that was read whole, or 304): asked again on time."""
    times = reading.moved_times + 1 if answer.moved_to == reading.moved_to else 1
    proven = bool(answer.moved_to and reading.feed_url) and times >= PROVEN
    return replace(
        _validated(reading, answer) if answer.status == 200 else reading,
        feed_url=answer.moved_to if proven else reading.feed_url,
        moved_to="" if proven else answer.moved_to,
        moved_times=times if answer.moved_to and not proven else 0,
        last_read_at=asked,
        next_read_at=asked + timedelta(seconds=poll_seconds + late),
        last_error="",
        failures=0,
    )


def read_badly(
    reading: Reading, reason: str, asked: datetime, poll_seconds: float, late: float
) -> Reading:
    """After an answer that cannot be right, such as an empty feed: asked on time, unconditionally.

    Its validators are those of the whole site, so that a 304 would call it good the next time.
    """
    return replace(
        reading,
        etag="",
        last_modified="",
        newest="",
        next_read_at=asked + timedelta(seconds=poll_seconds + late),
        last_error=reason,
        failures=reading.failures + 1,
    )


def unreached(
    reading: Reading, reason: str, now: datetime, poll_seconds: float, late: float
) -> Reading:
    """After no answer at all: asked again soon, then at twice the distance, and so on."""
    return _later(reading, reason, now, _doubled(reading, min(FIRST_WAIT, poll_seconds)) + late)


def refused(
    reading: Reading, answer: Answer, now: datetime, poll_seconds: float, late: float
) -> Reading:
    """After any other status: as the server says, else as suits the status."""
    status = answer.status
    if status == 410:
        if reading.last_error == GONE and reading.failures > 0:
            failures = reading.failures + 1
            return replace(
                reading, next_read_at=None, resting=True, last_error=GONE, failures=failures
            )
        return _later(reading, GONE, now, poll_seconds + late)
    reason = STATUS.format(status=status)
    asked_for = retry_after(answer.headers, now)
    if asked_for and (status == 429 or status >= 500):
        return _later(reading, reason, now, min(asked_for, LONGEST_RETRY_AFTER) + late)
    if status == 429:
        return _later(reading, reason, now, _doubled(reading, poll_seconds) + late)
    if status >= 500:
        return unreached(reading, reason, now, poll_seconds, late)
    return _later(reading, reason, now, poll_seconds + late)


def is_asked_to_wait(reading: Reading, now: datetime) -> bool:
    """Whether the site said "later" to the last poll, and later has not come."""
    later = reading.next_read_at is not None and reading.next_read_at > now
    return later and bool(_LATER.search(reading.last_error))


def _doubled(reading: Reading, first: float) -> float:
    return min(LONGEST_WAIT, first * 2.0 ** min(reading.failures + 1, 20))


def _later(reading: Reading, reason: str, now: datetime, seconds: float) -> Reading:
    return replace(
        reading,
        next_read_at=now + timedelta(seconds=seconds),
        last_error=reason,
        failures=reading.failures + 1,
    )


def _validated(reading: Reading, answer: Answer) -> Reading:
    etag, modified = (_kept(answer.headers.get(name, "")) for name in ("etag", "last-modified"))
    if _may_change_again(modified, answer.headers.get("date", "")):
        etag = modified = ""
    return replace(reading, etag=etag, last_modified=modified)


def _may_change_again(modified: str, date: str) -> bool:
    """Whether a change in the very second of `modified` may still come (RFC 9110, 8.8.2.2).

    WordPress's ETag is made of that second, too: a 304 would hide the second of two posts.
    """
    try:
        age = parsedate_to_datetime(date) - parsedate_to_datetime(modified)
    except (ValueError, TypeError):  # no dates, or one of them without a zone
        return False
    return abs(age.total_seconds()) < FRESH_SECONDS


def _kept(validator: str) -> str:
    """What can be stored and sent back as it is."""
    return (
        validator
        if validator.isascii() and validator.isprintable() and len(validator) < 1000
        else ""
    )
