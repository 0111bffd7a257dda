"""Stories of the real courier on a real database in virtual time: `… simulate N` tells N of them.

python -m tests.delivery.simulate 1000 [FIRST SEED]
"""

from __future__ import annotations

import asyncio
import logging
import random
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import structlog

from bot.chat import Message, SendError
from bot.delivery.admins import Admins
from bot.delivery.audience import write_audiences
from bot.delivery.courier import Courier
from storage import Storage, open_storage
from storage.model import Address, Fate, Lane, RichText
from storage.outbox import Result
from storage.seal import Seal
from tests.delivery.promises import Story, Told, broken
from tests.delivery.world import CALM, WEATHERS, ModelPlatform, World
from tests.fakes.releases import ARCHIVE, draft
from tests.virtual import clock, run_virtually

SECRET = b"k" * 32  # not a secret
AUTHOR = Address("fake", "author")
STEPS = 40
PEOPLE, GROUPS = 16, 3
SETTLED_SECONDS = 7200.0


class KilledError(BaseException):
    """The process does not exist any more: nothing catches this."""


class Process:
    """A life of Herald: a courier and what writes audiences, until it is killed or stopped."""

    def __init__(self, storage: Storage, world: World) -> None:
        self.platform = ModelPlatform(world)
        self.news = asyncio.Event()
        self._world = world
        self._others = asyncio.all_tasks()
        self._dead = False
        self._stopping = asyncio.Event()
        storage = Storage(storage.database, Seal(SECRET))  # its own, so that it can die with it
        self._record = storage.outbox.record
        storage.outbox.record = self._recorded  # type: ignore[method-assign]
        self._courier = Courier(
            self.platform, storage, Admins([self.platform], storage, "en"),
            clock=clock, stopping=self._stopping,
        )  # fmt: skip
        self._running = asyncio.create_task(self._courier.run())
        self._writing = asyncio.create_task(
            write_audiences(storage, self.news, [self._courier.wake])
        )

    async def answer(self, chat: str) -> None:
        """Say something to somebody who asked."""
        address = Address("fake", chat)
        with suppress(SendError):
            async with self.platform.budget.turn(Lane.ANSWER, address):
                await self.platform.send(address, Message(RichText("An answer.")), key="")

    async def kill(self, spared: set[asyncio.Task[object]]) -> None:
        """End it at this instant: nothing of it is awaited, and nothing more is recorded."""
        self._dead = True
        self._world.crashes.append(asyncio.get_running_loop().time())
        doomed = asyncio.all_tasks() - self._others - spared - {asyncio.current_task()}
        # The database ends what it has begun, one way or the other: for SQLite a kill does.
        doomed -= {task for task in doomed if "Database." in str(task.get_coro())}
        for task in doomed:
            task.cancel()
        await asyncio.gather(*doomed, return_exceptions=True)

    async def stop(self) -> None:
        """End it as a signal does."""
        self._stopping.set()
        self._courier.wake.set()
        await self._running
        self._writing.cancel()
        await asyncio.gather(self._writing, return_exceptions=True)

    async def _recorded(self, results: Iterable[Result]) -> None:
        if self._dead:
            raise KilledError
        await self._record(results)


