"""What comes of an event: it is asked of the router, or noted; and where the answer goes."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot import chat
from bot.chat import Message, Request
from bot.i18n import texts
from bot.patience import FAR, Patience, Verdict
from bot.platforms.matrix import numbers
from bot.platforms.matrix.answers import Answer, Answers
from bot.platforms.matrix.choices import Choices
from bot.platforms.matrix.errors import NAME
from bot.platforms.matrix.events import Marked, Said, heard, membership
from bot.platforms.matrix.kept import Kept
from bot.platforms.matrix.moves import Moves
from bot.platforms.matrix.offers import Offered
from bot.platforms.matrix.rooms import MEMBER, TOMBSTONE, Rooms
from bot.platforms.matrix.wire import Json
from bot.text.build import join
from storage.model import Address, RichText
from storage.subscribers import Subscribers

log = structlog.get_logger(__name__)

START = "/start"
# What is answered otherwise to who manages a room; for all else nobody's power is looked up.
RIGHTS_MATTER = frozenset(
    {"subscribe", "unsubscribe", "stop", "settings", "forget", "start", "help"}
)
_COMMAND = re.compile(r"\s*[/!](\w+)")
_PRESSED = re.compile(r"\s*(\w+)")


@dataclass(frozen=True, slots=True)
class Us:
    """What we are: our user id, who our admins are, the campaign's language."""

    user: str
    admins: Collection[str]
    language: str


