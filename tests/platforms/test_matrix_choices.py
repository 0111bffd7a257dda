"""Choosing from a numbered list: by writing the number, by a reaction, in a reply."""

from __future__ import annotations

import pytest

from bot.chat import Button, Message, Sent
from storage import Storage
from storage.model import Address, RichText
from tests.fakes.synapse import Synapse, person
from tests.platforms.echo import Echo, said
from tests.platforms.matrix_stage import chat, connected, heard, herald, running, send, texts, us

ONE, TWO, THREE = (f"{n}\ufe0f\u20e3" for n in (1, 2, 3))


def script() -> Echo:
    """A router with a list of three, and a page that replaces it."""
    return Echo({
        "list": said("The “list”", "latest", "search 2", "help"),
        "search 2": said("Page two", "search 1", replaces=True),
        "search 1": said("Page one", "search 2", replaces=True),
    })  # fmt: skip


@pytest.mark.parametrize("encrypted", [False, True])
async def test_a_number_a_reaction_and_a_reply_choose(
    synapse: Synapse, storage: Storage, encrypted: bool
) -> None:
    """Each asks the command of its number, and knows the text that it stood under."""
    echo = script()
    async with (
        person(synapse, "anna", encrypted=encrypted) as anna,
        herald(synapse, storage, echo) as matrix,
    ):
        room = await chat(anna, us(matrix), encrypted=encrypted)
        await anna.say(room, "list")
        listed = await heard(anna, room, "The “list”")
        await anna.say(room, "1")
        await heard(anna, room, "You said: latest.")
        await anna.react(room, listed.id, THREE)
        await heard(anna, room, "You said: help.")
        await anna.reply(room, listed.id, "2")
        await heard(anna, room, "Page two")

    assert f"The “list”\n\n{ONE} Latest\n{TWO} Search 2\n{THREE} Help" == listed.body
    assert ["latest", "help", "search 2"] == echo.words[2:]
    assert {(True, "The “list”")} == {(r.pressed, r.under) for r in echo.asked[2:]}


async def test_a_page_stands_in_the_place_of_the_last(synapse: Synapse, storage: Storage) -> None:
    """The message is changed, and its numbers ask what they ask now."""
    echo = script()
    async with person(synapse, "anna") as anna, herald(synapse, storage, echo) as matrix:
        room = await chat(anna, us(matrix))
        await anna.say(room, "list")
        listed = await heard(anna, room, "The “list”")
        await anna.react(room, listed.id, TWO)
        turned = await heard(anna, room, "Page two")
        await anna.react(room, listed.id, ONE)
        back = await heard(anna, room, "Page one")

    assert [listed.id] * 2 == [turned.id, back.id]
    assert [1, 2] == [turned.edits, back.edits]


@pytest.mark.parametrize("encrypted", [False, True])
async def test_a_choice_works_after_a_restart(
    synapse: Synapse, storage: Storage, encrypted: bool
) -> None:
    """Of a list that was sent, and of one that was changed; nothing of it is kept here."""
    account = await synapse.account("herald")
    echo = script()
    async with person(synapse, "anna", encrypted=encrypted) as anna:
        async with running(connected(account, storage), echo):
            room = await chat(anna, account.user, encrypted=encrypted)
            await anna.say(room, "list")
            listed = await heard(anna, room, "The “list”")
        async with running(connected(account, storage), echo):
            await anna.react(room, listed.id, TWO)
            await heard(anna, room, "Page two")
        async with running(connected(account, storage), echo):
            await anna.say(room, "1")
            await heard(anna, room, "Page one")
            await anna.say(room, "3")
            await heard(anna, room, "You said: 3.")

    assert [(True, "search 2"), (True, "search 1"), (False, "3")] == [
        (request.pressed, request.words) for request in echo.asked[2:]
    ]
    assert ["The “list”", "Page two"] == [request.under for request in echo.asked[2:4]]


