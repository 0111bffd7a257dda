"""A real browser for tests: Debian's chromium, started once, a fresh profile for each page.

    async def test_something(browser: Browser) -> None:
        page = await browser.new_page()

Where there is no chromium, tests that ask for it are skipped. CHROMIUM names another one.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright

__all__ = ["Browser", "Page", "browser", "chromium"]

_LISTENING = re.compile(r"DevTools listening on (ws://\S+)")
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",  # in containers, tests run as root
    "--disable-dev-shm-usage",
    "--no-proxy-server",
    "--no-first-run",
    "--remote-debugging-port=0",
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[str]:
    """Where the one chromium of this run is spoken to."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if program is None:
        pytest.skip("there is no chromium here (apt-get install chromium)")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        log = Path(folder) / "stderr"
        with log.open("w") as errors, subprocess.Popen(
            [program, *ARGUMENTS, f"--user-data-dir={folder}/profile"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
            env={**os.environ, "HOME": folder},
        ) as process:  # fmt: skip
            try:
                yield _address(process, log)
            finally:
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(10)
                process.kill()


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """The browser. Its contexts and pages are closed after the test."""
    async with async_playwright() as playwright:
        opened = await playwright.chromium.connect_over_cdp(chromium)
        try:
            yield opened
        finally:
            for context in opened.contexts[1:]:  # the first is chromium's own
                await context.close()
            await opened.close()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """What chromium says when it is up; waits for that, half a minute at most."""
    for _ in range(300):
        if found := _LISTENING.search(log.read_text(errors="replace")):
            return found[1]
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
            break
    pytest.fail(f"chromium does not start: {log.read_text(errors='replace')[-300:]}")
