"""The doctor: each thing that can be wrong is made wrong, and is named in one line."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.chat import Campaign
from bot.cli.checks import everything
from bot.cli.checks.database import judged
from bot.cli.opened import Chosen
from bot.platforms.checking import Around
from bot.platforms.telegram import Options
from bot.platforms.telegram.check import check
from config import Settings
from storage import Seal, open_storage
from storage.health import Health
from storage.model import Address, Naming
from storage.seal import make_key, read_key
from tests.fakes.archive import LivingWordPress
from tests.fakes.botapi import FakeBotAPI
from tests.fakes.faults import Fault
from tests.running import environment, herald, running

ANNA = 1001
HARMLESS = {"getme", "getwebhookinfo", "getupdates"}


@dataclass
class World:
    """A Bot API, an archive of three posts, and settings that point Herald at them."""

    api: FakeBotAPI
    site: LivingWordPress
    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    @property
    def database(self) -> Path:
        return Path(self.env["HERALD_DATABASE"])

    @property
    def key(self) -> Path:
        return Path(self.env["HERALD_SECRET_KEY_FILE"])

    async def doctor(self, **settings: str) -> tuple[int, list[dict[str, Any]]]:
        """Its exit code and what it found."""
        env = self.env | {f"HERALD_{name}": value for name, value in settings.items()}
        code, out, err = await herald(env, "doctor", "--json")
        assert err == ""
        found: list[dict[str, Any]] = json.loads(out)
        assert (1 if any(not c["ok"] for c in found) else 0) == code
        return code, found

    async def fault(self, **settings: str) -> tuple[str, str]:
        """The name and the words of the one fault there is, with its mend."""
        _, found = await self.doctor(**settings)
        faults = [c for c in found if not c["ok"]]
        assert len(faults) == 1, faults
        assert faults[0]["mend"]
        return faults[0]["check"], f"{faults[0]['detail']} {faults[0]['mend']}"

    async def subscribed(self) -> None:
        """A database with a subscriber, sealed with the key."""
        seal = Seal(read_key(self.key) or make_key(self.key))
        async with open_storage(self.database, seal) as storage:
            await storage.subscribers.subscribe(Address("telegram", str(ANNA)))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with (
        FakeBotAPI(
            repeat_wait=0, conflict_wait=0, inline_mode=True, webhook_pace=0.001,
            loopback_webhooks=True,
        ) as api,
        LivingWordPress() as site,
    ):  # fmt: skip
        for number in range(3):
            site.write(f"Statement {number}")
        api.add_user(ANNA, started=True)
        api.user_sends(ANNA, "hello")  # what waits is given at once, and the doctor need not wait
        made = World(api, site, tmp_path)
        made.env = environment(
            tmp_path / "data",
            SECRET_KEY_FILE=tmp_path / "key" / "herald.key",
            TELEGRAM__TOKEN=api.token,
            TELEGRAM__API_URL=api.url,
            ARCHIVES=[{"name": "press", "url": site.url}],
            ALLOW_PRIVATE_NETWORKS="true",
        )
        yield made


async def test_where_all_is_well_nothing_is_wrong_and_nothing_changes(world: World) -> None:
    """Exit 0; the files are as they were, the update still waits, only questions were asked."""
    await world.subscribed()
    before = {f: f.read_bytes() for f in world.folder.rglob("*") if f.is_file()}
    waiting = world.api.bot.updates.pending()
    code, found = await world.doctor()

    assert (0, []) == (code, [c for c in found if not c["ok"]])
    assert all({"check", "ok", "mend", "detail"} == set(c) for c in found)
    names = {c["check"] for c in found}
    assert {"database", "key", "disk", "clock", "archive press", "telegram token"} <= names
    assert before == {f: f.read_bytes() for f in world.folder.rglob("*") if f.is_file()}
    assert waiting == world.api.bot.updates.pending()
    assert {e["method"] for e in world.api.truth if "method" in e} <= HARMLESS


async def test_people_read_a_line_a_check_and_no_secret(world: World) -> None:
    """ok or FAULT, what, why and its mend, in a pipe; the token is nowhere."""
    world.api.revoked = True
    code, out, err = await herald(world.env, "doctor")
    lines = out.splitlines()

    assert (1, "") == (code, err)
    assert ["FAULT"] == [line.split()[0] for line in lines if "telegram" in line]
    assert "Mend: Take it from @BotFather" in out
    assert {line.split()[0] for line in lines} <= {"ok", "hint", "FAULT"}
    assert world.api.token.partition(":")[2] not in out


async def test_it_looks_while_herald_runs(world: World) -> None:
    """Beside a run: no fault, nobody's poll is disturbed, and what is kept is told."""
    async with running(world.env) as process:
        await world.site.wait_for_request(1)
        code, found = await world.doctor()
        said = {c["check"]: c["detail"] for c in found}
        assert 0 == await process.stop()

    assert 0 == code
    assert "It runs now" in said["herald"]
    assert "Herald takes the updates itself" in said["telegram polling"]
    assert not any("reads this bot's updates" in line for line in process.log)


