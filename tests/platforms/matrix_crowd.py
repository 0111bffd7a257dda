"""People with many devices, and the part of a homeserver that hands out keys, over real HTTP."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from nio.api import Api
from nio.crypto import OlmAccount

from bot.platforms.matrix.kept import Login
from bot.platforms.matrix.keys import Keys, open_keys
from bot.platforms.matrix.sharing import Sharing
from bot.platforms.matrix.wire import Wire
from storage import Storage, Vault
from tests.fakes.loopback import Loopback

ME, MY_DEVICE = "@herald:crowd.test", "HERALD"
ANNA = "@anna:crowd.test"
ROOM = "!room:crowd.test"
ALGORITHMS = ["m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"]

Json = dict[str, Any]


class Device:
    """One device of somebody's, with all that it uploads."""

    def __init__(self, user: str, name: str) -> None:
        self.user, self.name = user, name
        self._account = OlmAccount()
        self._account.generate_one_time_keys(1)
        [(number, key)] = self._account.one_time_keys["curve25519"].items()
        keys = self._account.identity_keys
        self.one_time = {f"signed_curve25519:{number}": self.signed({"key": key})}
        self.keys = self.signed({
            "user_id": user, "device_id": name, "algorithms": ALGORITHMS,
            "keys": {f"{kind}:{name}": keys[kind] for kind in ("ed25519", "curve25519")},
            "unsigned": {"device_display_name": f"{user}'s telephone"},
        })  # fmt: skip

    @property
    def curve(self) -> str:
        return str(self._account.identity_keys["curve25519"])

    def signed(self, content: Json) -> Json:
        """With this device's signature."""
        clear = {name: value for name, value in content.items() if name != "unsigned"}
        signature = self._account.sign(Api.to_canonical_json(clear))
        return {**content, "signatures": {self.user: {f"ed25519:{self.name}": signature}}}


class Crowd(Loopback):
    """Knows devices. `got` counts the messages to each, `claimed` how often it was to begin a
    session, `asked` the requests of a kind, such as "keys/query".

    What is in `before` for a kind happens once, between a request and its answer, which is
    made by then; what is in `refused` is refused so often.
    """

    def __init__(self) -> None:
        super().__init__()
        self.devices: dict[str, dict[str, Device]] = {}
        self.mine: Json = {}
        self.got: Counter[tuple[str, str]] = Counter()
        self.claimed: Counter[tuple[str, str]] = Counter()
        self.asked: Counter[str] = Counter()
        self.before: dict[str, Callable[[], Awaitable[object]]] = {}
        self.refused: Counter[str] = Counter()
        self._ready: dict[str, bytes] = {}

    def has(self, user: str, count: int, prefix: str = "D") -> list[Device]:
        """Somebody has so many devices, and no others."""
        made = [Device(user, f"{prefix}{number}") for number in range(count)]
        self.devices[user] = {device.name: device for device in made}
        self._ready.clear()
        return made

    def adds(self, device: Device) -> None:
        """One more, or another in the place of one."""
        self.devices[device.user][device.name] = device
        self._ready.clear()

    def lacks(self, device: Device) -> None:
        """One device less."""
        del self.devices[device.user][device.name]
        self._ready.clear()

    async def respond(self, request: web.Request) -> web.Response:
        _, _, path = request.path.partition("/v3/")
        what = "/".join(path.split("/")[:2])
        what = "sendToDevice" if what.startswith("sendToDevice") else what
        self.asked[what] += 1
        content = await request.json()
        if self.refused[what]:
            self.refused[what] -= 1
            return web.json_response({"errcode": "M_UNKNOWN", "error": "no"}, status=500)
        if what == "keys/query":
            answer = self._query(content)
        elif what == "keys/claim":
            answer = self._claim(content)
        else:
            answer = self._other(what, content)
        happens = self.before.pop(what, None)
        if happens is not None:
            await happens()
        return web.Response(body=answer, content_type="application/json")

    def _query(self, content: Json) -> bytes:
        """Made once for the same question: how long that takes is not what is measured."""
        name = json.dumps(content)
        if name not in self._ready:
            found = {
                user: {name: d.keys for name, d in self.devices.get(user, {}).items()}
                for user in content["device_keys"]
            }
            if ME in found and self.mine:
                found[ME] = {MY_DEVICE: self.mine}
            self._ready[name] = json.dumps({"device_keys": found}).encode()
        return self._ready[name]

    def _claim(self, content: Json) -> bytes:
        found: dict[str, Json] = {}
        for user, devices in content["one_time_keys"].items():
            for name in devices:
                self.claimed[user, name] += 1
                if name in self.devices.get(user, {}):
                    found.setdefault(user, {})[name] = self.devices[user][name].one_time
        return json.dumps({"one_time_keys": found}).encode()

    def _other(self, what: str, content: Json) -> bytes:
        if what == "sendToDevice":
            for user, those in content["messages"].items():
                self.got.update((user, name) for name in those)
        elif what == "keys/upload":
            self.mine = content.get("device_keys", self.mine)
            return b'{"one_time_key_counts": {"signed_curve25519": 50}}'
        return b"{}"


@asynccontextmanager
async def crowd() -> AsyncIterator[Crowd]:
    """A homeserver of devices."""
    found = Crowd()
    await found.start()
    try:
        yield found
    finally:
        await found.stop()


class Side:
    """Herald's side, on an open vault."""

    def __init__(self, wire: Wire, vault: Vault, keys: Keys) -> None:
        self.wire, self.vault, self.keys = wire, vault, keys
        self.sharing = Sharing(wire, keys)

    async def say(self, *members: str, room: str = ROOM) -> Json:
        """Encrypt a word for these."""
        content = {"msgtype": "m.text", "body": "News"}
        return await self.sharing.encrypted(room, {ME, *members}, "m.room.message", content)

    def kept(self) -> set[tuple[str, str]]:
        """The devices in the vault."""
        return {(d.user_id, d.device_id) for d in self.keys.store.load_device_keys()}

    def known(self, user: str) -> set[str]:
        """The names of the devices that we know of somebody."""
        return {d.id for d in self.keys.machine.device_store.active_user_devices(user)}


@asynccontextmanager
async def side(crowd: Crowd, storage: Storage) -> AsyncIterator[Side]:
    """Herald's keys, that have begun."""
    wire = Wire(crowd.url)
    with storage.vault("matrix") as vault:
        keys = await open_keys(wire, vault, Login(crowd.url, ME, MY_DEVICE, "token"))
        try:
            await keys.begin()
            yield Side(wire, vault, keys)
        finally:
            await wire.close()


def everybody(crowd: Crowd, users: Collection[str]) -> set[tuple[str, str]]:
    """Each device of these."""
    return {(user, name) for user in users for name in crowd.devices[user]}
