"""Nothing that people are or say on Matrix reaches the log, at any level."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot import logs
from storage import Storage
from tests.fakes.synapse import Synapse, person
from tests.platforms.echo import Echo, said
from tests.platforms.matrix_stage import chat, connected, heard, running, send


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that is logged, libraries included, as `herald run` writes it."""
    stream = io.StringIO()
    logs.configure("DEBUG", "text", ["a secret"], stream)
    logging.getLogger("peewee").setLevel(logging.WARNING)  # of the people's clients, not ours
    yield stream
    structlog.reset_defaults()


async def test_the_log_names_nobody(synapse: Synapse, storage: Storage, log: io.StringIO) -> None:
    """Encrypted and plain, answers and pushes, a refusal, a broken key, a restart."""
    account = await synapse.account("herald")
    names = [account.user, account.password, account.token, "waterworks", "News for all"]
    # Before the people's clients, which have the same library and hold it to nothing.
    lives = [connected(account, storage) for _ in range(2)]
    async with person(synapse, "anna", encrypted=True) as anna:
        names += [anna.user, anna.account.device]
        for number, matrix in enumerate(lives):
            async with running(matrix, Echo()):
                for encrypted in (True, False):
                    room = await chat(anna, account.user, encrypted=encrypted)
                    names.append(room)
                    await anna.say(room, f"waterworks {number}")
                    answer = await heard(anna, room, f"waterworks {number}")
                    await anna.react(room, answer.id, "1\ufe0f\u20e3")
                    await send(matrix, room, said("News for all"), f"{number}.{encrypted}")
                await odd_to_device(anna.account, account.user)
                await anna.leave(room)
    written = log.getvalue()

    assert [] == [name for name in names if name in written]


async def odd_to_device(account: object, us: str) -> None:
    """What no client would send."""
    content = {"algorithm": "m.olm.v1.curve25519-aes-sha2", "sender_key": "x", "ciphertext": {}}
    path = "/_matrix/client/v3/sendToDevice/m.room.encrypted/1"
    await account.ask("PUT", path, {"messages": {us: {"*": content}}})  # type: ignore[attr-defined]
