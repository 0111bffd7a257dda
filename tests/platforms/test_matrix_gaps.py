"""More was said while Herald was away than the homeserver tells at once: it is read back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from bot.platforms.matrix import sync
from storage import Storage
from tests.fakes.synapse import Account, Gate, Person, Synapse, person
from tests.platforms.echo import Echo
from tests.platforms.matrix_stage import chat, connected, heard, running

LIMIT = 4  # events that the homeserver tells of a room at once
LOST = "More was said in a room than is read back: the oldest of it is not heard."
LIMITED = {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 50}


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy room is soon made."""
    timeline = {"types": sync._TIMELINE, "limit": LIMIT}
    monkeypatch.setattr(sync, "FILTER", sync._filter(sync._STATE, timeline))


@pytest.fixture
async def gate(synapse: Synapse) -> AsyncIterator[Gate]:
    """What stands between Herald and the homeserver."""
    async with Gate(synapse.url) as found:
        yield found


def reads_back(method: str, path: str) -> bool:
    return method == "GET" and path.endswith("/messages")


async def group(anna: Person, account: Account) -> str:
    """A room of more than two, where people talk about other things."""
    room = await anna.create_room(invite=[account.user])
    await anna.meets(room, account.user)
    await heard(anna, room, "/start")
    return room


async def busy(anna: Person, room: str, *first: str) -> Echo:
    """These words, and much talk after them; a router that answers no talk."""
    for words in first:
        await anna.say(room, words)
    for number in range(2 * LIMIT):
        await anna.say(room, f"talk {number}")
    return Echo({f"talk {number}": None for number in range(2 * LIMIT)})


@pytest.mark.parametrize(
    "how",
    [
        {"status": 429, "content": LIMITED, "times": 2},
        {"drop": True, "times": 2},
        {"status": 502, "times": 2},
        {},
    ],
    ids=["told to wait", "hung up on", "away", "well"],
)
async def test_what_was_said_is_asked_for_until_it_is_told(
    gate: Gate, synapse: Synapse, storage: Storage, how: dict[str, object]
) -> None:
    """Once, in order, and before what came after it."""
    account = await synapse.account("herald")
    async with person(synapse, "anna") as anna:
        async with running(connected(account, storage), Echo()):
            room = await group(anna, account)
        echo = await busy(anna, room, "!unsubscribe", "!help")
        await anna.say(room, "!subscribe")
        if how:
            gate.catch(reads_back, **how)
        async with running(connected(account, storage, homeserver=gate.url), echo):
            await heard(anna, room, "You said: !subscribe.")

    asked = [words for words in echo.words if words.startswith("!")]
    assert ["!unsubscribe", "!help", "!subscribe"] == asked


async def test_a_room_that_is_read_back_holds_up_no_other(
    gate: Gate, synapse: Synapse, storage: Storage
) -> None:
    """Its past is not told; everybody else is answered."""
    account = await synapse.account("herald")
    async with person(synapse, "anna") as anna:
        async with running(connected(account, storage), Echo()):
            room = await group(anna, account)
            other = await chat(anna, account.user)
        echo = await busy(anna, room, "!unsubscribe")
        held = gate.catch(reads_back)
        async with running(connected(account, storage, homeserver=gate.url), echo):
            await held.caught()
            await anna.say(other, "council")
            await heard(anna, other, "You said: council.")

    assert "!unsubscribe" not in echo.words


async def test_what_could_not_be_read_back_is_read_after_the_next_start(
    gate: Gate, synapse: Synapse, storage: Storage
) -> None:
    """How far was read is not kept before."""
    account = await synapse.account("herald")
    async with person(synapse, "anna") as anna:
        async with running(connected(account, storage), Echo()):
            room = await group(anna, account)
            other = await chat(anna, account.user)
        echo = await busy(anna, room, "!unsubscribe")
        refused = gate.catch(reads_back, status=502, times=1000)
        async with running(connected(account, storage, homeserver=gate.url), echo):
            await refused.caught()
            await anna.say(other, "council")
            await heard(anna, other, "You said: council.")
        assert "!unsubscribe" not in echo.words
        async with running(connected(account, storage), echo):
            await heard(anna, room, "You said: !unsubscribe.")


