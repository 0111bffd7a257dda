"""Somebody with a Matrix client, plain or with encryption, who says things and hears answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import nio

from tests.fakes.synapse.heard import Heard
from tests.fakes.synapse.listening import SECONDS, Listening
from tests.fakes.synapse.rooms import Rooms
from tests.fakes.synapse.server import Synapse

Content = dict[str, Any]


class Person(Rooms):
    """A person with a client that listens. `user` is their id.

    What they saw is in `messages(room)`, and all of it, with what could not be read, in `ears`.
    """

    def __init__(self, ears: Listening) -> None:
        super().__init__(ears.account)
        self.ears = ears
        self.client = ears.client

    async def say(
        self,
        room: str,
        words: str,
        *,
        html: str = "",
        kind: str = "m.text",
        more: Content | None = None,
    ) -> str:
        """Say something; the event's id."""
        content = {"msgtype": kind, "body": words, **(more or {})}
        if html:
            content |= {"format": "org.matrix.custom.html", "formatted_body": html}
        return await self.send(room, "m.room.message", content)

    async def reply(self, room: str, to: str, words: str) -> str:
        """Answer an event."""
        relation: Content = {"m.in_reply_to": {"event_id": to}}
        return await self.say(room, words, more={"m.relates_to": relation})

    async def edit(self, room: str, event: str, words: str) -> str:
        """Change what they said."""
        new = {"msgtype": "m.text", "body": words}
        relation = {"rel_type": "m.replace", "event_id": event}
        more = {"m.new_content": new, "m.relates_to": relation}
        return await self.say(room, f"* {words}", more=more)

    async def react(self, room: str, event: str, key: str) -> str:
        """Put an emoji under an event."""
        relation = {"rel_type": "m.annotation", "event_id": event, "key": key}
        return await self.send(room, "m.reaction", {"m.relates_to": relation})

    async def send(self, room: str, kind: str, content: Content) -> str:
        """Send any event, encrypted where the room is; its id."""
        await self.ears.until(lambda: self.client.rooms.get(room))
        # What a good client does: whoever has just come in is to read it, too.
        if self.client.should_query_keys:
            await self.client.keys_query()
        sent = await self.client.room_send(room, kind, content, ignore_unverified_devices=True)
        assert isinstance(sent, nio.RoomSendResponse), sent
        return str(sent.event_id)

    async def ask(self, room: str, words: str, seconds: float = SECONDS) -> Heard:
        """Say something; what somebody else says first in that room after it."""
        before = {each.id for each in self.ears.log}
        await self.say(room, words)
        return await self.hears(lambda it: it.room == room and it.id not in before, seconds)

    async def hears(self, wanted: Callable[[Heard], bool], seconds: float = SECONDS) -> Heard:
        """The first message of somebody else that is so, as it reads now, heard before or not.

        Raises TimeoutError.
        """

        def found() -> Heard | None:
            theirs = (each for each in self.ears.log if each.sender != self.user)
            return next(filter(wanted, theirs), None)

        return await self.ears.until(found, seconds)

    async def sees(self, wanted: Callable[[nio.Event], bool], seconds: float = SECONDS) -> Any:
        """The first event of any kind that is so, seen before or not. Raises TimeoutError."""
        return await self.ears.until(
            lambda: next(filter(wanted, self.ears.log.events), None), seconds
        )

    async def meets(self, room: str, user: str, seconds: float = SECONDS) -> None:
        """Until this user is in the room, as their client knows. Raises TimeoutError."""

        def there() -> bool:
            known = self.client.rooms.get(room)
            return known is not None and user in known.users and user not in known.invited_users

        await self.ears.until(there, seconds)

    async def invited(self, seconds: float = SECONDS) -> str:
        """A room that they are asked into and have not joined. Raises TimeoutError."""
        return await self.ears.until(lambda: next(iter(self.client.invited_rooms), None), seconds)

    def messages(self, room: str) -> list[Heard]:
        """What was said in this room, by anybody, as it reads now."""
        return [each for each in self.ears.log if each.room == room]


@asynccontextmanager
async def person(synapse: Synapse, name: str, *, encrypted: bool = False) -> AsyncIterator[Person]:
    """Somebody new on this server, listening inside the block."""
    ears = Listening(await synapse.account(name), encrypted=encrypted)
    try:
        await ears.start()
        yield Person(ears)
    finally:
        await ears.stop()
