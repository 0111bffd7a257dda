"""A room's key, shared with the devices that are in the room now, and what is said with it.

Nobody's devices are compared by hand: whoever is in a room may read what is said there, with all
devices that the homeserver names for them. (What Element calls "unverified" gets keys, too.)
"""

from __future__ import annotations

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Collection

import structlog
from nio.crypto import OlmDevice, OutboundGroupSession

from bot.platforms.matrix.devices import A_PIECE, pieces
from bot.platforms.matrix.keys import ENCRYPTED, Keys
from bot.platforms.matrix.wire import Json, Wire, at, written
from bot.waiting import loop_seconds

log = structlog.get_logger(__name__)

Device = tuple[str, str]  # user and device

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
        await self._keys.devices.learn(members)
        devices = self._keys.devices.of(members)
        session = self._fitting(room, {(device.user_id, device.id) for device in devices})
        if session is not None and session.shared:
            return
        await self._begin_sessions(devices)
        if session is None:
            self._machine.create_outbound_group_session(room)
            session = self._machine.outbound_group_sessions[room]
        had = session.users_shared_with
        for piece in pieces((d for d in devices if (d.user_id, d.id) not in had), A_PIECE):
            await self._share_with(room, session, piece)
        session.shared = True
        self._machine.outbound_group_sessions[room] = session  # it may be forgotten meanwhile

    def _fitting(self, room: str, wanted: set[Device]) -> OutboundGroupSession | None:
        """The room's key, if nobody else has it, and all have it or may yet be given it."""
        session = self._machine.outbound_group_sessions.get(room)
        if session is None or session.expired or not session.users_shared_with <= wanted:
            return None
        lacking = wanted - session.users_shared_with if session.shared else ()
        return session if all(self._unreached(device) for device in lacking) else None

    async def _share_with(
        self, room: str, session: OutboundGroupSession, devices: list[OlmDevice]
    ) -> None:
        """Counted as shared is what the homeserver has taken, and nothing else."""
        content = self._machine.room_key(room, session, devices)
        told = {(user, name) for user, those in content["messages"].items() for name in those}
        if told:
            path = at("sendToDevice", ENCRYPTED, uuid.uuid4().hex)
            await self._wire.ask("PUT", path, content)
            session.users_shared_with.update(told)

    async def _begin_sessions(self, devices: list[OlmDevice]) -> None:
        now = loop_seconds()
        self._without = {d: at for d, at in self._without.items() if now - at < AGAIN_SECONDS}
        missing = [d for d in self._lacking(devices) if (d.user_id, d.id) not in self._without]
        await self._keys.devices.begin_sessions(missing)
        for device in self._lacking(missing):
            self._without[device.user_id, device.id] = now
            log.debug("A device has no keys left to begin a session with.")

    def _lacking(self, devices: list[OlmDevice]) -> list[OlmDevice]:
        """Those with whom no session has begun."""
        return [d for d in devices if self._machine.session_store.get(d.curve25519) is None]

    def _unreached(self, device: Device) -> bool:
        at_seconds = self._without.get(device)
        return at_seconds is not None and loop_seconds() - at_seconds < AGAIN_SECONDS
