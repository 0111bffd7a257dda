"""A disk that is full, a database that cannot be written, a database that another holds."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.faults.cuts import blamed
from tests.faults.home import now
from tests.faults.kills import MOST_IN_FLIGHT
from tests.faults.lives import Life
from tests.faults.outcome import Outcome, Stage
from tests.faults.world import ADMIN, World, world

FULL_SECONDS = 6.0
LOCKED_SECONDS = 10.0
STILL_SECONDS = 2.0  # what was claimed before may go out for so long
ANSWER_SECONDS = 30.0
SIZE = "24m"
NO_ROOT = "a small file system can be mounted by root only"


class NoMountError(Exception):
    """This machine does not let us mount."""


@asynccontextmanager
async def _small_disk(folder: Path) -> AsyncIterator[None]:
    """A file system of its own for the database. Raises NoMountError where that cannot be."""
    folder.mkdir(parents=True)
    if os.geteuid() != 0:
        raise NoMountError(NO_ROOT)
    code, said = await _run("mount", "-t", "tmpfs", "-o", f"size={SIZE}", "herald", str(folder))
    if code:
        raise NoMountError(said.strip())
    try:
        yield
    finally:
        await _run("umount", "-l", str(folder))


async def _run(*command: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def full(stage: Stage) -> Outcome:
    """The disk is full, twice: once it is emptied while Herald lives, once after a kill."""
    try:
        async with _small_disk(stage.folder / "data"), world(stage.folder, 200) as scene:
            return await _full(scene)
    except NoMountError as error:
        return Outcome(skipped=str(error))


async def _full(scene: World) -> Outcome:
    ballast = scene.database.parent / "ballast"
    answered = []
    await scene.announce()
    async with scene.life(ready=True) as life:
        await scene.sends(30)
        _fill(ballast)
        answered.append(await _helped(scene))
        await asyncio.sleep(FULL_SECONDS)
        ballast.unlink()
        await scene.settled()
        assert life.lives
        await scene.announce()
        await scene.sends(30)
        filled = now()
        _fill(ballast)
        answered.append(await _helped(scene))
        await asyncio.sleep(FULL_SECONDS)
        killed = now()
        await scene.kill(life)
    ballast.unlink()
    async with scene.life() as life:
        await scene.settled()
        code = await life.stop()
    audit = await scene.audit()
    # The log has some room left. What was under way when that, too, was used up is in doubt after
    # the kill; had more been sent without an intent, more would be repeated.
    _, unexplained = blamed(audit.twice, scene.kills)
    meanwhile = _accepted(scene, filled + STILL_SECONDS, killed)
    wrong = audit.faults(twice=MOST_IN_FLIGHT)
    wrong += [f"{len(unexplained)} were sent without an intent that lasts"] * bool(unexplained)
    wrong += ["/help was not answered"] * (not all(answered)) + [f"code {code}"] * bool(code)
    return Outcome(
        f"{audit.told} told, lost {len(audit.lost)}, twice {audit.repeats} (kept by a kill while"
        f" full), {meanwhile} sent while full, /help answered",
        tuple(wrong),
    )


def _fill(ballast: Path) -> None:
    """Write until there is no room for one more byte."""
    with ballast.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue


async def _helped(scene: World) -> bool:
    """Whether /help is answered now."""
    before = len(scene.api.messages(ADMIN, from_bot=True))
    scene.api.user_sends(ADMIN, "/help")
    try:
        await scene.api.wait_for(
            lambda: len(scene.api.messages(ADMIN, from_bot=True)) > before, ANSWER_SECONDS
        )
    except TimeoutError:
        return False
    return True


def _accepted(scene: World, since: float, until: float) -> int:
    """How many releases came in meanwhile."""
    return sum(
        entry["effect"] == "accepted"
        and since < entry.get("came", 0) < until
        and any(title in entry["text"] for title in scene.titles)
        for entry in scene.api.truth
        if entry["method"] == "sendmessage"
    )


async def read_only(stage: Stage) -> Outcome:
    """Nothing can be written where the database is: a start says so in a line, sends nothing."""
    data = stage.folder / "data"
    try:
        async with _small_disk(data), world(stage.folder, 30) as scene:
            await scene.announce()
            await _run("mount", "-o", "remount,ro", str(data))
            async with scene.life() as life:
                code = await life.ended()
            said, sent = life.log, scene.accepted
            await _run("mount", "-o", "remount,rw", str(data))
            async with scene.life() as life:
                await scene.settled()
                await life.stop()
            audit = await scene.audit()
    except NoMountError as error:
        return Outcome(skipped=str(error))
    wrong = audit.faults() + [f"it ended with {code}"] * (code not in (1, 2))
    wrong += [f"it said {said}"] * (len(said) != 1) + [f"{sent} were sent"] * bool(sent)
    return Outcome(
        f"ended with {code} and one line, sent {sent}; later {audit.told} told,"
        f" lost {len(audit.lost)}, twice {audit.repeats}",
        tuple(wrong),
    )


async def locked(stage: Stage) -> Outcome:
    """Another process holds the database for ten seconds."""
    async with world(stage.folder, 150) as scene:
        await scene.announce()
        async with scene.life(ready=True) as life:
            await scene.sends(30)
            held = sqlite3.connect(scene.database, timeout=5, isolation_level=None)
            held.execute("BEGIN IMMEDIATE")
            since = now()
            helped = await _helped(scene)
            await asyncio.sleep(LOCKED_SECONDS - (now() - since))
            until = now()
            held.rollback()
            held.close()
            code = await _ended(scene, life)
        audit = await scene.audit()
        sent = _accepted(scene, since + STILL_SECONDS, until)
    wrong = audit.faults() + [f"{sent} were sent while it was locked"] * bool(sent)
    wrong += ["/help was not answered"] * (not helped) + [f"code {code}"] * bool(code)
    return Outcome(
        f"{audit.told} told, lost {len(audit.lost)}, twice {audit.repeats}, {sent} sent while"
        f" locked, /help {'' if helped else 'not '}answered",
        tuple(wrong),
    )


async def _ended(scene: World, life: Life) -> int:
    await scene.settled()
    return await life.stop()
