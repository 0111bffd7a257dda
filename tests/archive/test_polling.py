"""How an archive is asked, and when again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.archive import polling
from bot.archive.fetch import Answer
from storage.model import Reading
from tests.archive.conftest import NOW

READING = Reading("press", "https://press.example/", feed_url="https://press.example/feed/")
POLL = 900.0
DATE, WEAK = "Sun, 08 Feb 2026 14:56:27 GMT", 'W/"a17"'


def wait(reading: Reading, since: datetime = NOW) -> float:
    assert reading.next_read_at is not None
    return (reading.next_read_at - since).total_seconds()


@pytest.mark.parametrize(
    ("etag", "modified", "expected"),
    [
        ("", "", {}),
        ('"a17"', DATE, {"If-None-Match": '"a17"', "If-Modified-Since": DATE}),
        (WEAK, DATE, {"If-Modified-Since": DATE}),
        ('"a17-gzip"', DATE, {"If-Modified-Since": DATE}),
        (WEAK, "", {"If-None-Match": WEAK}),
        ("", DATE, {"If-Modified-Since": DATE}),
    ],
)
def test_conditions(etag: str, modified: str, expected: dict[str, str]) -> None:
    """The date goes alone where compression has changed the ETag on its way."""
    assert polling.conditions(replace(READING, etag=etag, last_modified=modified)) == expected


def test_good_answer_is_kept_with_its_validators() -> None:
    """Validators as received, the next poll on time, no trouble left."""
    before = replace(READING, last_error="Trouble.", failures=3)
    answer = Answer(200, {"etag": WEAK, "last-modified": DATE})

    after = polling.read_well(before, answer, NOW, POLL, 0.5)

    assert (after.etag, after.last_modified) == (WEAK, DATE)
    assert (after.last_error, after.failures, after.last_read_at) == ("", 0, NOW)
    assert wait(after) == POLL + 0.5


def test_304_keeps_the_validators() -> None:
    """nginx sends another ETag with a 304 than with the 200 before."""
    before = replace(READING, etag=WEAK, last_modified=DATE)

    after = polling.read_well(before, Answer(304, {"etag": '"a17"'}), NOW, POLL, 0)

    assert (after.etag, after.last_modified) == (WEAK, DATE)


def test_validators_that_cannot_be_kept_are_not() -> None:
    """Bytes that are no text, and endless ones, are left out."""
    answer = Answer(200, {"etag": "\udcff", "last-modified": "x" * 5000})

    after = polling.read_well(READING, answer, NOW, POLL, 0)

    assert (after.etag, after.last_modified) == ("", "")


@pytest.mark.parametrize(
    ("said", "kept"),
    [("14:56:27", ""), ("14:56:28", ""), ("14:56:29", DATE), ("14:56:00", DATE), ("", DATE)],
)
def test_validators_of_this_very_second_are_not_kept(said: str, kept: str) -> None:
    """Another post in the same second would be hidden by a 304."""
    headers = {"etag": WEAK, "last-modified": DATE, "date": DATE.replace("14:56:27", said)}

    after = polling.read_well(READING, Answer(200, headers), NOW, POLL, 0)

    assert (after.last_modified, after.etag) == (kept, kept and WEAK)


def test_move_is_kept_after_three_good_answers() -> None:
    """A permanent redirect is believed when it has been seen three times in a row."""
    new = "https://new.example/feed/"
    moved, reading = Answer(200, moved_to=new), READING
    for _ in range(2):
        reading = polling.read_well(reading, moved, NOW, POLL, 0)
    assert reading.feed_url == READING.feed_url

    assert polling.read_well(reading, moved, NOW, POLL, 0).feed_url == new
    interrupted = polling.read_well(reading, Answer(200), NOW, POLL, 0)
    assert polling.read_well(interrupted, moved, NOW, POLL, 0).feed_url == READING.feed_url


def test_network_trouble_backs_off_from_seconds_to_ten_minutes() -> None:
    """Ten seconds of outage are over within a minute; a long one is asked every ten minutes."""
    reading, waits = READING, []
    for _ in range(9):
        reading = polling.unreached(reading, "Trouble.", NOW, POLL, 0)
        waits.append(wait(reading))

    assert waits == [20, 40, 80, 160, 320, 600, 600, 600, 600]
    assert reading.last_error == "Trouble."


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_refusals_double_the_wait(status: int) -> None:
    """Without Retry-After each refusal doubles the wait, to ten minutes at most."""
    reading, waits = READING, []
    for _ in range(11):
        reading = polling.refused(reading, Answer(status), NOW, 1, 0)
        waits.append(wait(reading))

    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]


@pytest.mark.parametrize(
    ("status", "asked", "expected"),
    [(503, "600", 600), (429, "30", 30), (429, "999999", 86400), (503, "0", 20), (404, "5", POLL)],
)
def test_retry_after_is_honoured(status: int, asked: str, expected: float) -> None:
    """As the server asks, a day at most."""
    answer = Answer(status, {"retry-after": asked})

    assert wait(polling.refused(READING, answer, NOW, POLL, 0)) == expected


def test_gone_is_asked_twice_and_then_rests() -> None:
    """410 is believed the second time."""
    once = polling.refused(READING, Answer(410), NOW, POLL, 0)
    twice = polling.refused(once, Answer(410), NOW, POLL, 0)

    assert (wait(once), twice.next_read_at) == (POLL, None)
    assert not once.resting
    assert twice.resting


def test_wrong_answer_is_not_taken_for_good_later() -> None:
    """An empty feed has the site's validators: they go, so that no 304 hides it."""
    before = replace(READING, etag=WEAK, last_modified=DATE, newest="x", last_read_at=NOW)

    after = polling.read_badly(before, "Empty.", NOW + timedelta(hours=1), POLL, 0)

    assert polling.conditions(after) == {}
    assert (after.newest, after.last_error, after.last_read_at) == ("", "Empty.", NOW)


def test_jitter_is_small() -> None:
    """At most a second, and at most a twentieth."""
    assert [polling.jitter(poll, 1.0) for poll in (900, 60, 10, 1)] == [1, 1, 0.5, 0.05]