async def test_a_wrong_setting_stops_the_doctor_too(world: World) -> None:
    """As it does every command: with 2, and one line."""
    code, out, err = await herald(world.env | {"HERALD_BURTS": "1"}, "doctor", "--json")

    assert (2, "", 1) == (code, out, err.count("\n"))


async def test_a_platform_without_settings_is_named(world: World) -> None:
    """It is in the list of those to run, and has no options."""
    del world.env["HERALD_TELEGRAM__TOKEN"], world.env["HERALD_TELEGRAM__API_URL"]
    name, said = await world.fault(PLATFORMS='["telegram"]')

    assert "platforms" == name
    assert "telegram has no settings" in said


@pytest.mark.parametrize(
    ("settings", "what", "said"),
    [
        ({"TELEGRAM__TOKEN": "99:WrongTokenWrongTokenWrong"}, "telegram token", "refused"),
        ({"TELEGRAM__API_URL": "http://127.0.0.1:9"}, "telegram api", "could not be reached"),
        ({"TELEGRAM__API_URL": "http://no.such.host.invalid"}, "telegram api", "was not found"),
        ({"PROXY": "socks5://127.0.0.1:9"}, "proxy", "127.0.0.1:9 cannot be reached"),
        ({"PROXY": "http://someone:secret@127.0.0.1:9"}, "proxy", "127.0.0.1:9 cannot be"),
        ({"ALLOW_PRIVATE_NETWORKS": "false"}, "archive press", "ALLOW_PRIVATE_NETWORKS=true"),
        ({"ARCHIVES": '[{"url": "http://127.0.0.1:9/"}]'}, "archive 127.0.0.1", "not be reached"),
    ],
)  # fmt: skip
async def test_a_setting_that_leads_nowhere_is_named(
    world: World, settings: dict[str, str], what: str, said: str
) -> None:
    """Valid by its form, wrong in fact: one fault that says which; no password is shown."""
    name, words = await world.fault(**settings)

    assert what == name
    assert said in words
    assert "secret" not in words


async def test_what_is_no_bot_api_is_told_from_one(world: World) -> None:
    """A web site at HERALD_TELEGRAM__API_URL."""
    name, said = await world.fault(TELEGRAM__API_URL=world.site.url)

    assert "telegram api" == name
    assert "not a Bot API" in said


async def test_an_api_that_hangs_is_waited_for_ten_seconds(world: World) -> None:
    """Silence is a fault, too."""
    world.api.faults.add(method="getMe", hang=True)
    name, said = await world.fault()

    assert "telegram api" == name
    assert "did not answer within 10 seconds" in said


async def test_another_programs_webhook_is_found(world: World) -> None:
    """Herald is to poll, and somebody else has the updates sent to him; his path is not shown."""
    async with aiohttp.ClientSession() as session:
        url = f"{world.api.base_url}{world.api.token}/setWebhook"
        await session.post(url, json={"url": "http://127.0.0.1:9/hidden-path"})
    name, said = await world.fault()

    assert "telegram webhook" == name
    assert "A webhook at 127.0.0.1 takes the updates" in said
    assert "hidden-path" not in said


async def test_another_poller_is_found(world: World) -> None:
    """A second program that asks for updates, and asks again when it is refused."""
    world.api.bot.updates.drop_all()

    async def poll() -> None:
        url = f"{world.api.base_url}{world.api.token}/getUpdates"
        async with aiohttp.ClientSession() as session:
            while True:
                async with session.post(url, json={"timeout": 50}) as answer:
                    await answer.read()

    other = asyncio.create_task(poll())
    try:
        await world.api.wait_for(lambda: world.api.bot.updates.waiting)
        name, said = await world.fault()
    finally:
        other.cancel()
        await asyncio.gather(other, return_exceptions=True)

    assert "telegram polling" == name
    assert "Another program" in said


