"""A Matrix client that listens: it keeps what it sees, and reads it as soon as it has the keys."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TypeVar

import nio
from nio.store import SqliteMemoryStore

from tests.fakes.synapse.accounts import Account
from tests.fakes.synapse.heard import Log

SECONDS = 30.0
_FILTER = {"presence": {"types": []}, "room": {"timeline": {"limit": 1000}}}
T = TypeVar("T")

# What nio warns of is what happens here: without this it would stand between a scenario's lines.
logging.getLogger("nio").addHandler(logging.NullHandler())


class Listening:
    """`log` is all that it saw; `undecrypted` the events whose keys it lacks, by their ids."""

    def __init__(self, account: Account, *, encrypted: bool) -> None:
        self.account = account
        self.log = Log()
        self.undecrypted: dict[str, nio.MegolmEvent] = {}
        config = nio.AsyncClientConfig(
            store=SqliteMemoryStore, encryption_enabled=encrypted,
            max_timeout_retry_wait_time=1,
        )  # fmt: skip
        self.client = nio.AsyncClient(account.url, account.user, account.device, config=config)
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Until the first answer is in, and its own keys are on the server."""
        self.client.restore_login(self.account.user, self.account.device, self.account.token)
        self.client.add_event_callback(self._happened, (nio.Event, nio.InviteEvent))
        self.client.add_to_device_callback(self._got_key, nio.RoomKeyEvent)
        self.client.add_response_callback(self._answered)
        self._task = asyncio.create_task(
            self.client.sync_forever(timeout=30_000, sync_filter=_FILTER)
        )
        self._task.add_done_callback(lambda _: self._tell())
        await self.until(lambda: self.client.next_batch)
        await self.until(lambda: not self.client.should_upload_keys)

    async def stop(self) -> None:
        """Hang up."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self.client.close()
        if self.client.store is not None:
            self.client.store.database.close()

    async def until(self, found: Callable[[], T | None], seconds: float = SECONDS) -> T:
        """What is found, as soon as it is true. Raises TimeoutError, or what ended the client."""
        try:
            async with asyncio.timeout(seconds):
                while not (it := found()):
                    if self._task and self._task.done():
                        self._task.result()
                    news = self._news
                    await news.wait()
        except TimeoutError:
            last = [each.body[:80] for each in self.log][-5:]
            raise TimeoutError(f"It did not come; heard last: {last}") from None
        return it

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def _answered(self, _: nio.Response) -> None:
        self._tell()

    async def _happened(self, room: nio.MatrixRoom, event: nio.Event) -> None:
        if isinstance(event, nio.MegolmEvent):
            self.undecrypted[event.event_id] = event
        elif isinstance(event, nio.Event):
            self.log.add(room.room_id, event)
        self._tell()

    async def _got_key(self, _: nio.RoomKeyEvent) -> None:
        """A key may come after what it opens; clients try again then."""
        for number, event in tuple(self.undecrypted.items()):
            try:
                opened = self.client.decrypt_event(event)
            except nio.EncryptionError:
                continue
            del self.undecrypted[number]
            assert isinstance(opened, nio.Event)
            self.log.add(event.room_id, opened)
        self._tell()
