"""Whatever happens to the courier, in whatever order: its promises are kept.

The real courier, pace and database, in virtual time; `simulate` tells longer runs of the same.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.delivery.simulate import tell
from tests.virtual import run_virtually

STORIES = 15


@settings(max_examples=STORIES, deadline=None, database=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_no_story_breaks_a_promise(seed: int) -> None:
    """Releases, statements, people who come, leave and block us, pauses, crashes, answers between:
    all are told what they are owed, once but for what was in doubt, in order, and within limits.
    """
    with tempfile.TemporaryDirectory() as folder:
        assert [] == run_virtually(tell(Path(folder) / "herald.db", seed))
