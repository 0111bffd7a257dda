"""nio's encryption, so that a kill at any moment loses no key: kept first, sent or counted then."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import nio
import structlog
from nio.crypto import Olm, OlmDevice, OutboundGroupSession, OutboundSession

from bot.platforms.matrix.store.keys import VaultStore
from storage import DatabaseError

log = structlog.get_logger(__name__)

Json = dict[str, Any]


class Machine(Olm):  # type: ignore[misc]
    """What belongs together is kept in one transaction, and before anything of it is sent.

    What takes lists does all of it in one turn of the loop: give it few at a time.
    """

    store: VaultStore

    def share_keys(self) -> Json:
        """The keys for the server, whose secret halves are kept before it hears of them.

        nio keeps them when the server has answered: after a kill in between it would offer others
        under the same names, which Synapse refuses for ever.
        """
        content: Json = super().share_keys()
        self.save_account()
        return content

    def verify_json(self, json: Any, user_key: str, user_id: str, device_id: str) -> bool:
        """Whether the signature is this device's. Rubbish in place of a key or of a signature,
        which anybody may upload, is no signature: nio lets some of its errors fly.
        """
        try:
            return bool(super().verify_json(json, user_key, user_id, device_id))
        except Exception:  # noqa: BLE001 - vodozemac raises all sorts of things
            return False

    def handle_to_device_event(self, event: Any) -> Any:
        """Read what another device sent us: the key in it is kept with the step to the next."""
        with self.store.together():
            return super().handle_to_device_event(event)

    def handle_response(self, response: Any) -> None:
        """Take in what the server answered, all of it at once."""
        with self.store.together():
            super().handle_response(response)

    def take_in(self, user: str, found: Iterable[tuple[str, Any]]) -> None:
        """Devices of a user as the server names them: new, or with a new key to reach them by.

        Those that are not signed by themselves are left out, and those under whose name another
        was known: the server might have made it. nio takes all of a user's in one go, each looked
        for among those of everybody. What they are called is nobody's business.
        """
        known = self.device_store[user]
        new = {}
        for name, told in found:
            keys = self._keys(user, name, told)
            old = known.get(name)
            if keys is None or (
                old is not None and (old.keys == keys or old.ed25519 != keys["ed25519"])
            ):
                continue
            new[name] = OlmDevice(user, name, keys)
        self.store.save_device_keys({user: new})
        for name in new.keys() & known.keys():
            known[name].deleted = True  # for who holds it still
        known.update(new)

    def _keys(self, user: str, name: str, told: Any) -> dict[str, str] | None:
        if (user, name) == (self.user_id, self.device_id):
            return None
        try:
            named = told["user_id"], told["device_id"]
            keys = {kind: told["keys"][f"{kind}:{name}"] for kind in ("ed25519", "curve25519")}
        except (KeyError, TypeError):
            return None
        sound = named == (user, name) and all(isinstance(key, str) for key in keys.values())
        return keys if sound and self.verify_json(told, keys["ed25519"], user, name) else None

    def begin_sessions(self, claimed: Iterable[tuple[str, str, Json]]) -> None:
        """Begin sessions with these devices of users, by the keys that they have for that.

        One by one: what one of them has uploaded must not keep the others out.
        """
        with self.store.together():
            for user, device, keys in claimed:
                try:
                    self.handle_response(nio.KeysClaimResponse({user: {device: keys}}, {}))
                except DatabaseError:
                    raise
                except Exception as error:  # noqa: BLE001 - whose keys these are is not reached
                    log.debug("Keys of a device cannot be used.", error=type(error).__name__)

    def create_session(self, one_time_key: str, curve_key: str) -> OutboundSession:
        """Begin a session. Our own keys stay as they are: nio keeps them anew each time."""
        session = OutboundSession(self.account, curve_key, one_time_key)
        self.save_session(curve_key, session)
        self.session_store.add(curve_key, session)
        return session

    def room_key(self, room: str, key: OutboundGroupSession, devices: Iterable[OlmDevice]) -> Json:
        """A message to devices with the key of a room, for those of them with whom a session has
        begun; the step of each is kept.
        """
        content = {
            "algorithm": self._megolm_algorithm, "room_id": room,
            "session_id": key.id, "session_key": key.session_key,
        }  # fmt: skip
        messages: dict[str, Json] = {}
        with self.store.together():
            for device in devices:
                session = None if device.deleted else self.session_store.get(device.curve25519)
                if session is not None:
                    told = self._olm_encrypt(session, device, "m.room_key", content)
                    messages.setdefault(device.user_id, {})[device.id] = told
        return {"messages": messages}
