"""What is counted while Herald runs, in a registry of its own, and shown as Prometheus reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bot import __version__
from bot.metrics.snapshot import OTHER, Snapshot, families, label
from storage.model import Lane

# How a send may end that did not end well: the classes of bot.chat, and what nobody foresaw.
ERRORS = ("later", "gone", "moved", "norights", "refused", "unknown", "stop", "unexpected")

SEND_BUCKETS = (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60)
WAIT_BUCKETS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60)

OPEN_METRICS, TEXT = "application/openmetrics-text", "text/plain"


class Metrics:
    """All figures of one run, on these platforms; whatever else is named is counted as `other`.

    Labels come from fixed sets, but for the names of archives: nothing that a person or a library
    said can get into one.
    """

    def __init__(self, platforms: Iterable[str] = ()) -> None:
        self._platforms = frozenset(platforms)
        self._registry = CollectorRegistry()
        self._kept = _Kept(self._platforms)
        self._define()
        self._registry.register(self._kept)
        Info("herald_build", "The version that runs.", registry=self._registry).info(
            {"version": __version__}
        )
        ProcessCollector(registry=self._registry)
        for platform in sorted(self._platforms):
            self._begin(platform)

    def sent(self, platform: str, lane: Lane, seconds: float) -> None:
        """A message arrived, after so long on its way."""
        self._sent.labels(self._known(platform), label(lane)).inc()
        self._seconds.labels(self._known(platform)).observe(seconds)

    def failed(self, platform: str, error: str) -> None:
        """A send did not end well; `error` is the class of it, one of `ERRORS`."""
        self._errors.labels(
            self._known(platform), error if error in ERRORS else "unexpected"
        ).inc()  # fmt: skip

    def rate(self, platform: str, per_second: float) -> None:
        """How many messages a second may be sent at present."""
        self._rate.labels(self._known(platform)).set(per_second)

    def paused(self, platform: str, paused: bool) -> None:
        """Whether too many refusals hold all deliveries up."""
        self._paused.labels(self._known(platform)).set(paused)

    def queue_wait(self, platform: str, lane: Lane, seconds: float) -> None:
        """An answer or a delivery was ready, and waited so long for its turn."""
        self._wait.labels(self._known(platform), label(lane)).observe(seconds)

    def in_flight(self, platform: str, n: int) -> None:
        """So many sends are under way."""
        self._in_flight.labels(self._known(platform)).set(n)

    def shown(self, accept: str, snapshot: Snapshot | None) -> tuple[str, bytes]:
        """The type and the text of all figures, as an Accept header asks for them.

        `snapshot` is None where the database cannot be read: what it holds is left out then.
        """
        self._kept.snapshot = snapshot
        # Never the header itself: the library repeats its version, and breaks where it is none.
        encode, content_type = choose_encoder(OPEN_METRICS if _open_metrics(accept) else "")
        return content_type, encode(_Plain(self._registry))

    def _define(self) -> None:
        by_platform, by_lane = ("platform",), ("platform", "lane")
        registry = self._registry
        self._sent = Counter(
            "herald_messages_sent", "Messages that arrived.", by_lane, registry=registry
        )
        self._errors = Counter(
            "herald_send_errors", "Sends that did not end well, by how they ended.",
            ("platform", "class"), registry=registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "herald_send_seconds", "How long messages that arrived were on their way.",
            by_platform, registry=registry, unit="seconds", buckets=SEND_BUCKETS,
        )  # fmt: skip
        self._wait = Histogram(
            "herald_turn_wait_seconds", "How long messages waited for their turn to be sent.",
            by_lane, registry=registry, unit="seconds", buckets=WAIT_BUCKETS,
        )  # fmt: skip
        self._rate = Gauge(
            "herald_send_rate", "Messages a second that may be sent at present.",
            by_platform, registry=registry,
        )  # fmt: skip
        self._in_flight = Gauge(
            "herald_sends_in_flight", "Sends that are under way.", by_platform, registry=registry
        )
        self._paused = Gauge(
            "herald_push_paused", "1 while too many refusals hold all deliveries up.",
            by_platform, registry=registry,
        )  # fmt: skip

    def _begin(self, platform: str) -> None:
        """At nought, not absent: what was never counted must not look like what is not watched."""
        for lane in Lane:
            self._sent.labels(platform, label(lane))
            self._wait.labels(platform, label(lane))
        for error in ERRORS:
            self._errors.labels(platform, error)
        for one in (self._seconds, self._in_flight, self._paused):
            one.labels(platform)

    def _known(self, platform: str) -> str:
        return platform if platform in self._platforms else OTHER


class _Kept(Collector):
    """What the database holds, as it was last looked at."""

    def __init__(self, platforms: frozenset[str]) -> None:
        self.snapshot: Snapshot | None = None
        self._platforms = platforms

    def collect(self) -> Iterator[Metric]:
        return families(self.snapshot, self._platforms)


class _Plain(Collector):
    """A registry without the library's times of creation: they double every count."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        for metric in self._registry.collect():
            metric.samples = [s for s in metric.samples if not s.name.endswith("_created")]
            yield metric


def _open_metrics(accept: str) -> bool:
    """Whether OpenMetrics is asked for, and not less than the plain text (RFC 9110, 12.5.1)."""
    wanted = {OPEN_METRICS: 0.0, TEXT: 0.0}
    for part in accept.lower().split(","):
        name, *details = (word.strip() for word in part.split(";"))
        if name in wanted:
            wanted[name] = max(wanted[name], _weight(details))
    return 0 < wanted[OPEN_METRICS] >= wanted[TEXT]


def _weight(details: list[str]) -> float:
    for detail in details:
        if detail.startswith("q="):
            try:
                return float(detail[2:])
            except ValueError:
                return 0.0
    return 1.0