async def test_a_room_whose_past_is_lost_is_given_up_in_the_end(
    gate: Gate, synapse: Synapse, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is said there now is answered."""
    monkeypatch.setattr("bot.platforms.matrix.missed.FAILURES", 3)
    account = await synapse.account("herald")
    async with person(synapse, "anna") as anna:
        async with running(connected(account, storage), Echo()):
            room = await group(anna, account)
        echo = await busy(anna, room, "!lost")
        await anna.say(room, "!help")
        gate.catch(reads_back, status=500, times=1000)
        async with running(connected(account, storage, homeserver=gate.url), echo):
            await heard(anna, room, "You said: !help.")

    assert "!lost" not in echo.words


async def test_the_oldest_of_many_pages_is_heard(
    synapse: Synapse, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand events and more were said while Herald was away."""
    monkeypatch.setattr("bot.platforms.matrix.missed.A_PAGE", 1)
    account = await synapse.account("herald")
    async with person(synapse, "anna") as anna:
        async with running(connected(account, storage), Echo()):
            room = await group(anna, account)
        await busy(anna, room, "!unsubscribe")
        echo = await busy(anna, room)
        async with running(connected(account, storage), echo):
            await heard(anna, room, "You said: !unsubscribe.")


async def test_what_is_too_much_to_be_read_back_is_said_to_be(
    synapse: Synapse, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a word of whose room it is; what is newer is answered."""
    monkeypatch.setattr("bot.platforms.matrix.missed.A_PAGE", 1)
    monkeypatch.setattr("bot.platforms.matrix.missed.PAGES", 2)
    account = await synapse.account("herald")
    async with person(synapse, "anna") as anna:
        async with running(connected(account, storage), Echo()):
            room = await group(anna, account)
        echo = await busy(anna, room, "!old")
        await anna.say(room, "!help")
        with capture_logs() as lines:
            async with running(connected(account, storage), echo):
                await heard(anna, room, "You said: !help.")

    assert "!old" not in echo.words
    warned = [line for line in lines if "read back" in line["event"]]
    assert [{"event": LOST, "log_level": "warning"}] == warned


async def test_what_was_said_before_we_came_in_is_not_read_back(
    synapse: Synapse, storage: Storage
) -> None:
    """We came in while Herald was away, and much was said before and after."""
    account, echo = await synapse.account("herald"), Echo()
    async with person(synapse, "anna") as anna, person(synapse, "boris") as boris:
        async with running(connected(account, storage), Echo()):
            await chat(anna, account.user)
        room = await anna.create_room(invite=[account.user, boris.user])
        await boris.join(room)
        await busy(anna, room, "!before")
        await account.ask("POST", f"/_matrix/client/v3/join/{room}", {})
        await account.ask(  # no coming in: only a name
            "PUT", f"/_matrix/client/v3/rooms/{room}/state/m.room.member/{account.user}",
            {"membership": "join", "displayname": "Herald of before"},
        )  # fmt: skip
        echo = await busy(anna, room, "!after")
        async with running(connected(account, storage), echo):
            await heard(anna, room, "You said: !after.")
            await anna.say(room, "!now")
            await heard(anna, room, "You said: !now.")

    assert ["!after", "!now"] == [words for words in echo.words if words.startswith("!")]


async def test_an_unread_past_is_no_reason_to_wait_for_ever(
    gate: Gate, synapse: Synapse, storage: Storage
) -> None:
    """Told to stop while it is read back, Herald stops."""
    account = await synapse.account("herald")
    async with person(synapse, "anna") as anna:
        async with running(connected(account, storage), Echo()):
            room = await group(anna, account)
        echo = await busy(anna, room, "!help")
        held = gate.catch(reads_back)
        async with asyncio.timeout(20):
            async with running(connected(account, storage, homeserver=gate.url), echo):
                await held.caught()
