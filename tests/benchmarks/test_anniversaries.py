"""The adapter that the labelled titles are scored with."""

from __future__ import annotations

from tests.benchmarks.anniversaries_adapter import detect


def test_it_speaks_as_the_scorer_does() -> None:
    """Ours by the scorer's names; somebody else's is "other"; what marks nothing is None."""
    ours = detect("Fifth Anniversary of Sergei Magnitsky’s Death", "", "2014-11-16", "en")

    assert {"event": "death", "n": 5, "role": "statement"} == ours
    others = detect("65th Anniversary of the Council", "", "2014-05-05", "en")
    assert {"event": "other", "n": 65, "role": None} == others
    assert detect("The 5th Hearing Is Postponed", "", "2014-11-16", "en") is None