async def test_what_is_pushed_takes_no_number_away(synapse: Synapse, storage: Storage) -> None:
    """Whoever is about to choose from a list chooses from that list; the push goes on counting."""
    echo = script()
    async with person(synapse, "anna") as anna, herald(synapse, storage, echo) as matrix:
        room = await chat(anna, us(matrix))
        await anna.say(room, "list")
        await heard(anna, room, "The “list”")
        pushed = await send(matrix, room, said("News", "release 1 1", "settings"))
        await heard(anna, room, "News")
        await anna.say(room, "2")
        await heard(anna, room, "Page two")
        await anna.say(room, "5")
        await heard(anna, room, "You said: settings.")
        await anna.react(room, pushed, ONE)
        await heard(anna, room, "You said: release 1 1.")

    assert ["search 2", "settings", "release 1 1"] == echo.words[2:]


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_release_put_right_takes_no_number_away(
    synapse: Synapse, storage: Storage, restarted: bool
) -> None:
    """A correction of what was pushed long ago is not what anybody chooses from."""
    account = await synapse.account("herald")
    echo = script()
    async with person(synapse, "anna") as anna:
        matrix = connected(account, storage)
        async with running(matrix, echo):
            room = await chat(anna, account.user)
            pushed = await send(matrix, room, said("News", "release 1 1", "settings"))
            await heard(anna, room, "News")
            await anna.say(room, "list")
            await heard(anna, room, "The “list”")
            right = said("News, put right", "release 1 1", "settings")
            await matrix.edit(Address("matrix", room), Sent(pushed), right)
            await heard(anna, room, "News, put right")
            if not restarted:
                await anna.say(room, "2")
                await heard(anna, room, "Page two")
        if restarted:
            async with running(connected(account, storage), echo):
                await anna.say(room, "2")
                await heard(anna, room, "Page two")

    assert "search 2" == echo.words[-1]


async def test_among_many_a_number_alone_is_talk(synapse: Synapse, storage: Storage) -> None:
    """There it takes a reply or a reaction; what was pushed to all stays as it is."""
    echo = script()
    async with (
        person(synapse, "anna") as anna,
        person(synapse, "boris") as boris,
        herald(synapse, storage, echo) as matrix,
    ):
        room = await anna.create_room(invite=[boris.user, us(matrix)])
        await boris.join(room)
        await anna.meets(room, boris.user)
        await anna.meets(room, us(matrix))
        pushed = await send(matrix, room, said("News", "search 2"))
        await heard(boris, room, "News")
        await boris.say(room, "1")
        await boris.reply(room, pushed, "1")
        page = await heard(boris, room, "Page two")
        await anna.react(room, page.id, ONE)
        turned = await heard(anna, room, "Page one")

    assert ["search 2", "search 1"] == echo.words
    assert pushed != page.id == turned.id


async def test_what_cannot_be_chosen_is_left_alone(synapse: Synapse, storage: Storage) -> None:
    """A reaction to somebody's own words, a number that is not there, a heart."""
    echo = script()
    async with person(synapse, "anna") as anna, herald(synapse, storage, echo) as matrix:
        room = await chat(anna, us(matrix))
        own = await anna.say(room, "list")
        listed = await heard(anna, room, "The “list”")
        await anna.react(room, own, ONE)
        await anna.react(room, listed.id, "❤️")
        await anna.react(room, listed.id, "9\ufe0f\u20e3")
        await anna.say(room, "over")
        await heard(anna, room, "You said: over.")

    assert ["/start", "list", "over"] == echo.words


async def test_links_are_links_and_nobody_is_there_to_share_with(
    synapse: Synapse, storage: Storage
) -> None:
    """They have no number; what a list numbers already is not numbered twice."""
    rows = (
        (Button("1", "release 7"), Button("▶", "latest 2")),
        (Button("On the site", url="https://example.org/a?b&c"), Button("Share", share=7)),
    )
    echo = Echo({"list": Message(RichText("1. Title"), rows)})
    async with person(synapse, "anna") as anna, herald(synapse, storage, echo) as matrix:
        room = await chat(anna, us(matrix))
        await anna.say(room, "list")
        listed = await heard(anna, room, "1. Title")

    assert f"1. Title\n\n{ONE}   {TWO} ▶\nOn the site: https://example.org/a?b&c" == listed.body
    assert '<a href="https://example.org/a?b&amp;c">On the site</a>' in listed.html
    assert 2 == len(texts(anna, room, us(matrix)))
