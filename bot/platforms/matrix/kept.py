"""What is kept in the vault beside the keys: who we are there, in which rooms admins are, which
rooms are about to be left for others, and in which nobody else is left.

It is synchronous, as the vault is; what is written here is written seldom.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from storage import Vault

LOGIN, ADMIN, SECRET, LEVEL = "login", "admin", "secret", "level"
MOVE, EMPTY = "move", "empty"
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Login:
    """One device of ours. `restored` counts how often a backup had been restored when it began:
    keys of before are keys of another time, and lost to the other side. `over`: it is no more, or
    its keys are of no use; what else there is of it is for the next one.
    """

    homeserver: str
    user: str
    device: str
    token: str = field(repr=False)
    restored: str = ""
    over: bool = False


class Kept:
    """Reads and writes one open vault. Each call may raise DatabaseError."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        self._admins: dict[str, str] | None = None

    def login(self) -> Login | None:
        """The device that there was; None before the first."""
        found = self.vault.get(LOGIN, "")
        return None if found is None else Login(**json.loads(found))

    def keep_login(self, login: Login) -> None:
        """From now on this is our device."""
        if login != self.login():
            self.vault.put(LOGIN, "", json.dumps(asdict(login)).encode())

    def end_login(self) -> None:
        """Another device is to begin in place of this one."""
        login = self.login()
        if login is not None:
            self.keep_login(replace(login, token="", over=True))

    def secret(self, name: str) -> bytes:
        """32 bytes that nobody else knows, the same for this name at each start."""
        found = self.vault.get(SECRET, name)
        if found is None:
            found = os.urandom(SECRET_BYTES)
            self.vault.put(SECRET, name, found)
        return found

    def level(self, now: datetime) -> tuple[float, float] | None:
        """How full the server's bucket was when the last run ended well, and seconds since then."""
        found = self.vault.get(LEVEL, "")
        if found is None:
            return None
        self.vault.delete(LEVEL, "")  # a run that is killed leaves none
        level, at = json.loads(found)
        return float(level), max(0.0, now.timestamp() - float(at))

    def keep_level(self, level: float, now: datetime) -> None:
        """This run ends."""
        self.vault.put(LEVEL, "", json.dumps([level, now.timestamp()]).encode())

    @property
    def admins(self) -> Mapping[str, str]:
        """The room in which an admin wrote to us alone, by the admin's user id."""
        if self._admins is None:
            self._admins = {user: room.decode() for user, room in self.vault.all(ADMIN)}
        return self._admins

    def keep_admin(self, user: str, room: str) -> None:
        """What admins are to be told goes there."""
        if self.admins.get(user) != room:
            self.vault.put(ADMIN, user, room.encode())
            self._admins = {**self.admins, user: room}

    def move_admins(self, old: str, new: str | None) -> None:
        """Their room has become another one, or is none any more."""
        for user, room in tuple(self.admins.items()):
            if room != old:
                continue
            if new is not None:
                self.keep_admin(user, new)
            else:
                self.vault.delete(ADMIN, user)
                self._admins = {u: r for u, r in self.admins.items() if u != user}

    @property
    def moves(self) -> Mapping[str, tuple[str, datetime]]:
        """The rooms that are replaced by others where we are not yet: the server that knows the
        other, and since when that is so.
        """
        found = {room: json.loads(words) for room, words in self.vault.all(MOVE)}
        return {room: (via, datetime.fromisoformat(at)) for room, (via, at) in found.items()}

    def keep_move(self, old: str, via: str, now: datetime) -> None:
        """We have to go where this room has gone."""
        self.vault.put(MOVE, old, json.dumps([via, now.isoformat()]).encode())

    def end_move(self, old: str) -> None:
        """We are there, or cannot go."""
        self.vault.delete(MOVE, old)

    @property
    def empty(self) -> Mapping[str, datetime]:
        """The rooms in which nobody but us was seen, and since when."""
        return {room: datetime.fromisoformat(at.decode()) for room, at in self.vault.all(EMPTY)}

    def keep_empty(self, room: str, since: datetime | None) -> None:
        """Nobody else is there since then; None where somebody is, or we are not."""
        if since is None:
            self.vault.delete(EMPTY, room)
        else:
            self.vault.put(EMPTY, room, since.isoformat().encode())
