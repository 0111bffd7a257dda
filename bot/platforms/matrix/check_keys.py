"""Whether the homeserver knows Herald's device by the keys that are here, and whether there is
another Herald with the same account.

Two that are one device, with a copy of the same keys, cannot be told apart by a look.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.platforms.checking import Around, Check, fault, well
from bot.platforms.matrix import Options
from bot.platforms.matrix.kept import Kept
from bot.platforms.matrix.login import SHOWN_AS
from bot.platforms.matrix.wire import Json

KEYS, OTHERS = "matrix keys", "matrix devices"
NONE_YET = "There are none yet: the first start makes them."
SESSION_OVER = "The homeserver has ended Herald's session: the next start logs in again."
LATELY = timedelta(minutes=10)  # whoever waits for news asks each half minute


@dataclass(frozen=True, slots=True)
class Ours:
    """What is here of our device, "" where it is not; `key` is what others know it by."""

    device: str = ""
    token: str = field(default="", repr=False)
    key: str = ""


def ours(around: Around, options: Options, device: str) -> Ours:
    """What the vault has of `device`, or of the one that was logged in with the password ("").

    Raises DatabaseError and SealError.
    """
    from bot.platforms.matrix.store import VaultStore  # its library is an extra

    if around.vault is None:
        return Ours(device)
    with around.vault() as vault:
        login = Kept(vault).login()
        if login is not None and (login.homeserver, login.user) != (
            options.homeserver, options.user,
        ):  # fmt: skip
            login = None
        if not device and login is None:
            return Ours()
        name = device or (login.device if login is not None else "")
        token = login.token if login is not None and login.device == name else ""
        account = VaultStore(vault, options.user, name).load_account()
    return Ours(name, token, account.identity_keys["ed25519"] if account is not None else "")


def judged(here: Ours, options: Options, said: Json, *, running: bool) -> Check:
    """Our keys beside those that the homeserver gives to others (`/keys/query`)."""
    found: object = said
    for name in ("device_keys", options.user, here.device, "keys", f"ed25519:{here.device}"):
        found = found.get(name) if isinstance(found, dict) else None
    if found == here.key and here.key:
        return well(KEYS, "The homeserver has the same ones for Herald's device.")
    if found:
        where = "other ones than the vault" if here.key else "some, and the vault is lost or new"
        return fault(KEYS, f"For Herald's device the homeserver has {where}.", _mend(options))
    if here.key and running:
        mend = "Start Herald again: it uploads them."
        return fault(KEYS, "The homeserver has none for Herald's device.", mend)
    if here.key:
        return well(KEYS, "The homeserver has none for Herald's device; the next start mends it.")
    return well(KEYS, NONE_YET)


def _mend(options: Options) -> str:
    if options.access_token is None:
        return "Start Herald again: it logs in as a new device."
    return (
        "Put the vault back from a backup, or log in once more as Herald's user and set"
        " HERALD_MATRIX__ACCESS_TOKEN: until then nothing is sent to encrypted rooms."
    )


def others(here: Ours, said: Json, now: datetime) -> list[Check]:
    """Devices of the account that a Herald logged in, and that were seen lately (`/devices`)."""
    devices = said.get("devices")
    seen = [
        int(one["last_seen_ts"])
        for one in (devices if isinstance(devices, list) else ())
        if isinstance(one, dict) and one.get("display_name") == SHOWN_AS
        and one.get("device_id") != here.device and isinstance(one.get("last_seen_ts"), int)
    ]  # fmt: skip
    ago = now.timestamp() - max(seen, default=0) / 1000
    if ago > LATELY.total_seconds():
        return [well(OTHERS, "No other Herald has used the account lately.")]
    minutes = max(0, round(ago / 60))
    mend = "Stop it, or give each an account of its own: both would answer."
    return [fault(OTHERS, f"Another Herald used the account {minutes} minutes ago.", mend)]
