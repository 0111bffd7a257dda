"""herald backfill as an operator runs it: a process that is stopped, killed, and run again."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from storage import Storage, open_storage
from storage.model import Archive
from tests.archive.chronicle import ONLY
from tests.archive.long_site import CATEGORY, FIRST, WORDS, now, releases
from tests.fakes.archive import LivingWordPress
from tests.fakes.faults import Fault
from tests.fakes.rules import FORM, protects
from tests.running import environment, herald, running, status

COUNTS = {"rest": 230, "feed": 43, "pages": 43}


@pytest.fixture
async def site() -> AsyncIterator[LivingWordPress]:
    async with LivingWordPress(clock=now) as opened:
        yield opened


def write(site: LivingWordPress, count: int) -> None:
    for n in range(1, count + 1):
        at = FIRST + timedelta(days=n)
        site.write(f"Release {n}", f"<p>This is {n}: {WORDS}.</p>", date=at)


def env_of(folder: Path, site: LivingWordPress, **more: object) -> dict[str, str]:
    archives = [{"name": "press", "url": site.url + CATEGORY, "poll_seconds": 1}]
    return environment(folder, ARCHIVES=archives, ALLOW_PRIVATE_NETWORKS="true", **more)


async def kept(folder: Path) -> list[tuple[int, str]]:
    """All releases, oldest first: their ids and titles."""
    async with open_storage(folder / "herald.db") as storage:
        found = await storage.releases.latest(1000)
    return [(release.id, release.title) for release in reversed(found)]


async def owed(storage: Storage) -> int:
    async with storage.database.read() as connection:
        return int(await connection.value("SELECT count(*) FROM announcements"))


async def started(env: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "bot", "backfill", env=env,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


@pytest.mark.parametrize("way", COUNTS)
async def test_killed_again_and_again_it_ends_the_same(
    site: LivingWordPress, tmp_path: Path, way: str
) -> None:
    """Killed at whatever request, it goes on where it was: all of them, numbered by date."""
    write(site, COUNTS[way])
    site.rules[:] = ONLY[way]
    env = env_of(tmp_path, site)
    requests, kills = 5, 0
    while True:
        before = len(site.requests)
        process = await started(env)
        done = asyncio.create_task(process.wait())
        reached = asyncio.create_task(site.wait_for_request(before + requests, timeout=60))
        await asyncio.wait({done, reached}, return_when=asyncio.FIRST_COMPLETED)
        reached.cancel()
        if done.done():
            break
        process.kill()
        await done
        requests, kills = requests + 1, kills + 1
    await process.communicate()

    expected = [*enumerate(releases(1, COUNTS[way]), start=1)]
    assert kills >= 5
    assert 0 == process.returncode
    assert expected == await kept(tmp_path)
    async with open_storage(tmp_path / "herald.db") as storage:
        assert 0 == await owed(storage)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_stopped_it_ends_in_order(
    site: LivingWordPress, tmp_path: Path, number: signal.Signals
) -> None:
    """A line says that nothing is lost, what came until then is in the table, the code is 1."""
    write(site, 43)
    site.rules[:] = ONLY["feed"]
    site.fail(*[Fault()] * 12, Fault(hang=60))
    process = await started(env_of(tmp_path, site))
    await site.wait_for_request(12, timeout=60)
    process.send_signal(number)
    async with asyncio.timeout(20):
        out, err = await process.communicate()

    assert 1 == process.returncode
    assert (
        "herald: It was stopped, and nothing is lost:"
        " the next herald backfill goes on where it was.\n"
    ) == err.decode()
    assert ["archive", "new", "changed", "known", "refused"] == out.decode().split()[:5]


async def test_for_programs_and_for_people(site: LivingWordPress, tmp_path: Path) -> None:
    """Counts and reasons, in JSON and in a table; a second run costs a handful of requests."""
    write(site, 23)
    post = site.write("Secret", FORM)
    site.rules.append(protects(post.id))
    env = env_of(tmp_path, site)
    link, reason = site.blog.permalink(post), "It is protected by a password."

    code, out, err = await herald(env, "backfill", "--json")
    assert (0, "") == (code, err)
    assert {
        "new": 23, "changed": 0, "known": 0, "refused": [{"link": link, "reason": reason}],
        "left": 0,
    } == json.loads(out)  # fmt: skip
    before = len(site.requests)
    site.write("Newer", date=now() - timedelta(days=1))
    site.edit(site.posts[-1].id, title="Edited")
    code, out, err = await herald(env, "backfill")
    assert (0, "") == (code, err)
    assert ["press", "1", "1", "22", "0"] == out.splitlines()[1].split()
    assert "2 requests in" in out
    assert 2 == len(site.requests) - before


async def test_beside_a_bot_that_runs_news_is_left_to_it(
    site: LivingWordPress, tmp_path: Path
) -> None:
    """Both may write; what is news is announced by the poll, all else is brought in quietly."""
    write(site, 23)
    env = env_of(tmp_path, site, PLATFORMS=["web"])
    async with running(env) as process:
        async with asyncio.timeout(30):
            while not (await status(env))["archives"][0]["history"]["filled"]:
                await asyncio.sleep(0.05)
        code, _, err = await herald(env, "backfill")
        assert (0, "") == (code, err)
        assert 0 == await process.stop()

    assert sorted(releases(1, 23)) == sorted(title for _, title in await kept(tmp_path))
    assert all("error" not in line for line in process.log)


async def test_what_a_person_should_look_at_is_in_the_status(
    site: LivingWordPress, tmp_path: Path
) -> None:
    """For people and for programs, with how it stands with the history; the doctor gives a hint."""
    write(site, 3)
    env = env_of(tmp_path, site)
    await herald(env, "backfill")
    archive = Archive("press", site.url + CATEGORY)
    async with open_storage(tmp_path / "herald.db") as storage:
        history = await storage.histories.of(archive)
        await storage.histories.keep(archive, replace(history, notice="Something is odd."))
    _, out, _ = await herald(env, "status")
    [told] = (await status(env))["archives"]
    _, checked, _ = await herald(env, "doctor")

    assert "  please look  Something is odd.\n" in out
    assert "  history      all brought in, compared never, next " in out
    assert ("Something is odd.", "rest") == (told["notice"], told["history"]["way"])
    assert "3 kept. Something is odd. Mend: Look at the site" in checked


async def test_trouble_is_a_sentence_and_others_go_on(
    site: LivingWordPress, tmp_path: Path
) -> None:
    """An archive that is none is named, with exit code 1; the other one is brought in."""
    write(site, 3)
    archives = [
        {"name": "nothing", "url": f"{site.url}/no-such-page/"},
        {"name": "press", "url": site.url + CATEGORY},
    ]
    env = environment(tmp_path, ARCHIVES=archives, ALLOW_PRIVATE_NETWORKS="true")
    code, out, err = await herald(env, "backfill", "--json")

    assert 1 == code
    assert 3 == json.loads(out)["new"]
    assert "herald: nothing: Nothing at the archive's url can be read as its releases.\n" == err


async def test_archive_that_is_not_there_is_wrong_usage(
    site: LivingWordPress, tmp_path: Path
) -> None:
    """A name that is none is answered with those that are."""
    code, out, err = await herald(env_of(tmp_path, site), "backfill", "--archive", "presse")

    assert (2, "") == (code, out)
    assert "herald: There is no archive presse; there are press.\n" == err


async def test_person_sees_how_far_it_is(site: LivingWordPress, tmp_path: Path) -> None:
    """In a terminal there is a bar with counts, the way it reads, and the time."""
    write(site, 23)
    site.rules[:] = ONLY["feed"]
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "bot", "backfill",
        env=env_of(tmp_path, site) | {"TERM": "xterm", "COLUMNS": "120"},
        stdout=asyncio.subprocess.PIPE, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    shown = asyncio.create_task(asyncio.to_thread(_read, ours))
    async with asyncio.timeout(60):
        await process.communicate()
    text = await shown

    assert 0 == process.returncode
    assert "23/23" in text
    assert "by its feed: looking again" in text


def _read(terminal: int) -> str:
    """All that is written to a terminal, until nobody has it open any more."""
    shown = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # Linux says so when the other end is closed
            break
        if not piece:
            break
        shown += piece
    os.close(terminal)
    return shown.decode(errors="replace")
