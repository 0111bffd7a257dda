"""The key file: there, its owner's alone, a key, and the one that this database was sealed with."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from bot.platforms.checking import Check, fault, well
from storage import Seal, SealError
from storage.health import Health
from storage.seal import read_key

NAME = "key"


def judged(file: Path, database: Path, health: Health) -> list[Check]:
    """One line, or one for each thing that is wrong with the key."""
    try:
        secret = read_key(file)
    except SealError as error:
        return [fault(NAME, str(error), "Give it to the user Herald runs as, or put it back.")]
    if secret is None:
        return [_missing(file, health)]
    found = _kept(file)
    if health.subscribers and health.key_check not in ("", Seal(secret).check):
        said = f"{file} is not the key that the database's {_people(health)} were sealed with."
        mend = "Put the right key there, or restore the backup that belongs to this one."
        found.append(fault(NAME, said, mend))
    if found:
        return found
    if file.absolute().parent == database.absolute().parent:
        hint = "A copy of that folder is the list of subscribers: move it (HERALD_SECRET_KEY_FILE)."
        return [well(NAME, f"{file} lies beside the database.", hint)]
    fits = " and fits the database" if health.key_check else ""
    return [well(NAME, f"{file} is its owner's alone{fits}.")]


def _missing(file: Path, health: Health) -> Check:
    if health.subscribers:
        said = f"{file} is missing, and only it opens the database's {_people(health)}."
        return fault(NAME, said, "Put it back from where you keep its copy.")
    folder = next((f for f in file.absolute().parents if f.exists()), Path("/"))
    if os.access(folder, os.W_OK):
        return well(NAME, f"There is none at {file} yet; the first start makes it.")
    mend = f"Make it: (umask 077; head -c 32 /dev/urandom | base64 > {file})"
    return fault(NAME, f"{file} is missing, and cannot be made in {folder}.", mend)


def _kept(file: Path) -> list[Check]:
    """Whether others can get at it. What a service manager hands in below /run is its business."""
    if file.absolute().is_relative_to("/run"):
        return []
    found, status, we = [], file.stat(), os.geteuid()
    if stat.S_IMODE(status.st_mode) & 0o077:
        found.append(fault(NAME, f"Others can get at {file}.", f"chmod 600 {file}"))
    if we and status.st_uid not in (we, 0):
        mend = f"Give it to the user Herald runs as: chown {we} {file}"
        found.append(fault(NAME, f"{file} belongs to another user.", mend))
    return found


def _people(health: Health) -> str:
    return "subscriber" if health.subscribers == 1 else f"{health.subscribers:,} subscribers"
