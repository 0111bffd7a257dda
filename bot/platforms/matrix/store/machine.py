"""nio's encryption, so that a kill at any moment loses no key: kept first, sent or counted then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nio.crypto import Olm

from bot.platforms.matrix.store.keys import VaultStore

Shares = Iterator[tuple[set[tuple[str, str]], dict[str, Any]]]


class Machine(Olm):  # type: ignore[misc]
    """What belongs together is kept in one transaction, and before anything of it is sent."""

    store: VaultStore

    def share_keys(self) -> dict[str, Any]:
        """The keys for the server, whose secret halves are kept before it hears of them.

        nio keeps them when the server has answered: after a kill in between it would offer others
        under the same names, which Synapse refuses for ever.
        """
        content: dict[str, Any] = super().share_keys()
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
        """Take in devices and sessions, all of an answer at once."""
        with self.store.together():
            super().handle_response(response)

    def share_group_session_parallel(
        self, room_id: str, users: list[str], ignore_unverified_devices: bool = False
    ) -> Shares:
        """A room's key for each device, of which none is sent before all are kept."""
        with self.store.together():
            shares = list(
                super().share_group_session_parallel(room_id, users, ignore_unverified_devices)
            )
        return iter(shares)
