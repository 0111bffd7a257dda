"""A room's key, shared with the devices that are in the room now, and what is said with it.

Nobody's devices are compared by hand: whoever is in a room may read what is said there, with all
devices that the homeserver names for them. (What Element calls "unverified" gets keys, too.)
"""

from __future__ import annotations

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Collection
from itertools import islice

import structlog

from bot.platforms.matrix.keys import ENCRYPTED, Keys
from bot.platforms.matrix.wire import Json, Wire, at, written
from bot.waiting import loop_seconds

log = structlog.get_logger(__name__)

Device = tuple[str, str]  # user and device

USERS_AT_ONCE = 10  # each device is half a millisecond of arithmetic
QUERIED_AT_ONCE = 250
AGAIN_SECONDS = 3600.0  # until a device is tried again that had no key to begin a session with


class Sharing:
    """Encrypts for rooms. Its methods raise WireErrors."""

    def __init__(self, wire: Wire, keys: Keys) -> None:
        self._wire = wire
        self._keys = keys
        self._machine = keys.machine
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._without: dict[Device, float] = {}  # since when a device could not be reached

    async def encrypted(
        self, room: str, members: Collection[str], kind: str, content: Json
    ) -> Json:
        """The content of an event that only the devices of these members can read."""
        async with self._locks[room]:
            await self._share(room, members)
            session = self._machine.outbound_group_sessions[room]
            # Not nio's group_encrypt: it writes six bytes for each letter that is not Latin.
            inner = {"type": kind, "content": content, "room_id": room}
            ciphertext = session.encrypt(written(inner).decode())
            outer = {
                "algorithm": "m.megolm.v1.aes-sha2", "ciphertext": ciphertext,
                "sender_key": self._machine.account.identity_keys["curve25519"],
                "session_id": session.id, "device_id": self._machine.device_id,
            }  # fmt: skip
        if "m.relates_to" in content:  # the server has to see what belongs together
            outer["m.relates_to"] = content["m.relates_to"]
        return outer

    def forget(self, room: str) -> None:
        """The next thing said there is said with a new key."""
        self._machine.outbound_group_sessions.pop(room, None)

    async def _share(self, room: str, members: Collection[str]) -> None:
        """See that the room's key is with all devices of its members, and with no others."""
        await self._know(members)
        sessions = self._machine.outbound_group_sessions
        session = sessions.get(room)
        if session is not None and session.shared:
            wanted = self._devices(members)
            lacking = {d for d in wanted - session.users_shared_with if not self._unreached(d)}
            if not session.expired and not lacking and session.users_shared_with <= wanted:
                return
            del sessions[room]
        await self._begin_sessions(members)
        ordered = iter(sorted(members))
        while some := list(islice(ordered, USERS_AT_ONCE)):
            await self._share_with(room, some)
        if room not in sessions:
            self._machine.create_outbound_group_session(room)
        sessions[room].shared = True

    async def _share_with(self, room: str, users: list[str]) -> None:
        """Counted as shared is what the homeserver has taken, and nothing else."""
        shares = self._machine.share_group_session_parallel(
            room, users, ignore_unverified_devices=True
        )
        session = self._machine.outbound_group_sessions[room]
        for devices, content in shares:
            path = at("sendToDevice", ENCRYPTED, uuid.uuid4().hex)
            await self._wire.ask("PUT", path, content)
            session.users_shared_with.update(devices)
        await asyncio.sleep(0)

    async def _know(self, members: Collection[str]) -> None:
        """Learn the devices of those who are new, or have new ones."""
        machine = self._machine
        asked = iter(sorted(
            user for user in members
            if user not in machine.tracked_users or user in machine.users_for_key_query
        ))  # fmt: skip
        while some := list(islice(asked, QUERIED_AT_ONCE)):
            await self._keys.query(some)

    async def _begin_sessions(self, members: Collection[str]) -> None:
        missing = self._missing(members)
        if not missing:
            return
        await self._keys.claim(missing)
        for user, devices in self._missing(members).items():
            for device in devices:
                self._without[user, device] = loop_seconds()
                log.debug("A device has no keys left to begin a session with.")

    def _missing(self, members: Collection[str]) -> dict[str, list[str]]:
        found = self._machine.get_missing_sessions(list(members))
        left = {user: [d for d in devices if not self._unreached((user, d))]
                for user, devices in found.items()}  # fmt: skip
        return {user: devices for user, devices in left.items() if devices}

    def _devices(self, members: Collection[str]) -> set[Device]:
        """All but our own."""
        store, ours = self._machine.device_store, self._machine.device_id
        return {
            (user, device.id)
            for user in members
            for device in store.active_user_devices(user)
            if device.id != ours
        }

    def _unreached(self, device: Device) -> bool:
        at_seconds = self._without.get(device)
        return at_seconds is not None and loop_seconds() - at_seconds < AGAIN_SECONDS
