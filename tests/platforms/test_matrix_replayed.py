"""What is dealt with long after it was said: a number means what it meant when it was written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.platforms.matrix import earlier
from bot.platforms.matrix.keys import Keys
from bot.platforms.matrix.place import Place
from storage import Storage
from tests.fakes.synapse import Gate, Synapse, person
from tests.platforms.echo import Echo, said
from tests.platforms.matrix_stage import chat, connected, heard, running
from tests.platforms.test_matrix_restored import BOTH, active, life, subscribed, texts_of

ONE, TWO = (f"{n}\ufe0f\u20e3" for n in (1, 2))


def script() -> Echo:
    """A list of two, and a page that takes its place."""
    return Echo({
        "list": said("The “list”", "latest", "page"),
        "page": said("The page", "help", replaces=True),
    })  # fmt: skip


@BOTH
async def test_who_unsubscribed_by_a_number_stays_so(
    tmp_path: Path, synapse: Synapse, monkeypatch: pytest.MonkeyPatch, encrypted: bool
) -> None:
    """Herald was killed before it could note that it had done so, and comes to it once more."""
    account = await synapse.account("herald")
    async with person(synapse, "anna", encrypted=encrypted) as anna:
        async with life(tmp_path, account) as storage:
            room = await subscribed(anna, account.user, encrypted=encrypted)
        with monkeypatch.context() as patched:
            patched.setattr(Place, "keep", lambda _, token: None)
            async with life(tmp_path, account) as storage:
                await anna.say(room, "1")
                await heard(anna, room, "You are unsubscribed.")
        before = len(texts_of(anna, room, account))
        async with life(tmp_path, account) as storage:
            await anna.say(room, "/onthisday")
            await anna.hears(lambda _: len(texts_of(anna, room, account)) > before)

            assert not await active(storage, room)
    assert before + 1 == len(texts_of(anna, room, account))


@BOTH
@pytest.mark.parametrize("how", ["reaction", "reply"])
async def test_what_was_chosen_of_a_message_that_has_changed_since(
    storage: Storage, synapse: Synapse, monkeypatch: pytest.MonkeyPatch, encrypted: bool, how: str
) -> None:
    """It is done once more, and not what now stands under that number."""
    account = await synapse.account("herald")
    echo, again = script(), script()
    async with person(synapse, "anna", encrypted=encrypted) as anna:
        async with running(connected(account, storage), echo):
            room = await chat(anna, account.user, encrypted=encrypted)
            await anna.say(room, "list")
            listed = (await heard(anna, room, "The “list”")).id
        with monkeypatch.context() as patched:
            patched.setattr(Place, "keep", lambda _, token: None)
            async with running(connected(account, storage), echo):
                choose = anna.react if how == "reaction" else anna.reply
                await choose(room, listed, ONE)
                await heard(anna, room, "You said: latest.")
                await anna.react(room, listed, TWO)
                await heard(anna, room, "The page")
        async with running(connected(account, storage), again):
            await anna.say(room, "over")
            await heard(anna, room, "You said: over.")

    assert ["latest", "page"] == echo.words[2:]
    assert ["latest", "page", "over"] == again.words


@pytest.mark.parametrize("reply", [False, True], ids=["alone", "reply"])
async def test_a_number_whose_key_came_late(
    synapse: Synapse, storage: Storage, monkeypatch: pytest.MonkeyPatch, reply: bool
) -> None:
    """Meanwhile the message has changed that it was chosen from."""
    account = await synapse.account("herald")
    echo, matrix = script(), connected(account, storage)
    held: list[dict[str, Any]] = []
    decrypted = Keys.decrypted

    def late(keys: Keys, room: str, event: dict[str, Any]) -> dict[str, Any] | None:
        read = decrypted(keys, room, event)
        words = read["content"].get("body") if read is not None else None
        if words == "1" and not held:
            held.append(event)
            return None
        return read

    monkeypatch.setattr(Keys, "decrypted", late)
    async with person(synapse, "anna", encrypted=True) as anna, running(matrix, echo):
        room = await chat(anna, account.user, encrypted=True)
        await anna.say(room, "list")
        listed = (await heard(anna, room, "The “list”")).id
        await (anna.reply(room, listed, "1") if reply else anna.say(room, "1"))
        await anna.react(room, listed, TWO)
        await heard(anna, room, "The page")
        matrix._living()._inbox.keys_came([(room, held[0]["content"]["session_id"])])
        await heard(anna, room, "You said: latest.")

    assert ["page", "latest"] == echo.words[2:]


async def test_of_what_has_just_been_said_nobody_is_asked(
    synapse: Synapse, storage: Storage
) -> None:
    """The homeserver is asked for it once a room, after a start."""
    account = await synapse.account("herald")
    echo = script()
    async with person(synapse, "anna") as anna, Gate(synapse.url) as gate:
        async with running(connected(account, storage, homeserver=gate.url), echo):
            room = await chat(anna, account.user)
            await anna.say(room, "list")
            listed = (await heard(anna, room, "The “list”")).id
            await anna.say(room, "1")
            await heard(anna, room, "You said: latest.")
            await anna.react(room, listed, TWO)
            await heard(anna, room, "The page")
        looks = [path for _, path in gate.asked if "/context/" in path or "/event/" in path]
        async with running(connected(account, storage, homeserver=gate.url), echo):
            await anna.say(room, "1")
            await heard(anna, room, "You said: help.")
            for word in ("7", "8"):
                await anna.say(room, word)
                await heard(anna, room, f"You said: {word}.")
        later = [path for _, path in gate.asked if "/context/" in path or "/event/" in path]

    assert [] == looks
    assert 1 == len(later)
    assert ["latest", "page", "help", "7", "8"] == echo.words[2:]


async def test_a_list_that_lies_farther_back(
    synapse: Synapse, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the homeserver tells of the messages around a number may not reach to it."""
    monkeypatch.setattr(earlier, "LOOKED_AT", 2)
    account = await synapse.account("herald")
    echo = script()
    async with person(synapse, "anna") as anna:
        async with running(connected(account, storage), echo):
            room = await chat(anna, account.user)
            for word in ("list", "one", "two"):
                await anna.say(room, word)
                await heard(anna, room, "The “list”" if word == "list" else f"said: {word}.")
        async with running(connected(account, storage), echo):
            await anna.say(room, "1")
            await heard(anna, room, "You said: latest.")

    assert ["list", "one", "two", "latest"] == echo.words[1:]
