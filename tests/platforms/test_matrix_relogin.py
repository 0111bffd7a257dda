"""A session that was ended is begun again: by the same device where it may be, and in no hurry
where it is ended again and again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.platforms.matrix import login
from bot.platforms.matrix.login import Ends
from storage import Storage
from tests.fakes.synapse import Gate, Synapse, person
from tests.platforms.echo import Echo
from tests.platforms.matrix_stage import chat, connected, heard, running
from tests.platforms.test_matrix_lives import devices

OVER = {"errcode": "M_UNKNOWN_TOKEN", "error": "Your time is up"}


@pytest.fixture
async def gate(synapse: Synapse) -> AsyncIterator[Gate]:
    """What stands between Herald and the homeserver."""
    async with Gate(synapse.url) as found:
        yield found


def asks_for_news(method: str, path: str) -> bool:
    return path.endswith("/sync")


def asks_who_it_is(method: str, path: str) -> bool:
    return path.endswith("/whoami")


@pytest.mark.parametrize("soft", [True, False])
async def test_after_a_soft_logout_it_is_the_same_device(
    gate: Gate, synapse: Synapse, storage: Storage, soft: bool
) -> None:
    """Else a new one begins; what is said with a key that the old one had is read by either."""
    account = await synapse.account("herald")
    matrix = connected(account, storage, homeserver=gate.url)
    echo = Echo()
    async with person(synapse, "anna", encrypted=True) as anna, running(matrix, echo):
        room = await chat(anna, account.user, encrypted=True)
        await anna.say(room, "one")
        await heard(anna, room, "You said: one.")
        before = await devices(account)
        # Nobody asks who it is until news is refused: that is caught then.
        gate.catch(asks_who_it_is, status=401, content=OVER | {"soft_logout": soft})
        ended = gate.catch(asks_for_news, status=401, content=OVER | {"soft_logout": soft})
        await anna.say(room, "two")
        await ended.caught()
        await anna.say(room, "three")
        await heard(anna, room, "You said: three.")
        after = await devices(account)

    assert 1 == len(before)
    assert soft is (before == after)
    assert ["/start", "one", "two", "three"] == list(dict.fromkeys(echo.words))


def test_the_pauses_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    """To ten minutes; a session that lasted is followed by a short one again."""
    monkeypatch.setattr("random.uniform", lambda low, high: high)
    ends = Ends()
    pauses = [ends.pause(1.0) for _ in range(12)]

    assert [2.0, 4.0, 8.0, 16.0] == pauses[:4]
    assert [600.0] * 3 == pauses[-3:]
    assert 2.0 == ends.pause(3600.0)
    assert 4.0 == ends.pause(1.0)


async def test_who_ends_each_session_is_waited_out(
    gate: Gate, synapse: Synapse, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each pause is longer, and in the end people are answered."""
    monkeypatch.setattr(login, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr("random.uniform", lambda low, high: high)
    pauses: list[float] = []
    pause = Ends.pause

    def noted(ends: Ends, lived: float) -> float:
        pauses.append(pause(ends, lived))
        return pauses[-1]

    monkeypatch.setattr(Ends, "pause", noted)
    account = await synapse.account("herald")
    matrix = connected(account, storage, homeserver=gate.url)
    async with person(synapse, "anna") as anna:
        gate.catch(asks_for_news, status=401, content=OVER, times=3)
        async with running(matrix, Echo()):
            await chat(anna, account.user)

    assert [0.01, 0.02, 0.04] == pauses
