"""nio's store of keys, in a sealed vault instead of a database of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from nio.crypto import (
    DeviceStore,
    GroupSessionStore,
    InboundGroupSession,
    OlmAccount,
    OlmDevice,
    OutgoingKeyRequest,
    Session,
    SessionStore,
    TrustState,
)

from bot.platforms.matrix.store.entries import Entries, Entry
from bot.platforms.matrix.store.trust import Trust
from storage import Vault

# A room's key is replaced after a week or a hundred messages, unless the room says otherwise
# (m.room.encryption, rotation_period_ms). What comes later than this is not read any more.
GROUP_KEY_DAYS = 90
ACCOUNT, SESSION, GROUP, DEVICE = "account", "session", "group", "device"
ROOM, REQUEST, TOKEN = "room", "request", "token"


def utc_now() -> datetime:
    """The usual clock."""
    return datetime.now(UTC)


class VaultStore(Trust):
    """What `nio.crypto.Olm` and `nio.AsyncClient` ask of a `nio.store.MatrixStore`.

    What is saved is on the disk when the call returns, or when `together` ends. Every call may
    raise DatabaseError.
    """

    def __init__(
        self, vault: Vault, user: str, device: str, *, now: Callable[[], datetime] = utc_now
    ) -> None:
        super().__init__(self._keep_device)
        self._entries = Entries(vault, user, device)
        self._now = now
        self._ours = ""  # the curve25519 key of this device
        self._rooms: set[str] = set()
        self._groups: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)

    def together(self) -> AbstractContextManager[None]:
        """All that is saved inside is kept in one go, or nothing of it. Await nothing inside."""
        return self._entries.together()

    def load_account(self) -> OlmAccount | None:
        """The keys of this device; None for a new one."""
        entry = self._entries.get(ACCOUNT)
        if entry is None:
            return None
        account = OlmAccount.from_pickle(entry["keys"].encode(), shared=entry["shared"])
        self._ours = account.identity_keys["curve25519"]
        return account

    def save_account(self, account: OlmAccount) -> None:
        """Keep the keys of this device."""
        self._ours = account.identity_keys["curve25519"]
        entry = {"keys": account.pickle().decode(), "shared": account.shared}
        self._entries.put(ACCOUNT, (), entry)

    def load_sessions(self) -> SessionStore:
        """The sessions with other devices, those used last first."""
        found = SessionStore()
        for (sender, _), entry in self._entries.all(SESSION):
            made, used = (datetime.fromisoformat(entry[name]) for name in ("made", "used"))
            session = Session.from_pickle(entry["keys"].encode(), made, use_time=used)
            found.add(sender, session)
        return found

    def save_session(self, curve_key: str, session: Session) -> None:
        """Keep a session with another device; its times are nio's own, without a zone."""
        entry = {
            "keys": session.pickle().decode(),
            "made": session.creation_time.isoformat(),
            "used": session.use_time.isoformat(),
        }
        self._entries.put(SESSION, (curve_key, session.id), entry)

    def load_inbound_group_sessions(self) -> GroupSessionStore:
        """What opens the messages of others; what is too old for that is erased."""
        found = GroupSessionStore()
        since = self._now() - timedelta(days=GROUP_KEY_DAYS)
        with self.together():
            for words, entry in self._entries.all(GROUP):
                if datetime.fromisoformat(entry["at"]) < since:
                    self._entries.delete(GROUP, words)
                else:
                    found.add(self._group(words, entry))
        return found

    def _group(self, words: tuple[str, ...], entry: Entry) -> InboundGroupSession:
        room, sender, number = words
        self._groups[room].add((sender, number))
        return InboundGroupSession.from_pickle(
            entry["keys"].encode(), entry["signed"], sender, room, forwarding_chain=entry["chain"]
        )

    def save_inbound_group_session(self, session: InboundGroupSession) -> None:
        """Keep what opens the messages of another device.

        Our own are left out: what Herald said is not to be read from its disk.
        """
        if session.sender_key == self._ours:
            return
        entry = {
            "keys": session.pickle().decode(),
            "signed": session.ed25519,
            "chain": session.forwarding_chain,
            "at": self._now().isoformat(),
        }
        self._entries.put(GROUP, (session.room_id, session.sender_key, session.id), entry)
        self._groups[session.room_id].add((session.sender_key, session.id))

    def load_device_keys(self) -> DeviceStore:
        """The devices of others that were met."""
        found = DeviceStore()
        for (user, device), entry in self._entries.all(DEVICE):
            entry["trust_state"] = TrustState[entry["trust_state"]]
            # DeviceStore.add compares each with all others: 3 s for 5,000 of them.
            found[user][device] = OlmDevice(user, device, **entry)
        return found

    def save_device_keys(self, device_keys: Mapping[str, Mapping[str, OlmDevice]]) -> None:
        """Keep devices, by user and by their ids; of one that is gone nothing is kept."""
        with self.together():
            for user, devices in device_keys.items():
                for number, device in devices.items():
                    if device.deleted:
                        self._entries.delete(DEVICE, (user, number))
                    else:
                        self._keep_device(device)

    def _keep_device(self, device: OlmDevice) -> None:
        entry = asdict(device) | {"trust_state": device.trust_state.name}
        words = entry.pop("user_id"), entry.pop("device_id")
        self._entries.put(DEVICE, words, entry)

    def load_encrypted_rooms(self) -> set[str]:
        """The rooms that are encrypted, as a room is for good."""
        self._rooms = {room for (room,), _ in self._entries.all(ROOM)}
        return set(self._rooms)

    def save_encrypted_rooms(self, rooms: Iterable[str]) -> None:
        """Keep that these are encrypted. nio says so after each sync, mostly of none."""
        new = set(rooms) - self._rooms
        if new:
            with self.together():
                for room in new:
                    self._entries.put(ROOM, (room,), {})
            self._rooms |= new

    def delete_encrypted_room(self, room: str) -> None:
        """Keep nothing of a room, the keys to what was said in it included."""
        with self.together():
            self._entries.delete(ROOM, (room,))
            self.forget_words(room)
        self._rooms.discard(room)

    def forget_words(self, room: str) -> None:
        """Keep no key to what was said in a room; that it is encrypted stays known."""
        with self.together():
            for sender, number in self._groups[room]:
                self._entries.delete(GROUP, (room, sender, number))
        del self._groups[room]

    def prune(self) -> None:
        """Erase the keys to what was said too long ago. From any thread."""
        since = self._now() - timedelta(days=GROUP_KEY_DAYS)
        for words, entry in self._entries.all(GROUP):
            if datetime.fromisoformat(entry["at"]) < since:
                self._entries.delete(GROUP, words)

    def load_outgoing_key_requests(self) -> dict[str, OutgoingKeyRequest]:
        """Which keys were asked for, by the numbers of the requests."""
        found = self._entries.all(REQUEST)
        return {number: OutgoingKeyRequest(**entry) for (number,), entry in found}

    def add_outgoing_key_request(self, key_request: OutgoingKeyRequest) -> None:
        """Keep that a key was asked for."""
        self._entries.put(REQUEST, (key_request.request_id,), asdict(key_request))

    def remove_outgoing_key_request(self, key_request: OutgoingKeyRequest) -> None:
        """It came."""
        self._entries.delete(REQUEST, (key_request.request_id,))

    def save_sync_token(self, token: str) -> None:
        """Keep how far was read."""
        self._entries.put(TOKEN, (), {"token": token})

    def load_sync_token(self) -> str | None:
        """How far was read; None before the first time."""
        entry = self._entries.get(TOKEN)
        return entry["token"] if entry else None
