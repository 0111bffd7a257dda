"""A Matrix server, people who listen in their rooms, and Herald's lives between them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote

import nio

from storage import Seal
from storage.model import Address
from storage.seal import make_key
from tests.fakes.archive import LivingWordPress
from tests.fakes.releases import ARCHIVE
from tests.fakes.synapse import Account, Heard, Person, Synapse, person
from tests.faults.audit import Audit, compare, pushes
from tests.faults.home import PATIENCE, Home
from tests.running import environment

LISTENERS = 4  # who listen in all rooms between them
ENCRYPTED = 3  # each so manyth room is
RATE = 20  # messages a second, which this server bears


@dataclass(kw_only=True)
class MatrixWorld(Home):
    """`rooms` are what has subscribed, each with one of the `people` and the `bot` in it."""

    server: Synapse
    bot: Account
    people: Sequence[Person]
    rooms: Sequence[str]

    def heard(self) -> list[Heard]:
        """What the bot said, in the order in which each of the people heard it."""
        found = (each for one in self.people for each in one.ears.log)
        return [each for each in found if each.sender == self.bot.user]

    def told(self) -> Counter[tuple[str, str]]:
        """How often each title came to each room, so far."""
        return Counter(
            (title, each.room)
            for each in self.heard()
            for title in self.titles
            if title in each.body
        )

    def owed(self) -> int:
        """How many of the rooms have not been told of one of the titles yet."""
        return len(self.titles) * len(self.rooms) - len(self.told())

    async def sends(self, more: int, seconds: float = PATIENCE) -> None:
        """Until the people have heard so many more."""
        wanted = len(self.heard()) + more
        async with asyncio.timeout(seconds):
            while len(self.heard()) < wanted:
                await asyncio.sleep(0.01)

    async def caught_up(self) -> None:
        """Until the people have heard all that was said before this moment.

        A server tells of everything in one order, so that who hears themselves has heard it all.
        """
        for one in self.people:
            room = await one.create_room()
            said = await one.say(room, "Is that all?")
            await one.sees(partial(_is, said))

    async def audit(self) -> Audit:
        """What came and what the database says, compared."""
        await self.caught_up()
        books = await self.books()
        entries = [
            {"effect": "accepted", "method": "sendmessage", "text": each.body,
             "chat": each.room, "at": each.at, "message_id": each.id}
            for each in self.heard()
        ]  # fmt: skip
        return compare(books, pushes(entries, books.announced))

    def unread(self) -> int:
        """How many messages somebody could not decrypt."""
        return sum(len(one.ears.undecrypted) for one in self.people)


def _is(number: str, event: nio.Event) -> bool:
    return bool(event.event_id == number)


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[Synapse]:
    """A server of the scenario's own, so that it may be killed. Raises MissingError."""
    server = Synapse(folder / "synapse")
    try:
        await asyncio.to_thread(server.start)
        yield server
    finally:
        await asyncio.to_thread(server.stop)


@asynccontextmanager
async def matrix_home(
    folder: Path, homeserver: str, bot: Account, **settings: object
) -> AsyncIterator[Home]:
    """Herald's side, with nothing but Matrix, and an archive without news."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    async with LivingWordPress() as site:
        given: dict[str, object] = {
            "DATABASE": folder / "data" / "herald.db", "PLATFORMS": ["matrix"],
            "MATRIX__HOMESERVER": homeserver, "MATRIX__USER": bot.user,
            "MATRIX__PASSWORD": bot.password, "MATRIX__RATE": str(RATE), "WEB__PORT": "0",
            "ARCHIVES": [{"name": ARCHIVE.name, "url": site.url, "poll_seconds": 86400}],
            "ALLOW_PRIVATE_NETWORKS": "true",
        }  # fmt: skip
        env = environment(folder, **given | settings)
        seal = Seal(make_key(folder / "herald.key"))
        yield Home(folder=folder, env=env, seal=seal, platform="matrix")


@asynccontextmanager
async def matrix_world(folder: Path, rooms: int, **settings: object) -> AsyncIterator[MatrixWorld]:
    """So many rooms that have subscribed, some of them encrypted.

    Raises MissingError where there can be no server.
    """
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(served(folder))
        bot = await server.account("herald")
        people = [
            await stack.enter_async_context(person(server, f"listener-{n}", encrypted=True))
            for n in range(LISTENERS)
        ]
        made = [
            await room_with(people[n % LISTENERS], bot, encrypted=n % ENCRYPTED == 0)
            for n in range(rooms)
        ]
        home = await stack.enter_async_context(matrix_home(folder, server.url, bot, **settings))
        world = MatrixWorld(
            folder=folder, env=home.env, seal=home.seal, platform="matrix",
            server=server, bot=bot, people=people, rooms=made,
        )  # fmt: skip
        await subscribe(world, made)
        yield world


async def subscribe(home: Home, rooms: Sequence[str]) -> None:
    """As if somebody in these rooms had said so."""
    async with home.storage() as storage:
        for room in rooms:
            await storage.subscribers.subscribe(Address("matrix", room))


async def room_with(one: Person, bot: Account, *, encrypted: bool) -> str:
    """A chat of two, which the bot has joined."""
    room = await one.create_room(direct=True, encrypted=encrypted, invite=[bot.user])
    await bot.ask("POST", f"/_matrix/client/v3/join/{quote(room)}", {})
    await one.meets(room, bot.user)
    return room
