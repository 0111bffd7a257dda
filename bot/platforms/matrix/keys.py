"""Encryption: what others tell our device, and what it has to tell the homeserver. What is known
of the devices of others is in `devices`.

`nio.crypto.Olm` does the arithmetic, and asks for requests that are made here: nio's own client
reads whole answers in one go, counts a key as shared that was not, and waits by itself.
"""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import nio
import structlog
from nio.crypto import ENCRYPTION_ENABLED

from bot.platforms.matrix.devices import Devices
from bot.platforms.matrix.kept import Login
from bot.platforms.matrix.store import Machine, VaultStore
from bot.platforms.matrix.store.entries import Entries
from bot.platforms.matrix.store.keys import ACCOUNT, DEVICE, GROUP, REQUEST, ROOM, SESSION, TOKEN
from bot.platforms.matrix.wire import Json, Wire, at
from storage import DatabaseError, Vault

log = structlog.get_logger(__name__)

ENCRYPTED = "m.room.encrypted"
Session = tuple[str, str]  # a room and the id of one of its keys


class ForeignKeys(Exception):
    """The homeserver has other keys for our device than we: ours were lost."""


class Keys:
    """The keys of one device. Methods that ask the homeserver raise WireErrors."""

    def __init__(self, wire: Wire, machine: Machine) -> None:
        self.machine = machine
        self.devices = Devices(wire, machine)
        self.foreign = False  # others know this device by other keys
        self.parted = asyncio.Event()  # rung when we may share no encrypted room with somebody
        self._wire = wire
        self._encrypted: set[str] = machine.store.load_encrypted_rooms()
        self._uploading = asyncio.Lock()

    @property
    def store(self) -> VaultStore:
        return self.machine.store

    @property
    def rooms(self) -> set[str]:
        """The encrypted ones that we know."""
        return set(self._encrypted)

    def is_encrypted(self, room: str) -> bool:
        """A room that is encrypted once is so for good. Raises ForeignKeys where it is and nobody
        could tell that we are who writes there.
        """
        encrypted = room in self._encrypted
        if encrypted and self.foreign:
            raise ForeignKeys
        return encrypted

    def encrypt(self, room: str) -> None:
        """From now on nothing goes there unencrypted."""
        if room not in self._encrypted:
            self.store.save_encrypted_rooms({room})
            self._encrypted.add(room)

    def forget_words(self, room: str) -> None:
        """No key to what was said there is kept; what is said from now on has a new one."""
        self.machine.outbound_group_sessions.pop(room, None)
        self.machine.inbound_group_store[room].clear()
        self.store.forget_words(room)

    def forget(self, room: str) -> None:
        """We are out of it: nothing of it is kept."""
        self.forget_words(room)
        if room in self._encrypted:
            self.store.delete_encrypted_room(room)
            self._encrypted.discard(room)
            self.parted.set()

    async def begin(self) -> None:
        """See that the homeserver has our device's keys. Raises ForeignKeys."""
        user, device = self.machine.user_id, self.machine.device_id
        found = await self._wire.ask("POST", at("keys", "query"), {"device_keys": {user: [device]}})
        theirs = found.get("device_keys", {}).get(user, {}).get(device, {}).get("keys", {})
        ours = self.machine.account.identity_keys["ed25519"]
        self.foreign = bool(theirs) and theirs.get(f"ed25519:{device}") != ours
        if self.foreign:
            raise ForeignKeys
        if not theirs and self.machine.account.shared:
            log.info("The homeserver had lost our device's keys: they are uploaded again.")
            self.machine.account.shared = False
        await self.upload()

    async def receive(self, answer: Json) -> list[Session]:
        """Take in what a sync says of keys; returns which keys of rooms have come.

        Raises DatabaseError: then nothing may be asked for that lies behind it, or it is lost.
        """
        came = []
        for raw in _listed(answer.get("to_device"), "events"):
            if raw.get("type") == ENCRYPTED:
                came += self._opened(raw)
                await asyncio.sleep(0)
        counts = answer.get("device_one_time_keys_count")
        if isinstance(counts, dict):
            self.machine.uploaded_key_count = counts.get("signed_curve25519", 0)
        changed = answer.get("device_lists")
        for user in _listed(changed, "changed", str):
            self.devices.changed(user)
        await self.devices.forget(_listed(changed, "left", str))
        return came

    def _opened(self, raw: Json) -> list[Session]:
        try:
            event = nio.ToDeviceEvent.parse_event(raw)
            told = self.machine.handle_to_device_event(event) if event is not None else None
        except DatabaseError:
            raise
        except Exception as error:  # noqa: BLE001 - what anybody may send us must not stop the others
            log.debug("A device sent what cannot be read.", error=type(error).__name__)
            return []
        if isinstance(told, nio.RoomKeyEvent | nio.ForwardedRoomKeyEvent):
            return [(told.room_id, told.session_id)]
        return []

    def decrypted(self, room: str, raw: Json) -> Json | None:
        """What an encrypted event says, its relation included; None while its key is missing."""
        try:
            event = nio.MegolmEvent.from_dict(raw)
            told = self.machine.decrypt_megolm_event(event, room)
        except DatabaseError:
            raise
        except Exception as error:  # noqa: BLE001 - as above; nio raises all sorts of things
            log.debug("An event cannot be decrypted.", error=type(error).__name__)
            return None
        source = getattr(told, "source", None)
        return source if isinstance(source, dict) else None

    async def upkeep(self) -> None:
        """Do what has become due: new keys to the server, sessions mended, messages to devices."""
        if self.foreign:  # to all of it others would say that they do not know us
            return
        await self.upload()
        await self.devices.learn(set(self.machine.users_for_key_query))
        await self.devices.mend()
        for message in tuple(self.machine.outgoing_to_device_messages):
            path = at("sendToDevice", message.type, uuid.uuid4().hex)
            await self._wire.ask("PUT", path, message.as_dict())
            self.machine.handle_response(nio.ToDeviceResponse(message))

    async def upload(self) -> None:
        """The keys with which others begin a session with us, where the server has too few."""
        async with self._uploading:
            # Where others know this device by other keys, ours would be a stranger's.
            if self.machine.should_upload_keys and not self.foreign:
                content = self.machine.share_keys()
                found = await self._wire.ask("POST", at("keys", "upload"), content)
                counts = found.get("one_time_key_counts")
                left = counts.get("signed_curve25519", 0) if isinstance(counts, dict) else 0
                self.machine.handle_response(nio.KeysUploadResponse(0, left))


