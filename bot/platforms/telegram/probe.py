"""Whether a message arrived whose answer was lost: an edit that changes nothing tells.

Telegram has no idempotency keys, but all private chats of a bot share one sequence of message
ids. What was sent after one id was seen and before another can only lie between the two. Editing
it into what it says already is refused as "not modified" (telegram-bot-api Client.cpp), and for
any other id there is no such message in that chat.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial

import structlog

from bot.chat import Later, Message, SendError, Sent, Stop, Unknown
from bot.pacing import Budget
from bot.platforms.telegram.budget import many
from bot.platforms.telegram.drawing import LIMITS
from bot.platforms.telegram.forms import Form
from bot.platforms.telegram.poll import Json, Result
from bot.platforms.telegram.post import Edited, Post
from bot.platforms.trying import pause_after
from bot.text.split import utf16
from bot.waiting import loop_seconds
from storage.model import Address, Lane

log = structlog.get_logger(__name__)

MOST = 200  # ids looked at for one message; where there are more it is sent again
TRIES = 5  # of one look whose answer is lost
# What was sent and not answered has landed, if ever, after so long: Telegram holds a message back
# for 8 s at most before it refuses it (td NetQueryDelayer.cpp); the rest is for slow lines.
LANDED_SECONDS = 60.0


class Probe:
    """One bot's, see chat.Probe. `draw` gives a message's form, as it was when it was sent.

    `greeting` is what the first admin who can be reached gets without a sound, and what is gone
    at once: its id is the end of all that was sent before.
    """

    def __init__(
        self,
        post: Post,
        budget: Budget,
        admins: Sequence[Address],
        draw: Callable[[Message], Form],
        *,
        greeting: Callable[[], Form],
        seconds: float,
    ) -> None:
        self._post = post
        self._budget = budget
        self._admins = admins
        self._draw = draw
        self._greeting = greeting
        self._seconds = seconds
        self._known = asyncio.Event()
        self._recovered = asyncio.Event()
        self._bound = ""
        self._begin_at = 0.0
        self._last = 0  # the highest id seen; 0 while nothing can be looked for
        self._sent_at = 0.0
        self._lost: dict[str, float] = {}  # chats to which something without a known id may go
        self._settled: set[int] = set()

    async def begun(self) -> None:
        """We know who we are. Returns once what earlier runs left open is kept."""
        if not self._known.is_set():
            self._begin_at = loop_seconds() + self._seconds
            self._known.set()
        await self._recovered.wait()

    async def bound(self) -> str:
        """The id of a message of now, "" if no admin can be sent one. Raises Stop."""
        await self._known.wait()
        self._bound = self._bound or await self._greeted()
        return self._bound

    def recovered(self) -> None:
        """From now on answers may go out."""
        self._bound = ""
        self._recovered.set()

    def mark(self, address: Address) -> str:
        """The highest id that was seen; "" where a look could not begin. It does no I/O."""
        if not self._last or many(address) or not self._sure(address.chat):
            return ""
        if not self._budget.hold(address):
            return ""
        return str(self._last)

    async def arrived(self, address: Address, message: Message, mark: str) -> Sent | None:
        """Look at each id between the mark and the bound; None if it is at none of them."""
        wanted = self._between(mark)
        if not wanted or many(address):
            return None
        await asyncio.sleep(max(0.0, self._begin_at - loop_seconds()))
        form = self._draw(message)
        pictured = message.picture is not None and utf16(form.shown.text) <= LIMITS.caption
        for number in wanted:
            if number in self._settled:  # found meanwhile, for another
                continue
            end = await self._look(address, number, form, pictured=pictured)
            if end in (Edited.SAME, Edited.CHANGED, Edited.FIXED):
                self._settled.add(number)
            if end is Edited.SAME:
                return Sent(str(number))
            if end is Edited.CHANGED:
                log.warning("A message was changed that was taken for another.")
        return None

    def heard(self, update: Json) -> None:
        """An update that came in: whoever writes to us gets the next id."""
        message = update.get("message")
        if not isinstance(message, dict):
            return
        chat = message.get("chat")
        if isinstance(chat, dict) and chat.get("type") == "private":
            self._saw(message.get("message_id"))

    async def watched(
        self, address: Address, sending: Coroutine[None, None, int | None]
    ) -> int | None:
        """The id of what is sent, and from here on it is known."""
        number: int | None = None
        try:
            number = await sending
        except (Unknown, asyncio.CancelledError):
            self._lose(address)
            raise
        if number is None:
            self._lose(address)
        elif not many(address):
            self._saw(number)
            self._sent_at = loop_seconds()
        return number

    def _lose(self, address: Address) -> None:
        """A message of ours may arrive there, or has, and nobody knows its id."""
        while self._lost and self._sure(first := next(iter(self._lost))):
            del self._lost[first]
        self._lost.pop(address.chat, None)
        self._lost[address.chat] = loop_seconds()

    def _sure(self, chat: str) -> bool:
        """Whether the highest id is above all that was sent there: no look may find an answer."""
        at = self._lost.get(chat)
        return at is None or self._sent_at > at + LANDED_SECONDS

    def _saw(self, number: object) -> None:
        """An id of a private chat, once it is known where this run begins."""
        if self._last and type(number) is int:
            self._last = max(self._last, number)

    def _between(self, mark: str) -> Sequence[int]:
        """The ids after the mark and before the bound, or none where there are too many."""
        first, _, end = mark.partition("-")
        if not (first.isdecimal() and end.isdecimal()):
            return ()
        ids = range(int(first) + 1, int(end))
        if len(ids) > MOST:
            log.info("Too much was sent meanwhile: what is in doubt is sent again.", ids=len(ids))
            return ()
        # What is in doubt was sent last: backwards it is found sooner.
        return [number for number in reversed(ids) if number not in self._settled]

    async def _look(self, address: Address, number: int, form: Form, *, pictured: bool) -> Edited:
        """What the message of this id in this chat is. A picture may have been left out."""
        ways = (self._post.recaption, self._post.rewrite) if pictured else (self._post.rewrite,)
        end = Edited.OTHER
        for way in ways:
            end = await _insist(partial(self._in_turn, address, way, str(number), form))
            if end is not Edited.OTHER:
                break
        return end

    async def _greeted(self) -> str:
        for admin in self._admins:
            try:
                number = await _insist(partial(self._greet, admin))
            except Stop:
                raise
            except SendError as error:
                log.info("An admin cannot be reached.", reason=str(error))
                continue
            if number is not None:
                self._begin_at = loop_seconds() + self._seconds
                self._last = max(self._last, number)
                return str(number)
        log.warning("No admin can be reached: what was left in doubt is not looked for.")
        self._last = 0
        return ""

    async def _greet(self, admin: Address) -> int | None:
        """The id of a message to this admin that is deleted again."""
        form = self._greeting()
        number = await self._in_turn(
            admin, partial(self._post.send, disable_notification=True), form
        )
        if number is not None:
            try:
                await self._in_turn(admin, self._post.delete, str(number))
            except SendError as error:
                log.info("An admin has a message that says nothing.", reason=str(error))
        return number

    async def _in_turn(
        self, address: Address, act: Callable[..., Awaitable[Result]], *what: object
    ) -> Result:
        # No answer's lane: an answer may not go where something is in doubt.
        async with self._budget.turn(Lane.LATER, address):
            return await act(address, *what)


async def _insist(act: Callable[[], Awaitable[Result]]) -> Result:
    """Until it is done: while Telegram is away nothing can be sent either. Raises SendErrors."""
    failures = lost = 0
    while True:
        try:
            return await act()
        except Unknown:
            lost += 1
            if lost == TRIES:
                raise
        except Later as error:
            if error.seconds is not None:
                continue  # the budget waits for us
            if error.scope == "chat":
                raise
        failures += 1
        await asyncio.sleep(pause_after(failures))
