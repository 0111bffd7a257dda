"""What one device keeps in a vault: small JSON values, each under a kind and a few words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

from storage import Vault

Words = tuple[str, ...]
Entry = dict[str, Any]


class Entries:
    """The entries of one device of one user; another device in the same vault has its own.

    Who and which device is part of each name, for the vault keeps only kinds in the clear.
    """

    def __init__(self, vault: Vault, user: str, device: str) -> None:
        self._vault = vault
        self._whose = (user, device)

    def together(self) -> AbstractContextManager[None]:
        """All that is put and deleted inside is kept in one go, or nothing. Await nothing there."""
        return self._vault.together()

    def get(self, kind: str, *words: str) -> Entry | None:
        """What is kept under these words; None if nothing is."""
        value = self._vault.get(kind, self._name(words))
        return None if value is None else json.loads(value)

    def put(self, kind: str, words: Words, entry: Entry) -> None:
        """Keep it, in place of what was there."""
        self._vault.put(kind, self._name(words), json.dumps(entry).encode())

    def delete(self, kind: str, words: Words) -> None:
        """Keep nothing there."""
        self._vault.delete(kind, self._name(words))

    def all(self, kind: str) -> Iterator[tuple[Words, Entry]]:
        """Everything of this kind, the oldest first."""
        for name, value in self._vault.all(kind):
            user, device, *words = json.loads(name)
            if (user, device) == self._whose:
                yield tuple(words), json.loads(value)

    def _name(self, words: Words) -> str:
        return json.dumps([*self._whose, *words])
