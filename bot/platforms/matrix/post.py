"""Events on their way out: sent, changed, taken back. Each call tells the budget how it went.

A request has an id of ours that stays the same when it is tried again: the homeserver drops what
it has taken already (client-server specification, "Transaction identifiers").
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import structlog

from bot.chat import Gone, Later, Message, Moved, SendError
from bot.pacing import Budget
from bot.platforms.matrix.budget import Bucket
from bot.platforms.matrix.choices import Choices
from bot.platforms.matrix.drawing import drawn, in_place_of, in_thread
from bot.platforms.matrix.errors import FORBIDDEN, NAME, ended
from bot.platforms.matrix.events import MESSAGE
from bot.platforms.matrix.keys import ENCRYPTED, ForeignKeys, Keys
from bot.platforms.matrix.pictures import Pictures
from bot.platforms.matrix.rooms import Rooms
from bot.platforms.matrix.sharing import Sharing
from bot.platforms.matrix.wire import Broken, Json, Refusal, Wire, WireError, at
from bot.waiting import loop_seconds
from storage.model import Address, Attachment

log = structlog.get_logger(__name__)

LOST_SECONDS = 600.0  # until it is tried again where the keys of our device are lost

DELIVERY, PICTURE = "org.herald.delivery", "org.herald.picture"

Result = TypeVar("Result")
Follow = Callable[[str], Awaitable[str | None]]


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent where. `id` names the request, and with `delivery` the event itself.

    `text` is false where only the picture is missing, `picture` the other way round.
    """

    address: Address
    message: Message
    id: str
    notice: bool = False
    delivery: str = ""
    thread: str = ""
    text: bool = True
    picture: bool = True


class Flying:
    """How many calls are under way; `idle` is set while there are none. It outlives a run."""

    def __init__(self) -> None:
        self.calls = 0
        self.idle = asyncio.Event()
        self.idle.set()

    @contextmanager
    def one(self) -> Iterator[None]:
        """One more, as long as the block lasts."""
        self.calls += 1
        self.idle.clear()
        try:
            yield
        finally:
            self.calls -= 1
            if not self.calls:
                self.idle.set()


@dataclass(frozen=True, slots=True)
class Around:
    """Who the post works with. `follow` gives the room that has replaced another, if we are in."""

    wire: Wire
    keys: Keys
    rooms: Rooms
    choices: Choices
    flying: Flying
    budget: Budget
    bucket: Bucket
    follow: Follow


class Post:
    """One run's way out. Its methods raise SendErrors."""

    def __init__(self, around: Around) -> None:
        self._around = around
        self._wire = around.wire
        self._sharing = Sharing(around.wire, around.keys)
        self._pictures = Pictures(around.wire)

    async def send(self, letter: Letter) -> str:
        """The ids of the events: of the text, and of the picture where there is one."""
        with self._around.flying.one():
            return await self._tried(letter.address, self._sent(letter))

    async def edit(
        self, address: Address, event: str, message: Message, request: str, *, notice: bool,
        pushed: bool,
    ) -> None:  # fmt: skip
        """Replace a text. That there is nothing to replace the homeserver does not say."""
        with self._around.flying.one():
            await self._tried(
                address, self._edited(address.chat, event, message, request, notice, pushed)
            )

    async def redact(self, address: Address, events: list[str]) -> None:
        """Take events back; that they are not there any more is a success."""
        with self._around.flying.one():
            await self._tried(address, self._redacted(address.chat, events))

    async def _sent(self, letter: Letter) -> str:
        room, picture = letter.address.chat, letter.message.picture
        ids = []
        if picture is not None and letter.picture:
            shown = await self._shown(letter, picture)
            if shown:
                ids.append(shown)
        if letter.text:
            choices = self._around.choices
            pushed = not letter.notice
            first = choices.first(room, pushed=pushed)
            text = drawn(letter.message, notice=letter.notice, first=first)
            content = in_thread(letter.thread, text.content) if letter.thread else text.content
            clear = choices.sealed(room, text, pushed=pushed)
            if letter.delivery:
                clear[DELIVERY] = letter.delivery
            event = await self._put(room, content, clear, letter.id)
            choices.offered(room, text, pushed=pushed)
            ids.insert(0, event)
        return " ".join(ids)

    async def _shown(self, letter: Letter, picture: Attachment) -> str:
        """The id of the event that shows the picture; "" where it cannot be shown."""
        room = letter.address.chat
        encrypted = self._around.keys.is_encrypted(room)
        content = await self._pictures.content(picture, encrypted=encrypted)
        if content is None:
            return ""
        clear = {PICTURE: letter.delivery} if letter.delivery else {}
        event = await self._put(room, content, clear, f"{letter.id}.p")
        self._owe()
        return event

    async def _edited(
        self, room: str, event: str, message: Message, request: str, notice: bool, pushed: bool
    ) -> None:
        choices = self._around.choices
        text = drawn(message, notice=notice, first=choices.again(event) if pushed else 1)
        clear = choices.sealed(room, text, pushed=pushed)
        await self._put(room, in_place_of(event, text.content), clear, request)
        choices.offered(room, text, pushed=pushed)

    async def _redacted(self, room: str, events: list[str]) -> None:
        for number, event in enumerate(events):
            if number:
                self._owe()
            path = at("rooms", room, "redact", event, uuid.uuid4().hex)
            try:
                await self._timed("PUT", path, {})
            except Refusal as error:
                if error.status != 404:
                    raise

    async def _put(self, room: str, content: Json, clear: Json, request: str) -> str:
        """Send a message event, encrypted where the room is; its id. `clear` stays readable."""
        kind = MESSAGE
        if self._around.keys.is_encrypted(room):
            members = await self._around.rooms.members(room)
            content, kind = await self._sharing.encrypted(room, members, kind, content), ENCRYPTED
        found = await self._timed("PUT", at("rooms", room, "send", kind, request), content | clear)
        event = found.get("event_id")
        if not isinstance(event, str):
            raise Broken(200)
        return event

    async def _timed(self, method: str, path: str, content: Json) -> Json:
        began = loop_seconds()
        try:
            found = await self._wire.ask(method, path, content)
        except Refusal:
            self._around.budget.rate.landed(loop_seconds() - began)
            raise
        self._around.budget.rate.landed(loop_seconds() - began)
        return found

    def _owe(self) -> None:
        """One event more than the turn is for."""
        self._around.budget.freeze(self._around.bucket.owes())

    async def _tried(self, address: Address, call: Awaitable[Result]) -> Result:
        try:
            return await call
        except ForeignKeys:
            failure: SendError = Later("the keys of Herald's device are lost", LOST_SECONDS)
        except WireError as error:
            failure = await self._failed(address, error)
        # Raised out here: what the homeserver said must not hang on it.
        raise failure

    async def _failed(self, address: Address, error: WireError) -> SendError:
        end = ended(error)
        if isinstance(error, Refusal) and error.code == FORBIDDEN:
            return await self._forbidden(address, end)
        if isinstance(end, Later) and end.seconds is not None:
            everybody = self._around.budget.refused(address, end.seconds, own=False)
            return Later(str(end), end.seconds, "platform" if everybody else "chat")
        return end

    async def _forbidden(self, address: Address, end: SendError) -> SendError:
        """Why: we are out of the room, it was replaced, or others alone may write there."""
        try:
            if not await self._around.rooms.is_in(address.chat):
                return Gone("Herald is not in the room")
            new = await self._around.follow(address.chat)
        except WireError as error:
            return ended(error)
        if new is not None:
            return Moved("the room was replaced by another", Address(NAME, new))
        return end