def options(world: World, url: str) -> Options:
    return Options(token=world.api.token, api_url=world.api.url, webhook_url=url)  # type: ignore[arg-type]


async def told(world: World, url: str, port: int, *, running: bool) -> dict[str, tuple[bool, str]]:
    """What Telegram's check says where a webhook is wanted at this address."""
    found = await check(options(world, url), Around("", "127.0.0.1", port, running))
    return {c.check: (c.ok, c.detail) for c in found}


async def test_a_webhook_that_cannot_be_reached_is_found(world: World) -> None:
    """Telegram says why it could not bring an update; nothing listens at the web port."""
    url = "http://127.0.0.1:9/telegram"
    async with aiohttp.ClientSession() as session:
        await session.post(f"{world.api.base_url}{world.api.token}/setWebhook", json={"url": url})
    await world.api.wait_for(lambda: world.api.bot.deliveries.last_error)
    found = await told(world, url, 9, running=True)

    assert not found["telegram webhook"][0]
    assert "could not bring an update" in found["telegram webhook"][1]
    assert not found["web port"][0]


async def test_a_webhook_elsewhere_or_on_a_wrong_port_is_found(world: World) -> None:
    """Not set although Herald runs; or at a port that Telegram never posts to."""
    lost = await told(world, "https://bot.example.org/telegram", 0, running=True)
    wrong = await told(world, "https://bot.example.org:8080/telegram", 0, running=False)
    fresh = await told(world, "https://bot.example.org/telegram", 0, running=False)

    assert (False, True) == (lost["telegram webhook"][0], fresh["telegram webhook"][0])
    assert "443, 80, 88 and 8443" in wrong["telegram webhook"][1]


async def test_a_channel_where_the_bot_may_not_post_is_found(world: World) -> None:
    """Each channel of the settings is told by its place; its name and id are not shown."""
    world.api.add_chat(-1001234567, "channel", title="News", username="newsviews")
    world.api.set_status(-1001234567, {"status": "administrator", "rights": ["can_post_messages"]})
    world.api.add_chat(-1007654321, "channel", title="More")
    world.api.set_status(-1007654321, {"status": "administrator", "rights": ["can_change_info"]})
    _, found = await world.doctor(TELEGRAM__CHANNELS='["@newsviews", -1007654321, "@nowhere"]')
    said = {c["check"]: (c["ok"], c["detail"]) for c in found if "channel" in c["check"]}

    assert [True, False, False] == [said[f"channel no. {n}"][0] for n in (1, 2, 3)]
    assert "no such channel" in said["channel no. 3"][1]
    assert not any(word in str(found) for word in ("newsviews", "1007654321"))


async def test_a_web_port_that_is_taken_is_found(world: World) -> None:
    """Something else listens where Herald will."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        found = await told(world, "https://bot.example.org/telegram", port, running=False)

    assert not found["web port"][0]
    assert "address already in use" in found["web port"][1]


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        ([Fault(status=404)], "nothing at its url (HTTP 404)"),
        ([Fault(status=403)], "not Herald (HTTP 403)"),
        ([Fault(status=503)], "It has trouble (HTTP 503)"),
        ([Fault(body="<p>hello</p>")] * 3, "no feed was found"),
        ([Fault(redirect="/")], "redirects in a circle"),
        ([Fault(hang=60)], "did not answer within 10 seconds"),
    ],
)
async def test_an_archive_in_trouble_is_named(world: World, faults: list[Fault], said: str) -> None:
    """Gone, closed, broken, silent: one fault, with the archive's name."""
    world.site.fail(*faults)
    name, words = await world.fault()

    assert "archive press" == name
    assert said in words


async def test_an_archive_without_releases_is_named(world: World) -> None:
    """A feed was found, and it is empty."""
    for post in list(world.site.posts):
        world.site.trash(post.id)
    name, said = await world.fault()

    assert "archive press" == name
    assert "no releases" in said


async def test_a_clock_that_is_wrong_is_found(world: World) -> None:
    """The only server that was asked has another time."""
    for name in [n for n in world.env if n.startswith("HERALD_TELEGRAM")]:
        del world.env[name]
    date = "Wed, 21 Oct 2015 07:28:00 GMT"
    world.site.fail(*[Fault(headers={"Date": date})] * 3)
    name, said = await world.fault()

    assert "clock" == name
    assert "minutes fast" in said


def open_to_all(world: World) -> None:
    world.key.chmod(0o644)


def no_key(world: World) -> None:
    world.key.unlink()


def another_key(world: World) -> None:
    world.key.unlink()
    make_key(world.key)


