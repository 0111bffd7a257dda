"""The README's way to add a platform is true: its file, dropped in, is a platform that runs."""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
from pathlib import Path

from tests.running import ROOT, environment, running

CODE = re.compile(r"### Add a platform\n.*?```python\n(.*?)```", re.DOTALL)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


async def test_a_platform_is_one_file(tmp_path: Path) -> None:
    """Nothing else is edited: it is found, has its options, answers, and is told of releases."""
    for room in ("bot", "storage", "config"):
        skip = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / room, tmp_path / "herald" / room, ignore=skip)
    found = CODE.search((ROOT / "README.md").read_text(encoding="utf-8"))
    assert found is not None
    (tmp_path / "herald" / "bot" / "platforms" / "line.py").write_text(found[1], encoding="utf-8")
    port = free_port()
    env = environment(
        tmp_path, LINE__PORT=str(port), PLATFORMS=["line"], WEB__PORT="0",
        ARCHIVES=[{"name": "none", "url": "http://127.0.0.1:1/", "poll_seconds": 86400}],
        ALLOW_PRIVATE_NETWORKS="true",
    )  # fmt: skip
    async with running(env | {"PYTHONPATH": str(tmp_path / "herald")}) as herald:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"/help\n")
        async with asyncio.timeout(10):
            said = await reader.readuntil(b"/subscribe")
        writer.close()
        await writer.wait_closed()
        code = await herald.stop()

    assert b"What you can ask me for" in said
    assert 0 == code
