"""How fast one Matrix account sends: what the homeserver allows, without being told so."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.chat import Later, Message
from bot.pacing import Budget
from bot.platforms.matrix import Options
from bot.platforms.matrix.budget import BURST, Bucket, hints
from storage import Storage
from storage.model import Address, Attachment, Lane, RichText
from tests.fakes.botapi_stage import png
from tests.fakes.synapse import USUAL, Synapse, person
from tests.fakes.synapse.server import on_stage
from tests.platforms.echo import said
from tests.platforms.matrix_stage import chat, heard, herald, send, us
from tests.virtual import run_virtually

GIVEN = {"homeserver": "https://example.org", "user": "@herald:example.org", "password": "x"}


# Ten times as fast as Synapse's own, so that nobody has to wait so long for a test.
LIMIT = {"per_second": 2.0, "burst_count": USUAL["burst_count"]}


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[Synapse]:
    """A homeserver that limits messages."""
    with on_stage(tmp_path / "synapse", messages=LIMIT) as server:
        yield server


async def test_the_homeserver_has_to_refuse_nothing(strict: Synapse, storage: Storage) -> None:
    """A burst as large as may be, then one at a time; a picture counts as what it is."""
    picture = Attachment(png(20, 10), "image/png", "lead.png")
    loop = asyncio.get_running_loop()
    async with (
        person(strict, "anna") as anna,
        herald(strict, storage, rate=LIMIT["per_second"]) as matrix,
    ):
        room = await chat(anna, us(matrix))
        began = loop.time()
        for number in range(20):
            await send(matrix, room, said(f"News {number}"), f"{number}.0")
        for number in range(20, 25):
            news = Message(RichText(f"News {number}"), picture=picture)
            await send(matrix, room, news, f"{number}.0")
        await heard(anna, room, "News 24")
        took = loop.time() - began

    # With the welcome 31 events, of which ten are free.
    assert took > (31 - 10) / LIMIT["per_second"] - 1


async def test_who_asks_too_much_hears_how_long_to_wait(strict: Synapse, storage: Storage) -> None:
    """An operator promised more than the homeserver gives: all wait, and nothing is lost."""
    async with person(strict, "anna") as anna, herald(strict, storage, rate=50) as matrix:
        room = await chat(anna, us(matrix))
        with pytest.raises(Later) as raised:
            for number in range(20):
                await send(matrix, room, said(f"News {number}"), f"{number}.0")
        frozen = matrix.budget.frozen

    assert raised.value.seconds is not None
    assert 0 < raised.value.seconds <= 6
    assert frozen


def test_a_burst_then_one_every_five_seconds() -> None:
    """In the seconds of a loop whose time is ours."""

    async def story() -> list[float]:
        budget, at = Budget(Bucket(0.2)), []
        loop = asyncio.get_running_loop()
        for number in range(14):
            async with budget.turn(Lane.RELEASE, Address("matrix", str(number))):
                at.append(loop.time())
        await asyncio.sleep(100)
        for number in range(8):
            async with budget.turn(Lane.RELEASE, Address("matrix", str(number))):
                at.append(loop.time())
        return at

    at = run_virtually(story())
    gaps = [later - earlier for earlier, later in itertools.pairwise(at)]

    assert max(gaps[:6]) < 0.2
    assert all(gap == pytest.approx(5, abs=0.1) for gap in gaps[8:13])
    assert max(gaps[14:20]) < 0.2


def level_allowed(at: list[float]) -> float:
    """How full Synapse's bucket gets with events at these times."""
    level, before, most = 0.0, at[0], 0.0
    for now in at:
        level = max(0.0, level - (now - before) * 0.2) + 1
        before, most = now, max(most, level)
    return most


@pytest.mark.parametrize("pictured", [False, True])
def test_the_servers_bucket_never_runs_over(pictured: bool) -> None:
    """However long it goes on, and with every message a picture."""

    async def story() -> list[float]:
        bucket, at = Bucket(0.2), []
        budget = Budget(bucket)
        loop = asyncio.get_running_loop()
        for number in range(200):
            async with budget.turn(Lane.RELEASE, Address("matrix", str(number))):
                at.append(loop.time())
                if pictured:
                    at.append(loop.time())
                    budget.freeze(bucket.owes())
        return at

    assert level_allowed(run_virtually(story())) <= BURST


@pytest.mark.parametrize(("level", "least"), [(None, 5), (8.0, 5), (0.0, 0), (-3.0, 0)])
def test_what_an_earlier_run_has_sent_counts(level: float | None, least: float) -> None:
    """Where it was killed nobody knows how much that was: then it was all there is."""

    async def story() -> float:
        bucket = Bucket(0.2)
        bucket.begin(level)
        budget = Budget(bucket)
        began = asyncio.get_running_loop().time()
        for _ in range(2):
            async with budget.turn(Lane.ANSWER, Address("matrix", "!room")):
                pass
        return asyncio.get_running_loop().time() - began

    assert run_virtually(story()) >= least


def test_the_doctor_says_what_the_rate_means() -> None:
    """How to have more, or where more has to be allowed."""
    usual = hints(Options.model_validate(GIVEN))[0]
    fast = hints(Options.model_validate(GIVEN | {"rate": 20}))[0]

    assert "12 messages a minute" in usual.detail
    assert "20 messages a second" in fast.detail
    assert usual.ok
    assert "override_ratelimit" in fast.mend
