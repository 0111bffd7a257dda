"""The devices of others: asked for when they matter, kept while they do; sessions begun with them.

One person may have hundreds: what is done for many is done in pieces, so that the loop turns.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

import structlog
from nio.crypto import OlmDevice

from bot.platforms.matrix.store import Machine
from bot.platforms.matrix.wire import Json, Wire, at
from bot.waiting import loop_seconds

log = structlog.get_logger(__name__)

A_PIECE = 20  # devices; each is half a millisecond of arithmetic
USERS_AT_ONCE = 250  # in one question
DEVICES_AT_ONCE = 500  # in one question for keys to begin sessions with
LOOKS = 3  # while what is looked at changes
MEND_AGAIN_SECONDS = 86_400.0  # until a device is tried again whose keys were of no use

T = TypeVar("T")


class Devices:
    """Those of everybody that one machine knows. Methods that ask the homeserver raise WireErrors;
    each may raise DatabaseError.
    """

    def __init__(self, wire: Wire, machine: Machine) -> None:
        self._wire = wire
        self._machine = machine
        self._asking: dict[str, asyncio.Event] = {}  # whose are asked for now, and until when
        self._changed: set[str] = set()  # of these, whose have changed since
        self._left: set[str] = set()  # of these, who is to be forgotten as soon as it is known
        self._in_vain: dict[tuple[str, str], float] = {}  # since when a device is not mended

    @property
    def users(self) -> set[str]:
        """Of whom a device is known."""
        return {user for user, devices in self._machine.device_store.items() if devices}

    def of(self, users: Iterable[str]) -> list[OlmDevice]:
        """Those of these users, but for our own."""
        ours = self._machine.user_id, self._machine.device_id
        return [
            device
            for user in users
            for device in self._machine.device_store.active_user_devices(user)
            if (user, device.id) != ours
        ]

    def changed(self, user: str) -> None:
        """They have others than before: asked for anew when it is needed."""
        self._machine.tracked_users.discard(user)
        if user in self._asking:
            self._changed.add(user)

    async def learn(self, users: Collection[str]) -> None:
        """Ask for the devices of those who are new, or have new ones; whoever is asked for
        already is waited for. Of whom the server knows none, none is known.
        """
        wanted = set(users)
        for _ in range(LOOKS):
            unknown = {user for user in wanted if self._unknown(user)}
            if not unknown:
                return
            others = [self._asking[user] for user in unknown if user in self._asking]
            wanted -= await self._ask(sorted(unknown - self._asking.keys()))
            for known in others:
                await known.wait()

    async def forget(self, users: Iterable[str]) -> None:
        """We share no encrypted room with them: nothing of their devices is kept."""
        for user in users:
            self._machine.tracked_users.discard(user)
            if user in self._asking:
                self._changed.add(user)
                self._left.add(user)
            await self._drop(user, list(self._machine.device_store[user]))

    async def begin_sessions(self, wanted: Iterable[OlmDevice]) -> None:
        """Begin sessions with these, as far as they have keys for that."""
        for some in pieces(wanted, DEVICES_AT_ONCE):
            asked: dict[str, dict[str, str]] = {}
            for device in some:
                asked.setdefault(device.user_id, {})[device.id] = "signed_curve25519"
            found = await self._wire.ask("POST", at("keys", "claim"), {"one_time_keys": asked})
            for piece in pieces(_claimed(found), A_PIECE):
                self._machine.begin_sessions(piece)
                await asyncio.sleep(0)

    async def mend(self) -> None:
        """Begin new sessions where one is broken, or somebody asked for a key without one.

        A key that is of no use may be there for good: its device is left alone for a day.
        """
        machine, now = self._machine, loop_seconds()
        broken = (machine.wedged_devices, machine.key_request_devices_no_session)
        for devices in broken:
            devices[:] = [device for device in devices if not device.deleted]
        self._in_vain = {name: since for name, since in self._in_vain.items()
                         if now - since < MEND_AGAIN_SECONDS}  # fmt: skip
        due = [d for devices in broken for d in devices
               if (d.user_id, d.id) not in self._in_vain]  # fmt: skip
        await self.begin_sessions(due)
        for device in due:
            if any(device in devices for devices in broken):
                self._in_vain[device.user_id, device.id] = now

    def _unknown(self, user: str) -> bool:
        machine = self._machine
        return user not in machine.tracked_users or user in machine.users_for_key_query

    async def _ask(self, users: list[str]) -> set[str]:
        """Ask for the devices of these; who of them has gone meanwhile, and is forgotten."""
        known = asyncio.Event()
        self._asking.update(dict.fromkeys(users, known))
        try:
            for some in pieces(users, USERS_AT_ONCE):
                await self._ask_for(some)
            return self._left.intersection(users)
        finally:
            for user in users:
                del self._asking[user]
            self._changed.difference_update(users)
            self._left.difference_update(users)
            known.set()

    async def _ask_for(self, users: list[str]) -> None:
        self._changed.difference_update(users)
        asked: Json = {"device_keys": {user: [] for user in users}}
        found = await self._wire.ask("POST", at("keys", "query"), asked)
        theirs = found.get("device_keys")
        for user in users:
            devices = theirs.get(user) if isinstance(theirs, dict) else None
            if isinstance(devices, dict):
                await self._take_in(user, devices)
            self._machine.users_for_key_query.discard(user)
            # Whose server does not answer is in no room key until it says that devices changed.
            if user not in self._changed:
                self._machine.tracked_users.add(user)
            elif user in self._left:
                await self.forget([user])

    async def _take_in(self, user: str, theirs: dict[str, Any]) -> None:
        for piece in pieces(theirs.items(), A_PIECE):
            self._machine.take_in(user, piece)
            await asyncio.sleep(0)
        known = self._machine.device_store[user]
        await self._drop(user, [name for name in known if name not in theirs])

    async def _drop(self, user: str, names: list[str]) -> None:
        """At once for all who encrypt; on the disk then, where they have not come again."""
        known = self._machine.device_store[user]
        gone = [known.pop(name) for name in names]
        for device in gone:
            device.deleted = True
        for piece in pieces(gone, A_PIECE):
            erased = {device.id: device for device in piece if device.id not in known}
            self._machine.store.save_device_keys({user: erased})
            await asyncio.sleep(0)


def pieces(many: Iterable[T], size: int) -> Iterator[list[T]]:
    """All of them in order, so many at a time."""
    left = iter(many)
    while piece := list(islice(left, size)):
        yield piece


def _claimed(answer: Json) -> Iterator[tuple[str, str, Json]]:
    """Each device of each user, with the key to begin a session with."""
    users = answer.get("one_time_keys")
    for user, devices in (users if isinstance(users, dict) else {}).items():
        for device, keys in (devices if isinstance(devices, dict) else {}).items():
            if isinstance(keys, dict) and keys:
                yield user, device, keys