class Teller:
    """One story: steps drawn at random, then calm, until all is settled."""

    def __init__(self, storage: Storage, seed: int) -> None:
        self.drawn = random.Random(seed)
        self.world = World(self.drawn)
        self.story = Story()
        self._storage = storage
        self._subscribed: set[str] = set()
        self._process = Process(storage, self.world)
        self._asking = asyncio.create_task(self._ask())

    async def tell(self) -> list[str]:
        """Returns which promises were not kept."""
        steps: list[Callable[[], Awaitable[None]]] = [
            self._publish, self._publish, self._broadcast, self._subscribe, self._subscribe,
            self._unsubscribe, self._forget, self._block, self._change, self._change,
            self._crash, self._restart, self._cancel,
        ]  # fmt: skip
        for _ in range(PEOPLE):
            await self._subscribe()
        for _ in range(STEPS):
            await asyncio.sleep(self.drawn.choice([0.0, 0.01, 0.1, 1.0, 5.0, 20.0]))
            await self.drawn.choice(steps)()
        self.world.weather = CALM
        self.world.blocked.clear()
        await self._settled()
        self._asking.cancel()
        await self._process.stop()
        while await self._storage.outbox.tidy(clock()):
            pass
        progress = {}
        for number in self.story.announced:
            found = await self._storage.outbox.progress(number)
            assert found is not None
            progress[number] = found
        return broken(self.world, self.story, progress)

    async def _settled(self) -> None:
        async with asyncio.timeout(SETTLED_SECONDS):
            while await self._storage.outbox.running():
                await asyncio.sleep(1)

    async def _ask(self) -> None:
        """People ask things all the time."""
        while True:
            await asyncio.sleep(self.drawn.expovariate(1.0))
            await self._process.answer(self._anybody())

    def _anybody(self) -> str:
        n = self.drawn.randrange(PEOPLE + GROUPS)
        return str(n) if n < PEOPLE else f"-{n}"

    async def _publish(self) -> None:
        number = self._announced(Lane.RELEASE)
        await self._storage.keep(ARCHIVE, [(draft(number), Fate.ANNOUNCE)], clock())
        self._process.news.set()

    async def _broadcast(self) -> None:
        number = self._announced(Lane.STATEMENT)
        text = RichText(f"This is number {number}.")
        statement = await self._storage.statements.draft(
            AUTHOR, text, timedelta(days=7), "en", clock()
        )
        assert (number, True) == await self._storage.statements.send(statement.id, AUTHOR, clock())
        self._process.news.set()

    def _announced(self, lane: Lane) -> int:
        """The next announcement's number: nobody else announces anything."""
        number = len(self.story.announced) + 1
        self.story.announced[number] = Told(lane, set(self._subscribed))
        return number

    async def _subscribe(self) -> None:
        chat = self._anybody()
        await self._storage.subscribers.subscribe(Address("fake", chat))
        self._subscribed.add(chat)
        self.story.came.append((chat, _now()))

    async def _unsubscribe(self) -> None:
        chat = self._anybody()
        if await self._storage.subscribers.unsubscribe(Address("fake", chat)):
            self._gone(chat)

    async def _forget(self) -> None:
        chat = self._anybody()
        if await self._storage.subscribers.forget(Address("fake", chat)):
            self._gone(chat)

    def _gone(self, chat: str) -> None:
        self._subscribed.discard(chat)
        self.story.left.append((chat, _now()))

    async def _block(self) -> None:
        chat = self._anybody()
        self.world.blocked ^= {chat}
        self.story.ever_blocked.add(chat)

    async def _change(self) -> None:
        self.world.weather = self.drawn.choice(WEATHERS)

    async def _crash(self) -> None:
        await self._process.kill({self._asking})
        self._process = Process(self._storage, self.world)

    async def _restart(self) -> None:
        await self._process.stop()
        self._process = Process(self._storage, self.world)

    async def _cancel(self) -> None:
        if self.story.announced:
            number = self.drawn.choice(list(self.story.announced))
            if await self._storage.outbox.cancel(number):
                self.story.announced[number].cancelled = _now()


async def tell(path: Path, seed: int) -> list[str]:
    """One story; which promises were not kept in it."""
    random.seed(seed)
    async with open_storage(path, Seal(SECRET)) as storage:
        return await Teller(storage, seed).tell()


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    count, first = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    wrong = 0
    for seed in range(first, first + count):
        with tempfile.TemporaryDirectory() as folder:
            found = run_virtually(tell(Path(folder) / "herald.db", seed))
        wrong += bool(found)
        for promise in found:
            print(f"seed {seed}: {promise}", flush=True)
    print(f"{count} stories, {wrong} with a promise that was not kept")
    sys.exit(bool(wrong))


def _now() -> float:
    return asyncio.get_running_loop().time()


if __name__ == "__main__":
    main()
