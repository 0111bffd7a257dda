"""How far the homeserver's news was read, and from where it is read once more after a restore.

A backup holds a copy of the database and, a little later, one of the vault: what was dealt with in
between is in neither. So it is read from a place that is older than both, without a word
(`silently`), until all of that is done.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.platforms.matrix.store import VaultStore
from storage import Vault

EVERY = timedelta(minutes=10)  # a copy of the database takes less
PLACES, AGAIN = "places", "again"


class Place:
    """One run's. Its methods may raise DatabaseError."""

    def __init__(
        self, vault: Vault, user: str, store: VaultStore, now: Callable[[], datetime]
    ) -> None:
        self._vault = vault
        self._user = user
        self._store = store
        self._now = now
        self._again = _again(vault, user)
        self._places = _places(vault, user)

    @property
    def restored(self) -> bool:
        """Whether a backup was restored, and what has been said since is not made up for yet."""
        return bool(self._again)

    @property
    def since(self) -> str:
        """Where to begin; "" before the first time."""
        return self._again or self._store.load_sync_token() or ""

    def keep(self, token: str) -> None:
        """All before it is done. From any thread."""
        now = self._now()
        with self._vault.together():
            self._store.save_sync_token(token)
            if not self._places or not timedelta(0) <= now - self._places[-1][1] < EVERY:
                places = [*self._places[-1:], (token, now)]
                told = [(token, at.isoformat()) for token, at in places]
                self._vault.put(PLACES, self._user, json.dumps(told).encode())
                self._places = places
            if self._again:
                self._vault.delete(AGAIN, self._user)
        self._again = ""


def read_again(vault: Vault, user: str, device: str) -> None:
    """A backup was restored, which knows this device: it is read from then on once more."""
    places = _places(vault, user)
    token = places[0][0] if places else VaultStore(vault, user, device).load_sync_token()
    if token and not _again(vault, user):
        vault.put(AGAIN, user, token.encode())


def _again(vault: Vault, user: str) -> str:
    return (vault.get(AGAIN, user) or b"").decode()


def _places(vault: Vault, user: str) -> list[tuple[str, datetime]]:
    found = json.loads(vault.get(PLACES, user) or b"[]")
    return [(token, datetime.fromisoformat(at)) for token, at in found]
