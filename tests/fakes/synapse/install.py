"""A Synapse of its own: installed once a machine, in the cache, far from our own environment.

`SYNAPSE_FOR_TESTS` may name an environment that has one. `python -m tests.fakes.synapse.install`
installs it beforehand.
"""

from __future__ import annotations

import fcntl
import functools
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

VERSION = "1.163.2"
VARIABLE = "SYNAPSE_FOR_TESTS"
INSTALL_SECONDS = 600.0  # 14 s where pip finds everything near by
_LOOK_SECONDS = 0.5
_PIP = (
    "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
    "--retries", "1", "--timeout", "30",
)  # fmt: skip


class MissingError(Exception):
    """There is no Synapse here, and none can be had. The text says why, in one line."""


@functools.cache
def _found() -> Path | str:
    """The Python that has it, or why there is none; asked once, for pip may take its time."""
    try:
        given = os.environ.get(VARIABLE)
        return _python(Path(given)) if given else _cached()
    except MissingError as error:
        return str(error)


def python_with_synapse() -> Path:
    """A Python that can run Synapse, which is installed if need be. Raises MissingError."""
    found = _found()
    if isinstance(found, str):
        raise MissingError(found)
    return found


def _cached() -> Path:
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = home / "herald-tests" / f"synapse-{VERSION}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    whole = folder / "complete"  # written last: what a killed installation left is no Synapse
    with _alone(folder.with_name(f"{folder.name}.lock")):
        if not whole.exists():
            shutil.rmtree(folder, ignore_errors=True)
            _run([sys.executable, "-m", "venv", str(folder)])
            _run([str(_python(folder)), *_PIP, f"matrix-synapse=={VERSION}"])
            whole.touch()
    return _python(folder)


def _python(folder: Path) -> Path:
    python = folder / "bin" / "python"
    if not python.exists():
        raise MissingError(f"{folder} is no Python environment")
    return python


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Wait until no other process installs."""
    end = time.monotonic() + INSTALL_SECONDS
    with lock.open("w") as file:
        while not _locked(file.fileno()):
            if time.monotonic() > end:
                raise MissingError("another process has been installing Synapse for too long")
            time.sleep(_LOOK_SECONDS)
        yield


def _locked(number: int) -> bool:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _run(command: Sequence[str]) -> None:
    """Run a command; raises MissingError with the last line that it said."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MissingError(f"Synapse could not be installed: {type(error).__name__}") from None
    if done.returncode:
        lines = (done.stderr.strip() or done.stdout.strip() or "no word of it").splitlines()
        raise MissingError(f"Synapse could not be installed: {lines[-1]}")


if __name__ == "__main__":
    try:
        print(python_with_synapse())
    except MissingError as error:
        sys.exit(str(error))
