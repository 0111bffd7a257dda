"""The figures for Prometheus: what is counted, what it is called, and what no label may say."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from prometheus_client import REGISTRY
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_families

from bot import __version__
from bot.metrics import ERRORS, Metrics
from storage.model import Lane
from tests.watched import TELEGRAM, samples, shown, snapshot

PROMETHEUS_3 = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,"
    "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)
OPEN = "application/openmetrics-text; version=1.0.0; charset=utf-8"
PLAIN = "text/plain; version=0.0.4; charset=utf-8"

# What the metrics of every program are called, and the units that OpenMetrics knows.
NAME = re.compile(r"(?:herald|process)_[a-z]+(?:_[a-z]+)*")
UNITS = ("seconds", "bytes")


def counted() -> Metrics:
    """A run in which something of everything has happened."""
    metrics = Metrics([TELEGRAM])
    metrics.sent(TELEGRAM, Lane.ANSWER, 0.0625)
    metrics.sent(TELEGRAM, Lane.RELEASE, 0.0625)
    metrics.sent(TELEGRAM, Lane.RELEASE, 1.5)
    metrics.failed(TELEGRAM, "gone")
    metrics.rate(TELEGRAM, 28.5)
    metrics.paused(TELEGRAM, True)
    metrics.queue_wait(TELEGRAM, Lane.ANSWER, 0.03)
    metrics.in_flight(TELEGRAM, 3)
    return metrics


def test_what_happens_is_counted() -> None:
    """Each of the courier's words goes into its figure, by platform and lane."""
    found = shown(counted(), None)

    assert {
        ("answer", TELEGRAM): 1, ("statement", TELEGRAM): 0,
        ("release", TELEGRAM): 2, ("later", TELEGRAM): 0,
    } == samples(found["herald_messages_sent"])  # fmt: skip
    assert {(TELEGRAM,): 28.5} == samples(found["herald_send_rate"])
    assert {(TELEGRAM,): 3} == samples(found["herald_sends_in_flight"])
    assert {(TELEGRAM,): 1} == samples(found["herald_push_paused"])
    assert {"gone": 1, "later": 0} == {
        error: samples(found["herald_send_errors"])[error, TELEGRAM] for error in ("gone", "later")
    }


def test_times_are_counted_in_buckets() -> None:
    """A histogram tells how many took at most so long, from 20 ms to a minute, and their sum."""
    family = shown(counted(), None)["herald_send_seconds"]
    bucket = {s.labels["le"]: s.value for s in family.samples if s.name.endswith("_bucket")}
    total = {s.name: s.value for s in family.samples if not s.name.endswith("_bucket")}

    assert {"0.02": 0, "0.1": 2, "1.0": 2, "2.0": 3, "60.0": 3, "+Inf": 3}.items() <= bucket.items()
    assert {"herald_send_seconds_count": 3, "herald_send_seconds_sum": 1.625} == total

    waits = shown(counted(), None)["herald_turn_wait_seconds"]
    quick = [s for s in waits.samples if s.labels.get("le") == "0.05" and s.value]
    assert [("answer", TELEGRAM, 1)] == [
        (s.labels["lane"], s.labels["platform"], s.value) for s in quick
    ]


def test_what_never_happened_stands_at_nought() -> None:
    """A figure that is absent until its first failure cannot warn of that failure."""
    found = shown(Metrics([TELEGRAM]), None)

    assert dict.fromkeys(((e, TELEGRAM) for e in ERRORS), 0.0) == samples(
        found["herald_send_errors"]
    )
    assert {(TELEGRAM,): 0.0} == samples(found["herald_push_paused"])


def test_the_database_is_shown_in_figures() -> None:
    """The queue by lane and its age, subscribers, releases, and each archive."""
    found = shown(counted(), snapshot())

    def values(name: str) -> dict[str, float]:
        return {"/".join(labels): value for labels, value in samples(found[name]).items()}

    assert {"": 1} == values("herald_database_up")
    assert {"": 4096} == values("herald_database_bytes")
    assert {"": 512} == values("herald_releases")
    assert {"": 4} == values("herald_held")
    assert {"statement": 0, "release": 1200, "later": 0} == values("herald_queue_deliveries")
    assert {"statement": 0, "release": 180, "later": 0} == values("herald_oldest_delivery_seconds")
    assert {"sent": 5000, "failed": 7, "unknown": 2} == values("herald_deliveries")
    assert {TELEGRAM: 3000, "other": 3} == values("herald_subscribers")
    assert {"releases": 90, "gone": 172800} == values("herald_archive_age_seconds")
    assert {"releases": 0, "news": 30, "gone": 0} == values("herald_archive_overdue_seconds")
    assert {"releases": 0, "news": 1, "gone": 0} == values("herald_archive_failing")
    assert {"releases": 0, "news": 0, "gone": 1} == values("herald_archive_resting")
    assert __version__ == found["herald_build_info"].samples[0].labels["version"]


