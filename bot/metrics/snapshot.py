"""What the database holds, in figures taken at one moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

from storage.model import Lane, Outbox, Queue, Reading

OTHER = "other"

QUEUED = tuple(lane for lane in Lane if lane is not Lane.ANSWER)  # answers are in no outbox


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One look at the database: when (UTC), and what was found.

    `queue` has the lanes in which something waits; `subscribers` are by platform; `held` are the
    releases that wait for an admin's word; `database_bytes` are the file's and its log's.
    """

    at: datetime
    queue: Sequence[Queue]
    outbox: Outbox
    subscribers: Mapping[str, int]
    releases: int
    held: int
    archives: Sequence[Reading]
    database_bytes: int


def label(lane: Lane) -> str:
    """The lane's name as a label has it."""
    return lane.name.lower()


def families(snapshot: Snapshot | None, platforms: frozenset[str]) -> Iterator[Metric]:
    """The figures as Prometheus has them; without a look, only that there was none."""
    yield _one("herald_database_up", "1 if the database can be read.", snapshot is not None)
    if snapshot is None:
        return
    yield _one("herald_database_bytes", "Size of the database, its log included.",
               snapshot.database_bytes, unit="bytes")  # fmt: skip
    yield _one("herald_releases", "Releases that are kept.", snapshot.releases)
    yield _one("herald_held", "Releases that wait for an admin's word.", snapshot.held)
    yield _subscribers(snapshot, platforms)
    yield from _outbox(snapshot)
    yield from _archives(snapshot)


def _outbox(snapshot: Snapshot) -> Iterator[Metric]:
    waiting = _many("herald_queue_deliveries", "Deliveries that wait to be sent.", "lane")
    oldest = _many(
        "herald_oldest_delivery_seconds", "How long the oldest of them has waited; 0 for none.",
        "lane", unit="seconds",
    )  # fmt: skip
    queues = {queue.lane: queue for queue in snapshot.queue}
    for lane in QUEUED:
        queue = queues.get(lane)
        waiting.add_metric([label(lane)], queue.waiting if queue else 0)
        oldest.add_metric([label(lane)], _age(queue.since, snapshot.at) if queue else 0)
    yield waiting
    yield oldest
    outbox = snapshot.outbox
    settled = CounterMetricFamily(
        "herald_deliveries", "Deliveries that were settled, by how.", labels=["state"]
    )
    settled.add_metric(["sent"], outbox.sent)
    settled.add_metric(["failed"], outbox.failed)
    settled.add_metric(["unknown"], outbox.unknown)
    yield settled


def _subscribers(snapshot: Snapshot, platforms: frozenset[str]) -> Metric:
    """Those of platforms that do not run are together: what is in the file is in no fixed set."""
    counts = dict.fromkeys(sorted(platforms), 0)
    for platform, n in snapshot.subscribers.items():
        known = platform if platform in platforms else OTHER
        counts[known] = counts.get(known, 0) + n
    found = _many("herald_subscribers", "Subscribers who get releases.", "platform")
    for platform, n in counts.items():
        found.add_metric([platform], n)
    return found


def _archives(snapshot: Snapshot) -> Iterator[Metric]:
    age = _many(
        "herald_archive_age_seconds", "How long ago the archive was read; absent until it was.",
        "archive", unit="seconds",
    )  # fmt: skip
    overdue = _many(
        "herald_archive_overdue_seconds", "How long its next reading is overdue; 0 if it is not.",
        "archive", unit="seconds",
    )  # fmt: skip
    failing = _many(
        "herald_archive_failing", "1 from its first failure to the next good reading.", "archive"
    )
    resting = _many(
        "herald_archive_resting", "1 while it is not asked until its settings change.", "archive"
    )
    for archive in snapshot.archives:
        name, next_read_at = [archive.archive], archive.next_read_at
        if archive.last_read_at is not None:
            age.add_metric(name, _age(archive.last_read_at, snapshot.at))
        due = None if archive.resting else next_read_at
        overdue.add_metric(name, _age(due, snapshot.at) if due else 0)
        failing.add_metric(name, bool(archive.last_error or archive.failures))
        resting.add_metric(name, archive.resting)
    yield from (age, overdue, failing, resting)


def _age(moment: datetime, now: datetime) -> float:
    """Seconds from then until now, never below 0."""
    return max(0.0, (now - moment).total_seconds())


def _one(name: str, says: str, value: float, unit: str = "") -> Metric:
    return GaugeMetricFamily(name, says, value=value, unit=unit)


def _many(name: str, says: str, by: str, unit: str = "") -> GaugeMetricFamily:
    return GaugeMetricFamily(name, says, labels=[by], unit=unit)
