"""What the database's health means for the operator: pure judgement."""

from __future__ import annotations

from pathlib import Path

from bot.platforms.checking import Check, fault, well
from storage.health import Health

LEAST_FREE = 200_000_000
LARGEST_LOG = 256_000_000

NAME, DISK, LOG = "database", "disk", "database log"


def judged(path: Path, health: Health, *, running: bool, thorough: bool) -> list[Check]:
    """A line on the file, one on the room it has, and on its log where that has grown."""
    return [_file(path, health, running, thorough), *_mode(path, health), *_room(path, health)]


def _file(path: Path, health: Health, running: bool, thorough: bool) -> Check:
    restore = "Stop Herald and go back to a backup: herald restore FILE."
    if not health.exists:
        if health.unwritable:
            said = f"{path} cannot be made: {health.unwritable}."
            return fault(NAME, said, "Give its folder to the user Herald runs as.")
        return well(NAME, f"There is none at {path} yet; the first start makes it.")
    if health.unreadable:
        said = f"{path} cannot be read: {health.unreadable}."
        return fault(
            NAME, said, f"Run this as the user Herald runs as. If it is damaged: {restore}"
        )
    if not health.schema:
        return _empty(path, health)
    if health.schema > health.known:
        said = f"It was written by a newer Herald (schema {health.schema} of {health.known})."
        return fault(NAME, said, "Install the newer Herald again.")
    if health.damage:
        return fault(NAME, f"It is damaged: {health.damage[:100]}.", restore)
    if health.unwritable:
        mend = f"Let the user Herald runs as write {path} and its folder, and see who else does."
        return fault(NAME, f"It cannot be written: {health.unwritable}.", mend)
    more = "; Herald runs on it" if running else ""
    said = f"It can be written and is sound{more}, schema {health.schema}, {size(health.size)}."
    if health.schema < health.known:
        said += " The next start brings it up to date, and keeps a copy."
    if not health.whole:
        return well(NAME, f"{said} The search for damage ended early.", "herald doctor --thorough")
    return well(NAME, f"{said} Every index was compared." if thorough else said)


def _empty(path: Path, health: Health) -> Check:
    if health.size == 0:
        return well(NAME, f"{path} is empty; the first start fills it.")
    mend = "Set HERALD_DATABASE to another file."
    return fault(NAME, f"{path} is a database, but none of Herald's.", mend)


def _mode(path: Path, health: Health) -> list[Check]:
    if not health.exists or not health.open_to_all:
        return []
    return [fault(NAME, "Every user of this machine can read it.", f"chmod 600 {path}")]


def _room(path: Path, health: Health) -> list[Check]:
    found = []
    needed = max(LEAST_FREE, 2 * health.size)
    said = f"{size(health.free)} are free."
    if health.free < needed:
        mend = f"Make room beside {path}: at least {size(needed)} (upgrades and backups copy it)."
        found.append(fault(DISK, f"Only {said}", mend))
    else:
        found.append(well(DISK, said))
    if health.log > LARGEST_LOG:
        mend = "End what else has the database open, and restart Herald."
        found.append(fault(LOG, f"It has grown to {size(health.log)}.", mend))
    return found


def size(number: int) -> str:
    """Bytes for people: 4.2 MB."""
    value, unit = float(number), "bytes"
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if value < 1000 or unit == "TB":
            break
        value /= 1000
    return f"{value:.0f} {unit}" if unit == "bytes" or value >= 100 else f"{value:.1f} {unit}"