def test_a_clock_that_was_set_back_makes_no_age_negative() -> None:
    """What was written in what is now the future is new."""
    late = snapshot()
    found = shown(counted(), replace(late, at=late.at.replace(year=2020)))

    for name in ("herald_oldest_delivery_seconds", "herald_archive_age_seconds"):
        assert {0.0} == set(samples(found[name]).values())


def test_without_a_database_the_process_is_still_shown() -> None:
    """What is counted in memory does not wait for the disk."""
    found = shown(counted(), None)

    assert {(): 0} == samples(found["herald_database_up"])
    assert "herald_queue_deliveries" not in found
    assert {"herald_messages_sent", "process_resident_memory_bytes", "process_cpu_seconds",
            "process_start_time_seconds"} <= found.keys()  # fmt: skip


def test_figures_are_named_as_prometheus_wants_them() -> None:
    """Prefix, base unit at the end, no unit but the two; each says in a sentence what it is."""
    _, text = counted().shown(PROMETHEUS_3, snapshot())
    families = list(open_families(text.decode()))

    assert [] == [f.name for f in families if not NAME.fullmatch(f.name)]
    assert [] == [f.name for f in families if not f.documentation.endswith(".")]
    ours = [f for f in families if f.name.startswith("herald_")]
    assert [] == [f.name for f in ours if f.unit and f.unit not in UNITS]
    assert [] == [f.name for f in ours if f.name.endswith(UNITS) and not f.unit]
    assert {"counter", "gauge", "histogram", "info"} == {f.type for f in ours}
    assert b"_created" not in text


def test_no_label_says_what_a_person_or_a_library_said() -> None:
    """A name from elsewhere, a token in an error: all of it is `other` or `unexpected`."""
    metrics = counted()
    secret = "https://api.telegram.org/bot123456:AAsecret/sendMessage"
    metrics.sent("@someone", Lane.ANSWER, 1)
    metrics.queue_wait("123456789", Lane.RELEASE, 1)
    metrics.rate(secret, 1)
    metrics.in_flight("@someone", 1)
    metrics.paused("@someone", False)
    metrics.failed(secret, secret)
    families = shown(metrics, snapshot()).values()
    said = {
        (name, value)
        for family in families
        for sample in family.samples
        for name, value in sample.labels.items()
        if name not in ("le", "version")
    }

    fixed = {("platform", TELEGRAM), ("platform", "other")}
    fixed |= {("lane", lane.name.lower()) for lane in Lane}
    fixed |= {("class", error) for error in ERRORS}
    fixed |= {("state", state) for state in ("sent", "failed", "unknown")}
    fixed |= {("archive", name) for name in ("releases", "news", "gone")}
    assert fixed == said
    for text in (metrics.shown(accept, snapshot())[1] for accept in ("", PROMETHEUS_3)):
        for word in (b"AAsecret", b"someone", b"123456789", b"secret-path", b"a-chat", b"answers"):
            assert word not in text


def test_an_archive_may_have_any_name() -> None:
    """What the operator calls it is shown whole, quotes and lines included."""
    odd = 'The "main"\\ archive\nновости'
    found = snapshot()
    (archive, *_) = found.archives
    family = shown(counted(), replace(found, archives=[replace(archive, archive=odd)]))

    assert {(odd,)} == samples(family["herald_archive_age_seconds"]).keys()


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("", PLAIN),
        ("*/*", PLAIN),
        ("text/html,application/xhtml+xml,*/*;q=0.8", PLAIN),
        (PROMETHEUS_3, OPEN),
        ("application/openmetrics-text", OPEN),
        ("Application/OpenMetrics-Text;version=1.0.0", OPEN),
        ("application/openmetrics-text;version=nonsense", OPEN),
        ("application/openmetrics-text;q=0", PLAIN),
        ("application/openmetrics-text;q=much", PLAIN),
        ("text/plain;version=0.0.4;q=0.6,application/openmetrics-text;q=0.5", PLAIN),
        (";;q=,,", PLAIN),
    ],
)
def test_the_form_is_the_one_that_is_asked_for(accept: str, content_type: str) -> None:
    """OpenMetrics where it is preferred, the plain text else; nonsense breaks nothing."""
    kind, text = counted().shown(accept, snapshot())

    assert content_type == kind
    assert (content_type == OPEN) == text.endswith(b"# EOF\n")


def test_two_runs_in_one_process_share_nothing() -> None:
    """The registry is the object's own, and the library's global one is left alone."""
    before = {family.name for family in REGISTRY.collect()}
    one, other = counted(), Metrics([TELEGRAM])

    assert 2 == samples(shown(one, None)["herald_messages_sent"])["release", TELEGRAM]
    assert 0 == samples(shown(other, None)["herald_messages_sent"])["release", TELEGRAM]
    assert before == {family.name for family in REGISTRY.collect()}
