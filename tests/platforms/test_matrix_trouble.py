"""Matrix behind a server that refuses, forgets and loses answers: all arrives, and arrives once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.chat import Later, Message, Unknown
from bot.platforms.matrix import looking
from storage import Storage
from storage.model import Attachment, RichText
from tests.fakes.botapi_stage import png
from tests.fakes.synapse import Gate, Person, Synapse, person
from tests.platforms.echo import Echo, said
from tests.platforms.matrix_stage import Reports, chat, connected, heard, running, send

PICTURE = Attachment(png(20, 10), "image/png", "lead.png")


@pytest.fixture
async def gate(synapse: Synapse) -> AsyncIterator[Gate]:
    """What stands between Herald and the homeserver."""
    async with Gate(synapse.url) as found:
        yield found


def sends(method: str, path: str) -> bool:
    return method == "PUT" and "/send/m.room." in path


def uploads(method: str, path: str) -> bool:
    return method == "POST" and path.endswith("/upload")


def words(anna: Person, room: str, us: str) -> list[str]:
    """What we said there, but for the welcome."""
    return [it.body for it in anna.messages(room) if it.sender == us and "/start" not in it.body]


async def test_what_was_lost_long_ago_is_looked_for(
    gate: Gate, synapse: Synapse, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A homeserver may have forgotten by then that it has it: it is not sent again."""
    account = await synapse.account("herald")
    matrix = connected(account, storage, homeserver=gate.url)
    async with person(synapse, "anna") as anna, running(matrix, Echo()):
        room = await chat(anna, account.user)
        catch = gate.catch(sends)
        sending = asyncio.create_task(send(matrix, room, said("News")))
        await catch.caught()
        sending.cancel()
        await asyncio.wait([sending])
        before = sum(map(sends, *zip(*gate.asked, strict=True)))
        monkeypatch.setattr(looking, "SURE_SECONDS", -1.0)
        sent = await send(matrix, room, said("News"))
        after = sum(map(sends, *zip(*gate.asked, strict=True)))
        arrived = await heard(anna, room, "News")

    assert sent == arrived.id
    assert before == after


@pytest.mark.parametrize(
    ("status", "end"), [(500, Unknown), (503, Later), (504, Unknown), (429, Later)]
)
async def test_a_gateways_word_is_none_of_the_homeservers(
    gate: Gate, synapse: Synapse, storage: Storage, status: int, end: type[Exception]
) -> None:
    """It is tried again with its key, and arrives once."""
    account = await synapse.account("herald")
    matrix = connected(account, storage, homeserver=gate.url)
    async with person(synapse, "anna") as anna, running(matrix, Echo()):
        room = await chat(anna, account.user)
        gate.catch(sends, status=status)
        with pytest.raises(end):
            await send(matrix, room, said("News"))
        await send(matrix, room, said("News"))
        await heard(anna, room, "News")

        assert ["News"] == words(anna, room, account.user)


async def test_a_picture_holds_a_release_up_only_so_often(
    gate: Gate, synapse: Synapse, storage: Storage
) -> None:
    """What is to be read arrives, without it in the end."""
    account = await synapse.account("herald")
    matrix = connected(account, storage, homeserver=gate.url)
    news = Message(RichText("News"), picture=PICTURE)
    async with person(synapse, "anna") as anna, running(matrix, Echo()):
        room = await chat(anna, account.user)
        catch = gate.catch(uploads, status=504, times=100)
        for _ in range(2):
            with pytest.raises(Unknown):
                await send(matrix, room, news)
        await send(matrix, room, news)
        await heard(anna, room, "News")

        assert 97 == catch.times
        assert ["News"] == words(anna, room, account.user)


async def test_a_picture_that_arrived_is_not_sent_again_with_its_text(
    gate: Gate, synapse: Synapse, storage: Storage
) -> None:
    """They are two events of one delivery."""
    account = await synapse.account("herald")
    matrix = connected(account, storage, homeserver=gate.url)
    news = Message(RichText("News"), picture=PICTURE)
    async with person(synapse, "anna", encrypted=True) as anna, running(matrix, Echo()):
        room = await chat(anna, account.user, encrypted=True)
        gate.catch(lambda m, path: sends(m, path) and not path.endswith(".p"), status=500)
        with pytest.raises(Unknown):
            await send(matrix, room, news)
        await send(matrix, room, news)
        await heard(anna, room, "News")

        assert ["lead.png", "News"] == words(anna, room, account.user)


async def test_a_key_that_cannot_be_shared_is_no_reason_to_be_unreadable(
    gate: Gate, synapse: Synapse, storage: Storage
) -> None:
    """Nothing is said before all who are there can read it."""
    account = await synapse.account("herald")
    matrix = connected(account, storage, homeserver=gate.url)
    async with person(synapse, "anna", encrypted=True) as anna, running(matrix, Echo()):
        room = await chat(anna, account.user, encrypted=True)
        matrix._life.post._sharing.forget(room)  # type: ignore[union-attr]
        for _ in range(2):
            gate.catch(lambda _, path: "/sendToDevice/" in path, status=503)
            with pytest.raises(Later):
                await send(matrix, room, said("News"))
        await send(matrix, room, said("News"))
        await heard(anna, room, "News")

        assert ["News"] == words(anna, room, account.user)
        assert {} == anna.ears.undecrypted


async def test_a_homeserver_that_has_lost_its_place_is_begun_with_anew(
    gate: Gate, synapse: Synapse, storage: Storage
) -> None:
    """It was set back, and knows nothing of where we were."""
    account = await synapse.account("herald")
    reports, echo = Reports(), Echo()
    matrix = connected(account, storage, homeserver=gate.url, reports=reports)
    async with person(synapse, "anna") as anna, running(matrix, echo):
        room = await chat(anna, account.user)
        unknown = {"errcode": "M_UNKNOWN", "error": "no such token"}
        catch = gate.catch(lambda _, path: path.endswith("/sync"), status=400, content=unknown)
        await anna.say(room, "this ends a poll")
        await catch.caught()
        await reports.until(ok=True)
        await anna.say(room, "still there?")
        await heard(anna, room, "You said: still there?.")

    assert [False, True] == [ok for ok, _ in reports.said]


async def test_a_look_that_fails_makes_a_question_wait(
    gate: Gate, synapse: Synapse, storage: Storage
) -> None:
    """Who is in the room cannot be found out at first: the question is answered all the same."""
    account = await synapse.account("herald")
    matrix = connected(account, storage, homeserver=gate.url)
    async with person(synapse, "anna") as anna, running(matrix, Echo()):
        gate.catch(lambda _, path: path.endswith("/joined_members"), status=502, times=2)
        room = await chat(anna, account.user)
        await anna.say(room, "council")
        await heard(anna, room, "You said: council.")


async def test_a_proxy_that_is_away_is_waited_for(synapse: Synapse, storage: Storage) -> None:
    """Nothing goes around it."""
    account = await synapse.account("herald")
    reports = Reports()
    matrix = connected(account, storage, reports=reports, proxy="http://127.0.0.1:9")
    task = asyncio.create_task(matrix.run(Echo(), lambda: None))
    await reports.until(ok=False)
    task.cancel()
    await asyncio.wait([task])

    assert [(False, "the homeserver cannot be reached")] == reports.said