@dataclass(frozen=True, slots=True)
class Around:
    """Who the desk works with; `name` makes the id of what answers an event, `entered` hears that
    we are in one more room.
    """

    answer: chat.Answer
    answers: Answers
    subscribers: Subscribers
    rooms: Rooms
    choices: Choices
    moves: Moves
    kept: Kept
    name: Callable[[str], str]
    entered: Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A choice that was made: its command, and the event and text it stood under."""

    command: str
    event: str
    offered: Offered


class Desk:
    """Takes events one by one. Its methods raise DatabaseError and WireErrors: then nothing is
    committed, and the event has to be taken again.
    """

    def __init__(self, around: Around, us: Us, now: Callable[[], datetime]) -> None:
        self._around = around
        self._us = us
        self._now = now
        self._patience = Patience(FAR)

    async def happened(self, room: str, event: Json, *, late: bool = False) -> None:
        """An event in a room that we are in, in their order; or `late`, when its key came."""
        if event.get("type") == MEMBER:
            await self._place(room, event)
        elif event.get("type") == TOMBSTONE:
            await self._around.moves.replaced(room, event)
        elif event.get("sender") == self._us.user:
            self._around.choices.saw(room, event)
        else:
            what = heard(event)
            if isinstance(what, Said):
                await self._said(room, replace(what, late=late))
            elif isinstance(what, Marked):
                await self._marked(room, what)

    async def invited(self, room: str, via: str) -> None:
        """Somebody wants us there. That we are in comes as an event."""
        await self._around.moves.join(room, via)

    async def follows(self, room: str) -> None:
        """It replaces another: what is kept of that is kept of this."""
        await self._around.moves.entered(room)

    async def left(self, room: str) -> None:
        """We are out: nothing can be sent there any more."""
        await self._around.subscribers.gone(Address(NAME, room))
        self._around.kept.move_admins(room, None)

    async def unreadable(self, room: str, event: Json) -> None:
        """What somebody said to us alone has no key, and none has come since."""
        if not await self._around.rooms.is_private(room):
            return
        address = Address(NAME, room)
        known = await self._around.subscribers.find(address)
        t = texts((known.language if known else "") or self._us.language)
        said = t(
            "I cannot read what you wrote: the key to it did not reach me. Please write it once"
            " more."
        )
        # An id of its own: should the event be read one day, that is answered, too.
        self._put(address, Message(RichText(said)), f"unreadable {event.get('event_id')}")

    async def _place(self, room: str, event: Json) -> None:
        """Who came and went. Where everybody else is gone, nobody is there to be told."""
        user, now, was = membership(event)
        address = Address(NAME, room)
        if user == self._us.user:
            if now == "join" and was != "join":
                await self._around.subscribers.back(address)
                self._around.entered()
                if not await self._around.moves.entered(room):
                    await self._welcome(room, event)
            return
        if now == "join" and was != "join":
            members = await self._around.rooms.few(room)
            if members is not None and len(members) <= 2:
                await self._around.subscribers.back(address)
            return
        left = now in ("leave", "ban") and was == "join"
        if left and await self._around.rooms.few(room) in (set(), {self._us.user}):
            await self._around.subscribers.gone(address)

    async def _welcome(self, room: str, event: Json) -> None:
        """Who asked us into a chat of two hears what we can do, and how things are chosen."""
        if not await self._around.rooms.is_private(room):
            return
        members = await self._around.rooms.members(room)
        sender = next(user for user in members if user != self._us.user)
        if self._patience.asks(sender) is not Verdict.ANSWER:
            return  # who asks us into room after room takes the others' turns
        request = await self._request(room, sender, RichText(START))
        self._remember(request)
        message = await self._around.answer(request)
        if message is None:
            return
        known = await self._around.subscribers.find(request.address)
        t = texts((known.language if known else "") or request.language)
        hint = t("Where numbers stand under a message, write one, or react with it, to choose.")
        message = replace(message, text=join([message.text, hint], "\n\n"))
        self._put(request.address, message, str(event.get("event_id")))

    async def _said(self, room: str, said: Said) -> None:
        words = said.rich.text.strip()
        private = await self._around.rooms.is_private(room)
        chosen = await self._chosen(room, said, numbers.typed(words), private=private)
        if chosen is not None:
            await self._press(room, said.id, said.sender, chosen, said.thread)
            return
        if not words or not (private or words[0] in "/!"):
            return
        request = await self._request(room, said.sender, said.rich)
        request = replace(request, wordless=said.wordless)
        self._remember(request)
        message = await self._around.answer(request)
        if message is not None:
            self._put(request.address, message, said.id, thread=said.thread)

    async def _marked(self, room: str, marked: Marked) -> None:
        number = numbers.marked(marked.mark)
        if number is None:
            return
        offered = await self._around.choices.under(room, marked.to, marked.id)
        command = offered.command(number) if offered is not None else None
        if offered is not None and command is not None:
            chosen = _Chosen(command, marked.to, offered)
            await self._press(room, marked.id, marked.sender, chosen)

    async def _chosen(
        self, room: str, said: Said, number: int | None, *, private: bool
    ) -> _Chosen | None:
        """What a number means: of the message it replies to, else, in a chat of two, of the
        latest one that has it; as they stood there when it was written.
        """
        if number is None:
            return None
        choices = self._around.choices
        if said.to:
            offered = await choices.under(room, said.to, said.id, late=said.late)
            command = offered.command(number) if offered is not None else None
            if offered is not None and command is not None:
                return _Chosen(command, said.to, offered)
        latest = await choices.latest(room, number, said.id, late=said.late) if private else None
        return None if latest is None else _Chosen(*latest)

    async def _press(
        self, room: str, event: str, sender: str, chosen: _Chosen, thread: str = ""
    ) -> None:
        request = await self._request(
            room, sender, RichText(chosen.command), pressed=True, under=chosen.offered.under
        )
        message = await self._around.answer(request)
        if message is None:
            return
        # What was pushed to a room stays as it is: who chooses gets a message of their own.
        shared = chosen.offered.pushed and not request.private
        message = replace(message, replaces=message.replaces and not shared)
        self._put(request.address, message, event, under=chosen.event, thread=thread)

    async def _request(
        self, room: str, sender: str, rich: RichText, *, pressed: bool = False, under: str = ""
    ) -> Request:
        """Matrix knows no language of a person's: the campaign's, until another is chosen."""
        private = await self._around.rooms.is_private(room)
        name = (_PRESSED if pressed else _COMMAND).match(rich.text)
        manages = private
        if not private and name is not None and name[1].lower() in RIGHTS_MATTER:
            manages = (await self._around.rooms.power(room)).manages(sender)
        return Request(
            Address(NAME, room), rich.text, self._now(), RichText() if pressed else rich,
            sender=sender, language=self._us.language, pressed=pressed, under=under,
            private=private, may_manage=manages, admin=private and sender in self._us.admins,
        )  # fmt: skip

    def _remember(self, request: Request) -> None:
        """What admins are to be told goes where one of them was alone with us last."""
        if request.admin:
            self._around.kept.keep_admin(request.sender, request.address.chat)

    def _put(
        self, address: Address, message: Message, event: str, *, under: str = "", thread: str = ""
    ) -> None:
        name = self._around.name(event)
        self._around.answers.put(Answer(address, message, name, under, thread))
