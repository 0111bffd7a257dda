"""The unit and the container file, tried for real where this machine can."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNIT = (ROOT / "config" / "service" / "herald.service").read_text(encoding="utf-8")
MISSING = 77


def tried(part: str) -> str:
    """What the script says of this part; skips with its last words where tools are missing."""
    ended = subprocess.run(
        [ROOT / "tests" / "service" / "try.sh", part],
        env=os.environ | {"PYTHON": sys.executable, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    if ended.returncode == MISSING:
        pytest.skip(ended.stdout.strip().splitlines()[-1])
    assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr[-4000:]
    return ended.stdout


def test_the_unit_is_one_that_systemd_takes_and_calls_safe() -> None:
    """No line of it is unknown or badly put, and its exposure is 2.0 of 10 at most."""
    assert tried("unit").count("Overall exposure level") == 2


def test_the_container_file_makes_a_herald_that_runs_and_ends() -> None:
    """As an unprivileged user with a read-only system: ready, healthy, ended by SIGTERM with 0."""
    said = tried("container")

    assert "ended with 0" in said
    assert "FAULT" not in said


def test_the_unit_does_not_restart_what_no_restart_mends() -> None:
    """Wrong settings end with 2; the time to stop is longer than the ten seconds Herald takes."""
    assert "RestartPreventExitStatus=2\n" in UNIT
    seconds = re.search(r"^TimeoutStopSec=(\d+)$", UNIT, re.MULTILINE)
    assert seconds is not None
    assert int(seconds[1]) > 10
