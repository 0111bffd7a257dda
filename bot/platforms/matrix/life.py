"""One run, put together: from logging in until it is told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import chain

import structlog

from bot import chat
from bot.chat import Host
from bot.pacing import Budget
from bot.platforms.matrix import Options, post
from bot.platforms.matrix.answers import Answers
from bot.platforms.matrix.budget import Bucket
from bot.platforms.matrix.choices import Choices
from bot.platforms.matrix.desk import Around, Desk, Us
from bot.platforms.matrix.empty import Empty
from bot.platforms.matrix.errors import NAME, Trouble
from bot.platforms.matrix.forgetting import forgetting, prune
from bot.platforms.matrix.inbox import Inbox
from bot.platforms.matrix.joining import Joining
from bot.platforms.matrix.kept import Kept, Login
from bot.platforms.matrix.keys import ForeignKeys, Keys, inherit, open_keys
from bot.platforms.matrix.ledger import Ledger
from bot.platforms.matrix.login import another_device, logged_in
from bot.platforms.matrix.missed import Missed
from bot.platforms.matrix.moves import Moves
from bot.platforms.matrix.named import joined
from bot.platforms.matrix.place import Place, read_again
from bot.platforms.matrix.post import Flying, Post
from bot.platforms.matrix.rooms import Rooms
from bot.platforms.matrix.silently import without_a_word
from bot.platforms.matrix.strangers import no_strangers
from bot.platforms.matrix.sync import Sync
from bot.platforms.matrix.wire import Wire, WireError
from bot.platforms.named import NamedChats
from bot.platforms.trying import chore, pause_after
from storage import DatabaseError
from storage.facts import RESTORED
from storage.model import Address

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Terms:
    """What stays the same from run to run; `name` makes the ids of requests."""

    options: Options
    host: Host
    wire: Wire
    budget: Budget
    bucket: Bucket
    flying: Flying
    now: Callable[[], datetime]
    name: Callable[[str], str]


class Life:
    """All that one run needs, on an open vault."""

    def __init__(
        self, terms: Terms, kept: Kept, keys: Keys, login: Login, answer: chat.Answer
    ) -> None:
        options, host, wire = terms.options, terms.host, terms.wire
        subscribers, language = host.storage.subscribers, host.campaign.language
        self.us = login.user
        self._names = options.rooms
        self.kept = kept
        self.keys = keys
        self.rooms = Rooms(wire, login.user)
        joining = Joining(wire, login.user.partition(":")[2])
        self._moves = Moves(joining, keys, self.rooms, subscribers, kept, terms.now)
        choices = Choices(wire, login.user, kept.secret("choices"))
        self.post = Post(post.Around(
            wire, keys, self.rooms, choices, terms.flying, terms.budget, terms.bucket,
            self._moves.follow,
        ))  # fmt: skip
        self._answers = Answers(self.post, terms.budget, subscribers, terms.now)
        look = partial(joined, self._moves, self.rooms, login.user)
        self._named = NamedChats("A room", options.rooms, look, subscribers, language)
        around = Around(
            forgetting(answer, subscribers, keys, kept), self._answers, subscribers, self.rooms,
            choices, self._moves, kept, terms.name, self._named.again.set,
        )  # fmt: skip
        us = Us(login.user, frozenset(options.admins), language)
        desk = Desk(around, us, terms.now)
        self._desk = desk
        self.empty = Empty(wire, self.rooms, kept, self._spared, self._left, terms.now)
        silent = replace(around, answer=without_a_word(around.answer))
        silently = Desk(silent, us, terms.now)
        self._inbox = Inbox(desk, silently, keys, Missed(wire, login.user), login.user)
        place = Place(kept.vault, login.user, keys.store, terms.now)
        self._ledger = Ledger(place.keep)
        self._sync = Sync(
            wire, keys, self.rooms, self._inbox, self._ledger, login.user, place.since,
            restored=place.restored,
        )  # fmt: skip

    @property
    def admins(self) -> Sequence[Address]:
        """The chats of two that our admins have with us, as far as they are that still."""
        return [
            Address(NAME, room)
            for user, room in self.kept.admins.items()
            if self.rooms.known_private(room, user)
        ]

    async def run(self, trouble: Trouble, ready: Callable[[], None]) -> None:
        """Until cancelled. Raises Stop and DatabaseError."""
        loops = (
            self._ledger.run, self._upkeep, self._named.run, self._look_at_admins, self._moves.run,
            self.empty.run, lambda: prune(self.keys), lambda: no_strangers(self.keys, self.rooms),
        )  # fmt: skip
        tasks = [asyncio.create_task(chore(loop)) for loop in loops]
        try:
            await self._sync.run(trouble, ready)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def end(self, seconds: float) -> None:
        """What is in hand gets a moment; then it is kept how far we came."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        await self._inbox.end(seconds)
        await self._answers.end(max(0.0, until - loop.time()))
        try:
            await self._ledger.flush()
        except DatabaseError as error:
            log.warning("It could not be kept how far was read.", reason=str(error))

    def _spared(self) -> set[str] | None:
        """The rooms of the settings; None while one of them is not found."""
        named = self._moves.named
        if any(name not in named for name in self._names):
            return None
        return {*self._names, *chain.from_iterable(named.values())}

    async def _left(self, room: str) -> None:
        """We are out of it: nothing of it is kept. Raises DatabaseError."""
        await self._desk.left(room)
        self.rooms.forget(room)
        self.keys.forget(room)

    async def _upkeep(self) -> None:
        """After each piece of news: what our keys need of the homeserver."""
        failures = 0
        while True:
            await self._sync.news.wait()
            self._sync.news.clear()
            try:
                await self.keys.upkeep()
            except WireError as error:
                failures += 1
                log.debug("Keys could not be looked after.", end=type(error).__name__)
                await asyncio.sleep(pause_after(failures))
                self._sync.news.set()
            else:
                failures = 0

    async def _look_at_admins(self) -> None:
        """Whether we are alone there has to be known before something is told."""
        left = set(self.kept.admins.values())
        failures = 0
        while left:
            room = next(iter(left))
            try:
                await self.rooms.members(room)
            except WireError as error:
                failures += 1
                log.debug("A room could not be looked at.", end=type(error).__name__)
                left = set() if failures > len(left) + 10 else left
                await asyncio.sleep(pause_after(failures))
            else:
                left.discard(room)


