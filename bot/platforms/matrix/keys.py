"""Encryption: what others tell our device, and what it has to tell the homeserver.

`nio.crypto.Olm` does the arithmetic, and asks for requests that are made here: nio's own client
reads whole answers in one go, counts a key as shared that was not, and waits by itself.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

import nio
import structlog
from nio.crypto import ENCRYPTION_ENABLED

from bot.platforms.matrix.kept import Login
from bot.platforms.matrix.store import Machine, VaultStore
from bot.platforms.matrix.store.entries import Entries
from bot.platforms.matrix.store.keys import ACCOUNT, DEVICE, GROUP, REQUEST, ROOM, SESSION, TOKEN
from bot.platforms.matrix.wire import Json, Wire, at
from storage import DatabaseError, Vault

log = structlog.get_logger(__name__)

ENCRYPTED = "m.room.encrypted"
A_PIECE = 20  # devices; each is half a millisecond of arithmetic
Session = tuple[str, str]  # a room and the id of one of its keys


class ForeignKeys(Exception):
    """The homeserver has other keys for our device than we: ours were lost."""


class Keys:
    """The keys of one device. Methods that ask the homeserver raise WireErrors."""

    def __init__(self, wire: Wire, machine: Machine) -> None:
        self.machine = machine
        self._wire = wire
        self._encrypted: set[str] = machine.store.load_encrypted_rooms()
        self._uploading = asyncio.Lock()
        self._foreign = False
        self._changed: set[str] = set()  # users whose devices changed since they were asked for

    @property
    def store(self) -> VaultStore:
        return self.machine.store

    def is_encrypted(self, room: str) -> bool:
        """A room that is encrypted once is so for good."""
        return room in self._encrypted

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

    async def begin(self) -> None:
        """See that the homeserver has our device's keys. Raises ForeignKeys."""
        user, device = self.machine.user_id, self.machine.device_id
        found = await self._wire.ask("POST", at("keys", "query"), {"device_keys": {user: [device]}})
        theirs = found.get("device_keys", {}).get(user, {}).get(device, {}).get("keys", {})
        ours = self.machine.account.identity_keys["ed25519"]
        self._foreign = bool(theirs) and theirs.get(f"ed25519:{device}") != ours
        if self._foreign:
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
            self.machine.tracked_users.discard(user)  # asked for anew when it is needed
            self._changed.add(user)
        for user in _listed(changed, "left", str):
            self._forget_user(user)
        return came

    def _forget_user(self, user: str) -> None:
        """We share no encrypted room any more: nothing of their devices is kept."""
        self.machine.tracked_users.discard(user)
        devices = self.machine.device_store[user]
        for device in devices.values():
            device.deleted = True
        if devices:
            self.store.save_device_keys({user: devices})
            devices.clear()

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
        await self.upload()
        users = set(self.machine.users_for_key_query)
        if users:
            await self.query(users)
        if self.machine.wedged_devices or self.machine.key_request_devices_no_session:
            await self.claim(self.machine.get_users_for_key_claiming())
        for message in tuple(self.machine.outgoing_to_device_messages):
            path = at("sendToDevice", message.type, uuid.uuid4().hex)
            await self._wire.ask("PUT", path, message.as_dict())
            self.machine.handle_response(nio.ToDeviceResponse(message))

    async def upload(self) -> None:
        """The keys with which others begin a session with us, where the server has too few."""
        async with self._uploading:
            # Others know this device by other keys: ours in their place would be a stranger's.
            if self.machine.should_upload_keys and not self._foreign:
                content = self.machine.share_keys()
                found = await self._wire.ask("POST", at("keys", "upload"), content)
                counts = found.get("one_time_key_counts")
                left = counts.get("signed_curve25519", 0) if isinstance(counts, dict) else 0
                self.machine.handle_response(nio.KeysUploadResponse(0, left))

    async def query(self, users: Iterable[str]) -> None:
        """Learn the devices of these users. Of whom the server knows none, none is known."""
        users = sorted(users)
        asked: Json = {"device_keys": {user: [] for user in users}}
        self._changed.difference_update(users)
        found = await self._wire.ask("POST", at("keys", "query"), asked)
        theirs = found.get("device_keys")
        theirs = theirs if isinstance(theirs, dict) else {}
        for user in users:
            if user in theirs:
                one: Json = {"device_keys": {user: theirs[user]}, "failures": {}}
                self._take_in(nio.KeysQueryResponse, one)
                await asyncio.sleep(0)
        # Whose server does not answer is in no room key until it says that devices have changed.
        self.machine.users_for_key_query.difference_update(users)
        self.machine.tracked_users.update(users)
        self.machine.tracked_users.difference_update(self._changed)  # while we asked

    async def claim(self, missing: dict[str, list[str]]) -> None:
        """Begin sessions with these devices of users, as far as they have keys for that."""
        asked: Json = {
            user: dict.fromkeys(devices, "signed_curve25519") for user, devices in missing.items()
        }
        found = await self._wire.ask("POST", at("keys", "claim"), {"one_time_keys": asked})
        # Device by device: what one of them has uploaded must not keep the others out.
        for number, (user, device, keys) in enumerate(_claimed(found)):
            one: Json = {"one_time_keys": {user: {device: keys}}, "failures": {}}
            self._take_in(nio.KeysClaimResponse, one)
            if number % A_PIECE == A_PIECE - 1:
                await asyncio.sleep(0)

    def _take_in(self, kind: Any, content: Json) -> None:
        """An answer, or a part of one; one that cannot be used is as good as none."""
        try:
            answer = kind.from_dict(content)
            if isinstance(answer, kind):
                self.machine.handle_response(answer)
        except DatabaseError:
            raise
        except Exception as error:  # noqa: BLE001 - as above; whose keys these are is not reached
            log.debug("Keys of a device cannot be used.", error=type(error).__name__)


def _claimed(answer: Json) -> Iterator[tuple[str, str, Json]]:
    """Each device of each user, with the key to begin a session with."""
    users = answer.get("one_time_keys")
    for user, devices in (users if isinstance(users, dict) else {}).items():
        for device, keys in (devices if isinstance(devices, dict) else {}).items():
            if isinstance(keys, dict) and keys:
                yield user, device, keys


def inherit(vault: Vault, old: Login, new: Login) -> None:
    """A new device is in the place of one whose keys are of no use: they are erased.

    Which rooms are encrypted stays known; and how far was read, unless a backup was restored:
    then all since that has been answered.
    """
    before = VaultStore(vault, old.user, old.device)
    with vault.together():
        if old.user == new.user:
            after = VaultStore(vault, new.user, new.device)
            after.save_encrypted_rooms(before.load_encrypted_rooms())
            token = before.load_sync_token()
            if token is not None and old.restored == new.restored:
                after.save_sync_token(token)
        entries = Entries(vault, old.user, old.device)
        for kind in (ACCOUNT, SESSION, GROUP, DEVICE, ROOM, REQUEST, TOKEN):
            for words, _ in tuple(entries.all(kind)):
                entries.delete(kind, words)


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
