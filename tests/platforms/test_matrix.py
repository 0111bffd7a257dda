"""Matrix against a real Synapse: rooms, chats of two, and what is asked and answered there."""

from __future__ import annotations

import asyncio

import pytest

from bot.chat import Request
from storage import Storage
from storage.model import Span, Style
from tests.fakes.synapse import Person, Synapse, person
from tests.platforms.echo import Echo, said
from tests.platforms.matrix_stage import chat, heard, herald, texts, us


@pytest.mark.parametrize("encrypted", [False, True])
async def test_who_invites_us_is_welcomed_and_answered(
    synapse: Synapse, storage: Storage, encrypted: bool
) -> None:
    """In a chat of two, plain or encrypted as Element makes it; answers are as private."""
    echo = Echo()
    async with (
        person(synapse, "anna", encrypted=encrypted) as anna,
        herald(synapse, storage, echo) as matrix,
    ):
        room = await chat(anna, us(matrix), encrypted=encrypted)
        await anna.say(room, "/help")
        answer = await heard(anna, room, "You said: /help.")

    assert ("m.notice", encrypted) == (answer.kind, answer.encrypted)
    assert ["/start", "/help"] == echo.words
    assert [(anna.user, True, True, False, "en")] * 2 == [
        (request.sender, request.private, request.may_manage, request.admin, request.language)
        for request in echo.asked
    ]


async def test_the_welcome_says_how_to_choose(synapse: Synapse, storage: Storage) -> None:
    """Who has never seen numbers under a message learns what they are for."""
    async with person(synapse, "anna") as anna, herald(synapse, storage) as matrix:
        room = await chat(anna, us(matrix))

        assert "to choose" in (await heard(anna, room, "/start")).body


@pytest.mark.parametrize("encrypted", [False, True])
async def test_a_room_of_many_is_answered_only_what_is_asked(
    synapse: Synapse, storage: Storage, encrypted: bool
) -> None:
    """No welcome, no word to their own talk; commands begin with ! or /."""
    echo = Echo({"!nothing": None})
    async with (
        person(synapse, "anna", encrypted=encrypted) as anna,
        person(synapse, "boris", encrypted=encrypted) as boris,
        herald(synapse, storage, echo) as matrix,
    ):
        room = await anna.create_room(encrypted=encrypted, invite=[boris.user])
        await boris.join(room)
        await anna.invite(room, us(matrix))
        await anna.meets(room, boris.user)
        await anna.meets(room, us(matrix))
        await anna.say(room, "what a day")
        await anna.say(room, "!nothing")
        await anna.say(room, "1")
        await anna.say(room, "!latest 3")
        await heard(boris, room, "You said: !latest 3.")
        await boris.ears.until(lambda: us(matrix) in boris.client.rooms[room].users)
        await boris.say(room, "/latest")
        await heard(anna, room, "You said: /latest.")

    assert ["!nothing", "!latest 3", "/latest"] == echo.words
    assert {False} == {request.private for request in echo.asked}
    assert ["You said: !latest 3.", "You said: /latest."] == texts(anna, room, us(matrix))


async def test_what_is_no_question_is_not_answered(synapse: Synapse, storage: Storage) -> None:
    """Edits, notices of bots, emotes; and our own words least of all."""
    echo = Echo()
    async with person(synapse, "anna") as anna, herald(synapse, storage, echo) as matrix:
        room = await chat(anna, us(matrix))
        first = await anna.say(room, "coucnil")
        await heard(anna, room, "You said: coucnil.")
        await anna.edit(room, first, "council")
        await anna.say(room, "beep", kind="m.notice")
        await anna.say(room, "waves", kind="m.emote")
        await anna.redact(room, first)
        await anna.say(room, "the end")
        await heard(anna, room, "You said: the end.")

    assert ["/start", "coucnil", "the end"] == echo.words


async def test_what_has_no_words_asks_for_help(synapse: Synapse, storage: Storage) -> None:
    """A picture, a voice message: the answer says what can be asked."""
    echo = Echo()
    async with person(synapse, "anna") as anna, herald(synapse, storage, echo) as matrix:
        room = await chat(anna, us(matrix))
        await anna.say(room, "cat.jpg", kind="m.image", more={"url": "mxc://synapse.test/x"})
        await heard(anna, room, "You said: /help.")

    assert ["/start", "/help"] == echo.words
    assert [False, True] == [request.wordless for request in echo.asked]