async def begun(terms: Terms, kept: Kept, trouble: Trouble) -> tuple[Keys, Login]:
    """Log in, and see that our device's keys are known, however long the server is away.

    Raises Stop where it will not have us.
    """
    restored = await terms.host.storage.facts.get(RESTORED)

    async def enter() -> tuple[Keys, Login]:
        before = kept.login()
        if before is not None and before.restored != restored:
            read_again(kept.vault, before.user, before.device)
        login = await logged_in(terms.wire, terms.options, kept, restored)
        await asyncio.to_thread(_succeed, kept, before, login)  # keys may be many
        keys = await open_keys(terms.wire, kept.vault, login)
        try:
            await keys.begin()
        except ForeignKeys:
            if terms.options.password is None:
                log.error(
                    "The keys of this device are lost: encrypted rooms cannot be read or written"
                    " to. Make a new access token, or give the password in its place."
                )
                return keys, login
        else:
            return keys, login
        log.warning("The keys of our device were lost: a new device begins.")
        lost, login = login, await another_device(terms.wire, terms.options, kept, restored)
        await asyncio.to_thread(_succeed, kept, lost, login)
        keys = await open_keys(terms.wire, kept.vault, login)
        await keys.begin()
        return keys, login

    return await insisted(enter, trouble)


def _succeed(kept: Kept, before: Login | None, login: Login) -> None:
    """From now on this is our device, and has what is of use of the one before, all at once: or
    what was said meanwhile would be lost. Raises DatabaseError.
    """
    with kept.vault.together():
        if before is not None and (before.user, before.device) != (login.user, login.device):
            inherit(kept.vault, before, login)
        kept.keep_login(login)


async def insisted(
    enter: Callable[[], Awaitable[tuple[Keys, Login]]], trouble: Trouble
) -> tuple[Keys, Login]:
    """Try until the homeserver answers."""
    while True:
        try:
            found = await enter()
        except WireError as error:
            await asyncio.sleep(trouble.met(error))
        else:
            trouble.over()
            return found
