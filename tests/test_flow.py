"""One release, from the archive to a phone: through a stop, a kill and everything between."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fakes.archive import LivingWordPress
from tests.fakes.botapi import FakeBotAPI
from tests.running import environment, herald, running, status

PEOPLE = (1001, 1002, 1003)
WORDS = "zebra-crossing-secret"


@dataclass
class World:
    """A Bot API, an archive with ten posts, and the settings that point Herald at them."""

    api: FakeBotAPI
    site: LivingWordPress
    env: dict[str, str]

    def got(self, title: str) -> Counter[int]:
        """Who was sent a message with this title, how often, by what the API took in."""
        return Counter(
            person
            for person in PEOPLE
            for message in self.api.messages(person, from_bot=True)
            if title in message["text"]
        )

    async def subscribe(self, *people: int) -> None:
        for person in people:
            self.api.user_sends(person, "/subscribe")
        for person in people:
            await self.api.wait_for(lambda who=person: self.api.messages(who, from_bot=True), 60)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with (
        FakeBotAPI(repeat_wait=0, conflict_wait=0) as api,
        LivingWordPress() as site,
    ):
        for number in range(10):
            site.write(f"Old statement {number}")
        for person in PEOPLE:
            api.add_user(person, started=True)
        yield World(
            api,
            site,
            environment(
                tmp_path,
                TELEGRAM__TOKEN=api.token,
                TELEGRAM__API_URL=api.url,
                TELEGRAM__ADMINS=[PEOPLE[0]],
                ARCHIVES=[{"name": "press", "url": site.url, "poll_seconds": 1}],
                ALLOW_PRIVATE_NETWORKS="true",
                LOG_LEVEL="DEBUG",
            ),
        )


@asynccontextmanager
async def at_work(world: World) -> AsyncIterator[object]:
    """Herald, ready, with its first reading of the archive behind it."""
    async with running(world.env) as process:
        async with asyncio.timeout(60):
            while not (await status(world.env))["archives"][0]["last_read"]:
                await asyncio.sleep(0.1)
        yield process


async def test_a_release_reaches_each_subscriber_once(world: World) -> None:
    """Title, date, lead and working buttons, to three people, within a poll and two seconds."""
    async with at_work(world):
        await world.subscribe(*PEOPLE)
        text = "<p>The council met and found nothing.</p>"
        post = world.site.write("Council finds nothing", text)
        for person in PEOPLE:
            await world.api.wait_for(lambda who=person: world.got("Council finds")[who], 60)
        message = world.api.messages(PEOPLE[0], from_bot=True)[-1]

        assert str(post.date_gmt.year) in message["text"]
        assert "The council met" in message["text"]
        world.api.press(PEOPLE[0], message["id"], "Read here")
        await world.api.wait_for(
            lambda: "found nothing." in world.api.messages(PEOPLE[0], from_bot=True)[-1]["text"], 60
        )
    assert Counter(PEOPLE) == world.got("Council finds nothing")


async def test_nothing_old_is_announced_on_first_contact(world: World) -> None:
    """Ten posts are there when Herald first reads the archive: kept, and nobody is told."""
    async with running(world.env):
        await world.subscribe(*PEOPLE)
        async with asyncio.timeout(60):
            while (await status(world.env))["releases"] < 10:
                await asyncio.sleep(0.1)
        assert (await status(world.env))["outbox"]["waiting"] == 0
    assert Counter() == world.got("Old statement")


@pytest.mark.parametrize("kill", [False, True], ids=["SIGTERM", "SIGKILL"])
async def test_an_end_in_the_middle_of_a_push_loses_nobody(world: World, kill: bool) -> None:
    """Ended while messages are under way, Herald goes on when started; a stop doubles none."""
    async with at_work(world) as process:
        await world.subscribe(*PEOPLE)
        world.api.faults.add(method="sendMessage", chat=str(PEOPLE[1]), delay=0.5)
        world.site.write("Council finds nothing")
        await world.api.wait_for(lambda: world.got("Council finds nothing"), 60)
        await (process.kill() if kill else process.stop())
    async with running(world.env):
        for person in PEOPLE:
            await world.api.wait_for(lambda who=person: world.got("Council finds")[who], 60)
        async with asyncio.timeout(60):
            while (await status(world.env))["outbox"]["waiting"]:
                await asyncio.sleep(0.1)

    got = world.got("Council finds nothing")
    assert set(PEOPLE) == set(got)
    if not kill:
        assert Counter(PEOPLE) == got


async def test_a_release_published_while_herald_was_down_arrives(world: World) -> None:
    """What was published in the meantime is news at the next start."""
    async with at_work(world) as process:
        await world.subscribe(*PEOPLE)
        assert await process.stop() == 0
    world.site.write("Published in the night")
    async with running(world.env):
        await world.api.wait_for(lambda: len(world.got("Published in the night")) == 3, 60)


async def test_a_kill_loses_no_subscription(world: World) -> None:
    """Killed while /subscribe is handled, Herald subscribes that person in the end."""
    chance = random.Random(7)
    for person in PEOPLE:
        async with running(world.env) as process:
            world.api.user_sends(person, "/subscribe")
            await asyncio.sleep(chance.uniform(0, 0.08))
            await process.kill()
    async with running(world.env):
        await world.api.wait_for(lambda: not world.api.bot.updates.pending(), 60)
        assert (await status(world.env))["subscribers"] == {"telegram": 3}


async def test_a_second_run_is_refused_in_one_line(world: World) -> None:
    """Two would send everything twice: the second says so and ends with 1."""
    async with running(world.env):
        code, out, err = await herald(world.env, "run")

    assert (code, out, err.count("\n")) == (1, "", 1)


async def test_a_refused_token_ends_the_start_with_two(world: World) -> None:
    """A wrong token is one line for the operator, without the token."""
    env = world.env | {"HERALD_TELEGRAM__TOKEN": "99:WrongTokenWrongTokenWrongToken"}
    code, _, err = await herald(env, "run")

    assert code == 2
    assert "herald: Telegram refused the bot token." in err
    assert "WrongToken" not in err


async def test_a_token_revoked_later_ends_the_last_platform(world: World) -> None:
    """With nobody left to talk to, Herald ends with 2, so that whoever watches it knows."""
    async with running(world.env | {"HERALD_PLATFORMS": '["telegram"]'}) as process:
        world.api.revoked = True
        world.api.user_sends(PEOPLE[0], "/latest")

        assert await process.ended() == 2


async def test_a_token_revoked_later_stops_one_platform_alone(world: World) -> None:
    """The others go on; the log and the status say which is gone, and why."""
    async with running(world.env) as process:
        world.api.revoked = True
        world.api.user_sends(PEOPLE[0], "/latest")
        async with asyncio.timeout(60):
            while (found := await standings(world))["telegram"]["ok"]:
                await asyncio.sleep(0.1)
        code = await process.stop()

    assert (0, True) == (code, found["web"]["ok"])
    assert "it is stopped: Telegram refused the bot token" == found["telegram"]["why"]
    assert 1 == sum("refused us" in line for line in process.log)


async def standings(world: World) -> dict[str, dict[str, object]]:
    """How each platform is, by name."""
    return {each["name"]: each for each in (await status(world.env))["platforms"]}


async def test_the_log_has_no_token_address_or_words_at_debug(world: World) -> None:
    """Everything people write and are is missing from the log, the libraries' lines included."""
    async with at_work(world) as process:
        await world.subscribe(*PEOPLE)
        world.api.user_sends(PEOPLE[0], f"/search {WORDS}")
        world.api.user_sends(PEOPLE[1], WORDS)
        world.api.faults.add(method="sendMessage", status=403, description="Forbidden: x")
        world.site.write("Council finds nothing")
        await world.api.wait_for(lambda: world.got("Council finds nothing"), 60)
        await process.stop()
        log = "".join(process.log)

    hidden = [world.api.token, world.api.token.partition(":")[2], WORDS, *map(str, PEOPLE)]
    assert [] == [word for word in hidden if word in log]


async def test_the_reading_commands_work_while_it_runs(world: World) -> None:
    """status, latest and search look into the database that run is writing."""
    async with at_work(world):
        code, out, _ = await herald(world.env, "latest", "3")
        assert (code, out.count("Old statement")) == (0, 3)
        code, out, _ = await herald(world.env, "search", "statement")
        assert (code, out.count("Old statement")) == (0, 10)
        assert (await status(world.env))["archives"][0]["releases"] == 10
