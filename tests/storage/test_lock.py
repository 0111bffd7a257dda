"""One run at a time on one database, however the last one ended."""

from __future__ import annotations

import fcntl
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from storage import DatabaseError
from storage.lock import AGAIN_SECONDS, Locked, run_lock

ROOT = Path(__file__).parents[2]

HOLDER = """
import sys
from pathlib import Path
from storage.lock import run_lock

with run_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


def holder(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_run_is_refused_at_once(path: Path) -> None:
    """While another process holds the lock nobody else gets it, and one sentence says so."""
    other = holder(path)
    with pytest.raises(Locked, match=r"^[^\n]+ already running [^\n]+\.$"), run_lock(path):
        pass
    other.communicate("\n")
    with run_lock(path):
        pass


def test_who_only_looks_keeps_no_run_away(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look whether Herald runs holds the lock for an instant: it is tried once more."""
    waited: list[float] = []
    with path.with_name(f"{path.name}.lock").open("wb") as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)

        def sleep(seconds: float) -> None:
            waited.append(seconds)
            fcntl.flock(looking, fcntl.LOCK_UN)

        monkeypatch.setattr("storage.lock.time.sleep", sleep)
        with run_lock(path):
            assert [AGAIN_SECONDS] == waited


def test_a_killed_run_leaves_no_lock_behind(path: Path) -> None:
    """After kill -9 the next run begins without anybody's help."""
    other = holder(path)
    other.send_signal(signal.SIGKILL)
    other.communicate()
    with run_lock(path):
        pass


def test_the_lock_file_is_its_owners(tmp_path: Path) -> None:
    """The lock lies beside the database, its owner's alone; folders are made; errors let it go."""
    path = tmp_path / "deep" / "herald.db"
    with pytest.raises(KeyError), run_lock(path):
        raise KeyError
    with run_lock(path):
        assert [f.name for f in path.parent.iterdir()] == ["herald.db.lock"]
        assert stat.S_IMODE((path.parent / "herald.db.lock").stat().st_mode) == 0o600


def test_a_lock_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    """Where no file can be made there is no run, and the reason is ours."""
    (tmp_path / "file").write_text("words")
    with pytest.raises(DatabaseError, match="cannot be made"), run_lock(tmp_path / "file" / "db"):
        pass
