"""What people do with rooms, asked of the server directly: no client has a say in it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from tests.fakes.synapse.accounts import Account

_API = "/_matrix/client/v3"
_MEGOLM = {"algorithm": "m.megolm.v1.aes-sha2"}
_ENCRYPTION = {"type": "m.room.encryption", "state_key": "", "content": _MEGOLM}


class Rooms:
    """The rooms of an account; `user` is its id. What the server refuses is an AssertionError."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.user = account.user

    async def create_room(
        self,
        *,
        invite: Sequence[str] = (),
        encrypted: bool = False,
        direct: bool = False,
        name: str = "",
        public: bool = False,
        version: str = "",
    ) -> str:
        """A new room; `direct` is a chat of two, marked as such for those invited, too."""
        asked: dict[str, Any] = {
            "preset": "trusted_private_chat" if direct
            else "public_chat" if public else "private_chat",
            "invite": list(invite), "is_direct": direct,
            "initial_state": [_ENCRYPTION] if encrypted else [],
        }  # fmt: skip
        asked |= {"name": name} if name else {}
        asked |= {"room_version": version} if version else {}
        room = str((await self.ask_server("POST", "/createRoom", asked))["room_id"])
        if direct:
            await self._mark_direct(room, invite)
        return room

    async def _mark_direct(self, room: str, others: Sequence[str]) -> None:
        path = f"/user/{quote(self.user)}/account_data/m.direct"
        known = await self.account.ask("GET", _API + path)
        known = {} if "errcode" in known else known
        known |= {other: [*known.get(other, ()), room] for other in others}
        await self.ask_server("PUT", path, known)

    async def join(self, room: str) -> None:
        """Join a room: one that is public, or that they were invited to."""
        await self.ask_server("POST", f"/join/{quote(room)}", {})

    async def invite(self, room: str, user: str) -> None:
        """Ask somebody in."""
        await self._in(room, "invite", {"user_id": user})

    async def leave(self, room: str) -> None:
        """Go."""
        await self._in(room, "leave", {})

    async def kick(self, room: str, user: str, *, ban: bool = False) -> None:
        """Put somebody out, for good if it is a `ban`."""
        await self._in(room, "ban" if ban else "kick", {"user_id": user})

    async def redact(self, room: str, event: str) -> None:
        """Take an event back."""
        path = f"/rooms/{quote(room)}/redact/{quote(event)}/{uuid.uuid4().hex}"
        await self.ask_server("PUT", path, {})

    async def state(self, room: str, kind: str) -> dict[str, Any]:
        """The content of a state event."""
        found: dict[str, Any] = await self.ask_server("GET", f"/rooms/{quote(room)}/state/{kind}")
        return found

    async def set_state(self, room: str, kind: str, content: dict[str, Any]) -> None:
        """Send a state event."""
        await self.ask_server("PUT", f"/rooms/{quote(room)}/state/{kind}", content)

    async def set_power(self, room: str, user: str, level: int) -> None:
        """Give somebody a power level: 0 may talk, 50 may kick, 100 may do everything."""
        levels = await self.state(room, "m.room.power_levels")
        users = {**levels.get("users", {}), user: level}
        await self.set_state(room, "m.room.power_levels", {**levels, "users": users})

    async def set_power_to_talk(self, room: str, level: int) -> None:
        """Let only those talk who have this level."""
        levels = await self.state(room, "m.room.power_levels")
        await self.set_state(room, "m.room.power_levels", {**levels, "events_default": level})

    async def encrypt_room(self, room: str) -> None:
        """From now on, and for good, what is said in it is encrypted."""
        await self.set_state(room, "m.room.encryption", _MEGOLM)

    async def upgrade_room(
        self, room: str, version: str = "12", *, invite: Sequence[str] = ()
    ) -> str:
        """Replace a room by a new one, and ask these into it, as clients do; the new room's id."""
        made = await self._in(room, "upgrade", {"new_version": version})
        for user in invite:
            await self.invite(made["replacement_room"], user)
        return str(made["replacement_room"])

    async def members(self, room: str) -> set[str]:
        """Who is in the room now."""
        found = await self.ask_server("GET", f"/rooms/{quote(room)}/joined_members")
        return set(found["joined"])

    async def ask_server(self, method: str, path: str, content: object = None) -> Any:
        """Ask the client-server API; what it answered."""
        answer = await self.account.ask(method, _API + path, content)
        assert "errcode" not in answer, f"{method} {path}: {answer}"
        return answer

    async def _in(self, room: str, what: str, content: dict[str, Any]) -> Any:
        return await self.ask_server("POST", f"/rooms/{quote(room)}/{what}", content)
