"""A stateful test's storage: a real file, opened in a loop of the test's own, gone at its end."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TypeVar

from hypothesis.stateful import RuleBasedStateMachine

from storage import Seal, open_storage
from tests.storage.conftest import NOON, SECRET

T = TypeVar("T")


class StorageMachine(RuleBasedStateMachine):
    """Has `storage`, the `epoch` of the run that sends, and the time, `now`."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp())
        self.stack = AsyncExitStack()
        self.storage = self.do(
            self.stack.enter_async_context(open_storage(self.folder / "h.db", Seal(SECRET)))
        )
        self.epoch, self.now = 1, NOON

    def do(self, work: Awaitable[T]) -> T:
        """Await this, in the loop that the storage lives in."""

        async def whole() -> T:
            return await work

        return self.loop.run(whole())

    def teardown(self) -> None:
        self.do(self.stack.aclose())
        self.loop.close()
        shutil.rmtree(self.folder)