async def test_formatting_comes_along(synapse: Synapse, storage: Storage) -> None:
    """What an admin says to all is said as it was written; what was replied to is left out."""
    echo = Echo()
    async with person(synapse, "anna") as anna, herald(synapse, storage, echo) as matrix:
        room = await chat(anna, us(matrix))
        await anna.say(room, "/broadcast **Hear**", html="/broadcast <strong>Hear</strong>")
        await heard(anna, room, "You said: /broadcast Hear.")
        relation = {"m.in_reply_to": {"event_id": (await heard(anna, room, "/start")).id}}
        body = "> <@herald:synapse.test> Welcome\n> to all\n\ncouncil"
        await anna.say(room, body, more={"m.relates_to": relation})
        await heard(anna, room, "You said: council.")

    assert (Span(11, 15, Style.BOLD),) == echo.asked[1].rich.spans


async def test_a_thread_is_answered_in_the_thread(synapse: Synapse, storage: Storage) -> None:
    """There whoever asked looks for the answer."""
    async with person(synapse, "anna") as anna, herald(synapse, storage) as matrix:
        room = await chat(anna, us(matrix))
        root = await anna.say(room, "council")
        relation = {"rel_type": "m.thread", "event_id": root}
        await anna.say(room, "waterworks", more={"m.relates_to": relation})
        answer = await heard(anna, room, "You said: waterworks.")
        event = await anna.sees(lambda it: it.event_id == answer.id)

    assert ("m.thread", root) == (
        event.source["content"]["m.relates_to"]["rel_type"],
        event.source["content"]["m.relates_to"]["event_id"],
    )


async def ask(person: Person, room: str, words: str) -> str:
    """Ask, and wait for the echo."""
    event = await person.say(room, words)
    await heard(person, room, f"You said: {words}.")
    return event


@pytest.mark.parametrize("version", ["10", "12"])
async def test_who_may_change_a_room_may_subscribe_it(
    synapse: Synapse, storage: Storage, version: str
) -> None:
    """The creator, in every version of rooms; a member once they have the level for that."""
    echo = Echo()
    async with (
        person(synapse, "anna") as anna,
        person(synapse, "boris") as boris,
        herald(synapse, storage, echo) as matrix,
    ):
        room = await anna.create_room(invite=[boris.user, us(matrix)], version=version)
        await boris.join(room)
        await anna.meets(room, boris.user)
        await anna.meets(room, us(matrix))
        await ask(anna, room, "!subscribe")
        await ask(boris, room, "!unsubscribe")
        await anna.set_power(room, boris.user, 50)
        await ask(boris, room, "!settings")
        await anna.set_power(room, boris.user, 49)
        await ask(boris, room, "!forget")

    assert [True, False, True, False] == [request.may_manage for request in echo.asked]


async def test_admins_are_admins_only_where_they_are_alone_with_us(
    synapse: Synapse, storage: Storage
) -> None:
    """There they are told what admins are told, until somebody else comes in."""
    echo = Echo()
    async with (
        person(synapse, "anna") as anna,
        person(synapse, "boris") as boris,
        herald(synapse, storage, echo, admins=[anna.user]) as matrix,
    ):
        room = await chat(anna, us(matrix))
        await ask(anna, room, "/stats")
        admins = [address.chat for address in matrix.admins]
        await anna.invite(room, boris.user)
        await boris.join(room)
        await boris.meets(room, us(matrix))
        await ask(boris, room, "!stats")
        await ask(anna, room, "!stats 2")
        later = list(matrix.admins)

    assert [True, True, False, False] == [request.admin for request in echo.asked]
    assert [room] == admins
    assert [] == later


async def test_one_slow_room_holds_up_no_other(synapse: Synapse, storage: Storage) -> None:
    """Within a room all is answered in order."""
    gate = asyncio.Event()

    async def wait(request: Request) -> None:
        if request.words == "slow":
            await gate.wait()

    echo = Echo(before=wait)
    async with (
        person(synapse, "anna") as anna,
        person(synapse, "boris") as boris,
        herald(synapse, storage, echo) as matrix,
    ):
        hers, his = await chat(anna, us(matrix)), await chat(boris, us(matrix))
        await anna.say(hers, "slow")
        await anna.say(hers, "behind it")
        await ask(boris, his, "quick")
        gate.set()
        await heard(anna, hers, "behind it")
        answers = texts(anna, hers, us(matrix))[-2:]

    assert ["You said: slow.", "You said: behind it."] == answers


async def test_an_answer_may_say_nothing(synapse: Synapse, storage: Storage) -> None:
    """A flood is not answered."""
    echo = Echo({"flood": None, "more": said("Enough.")})
    async with person(synapse, "anna") as anna, herald(synapse, storage, echo) as matrix:
        room = await chat(anna, us(matrix))
        await anna.say(room, "flood")
        await anna.say(room, "more")
        await heard(anna, room, "Enough.")

        assert 2 == len(texts(anna, room, us(matrix)))
