"""Builds the container file, runs what it makes as it would be run, and looks at what is left."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.service import engine

READY_SECONDS = 60
STOP_SECONDS = 10
# prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN), as MemoryDenyWriteExecute= asks for; inherited.
STRICT = """
import ctypes, os, sys
ctypes.CDLL(None).prctl(65, 1, 0, 0, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""


def main() -> None:
    """Container file and an empty folder, please."""
    file, below = Path(sys.argv[1]), Path(sys.argv[2])
    image = engine.build(file, Path.cwd(), below)
    with fake("tests.fakes.botapi") as api, fake("tests.fakes.archive") as archive:
        image.env |= {
            "HERALD_TELEGRAM__API_URL": api[0],
            "HERALD_TELEGRAM__TOKEN": api[2],
            "HERALD_ARCHIVES": json.dumps([{"name": "press", "url": archive[1]}]),
            "HERALD_ALLOW_PRIVATE_NETWORKS": "true",
        }
        unprivileged = close(image)
        run(image, unprivileged)
    print("all is well")


@contextmanager
def fake(module: str) -> Iterator[list[str]]:
    """A fake server while the block lasts; the words of its first line."""
    process = subprocess.Popen([sys.executable, "-m", module], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()
    finally:
        process.terminate()
        process.wait()


def close(image: engine.Image) -> list[str]:
    """Make the root read-only but for its volumes; returns what takes every privilege away."""
    text = (image.root / "etc/passwd").read_text()
    number = next(line.split(":")[2] for line in text.splitlines() if line.startswith(image.user))
    engine.mount(str(image.root), image.root)
    for volume in [*image.volumes, "/tmp"]:
        inside = image.root / volume.lstrip("/")
        engine.mount(str(inside), inside)
    subprocess.run(["mount", "-o", "remount,bind,ro", str(image.root)], check=True)
    return [
        "setpriv", f"--reuid={number}", f"--regid={number}", "--clear-groups",
        "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs",
        f"{sys.base_prefix}/bin/python3", "-c", STRICT,
    ]  # fmt: skip


def run(image: engine.Image, unprivileged: list[str]) -> None:
    """From the start to `ready`, its health, a doctor, SIGTERM, and what was written."""
    log = image.root.parent / "log"
    with log.open("w") as out:
        process = subprocess.Popen(
            image.inside(image.command, *unprivileged), env=image.environment(), stderr=out
        )
    try:
        wait_for("ready", log, process)
        for command in (image.health, ["herald", "doctor"]):
            asked = image.inside(command, *unprivileged)
            subprocess.run(asked, env=image.environment(), check=True, timeout=30)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        code = process.wait(STOP_SECONDS)
        print(f"ended with {code} after {time.monotonic() - began:.1f} s")
        assert code == 0, log.read_text()
    finally:
        process.kill()
        process.wait()
    written = sorted(str(f.relative_to(image.root)) for f in theirs(image))
    print("written:", *written)
    kept = {"herald.db", "herald.db-shm", "herald.db-wal", "herald.db.lock", "herald.key"}
    assert {Path(name).name for name in written} <= kept | {"herald"}, written


def wait_for(word: str, log: Path, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + READY_SECONDS
    while word not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.05)


def theirs(image: engine.Image) -> Iterator[Path]:
    """Everything in the image that belongs to its user, the host's own folders left out."""
    text = (image.root / "etc/passwd").read_text()
    number = next(line.split(":")[2] for line in text.splitlines() if line.startswith(image.user))
    found = subprocess.run(
        ["find", str(image.root), "-xdev", "-uid", number], capture_output=True, text=True
    )
    yield from map(Path, found.stdout.splitlines())


if __name__ == "__main__":
    main()