def no_key_at_all(world: World) -> None:
    world.key.write_text("Dear all")


def database_of_all(world: World) -> None:
    world.database.chmod(0o644)


def no_database(world: World) -> None:
    world.database.write_bytes(b"Dear all, " * 1000)


def newer_database(world: World) -> None:
    with closing(sqlite3.connect(world.database)) as other:
        other.execute("PRAGMA user_version = 999")


def damaged_database(world: World) -> None:
    with world.database.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\x5a" * 4096 * 4)


def large_database(world: World) -> None:
    with world.database.open("r+b") as file:
        file.truncate(10**12)  # with nothing in it, and nothing taken from the disk


def large_log(world: World) -> None:
    with world.database.with_name("herald.db-wal").open("wb") as file:
        file.truncate(300_000_000)


@pytest.mark.parametrize(
    ("break_it", "what", "said"),
    [
        (open_to_all, "key", "chmod 600"),
        (no_key, "key", "is missing, and only it opens the database's subscriber"),
        (another_key, "key", "is not the key that"),
        (no_key_at_all, "key", "holds no Herald key"),
        (database_of_all, "database", "Every user of this machine can read it. chmod 600"),
        (no_database, "database", "cannot be read: file is not a database"),
        (newer_database, "database", "written by a newer Herald"),
        (damaged_database, "database", "herald restore FILE"),
        (large_database, "disk", "Make room"),
        (large_log, "database log", "300 MB"),
    ],
)
async def test_what_is_wrong_on_the_disk_is_named(
    world: World, break_it: Callable[[World], None], what: str, said: str
) -> None:
    """Key and database, each broken in its own way."""
    await world.subscribed()
    break_it(world)
    name, words = await world.fault()

    assert what == name
    assert said in words


@pytest.mark.parametrize(
    ("health", "said"),
    [
        (Health(False, 0, 0, 10**10, unwritable="no way"), "cannot be made: no way"),
        (Health(True, 9, 0, 10**10, False, 1, 1, unwritable="no way"), "cannot be written: no way"),
        (Health(True, 9, 0, 10**8, False, 1, 1), "Only 100 MB are free"),
    ],
)
def test_what_root_may_do_all_the_same_is_named(health: Health, said: str) -> None:
    """A folder or a file that may not be written, a disk that is nearly full."""
    found = judged(Path("herald.db"), health, running=False, thorough=False)
    faults = [f"{c.detail} {c.mend}" for c in found if not c.ok]

    assert len(faults) == 1
    assert said in faults[0]


async def test_whoever_waits_at_a_terminal_sees_for_what(world: World) -> None:
    """The line with … names what is still waited for, and is gone at the end."""
    master, slave = os.openpty()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "bot", "doctor", "--json", env=world.env, cwd=world.folder,
        stdout=asyncio.subprocess.PIPE, stderr=slave,
    )  # fmt: skip
    out, _ = await process.communicate()
    os.close(slave)
    shown = os.read(master, 100_000).decode()
    os.close(master)

    assert json.loads(out)
    assert "… archives, database, machine, telegram" in shown
    assert shown.endswith("\r\x1b[K")


async def test_a_thorough_look_takes_the_time_it_takes(world: World) -> None:
    """--thorough compares every index."""
    await world.subscribed()
    code, out, _ = await herald(world.env, "doctor", "--thorough")

    assert 0 == code
    assert "Every index was compared." in out


@pytest.mark.parametrize("name", ["database", "machine"])
async def test_a_check_that_breaks_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A fault of the doctor's own is one line more, which names its kind and none of its words."""

    def broken(*_: object, **__: object) -> Coroutine[object, object, Health]:
        raise ZeroDivisionError("secret")

    async def breaks(*_: object, **__: object) -> Health:
        return await broken()

    if name == "database":
        monkeypatch.setattr("bot.cli.checks.health", breaks)
    else:
        monkeypatch.setattr("bot.cli.checks.machine.here", broken)
    settings = Settings(database=tmp_path / "herald.db", secret_key_file=tmp_path / "key")
    wishes = Chosen(settings, {}, (), Campaign("Test", {}), Naming())
    found = await everything(wishes, lambda _: None)

    (line,) = [one for one in found if one.check == name]
    assert (line.ok, line.detail) == (False, "It could not be checked: ZeroDivisionError.")
    other = "herald" if name == "database" else "database"
    assert {"settings", other} <= {one.check for one in found}
    assert "secret" not in repr(found)
