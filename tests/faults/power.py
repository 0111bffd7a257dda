"""The power is cut, at every moment that a recorded life had: what does the next start find?"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from storage.outbox import State
from tests.faults.lives import HERALD
from tests.faults.outcome import Outcome, Stage
from tests.faults.recording import Operation, Send, operations, recorded, recorder
from tests.faults.replay import Content, Disk, begins, content, files_of
from tests.faults.world import World, world

PEOPLE, PEOPLE_LONG = 60, 300
CUTS, CUTS_LONG = 150, 3000  # of so many moments at most a start is tried, three ways each
DONE = ("exited with", "killed by")


async def cut(stage: Stage) -> Outcome:
    """A push in two lives, the first of which is killed: each moment of both is a power cut."""
    strace = recorder()
    if strace is None:
        return Outcome(skipped="strace is not there")
    people = PEOPLE_LONG if stage.long else PEOPLE
    findings = Findings()
    async with world(stage.folder, people) as scene:
        await scene.announce()
        for life in (1, 2):
            before = files_of(scene.database.parent)
            trace = stage.folder / f"life-{life}.strace"
            await _recorded_life(scene, strace, trace, sends=people // 2 if life == 1 else 0)
            done = await asyncio.to_thread(_read, trace, scene.database.parent)
            cuts = CUTS_LONG if stage.long else CUTS
            await asyncio.to_thread(
                tried, done, Disk(before, seed=life), await _chats(scene), cuts,
                stage.folder / "rebuilt", findings,
            )  # fmt: skip
        audit = await scene.audit()
    wrong = audit.faults(twice=audit.repeats) + findings.wrong[:10]
    wrong += ["nothing was sent in the recording"] * (not findings.sends)
    return Outcome(
        f"{findings.images} starts at {findings.cuts} of {findings.moments} moments"
        f" ({findings.written} transactions), {findings.broken} broken, {findings.lost} had lost"
        f" something; {findings.sends} sends, {findings.bare} before their intent was on the disk",
        tuple(wrong),
    )


async def _recorded_life(scene: World, strace: str, trace: Path, *, sends: int) -> None:
    """One life under strace: killed after so many sends, or ended in peace when all is done."""
    program = recorded(strace, trace, (sys.executable, "-P", *HERALD))
    async with scene.life(program=program) as life:
        if sends:
            await scene.sends(sends)
            await life.kill()
        else:
            await scene.settled()
            await life.stop()
    async with asyncio.timeout(30):
        while not any(word in _last_line(trace) for word in DONE):
            await asyncio.sleep(0.1)


def _read(trace: Path, folder: Path) -> list[Operation]:
    with trace.open() as lines:
        return list(operations(lines, folder))


def _last_line(trace: Path) -> str:
    with trace.open("rb") as file:
        file.seek(max(0, trace.stat().st_size - 200))
        return file.read().decode(errors="replace").rstrip().rpartition("\n")[2]


async def _chats(scene: World) -> dict[str, int]:
    """Each chat's delivery."""
    async with scene.storage() as storage, storage.database.read() as connection:
        rows = await connection.rows(
            "SELECT d.id, s.address, s.platform, s.id FROM deliveries AS d"
            " JOIN subscribers AS s ON s.id = d.subscriber_id"
        )
    return {scene.seal.open(*row[1:]).chat: row[0] for row in rows}


@dataclass
class Findings:
    """What the starts found. `bare` are sends whose intent was not on the disk yet."""

    moments: int = 0
    cuts: int = 0
    images: int = 0
    written: int = 0
    broken: int = 0
    lost: int = 0
    sends: int = 0
    bare: int = 0
    wrong: list[str] = field(default_factory=list)

    def say(self, words: str) -> None:
        self.wrong.append(words)


def tried(
    done: Sequence[Operation], disk: Disk, chats: dict[str, int], cuts: int, folder: Path,
    findings: Findings,
) -> None:  # fmt: skip
    """Go through a life; cut the power at evenly chosen moments, and before every send.

    Whoever begins the next transaction was told that all before it is kept: an image has to hold
    that, or with it the transaction that is being written.
    """
    over = set(begins(done))
    step = max(1, len(done) // cuts)
    kept, _ = content(disk.seen(), folder)
    findings.moments += len(done)
    findings.written += len(over)
    for place, operation in enumerate(done):
        if place in over:
            kept, _ = content(disk.seen(), folder)
        if isinstance(operation, Send) and operation.chat in chats:
            _look_at_send(disk, chats[operation.chat], operation.chat, folder, findings)
        disk.do(operation)
        if place % step == 0:
            findings.cuts += 1
            _cut(disk, kept, place, folder, findings)


def _look_at_send(disk: Disk, delivery: int, chat: str, folder: Path, findings: Findings) -> None:
    findings.sends += 1
    sure, _ = content(disk.sure(), folder)
    if sure.get(delivery) != State.INTENT:
        findings.bare += 1
        findings.say(f"a send to {chat} left before its intent was on the disk")


def _cut(disk: Disk, kept: Content, place: int, folder: Path, findings: Findings) -> None:
    """Start from what three kinds of disks hold now."""
    now, _ = content(disk.seen(), folder)
    for image in (disk.seen(), disk.sure(), disk.torn()):
        findings.images += 1
        found, integrity = content(image, folder)
        if integrity != "ok":
            findings.broken += 1
            findings.say(f"moment {place}, {image.how}: {integrity}")
        elif found not in (kept, now):
            findings.lost += 1
            missing = [n for n, state in kept.items() if found.get(n) != state]
            findings.say(f"moment {place}, {image.how}: {len(missing)} deliveries are not as kept")
