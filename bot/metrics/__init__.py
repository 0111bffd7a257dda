"""Herald in numbers, for Prometheus: what it counts as it runs, and what its database holds."""

from bot.metrics.counting import ERRORS, Metrics
from bot.metrics.snapshot import Snapshot

__all__ = ["ERRORS", "Metrics", "Snapshot"]
