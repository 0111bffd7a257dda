"""Matrix run against a real Synapse, for the tests beside this file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.chat import (
    Answer,
    Campaign,
    Host,
    Menu,
    Message,
)
from bot.platforms.matrix import Options
from bot.platforms.matrix.platform import Matrix
from storage import Storage
from storage.model import Address, Lane
from tests.fakes.synapse import Account, Heard, Person, Synapse
from tests.platforms import echo
from tests.platforms.echo import Echo, Port, nobody

SECONDS = 30.0
FAST = 1000.0  # messages a second: the tests' server has no limits


def no_menu(language: str, admin: bool) -> tuple[Menu, ...]:
    """There is none."""
    return ()


@dataclass
class Reports:
    """What the platform said of how it is."""

    said: list[tuple[bool, str]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def __call__(self, name: str, ok: bool, why: str = "") -> None:
        assert "matrix" == name
        self.said.append((ok, why))
        self.news.set()

    async def until(self, ok: bool) -> None:
        """Until it last said so."""
        async with asyncio.timeout(SECONDS):
            while not self.said or self.said[-1][0] is not ok:
                self.news.clear()
                await self.news.wait()


def connected(
    account: Account, storage: Storage, *, reports: Reports | None = None, proxy: str = "",
    **more: object,
) -> Matrix:  # fmt: skip
    """The platform with a password, not running; `more` are its options."""
    given: dict[str, object] = {
        "homeserver": account.url, "user": account.user, "password": account.password,
        "rate": FAST,
    }  # fmt: skip
    options = Options.model_validate(
        {name: value for name, value in (given | more).items() if value is not None}
    )
    host = Host(
        storage, Campaign("Test", {}), no_menu, nobody, Port(), proxy,
        report=reports or Reports(),
    )  # fmt: skip
    return Matrix(options, host)


@asynccontextmanager
async def running(matrix: Matrix, answer: Answer) -> AsyncIterator[asyncio.Task[None]]:
    """The platform, ready; what keeps it from that is raised."""
    async with echo.running(matrix, answer) as task:
        if task.done():
            task.result()
        yield task


@asynccontextmanager
async def herald(
    synapse: Synapse, storage: Storage, echo: Echo | None = None, **more: object
) -> AsyncIterator[Matrix]:
    """A new account's platform, at work."""
    matrix = connected(await synapse.account("herald"), storage, **more)  # type: ignore[arg-type]
    async with running(matrix, echo or Echo()):
        yield matrix


async def chat(anna: Person, us: str, *, encrypted: bool = False) -> str:
    """A chat of the two, with the welcome in it."""
    room = await anna.create_room(direct=True, encrypted=encrypted, invite=[us])
    await anna.meets(room, us)
    await heard(anna, room, "/start")
    return room


async def heard(person: Person, room: str, words: str) -> Heard:
    """A message in the room that has these words, once it is there."""
    return await person.hears(lambda it: it.room == room and words in it.body)


def texts(person: Person, room: str, us: str) -> list[str]:
    """What we said there, as it reads now."""
    return [it.body for it in person.messages(room) if it.sender == us and not it.redacted]


def us(matrix: Matrix) -> str:
    """Who the platform is there."""
    return matrix._terms.options.user


async def send(matrix: Matrix, room: str, message: Message, key: str = "1.0") -> str:
    """Send as the courier does; the id."""
    address = Address("matrix", room)
    async with matrix.budget.turn(Lane.RELEASE, address):
        return (await matrix.send(address, message, key=key)).id
