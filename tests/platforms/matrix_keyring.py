"""Keys as nio makes them, and the store that keeps them, as a new run of the program has it."""

from __future__ import annotations

from datetime import UTC, datetime

from nio.crypto import InboundGroupSession, OlmAccount, OutboundGroupSession, OutboundSession

from bot.platforms.matrix.store import VaultStore
from storage import Vault

ME, MY_DEVICE = "@herald:synapse.test", "HERALDDEVICE"
ANNA, HER_DEVICE = "@anna:synapse.test", "ANNASDEVICE"
ROOM = "!aRoomOfTwo:synapse.test"
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def store(vault: Vault, *, now: datetime = NOON, device: str = MY_DEVICE) -> VaultStore:
    """A store as a new run of the program has it."""
    return VaultStore(vault, ME, device, now=lambda: now)


def group_key(account: OlmAccount, room: str = ROOM) -> InboundGroupSession:
    """The key to what this account says in a room."""
    out = OutboundGroupSession()
    keys = account.identity_keys
    return InboundGroupSession(out.session_key, keys["ed25519"], keys["curve25519"], room)


def session(account: OlmAccount) -> tuple[str, OutboundSession]:
    """A session with some other device, and that device's key."""
    other = OlmAccount()
    other.generate_one_time_keys(1)
    key = next(iter(other.one_time_keys["curve25519"].values()))
    theirs = other.identity_keys["curve25519"]
    return theirs, OutboundSession(account, theirs, key)