def inherit(vault: Vault, old: Login, new: Login) -> None:
    """A new device is in the place of one whose keys are of no use: they are erased.

    Which rooms are encrypted stays known, how far was read, and what opens the messages of others:
    they may write with the same keys for a while.
    """
    before = VaultStore(vault, old.user, old.device)
    theirs, ours = (Entries(vault, login.user, login.device) for login in (old, new))
    with vault.together():
        if old.user == new.user:
            after = VaultStore(vault, new.user, new.device)
            after.save_encrypted_rooms(before.load_encrypted_rooms())
            token = before.load_sync_token()
            if token is not None:
                after.save_sync_token(token)
            for words, entry in tuple(theirs.all(GROUP)):
                ours.put(GROUP, words, entry)
        for kind in (ACCOUNT, SESSION, GROUP, DEVICE, ROOM, REQUEST, TOKEN):
            for words, _ in tuple(theirs.all(kind)):
                theirs.delete(kind, words)


async def open_keys(wire: Wire, vault: Vault, login: Login) -> Keys:
    """The keys of this device from the vault, or new ones. They are many: read in a thread."""
    assert ENCRYPTION_ENABLED
    store = VaultStore(vault, login.user, login.device)
    machine = await asyncio.to_thread(Machine, login.user, login.device, store)
    return Keys(wire, machine)


def _listed(found: Any, name: str, kind: type = dict) -> list[Any]:
    """A list in an answer, without what does not belong into one."""
    listed = found.get(name) if isinstance(found, dict) else None
    return [one for one in listed if isinstance(one, kind)] if isinstance(listed, list) else []
