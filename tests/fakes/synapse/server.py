"""A Synapse as a process: started, killed, started again on the same data and the same port."""

from __future__ import annotations

import asyncio
import http.client
import itertools
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import pytest

from tests.fakes.synapse import accounts, settings
from tests.fakes.synapse.accounts import Account
from tests.fakes.synapse.install import MissingError, python_with_synapse
from tests.fakes.synapse.settings import HOST, NAME, OPEN, Rate

START_SECONDS = 90.0  # 4 s on two free cores
STOP_SECONDS = 3.0  # SIGTERM may wait for long polls; then SIGKILL
_LOOK_SECONDS = 0.05
# It ends when its standard input does: with us, however we end.
_LAUNCH = """
import os, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
from synapse.app.homeserver import main
main()
"""


class Synapse:
    """A server in a folder; `url` has no last slash.

    Its methods block: in a test that is asynchronous call `away`, or `asyncio.to_thread`.
    """

    def __init__(self, folder: Path, *, messages: Rate = OPEN) -> None:
        self.folder = folder
        self.port = _free_port()
        self.url = f"http://{HOST}:{self.port}"
        self.name = NAME
        self._config = settings.write(folder, self.port, messages)
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)
        self._mark = secrets.token_hex(2)

    @property
    def pid(self) -> int:
        """The number of its process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Until it answers. Raises MissingError with the last line it said, if it will not."""
        assert self._process is None, "it runs already"
        python = python_with_synapse()
        with (self.folder / "output").open("ab") as output:
            self._process = subprocess.Popen(
                [str(python), "-c", _LAUNCH, "-c", str(self._config)], cwd=self.folder,
                env={"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "LANG": "C.UTF-8"},
                stdin=subprocess.PIPE, stdout=output, stderr=output,
            )  # fmt: skip
        end = time.monotonic() + START_SECONDS
        while not self._healthy():
            if self._process.poll() is not None or time.monotonic() > end:
                self.kill()
                raise MissingError(f"Synapse did not start: {self._last_words()}")
            time.sleep(_LOOK_SECONDS)

    def stop(self) -> None:
        """SIGTERM, and SIGKILL where that takes too long."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
            self.kill()

    def kill(self) -> None:
        """SIGKILL; what it has committed is there when it starts again."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait(STOP_SECONDS)
            assert process.stdin
            process.stdin.close()

    @asynccontextmanager
    async def away(self, *, abruptly: bool = False) -> AsyncIterator[None]:
        """Nobody answers on its port inside this block; it is back after it."""
        await asyncio.to_thread(self.kill if abruptly else self.stop)
        try:
            yield
        finally:
            await asyncio.to_thread(self.start)

    async def account(self, name: str, *, admin: bool = False) -> Account:
        """A new account, logged in; its name is this one with something that nobody else has."""
        unique = f"{name}-{self._mark}-{next(self._numbers)}"
        return await accounts.register(self.url, unique, admin=admin)

    def _healthy(self) -> bool:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=2)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def _last_words(self) -> str:
        lines = [
            line
            for name in ("synapse.log", "output")
            if (file := self.folder / name).exists()
            for line in file.read_text(errors="replace").splitlines()
            if line.strip()
        ]
        return lines[-1].strip() if lines else "it said nothing"


@contextmanager
def on_stage(folder: Path, *, messages: Rate = OPEN) -> Iterator[Synapse]:
    """A server for tests, which are skipped where there can be none."""
    server = Synapse(folder, messages=messages)
    try:
        server.start()
    except MissingError as error:
        pytest.skip(str(error))
    try:
        yield server
    finally:
        server.stop()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        port: int = taken.getsockname()[1]
        return port
